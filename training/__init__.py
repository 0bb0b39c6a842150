"""Trains the reading model: `python -m training.train --data DIR`."""

from importlib.util import find_spec

for _module in ("onnx", "sklearn"):
    if find_spec(_module) is None:
        raise SystemExit(f'Training needs {_module}, which isn\'t installed. Install it: pip install ".[training]"')
