"""The words of statements and passages, compared by what they share with their other forms and synonyms."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from assistant.english.names import TITLES, names_in
from assistant.english.reported_speech import kind_of
from assistant.english.synonyms import canonical, concepts
from index.text.words import STOP_WORDS

_TOKEN = re.compile(r"[^\W\d_]+(?:[’'](?!s\b)[^\W\d_]+)?|\d+(?:[.,:]\d+)*%?", re.UNICODE)
_FUNCTION_WORDS = STOP_WORDS - {"don", "haven", "won"}  # left over from "haven't", and also names and a verb
NO_NAMES = STOP_WORDS | TITLES | {"i"}


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text, and what it shares with its other forms and synonyms."""

    text: str
    key: str

    @property
    def is_content(self) -> bool:
        """Whether it tells something: no function word."""
        return self.text.lower() not in _FUNCTION_WORDS


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence of a passage, and the earlier one that it needs to be understood."""

    text: str
    lead: str = ""


@lru_cache(maxsize=4_096)
def read(text: str) -> tuple[Word, ...]:
    """The words of a text, in order."""
    return tuple(Word(found, key_of(found)) for found in _TOKEN.findall(text))


def content(text: str) -> frozenset[str]:
    """What the words tell that aren't function words."""
    return frozenset(word.key for word in read(text) if word.is_content)


@lru_cache(maxsize=16_384)
def key_of(word: str) -> str:
    """What a word shares with its other forms and synonyms."""
    return " ".join(concepts(word)) or word.lower()


def shown(some: Sequence[Word]) -> str:
    """Words in a row, for a reader."""
    return " ".join(word.text for word in some)


def name_words(texts: Sequence[str]) -> frozenset[str]:
    """The words that the texts write as names; at the beginning of one only who speaks is known for a name."""
    plain = [canonical(text) for text in texts]
    opening = (re.match(r"\W*([A-Z][^\W\d_]+) (\w+)", text) for text in plain)
    speakers = {found.group(1).lower() for found in opening if found and kind_of(found.group(2))}
    return names_in(plain) | (speakers - NO_NAMES)


def sentences_about(statement: str, sentences: Sequence[str], most: int = 2) -> Iterator[int]:
    """The indexes of the sentences that share most with a statement: the best one, and those that add to it."""
    missing = set(content(statement))
    left = dict(enumerate(sentences))
    for _ in range(min(most, len(sentences))):
        best = max(left, key=lambda at: len(missing & content(left[at])))
        added = missing & content(left.pop(best))
        if not added:
            return
        yield best
        missing -= added
