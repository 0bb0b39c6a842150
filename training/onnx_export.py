"""Writes a model of pairs as an ONNX file in eight bits."""

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import nn

INPUTS = ["input_ids", "token_type_ids"]


def write_onnx(model: nn.Module, path: Path, outputs: Sequence[str], of_tokens: Sequence[str] = ()) -> None:
    """Write the model, called with ids and types of `(windows, tokens)`, in eight bits, with these names of outputs.

    Those `of_tokens` have a value for each token; the others have a value or a row for each window.
    """
    ids = torch.randint(1_000, 20_000, (1, 64))
    tokens = {name: {0: "windows", 1: "tokens"} for name in [*INPUTS, *of_tokens]}
    with tempfile.TemporaryDirectory() as folder:
        full = Path(folder) / "full.onnx"
        torch.onnx.export(
            model.eval(),
            (ids, torch.zeros_like(ids)),
            str(full),
            input_names=INPUTS,
            output_names=list(outputs),
            dynamic_axes={name: {0: "windows"} for name in outputs} | tokens,
            dynamo=False,
            opset_version=17,
            custom_opsets={"com.microsoft": 1},
        )
        quantize_dynamic(
            full,
            path,
            weight_type=QuantType.QInt8,
            per_channel=True,
            extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT},
        )


def set_metadata(path: Path, texts: Mapping[str, str]) -> None:
    """Store texts in the file, beside the weights."""
    model = onnx.load(path)
    onnx.helper.set_model_props(model, dict(texts))
    onnx.save(model, path)
