"""Measures onrecord, and what a user would build otherwise."""

from importlib.util import find_spec

_MODULES = ("langchain_chroma", "langchain_text_splitters", "locust", "psutil", "scipy", "sklearn", "txtai")

for _module in _MODULES:
    if find_spec(_module) is None:
        raise SystemExit(
            f'The benchmarks need {_module}, which isn\'t installed. Install it: pip install ".[benchmarks]"'
        )
