"""Makes batches of examples, of a few fixed widths: on a CPU every new shape costs time and memory."""

import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import torch
from tokenizers import Encoding, Tokenizer
from torch import Tensor

from training.reading.sets import ReadingExample

WIDTHS = (48, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256, 320)
TOKENS = 4_096
"""Tokens in a batch, padding included."""

MASKED = 0.08
"""Share of a passage's tokens that are masked, so that it isn't learnt by heart (word dropout, Iyyer et al. 2015)."""

T = TypeVar("T")

Row = tuple[Encoding, int, int, float]
"""An encoded example, the first and last token of its answer, and its relevance."""


@dataclass(frozen=True)
class Batch:
    """Inputs of shape `(batch, width)`, and first and last token of each answer, `(batch,)`; 0 means no answer.

    `relevance`, `(batch,)`, is 1, 0, or -1 where it isn't known.
    """

    inputs: dict[str, Tensor]
    first: Tensor
    last: Tensor
    relevance: Tensor

    @property
    def tokens(self) -> int:
        """The number of tokens, padding included."""
        return self.inputs["input_ids"].numel()


def batches(examples: Sequence[ReadingExample], tokenizer: Tokenizer, rng: random.Random) -> Iterator[Batch]:
    """Yield the examples in random order, batched by length. The few that are too long are left out."""
    rows: dict[int, list[Row]] = defaultdict(list)
    encodings = tokenizer.encode_batch([(each.question, _context(each)) for each in examples])
    for example, encoding in zip(examples, encodings, strict=True):
        width = next((width for width in WIDTHS if len(encoding) <= width), None)
        if width:
            relevance = -1.0 if example.relevance is None else example.relevance
            rows[width].append((encoding, *_target(example, encoding, rng), relevance))
    for width, row in shuffled(rows, rng):
        yield _batch(width, row, tokenizer.token_to_id("[MASK]"), rng)


def shuffled(rows: Mapping[int, list[T]], rng: random.Random) -> list[tuple[int, list[T]]]:
    """Return the rows of each width in random order, in batches of at most TOKENS tokens, with their widths."""
    drawn = []
    for width, row in rows.items():
        rng.shuffle(row)
        size = TOKENS // width
        drawn += [(width, row[at : at + size]) for at in range(0, len(row), size)]
    rng.shuffle(drawn)
    return drawn


def _context(example: ReadingExample) -> str:
    return f"{example.title}\n{example.context}" if example.title else example.context


def _target(example: ReadingExample, encoding: Encoding, rng: random.Random) -> tuple[int, int]:
    if not example.spans:
        return 0, 0
    shift = len(example.title) + 1 if example.title else 0
    start, end = rng.choice(example.spans)
    first = encoding.char_to_token(start + shift, 1)
    last = next(
        (at for c in range(end, start, -1) if (at := encoding.char_to_token(c - 1 + shift, 1)) is not None), None
    )
    return (first, last) if first is not None and last is not None and first <= last else (0, 0)


def _batch(width: int, rows: Sequence[Row], mask: int, rng: random.Random) -> Batch:
    encodings = [row[0] for row in rows]
    inputs = {
        "input_ids": padded([_masked(e, mask, rng) for e in encodings], width),
        "attention_mask": padded([e.attention_mask for e in encodings], width),
        "token_type_ids": padded([e.type_ids for e in encodings], width),
    }
    first, last, relevance = (torch.tensor([row[at] for row in rows]) for at in (1, 2, 3))
    return Batch(inputs, first, last, relevance)


def _masked(encoding: Encoding, mask: int, rng: random.Random) -> list[int]:
    kinds = zip(encoding.ids, encoding.type_ids, encoding.special_tokens_mask, strict=True)
    return [mask if kind and not special and rng.random() < MASKED else token for token, kind, special in kinds]


def padded(rows: Sequence[Sequence[int]], width: int) -> Tensor:
    """Return the rows with zeros up to the width, `(rows, width)`."""
    return torch.tensor([[*row, *[0] * (width - len(row))] for row in rows])
