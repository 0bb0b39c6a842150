"""Measures whole answers on articles that nothing was tuned on: `python -m benchmarks.chain --data DIR`, or `--smoke`.

Each question is asked twice: of all articles, and of the half that lacks its own article, where it must be refused. The
same is done with odds that come from the sentences' likeness to the question alone.
"""

import argparse
import random
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from sklearn.metrics import precision_recall_fscore_support
from tqdm import tqdm

from assistant import Answer
from assistant.answering.features import Features
from assistant.answering.scoring import Scorer, Weights
from assistant.evaluation.measures import ANSWER_CHARACTERS, contains_answer, paired_interval, token_f1
from benchmarks.data import Task, demonstration, squadshifts
from benchmarks.systems import assistant_on, write_articles

LIKENESS = Weights(-6.6, {name: 6.0 if name in ("meaning", "words") else 0.0 for name in Features._fields})
"""Half likeness in meaning and half the question's words, as answers were chosen before there was a reading model."""

COUNT = 600
"""Questions asked by default."""


def main() -> None:
    """Ask all questions with and without the reading model, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="the folder that holds reading/squadshifts_new_wiki.jsonl.gz")
    parser.add_argument("--half", choices=["tune", "report"], default="report")
    parser.add_argument("--questions", type=int, default=COUNT, help="how many, drawn with a fixed seed")
    parser.add_argument("--smoke", action="store_true", help="only check that it runs, on the demonstration")
    given = parser.parse_args()
    if not given.smoke and not given.data:
        parser.error("give --data DIR, or --smoke")
    articles, tasks = demonstration() if given.smoke else squadshifts(given.data, given.half)
    tasks = random.Random(0).sample(tasks, 4 if given.smoke else min(given.questions, len(tasks)))  # noqa: S311
    print(f"{len(articles)} articles, {len(tasks)} questions, each asked with and without its article")
    ours = ask_all(articles, tasks)
    with likeness_alone():
        before = ask_all(articles, tasks)
    print(figures(articles, tasks, ours, before))


def figures(articles: dict[str, str], tasks: Sequence[Task], *runs: tuple[list[Answer], list[Answer]]) -> str:
    """Return a table of the runs and the first one's lead. A run is the answers with and without the articles."""
    marks = (True, False)  # choosing by likeness marks no words: the whole quotation is scored
    measures = [_measures(articles, tasks, run[0], marked=each) for run, each in zip(runs, marks, strict=True)]
    lines = [f"{'':<44}{'onrecord':>12}{'by likeness':>12}"]
    for name in measures[0]:
        low, high = paired_interval(list(measures[0][name] - measures[1][name]))
        lines.append(f"{name:<44}" + "".join(f"{each[name].mean():12.3f}" for each in measures))
        lines.append(f"    lead, 95% interval: {low:+.3f} to {high:+.3f}")
    refusals = [_refusals(*run) for run in runs]
    lines += [f"{name:<44}" + "".join(f"{each[name]:12.3f}" for each in refusals) for name in refusals[0]]
    return "\n".join(lines)


def ask_all(articles: dict[str, str], tasks: Sequence[Task]) -> tuple[list[Answer], list[Answer]]:
    """Return the answers from all articles, and those from the half that lacks the question's article."""
    titles = sorted(articles)
    halves = [titles[0::2], titles[1::2]]
    with tempfile.TemporaryDirectory() as folder:
        whole, *others = (
            assistant_on(
                write_articles(Path(folder) / f"{at}", {t: articles[t] for t in each}), Path(folder) / f"{at}i"
            )
            for at, each in enumerate([titles, *halves])
        )
        lacking = {title: other for half, other in zip(halves, reversed(others), strict=True) for title in half}
        with_articles = [whole.ask(task.question) for task in tqdm(tasks, "with", mininterval=10)]
        without = [lacking[task.title].ask(task.question) for task in tqdm(tasks, "without", mininterval=10)]
    return with_articles, without


@contextmanager
def likeness_alone() -> Iterator[None]:
    """Weigh nothing but likeness inside this block."""
    fitted = Scorer.weights
    Scorer.weights = property(lambda scorer: LIKENESS)
    try:
        yield
    finally:
        Scorer.weights = fitted


def _measures(
    articles: dict[str, str], tasks: Sequence[Task], answers: Sequence[Answer], *, marked: bool
) -> dict[str, np.ndarray]:
    f1, contains = [], []
    for task, answer in zip(tasks, answers, strict=True):
        right = [articles[task.title][start:end] for start, end in task.spans]
        shown = " ".join(sentence.text for sentence in answer.sentences)
        words = [citation.answer for citation in answer.citations if marked and citation.answer]
        words = [*words, *(citation.quote for citation in answer.citations), ""]
        f1.append(max(token_f1(words[0], each) for each in right))
        contains.append(float(contains_answer(shown[:ANSWER_CHARACTERS], right)))
    return {"F1 of the marked words": np.array(f1), "contains the answer (300 characters)": np.array(contains)}


def _refusals(with_articles: Sequence[Answer], without: Sequence[Answer]) -> dict[str, float]:
    refused = [answer.refused for answer in (*with_articles, *without)]
    must_refuse = [*[False] * len(with_articles), *[True] * len(without)]
    figures = precision_recall_fscore_support(must_refuse, refused, average="binary", zero_division=0.0)
    names = ("refusal precision", "refusal recall", "refusal F1")
    return dict(zip(names, map(float, figures[:3]), strict=True))


if __name__ == "__main__":
    main()
