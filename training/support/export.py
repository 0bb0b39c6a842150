"""Writes the support model that ships, and measures it on pairs that it wasn't trained on."""

import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from sklearn.metrics import roc_auc_score
from torch import nn

from assistant.models.support_model import SupportModel
from training.base import TOKENIZER
from training.onnx_export import write_onnx
from training.support.entailment import Pair, entailment
from training.support.mix import SHARES, SupportData
from training.support.written import written

MEASURED = 300
"""Pairs of each set, and of each kind of made pairs, that are measured."""


def export(model: nn.Module, examples: SupportData, folder: Path, work: Path, to: Path) -> str:
    """Write `support.onnx` and `tokenizer.json` to the folder `to`, and return what it measures, a line for each set.

    `work` holds the pair model's tokenizer.
    """
    to.mkdir(parents=True, exist_ok=True)
    (to / "tokenizer.json").write_bytes((work / TOKENIZER).read_bytes())
    write_onnx(model, to / "support.onnx", ["support"])
    judge = SupportModel(to / "support.onnx")
    rng = random.Random(1)
    made = [examples.made("test", follows, rng) for follows in (False, True) for _ in range(MEASURED)]
    lines = [_line("made", judge, made)]
    own = written("test")
    for group in sorted({pair.group for pair in own}):
        lines.append(_line(group, judge, [pair for pair in own if pair.group == group]))
    for name in SHARES:
        pairs = entailment(folder / "entailment", name, "test")
        lines.append(_line(name, judge, rng.sample(pairs, min(MEASURED, len(pairs)))))
    return "\n".join(lines)


def _line(name: str, judge: SupportModel, pairs: Sequence[Pair]) -> str:
    """Return a set's AUC between what follows and what doesn't, and the shares of both that are accepted at 0.5."""
    odds = np.array([each.follows for each in judge.judge([(pair.premise, pair.hypothesis) for pair in pairs])])
    follows = np.array([pair.label == "follows" for pair in pairs])
    if follows.all() or not follows.any():
        return f"{name}: {len(pairs)} pairs of one label"
    accepted = odds >= 0.5
    return (
        f"{name}: {len(pairs)} pairs, AUC {roc_auc_score(follows, odds):.3f}, accepted at 0.5: "
        f"{accepted[follows].mean():.3f} of those that follow, {accepted[~follows].mean():.3f} of the others"
    )
