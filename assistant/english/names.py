"""Which words of a text are names."""

import re
from collections.abc import Iterable
from functools import cache

from index.remarks.names import ROLES
from index.text.word_lists import word_list
from index.text.words import words

TITLES = ROLES | {"general", "lady", "lord"}
"""Titles in lower case without points. The three that are added are also parts of names: "General Motors"."""

_OWNER = re.compile(r"[\w-]+[’'](?:s\b|(?=\s))")
_CAPITALISED_INSIDE = re.compile(r"(?<![.!?:\n] )(?<=[\w,;’'\-–—“\"(‘] |.[“\"(‘])[A-Z][\w’'.-]*")


@cache
def given_names() -> frozenset[str]:
    """Return about 2,400 given names in lower case, without those that are other words ("Will").

    The list is made by tools/countries.py.
    """
    return frozenset(word_list("assistant.english", "given_names.txt"))


def names_in(texts: Iterable[str]) -> frozenset[str]:
    """Return the words, in lower case, that the texts write with a capital inside sentences and never without one.

    "Then Mr Lavrov met the president." gives "lavrov".
    """
    capitalised: set[str] = set()
    plain: set[str] = set()
    for text in texts:
        capitalised.update(word for match in _CAPITALISED_INSIDE.findall(text) for word in words(match))
        plain.update(word for match in re.findall(r"\b[a-z][\w’'-]*", text) for word in words(match))
    return frozenset(capitalised - plain - TITLES)


def without_possessives(text: str) -> str:
    """Return the text without its possessives: "Putin's spokesman" gives " spokesman"."""
    return _OWNER.sub(" ", text)
