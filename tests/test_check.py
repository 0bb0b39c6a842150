"""A sentence is shown only where a passage supports it, and a reader is told why where none does."""

import time
from dataclasses import replace
from datetime import date
from functools import partial

import pytest

from assistant.checking.check import check_sentence
from assistant.english.quantities import agrees_with_any, quantities
from index.article import Article, Passage
from index.remarks.parser import Parser
from index.text.sentences import sentences

LAVROV = (
    "Mr Lavrov denied that Russia had plans to attack Ukraine. Russia has 100,000 troops near the border. "
    "The two met in Geneva on Friday. Mr Blinken warned Moscow of a swift response. "
    "He said that talks could go on next week."
)
PORT = (
    "The dockers accused the port's owners of hiding the accident. Turnout was 58.1%, up from 49.6% four years ago. "
    "The union plans to begin a strike on March 6 unless a better offer is made."
)
FERRY = "Northsound Lines promised to help. “We are still looking,” said Tilda Roake. No one is missing any more."


def passage(text, published=date(2022, 1, 24), title=""):
    article = Article(id=text[:8], source="", title=title, full_text=f"Before it.\n\n{text}", published=published)
    start = len(article.full_text) - len(text)
    found = [each for each in sentences(article.full_text) if each.start >= start]
    return Passage(id="1", article=article, start=start, end=len(article.full_text), sentences=tuple(found))


check = partial(check_sentence, parser=Parser())
PASSAGES = [passage(LAVROV), passage(PORT), passage(FERRY)]


def quoted(verdict):
    return [PASSAGES[number - 1].article.full_text[start:end] for number, start, end in verdict.quotes]


def test_a_sentence_as_it_stands_is_supported_by_itself():
    said = "Russia has 100,000 troops near the border."
    verdict = check(said, PASSAGES, [1])
    assert verdict.supported
    assert verdict.reason == ""
    assert quoted(verdict) == [said]


@pytest.mark.parametrize(
    ("said", "number", "quotation"),
    [
        ("Russia has some 100,000 troops near the border.", 1, "Russia has 100,000 troops near the border."),
        ("Russia has 100,000 soldiers near the border.", 1, "Russia has 100,000 troops near the border."),
        ("Turnout was 58.1%, up from 49.6% four years before.", 2, "Turnout was 58.1%, up from 49.6% four years ago."),
    ],
)
def test_other_words_for_the_same_are_supported(said, number, quotation):
    verdict = check(said, PASSAGES, [number])
    assert (verdict.supported, verdict.reason) == (True, "")
    assert quotation in quoted(verdict)


@pytest.mark.parametrize(
    ("said", "number", "reason"),
    [
        ("Mr Lavrov confirmed that Russia had plans to attack Ukraine.", 1, "denial"),
        ("Mr Lavrov said that Russia had plans to attack Ukraine, and he admitted it.", 1, "denied"),
        ("Mr Lavrov warned Moscow of a swift response.", 1, "Blinken"),
        ("Mr Blinken denied that Russia had plans to attack Ukraine.", 1, "Lavrov"),
        ("Russia has 150,000 troops near the border.", 1, "150,000"),
        ("Russia has 100,000 troops near the border of Poland.", 1, "Poland"),
        ("The two met in Geneva on Tuesday.", 1, "Tuesday"),
        ("He said that talks will go on next week.", 1, "could"),
        ("The port's owners accused the dockers of hiding the accident.", 2, "from The dockers"),
        ("Turnout was 49.6%, down from 58.1% four years ago.", 2, "not"),
        ("The union began a strike on March 6.", 2, ""),
        ("Northsound Lines refused to help.", 3, "promised"),
        ("“We are no longer looking,” said Tilda Roake.", 3, "words"),
    ],
)
def test_a_changed_sentence_is_caught_and_the_reason_told(said, number, reason):
    verdict = check(said, PASSAGES, [number])
    assert not verdict.supported
    assert reason in verdict.reason
    assert verdict.reason.endswith(".")
    assert verdict.quotes == ()


def test_two_sentences_together_support_one_that_joins_them():
    said = "Russia has 100,000 troops near the border, and Mr Blinken warned Moscow of a swift response."
    verdict = check(said, PASSAGES, [1])
    assert verdict.supported
    assert len(verdict.quotes) == 2


def test_sentences_of_two_marked_passages_together_support_one_that_joins_them():
    said = (
        "Russia has 100,000 troops near the border, and the dockers accused the port's owners of hiding the accident."
    )
    assert sorted({number for number, _, _ in check(said, PASSAGES, [1, 2]).quotes}) == [1, 2]
    assert not check(said, PASSAGES, [1]).supported


def test_each_marked_passage_that_supports_a_sentence_is_quoted():
    twice = [*PASSAGES, passage(f"{LAVROV} That is all.")]
    assert [number for number, _, _ in check("Russia has 100,000 soldiers near the border.", twice, [1, 4]).quotes] == [
        1,
        4,
    ]


