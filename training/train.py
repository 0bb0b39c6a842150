"""Trains the reading model and writes the files that ship: `python -m training.train --data DIR`.

It trains at the encoder's full width, then with narrower feed-forward layers, which are faster, then with numbers
rounded to eight bits, as they ship. It may be killed at any moment; the same command resumes at the last checkpoint.
"""

import argparse
import random
from collections.abc import Iterator
from dataclasses import replace
from itertools import count, islice
from pathlib import Path

import torch
from torch.nn import functional
from tqdm import tqdm

from assistant.models.pair_model import MODELS
from training import data
from training.base import load_tokenizer
from training.batches import Batch, batches
from training.export import export
from training.model import ENCODER, ReadingModel
from training.speech import reports
from training.variations import Unanswerable, crop

SEED = 0
TOKENS = 14_000_000, 12_000_000, 7_000_000
"""Tokens to train on at full width, then narrowed, then rounded."""

UNITS, WEIGHED_ON = 1_152, 60
"""Units kept of the 1,536 in each feed-forward layer, and the number of batches that their activity is measured on."""

RATE, HEAD_RATE, WARM_UP = 1.5e-4, 6e-4, 0.05
SAVED_EVERY = 150
"""Steps between two checkpoints."""

SHARES = {
    "qamr_dev": 0.3,
    "qamr_test": 0.3,
    "squad2": 2.0,
    "friendsqa": 0.6,
    "squadshifts_reddit": 0.75,
    "squadshifts_amazon_reviews": 0.65,
}
"""How often an epoch contains each example of a group; examples of other groups come once."""

MADE = 0.9
"""Share of answerable examples that come with a near miss: one that looks answerable and isn't."""

REPORTS = 5_000
"""Made-up reports in an epoch."""

TITLED = 0.5
"""Share of encyclopedia passages that come with their title before them, as search gives them."""


def examples(folder: Path) -> list[data.ReadingExample]:
    """Return all examples to train on."""
    chosen = data.squad(folder, "train") + data.wiki(folder, "train") + data.qamr(folder, "train")
    return chosen + [example for each in data.others(folder).values() for example in each]


def epoch(
    stock: list[data.ReadingExample], unanswerable: Unanswerable, rng: random.Random
) -> list[data.ReadingExample]:
    """Return one pass over the examples: each newly cropped, with the near misses made from it."""
    drawn: list[data.ReadingExample] = []
    for example in stock:
        times = SHARES.get(example.group, 1.0)
        for _ in range(int(times) + (rng.random() < times % 1)):
            drawn.append(_titled(crop(example, rng), rng))
            if example.spans and rng.random() < MADE:
                made = unanswerable.make(example, rng)
                drawn += [_titled(made, rng)] if made else []
    sentences = [example.context for example in stock if example.group.startswith("qamr")]
    return drawn + list(reports(list(dict.fromkeys(sentences)), REPORTS, rng))


def _titled(example: data.ReadingExample, rng: random.Random) -> data.ReadingExample:
    has_title = example.group in ("squad2", "squadshifts_new_wiki") and rng.random() < TITLED
    return replace(example, title=example.title.replace("_", " ") if has_title else "")


def loss(model: ReadingModel, batch: Batch) -> torch.Tensor:
    """Return the cross-entropy of first and last token (token 0 if there is no answer) plus that of answerability."""
    with torch.autocast("cpu", dtype=torch.bfloat16):
        first, last, answerable = model(**batch.inputs)
    outside = (batch.inputs["token_type_ids"] == 0) | (batch.inputs["attention_mask"] == 0)
    outside[:, 0] = False
    first, last = (logits.float().masked_fill(outside, -1e4) for logits in (first, last))
    spans = functional.cross_entropy(first, batch.first) + functional.cross_entropy(last, batch.last)
    has_answer = (batch.first > 0).float()
    return spans / 2 + 0.5 * functional.binary_cross_entropy_with_logits(answerable.float(), has_answer)


def train(folder: Path, work: Path, tokens: tuple[int, int, int] = TOKENS) -> ReadingModel:
    """Train on `tokens` at full width, narrowed and rounded, from where the last run in `work` stopped."""
    torch.manual_seed(SEED)
    work.mkdir(parents=True, exist_ok=True)
    wide = _Run(ReadingModel(), work / "wide.pt")
    wide.go_on(folder, tokens[0])
    wide.model.narrow(UNITS, (batch.inputs for batch in islice(_stream(folder, 0), WEIGHED_ON)))
    narrow = _Run(wide.model, work / "narrow.pt")
    narrow.go_on(folder, tokens[1])
    narrow.model.round()
    rounded = _Run(narrow.model, work / "rounded.pt", narrow.step)
    rounded.go_on(folder, tokens[2])
    return rounded.model


