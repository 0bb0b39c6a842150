"""Measures how many unsupported sentences the check catches: `python -m benchmarks.checker FILE --data DIR`.

FILE holds sentences with their passages (`tests/data/checker/README.md`); DIR holds the reading sets that some of the
passages are in. Prints, by kind, the share of changed sentences caught and the share of true ones flagged.
"""

import argparse
import gzip
import json
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from assistant.checking.check import Support, check_sentence
from index.article import Article, Passage
from index.remarks.parser import Parser
from index.text.sentences import sentences


@dataclass(frozen=True, slots=True)
class Row:
    """A sentence to check against a passage, whether the passage supports it, and its kind of change."""

    id: str
    sentence: str
    passage: Passage
    supported: bool
    kind: str


def read_rows(path: Path, folder: Path) -> list[Row]:
    """Return the rows of a file; `folder` holds `reading/*.jsonl.gz`."""
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return [
        Row(row["id"], row["sentence"], as_passage(_text(row["passage"], folder)), row["supported"], row["kind"])
        for row in rows
    ]


def half(rows: Sequence[Row], which: int) -> list[Row]:
    """Return the rows of every other passage: half 0, which weights were fitted on, or half 1."""
    passages = {text: at for at, text in enumerate(dict.fromkeys(row.passage.text for row in rows))}
    return [row for row in rows if passages[row.passage.text] % 2 == which]


def as_passage(text: str, headline: str = "", published: date | None = None) -> Passage:
    """Return a passage that is the whole text of an article."""
    article = Article(id="0", source="", title=headline, full_text=text, published=published)
    return Passage(id="0", article=article, start=0, end=len(text), sentences=tuple(sentences(text)))


def _text(passage: dict[str, str], folder: Path) -> str:
    return passage["text"] if "text" in passage else _contexts(folder / f"{passage['set']}.jsonl.gz")[passage["id"]]


@cache
def _contexts(path: Path) -> dict[str, str]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return {row["id"]: row["context"] for row in map(json.loads, lines)}


def share(hits: int, of: int) -> str:
    """Return a share with its 95% interval (Wilson 1927), as text."""
    if not of:
        return "-"
    low, high = interval(hits, of)
    return f"{hits / of:.3f} ({low:.3f} to {high:.3f}), {hits} of {of}"


def interval(hits: int, of: int) -> tuple[float, float]:
    """Return the 95% interval of a share (Wilson 1927)."""
    z, rate = 1.96, hits / of
    middle = (rate + z * z / (2 * of)) / (1 + z * z / of)
    half = z * ((rate * (1 - rate) + z * z / (4 * of)) / of) ** 0.5 / (1 + z * z / of)
    return middle - half, middle + half


def table(verdicts: Iterable[tuple[Row, Support]]) -> Iterator[str]:
    """Yield a line for each kind of changed and of true sentence, and one for all of them."""
    flagged: dict[tuple[bool, str], list[bool]] = defaultdict(list)
    for row, verdict in verdicts:
        for kind in (row.kind, "all"):
            flagged[row.supported, kind].append(not verdict.supported)
    for supported, title in ((False, "changed sentences, caught"), (True, "true sentences, flagged")):
        yield title
        kinds = sorted((kind for true, kind in flagged if true == supported), key=lambda kind: (kind == "all", kind))
        yield from (f"  {kind:<12}{share(sum(flags := flagged[supported, kind]), len(flags))}" for kind in kinds)


def main() -> None:
    """Check every row and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--data", type=Path, required=True, help="the folder that holds reading/")
    parser.add_argument("--half", type=int, choices=[0, 1], help="only every other passage")
    parser.add_argument("--show", action="store_true", help="print every miss")
    given = parser.parse_args()
    rows = read_rows(given.file, given.data)
    if given.half is not None:
        rows = half(rows, given.half)
    started = time.perf_counter()
    parser = Parser()
    verdicts = [(row, check_sentence(row.sentence, [row.passage], [1], parser=parser)) for row in rows]
    seconds = time.perf_counter() - started
    print("\n".join(table(verdicts)))
    print(f"{1000 * seconds / len(rows):.0f} ms a sentence")
    if given.show:
        for row, verdict in verdicts:
            if row.supported != verdict.supported:
                print(f"\n{row.id} {row.kind} {verdict.reason}\n  {row.sentence}\n  {row.passage.text}")


if __name__ == "__main__":
    main()
