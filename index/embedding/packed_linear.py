"""Linear layers in oneDNN's own layout, which encode many texts faster.

PyTorch computes products of float32 by MKL, which is half as fast on AMD's processors (docs/log/embedding.md). The
operators used here are those that `torch.compile` makes of linear layers; `torch.compile` itself needs a C++ compiler.
"""

import time

import torch
from torch import Tensor, nn

ROUNDS = 5
"""Times that a product is timed. The fastest counts: the first one compiles, and others may be disturbed."""


def pack(model: nn.Module, rows: int) -> None:
    """Pack the model's linear layers in place, and cast it to the faster type. Without oneDNN, change nothing.

    `rows` is the usual number of tokens in a batch.
    """
    if not torch.backends.mkldnn.is_available():  # type: ignore[no-untyped-call]
        return
    model.to(faster_type(rows))
    for module in list(model.modules()):
        for name, child in module.named_children():
            if type(child) is nn.Linear:
                setattr(module, name, _PackedLinear(child, rows))


def faster_type(rows: int) -> torch.dtype:
    """Return bfloat16 if this machine multiplies it faster than float32, as CPUs with AVX-512 or AMX for it do.

    This is timed, because oneDNN may be kept from what the CPU can do (`ONEDNN_MAX_CPU_ISA`).
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
