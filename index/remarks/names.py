"""Finds the names in a parsed sentence, and which of them are people's."""

from __future__ import annotations

import calendar
import re
import unicodedata
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from nameparser.config import particles as nameparser_particles
from nameparser.config import titles as nameparser_titles

from index.remarks.nouns import groups_and_places, people

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_MORE_TITLES = frozenset(
    """spokesman spokeswoman spokesperson chairman chairwoman chairperson chair co-chairman co-chair coach boss leader
    head founder owner pc wpc dc ds di cr shri smt datuk dato datin tun alhaji alhaja haji hajj mallam ustaz don doña
    dona signor signora herr frau monsieur madame mme mlle mama baba mister""".split()
)
_WORDS = frozenset(
    "us uk high west east law her his me most met pro air tax film wing risk flag rock host rear navy army".split()
)
TITLES = _MORE_TITLES | {
    title
    for title in nameparser_titles.TITLES | nameparser_titles.GIVEN_NAME_TITLES
    if title in people() or (len(title) < 5 and title not in _WORDS)
}
"""Words that stand before a name and aren't part of it, in lower case without points."""

PARTICLES = frozenset(each.rstrip("-’'") for each in nameparser_particles.PARTICLES) | {"ap", "e", "y"}
"""Words in lower case within names, such as "van" and "bin"."""

ROLES = frozenset(
    """mr mrs ms miss dr prof professor sir col gen lt minister president secretary senator sen representative rep
    governor mayor spokesman spokeswoman spokesperson chairman chairwoman chairperson director ambassador commissioner
    executive premier chancellor""".split()
)
"""Titles that are nobody's name, so that what stands before them is no part of it either."""

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
    found = (_name(doc, start, end) for start, end in _runs(doc))
    return [name for name in found if folded(name.text)]


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
    last = max((at for at, word in enumerate(words[:-1]) if word in ("the", "The")), default=-1)
    words = words[last + 1 :]
    if words and (words[-1].lower() not in groups_and_places() or folded(words[0]) in ROLES | _MORE_TITLES):
        ends = [at + 1 for at in range(len(words) - 1) if _ends_titles(words, at)]
        words = words[max(ends, default=0) :]
    return " ".join(words).strip(' ,.;:“”"')


def _is_title(word: str) -> bool:
    return folded(word) in TITLES


def _ends_titles(words: list[str], at: int) -> bool:
    """Return True if what stands before the name ends here. Where a name may follow, a title can be a name too."""
    word, rest = folded(words[at]), len(words) - at - 1
    return word in ROLES or (word in TITLES and (at == 0 or rest > 1)) or (word in people() and rest > 1)


def _runs(doc: Doc) -> list[tuple[int, int]]:
    """Return the first token and the end of each name; they are kept with the sentence."""
    if "names" not in doc.user_data:
        doc.user_data["names"] = list(_find_runs(doc))
    runs: list[tuple[int, int]] = doc.user_data["names"]
    return runs


def _find_runs(doc: Doc) -> Iterator[tuple[int, int]]:
    start = end = -1
    for token in doc:
        if _is_in_name(token, is_within=start >= 0):
            start, end = (token.i if start < 0 else start), token.i + 1
        elif start >= 0 and not (token.text in PARTICLES or _is_hyphen(token) or _goes_on(token)):
            yield start, end
            start = -1
    if start >= 0:
        yield start, end


def _is_in_name(token: Token, *, is_within: bool) -> bool:
    """Return True for capitalised names, and within one for what is capitalised or joined on by a hyphen."""
    if is_within and (_is_hyphen(token.nbor(-1)) or (token.text[0].isupper() and token.pos_ in ("NOUN", "ADJ"))):
        return True
    return token.pos_ == "PROPN" and not token.text[0].islower() and not is_time(token)


def _is_hyphen(token: Token) -> bool:
    return token.text in ("-", "–") and not token.whitespace_


def _goes_on(token: Token) -> bool:
    """Return True for the marks within Rodolfo "Ka Doy" Magsanoc and the Teachers' Union."""
    after = token.doc[token.i + 1 : token.i + 5]
    if token.text in ("'", "’") and token.tag_ == "POS":
        run = [each.lower_ for each in after if each.pos_ in ("PROPN", "CCONJ")]
        return any(each in groups_and_places() for each in run)
    return token.text in ('"', "“", "”") and len(after) > 0 and _is_in_name(after[0], is_within=False)


def _name(doc: Doc, start: int, end: int) -> Name:
    written = doc[start:end].text
    text = without_titles(written)
    if start > 1 and doc[start - 1].lower_ == "of" and doc[start - 2].lower_ in TITLES and len(text.split()) > 2:
        text = text.split(maxsplit=1)[1]  # "Secretary of State Ada Lund"
    titles = tuple(folded(word) for word in written.split()[: -len(text.split())] if _is_title(word))
    return Name(start, end, text, titles, _is_person(doc, start, text, titles))


def _is_person(doc: Doc, start: int, text: str, titles: tuple[str, ...]) -> bool:
    words = text.lower().split()
    if titles or not words:
        return bool(words)
    if doc[start].tag_ == "NNPS" or not groups_and_places().isdisjoint((text.lower(), words[-1])):
        return False
    is_after_article = start > 0 and doc[start - 1].lower_ == "the"
    return len(words) > 1 and not is_after_article
