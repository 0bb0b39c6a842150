"""Words for times, and the tense of the clauses that they stand in."""

from datetime import date

import pytest

from assistant.english.tenses import tense_of
from assistant.english.times import days_in_words, find_times
from benchmarks.times import found, judge, table
from index.remarks.parser import Parser

PARSER = Parser()
WEDNESDAY = date(2026, 11, 25)


@pytest.mark.parametrize("row", table(), ids=lambda row: row["text"])
def test_times_in_questions_and_news_are_those_that_a_reader_finds(row):
    """All rows were written before the code; those that are left as they are say why."""
    assert judge(row, found(row, PARSER)) == ("left" if "left" in row else "right")


@pytest.mark.parametrize(
    ("text", "words", "days"),
    [
        ("the weekend before the vote", "the weekend", "21 to 22 November 2026"),
        ("a fire on Tuesday evening", "Tuesday evening", "24 November 2026"),
        ("the flood of last night", "last night", "24 November 2026"),
        ("sales in the past 48 hours", "the past 48 hours", "23 to 25 November 2026"),
        ("at 9 a.m. on Friday", "Friday", "20 November 2026"),
        ("last week in Oslo", "last week", "16 to 22 November 2026"),
        ("since December", "since December", "December 2025"),
        ("from November to January", "from November to January", "1 November 2025 to 31 January 2026"),
        ("on New Year’s Eve", "New Year’s Eve", "31 December 2025"),
        ("the winter of 2023", "the winter of 2023", "1 December 2023 to 29 February 2024"),
        ("this spring", "this spring", "1 March to 31 May 2026"),
    ],
)
def test_a_time_keeps_its_words_and_is_the_latest_that_has_begun(text, words, days):
    (time,) = find_times(text, WEDNESDAY)
    assert (time.words, days_in_words(time.first, time.last)) == (words, days)
    assert text[time.start : time.end] == words


@pytest.mark.parametrize(
    "text",
    ["Nobody drowned in the sun.", "the Mail on Sunday wrote", "on 29 February", "03/04/2025", "a fallen tree", ""],
)
def test_other_words_are_no_times(text):
    assert not find_times(text, WEDNESDAY)


@pytest.mark.parametrize(
    ("sentence", "tense"),
    [
        ("The council met on Monday.", "past"),
        ("The council has met since Monday.", "past"),
        ("The council could not meet on Monday.", "past"),
        ("The council will meet on Monday.", "future"),
        ("The council hopes to meet on Monday.", "future"),
        ("The council is due to meet on Monday.", "future"),
        ("A meeting is planned for Monday.", "future"),
        ("The council would meet on Monday.", None),
        ("The council meets on Monday.", None),
        ("The council was due to meet on Monday.", None),
        ("The union demanded a strike on Monday.", None),
        ("The council resigned and leaves on Monday.", None),
        ("She asked what happens if they met on Monday.", None),
        ("The shops opened on Black Monday.", None),
        ("The council met on a Monday.", None),
        ("The director left Monday’s meeting.", "past"),
        ("The director left before Monday’s meeting.", None),
    ],
)
def test_the_tense_of_a_day_is_that_of_its_clause_where_that_is_certain(sentence, tense):
    (doc,) = PARSER.parse([sentence])
    start = sentence.index("Monday")
    assert tense_of(doc, start, start + len("Monday")) == tense
