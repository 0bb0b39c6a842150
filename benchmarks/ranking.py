"""Measures how high the passage with the answer is ranked: `python -m benchmarks.ranking --data DIR`, or `--smoke`.

Collections are Wikipedia articles (SQuADShifts, the
"report" half) and Wikinews reports; nothing was tuned on either. Questions count as independent, but about 35 on
Wikinews share a sentence: drawing whole sentences makes the intervals there 1.2 to 1.4 times as wide.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tqdm import tqdm

from assistant import Assistant
from assistant.evaluation.measures import paired_interval
from assistant.search.retriever import retrieve
from benchmarks.checker import share
from benchmarks.compare import hit
from benchmarks.data import Task, demonstration, drawn, squadshifts, wikinews
from benchmarks.systems import assistant_on, write_articles
from index.article import Passage

READ = 12
"""Passages that the product reads for an answer."""

Ranker = Callable[[Assistant, str], Sequence[Passage]]

RANKERS: dict[str, Ranker] = {
    "search": lambda assistant, question: retrieve(assistant.collection, question, READ),
    "re-ranked": lambda assistant, question: assistant.search(question, READ),
}
"""Each returns the passages for a question, best first. The first is the one that the others are compared with."""

DEPTHS = ("first passage", "first 1,000 characters", "first 4,000 characters")


@dataclass(frozen=True, slots=True)
class Ranked:
    """How a ranker did on each question: `hits` by depth (1 or 0), and the seconds that it took."""

    hits: dict[str, list[int]]
    seconds: list[float]


def main() -> None:
    """Rank the passages of every question and print a table for each collection and kind of question."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="the folder that holds reading/")
    parser.add_argument("--sample", type=int, help="only so many questions of each kind, drawn with a fixed seed")
    parser.add_argument("--smoke", action="store_true", help="only check that it runs, on the demonstration")
    given = parser.parse_args()
    if not given.smoke and not given.data:
        parser.error("give --data DIR, or --smoke")
    if given.smoke:
        collections = {"the demonstration": demonstration()}
    else:
        collections = {"SQuADShifts": squadshifts(given.data, "report"), "Wikinews": wikinews(given.data)}
    for name, (articles, tasks) in collections.items():
        print(f"{name}: {len(articles)} articles, {sum(map(len, articles.values())):,} characters")
        with tempfile.TemporaryDirectory() as folder:
            assistant = assistant_on(write_articles(Path(folder) / "articles", articles), Path(folder) / "index")
            for kind in dict.fromkeys(task.kind for task in tasks):
                asked = drawn([task for task in tasks if task.kind == kind], 4 if given.smoke else given.sample)
                print(f"{f'{name} {kind}'.strip()}, {len(asked)} questions\n{table(ranked(assistant, asked))}\n")


def ranked(assistant: Assistant, tasks: Sequence[Task]) -> dict[str, Ranked]:
    """Return how each of `RANKERS` did on the tasks."""
    assistant.search("Ready?", READ)
    results = {name: Ranked({depth: [] for depth in DEPTHS}, []) for name in RANKERS}
    for task in tqdm(tasks, "ranking", mininterval=10):
        for name, ranker in RANKERS.items():
            began = time.perf_counter()
            order = ranker(assistant, task.question)
            results[name].seconds.append(time.perf_counter() - began)
            for depth, is_hit in zip(DEPTHS, _hits(task, order), strict=True):
                results[name].hits[depth].append(int(is_hit))
    return results


def table(results: dict[str, Ranked]) -> str:
    """Return the share of answers found at each depth with its interval, and each ranker's lead over the first."""
    first, *others = results
    lines = []
    for depth in DEPTHS:
        lines += [
            f"  {depth:<26}{name:<12}{share(sum(hits := each.hits[depth]), len(hits))}"
            for name, each in results.items()
        ]
        for name in others:
            lead = np.subtract(results[name].hits[depth], results[first].hits[depth])
            low, high = paired_interval(list(lead))
            lines.append(f"    {name} less {first}: {lead.mean():+.3f}, 95% interval {low:+.3f} to {high:+.3f}")
    for name, each in results.items():
        lines.append(f"  {'milliseconds, median':<26}{name:<12}{1_000 * float(np.median(each.seconds)):.0f}")
    return "\n".join(lines)


def _hits(task: Task, passages: Sequence[Passage]) -> tuple[bool, bool, bool]:
    found = [(passage.article.title, passage.start, passage.end) for passage in passages]
    whole = found[0][2] - found[0][1] if found else 0
    return hit(task, found[:1], whole), hit(task, found, 1_000), hit(task, found, 4_000)


if __name__ == "__main__":
    main()
