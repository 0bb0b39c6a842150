"""Finds the names in a parsed sentence, and which of them are people's."""

import calendar
import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from spacy.tokens import Doc, Token

TITLES = frozenset(
    """mr mrs ms miss mx dr prof professor sir dame lord lady rev fr sr st president minister secretary general
    colonel col gen lt sgt capt captain major admiral sen senator rep representative governor mayor judge
    justice bishop archbishop cardinal rabbi imam sheikh chancellor premier chief chairman chairwoman
    spokesman spokeswoman spokesperson director ambassador commissioner prime foreign deputy vice former
    acting attorney councillor inspector officer detective sheriff coach manager head boss leader co-chairman
    chair ceo founder owner""".split()
)
"""Words that stand before a name and aren't part of it."""

PARTICLES = frozenset("van von de da del della di der den bin ibn al el la le du dos das ter ten zu af".split())
"""Words in lower case within names."""

_DAYS_AND_MONTHS = frozenset((*calendar.day_name, *calendar.month_name))


class Name(NamedTuple):
    """A name: its tokens from `start` to `end`, its text without the titles before it, and whether it is a person's.

    Names of one word are nobody's for certain, unless a title says so.
    """

    start: int
    end: int
    text: str
    titles: tuple[str, ...]
    is_person: bool


def names(doc: Doc) -> list[Name]:
    """Return the names in a sentence, in their order."""
    return [_name(doc, start, end) for start, end in _runs(doc)]


def name_of(head: Token) -> Name:
    """Return the name that ends with a word, without what follows it: "Ada Lund" of "Ada Lund Friday"."""
    start = next((start for start, end in _runs(head.doc) if start <= head.i < end), head.i)
    return _name(head.doc, start, head.i + 1)


def is_time(token: Token) -> bool:
    """Return True for a day of the week or a month."""
    return token.text in _DAYS_AND_MONTHS


def folded(text: str) -> str:
    """Return the words of a text in lower case, without accents and signs, to compare names."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(re.findall(r"\w+", re.sub(r"[’']s\b", "", plain).lower()))


def without_titles(name: str) -> str:
    """Return a name without titles, articles and the possessive: "the Prime Minister Ada Lund's" -> "Ada Lund"."""
    words = re.sub(r"[’']s?$", "", name.strip()).split()
    last = max((at for at, word in enumerate(words[:-1]) if _is_title(word) or word in ("the", "The")), default=-1)
    return " ".join(words[last + 1 :]).strip(' ,.;:“”"')


@cache
def groups_and_places() -> frozenset[str]:
    """Return nouns and names of groups and places."""
    lines = (files("index.remarks") / "groups_and_places.txt").read_text("utf-8").splitlines()
    return frozenset(line for line in lines if not line.startswith("#"))


def _runs(doc: Doc) -> Iterator[tuple[int, int]]:
    start = end = -1
    for token in doc:
        if token.pos_ == "PROPN" and not is_time(token):
            start, end = (token.i if start < 0 else start), token.i + 1
        elif start >= 0 and not (token.text in PARTICLES or (token.text == "-" and not token.whitespace_)):
            yield start, end
            start = -1
    if start >= 0:
        yield start, end


def _name(doc: Doc, start: int, end: int) -> Name:
    written = doc[start:end].text
    text = without_titles(written)
    titles = tuple(folded(word) for word in written.split()[: -len(text.split())] if _is_title(word))
    return Name(start, end, text, titles, _is_person(doc, start, text, titles))


def _is_person(doc: Doc, start: int, text: str, titles: tuple[str, ...]) -> bool:
    words = text.lower().split()
    if not words or text.lower() in groups_and_places() or words[-1] in groups_and_places():
        return False
    is_after_article = start > 0 and doc[start - 1].lower_ == "the"
    return bool(titles) or (len(words) > 1 and not is_after_article)


def _is_title(word: str) -> bool:
    return folded(word) in TITLES
