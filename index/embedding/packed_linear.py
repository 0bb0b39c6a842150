"""A model whose linear layers are as oneDNN wants them, for encoding many texts.

PyTorch gives products in float32 to MKL, which on AMD's processors is half as fast (see LOG.md). The operators are the
ones to which `torch.compile` translates linear layers; it can't be used itself, as it needs a C++ compiler.
"""

import time

import torch
from torch import Tensor, nn

ROUNDS = 5
"""Of which the fastest counts: the first compiles, and others may be disturbed."""


def pack(model: nn.Module, rows: int) -> None:
    """Packs the model's linear layers, in place, where PyTorch has oneDNN, and casts it to the type that is faster.

    `rows` are the tokens that usually come at once.
    """
    if not torch.backends.mkldnn.is_available():  # type: ignore[no-untyped-call]
        return
    model.to(faster_type(rows))
    for module in list(model.modules()):
        for name, child in module.named_children():
            if type(child) is nn.Linear:
                setattr(module, name, _PackedLinear(child, rows))


def faster_type(rows: int) -> torch.dtype:
    """bfloat16 where this machine multiplies it faster than float32, which a CPU without AVX-512 or AMX for it doesn't.

    It is timed, as what a CPU can do isn't always what oneDNN uses (`ONEDNN_MAX_CPU_ISA`).
    """
    if not torch.ops.mkldnn._is_mkldnn_bf16_supported():
        return torch.float32
    return min((torch.float32, torch.bfloat16), key=lambda dtype: _seconds_to_multiply(rows, dtype))


def _seconds_to_multiply(rows: int, dtype: torch.dtype) -> float:
    vectors = torch.ones(rows, 384, dtype=dtype)
    linear = _PackedLinear(nn.Linear(384, 1_536, dtype=dtype), rows)
    fastest = float("inf")
    for _ in range(ROUNDS):
        began = time.perf_counter()
        linear(vectors)
        fastest = min(fastest, time.perf_counter() - began)
    return fastest


class _PackedLinear(nn.Module):
    def __init__(self, linear: nn.Linear, rows: int) -> None:
        super().__init__()
        self._weight = torch.ops.mkldnn._reorder_linear_weight(linear.weight.data, rows)
        self._bias = None if linear.bias is None else linear.bias.data

    def forward(self, vectors: Tensor) -> Tensor:
        product: Tensor = torch.ops.mkldnn._linear_pointwise(vectors, self._weight, self._bias, "none", [], "")
        return product
