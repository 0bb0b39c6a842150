"""Loads articles and questions to measure on: SQuADShifts' Wikipedia articles, or the demonstration."""

import gzip
import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from index.ingest import demo_folder
from index.readers.formats import READERS, read_file
from index.text.cleaning import normalise, paragraphs

QUESTIONS = Path(__file__).parent.parent / "tests" / "data" / "questions"


@dataclass(frozen=True)
class Task:
    """A question about an article, named by its title, and `(start, end)` of each answer in the article's text."""

    question: str
    title: str
    spans: tuple[tuple[int, int], ...]


def squadshifts(folder: Path, half: str) -> tuple[dict[str, str], list[Task]]:
    """Return `(articles, tasks)` of the "tune" or the "report" half: every other title in alphabetical order.

    All paragraphs of a title form one article. `folder` holds `reading/squadshifts_new_wiki.jsonl.gz`.
    """
    contexts: dict[str, dict[str, list[dict]]] = defaultdict(lambda: defaultdict(list))
    with gzip.open(folder / "reading" / "squadshifts_new_wiki.jsonl.gz", "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            contexts[row["title"]][row["context"]].append(row)
    articles, tasks = {}, []
    for title in sorted(contexts)[half == "report" :: 2]:
        cleaned = {context: " ".join(paragraphs(normalise(context))) for context in contexts[title]}
        text = articles[title] = "\n\n".join(cleaned.values())
        for context, rows in contexts[title].items():
            tasks += (task for row in rows if (task := _task(row, title, text, cleaned[context])))
    return articles, tasks


def demonstration() -> tuple[dict[str, str], list[Task]]:
    """Return `(articles, tasks)` of the demonstration, which is only good for checking that a benchmark runs."""
    drafts = {path.name: read_file(path)[0] for path in demo_folder().iterdir() if path.suffix in READERS}
    rows = [json.loads(line) for line in (QUESTIONS / "demo.jsonl").read_text("utf-8").splitlines()]
    tasks = []
    for row in rows:
        for name in row["gold"][:1]:
            spans = tuple(_occurrences(drafts[name].full_text, row["answers"]))
            tasks += [Task(row["question"], drafts[name].title, spans)] if spans else []
    return {draft.title: draft.full_text for draft in drafts.values()}, tasks


def _task(row: dict, title: str, text: str, context: str) -> Task | None:
    """Locate the row's answers in the cleaned text; return None for the few whose paragraph cleaning changed."""
    at = text.find(context)
    shift = len(row["context"]) - len(row["context"].lstrip())
    spans = [(at + answer["start"] - shift, answer["text"].strip()) for answer in row["answers"]]
    located = tuple((start, start + len(words)) for start, words in spans if text.startswith(words, start))
    return Task(row["question"], title, located) if at >= 0 and located else None


def _occurrences(text: str, answers: list[str]) -> Iterator[tuple[int, int]]:
    for answer in answers:
        at = text.find(answer)
        if at >= 0:
            yield at, at + len(answer)
