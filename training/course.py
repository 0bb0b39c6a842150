"""Runs a stage of training, which may be killed at any moment and goes on at its last checkpoint.

A course is a list of stages. Each begins with the file of the stage before and ends with a file of its own, in eight
bits, that the repository keeps where it is worth going on from.
"""

from argparse import ArgumentParser
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Protocol, TypeVar

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from tqdm import tqdm

STAGES = Path(__file__).parent / "stages"
"""The folder of the files in which stages end."""

WARM_UP = 0.05
"""Share of a stage in which the rate rises; then it falls to zero."""

SAVED_EVERY = 100
"""Steps between two checkpoints."""

_STEPS = ".steps"


class Counted(Protocol):
    """A batch that knows how many tokens it has."""

    @property
    def tokens(self) -> int:
        """The number of tokens, padding included."""


B = TypeVar("B", bound=Counted)


class Run:
    """A model in training with its optimizer; `rates` holds the highest rate for each group of its weights."""

    def __init__(self, model: nn.Module, rates: list[tuple[list[nn.Parameter], float]], saved: Path) -> None:
        self._model, self._saved = model.train(), saved
        self._rates = [rate for _, rate in rates]
        self._weights = [weight for group, _ in rates for weight in group]
        groups = [{"params": group, "lr": rate} for group, rate in rates]
        self._optimizer = torch.optim.AdamW(groups, weight_decay=0.01, fused=True)
        self.step = self.seen = 0
        self._smooth: dict[str, float] = {}
        if saved.exists():
            state = torch.load(saved)
            model.load_state_dict(state["model"])
            self._optimizer.load_state_dict(state["optimizer"])
            self.step, self.seen = state["step"], state["seen"]

    def go_on(self, stream: Iterator[B], tokens: int, losses: Callable[[B], dict[str, Tensor]]) -> None:
        """Train until `tokens` tokens were seen, checkpoints included; the loss is the sum of `losses`.

        `stream` yields the same batches in each run; those before the checkpoint are skipped.
        """
        with tqdm(total=tokens, initial=self.seen, unit="tok", unit_scale=True, mininterval=20) as bar:
            for number, batch in enumerate(stream):
                if number < self.step:
                    continue
                if self.seen >= tokens:
                    return
                self._learn(losses(batch), self.seen / tokens)
                self.step, self.seen = self.step + 1, self.seen + batch.tokens
                bar.update(batch.tokens)
                shown = {name: f"{value:.3f}" for name, value in self._smooth.items()}
                bar.set_postfix(**shown, step=self.step, refresh=False)
                if self.step % SAVED_EVERY == 0 or self.seen >= tokens:
                    self._save()

    def _learn(self, losses: dict[str, Tensor], done: float) -> None:
        share = max(0.0, min((done + 1e-3) / WARM_UP, (1 - done) / (1 - WARM_UP)))
        for group, rate in zip(self._optimizer.param_groups, self._rates, strict=True):
            group["lr"] = rate * share
        torch.stack(list(losses.values())).sum().backward()
        torch.nn.utils.clip_grad_norm_(self._weights, 1.0)
        self._optimizer.step()
        self._optimizer.zero_grad()
        for name, value in losses.items():
            self._smooth[name] = 0.98 * self._smooth.get(name, value.item()) + 0.02 * value.item()

    def _save(self) -> None:
        """Write the checkpoint. A run that is killed meanwhile keeps the previous one."""
        state = {
            "model": self._model.state_dict(),
            "optimizer": self._optimizer.state_dict(),
            "step": self.step,
            "seen": self.seen,
        }
        self._saved.parent.mkdir(parents=True, exist_ok=True)
        torch.save(state, self._saved.with_suffix(".new"))
        self._saved.with_suffix(".new").replace(self._saved)


def stage_parser(description: str | None, stages: Iterable[int], data: str) -> ArgumentParser:
    """Return a parser of the arguments that each course's command has; `data` says what the folder of data holds."""
    parser = ArgumentParser(description=description)
    parser.add_argument("stage", type=int, choices=sorted(stages))
    parser.add_argument("--data", type=Path, required=True, help=data)
    parser.add_argument("--work", type=Path, default=Path("data/training"), help="where checkpoints are kept")
    parser.add_argument("--to", type=Path, help="the folder to write the model to; by default one in the work folder")
    return parser


def write_stage(model: nn.Module, path: Path) -> None:
    """Write the weights that were trained: matrices in eight bits, row by row, the others in sixteen."""
    short: dict[str, Tensor] = {}
    for name, weight in model.named_parameters():
        if not weight.requires_grad:
            continue
        exact = weight.detach()
        if exact.dim() == 2:
            steps = exact.abs().amax(1, keepdim=True).clamp(min=1e-9) / 127
            short[name], short[name + _STEPS] = (exact / steps).round().to(torch.int8), steps.squeeze(1)
        else:
            short[name] = exact.to(torch.float16)
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file(short, path)


def read_stage(model: nn.Module, path: Path) -> None:
    """Put the weights of a stage's file into the model; those that weren't trained stay as they are."""
    short = load_file(path)
    exact = {
        name: weight.float() * short[name + _STEPS].unsqueeze(1) if name + _STEPS in short else weight.float()
        for name, weight in short.items()
        if not name.endswith(_STEPS)
    }
    missing = {name for name, weight in model.named_parameters() if weight.requires_grad} - set(exact)
    if missing:
        raise ValueError(f"{path} has no {min(missing)}. It isn't a stage of this model; make it anew.")
    model.load_state_dict(exact, strict=False)
