"""The extra `eval`: the packages that only evaluation needs."""

from importlib.util import find_spec

from index.errors import EvaluationError

COMMAND = 'pip install "onrecord[eval]"'


def require(*modules: str) -> None:
    """Raise EvaluationError, with the command that installs them, if any of these modules isn't installed."""
    missing = [module for module in modules if find_spec(module) is None]
    if missing:
        raise EvaluationError(f"This needs {' and '.join(missing)}, not installed yet. Install the extra: {COMMAND}")
