"""The reading model, in training: an encoder with heads for the answer's words, its odds, and relevance."""

from pathlib import Path

import torch
from torch import Tensor, nn

from training.encoder import SIZE, Encoder, base_weights


class ReadingNetwork(nn.Module):
    """Returns logits for the first and last token of the answer, for having one, and for relevance."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = Encoder()
        self.span = nn.Linear(SIZE, 2)
        self.answerable = nn.Sequential(nn.Linear(SIZE, SIZE), nn.Tanh(), nn.Linear(SIZE, 1))
        self.pooler, self.classifier = nn.Linear(SIZE, SIZE), nn.Linear(SIZE, 1)

    @classmethod
    def of_base(cls, path: Path) -> "ReadingNetwork":
        """Return the pair model with new heads for span and answerability."""
        made = cls()
        encoder, heads = base_weights(path)
        made.encoder.load_state_dict(encoder)
        made.load_state_dict(heads, strict=False)
        return made

    def forward(self, ids: Tensor, types: Tensor, mask: Tensor | None = None) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Return logits of shapes `(batch, tokens)` twice, `(batch,)` twice; all inputs are `(batch, tokens)`."""
        hidden = self.encoder(ids, types, mask)
        first, last = self.span(hidden).unbind(-1)
        start = hidden[:, 0]
        relevance = self.classifier(torch.tanh(self.pooler(start)))
        return first, last, self.answerable(start).squeeze(-1), relevance.squeeze(-1)
