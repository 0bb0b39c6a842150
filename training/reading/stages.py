"""Trains the second edition of the reading model: `python -m training.reading.stages 1 --data DIR`, then 2.

Stage 1 begins with the pair model (`python -m training.base`), stage 2 with the file of stage 1; stage 2 rounds numbers
as they will be rounded in eight bits. Each fits two hours on two cores.
"""

import random
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional

from training.base import TOKENIZER, WEIGHTS, load_tokenizer
from training.course import STAGES, Run, read_stage, stage_parser, write_stage
from training.reading.batches import Batch, batches
from training.reading.export import export
from training.reading.mix import ReadingData
from training.reading.network import ReadingNetwork
from training.reading.sets import missing_files

TOKENS = {1: 4_500_000, 2: 4_500_000}
"""Tokens that a stage trains on."""

RATE, HEAD_RATE = {1: 8e-5, 2: 5e-5}, {1: 6e-4, 2: 1.5e-4}
"""The highest rates of encoder and relevance, and of the new heads."""

RELEVANCE_WEIGHT = 0.25
"""Weight of the loss of relevance beside those of span and answerability."""


def rates(model: ReadingNetwork, stage: int) -> list[tuple[list[nn.Parameter], float]]:
    """Return the groups of weights with the highest rate of each."""
    kept = [*model.encoder.parameters(), *model.pooler.parameters(), *model.classifier.parameters()]
    heads = [*model.span.parameters(), *model.answerable.parameters()]
    return [([each for each in kept if each.requires_grad], RATE[stage]), (heads, HEAD_RATE[stage])]


def losses(model: ReadingNetwork, batch: Batch) -> dict[str, Tensor]:
    """Return the losses of the span (token 0 if there is no answer), of answerability and of relevance."""
    ids, types, mask = (batch.inputs[name] for name in ("input_ids", "token_type_ids", "attention_mask"))
    with torch.autocast("cpu", dtype=torch.bfloat16):
        first, last, answerable, relevance = model(ids, types, mask)
    outside = (types == 0) | (mask == 0)
    outside[:, 0] = False
    first, last = (logits.float().masked_fill(outside, -1e4) for logits in (first, last))
    spans = functional.cross_entropy(first, batch.first) + functional.cross_entropy(last, batch.last)
    has_answer = (batch.first > 0).float()
    known = batch.relevance >= 0
    exact = functional.binary_cross_entropy_with_logits
    near = exact(relevance.float()[known], batch.relevance[known], reduction="sum") / max(1, int(known.sum()))
    return {
        "span": spans / 2,
        "answerable": 0.5 * exact(answerable.float(), has_answer),
        "relevance": RELEVANCE_WEIGHT * near,
    }


def stream(examples: ReadingData, tokenizer: Tokenizer, seed: int) -> Iterator[Batch]:
    """Yield the batches of one epoch after another, the same ones for the same seed."""
    for number in count():
        rng = random.Random(f"{seed} {number}")
        yield from batches(list(examples.epoch(rng)), tokenizer, rng)


def train(stage: int, folder: Path, work: Path) -> ReadingNetwork:
    """Train a stage from where the last run in `work` stopped, write its file, and return the model."""
    torch.manual_seed(stage)
    model = ReadingNetwork.of_base(work / WEIGHTS)
    if stage > 1:
        read_stage(model, STAGES / f"reading-{stage - 1}.safetensors")
        model.encoder.round()
    tokenizer = load_tokenizer(work / TOKENIZER)
    run = Run(model, rates(model, stage), work / f"reading-{stage}.pt")
    examples = ReadingData(folder, work, stage)
    run.go_on(stream(examples, tokenizer, stage), TOKENS[stage], lambda batch: losses(model, batch))
    write_stage(model, STAGES / f"reading-{stage}.safetensors")
    return model


def main() -> None:
    """Train a stage, and write its file."""
    parser = stage_parser(__doc__, TOKENS, "the folder that holds the reading sets")
    given = parser.parse_args()
    if missing := missing_files(given.data):
        parser.error(f"{given.data} has no {missing[0]}. Give the folder that holds all reading sets.")
    if not (given.work / WEIGHTS).is_file():
        parser.error(f"{given.work} has no {WEIGHTS}. Run `python -m training.base --to {given.work}` first.")
    model = train(given.stage, given.data, given.work)
    print(export(model, given.data, given.work, given.to or given.work / f"reading-{given.stage}"))


if __name__ == "__main__":
    main()
