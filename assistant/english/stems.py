"""The stems of a text's words, by which texts are compared."""

from functools import lru_cache

from assistant.english.countries import canonical
from index.text.words import stem, words


@lru_cache(maxsize=8_192)
def stems(text: str) -> tuple[str, ...]:
    """Return the stems of the text's words, in order; a country's name and its people's are one word."""
    return tuple(stem(word) for word in words(canonical(text)))
