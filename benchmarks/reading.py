"""Measures how well and how fast the reading model reads: `python -m benchmarks.reading --data DIR`, or `--smoke`.

The questions are ones that it was neither trained nor tuned on: the SQuAD 2.0 articles Huguenot, Force and
Harvard_University, and a fifth of QAMR's Wikinews sentences. `DIR/reading` holds the files.
"""

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.metrics import roc_auc_score
from tqdm import tqdm

from assistant.evaluation.measures import normalised, token_f1
from assistant.models.reading_model import Reader
from benchmarks.data import demonstration
from training.reading.sets import ReadingExample, qamr, squad

EVEN_ODDS = 0.5
"""Probability below which a question counts as refused."""

PASSAGES, TOKENS = 12, 150
"""Number and length of the passages that the speed is measured with."""


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="the folder that holds `reading/`")
    parser.add_argument("--smoke", action="store_true", help="only check that it runs, on the demonstration")
    given = parser.parse_args()
    if not given.smoke and not given.data:
        parser.error("give --data DIR, or --smoke")
    began = time.perf_counter()
    reader = Reader()
    reader.read("Ready?", ["Ready."])
    print(f"loaded in {time.perf_counter() - began:.2f} s")
    print(f"{PASSAGES} passages of {TOKENS} tokens read in {milliseconds(reader):.0f} ms (median)")
    if given.smoke:
        articles, tasks = demonstration()
        examples = [ReadingExample(task.question, articles[task.title], task.spans) for task in tasks[:3]]
        print(scores("the demonstration", reader, examples))
    else:
        print(scores("SQuAD 2.0", reader, squad(given.data / "reading", "test")))
        print(scores("QAMR, Wikinews", reader, qamr(given.data / "reading", "test")))


@dataclass(frozen=True, slots=True)
class Readings:
    """What was read, question by question: F1 and exact match with the best answer, the odds, and if there is one."""

    f1: np.ndarray
    exact: np.ndarray
    odds: np.ndarray
    answerable: np.ndarray

    @property
    def f1_with_refusals(self) -> np.ndarray:
        """F1 if the question was answered, 0 if it was wrongly refused; 1 for an unanswerable one that was refused."""
        answered = self.odds >= EVEN_ODDS
        return np.where(self.answerable, self.f1 * answered, ~answered)


def read(name: str, reader: Reader, examples: Sequence[ReadingExample]) -> Readings:
    """Return how well the reader reads each example's passage; `name` is shown meanwhile."""
    f1, exact, odds = [], [], []
    for example in tqdm(examples, name, mininterval=10):
        (reading,) = reader.read(example.question, [example.context])
        f1.append(max((token_f1(reading.text, answer) for answer in example.answers), default=0.0))
        exact.append(any(normalised(reading.text) == normalised(answer) for answer in example.answers))
        odds.append(reading.score)
    answerable = [bool(example.spans) for example in examples]
    return Readings(np.array(f1), np.array(exact), np.array(odds), np.array(answerable))


def scores(name: str, reader: Reader, examples: Sequence[ReadingExample]) -> str:
    """Return F1 and exact match on answerable questions, F1 on all with refusals, and AUC between the two kinds."""
    readings = read(name, reader, examples)
    answerable = readings.answerable
    lines = [
        f"{name}: {len(examples)} questions, {answerable.sum()} answerable",
        f"  answerable: F1 {readings.f1[answerable].mean():.3f}, exact {readings.exact[answerable].mean():.3f}",
    ]
    if not answerable.all():
        overall, area = readings.f1_with_refusals.mean(), roc_auc_score(answerable, readings.odds)
        lines.append(f"  with refusals: F1 {overall:.3f}, AUC {area:.3f}")
    return "\n".join(lines)


def milliseconds(reader: Reader) -> float:
    """Return the median milliseconds for reading PASSAGES passages of TOKENS tokens."""
    words = " ".join(next(iter(demonstration()[0].values())).split() * 3).split(" ")
    passage = ""
    for word in words:
        if len(reader.windows("Who said what?", f"0 {passage} {word}")[0].encoding) > TOKENS:
            break
        passage = f"{passage} {word}".strip()
    seconds = []
    for turn in range(15):
        passages = [f"{turn * PASSAGES + number} {passage}" for number in range(PASSAGES)]  # none is read twice
        began = time.perf_counter()
        reader.read("Who said what?", passages)
        seconds.append(time.perf_counter() - began)
    return 1_000 * float(np.median(seconds))


if __name__ == "__main__":
    main()
