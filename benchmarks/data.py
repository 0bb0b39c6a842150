"""Loads articles and questions to measure on: Wikipedia articles, Wikinews reports, or the demonstration."""

import json
import random
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from index.ingest import demo_folder
from index.readers.formats import READERS, read_file
from index.text.cleaning import normalise, paragraphs
from training.reading.sets import qamr, rows

DATA = Path(__file__).parent.parent / "tests" / "data"
QUESTIONS, INVENTED = DATA / "questions", DATA / "invented"

T = TypeVar("T")

WRITTEN, TEMPLATED, VAGUE = "QAMR", "QA-SRL", "QA-SRL, vague"
"""Kinds of question on Wikinews: written freely, made by a template, and templated with "something" for a name."""

_PLACEHOLDER = re.compile(r"\bsome(?:thing|one|where)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Task:
    """A question about an article, named by its title, and `(start, end)` of each answer in the article's text.

    `kind` distinguishes the questions of a collection that has several kinds.
    """

    question: str
    title: str
    spans: tuple[tuple[int, int], ...]
    kind: str = ""


def squadshifts(folder: Path, half: str) -> tuple[dict[str, str], list[Task]]:
    """Return `(articles, tasks)` of the "tune" or the "report" half: every other title in alphabetical order.

    All paragraphs of a title form one article. `folder` holds `reading/squadshifts_new_wiki.jsonl.gz`.
    """
    contexts: dict[str, dict[str, list[dict]]] = defaultdict(lambda: defaultdict(list))
    for row in rows(folder / "reading", "squadshifts_new_wiki"):
        contexts[row["title"]][row["context"]].append(row)
    articles, tasks = {}, []
    for title in sorted(contexts)[half == "report" :: 2]:
        cleaned = {context: _cleaned(context) for context in contexts[title]}
        text = articles[title] = "\n\n".join(cleaned.values())
        for context, on_context in contexts[title].items():
            at = text.find(cleaned[context])
            tasks += (task for row in on_context if (task := _task(row, title, text, at)))
    return articles, tasks


def wikinews(folder: Path, part: str = "test") -> tuple[dict[str, str], list[Task]]:
    """Return `(articles, tasks)`: Wikinews reports with questions, among Wikipedia articles without any.

    QAMR and QA-SRL drew single sentences from documents. Those that either has of a document are joined in their order,
    so an article is a document with gaps. It is called by its number ("Document 1823406"), because its headline isn't
    known, and the beginning of its text as a title would let search find these words twice. The questions are those on
    the sentences of a part of QAMR, "test" or "dev", which the reading model isn't trained on. `folder` holds
    `reading/qamr_devtest.jsonl.gz` and `reading/qasrl_gs.jsonl.gz`.
    """
    documents: dict[str, dict[tuple[int, int], str]] = defaultdict(dict)
    asked: list[tuple[str, tuple[int, int], str, dict]] = []
    measured = {example.context for example in qamr(folder / "reading", part)}
    for name, kind in (("qamr_devtest", WRITTEN), ("qasrl_gs", TEMPLATED)):
        for row in rows(folder / "reading", name):
            _, source, document, paragraph, sentence = row["id"].split("|")[0].split(":")
            title, place = f"Document {document}", (int(paragraph), int(sentence))
            documents[title][place] = row["context"]
            if source == "wikinews" and row["context"] in measured:
                is_vague = kind == TEMPLATED and _PLACEHOLDER.search(row["question"])
                asked.append((title, place, VAGUE if is_vague else kind, row))
    articles, places = {}, {}
    for title in sorted(documents):
        articles[title], places[title] = _joined(documents[title])
    tasks = [
        task
        for title, place, kind, row in asked
        if (task := _task(row, title, articles[title], places[title].get(place, -1), kind))
    ]
    return articles, tasks


def invented() -> tuple[dict[str, str], list[Task]]:
    """Return `(articles, tasks)` of invented news; near misses have no spans. tests/data/invented/README.md has more.

    Raises ValueError for an answer that doesn't stand in its article once.
    """
    lines = (line for path in sorted(INVENTED.glob("*.jsonl")) for line in path.read_text("utf-8").splitlines())
    articles, tasks = {}, []
    for article in map(json.loads, lines):
        title, text = article["title"], article["text"]
        articles[title] = text
        for asked in article["questions"]:
            spans = tuple((match.start(), match.end()) for match in re.finditer(re.escape(asked["a"]), text))
            if asked["a"] and len(spans) != 1:
                raise ValueError(f"{asked['a']!r} stands {len(spans)} times in {title!r}. Give what stands there once.")
            tasks.append(Task(asked["q"], title, spans if asked["a"] else (), asked["kind"]))
    return articles, tasks


def demonstration() -> tuple[dict[str, str], list[Task]]:
    """Return `(articles, tasks)` of the demonstration, which is only good for checking that a benchmark runs."""
    drafts = {path.name: read_file(path)[0] for path in demo_folder().iterdir() if path.suffix in READERS}
    asked = [json.loads(line) for line in (QUESTIONS / "demo.jsonl").read_text("utf-8").splitlines()]
    tasks = []
    for row in asked:
        for name in row["gold"][:1]:
            spans = tuple(_occurrences(drafts[name].full_text, row["answers"]))
            tasks += [Task(row["question"], drafts[name].title, spans)] if spans else []
    return {draft.title: draft.full_text for draft in drafts.values()}, tasks


def drawn(items: Sequence[T], count: int | None) -> list[T]:
    """Return `count` of the items, drawn with a fixed seed; all of them if there are no more or `count` is None."""
    return random.Random(0).sample(items, len(items) if count is None else min(count, len(items)))  # noqa: S311


def _joined(sentences: dict[tuple[int, int], str]) -> tuple[str, dict[tuple[int, int], int]]:
    """Return the text of sentences by `(paragraph, sentence)`, and where each of them begins in it."""
    text, starts, last = "", {}, None
    for (paragraph, number), sentence in sorted(sentences.items()):
        if cleaned := _cleaned(sentence).replace("`", "'"):  # a reader of Markdown drops single backticks
            text += "" if last is None else " " if paragraph == last else "\n\n"
            starts[paragraph, number], last = len(text), paragraph
            text += cleaned
    return text, starts


def _cleaned(text: str) -> str:
    return " ".join(paragraphs(normalise(text)))


def _task(row: dict, title: str, text: str, at: int, kind: str = "") -> Task | None:
    """Locate the row's answers in the text, whose part from `at` on is the row's context after cleaning.

    Returns None for the few rows whose context cleaning changed.
    """
    shift = len(row["context"]) - len(row["context"].lstrip())
    spans = [(at + answer["start"] - shift, answer["text"].strip()) for answer in row["answers"]]
    located = tuple((start, start + len(words)) for start, words in spans if text.startswith(words, start))
    return Task(row["question"].strip(), title, located, kind) if at >= 0 and located else None


def _occurrences(text: str, answers: list[str]) -> Iterator[tuple[int, int]]:
    for answer in answers:
        at = text.find(answer)
        if at >= 0:
            yield at, at + len(answer)
