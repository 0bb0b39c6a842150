"""The extra `eval`: the packages that only evaluation needs."""

from importlib.util import find_spec

from index.errors import EvaluationError


def require(*modules: str) -> None:
    """Raise EvaluationError, with the command that installs it, if one of these modules isn't installed."""
    for module in modules:
        if find_spec(module) is None:
            raise EvaluationError(
                f'Evaluation needs {module}, which isn\'t installed. Install it: pip install "onrecord[eval]"'
            )
