"""Words that stand for one another: a ship and a vessel, a word and its other forms."""

import shlex
from functools import cache, lru_cache

from assistant.english.countries import canonical
from index.text.word_lists import word_list
from index.text.words import stem, words


def concept(word: str) -> str:
    """Return the stem that the word (in lower case) shares with its other forms and its synonyms."""
    return _synonyms().get(stem(word), stem(word))


@lru_cache(maxsize=8_192)
def concepts(text: str) -> tuple[str, ...]:
    """Return the concepts of the text's words, in order."""
    return tuple(concept(word) for word in words(canonical(text)))


@cache
def _synonyms() -> dict[str, str]:
    groups = [shlex.split(line) for line in word_list("assistant.english", "synonyms.txt")]
    return {stem(word): stem(group[0]) for group in groups for word in group}
