"""The support model: judges whether a written sentence follows from sentences of an article."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.models.pair_model import MODELS, PairModel

MODEL = MODELS / "support.onnx"

STATEMENT_TOKENS = 160
"""Tokens of a statement that are read; the limit leaves room for the evidence."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """The probabilities that a statement follows from its evidence, is contradicted by it, or isn't said in it."""

    follows: float
    contradicted: float
    not_said: float


class SupportModel:
    """The support model that comes with onrecord. It is loaded at its first use; threads may share it."""

    def __init__(self, file: Path = MODEL, threads: int | None = None) -> None:
        self._model = PairModel(file, threads)

    def judge(self, pairs: Sequence[tuple[str, str]]) -> list[Judgement]:
        """Return a judgement of each pair of evidence and statement.

        The evidence is one or two sentences of an article, after its headline and date where they are known, each on a
        line of its own. Evidence that is longer than a window is judged by the window that supports the statement best.
        """
        return self._model.in_parallel(lambda pair: self._judge(*pair), pairs)

    def _judge(self, evidence: str, statement: str) -> Judgement:
        windows = self._model.windows(self._model.shortened(statement, STATEMENT_TOKENS), evidence)
        return max((judgement(*self._model.outputs(each)[0].tolist()) for each in windows), key=lambda j: j.follows)


def judgement(*logits: float) -> Judgement:
    """Return the probabilities of three logits: follows, contradicted, not said."""
    highest = max(logits)
    powers = [math.exp(logit - highest) for logit in logits]
    return Judgement(*(power / sum(powers) for power in powers))
