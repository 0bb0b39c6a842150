"""Fits what each feature adds to the odds that a sentence answers: `python -m training.weigh --data DIR`.

The weights are stored in the reading model's file. The questions are on encyclopedia articles and on news that the
reading model wasn't trained on, and that nothing is measured on. Each is asked with its article in the collection and
without it, and a third time with one of its names exchanged for another. Prints a table of risk and coverage.
"""

import argparse
import json
import random
import re
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from tqdm import tqdm

from assistant import Assistant
from assistant.answering.candidates import candidates, known_names
from assistant.answering.features import Features
from assistant.answering.question import parse_question
from assistant.evaluation.measures import contains_answer
from assistant.models.reading_model import MODEL, Reader
from benchmarks.data import WRITTEN, Task, drawn, squadshifts, wikinews
from benchmarks.systems import assistant_on, write_articles
from training.onnx_export import set_metadata
from training.parsing import parser
from training.reading.sets import wiki

FOLDS = 5
"""Parts of the cross-validation."""

READ = 12
"""Passages read for a question, as the default setting has it."""

QUESTIONS = 300
"""Questions drawn from each collection."""

UNANSWERABLE = 0.5
"""Weight of a question that has no answer, as there are twice as many as of those with one."""

NAMES = ("PERSON", "ORG", "GPE", "NORP", "LOC", "FAC", "EVENT", "DATE")
"""Kinds of names that are exchanged (OntoNotes 5)."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The features of a question's candidate sentences, and which of them are right."""

    features: np.ndarray
    right: np.ndarray
    answerable: bool


def main() -> None:
    """Fit and store the weights, and print risk and coverage."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder that holds `reading/`")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        asked = {name: list(_ask(*part, Path(made) / name)) for name, part in _collections(given.data).items()}
    every = [each for own in asked.values() for each in own]
    rows, right = (np.concatenate([getattr(each, name) for each in every]) for name in ("features", "right"))
    weight = np.concatenate([np.full(len(each.features), 1.0 if each.answerable else UNANSWERABLE) for each in every])
    question = np.concatenate([np.full(len(each.features), at // 3) for at, each in enumerate(every)])
    odds = np.zeros(len(rows))
    for fold in range(FOLDS):
        own = question % FOLDS == fold
        odds[own] = _fitted(rows[~own], right[~own], weight[~own]).decision_function(rows[own])
    fit = _fitted(rows, right, weight)
    bounds = np.cumsum([0, *(len(each.features) for each in every)])
    tops = [_top(each, odds[first:last]) for each, first, last in zip(every, bounds, bounds[1:], strict=False)]
    # Rescales the odds for best sentences: a score of 0.5 then means that half of such answers are right.
    best_rows, best_right = np.array([[top[0]] for top in tops]), np.array([top[1] for top in tops])
    best = _fitted(best_rows, best_right, np.array([1.0 if each.answerable else UNANSWERABLE for each in every]))
    scale = best.coef_[0][0]
    weights = {
        "bias": round(float(scale * fit.intercept_[0] + best.intercept_[0]), 3),
        "features": dict(zip(Features._fields, np.round(scale * fit.coef_[0], 3).tolist(), strict=True)),
    }
    print(json.dumps(weights))
    set_metadata(MODEL, {**Reader().metadata, "answering": json.dumps(weights)})
    scores = best.predict_proba(best_rows)[:, 1]
    tops = [(score, *top[1:]) for score, top in zip(scores, tops, strict=True)]
    for name, own in asked.items():
        print(f"{name}\n{risk_and_coverage(tops[: len(own)])}")
        tops = tops[len(own) :]


def _fitted(rows: np.ndarray, right: np.ndarray, weight: np.ndarray) -> LogisticRegression:
    return LogisticRegression(C=10, max_iter=2_000).fit(rows, right, weight)


def risk_and_coverage(tops: Sequence[tuple[float, bool, bool]]) -> str:
    """Return a line for each minimum score, from `(score, right, answerable)` of each question's best sentence."""
    lines = []
    for minimum in np.arange(0.15, 0.65, 0.05):
        answered = [top for top in tops if top[0] >= minimum]
        refused = [top for top in tops if top[0] < minimum]
        rightly, unanswerable = (sum(not top[2] for top in each) for each in (refused, tops))
        coverage = sum(top[1] for top in answered) / sum(top[2] for top in tops)
        risk = 1 - sum(top[1] for top in answered) / max(len(answered), 1)
        lines.append(
            f"  minimum {minimum:.2f}: right of the answerable {coverage:.3f}, wrong of the answers given {risk:.3f},"
            f" refusal F1 {2 * rightly / (len(refused) + unanswerable):.3f}"
        )
    return "\n".join(lines)


