"""Relative dates in quoted sentences; each case is the sentence as it should be said."""

import re
import time
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answering.annotations import relative_date_notes, with_notes
from assistant.english.relative_dates import LONGEST, Resolution, possible_meanings, resolve_dates
from index.ingest import demo_folder
from index.remarks.parser import Parser
from index.text.sentences import sentence_spans


def bracketed(sentence, published, part=None):
    """The sentence, or a part of it, with its relative dates explained as an answer shows them."""
    start, end = part or (0, len(sentence))
    return with_notes(sentence[start:end], relative_date_notes(sentence, published, PARSER, part))


PARSER = Parser()
FRIDAY = date(2022, 1, 21)
_ADDED = re.compile(r" \[[^\]]*\]")


@pytest.fixture(autouse=True, scope="module")
def _loaded():
    """The parser and what reads dates are loaded before anything is timed."""
    resolve_dates("It fell last week.", FRIDAY, PARSER)


RESOLVED = [
    "Liz Truss said in a speech on Friday [21 January 2022].",
    "On Friday [21 January 2022], Mr Blinken met Mr Lavrov in Geneva.",
    "The ministry on Friday [21 January 2022] denied any breach.",
    "The ministry said Thursday [20 January 2022] that it knew nothing.",
    "It announced plans late on Thursday [20 January 2022].",
    "He was not at Thursday’s [20 January 2022] sitting.",
    "He was not at Thursday's [20 January 2022] sitting.",
    "The ferry struck rocks on Monday evening [17 January 2022], the coastguard said on Tuesday [18 January 2022].",
    "The talks, held on Wednesday [19 January 2022], were short.",
    "Seventeen remained in hospital on Thursday [20 January 2022].",
    "“It is over,” he said on Sunday [16 January 2022].",
    "‘It is over,’ he said on Sunday [16 January 2022].",
    "Mr. Orsk told reporters on Tuesday [18 January 2022] that it will reopen.",
    "The company has hired 64 people since Monday [17 January 2022].",
    "Speaking on Wednesday [19 January 2022], she denied it.",
    "They will meet on Thursday evening [27 January 2022].",
    "They will meet on Sunday [23 January 2022].",
    "The report is due on Tuesday [25 January 2022].",
    "The Assembly is due to vote on the budget on Wednesday [26 January 2022].",
    "The first of the funerals is to take place on Monday [24 January 2022].",
    "A parade is planned for Saturday [22 January 2022].",
    "The strike will last until Sunday [23 January 2022].",
    "The union plans to vote Monday [24 January 2022].",
    "He said it hopes to reopen on Thursday [27 January 2022].",
    "They meet next Tuesday [25 January 2022].",
    "It fell last Friday [14 January 2022].",
    "It fell this past Wednesday [19 January 2022].",
    "It fell on Wednesday last week [12 January 2022].",
    "They meet on Wednesday next week [26 January 2022].",
    "It fell on Wednesday of last week [12 January 2022].",
    "The mill burned yesterday [20 January 2022].",
    "Yesterday [20 January 2022] the mill burned.",
    "He was yesterday [20 January 2022] accused of lying.",
    "Yesterday’s [20 January 2022] vote was close.",
    "The mill burned the day before yesterday [19 January 2022].",
    "The court ruled today [21 January 2022] that it may stay.",
    "They will meet tomorrow [22 January 2022].",
    "The mill burned last night [20 January 2022].",
    "The mill burned this morning [21 January 2022].",
    "It struck the rock last week [the week of 10 January 2022].",
    "Britain said earlier this week [the week of 17 January 2022] that it will help.",
    "He said it would visit the port next week [the week of 24 January 2022].",
    "It was announced last month [December 2021].",
    "The ferry was lost this month [January 2022] off the isle.",
    "It could begin next month [February 2022].",
    "Pay rose by 12% last year [2021].",
    "It is asking for 9% this year [2022].",
    "Trials could begin next year [2023] if money was found.",
    "He denied that next year’s [2023] budget would raise taxes.",
    "It began two days ago [19 January 2022].",
    "It began 10 days ago [11 January 2022].",
    "He met ministers from Chad and Mali on Tuesday [18 January 2022].",
    "Mr. Orsk resumed work in Geneva Thursday [20 January 2022], they said.",
    "A court Thursday [20 January 2022] rejected it.",
    "The World Court Thursday [20 January 2022] rejected it.",
    "He issued a statement Thursday [20 January 2022] saying it will end.",
    "Since Tuesday [18 January 2022], the shares have gained 4%.",
    "He could not be reached on Thursday [20 January 2022].",
    "It began at 9:15 a.m. on Thursday [20 January 2022].",
    "A parade is planned for Tuesday [25 January 2022].",
    "They met on Friday, 21 January [21 January 2022].",
    "They met on January 14 [14 January 2022], Friday.",
    "The pit closed in December [December 2021].",
    "The pit will close in April [April 2022].",
    "The road has been shut since early January [January 2022].",
    "Thousands marched over the weekend [15 to 16 January 2022].",
    "The fair will be held this weekend [22 to 23 January 2022].",
    "The bridge will open early next year [2023].",
    "Exports fell in June last year [2021].",
    "The trial, which opened on Monday [17 January 2022], will end on Tuesday [25 January 2022].",
]

