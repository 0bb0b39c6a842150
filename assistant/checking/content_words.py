"""Words of statements and passages, compared by keys that their other forms share."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from assistant.english.countries import canonical, government
from assistant.english.names import TITLES, names_in
from assistant.english.stems import stems
from index.remarks.speech_verbs import kind_of_verb
from index.text.calendar_words import MONTHS, WEEKDAYS
from index.text.words import STOP_WORDS

_TOKEN = re.compile(r"[^\W\d_]+(?:[’'](?!s\b)[^\W\d_]+)?|\d+(?:[.,:]\d+)*%?", re.UNICODE)
_FUNCTION_WORDS = STOP_WORDS - {"don", "haven", "won"}  # left over from "haven't", and also names and a verb
_BEFORE_VERBS = frozenset("has have had also later then again repeatedly".split())
_BEFORE_PLACES = frozenset("in at from near to into outside inside around across through via".split())
_NO_GIVEN_NAMES = STOP_WORDS.union(MONTHS, WEEKDAYS)
NO_NAMES = STOP_WORDS | TITLES | {"i"}


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text, and the key that it shares with its other forms."""

    text: str
    key: str

    @property
    def is_content(self) -> bool:
        """Return True unless it is a function word."""
        return self.text.lower() not in _FUNCTION_WORDS


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence of a passage, and the earlier one that it needs to be understood (empty if none)."""

    text: str
    lead: str = ""


@lru_cache(maxsize=4_096)
def words_of(text: str) -> tuple[Word, ...]:
    """Return the words of a text in order.

    Capitals that are the subject of a verb of speech ("Moscow denied it") have the key of their country.
    """
    tokens = _TOKEN.findall(text)
    return tuple(Word(token, key_of(_speaking_country(tokens, at) or token)) for at, token in enumerate(tokens))


def speaking_countries(text: str) -> frozenset[str]:
    """Return the countries whose capitals are the subject of a verb of speech: "russia" for "Moscow denied it"."""
    tokens = _TOKEN.findall(text)
    return frozenset(filter(None, (_speaking_country(tokens, at) for at in range(len(tokens)))))


def _speaking_country(tokens: Sequence[str], at: int) -> str | None:
    """Return the country whose capital stands alone here as the subject of a verb of speech, None for other words."""
    country = government(tokens[at].lower()) if tokens[at][0].isupper() else None
    if country is None or at + 1 == len(tokens):
        return None
    is_part_of_name = at > 0 and tokens[at - 1][0].isupper() and tokens[at - 1].lower() not in _NO_GIVEN_NAMES
    verb = next((word for word in tokens[at + 1 : at + 4] if word not in _BEFORE_VERBS and not word.endswith("ly")), "")
    is_place = at > 0 and tokens[at - 1].lower() in _BEFORE_PLACES
    return country if verb.islower() and kind_of_verb(verb) and not (is_part_of_name or is_place) else None


def content_keys(text: str) -> frozenset[str]:
    """Return the keys of the words that aren't function words."""
    return frozenset(word.key for word in words_of(text) if word.is_content)


@lru_cache(maxsize=16_384)
def key_of(word: str) -> str:
    """Return the key that the word shares with its other forms."""
    return " ".join(stems(word)) or word.lower()


def joined(words: Sequence[Word]) -> str:
    """Return the words in a row, as a message quotes them."""
    return " ".join(word.text for word in words)


def name_words(texts: Sequence[str]) -> frozenset[str]:
    """Return the words that the texts write as names; a text's first word only if it speaks ("Roake said …")."""
    plain = [canonical(text) for text in texts]
    opening = (re.match(r"\W*([A-Z][^\W\d_]+) (\w+)", text) for text in plain)
    speakers = {match.group(1).lower() for match in opening if match and kind_of_verb(match.group(2))}
    return names_in(plain) | (speakers - NO_NAMES)


def initials(text: str) -> Iterator[str]:
    """Yield the initials of the names in a text, and of parts of them: "who" for "the World Health Organization"."""
    for run in re.findall(r"(?:[A-Z][\w-]+ (?:(?:of|the|and|for) )*)+[A-Z][\w-]+", text):
        letters = "".join(word[0] for word in run.split() if word[0].isupper()).lower()
        yield from (letters[start:end] for start in range(len(letters)) for end in range(start + 2, len(letters) + 1))


def sentences_about(statement: str, sentences: Sequence[str], most: int = 2) -> Iterator[int]:
    """Yield the indexes of the sentences that share most with a statement: the best one, then those that add words."""
    missing = set(content_keys(statement))
    left = dict(enumerate(sentences))
    for _ in range(min(most, len(sentences))):
        best = max(left, key=lambda at: len(missing & content_keys(left[at])))
        added = missing & content_keys(left.pop(best))
        if not added:
            return
        yield best
        missing -= added
