import json
import time
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.english.periods import Guess, label, without_restrictions
from assistant.search.filters import LONGEST, find_restrictions
from index.remarks.parser import Parser

TODAY = date(2026, 11, 25)
PARSER = Parser()
CASES = [json.loads(line) for line in (Path(__file__).parent / "data" / "periods.jsonl").read_text().splitlines()]
PUBLISHERS = (
    "The Gazette",
    "Reuters",
    "Time",
    "The Independent",
    "Mercury",
    "OPA",
    "The Sun",
    "Georgia",
    "The Guardian",
    "The Guardian Weekly",
)
AUTHORS = ("Jane Doe", "Sylvie Moxon", "Staff")
WORDS = """in on at since after before until from to between and the last past this week month year days ago 5 12 31
2021 2024 March May Feb. early end of yesterday today what when did ? , ’s according Reuters by Jane Doe""".split()


@pytest.fixture(autouse=True, scope="module")
def _loaded():
    """The parser and what reads dates are loaded before anything is timed."""
    ask("What was said in 2021?")


def ask(question, today=TODAY):
    return find_restrictions(question, today, PUBLISHERS, AUTHORS, parser=PARSER)


def day(told):
    return date.fromisoformat(told) if told else None


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["question"])
def test_only_what_restricts_a_question_is_found_in_it(case):
    """Half of the questions restrict nothing; all but the last ten were written before the grammar."""
    found = [(g.words, g.field, g.value, g.after, g.before) for g in ask(case["question"], day(case["today"]))]
    assert found == [
        (
            told["words"],
            next((field for field in ("publisher", "author") if field in told), "dates"),
            told.get("publisher") or told.get("author"),
            day(told.get("after")),
            day(told.get("before")),
        )
        for told in case["found"]
    ]


def test_publishers_that_the_collection_lacks_are_not_found():
    assert find_restrictions("What did Lavrov deny according to Reuters?", TODAY) == []


@pytest.mark.parametrize(
    ("question", "left"),
    [
        ("What did Lavrov say last week?", "What did Lavrov say?"),
        ("what did lavrov say since march", "what did lavrov say"),
        ("In 2021, what did Lavrov deny?", "What did Lavrov deny?"),
        ("What did Lavrov deny in 2021, according to Reuters?", "What did Lavrov deny?"),
        ("What did Orsk say in 2021 about the mill?", "What did Orsk say about the mill?"),
        ("What was reported by the Independent?", "What was reported?"),
        ("What are today's headlines?", "What are headlines?"),
        ("Last week?", "Last week?"),
        ("What did the port earn in Q1 2024?", "What did the port earn in Q1 2024?"),
        ("What did Lavrov deny?", "What did Lavrov deny?"),
    ],
)
def test_a_question_without_its_restrictions_is_still_a_question(question, left):
    assert without_restrictions(question, ask(question)) == left


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("What was said last week?", "from 16 to 22 November 2026"),
        ("What was said since March 2021?", "since 1 March 2021"),
        ("What is new since Monday?", "since 23 November 2026"),
        ("What was said before 2020?", "until 31 December 2019"),
        ("What was said in 2021?", "in 2021"),
        ("What was said in March?", "in March 2026"),
        ("What was said on 5 March 2024?", "on 5 March 2024"),
        ("What was said from 28 February 2024 to 3 March 2024?", "from 28 February to 3 March 2024"),
        ("What was said from 28 December 2023 to 3 March 2024?", "from 28 December 2023 to 3 March 2024"),
        ("What was said in the Gazette?", "from The Gazette"),
        ("What was written by Jane Doe?", "by Jane Doe"),
    ],
)
def test_a_restriction_is_told_in_plain_words(question, words):
    (guess,) = ask(question)
    assert label(guess) == words


def test_a_quarter_lasts_until_its_results_are_reported():
    (guess,) = ask("What did the port earn in Q1 2024?")
    assert (guess.after, guess.before, guess.kept) == (date(2024, 1, 1), date(2024, 6, 30), True)


@pytest.mark.parametrize("question", ["Which reports from last week mention it?", "What happens in March?"])
def test_without_a_parser_only_words_that_certainly_belong_elsewhere_are_passed_over(question):
    assert len(find_restrictions(question, TODAY)) == (question == "What happens in March?")
    assert len(find_restrictions(question, TODAY, parser=PARSER)) == (question != "What happens in March?")


def test_a_day_that_doesnt_exist_is_no_period():
    assert ask("What happened on 29 February 2023?") == []
    assert ask("What happened on 29 February?") == []
    assert find_restrictions("What happened yesterday or 999 years ago?", date.min) == []


@settings(deadline=None)
@given(
    st.one_of(st.text(max_size=200), st.lists(st.sampled_from(WORDS), max_size=30).map(" ".join)),
    st.dates(),
)
def test_any_text_gives_guesses_that_stand_in_it(question, today):
    found = ask(question, today)
    assert all(question[guess.start : guess.end] == guess.words for guess in found)
    assert all(before.end <= after.start for before, after in pairwise(found))
    assert all(guess.after <= guess.before for guess in found if guess.after and guess.before)
    assert all((guess.field == "dates") == bool(guess.after or guess.before) for guess in found)
    assert all(label(guess) for guess in found)
    assert without_restrictions(question, found) or not question


@pytest.mark.parametrize(
    "piece", ["in ", "from 5 to ", "the ", "in March 5 ", " ", "when ", "by the ", "last ", "2021 "]
)
def test_hostile_questions_take_no_time(piece):
    question = (piece * LONGEST)[:LONGEST]
    publishers = [f"{piece.strip()} {number}" for number in range(1_000)]
    began = time.perf_counter()
    without_restrictions(question, find_restrictions(question, TODAY, publishers))
    find_restrictions(piece * 100_000, TODAY, publishers)
    assert time.perf_counter() - began < 0.5


def test_a_guess_is_plain_data():
    assert ask("What was said in 2021?") == [
        Guess("dates", "in 2021", 14, 21, after=date(2021, 1, 1), before=date(2021, 12, 31))
    ]
