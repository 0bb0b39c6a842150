"""Questions in, cited answers out."""

from typing import TYPE_CHECKING, Any

from assistant.answer import Answer, Citation, Statement, Turn
from assistant.settings import Settings

if TYPE_CHECKING:
    from assistant.assistant import Assistant

__all__ = ["Answer", "Assistant", "Citation", "Settings", "Statement", "Turn"]


def __getattr__(name: str) -> Any:  # noqa: ANN401
    """Loads `Assistant` when it is first named: LangChain and Chroma take a second to import."""
    if name == "Assistant":
        from assistant.assistant import Assistant

        return Assistant
    raise AttributeError(f"module 'assistant' has no attribute {name!r}")
