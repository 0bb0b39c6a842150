"""Measures which sentences the check lets through: `python -m benchmarks.support FILE [--data DIR]`, or `--smoke`.

FILE holds written sentences with the news that they were written from (`tests/data/support/README.md`). With `--data`,
public sets of premises and hypotheses in `DIR/entailment` are judged too: the tenth that nothing is trained on, of
which no premise is trained on either. Rows count as independent, though three to five share their evidence.
"""

import argparse
import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
from tqdm import tqdm

from assistant.checking.check import FOLLOWS, as_premise, check_sentence
from assistant.evaluation.measures import paired_interval
from assistant.models.support_model import MODEL, SupportModel
from benchmarks.checker import as_passage, interval, share
from benchmarks.data import drawn
from index.article import Passage
from index.remarks.parser import Parser
from training.support.entailment import SETS, TEST_ONLY, entailment

Judge = Callable[[str, Passage], float]

EVEN_ODDS = 0.5
"""Score from which a judge accepts a sentence."""

PARSER = Parser()

COUNT = 300
"""Pairs of each public set that are judged by default."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence, the passage that it was written from, and whether it follows from it.

    `wording` says whether it is "near" the passage's words or a "paraphrase"; `kind` says what was changed.
    """

    sentence: str
    passage: Passage
    supported: bool
    wording: str
    kind: str


MADE = (
    Statement("The mill was sold.", as_passage("The old mill was sold on Monday."), True, "near", "shortened"),
    Statement("The mill was bought by Anna Weber.", as_passage("Anna Weber sold the mill."), False, "near", "verb"),
)
"""Two rows to check with that the benchmark runs."""


def by_rules(sentence: str, passage: Passage) -> float:
    """Return 1 if the rules of the check accept the sentence, else 0."""
    return float(check_sentence(sentence, [passage], [1], parser=PARSER).supported)


JUDGES: dict[str, Judge] = {"rules": by_rules}
"""Each returns how sure it is that the passage supports the sentence, from 0 to 1.

The first is the one that the others are compared with.
"""


def with_model(file: Path = MODEL) -> dict[str, Judge]:
    """Return the judges that use a support model: it alone, and the whole check with it."""
    model = SupportModel(file)

    def alone(sentence: str, passage: Passage) -> float:
        return float(model.judge([(as_premise(passage.article, passage.text), sentence)])[0].follows >= FOLLOWS)

    def checked(sentence: str, passage: Passage) -> float:
        return float(check_sentence(sentence, [passage], [1], model.judge, PARSER).supported)

    return {"model": alone, "model and rules": checked}


def main() -> None:
    """Judge every sentence and print a table for each file and set."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path, nargs="?", help="development.jsonl or held_out.jsonl")
    parser.add_argument("--data", type=Path, help="the folder that holds entailment/")
    parser.add_argument("--sample", type=int, default=COUNT, help="pairs of each public set, drawn with a fixed seed")
    parser.add_argument("--smoke", action="store_true", help="only check that it runs, on two made rows")
    parser.add_argument("--model", type=Path, default=MODEL, help="another support model's file")
    given = parser.parse_args()
    if not given.smoke and not given.file:
        parser.error("give FILE, or --smoke")
    sets = {"made rows": list(MADE)} if given.smoke else {given.file.name: read_statements(given.file)}
    if given.data:
        sets |= public_sets(given.data, given.sample)
    judges = JUDGES | with_model(given.model)
    for title, statements in sets.items():
        began = time.perf_counter()
        scores = {name: scored(judge, statements) for name, judge in judges.items()}
        milliseconds = 1_000 * (time.perf_counter() - began) / len(statements)
        print(f"{title}: {len(statements)} sentences, {milliseconds:.0f} ms each")
        print("\n".join([*table(statements, scores), ""]))


def read_statements(path: Path) -> list[Statement]:
    """Return the rows of a file."""
    rows = map(json.loads, path.read_text("utf-8").splitlines())
    return [
        Statement(
            row["sentence"],
            as_passage(row["evidence"], row["headline"], date.fromisoformat(row["date"])),
            row["label"] == "supported",
            row["wording"],
            row["kind"],
        )
        for row in rows
    ]


def public_sets(folder: Path, count: int) -> dict[str, list[Statement]]:
    """Return up to `count` pairs of the test part of each public set; a sentence's wording and kind are empty."""
    folder = folder / "entailment"
    names = [name for name in (*SETS, *TEST_ONLY) if (folder / f"{name}.jsonl.gz").is_file()]
    sets = {}
    for name in tqdm(names, "reading sets", mininterval=10):
        sets[name] = [
            Statement(pair.hypothesis, as_passage(pair.premise), pair.label == "follows", "", "")
            for pair in drawn(entailment(folder, name, "test"), count)
        ]
    return sets


def scored(judge: Judge, statements: Sequence[Statement]) -> list[float]:
    """Return the judge's score of each statement."""
    return [float(judge(each.sentence, each.passage)) for each in tqdm(statements, "judging", mininterval=10)]


def table(statements: Sequence[Statement], scores: dict[str, list[float]]) -> Iterator[str]:
    """Yield the shares of sentences that each judge accepts, and its lead over the first judge."""
    accepted = {judge: [score >= EVEN_ODDS for score in each] for judge, each in scores.items()}
    for judge, verdicts in accepted.items():
        yield f"  {judge}"
        yield from _shares(statements, verdicts)
        yield f"    balanced accuracy: {balanced_accuracy(statements, verdicts)}"
    first, *others = accepted
    right = {judge: np.equal(verdicts, [each.supported for each in statements]) for judge, verdicts in accepted.items()}
    for judge in others:
        lead = right[judge].astype(float) - right[first]
        low, high = paired_interval(list(lead))
        yield f"  {judge} less {first}, share right: {lead.mean():+.3f}, 95% interval {low:+.3f} to {high:+.3f}"


def balanced_accuracy(statements: Iterable[Statement], accepted: Iterable[bool]) -> str:
    """Return the mean of the shares of true sentences accepted and of others refused, with its 95% interval, as text.

    The interval combines those of the two shares (Newcombe 1998, method 10).
    """
    right: dict[bool, list[bool]] = {True: [], False: []}
    for each, is_accepted in zip(statements, accepted, strict=True):
        right[each.supported].append(is_accepted == each.supported)
    if not all(right.values()):
        return "-"
    rates = [sum(each) / len(each) for each in right.values()]
    limits = [interval(sum(each), len(each)) for each in right.values()]
    below, above = (
        sum((rate - limit[side]) ** 2 for rate, limit in zip(rates, limits, strict=True)) ** 0.5 / 2 for side in (0, 1)
    )
    middle = sum(rates) / 2
    return f"{middle:.3f} ({middle - below:.3f} to {middle + above:.3f})"


def _shares(statements: Sequence[Statement], accepted: Sequence[bool]) -> Iterator[str]:
    groups: dict[tuple[bool, str, str], list[bool]] = defaultdict(list)
    for each, is_accepted in zip(statements, accepted, strict=True):
        for wording, kind in {("", ""), (each.wording, ""), (each.wording, each.kind)}:
            groups[not each.supported, wording, kind].append(is_accepted)
    for (unsupported, wording, kind), verdicts in sorted(groups.items()):
        indent = "    " + "  " * (bool(wording) + bool(kind))
        name = kind or wording or ("unsupported sentences, accepted" if unsupported else "true sentences, accepted")
        yield f"{indent + name:<40}{share(sum(verdicts), len(verdicts))}"


if __name__ == "__main__":
    main()
