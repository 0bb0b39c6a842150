"""Trains the reading model and the support model, stage by stage; MODEL_CARD.md has the commands."""

from importlib.util import find_spec

for _module in ("onnx", "sklearn", "spacy", "lemminflect"):
    if find_spec(_module) is None:
        raise SystemExit(f'Training needs {_module}, which isn\'t installed. Install it: pip install ".[training]"')