def _collections(folder: Path) -> dict[str, tuple[dict[str, str], list[Task]]]:
    """Return articles and questions: those of the development articles, and those on the development sentences."""
    articles, tasks = squadshifts(folder, "tune")
    kept = {example.title for example in wiki(folder / "reading", "dev")}
    news, on_news = wikinews(folder, "dev")
    return {
        "encyclopedia": (articles, drawn([task for task in tasks if task.title in kept], QUESTIONS)),
        "news": (news, drawn([task for task in on_news if task.kind == WRITTEN], QUESTIONS)),
    }


def _ask(articles: dict[str, str], tasks: Sequence[Task], work: Path) -> Iterator[Asked]:
    """Ask each question of all articles, and of the half without its own; and a near miss of all articles."""
    titles = sorted(articles)
    halves = [set(titles[0::2]), set(titles[1::2])]
    whole, *others = (
        assistant_on(
            write_articles(work / f"{at}" / "articles", {t: articles[t] for t in own}), work / f"{at}" / "index"
        )
        for at, own in enumerate([set(titles), *halves])
    )
    for task, near_miss in zip(tqdm(tasks, work.name, mininterval=10), near_misses(tasks), strict=True):
        lacking = others[1] if task.title in halves[0] else others[0]
        yield _asked(whole, task.question, [articles[task.title][start:end] for start, end in task.spans])
        yield _asked(lacking, task.question, [])
        yield _asked(whole if near_miss else lacking, near_miss or task.question, [])


def near_misses(tasks: Sequence[Task]) -> list[str]:
    """Return each question with one of its names exchanged for one of another question; empty where that can't be."""
    chance = random.Random(0)
    docs = list(parser().pipe(task.question for task in tasks))
    names: dict[str, set[str]] = defaultdict(set)
    for doc in docs:
        for name in doc.ents:
            names[name.label_].add(_plain(name.text))
    exchanged = []
    for doc in docs:
        own = [name for name in doc.ents if name.label_ in NAMES and re.search(r"[A-Z0-9]", name.text)]
        if not own:
            exchanged.append("")
            continue
        name = chance.choice(own)
        words = set(name.text.lower().split())
        others = sorted(each for each in names[name.label_] if words.isdisjoint(each.lower().split()))
        exchanged.append(doc.text.replace(_plain(name.text), chance.choice(others), 1) if others else "")
    return exchanged


def _plain(name: str) -> str:
    return re.sub(r"^the |[’']s$", "", name)


def _asked(assistant: Assistant, question: str, answers: Sequence[str]) -> Asked:
    among = candidates(assistant.search(question, READ))
    asked = parse_question(question, known_names(among), assistant.collection.parser)
    known = assistant.scorer.features(asked, among)
    right = np.array([contains_answer(candidate.text, answers) for candidate, _, _ in known], dtype=bool)
    rows = np.array([row for _, _, row in known]).reshape(-1, len(Features._fields))
    return Asked(rows, right, bool(answers))


def _top(asked: Asked, odds: np.ndarray) -> tuple[float, bool, bool]:
    if not len(odds):
        return -10.0, False, asked.answerable
    return float(odds.max()), bool(asked.right[odds.argmax()]), asked.answerable


if __name__ == "__main__":
    main()
