"""Trains the support model: `python -m training.support.stages 1 --data DIR --wordnet DIR`, then 2 and 3.

Stage 1 begins with the pair model (`python -m training.base`), another with the file of the stage before, rounding
numbers as eight bits will. Each fits two hours on two cores.
"""

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import torch
from tokenizers import Encoding, Tokenizer
from torch import Tensor, nn

from training.base import TOKENIZER, WEIGHTS, load_tokenizer
from training.course import STAGES, Run, read_stage, stage_parser, write_stage
from training.encoder import SIZE, Encoder, base_weights
from training.reading.batches import padded, shuffled
from training.support.entailment import Pair
from training.support.export import export
from training.support.mix import SupportData
from training.wordnet import WordNet

TOKENS = {1: 3_000_000, 2: 4_500_000, 3: 2_000_000}
"""Tokens that a stage trains on."""

RATE, HEAD_RATE = {1: 8e-5, 2: 8e-5, 3: 5e-5}, {1: 5e-4, 2: 2e-4, 3: 1e-4}
"""The highest rates of the encoder, and of the new head."""

LAYERS = 9
"""Layers of the encoder: the pair model's first ones. With all 12, three sentences against eight quotations take too
long."""

LABELS = {"follows": (0,), "contradicted": (1,), "not_said": (2,), "unsupported": (1, 2)}
"""The outputs that are right for a label: "unsupported" leaves open which of two it is."""

WIDTHS = (32, 48, 64, 80, 96, 128, 160, 192, 256)
DRAWN = 20_000
"""Pairs that are drawn and sorted by length at a time."""


@dataclass(frozen=True)
class Batch:
    """Inputs of shape `(batch, width)`, and which outputs are right, `(batch, 3)`."""

    ids: Tensor
    types: Tensor
    mask: Tensor
    right: Tensor

    @property
    def tokens(self) -> int:
        """The number of tokens, padding included."""
        return self.ids.numel()


class SupportNetwork(nn.Module):
    """Returns logits of shape `(batch, 3)`: the statement follows, is contradicted, isn't said."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = Encoder(LAYERS)
        self.pooler, self.label = nn.Linear(SIZE, SIZE), nn.Linear(SIZE, 3)

    @classmethod
    def of_base(cls, path: Path) -> "SupportNetwork":
        """Return the pair model with a new head."""
        made = cls()
        encoder, heads = base_weights(path)
        made.encoder.load_state_dict({name: encoder[name] for name in made.encoder.state_dict()})
        made.load_state_dict({name: each for name, each in heads.items() if "pooler" in name}, strict=False)
        return made

    def forward(self, ids: Tensor, types: Tensor, mask: Tensor | None = None) -> Tensor:
        """Return the logits; all inputs are `(batch, tokens)`, the statement before its evidence."""
        return self.label(torch.tanh(self.pooler(self.encoder(ids, types, mask)[:, 0])))


def losses(model: SupportNetwork, batch: Batch) -> dict[str, Tensor]:
    """Return the negative log of the probability that the model gives to the right outputs together."""
    with torch.autocast("cpu", dtype=torch.bfloat16):
        logits = model(batch.ids, batch.types, batch.mask)
    odds = torch.log_softmax(logits.float(), -1).masked_fill(~batch.right, -torch.inf)
    return {"label": -torch.logsumexp(odds, -1).mean()}


def stream(examples: SupportData, tokenizer: Tokenizer, seed: int) -> Iterator[Batch]:
    """Yield batches without end, the same ones for the same seed."""
    for number in count():
        rng = random.Random(f"{seed} {number}")
        yield from batches(list(examples.pairs(rng, DRAWN)), tokenizer, rng)


def batches(pairs: Sequence[Pair], tokenizer: Tokenizer, rng: random.Random) -> Iterator[Batch]:
    """Yield the pairs in random order, batched by length. The few that are too long are left out."""
    rows: dict[int, list[tuple[Encoding, str]]] = defaultdict(list)
    encodings = tokenizer.encode_batch([(pair.hypothesis, pair.premise) for pair in pairs])
    for pair, encoding in zip(pairs, encodings, strict=True):
        width = next((width for width in WIDTHS if len(encoding) <= width), None)
        if width:
            rows[width].append((encoding, pair.label))
    for width, row in shuffled(rows, rng):
        yield _batch(width, row)


def _batch(width: int, rows: Sequence[tuple[Encoding, str]]) -> Batch:
    ids, types, mask = (
        padded([getattr(encoding, name) for encoding, _ in rows], width)
        for name in ("ids", "type_ids", "attention_mask")
    )
    right = torch.tensor([[at in LABELS[label] for at in range(3)] for _, label in rows])
    return Batch(ids, types, mask, right)


def train(stage: int, examples: SupportData, work: Path) -> SupportNetwork:
    """Train a stage from where the last run in `work` stopped, write its file, and return the model."""
    torch.manual_seed(stage)
    model = SupportNetwork.of_base(work / WEIGHTS)
    if stage > 1:
        read_stage(model, STAGES / f"support-{stage - 1}.safetensors")
        model.encoder.round()
    tokenizer = load_tokenizer(work / TOKENIZER)
    body = [weight for weight in model.encoder.parameters() if weight.requires_grad]
    head = [*model.pooler.parameters(), *model.label.parameters()]
    run = Run(model, [(body, RATE[stage]), (head, HEAD_RATE[stage])], work / f"support-{stage}.pt")
    run.go_on(stream(examples, tokenizer, stage), TOKENS[stage], lambda batch: losses(model, batch))
    write_stage(model, STAGES / f"support-{stage}.safetensors")
    return model


def main() -> None:
    """Train a stage, write its file, and print what the model measures."""
    parser = stage_parser(__doc__, TOKENS, "the folder that holds entailment/ and reading/")
    parser.add_argument("--wordnet", type=Path, required=True, help="the folder of WordNet's files")
    given = parser.parse_args()
    examples = SupportData(given.data, WordNet(given.wordnet), given.work, given.stage)
    model = train(given.stage, examples, given.work)
    print(export(model, examples, given.data, given.work, given.to or given.work / f"support-{given.stage}"))


if __name__ == "__main__":
    main()
