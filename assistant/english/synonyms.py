"""Words that stand for one another: a country and its capital, a ship and a vessel, a word and its other forms."""

import re
import shlex
from functools import cache, lru_cache
from importlib.resources import files

from index.text.words import stem, words

_THE_US = re.compile(r"\b(?:U\.S\.A?\.?|USA?|(?<=\b[Tt]he )us(?!\w))")


@lru_cache(maxsize=8_192)
def canonical(text: str) -> str:
    """The text with names of one country, its people and its capital written as one ("Moscow", "Russian": Russia)."""
    text = _THE_US.sub("UnitedStates", text)
    pattern, names = _aliases()
    return pattern.sub(lambda found: names[found.group().lower()], text)


def is_country(word: str) -> bool:
    """Whether the word (lower case, of canonical text) names a country or a union of countries."""
    return word in _countries()


def concept(word: str) -> str:
    """What the word (lower case) shares with its other forms and its synonyms: a stem."""
    return _synonyms().get(stem(word), stem(word))


@lru_cache(maxsize=8_192)
def concepts(text: str) -> tuple[str, ...]:
    """The concepts of the text's words, in order."""
    return tuple(concept(word) for word in words(canonical(text)))


@cache
def _aliases() -> tuple[re.Pattern[str], dict[str, str]]:
    names = {name.lower(): group[0].replace(" ", "") for group in _groups("aliases.txt") for name in group}
    names["unitedstates"] = "UnitedStates"
    longest_first = sorted(names, key=len, reverse=True)
    pattern = re.compile(rf"\b(?!polish\b)(?i:{'|'.join(map(re.escape, longest_first))})\b")
    return pattern, names


@cache
def _countries() -> frozenset[str]:
    return frozenset(name.lower() for name in _aliases()[1].values())


@cache
def _synonyms() -> dict[str, str]:
    return {stem(word): stem(group[0]) for group in _groups("synonyms.txt") for word in group}


def _groups(name: str) -> list[list[str]]:
    lines = (files("assistant.english") / name).read_text("utf-8").splitlines()
    return [shlex.split(line) for line in lines if line and not line.startswith("#")]
