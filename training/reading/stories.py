"""Makes passages of sentences: a sentence of a data set is joined with others of its article."""

import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from training.reading.sets import ReadingExample, rows

MOST = 3
"""Sentences that are put before or behind a sentence, at most."""

ALONE, STRANGERS = 0.25, 0.2
"""Share of sentences that stay alone, and of those joined with sentences of other articles instead of their own."""

Place = tuple[int, int]


class Stories:
    """The sentences of QAMR and QA-SRL, which name article, paragraph and number of each."""

    def __init__(self, folder: Path, used: frozenset[str]) -> None:
        """Read the sentences in the folder's sets that are among `used`."""
        articles: dict[str, dict[Place, str]] = defaultdict(dict)
        for article, place, text in _sentences(folder):
            if text in used:
                articles[article][place] = text
        self._articles = {name: [text for _, text in sorted(each.items())] for name, each in articles.items()}
        self._at = {text: (name, at) for name, each in self._articles.items() for at, text in enumerate(each)}
        self._all = list(self._at)

    def joined(self, example: ReadingExample, rng: random.Random) -> ReadingExample:
        """Return the example with its sentence among others; one whose sentence isn't known stays as it is."""
        if example.context not in self._at or rng.random() < ALONE:
            return example
        name, at = self._at[example.context]
        before, after = (rng.randint(0, MOST) for _ in range(2))
        if rng.random() < STRANGERS:
            drawn = rng.sample(self._all, before + after)
            first, last = drawn[:before], drawn[before:]
        else:
            own = self._articles[name]
            first, last = own[max(0, at - before) : at], own[at + 1 : at + 1 + after]
        lead = "".join(f"{text} " for text in first)
        spans = tuple((start + len(lead), end + len(lead)) for start, end in example.spans)
        context = " ".join([lead + example.context, *last])
        return replace(example, context=context, spans=spans)


def _sentences(folder: Path) -> Iterator[tuple[str, Place, str]]:
    for name in ("qamr_devtest", "qasrl_gs"):
        for row in rows(folder, name):
            parts = row["id"].split("|")[0].split(":")
            yield ":".join(parts[1:3]), (int(parts[3]), int(parts[4])), row["context"]
