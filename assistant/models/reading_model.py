"""The reading model: finds the words of a passage that answer a question, and the odds that they do."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Encoding

from assistant.models.pair_model import MODELS, PairModel

QUESTION_TOKENS = 160
"""Tokens of a question that are read; the limit leaves room for the passage."""

SPAN = 60
"""Tokens of the longest answer. Not measured."""

Logits = NDArray[np.float32]
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Reading:
    """The words of a passage that answer best, `passage[start:end] == text`; `score` is their probability."""

    text: str
    start: int
    end: int
    score: float


class Reader:
    """The reading model that comes with onrecord, on the CPU. It is loaded at its first use; threads may share it."""

    def __init__(self, folder: Path = MODELS, threads: int | None = None) -> None:
        self._model = PairModel(folder / "reader.onnx", threads)

    def read(self, question: str, passages: Sequence[str]) -> list[Reading]:
        """Return a reading of each passage; a score of 0.5 means even odds that it answers the question."""
        return [reading for (reading,) in self.read_parts(question, passages, [[(0, len(p))] for p in passages])]

    def read_parts(
        self, question: str, passages: Sequence[str], parts: Sequence[Sequence[Span]]
    ) -> list[list[Reading]]:
        """Return a reading of each part, `(start, end)`, of each passage; the passage is read as a whole."""
        windows = [
            (number, window) for number, passage in enumerate(passages) for window in self.windows(question, passage)
        ]
        best = [[(-math.inf, 0, 0)] * len(each) for each in parts]
        results = self._model.in_parallel(lambda pair: self._read_window(pair[1], parts[pair[0]]), windows)
        for (number, _), readings in zip(windows, results, strict=True):
            best[number] = [max(pair) for pair in zip(best[number], readings, strict=True)]
        return [
            [Reading(passage[start:end], start, end, 1 / (1 + math.exp(-score))) for score, start, end in readings]
            for passage, readings in zip(passages, best, strict=True)
        ]

    def windows(self, question: str, passage: str) -> list[Encoding]:
        """Return the windows over a passage, each with the question's tokens before the passage's."""
        asked = self._model.shortened(question, QUESTION_TOKENS).rstrip(" ?.!")
        return self._model.windows(f"{asked}?", passage)  # without a question mark it is read worse

    def logits(self, window: Encoding) -> tuple[Logits, Logits, float]:
        """Return the logits for each token to begin the answer and to end it, and for the window to have an answer."""
        first, last, answerable = self._model.outputs(window)
        return first, last, float(answerable)

    def _read_window(self, window: Encoding, parts: Sequence[Span]) -> list[tuple[float, int, int]]:
        first, last, answerable = self.logits(window)
        weights, offsets = self._calibration, window.offsets
        readings = []
        for part in parts:
            tokens = tokens_within(window, *part)
            if len(tokens) == 0:
                readings.append((-math.inf, *part))
                continue
            margin, begin, end = best_span(first, last, tokens)
            score = weights["bias"] + weights["margin"] * margin + weights["answerable"] * answerable
            readings.append((score, offsets[begin][0], offsets[end][1]))
        return readings

    @cached_property
    def _calibration(self) -> dict[str, float]:
        calibration: dict[str, float] = json.loads(self._model.metadata["calibration"])
        return calibration


def tokens_within(window: Encoding, start: int, end: int) -> range:
    """Return the range of the window's tokens that lie within `passage[start:end]`."""
    inside = [
        at
        for at, (kind, special, (first, last)) in enumerate(
            zip(window.type_ids, window.special_tokens_mask, window.offsets, strict=True)
        )
        if kind and not special and start <= first and last <= end
    ]
    return range(inside[0], inside[-1] + 1) if inside else range(0)


def best_span(first: Logits, last: Logits, among: range) -> tuple[float, int, int]:
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
