"""Weighs reader and likeness for the whole chain: `python -m training.weigh --data DIR`.

On articles that search was tuned on and the reading model wasn't trained on, each question is asked with its article
in the collection and without it. Prints the weights that `assistant/extract.py` has, and risk and coverage.
"""

import argparse
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_predict
from tqdm import tqdm

from assistant import Assistant, Settings
from assistant.extract import features
from benchmarks.data import Task, squadshifts
from benchmarks.systems import write_articles
from training.data import wiki

READ = 12


@dataclass(frozen=True, slots=True)
class Asked:
    """The features of a question's candidate sentences, and which of them hold the answer."""

    features: np.ndarray
    right: np.ndarray
    answerable: bool


def main() -> None:
    """Prints weights, risk and coverage."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder that has `reading/`")
    given = parser.parse_args()
    asked = [each for each in ask(given.data) if len(each.features)]
    rows = np.concatenate([each.features for each in asked])
    right = np.concatenate([each.right for each in asked])
    fit = LogisticRegression(C=100)
    groups = np.concatenate([[at // 2] * len(each.features) for at, each in enumerate(asked)])
    odds = cross_val_predict(fit, rows, right, groups=groups, cv=_by_group(groups), method="predict_proba")[:, 1]
    fit.fit(rows, right)
    print(f"{len(asked)} questions; weights {fit.coef_[0].round(2)}, bias {fit.intercept_[0]:.2f}")
    tops, at = [], 0
    for each in asked:
        own = odds[at : at + len(each.features)]
        tops.append((own.max(), bool(each.right[own.argmax()]), each.answerable))
        at += len(own)
    for minimum in np.arange(0.1, 0.95, 0.05):
        said = [top for top in tops if top[0] >= minimum]
        refused = [top for top in tops if top[0] < minimum]
        hit = sum(not top[2] for top in refused)
        lacking = sum(not top[2] for top in tops)
        f1 = 2 * hit / (len(refused) + lacking)
        answered = sum(top[1] for top in said) / sum(top[2] for top in tops)
        print(
            f"minimum {minimum:.2f}: answered {len(said) / len(tops):.2f}, wrong of these"
            f" {1 - np.mean([top[1] for top in said]):.2f}, right of the answerable {answered:.3f}, refusal F1 {f1:.3f}"
        )


def ask(folder: Path) -> Iterator[Asked]:
    """All questions of the development articles, each with its article and without."""
    articles, tasks = squadshifts(folder, "tune")
    kept = {example.title for example in wiki(folder / "reading", "dev")}
    tasks = [task for task in tasks if task.title in kept]
    with tempfile.TemporaryDirectory() as made:
        whole = _assistant(Path(made) / "whole", articles)
        rest = _assistant(Path(made) / "rest", {title: text for title, text in articles.items() if title not in kept})
        for task in tqdm(tasks, mininterval=10):
            yield _asked(whole, task, articles)
            yield _asked(rest, task, articles)


def _asked(assistant: Assistant, task: Task, articles: dict[str, str]) -> Asked:
    passages = assistant.search(task.question, READ)
    found = features(task.question, passages, assistant.encode, assistant.reader)
    right = [
        candidate.passage.article.title == task.title
        and any(candidate.sentence.start < end and start < candidate.sentence.end for start, end in task.spans)
        for candidate, _ in found
    ]
    rows = np.array([row for _, row in found]).reshape(len(found), -1)
    return Asked(rows, np.array(right), any(p.article.title == task.title for p in passages))


def _assistant(folder: Path, articles: dict[str, str]) -> Assistant:
    assistant = Assistant(Settings(index_dir=folder / "index"))
    assistant.ingest([write_articles(folder / "articles", articles)])
    return assistant


def _by_group(groups: np.ndarray) -> Sequence[tuple[np.ndarray, np.ndarray]]:
    return [(np.flatnonzero(groups % 5 != fold), np.flatnonzero(groups % 5 == fold)) for fold in range(5)]


if __name__ == "__main__":
    main()
