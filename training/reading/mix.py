"""What the reading model learns from: the mix of data sets, near misses and found passages of one epoch."""

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from training.parsing import parsed
from training.reading.crops import crop, sentences
from training.reading.near_misses import NearMisses
from training.reading.sets import ReadingExample, others, qamr, squad, wiki
from training.reading.stories import Stories

SHARES = {
    "squadshifts_new_wiki": 1.3,
    "squadshifts_reddit": 0.4,
    "squadshifts_amazon_reviews": 0.3,
    "friendsqa": 0.5,
    "qamr_dev": 0.3,
    "qamr_test": 0.3,
    "qasrl_gs": 0.08,
    "qanom": 0.04,
    "qadiscourse": 0.5,
    "qed_nq_dev": 1.5,
    "timeqa_human": 1.5,
    "quoref_contrast": 1.0,
    "covidqa": 0.5,
    "policyqa": 0.15,
    "fairytaleqa": 0.5,
    "subjqa": 0.1,
}
"""How often an epoch contains each example of a group."""

CHANGED, FOUND = 0.55, 0.45
"""Shares of answerable examples that come with a changed question, and with a passage that search would find."""

TITLED = 0.5
"""Share of passages that come with the title of their article before them, as search gives them."""

TOLD = {1: 0.0, 2: 0.15}
"""Share, by stage, of answerable examples that come with a headline that tells the answer, over a passage that doesn't.

After stage 1 every passage under such a headline looked relevant (docs/log/search.md).
"""

OF_SQUAD = {1: 2.0, 2: 4.0}
"""How often, by stage, an epoch contains each example of SQuAD 2.0, whose near misses people wrote."""

LONGEST = 4_100
"""Characters of the longest passage that is taken; reviews and fairy tales that are longer are left out."""

_TITLES = ("squad2", "squadshifts_new_wiki", "qed_nq_dev", "timeqa_human", "quoref_contrast")
"""Groups whose titles are headlines; those of others are file names and the like."""


class ReadingData:
    """All examples that a stage trains on, parsed. `work` is the folder where parses are kept."""

    def __init__(self, folder: Path, work: Path, stage: int) -> None:
        self._shares, self._told = SHARES | {"squad2": OF_SQUAD[stage]}, TOLD[stage]
        stock = squad(folder, "train") + wiki(folder, "train") + qamr(folder, "train")
        stock += others(folder)
        self._stock = [_with_headline(each) for each in stock if each.question and len(each.context) <= LONGEST]
        texts = [text for each in self._stock for text in (each.question, each.context)]
        self._near = NearMisses(self._stock, parsed(texts, work / "questions.spacy"))
        self._stories = Stories(folder, frozenset(each.context for each in self._stock))

    def epoch(self, rng: random.Random) -> Iterator[ReadingExample]:
        """Yield one pass over the examples: each newly cropped or joined, with the near misses made from it."""
        for example in self._stock:
            times = self._shares[example.group]
            for _ in range(int(times) + (rng.random() < times % 1)):
                yield from self._drawn(example, rng)

    def _drawn(self, example: ReadingExample, rng: random.Random) -> Iterator[ReadingExample]:
        whole = crop(example, rng)
        made: list[ReadingExample | None] = [replace(whole, relevance=1.0 if whole.spans else None)]
        if example.spans and rng.random() < CHANGED:
            made.append(self._near.changed(example, rng))
        if example.spans and rng.random() < FOUND:
            made.append(self._near.passage(example, rng))
        for each in filter(None, made):
            joined = self._stories.joined(each, rng)
            yield joined if rng.random() < TITLED else replace(joined, title="")
        if self._told and example.spans and rng.random() < self._told:
            yield from self._told_by_headline(example, rng)

    def _told_by_headline(self, example: ReadingExample, rng: random.Random) -> Iterator[ReadingExample]:
        """Yield the sentence that answers as a headline, over its own passage and over one that doesn't answer."""
        start, end = rng.choice(example.spans)
        parts = [example.context[a:b] for a, b in sentences(example.context) if a <= start and end <= b]
        other = self._near.passage(example, rng)
        if parts and other:
            headline = parts[0].rstrip(".")
            yield replace(self._stories.joined(crop(example, rng), rng), title=headline, relevance=1.0)
            yield replace(self._stories.joined(other, rng), title=headline)


def _with_headline(example: ReadingExample) -> ReadingExample:
    title = example.title.removeprefix("/wiki/").replace("_", " ") if example.group in _TITLES else ""
    return replace(example, title=title)
