"""Measures onrecord, and what a user would build otherwise."""

from importlib.util import find_spec

NEEDED = ("langchain_chroma", "langchain_text_splitters", "locust", "psutil", "scipy", "sklearn", "txtai")
MISSING = [module for module in NEEDED if find_spec(module) is None]

if MISSING:
    raise SystemExit(
        f'The benchmarks need {", ".join(MISSING)}, not installed yet. Install: pip install ".[benchmarks]"'
    )
