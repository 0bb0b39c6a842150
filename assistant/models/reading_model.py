"""The reading model: ranks passages, finds the words that answer a question, and the odds that they do."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
from tokenizers import Encoding

from assistant.models.pair_model import MODELS, Array, PairModel

MODEL = MODELS / "reader.onnx"

QUESTION_TOKENS = 160
"""Tokens of a question that are read; the limit leaves room for the passage."""

SPAN = 60
"""Tokens of the longest answer. Not measured."""

LOWEST = -20.0
"""Log odds of a passage without a word to read."""

REMEMBERED = 256
"""Pairs of question and passage whose outputs are kept, so that a passage is ranked and read in one pass."""

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Reading:
    """The words of a passage that answer best, `passage[start:end] == text`; `score` is their probability."""

    text: str
    start: int
    end: int
    score: float


@dataclass(frozen=True, slots=True)
class Window:
    """What the model says of a window: logits for each token to begin and to end the answer, and two for all of it."""

    encoding: Encoding
    first: Array
    last: Array
    answerable: float
    relevance: float


class Reader:
    """The reading model that comes with onrecord. It is loaded at its first use; threads may share it.

    Passages are given with the headline of their article, which is read before them.
    """

    def __init__(self, file: Path = MODEL, threads: int | None = None) -> None:
        self._model = PairModel(file, threads)
        self._read = lru_cache(REMEMBERED)(self._read_pair)

    def read(self, question: str, passages: Sequence[str]) -> list[Reading]:
        """Return a reading of each passage; a score of 0.5 means even odds that it answers the question."""
        return [reading for (reading,) in self.read_parts(question, passages, [[(0, len(p))] for p in passages])]

    def read_parts(
        self,
        question: str,
        passages: Sequence[str],
        parts: Sequence[Sequence[Span]],
        headlines: Sequence[str] | None = None,
    ) -> list[list[Reading]]:
        """Return a reading of each part, `(start, end)`, of each passage; the passage is read as a whole."""
        readings = []
        for pair, passage, each in zip(self._pairs(question, passages, headlines), passages, parts, strict=True):
            shift = len(pair[1]) - len(passage)
            found = [self._best(pair, (start + shift, end + shift)) for start, end in each]
            readings.append(
                [
                    Reading(passage[start - shift : end - shift], start - shift, end - shift, _probability(score))
                    for score, start, end in found
                ]
            )
        return readings

    def relevance(self, question: str, passages: Sequence[str], headlines: Sequence[str] | None = None) -> list[float]:
        """Return the log odds of each passage, less those of any other, to be what search should find.

        A headline that tells the answer makes all passages below it relevant; that a passage's own words answer tells
        them apart.
        """
        weights = self._ranking
        return [
            weights["relevance"] * relevance + weights["reading"] * reading
            for relevance, reading in self.signs(question, passages, headlines)
        ]

    def signs(
        self, question: str, passages: Sequence[str], headlines: Sequence[str] | None = None
    ) -> list[tuple[float, float]]:
        """Return how relevant each passage is, and the log odds that its own words answer."""
        signs = []
        for pair, passage in zip(self._pairs(question, passages, headlines), passages, strict=True):
            relevance = max(window.relevance for window in self._read(*pair))
            odds, _, _ = self._best(pair, (len(pair[1]) - len(passage), len(pair[1])))
            signs.append((relevance, max(odds, LOWEST)))
        return signs

    def windows(self, question: str, passage: str) -> list[Window]:
        """Return what the model says of each window of the passage."""
        return list(self._read(_asked(self._model, question), passage))

    def _pairs(self, question: str, passages: Sequence[str], headlines: Sequence[str] | None) -> list[tuple[str, str]]:
        """Return each passage with the question before it, after having read those that weren't read before."""
        asked = _asked(self._model, question)
        titles = headlines if headlines is not None else [""] * len(passages)
        pairs = [
            (asked, f"{title}\n{passage}" if title else passage)
            for title, passage in zip(titles, passages, strict=True)
        ]
        self._model.in_parallel(lambda pair: self._read(*pair), dict.fromkeys(pairs))
        return pairs

    def _read_pair(self, question: str, text: str) -> tuple[Window, ...]:
        windows = []
        for encoding in self._model.windows(question, text):
            first, last, answerable, relevance = self._model.outputs(encoding)
            windows.append(Window(encoding, first, last, float(answerable), float(relevance)))
        return tuple(windows)

    def _best(self, pair: tuple[str, str], part: Span) -> tuple[float, int, int]:
        """Return log odds, start and end of the likeliest answer within a part of the text."""
        best = (-math.inf, *part)
        weights = self._calibration
        for window in self._read(*pair):
            tokens = tokens_within(window.encoding, *part)
            if len(tokens):
                margin, begin, end = best_span(window.first, window.last, tokens)
                score = weights["bias"] + weights["margin"] * margin + weights["answerable"] * window.answerable
                offsets = window.encoding.offsets
                best = max(best, (score, offsets[begin][0], offsets[end][1]))
        return best

    @property
    def metadata(self) -> dict[str, str]:
        """The texts that were stored in the file with the weights."""
        return self._model.metadata

    @cached_property
    def _ranking(self) -> dict[str, float]:
        ranking: dict[str, float] = json.loads(self._model.metadata["ranking"])
        return ranking

    @cached_property
    def _calibration(self) -> dict[str, float]:
        calibration: dict[str, float] = json.loads(self._model.metadata["calibration"])
        return calibration


def _asked(model: PairModel, question: str) -> str:
    """Return the question with a question mark, without which it is read worse, and not too long."""
    return f"{model.shortened(question, QUESTION_TOKENS).rstrip(' ?.!')}?"


def _probability(log_odds: float) -> float:
    return 1 / (1 + math.exp(-log_odds)) if log_odds > -700 else 0.0


def tokens_within(window: Encoding, start: int, end: int) -> range:
    """Return the range of the window's tokens that lie within `text[start:end]` of its second text."""
    inside = [
        at
        for at, (kind, special, (first, last)) in enumerate(
            zip(window.type_ids, window.special_tokens_mask, window.offsets, strict=True)
        )
        if kind and not special and start <= first and last <= end
    ]
    return range(inside[0], inside[-1] + 1) if inside else range(0)


def best_span(first: Array, last: Array, among: range) -> tuple[float, int, int]:
    """Return `(margin, first token, last token)` of the likeliest answer among these tokens.

    The margin is the sum of its two logits minus that of the window's first token, which stands for "no answer" (Devlin
    et al. 2019).
    """
    count = len(among)
    sums = first[among.start : among.stop, None] + last[None, among.start : among.stop]
    allowed = np.tri(count, k=SPAN - 1, dtype=bool) & np.tri(count, dtype=bool).T
    begin, end = np.unravel_index(int(np.where(allowed, sums, -np.inf).argmax()), sums.shape)
    margin = float(sums[begin, end] - first[0] - last[0])
    return margin, among.start + int(begin), among.start + int(end)
