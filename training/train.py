"""Trains the reading model, from a folder of data to a checkpoint: `python -m training.train --data DIR`.

It may be killed at any moment; the same command goes on from the last checkpoint.
"""

import argparse
import random
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import torch
from torch.nn import functional
from tqdm import tqdm

from training import data
from training.batches import Batch, batches
from training.model import ReadingModel, load_tokenizer
from training.speech import reports
from training.variations import Unanswerable, crop

SEED = 0
TOKENS = 18_000_000
RATE, HEAD_RATE, WARM_UP = 1.5e-4, 6e-4, 0.05
SAVED_EVERY = 150
"""Steps."""

SHARES = {
    "qamr_dev": 0.3,
    "qamr_test": 0.3,
    "squad2": 2.0,
    "friendsqa": 0.6,
    "squadshifts_reddit": 0.75,
    "squadshifts_amazon_reviews": 0.65,
}
"""How often an epoch has each example of a group; the others come once."""

MADE = 0.9
"""So many answerable examples come with one that looks so and isn't, too."""

REPORTS = 5_000
TITLED = 0.5


def examples(folder: Path) -> list[data.Example]:
    """All that is learnt from."""
    found = data.squad(folder, "train") + data.wiki(folder, "train") + data.qamr(folder, "train")
    return found + [example for each in data.others(folder).values() for example in each]


def epoch(stock: list[data.Example], unanswerable: Unanswerable, rng: random.Random) -> list[data.Example]:
    """One pass: each example in a crop of its own, and the questions made from it."""
    drawn: list[data.Example] = []
    for example in stock:
        times = SHARES.get(example.group, 1.0)
        for _ in range(int(times) + (rng.random() < times % 1)):
            drawn.append(_titled(crop(example, rng), rng))
            if example.spans and rng.random() < MADE:
                made = unanswerable.make(example, rng)
                drawn += [_titled(made, rng)] if made else []
    sentences = [example.context for example in stock if example.group.startswith("qamr")]
    return drawn + list(reports(list(dict.fromkeys(sentences)), REPORTS, rng))


def _titled(example: data.Example, rng: random.Random) -> data.Example:
    tells = example.group in ("squad2", "squadshifts_new_wiki") and rng.random() < TITLED
    return replace(example, title=example.title.replace("_", " ") if tells else "")


def loss(model: ReadingModel, batch: Batch) -> torch.Tensor:
    """Cross-entropy of first and last token (the first one of all where there is no answer), and of answerability."""
    with torch.autocast("cpu", dtype=torch.bfloat16):
        first, last, answerable = model(**batch.inputs)
    outside = (batch.inputs["token_type_ids"] == 0) | (batch.inputs["attention_mask"] == 0)
    outside[:, 0] = False
    first, last = (logits.float().masked_fill(outside, -1e4) for logits in (first, last))
    spans = functional.cross_entropy(first, batch.first) + functional.cross_entropy(last, batch.last)
    wanted = (batch.first > 0).float()
    return spans / 2 + 0.5 * functional.binary_cross_entropy_with_logits(answerable.float(), wanted)


def _stream(folder: Path) -> Iterator[Batch]:
    stock = examples(folder)
    unanswerable = Unanswerable(stock)
    tokenizer = load_tokenizer()
    number = 0
    while True:
        rng = random.Random(f"{SEED} {number}")
        yield from batches(epoch(stock, unanswerable, rng), tokenizer, rng)
        number += 1


def train(folder: Path, work: Path, tokens: int) -> ReadingModel:
    """Trains on so many tokens, from where the last run in the folder `work` stopped."""
    torch.manual_seed(SEED)
    model = ReadingModel().train()
    heads = [*model.span.parameters(), *model.answerable.parameters()]
    body = [weight for weight in model.encoder.parameters() if weight.requires_grad]
    groups = [{"params": body, "lr": RATE}, {"params": heads, "lr": HEAD_RATE}]
    optimizer = torch.optim.AdamW(groups, weight_decay=0.01, fused=True)

    def rate(seen: int) -> float:
        done = seen / tokens
        return min(done / WARM_UP, (1 - done) / (1 - WARM_UP))

    work.mkdir(parents=True, exist_ok=True)
    saved = work / "checkpoint.pt"
    step = seen = 0
    if saved.exists():
        state = torch.load(saved)
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        step, seen = state["step"], state["seen"]
    stream = _stream(folder)
    for _ in range(step):
        next(stream)
    smooth = None
    with tqdm(total=tokens, initial=seen, unit="tok", unit_scale=True, mininterval=20) as bar:
        for batch in stream:
            for group, base in zip(optimizer.param_groups, (RATE, HEAD_RATE), strict=True):
                group["lr"] = base * max(rate(seen), 0.0)
            found = loss(model, batch)
            found.backward()
            torch.nn.utils.clip_grad_norm_([*body, *heads], 1.0)
            optimizer.step()
            optimizer.zero_grad()
            smooth = found.item() if smooth is None else 0.98 * smooth + 0.02 * found.item()
            step, seen = step + 1, seen + batch.tokens
            bar.update(batch.tokens)
            bar.set_postfix(loss=f"{smooth:.3f}", step=step, refresh=False)
            if step % SAVED_EVERY == 0 or seen >= tokens:
                state = {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "step": step, "seen": seen}
                torch.save(state, saved.with_suffix(".new"))
                saved.with_suffix(".new").replace(saved)
            if seen >= tokens:
                break
    return model


def main() -> None:
    """Trains."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder with the reading sets")
    parser.add_argument("--work", type=Path, default=Path("training/work"), help="where checkpoints are kept")
    parser.add_argument("--tokens", type=int, default=TOKENS)
    given = parser.parse_args()
    began = time.perf_counter()
    train(given.data, given.work, given.tokens)
    print(f"trained for {time.perf_counter() - began:,.0f} s")


if __name__ == "__main__":
    main()
