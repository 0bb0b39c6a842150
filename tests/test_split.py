import json
from itertools import pairwise
from pathlib import Path

import pytest

from index.ingest import demo_folder
from index.readers.formats import READERS, read_file
from index.text.passages import PASSAGE_CHARACTERS, passages
from index.text.sentences import is_pronoun_led, sentence_spans, sentences

CASES = [json.loads(line) for line in (Path(__file__).parent / "data" / "sentences.jsonl").read_text().splitlines()]
NOT_SPLIT = {
    "U.K. inside and at end": "an abbreviation before a capital may end a sentence or not",
    "Inc. inside and at end": "an abbreviation before a capital may end a sentence or not",
    "St. as street at end": "an abbreviation before a capital may end a sentence or not",
    "version numbers": "a number before a capital is taken for an initial",
    "quote: several sentences in one quote": "a quotation is kept whole, with who said it",
    "quote: split by attribution": "a quotation is kept whole, with who said it",
    "quote: two questions": "a quotation is kept whole, with who said it",
}
"""What stays too long. None of the cases is cut where no sentence ends, which would falsify a quotation."""


def split(text):
    return [text[start:end] for start, end in sentence_spans(text)]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["about"])
def test_sentences_end_where_an_editor_says(case, request):
    """80 paragraphs with their sentences, written by somebody who hadn't seen the splitter."""
    found = split(case["text"])
    if case["about"] in NOT_SPLIT and found != case["sentences"]:
        ends = {case["text"].index(sentence) + len(sentence) for sentence in case["sentences"]}
        assert {end for _, end in sentence_spans(case["text"])} <= ends
    else:
        assert found == case["sentences"]


@pytest.mark.parametrize(
    "text",
    [
        "On Friday Mr. Lavrov met Dr. J. K. Orsk of the U.S. delegation, who had come on Jan. 6 with $3.5 million.",
        "Mr Putin should “desist and step back” UK Foreign Secretary Liz Truss said in a speech on Friday.",
        "“Will it hold?” asked Lt. Gen. A. B. Orsk of No. 4 Squadron at 7.30 p.m. on Tuesday.",
    ],
)
def test_one_sentence_stays_one(text):
    assert split(text) == [text]


def test_a_sentence_ends_after_its_closing_quotation_mark():
    assert split("“It is over.” He left. (Nobody stayed.) Then it rained.") == [
        "“It is over.”",
        "He left.",
        "(Nobody stayed.)",
        "Then it rained.",
    ]


def test_captions_and_subheadings_cant_be_quoted_and_list_items_can():
    text = "Sergei Lavrov\n\nThe talks were held in Geneva.\n\nWhat comes next\n\n- Warships for Spain"
    assert [text[s.start : s.end] for s in sentences(text)] == ["The talks were held in Geneva.", "Warships for Spain"]


def test_the_shortest_sentences_can_be_quoted_and_single_words_cant():
    text = "A fire destroyed the mill. Nobody died.\n\nPrices fell. Really? Updated\n\nSports news"
    assert [text[each.start : each.end] for each in sentences(text)][1:] == ["Nobody died.", "Prices fell."]


def test_a_dateline_isnt_part_of_its_sentence():
    text = "KESTROW, March 1 (OPA) — The ministry denied it.\n\nGENEVA - Talks began early. NATO left - it said so."
    assert [text[s.start : s.end] for s in sentences(text)] == [
        "The ministry denied it.",
        "Talks began early.",
        "NATO left - it said so.",
    ]


def test_a_sentence_that_breaks_off_with_its_quotation_can_be_quoted():
    text = "In his opening remarks, Mr. Blinken stated, “This is a critical moment,”\n\nHe said more."
    assert len(sentences(text)) == 2


def test_a_pronoun_led_sentence_knows_the_sentence_that_it_needs():
    text = "Mr Lavrov accused NATO. He denied the plan. However, he left early. Rain fell on Geneva."
    leads = [text[s.lead : s.lead_end] for s in sentences(text)]
    assert leads == ["", "Mr Lavrov accused NATO.", "Mr Lavrov accused NATO.", ""]


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("He denied it.", True),
        ("But they had left.", True),
        ("These limits were laid down.", True),
        ("“Nobody asked us,” she added.", True),
        ("“We talked about dogs.”", True),
        ("“Nobody asked us,” Ms. Roake said.", False),
        ("“Nobody asked us,” said the captain.", False),
        ("Hester said nothing.", False),
        ("Thistle growers met.", False),
    ],
)
def test_pronoun_led_sentences_are_recognised(sentence, expected):
    assert is_pronoun_led(sentence) is expected


@pytest.mark.parametrize(
    "path", sorted(p for p in demo_folder().iterdir() if p.suffix in READERS), ids=lambda p: p.stem
)
def test_passages_cover_every_sentence_in_order(path):
    (draft,) = read_file(path)
    found = sentences(draft.full_text)
    runs = list(passages(draft.full_text, found))
    assert list(dict.fromkeys(sentence for run in runs for sentence in run)) == found
    for run in runs:
        assert run[-1].end - run[0].start <= PASSAGE_CHARACTERS or len(run) == 1
        assert all(before.end <= after.start for before, after in pairwise(run))


def test_a_sentence_without_end_is_cut_at_spaces():
    text = "word " * 1_000
    assert all(end - start <= 700 for start, end in sentence_spans(text))
    assert "".join(split(text)).replace(" ", "") == "word" * 1_000
