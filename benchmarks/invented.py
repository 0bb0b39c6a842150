"""Asks questions on invented news, on which nothing is fitted: `python -m benchmarks.invented`.

Prints how many of the questions that an article answers are answered rightly, refused and answered wrongly, by kind,
and how many of the near misses are refused.
"""

import argparse
import tempfile
from collections import Counter, defaultdict
from pathlib import Path

from assistant import Answer
from assistant.evaluation.measures import contains_answer
from benchmarks.checker import share
from benchmarks.data import drawn, invented
from benchmarks.systems import assistant_on, write_articles

VERDICTS = ("right", "refused", "wrong")


def main() -> None:
    """Ask the questions, and print the shares."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sample", type=int, default=400, help="questions that are drawn")
    parser.add_argument("--show", action="store_true", help="print each question that is answered wrongly")
    given = parser.parse_args()
    articles, tasks = invented()
    verdicts: dict[str, Counter[str]] = defaultdict(Counter)
    with tempfile.TemporaryDirectory() as work:
        assistant = assistant_on(write_articles(Path(work) / "articles", articles), Path(work) / "index")
        for task in drawn(tasks, given.sample):
            answer = assistant.ask(task.question)
            answers = [articles[task.title][start:end] for start, end in task.spans]
            verdict = verdict_on(answer, answers)
            verdicts["answerable" if answers else "near misses"][verdict] += 1
            if answers:
                verdicts[task.kind][verdict] += 1
            if given.show and verdict == "wrong":
                print(f"{task.question} ({answers or 'no answer'}) -> {answer.text}")
    for kind, counted in verdicts.items():
        shares = (f"{verdict} {share(counted[verdict], counted.total())}" for verdict in VERDICTS)
        print(f"{kind:<12}{counted.total():>4} {'; '.join(shares)}")


def verdict_on(answer: Answer, answers: list[str]) -> str:
    """Return "refused", or "right" or "wrong" for an answer that holds one of the answers or doesn't."""
    if answer.refused:
        return "refused"
    return "right" if contains_answer(answer.text, answers) else "wrong"


if __name__ == "__main__":
    main()
