"""Fits how relevance and reading rank passages, for the model to keep: `python -m training.reading.rank --data DIR`.

The weights give the passages that answer the highest probability among those that search finds for a question (a
conditional logit, McFadden 1974). The questions are on encyclopedia articles and on news that the model wasn't trained
on, and that nothing is measured on. Each is searched among all articles of its collection.
"""

import argparse
import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.optimize import minimize
from scipy.special import logsumexp
from tqdm import tqdm

from assistant.models.reading_model import MODEL, Reader
from assistant.search.retriever import FOUND, RERANKED, retrieve
from benchmarks.data import WRITTEN, Task, drawn, squadshifts, wikinews
from benchmarks.systems import assistant_on, write_articles
from training.onnx_export import set_metadata
from training.reading.sets import wiki

QUESTIONS = 300
"""Questions drawn from each collection."""


def main() -> None:
    """Fit the weights, store them, and print them with the share of questions whose first passage answers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder that holds `reading/`")
    parser.add_argument("--model", type=Path, default=MODEL, help="the model's file")
    given = parser.parse_args()
    reader = Reader(given.model)
    with tempfile.TemporaryDirectory() as work:
        asked = [each for part in _collections(given.data) for each in _searched(*part, reader, Path(work))]
    relevance, reading = map(float, minimize(_surprise, np.ones(2), (asked,)).x)
    weights = {"relevance": relevance, "reading": reading}
    print(json.dumps(weights))
    for name, tried in {"search": (0, 0), "relevance": (2, 0), "reading": (0, 2), "both": (relevance, reading)}.items():
        print(f"first passage by {name}: {_first(np.array(tried), asked):.3f}")
    calibration = reader.metadata["calibration"]
    set_metadata(given.model, {"calibration": calibration, "ranking": json.dumps(weights)})


@dataclass(frozen=True)
class Searched:
    """What search finds for a question.

    `signs` holds relevance and reading of each passage, `(passages, 2)`; `found` what its score by search counts, and
    `right` whether it holds the answer, `(passages,)`.
    """

    signs: np.ndarray
    found: np.ndarray
    right: np.ndarray


def _surprise(weights: np.ndarray, asked: Sequence[Searched]) -> float:
    """Return the mean of the negative logarithm of the probability that the passages that answer get."""
    total = 0.0
    for each in asked:
        odds = each.signs @ weights + each.found
        total += logsumexp(odds) - logsumexp(odds[each.right])
    return total / len(asked)


def _first(weights: np.ndarray, asked: Sequence[Searched]) -> float:
    return float(np.mean([each.right[(each.signs @ weights + each.found).argmax()] for each in asked]))


def _collections(folder: Path) -> Iterator[tuple[str, dict[str, str], list[Task]]]:
    articles, tasks = squadshifts(folder, "tune")
    kept = {example.title for example in wiki(folder / "reading", "dev")}
    yield "wiki", articles, drawn([task for task in tasks if task.title in kept], QUESTIONS)
    articles, tasks = wikinews(folder, "dev")
    yield "news", articles, drawn([task for task in tasks if task.kind == WRITTEN], QUESTIONS)


def _searched(
    name: str, articles: dict[str, str], tasks: Sequence[Task], reader: Reader, work: Path
) -> Iterator[Searched]:
    """Yield what search finds for each question, where a passage holds the answer."""
    assistant = assistant_on(write_articles(work / name / "articles", articles), work / name / "index")
    for task in tqdm(tasks, name, mininterval=10):
        passages = retrieve(assistant.collection, task.question, RERANKED)
        texts, headlines = [each.text for each in passages], [each.article.title for each in passages]
        right = [
            each.article.title == task.title
            and any(each.start <= start and end <= each.end for start, end in task.spans)
            for each in passages
        ]
        if any(right):
            signs = reader.signs(task.question, texts, headlines)
            found = FOUND * np.log([each.score for each in passages])
            yield Searched(np.array(signs), found, np.array(right))


if __name__ == "__main__":
    main()
