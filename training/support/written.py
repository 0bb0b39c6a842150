"""Reads sentences that were written by hand about invented news: the files of `written/`.

A file has a block for each article, with blank lines between: a line `H` with its date and headline, a line `E` with
one to three of its sentences, and lines with sentences that follow from them, close to their words (`+`) or in other
words (`~`), or that don't: one small change (`-`), or free wording (`!`). Then come twins: free rewordings with one
fact turned round (`x`), and true ones that take some thought (`=`).
"""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from training.support.entailment import Pair, is_test

WRITTEN = Path(__file__).parent / "written"

MARKS = {
    "+": ("near", "follows"),
    "~": ("in other words", "follows"),
    "-": ("near", "unsupported"),
    "!": ("in other words", "unsupported"),
    "x": ("twins", "unsupported"),
    "=": ("twins", "follows"),
}
"""Maps the first sign of a line to the wording of its sentence and to its label."""


def written(part: str, folder: Path = WRITTEN) -> list[Pair]:
    """Return the pairs of the part "train" or "test"; no article is in both.

    Raises ValueError for a line that can't be read.
    """
    blocks = ((path, block) for path in sorted(folder.glob("*.txt")) for block in path.read_text("utf-8").split("\n\n"))
    pairs = (pair for path, block in blocks if block.strip() for pair in _pairs(block.strip(), path))
    return [pair for pair in pairs if is_test(pair.premise) == (part == "test")]


def _pairs(block: str, path: Path) -> Iterator[Pair]:
    head, evidence, *sentences = block.split("\n")
    day, _, headline = head.removeprefix("H ").partition(" | ")
    if not (head.startswith("H ") and headline and evidence.startswith("E ") and sentences):
        raise ValueError(f"{path} has a block that begins with {head[:60]!r}. Give H, E and sentences, a line each.")
    published = date.fromisoformat(day)
    premise = "\n".join((headline, f"{published:%-d %B %Y}", evidence.removeprefix("E ")))
    for line in sentences:
        mark, _, sentence = line.partition(" ")
        if mark not in MARKS or not sentence:
            raise ValueError(f"{path} has the line {line[:60]!r}. Begin it with one of {', '.join(MARKS)}.")
        wording, label = MARKS[mark]
        yield Pair(premise, sentence, label, f"written, {wording}")
