"""Wikinews sentences become articles again, and only questions on sentences kept for measuring are asked."""

import gzip
import json
import zlib

import pytest

from benchmarks.data import drawn, wikinews


def is_measured(sentence):
    """Whether the sentence is in QAMR's part for measuring."""
    return zlib.crc32(sentence.encode()) % 10 < 2


MEASURED = next(s for n in range(100) if is_measured(s := f"Mayor Weber opened mill [{n}] on Monday."))
TRAINED = next(s for n in range(100) if not is_measured(s := f"The bridge cost ` {n} crowns."))
LAST = "It closed in 1990."


def row(sentence, place, question, answer, source="wikinews"):
    return {
        "id": f"Wiki1k:{source}:{place}|1 2|3",
        "dataset": "made",
        "title": source,
        "context": sentence,
        "question": question,
        "answers": [{"text": answer, "start": sentence.index(answer)}],
        "answerable": True,
    }


@pytest.fixture
def folder(tmp_path):
    files = {
        "qamr_devtest": [
            row(MEASURED, "77:4:2", "Who opened it? ", "Mayor Weber"),
            row(TRAINED, "77:4:0", "What was costly?", "bridge"),
            row(MEASURED, "90:0:0", "Who was it?", "Weber", source="wikipedia"),
        ],
        "qasrl_gs": [
            row(LAST, "77:10:0", "When did it close?", "1990"),
            row(MEASURED, "77:4:2", "Who opened something?", "Mayor Weber"),
            row(MEASURED, "77:4:2", "When was the mill opened?", "on Monday"),
        ],
    }
    (tmp_path / "reading").mkdir()
    for name, rows in files.items():
        with gzip.open(tmp_path / "reading" / f"{name}.jsonl.gz", "wt", encoding="utf-8") as lines:
            lines.write("\n".join(map(json.dumps, rows)))
    return tmp_path


def test_sentences_stand_in_their_order_with_an_empty_line_between_paragraphs(folder):
    articles, _ = wikinews(folder)
    cleaned = MEASURED.replace("[", "(").replace("]", ")")
    assert articles["Document 77"] == f"{TRAINED.replace('`', chr(39))} {cleaned}\n\n{LAST}"


def test_wikipedia_documents_are_there_without_questions(folder):
    articles, tasks = wikinews(folder)
    assert set(articles) == {"Document 77", "Document 90"}
    assert {task.title for task in tasks} == {"Document 77"}


def test_only_sentences_kept_for_measuring_are_asked_about_and_vague_questions_are_apart(folder):
    articles, tasks = wikinews(folder)
    asked = {(task.kind, task.question): articles[task.title][slice(*task.spans[0])] for task in tasks}
    assert asked == {
        ("QAMR", "Who opened it?"): "Mayor Weber",
        ("QA-SRL", "When was the mill opened?"): "on Monday",
        ("QA-SRL, vague", "Who opened something?"): "Mayor Weber",
    }


def test_a_sample_is_the_same_every_time_and_no_larger_than_the_whole():
    assert drawn(range(100), 5) == drawn(range(100), 5)
    assert sorted(drawn("abc", 5)) == ["a", "b", "c"]
    assert len(drawn("abc", None)) == 3