LEFT = [
    # direct speech
    "“I will do it tomorrow,” he said.",
    '"We met on Friday," he said.',
    "‘We met on Friday,’ he said.",
    "“We met on Friday.",
    "We met on Friday,” he said.",
    "He said “next week” was too late, and “yesterday",
    "I will do it tomorrow.",
    "We repeated the figure on Wednesday.",
    # a date beside it
    "They met on Friday 14 January 2022.",
    "They met on Friday (14 January).",
    # names and habits
    "Sales rose on Black Friday.",
    "The shops closed on Good Friday.",
    "Thirteen died on Bloody Sunday.",
    "They danced on Fat Tuesday.",
    "He told the Sunday Times that it was over.",
    "He told the Mail on Sunday that it was over.",
    "They played Friday Night Lights.",
    "Wednesday Addams denied it.",
    "He works for USA Today and was heard.",
    "They met on Fridays.",
    "They met every Monday.",
    "They met on a Friday in spring.",
    "They met on the Friday before.",
    "They had met the previous Friday.",
    "They met Monday to Friday.",
    "They met on Mondays and Fridays.",
    "Troops march on, and prices may rise.",
    "May said that August was too late.",
    "The march in Minsk was banned.",
    # neither past nor future for certain
    "Flags would fly at half-staff on Friday.",
    "They agreed to meet on Friday.",
    "The vote had been planned for Wednesday.",
    "He was due in court on Tuesday.",
    "It warned of showers until Wednesday.",
    "They had been told to leave by Sunday.",
    "Members vote on the deal on Tuesday.",
    "The new financial year begins on Monday.",
    "He resigned and leaves on Monday.",
    "The man accused of fraud appears in court on Monday.",
    "On Monday, the man who resigned takes leave.",
    "They spoke ahead of Monday’s vote.",
    "They will meet on Friday week.",
    "They will meet a week on Friday.",
    "They meet next Sunday.",
    "It fell last Monday.",
    "The tsunami of 2011 struck on Friday afternoon.",
    "They called for a strike on Tuesday.",
    "She said she might resign on Monday.",
    "He said he would go if they won on Monday.",
    "They were to buy it as soon as trading opened Monday.",
    "The day of publication is Friday, and he resigned on Saturday.",
    # as long as, and not when
    "The town has 4,000 people today.",
    "It lies in what is today Poland.",
    "Today’s children were asked.",
    "It seems like yesterday.",
    "In 2009 he said he would close it next year.",
    "It rained in the last week of May.",
    "It was the wettest of the last year.",
    "They will meet over the next week.",
    "It began more than two days ago.",
    "It began three weeks ago.",
    "It began two days earlier.",
    "It was last summer that it fell.",
    "Nothing relative stands here.",
]


def without(said):
    return _ADDED.sub("", said)


@pytest.mark.parametrize("said", RESOLVED)
def test_a_relative_date_is_told_in_brackets(said):
    assert bracketed(without(said), FRIDAY) == said


