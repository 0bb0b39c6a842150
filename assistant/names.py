"""Names: which words are names, and which names stand for one another in news."""

import re
import shlex
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

from index.words import words

TITLES = frozenset(
    "mr mrs ms miss dr prof sir lord lady president minister secretary general col gen lt sen rep".split()
)

_CAPITALISED_INSIDE = re.compile(r"(?<![.!?:\n] )(?<=[\w,;’'\-–—“\"(‘] |.[“\"(‘])[A-Z][\w’'.-]*")
_THE_US = re.compile(r"\b(?:U\.S\.A?\.?|USA?|(?<=\b[Tt]he )us(?!\w))")


def canonical(text: str) -> str:
    """The text with names of one country, its people and its capital written as one ("Moscow", "Russian": Russia)."""
    text = _THE_US.sub("UnitedStates", text)
    pattern, names = _aliases()
    return pattern.sub(lambda found: names[found.group().lower()], text)


def names_in(texts: Iterable[str]) -> frozenset[str]:
    """The words, in lower case, that the texts write with a capital inside sentences and never without one."""
    capitalised: set[str] = set()
    plain: set[str] = set()
    for text in texts:
        capitalised.update(word for found in _CAPITALISED_INSIDE.findall(text) for word in words(found))
        plain.update(word for found in re.findall(r"\b[a-z][\w’'-]*", text) for word in words(found))
    return frozenset(capitalised - plain - TITLES)


@cache
def _aliases() -> tuple[re.Pattern[str], dict[str, str]]:
    lines = (files("assistant") / "aliases.txt").read_text("utf-8").splitlines()
    groups = [shlex.split(line) for line in lines if line and not line.startswith("#")]
    names = {name.lower(): group[0].replace(" ", "") for group in groups for name in group}
    names |= {"unitedstates": "UnitedStates", "united states": "UnitedStates"}
    longest_first = sorted(names, key=len, reverse=True)
    pattern = re.compile(rf"\b(?!polish\b)(?i:{'|'.join(map(re.escape, longest_first))})\b")
    return pattern, names
