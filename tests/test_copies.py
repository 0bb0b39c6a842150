"""Copies of one story, as a wire agency's in several outlets, are kept as articles and shown as one."""

import json

import pytest

from tests.test_stories import LOCAL, WIRE

OTHER = (
    "The council of Vadum voted on Thursday to close the old bridge for the winter. “It isn't safe any more,” said the "
    "mayor, Nils Orsk, who had been against it. Drivers will have to take the ferry until the end of March at least. "
    "The repairs are to cost two million crowns, of which the county pays half, and nobody knows yet who pays the rest."
)
COPIES = {
    "The Gazette": WIRE,
    "The Courier": f"DUNMARROW, March 5 (OPA) — {WIRE}",
    "The Herald": WIRE[: WIRE.index("Three lifeboats")],
    "The Post": OTHER,
}


def record(publisher, text):
    return {"id": publisher, "title": f"As {publisher} has it", "text": text, "publisher": publisher}


@pytest.fixture
def add(empty, write):
    """Adds articles, as `{publisher: text}`, from an export of each publisher's own."""

    def add(texts):
        for publisher, text in texts.items():
            empty.ingest([write(f"{publisher}.json", json.dumps([record(publisher, text)]))])
        return empty

    return add


def stories(assistant):
    """The publishers of each story, in any order."""
    found = {}
    for article in assistant.articles():
        found.setdefault(article.story, set()).add(article.publisher)
    return sorted(sorted(publishers) for publishers in found.values())


def by(assistant, publisher):
    return next(article for article in assistant.articles() if article.publisher == publisher)


@pytest.mark.parametrize("order", [1, -1])
def test_copies_that_are_reheaded_or_trimmed_share_a_story(add, order):
    assistant = add(dict([*COPIES.items()][::order]))
    assert stories(assistant) == [["The Courier", "The Gazette", "The Herald"], ["The Post"]]


def test_copies_that_come_in_at_once_share_a_story(empty, write):
    empty.ingest([write("all.json", json.dumps([record(*pair) for pair in COPIES.items()]))])
    assert stories(empty) == [["The Courier", "The Gazette", "The Herald"], ["The Post"]]


def test_a_search_shows_one_copy(add):
    found = add(COPIES).search("How warm was the water, said Commander Penrow?")
    assert len({passage.article.publisher for passage in found} & {"The Gazette", "The Courier"}) == 1
    assert sum("gusts of 41 knots" in passage.text for passage in found) == 1
    assert "The Post" in {passage.article.publisher for passage in found}


def test_a_citation_names_the_other_outlets_and_no_longer_those_removed(add):
    assistant = add(COPIES)
    question = "What did Commander Penrow tell reporters?"
    (citation, *_) = assistant.ask(question).citations
    assert sorted([*citation.also_in, citation.article.publisher]) == ["The Courier", "The Gazette", "The Herald"]
    assistant.remove([by(assistant, citation.also_in[0]).id])
    (again, *_) = assistant.ask(question).citations
    assert (again.article.id, again.also_in) == (citation.article.id, citation.also_in[1:])
    assistant.remove([by(assistant, again.also_in[0]).id])
    assert assistant.ask(question).citations[0].also_in == ()


def test_when_the_copy_that_is_shown_is_removed_another_is(add):
    assistant = add(COPIES)
    question = "How warm was the water?"
    shown = next(passage for passage in assistant.search(question) if "seven degrees" in passage.text)
    assistant.remove([shown.article.id])
    other = next(passage for passage in assistant.search(question) if "seven degrees" in passage.text)
    assert other.article.story == shown.article.story


def test_an_article_that_is_rewritten_leaves_the_story(add):
    assistant = add(COPIES)
    add({"The Courier": f"{OTHER} {LOCAL}"})
    assert stories(assistant) == [["The Courier", "The Post"], ["The Gazette", "The Herald"]]


def test_a_copy_of_three_stories_makes_them_one(add):
    parts = [
        WIRE.partition("\n")[0],
        OTHER,
        f"{LOCAL} The pupils were on their way home from the islands with their teacher.",
    ]
    assistant = add(dict(zip("ABC", parts, strict=True)))
    assert stories(assistant) == [["A"], ["B"], ["C"]]
    add({"D": "\n\n".join(parts)})
    assert stories(assistant) == [["A", "B", "C", "D"]]
    (citation, *_) = assistant.ask("What did the council of Vadum vote for?").citations
    assert len(citation.also_in) == 3