@pytest.mark.parametrize("said", LEFT)
def test_what_is_no_certain_date_is_left(said):
    assert bracketed(said, FRIDAY) == said


def test_nothing_is_resolved_where_the_article_is_undated():
    assert bracketed("He resigned yesterday.", None) == "He resigned yesterday."


def test_each_relative_date_is_told_once():
    said = "He said on Friday [21 January 2022] that she left on Friday."
    assert bracketed(without(said), FRIDAY) == said


def test_a_future_weekday_that_is_the_day_of_publication_is_left_for_it_may_be_today():
    assert bracketed("They will meet on Friday.", FRIDAY) == "They will meet on Friday."


def test_without_a_parser_weekdays_and_months_are_left_and_both_meanings_are_possible():
    assert resolve_dates("They met on Monday and in May, and yesterday.", FRIDAY)[0].words == "yesterday"
    assert possible_meanings("They met on Monday.", FRIDAY) == {"17 January 2022", "24 January 2022"}


def test_weeks_are_left_on_a_sunday_on_which_some_begin_one():
    for text in ("It fell last week.", "It falls next week.", "It fell this week.", "It fell last Friday."):
        assert bracketed(text, date(2022, 1, 23)) == text


def test_a_stretch_is_told_with_what_the_whole_sentence_knows():
    text = "“We met; he left on Friday,” said Orsk; he resigned on Monday."
    assert bracketed(text, FRIDAY, (text.index("he left"), text.index(",”"))) == "he left on Friday"
    assert bracketed(text, FRIDAY, (text.index("he resigned"), len(text))) == "he resigned on Monday [17 January 2022]."


def test_a_resolution_tells_where_its_words_stand():
    (found,) = resolve_dates("It fell last week.", FRIDAY)
    assert found == Resolution(8, 17, "last week", date(2022, 1, 10), date(2022, 1, 16))
    assert found.meaning == "the week of 10 January 2022"


def test_the_calendar_ends_without_an_error():
    assert bracketed("It fell yesterday, last week, last month and last year.", date.min).count("[") == 0
    assert bracketed("It will fall tomorrow, next month and next year.", date.max).count("[") == 0


@given(st.text(alphabet=st.sampled_from('on Friday’s"“”‘,.will said last week 2 days ago '), max_size=300) | st.text())
def test_nothing_but_brackets_is_added_to_any_text(text):
    found = resolve_dates(text, FRIDAY)
    assert all(text[each.start : each.end] == each.words for each in found)
    assert all(a.end <= b.start for a, b in pairwise(found))
    if "[" not in text:
        assert without(bracketed(text, FRIDAY)) == text


@pytest.mark.parametrize(
    "piece", ["Friday ", "said ", "on Friday said will ", "“", "‘a ", "is likely now ", " ", "to be "]
)
def test_hostile_sentences_take_no_time(piece):
    began = time.perf_counter()
    resolve_dates((piece * LONGEST)[:LONGEST], FRIDAY)
    resolve_dates(piece * 20_000, FRIDAY)
    assert time.perf_counter() - began < 0.5


def test_the_weekdays_of_the_demo_are_those_that_a_reader_finds():
    told = {
        ("2024-03-28-opa-budget-passes.md", "on Thursday [28 March 2024]"),
        ("2024-03-05-opa-ferry-skerrin.md", "on Monday evening [4 March 2024]"),
        ("2024-03-24-coastline-forty-thousand-march.html", "on Wednesday [27 March 2024]"),
        ("2024-04-07-mercury-rovers-cup-final.md", "Saturday's [6 April 2024]"),
    }
    for name, words in told:
        text = (demo_folder() / name).read_text()
        said = [bracketed(text[start:end], date.fromisoformat(name[:10])) for start, end in sentence_spans(text)]
        assert any(words in each for each in said), (name, words)


@pytest.mark.parametrize("verb", ["found", "said", "met", "held", "began", "struck"])
def test_an_irregular_verb_shows_that_a_weekday_is_past(verb):
    assert bracketed(f"They {verb} it on Monday.", date(2024, 3, 6)) == f"They {verb} it on Monday [4 March 2024]."