def test_what_is_put_in_quite_other_words_is_not_supported():
    verdict = check("A huge army stands ready at the frontier.", PASSAGES, [1])
    assert not verdict.supported
    assert "differs too much" in verdict.reason


@pytest.mark.parametrize("numbers", [[], [3], [0], [-1], [4], [99, 2], [2, 2, 2]])
def test_a_citation_that_is_missing_or_wrong_is_supplied_where_another_passage_has_the_words(numbers):
    verdict = check("Russia has 100,000 troops near the border.", PASSAGES, numbers)
    assert [number for number, _, _ in verdict.quotes] == [1]


def test_nothing_is_supported_without_passages():
    verdict = check("Russia has 100,000 troops near the border.", [], [1])
    assert (verdict.supported, verdict.quotes) == (False, ())
    assert verdict.reason


@pytest.mark.parametrize("said", ["", "   ", "[3]", "[1, 2] [3]", "…", "–", "It is.", "\u200b", "\ud800"])
def test_what_says_nothing_is_not_supported(said):
    assert not check(said, PASSAGES, [1, 3]).supported


@pytest.mark.parametrize(
    "added",
    [
        "(see https://evil.example/x)",
        "![x](https://evil.example/x.png)",
        "[here](https://evil.example)",
        "[here](javascript:alert(1))",
        "<img src=x onerror=alert(1)>",
        "<b>near</b>",
        "<script>alert(1)</script>",
        "www.evil.example",
        "evil.com",
        "evil.example/login",
        "data:text/html,x",
    ],
)
def test_a_link_or_markup_in_other_words_than_the_passage_is_never_supported(added):
    verdict = check(f"Russia has 100,000 troops near the border {added}.", PASSAGES, [1])
    assert not verdict.supported
    assert "link or markup" in verdict.reason


def test_a_link_that_the_passage_has_may_be_repeated():
    text = "The report is at https://example.org/report and has nine pages."
    verdict = check(text, [passage(text)], [1])
    assert verdict.supported


@pytest.mark.parametrize(
    "said", ["У России 100 000 солдат.", "俄罗斯在边境有十万军队。", "Russia has 100,000 войск near the border."]
)
def test_words_in_another_script_than_the_passages_are_not_supported(said):
    assert not check(said, PASSAGES, [1]).supported


def test_ten_thousand_characters_are_refused_at_once():
    for said in ("a" * 10_000, "one two " * 1_250, "[" * 10_000, "“" * 10_000, "1" * 10_000, "A. " * 3_333):
        started = time.perf_counter()
        verdict = check(said, PASSAGES, [1])
        assert not verdict.supported
        assert time.perf_counter() - started < 1.0


def test_a_part_of_a_sentence_is_not_taken_for_all_of_it():
    """What was denied isn't supported because its words stand there."""
    assert not check("Russia had plans to attack Ukraine.", PASSAGES, [1]).supported


def test_the_day_that_a_relative_date_means_is_known():
    said = "The two met in Geneva on Friday 21 January 2022."
    assert check(said, PASSAGES, [1]).supported
    undated = [passage(LAVROV, published=None)]
    assert not check(said, undated, [1]).supported


def test_a_bracketed_explanation_of_a_quotation_is_understood():
    said = "The two met in Geneva on Friday [21 January 2022]."
    assert check(said, PASSAGES, [1]).supported


def test_a_name_of_the_headline_is_known():
    text = "The mayor said that the bridge would be open again in May."
    said = "The mayor of Dunmarrow said that the bridge would be open again in May."
    assert "Dunmarrow" in check(said, [passage(text)], [1]).reason
    titled = replace(passage(text), article=passage(text, title="Dunmarrow's bridge to open").article)
    assert "Dunmarrow" not in check(said, [titled], [1]).reason


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("nearly nine in ten", "87%"),
        ("ninety minutes", "an hour and a half"),
        ("seven days", "a week"),
        ("four-fifths", "80%"),
        ("more than half of them", "52.3%"),
        ("twenty-six ships", "26 ships"),
        ("1.9m crowns", "1.9 million crowns"),
        ("eight more months", "eight months"),
        ("half a minute", "30 seconds"),
    ],
)
def test_numbers_are_read_in_figures_and_words(one, other):
    assert all(agrees_with_any(quantity, quantities(other)) for quantity in quantities(one))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("87%", "nearly nine in ten"),
        ("in 1992", "in 1991"),
        ("about 40", "50"),
        ("more than 10", "30"),
        ("a third of them", "half"),
        ("2,178", "2,640"),
        ("three weeks", "three days"),
        ("$1.2 billion", "1.2 million"),
    ],
)
def test_other_numbers_are_told_apart(one, other):
    assert not all(agrees_with_any(quantity, quantities(other)) for quantity in quantities(one))
