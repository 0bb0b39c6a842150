"""Detects the language of a text."""

from functools import cache
from typing import Any

MIN_CHARACTERS, MOST_CHARACTERS = 300, 2_000
"""Shortest text that is classified, and how many characters of a longer one are read. Not measured."""

SURE = 0.99
"""The least probability of a language, from 0 to 1."""


def detect_language(text: str) -> str | None:
    """Return the text's language as a code of ISO 639-1; None where the text is too short to be sure."""
    if len(text) < MIN_CHARACTERS:
        return None
    language, sure = _identifier().classify(text[:MOST_CHARACTERS])
    return str(language) if sure >= SURE else None


@cache
def _identifier() -> Any:  # noqa: ANN401 (py3langid has no types)
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