class _Run:
    """A model in training, and its checkpoint: weights, the optimizer's state, steps and tokens so far.

    The first `after` batches of the stream are skipped.
    """

    def __init__(self, model: ReadingModel, saved: Path, after: int = 0) -> None:
        self.model = model.train()
        heads = [*self.model.span.parameters(), *self.model.answerable.parameters()]
        body = [weight for weight in self.model.encoder.parameters() if weight.requires_grad]
        groups = [{"params": body, "lr": RATE}, {"params": heads, "lr": HEAD_RATE}]
        self._weights = [*body, *heads]
        self._optimizer = torch.optim.AdamW(groups, weight_decay=0.01, fused=True)
        self.step = self.seen = 0
        self.smooth_loss = 0.0
        self._saved, self._after = saved, after
        if self._saved.exists():
            state = torch.load(self._saved)
            self.model.load_state_dict(state["model"])
            self._optimizer.load_state_dict(state["optimizer"])
            self.step, self.seen = state["step"], state["seen"]

    def go_on(self, folder: Path, tokens: int) -> None:
        """Train until `tokens` tokens were seen, including those before the last checkpoint."""
        if self.seen >= tokens:
            return
        with tqdm(total=tokens, initial=self.seen, unit="tok", unit_scale=True, mininterval=20) as bar:
            for batch in _stream(folder, self._after + self.step):
                self.learn(batch, self.seen / tokens)
                bar.update(batch.tokens)
                bar.set_postfix(loss=f"{self.smooth_loss:.3f}", step=self.step, refresh=False)
                if self.step % SAVED_EVERY == 0 or self.seen >= tokens:
                    self.save()
                if self.seen >= tokens:
                    return

    def learn(self, batch: Batch, done: float) -> None:
        """Take one step. The rate rises to its full value and falls to zero as `done` goes from 0 to 1."""
        share = min(done / WARM_UP, (1 - done) / (1 - WARM_UP))
        for group, rate in zip(self._optimizer.param_groups, (RATE, HEAD_RATE), strict=True):
            group["lr"] = rate * share
        value = loss(self.model, batch)
        value.backward()
        torch.nn.utils.clip_grad_norm_(self._weights, 1.0)
        self._optimizer.step()
        self._optimizer.zero_grad()
        self.smooth_loss = 0.98 * (self.smooth_loss or value.item()) + 0.02 * value.item()
        self.step, self.seen = self.step + 1, self.seen + batch.tokens

    def save(self) -> None:
        """Write the checkpoint. A run that is killed meanwhile keeps the previous one."""
        state = {
            "model": self.model.state_dict(),
            "optimizer": self._optimizer.state_dict(),
            "step": self.step,
            "seen": self.seen,
        }
        torch.save(state, self._saved.with_suffix(".new"))
        self._saved.with_suffix(".new").replace(self._saved)


def _stream(folder: Path, first: int) -> Iterator[Batch]:
    """Yield the batches of one epoch after another from number `first` on, the same ones in each run."""
    stock = examples(folder)
    unanswerable, tokenizer = Unanswerable(stock), load_tokenizer(ENCODER / "tokenizer.json")
    for number in count():
        rng = random.Random(f"{SEED} {number}")
        for batch in batches(epoch(stock, unanswerable, rng), tokenizer, rng):
            if first:
                first -= 1
            else:
                yield batch


def main() -> None:
    """Train, and write the files that ship."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder that holds the reading sets")
    parser.add_argument("--work", type=Path, default=Path("data/training"), help="where checkpoints are kept")
    parser.add_argument("--to", type=Path, default=MODELS, help="the folder to write the model to")
    parser.add_argument("--tokens", type=int, nargs=3, default=TOKENS, help="at full width, narrowed, rounded")
    given = parser.parse_args()
    if missing := data.missing_files(given.data):
        parser.error(f"{given.data} has no {missing[0]}. Give the folder that holds all reading sets.")
    export(train(given.data, given.work, tuple(given.tokens)), given.data, given.to)


if __name__ == "__main__":
    main()
