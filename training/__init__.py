"""Trains the reading model: `python -m training.train --data DIR`."""

from importlib.util import find_spec

MISSING = [module for module in ("onnx", "sklearn") if find_spec(module) is None]

if MISSING:
    raise SystemExit(f'Training needs {" and ".join(MISSING)}, not installed yet. Install: pip install ".[training]"')
