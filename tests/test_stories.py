"""One of the passages that copies of a story share is kept, and nothing is lost."""

import time
from collections.abc import Mapping

import pytest

from assistant.search.story_copies import one_of_each
from index.article import Article, Passage
from index.text.passages import passages
from index.text.sentences import sentences

WIRE = """At least 12 people died after a ferry struck rocks off Skerrin Isle on Monday evening, the coastguard said. \
The ship had left Dunmarrow with 214 passengers and 19 crew on board, on a night when gusts of 41 knots were forecast. \
Her owners said that she had passed her annual inspection on Nov. 14, and that no fault had been found at the time.

“We are still calling this a rescue and not a recovery,” Commander Penrow told reporters in the harbor on Tuesday. \
“The water is seven degrees. Time matters.” Three lifeboats and two helicopters took part in the search for the \
missing, and a dozen fishing boats had joined them by the morning, some from as far away as the Orsk islands."""

LOCAL = """In Upper Orsk, where nine of the passengers came from, the school stayed closed on Tuesday. “We knew them \
all,” said Mayor Edda Larch, who opened the town hall for relatives and promised them a coach to the coast."""


def article(name: str, text: str) -> Article:
    return Article(id=name, source=f"{name}.txt", title=f"As {name} has it", full_text=text)


def split(name: str, text: str) -> list[Passage]:
    """The passages of an article, in order."""
    whole = article(name, text)
    runs = passages(text, sentences(text))
    return [
        Passage(id=f"{name}-{at}", article=whole, start=run[0].start, end=run[-1].end, sentences=tuple(run))
        for at, run in enumerate(runs)
    ]


def ids(kept: list[Passage]) -> list[str]:
    return [passage.id for passage in kept]


ONE_STORY: Mapping[str, str] = {"wire": "ferry", "copy": "ferry", "third": "ferry"}


def test_a_reheaded_copys_passages_are_dropped():
    wire, copy = split("wire", WIRE), split("copy", f"DUNMARROW, March 5 (OPA) — {WIRE}")
    assert len(wire) == len(copy) == 2
    assert one_of_each([*wire, *copy], ONE_STORY) == wire
    assert one_of_each([*copy, *wire], ONE_STORY) == copy


def test_a_trimmed_copys_passages_are_dropped_where_they_begin_and_end_elsewhere():
    trimmed = WIRE[WIRE.index("Her owners") : WIRE.index("Three lifeboats")]
    wire = split("wire", WIRE)
    assert ids(one_of_each([*wire, *split("copy", trimmed)], ONE_STORY)) == ids(wire)


def test_other_quotation_marks_capitals_and_a_changed_word_make_no_other_passage():
    wire = split("wire", WIRE)
    copy = split("copy", WIRE.replace("“", '"').replace("”", '"').replace("evening", "night").replace("The ", "the "))
    assert one_of_each([*wire, *copy], ONE_STORY) == wire


def test_a_copy_with_another_toll_is_kept_though_the_number_stands_elsewhere_in_the_first():
    wire, copy = split("wire", WIRE), split("copy", WIRE.replace("least 12", "least 14"))
    assert "Nov. 14" in wire[0].text
    assert ids(one_of_each([*wire, *copy], ONE_STORY)) == ["wire-0", "wire-1", "copy-0"]


@pytest.mark.parametrize(
    ("old", "new"),
    [("seven degrees", "nine degrees"), ("Commander Penrow", "Commander Larch"), ("had joined", "had not joined")],
)
def test_a_copy_with_another_number_in_words_another_name_or_a_negation_is_kept(old, new):
    wire, copy = split("wire", WIRE), split("copy", WIRE.replace(old, new))
    assert ids(one_of_each([*wire, *copy], ONE_STORY)) == ["wire-0", "wire-1", "copy-1"]


def test_of_two_copies_with_the_other_toll_one_is_kept():
    wire, copy = split("wire", WIRE), split("copy", WIRE.replace("12", "14"))
    third = split("third", "SKERRIN — " + WIRE.replace("12", "14"))
    assert ids(one_of_each([wire[0], copy[0], third[0]], ONE_STORY)) == ["wire-0", "copy-0"]


def test_a_paragraph_that_a_copy_adds_is_kept():
    wire, copy = split("wire", WIRE), split("copy", f"{WIRE}\n\n{LOCAL}")
    kept = one_of_each([*wire, *copy], ONE_STORY)
    assert ids(kept) == ["wire-0", "wire-1", "copy-2"]
    assert kept[-1].text == LOCAL


def test_what_a_better_article_says_elsewhere_than_in_its_passages_given_is_kept():
    wire, copy = split("wire", WIRE), split("copy", WIRE)
    assert ids(one_of_each([wire[0], copy[1]], ONE_STORY)) == ["wire-0", "copy-1"]
    assert ids(one_of_each([wire[0], copy[1], copy[0], wire[1]], ONE_STORY)) == ["wire-0", "copy-1"]


def test_other_stories_passages_are_kept_unless_they_are_the_same_to_the_letter():
    wire, copy = split("wire", WIRE), split("copy", WIRE.replace("evening", "night"))
    assert ids(one_of_each([*wire, *copy], {})) == ["wire-0", "wire-1", "copy-0"]
    assert ids(one_of_each([*wire, *copy], {"wire": "a", "copy": "b"})) == ["wire-0", "wire-1", "copy-0"]


def test_an_articles_own_passages_are_kept_where_no_copy_is_among_them():
    wire = split("wire", f"{WIRE}\n\n{WIRE.replace('evening', 'night')}")
    assert one_of_each(wire, ONE_STORY)[:3] == wire[:3]


def test_the_order_and_the_passages_stay_as_given():
    wire = split("wire", f"{WIRE}\n\n{LOCAL}")
    assert one_of_each(wire[::-1], ONE_STORY) == wire[::-1]
    assert one_of_each([], ONE_STORY) == []


def test_sixty_passages_take_milliseconds():
    long = "\n\n".join(f"{WIRE}\n\n{LOCAL}".replace("Skerrin", f"Skerrin{number}") for number in range(6))
    assert len(long) > 5_000
    copies = [split(f"copy{number}", f"Outlet {number} says: {long}") for number in range(12)]
    ranked = [copy[at] for at in range(5) for copy in copies]
    story_of = {copy[0].article.id: "ferry" for copy in copies}
    seconds = []
    for _ in range(5):
        began = time.perf_counter()
        one_of_each(ranked, story_of)
        seconds.append(time.perf_counter() - began)
    assert min(seconds) < 0.05  # about 1 ms on an idle machine
