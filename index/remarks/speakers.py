"""Says who a speaker is: the full name within the article, where that is certain."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from index.remarks.names import PARTICLES, ROLES, Name, folded, name_of, names, without_titles
from index.remarks.nouns import groups_and_places, people
from index.remarks.sentence_remarks import SentenceRemark
from index.remarks.speaker_phrases import named_by, phrase
from index.text.words import STOP_WORDS

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

MOST_NAMES = 200
"""Names of one article whose full forms are looked for: each takes a search through its text."""

LONGEST_SHORT_FORM = 6
"""Letters of an abbreviation that is spelt out; the search takes 2.7 times as long for each."""

_WORD = r"(?:[A-Z]\.|[A-ZÀ-ÖØ-Þ][\w’'\-]*)"
_PARTICLE = rf"(?:(?:{'|'.join(PARTICLES)})\s)"
_REGNAL = frozenset("pope king queen prince princess saint".split())
_IN_NAMES = frozenset("PROPN ADP DET CCONJ PART PUNCT".split())
_OTHER_ROLES = frozenset("prime vice deputy former acting".split())
_HE, _SHE = frozenset(["he", "him", "his"]), frozenset(["she", "her"])


class Speakers:
    """The people and bodies that an article names; `docs` are the parses of its sentences by where they start."""

    def __init__(self, title: str, full_text: str, docs: Mapping[int, Doc]) -> None:
        self._text = f"{title}.\n\n{full_text}"
        every = [(start, doc, name) for start, doc in docs.items() for name in names(doc)]
        titled = {folded(name.text) for _, _, name in every if name.titles}
        named = [each for each in every if each[2].is_person or _last_word(each[2].text) in titled]
        self._people = _distinct(name.text for _, _, name in named)
        self._acting = {_last_word(name.text) for _, doc, name in named if _acts(doc[name.end - 1])}
        self._full: dict[str, str | None] = {}
        self._written = frozenset(re.findall(r"\b[^\W\d_A-Z][\w’'-]*", self._text))
        self._roles = _roles(named)
        self._last: tuple[int, str | None, bool] = (0, None, False)

    def name(self, remark: SentenceRemark, doc: Doc, start: int) -> str | None:
        """Return the full name of a remark's speaker, or None. Remarks are asked in the order of the article."""
        if remark.head is None:
            return None
        head = next(token for token in doc if token.idx == remark.head[0])
        name, is_person = self._named(head, start)
        if name is None and head.lower_ in _HE | _SHE:
            name, is_person = self._person_before(head, doc, start), True
        elif name is None and head.lower_ == "it":
            name = self._body_before(start)
        if name or head.tag_ == "NN":
            self._last = (start, name, is_person)
        return name

    def _named(self, head: Token, start: int) -> tuple[str | None, bool]:
        head = named_by(head)
        if head.tag_ == "NNPS" or any(each.dep_ == "conj" for each in head.children):
            return None, False
        if head.pos_ == "PROPN" and not head.text.islower():
            name = name_of(head)
            written, is_person = _written(head, name), name.is_person
            if not folded(written):
                return None, False
            if written.isupper() and len(written) > 1 and " " not in written:
                return self._spelt_out(written), False
            if not is_person and (" " in written or written.lower() in groups_and_places()):
                whole = _whole_name(head, written)
                is_known = " " in whole or not _has_article(head)
                return (whole if is_known else self._body(head)), False
            full = self._full_name(written)
            return full, is_person or full in self._people.values()
        is_another = any(each.pos_ == "PROPN" for each in head.lefts)  # "the Orsk councillor" is one of several
        if head.pos_ == "NOUN" and _has_article(head) and not is_another:
            people = self._roles.get(head.lemma_.lower(), {})
            if len(people) == 1:
                ((since, called),) = people.values()
                return (self._full_name(called), True) if since < start else (None, False)
            return self._body(head), False
        return None, False

    def _full_name(self, written: str) -> str | None:
        """Return the longest form of a name in the article; None if two people bear it."""
        if written not in self._full:
            self._full[written] = self._found_full_name(written)
        return self._full[written]

    def _found_full_name(self, written: str) -> str | None:
        key = folded(written)
        last = key.split()[-1] if key else ""
        longer = {
            k: each for k, each in self._people.items() if k.split()[-1:] == [last] and k != key and k.endswith(key)
        }
        longer = {k: each for k, each in longer.items() if not any(k != o and o.endswith(f" {k}") for o in longer)}
        if len(longer) > 1:
            return None
        if not longer:  # a given name, or a family name that comes first
            longer = {k: each for k, each in self._people.items() if k.startswith(f"{key} ")}
        if len(longer) > 1:
            return None
        if longer:
            return next(iter(longer.values()))
        if " " in written or written.lower() in groups_and_places() or len(self._full) > MOST_NAMES:
            return written
        pattern = rf"(?<!\w)((?:{_WORD}\s){{1,3}}{_PARTICLE}*){re.escape(written)}\b"
        runs = _distinct(without_titles(match.group()) for match in re.finditer(pattern, self._text))
        runs = {k: each for k, each in runs.items() if " " in each and not self._is_plain(each.split()[0])}
        if not runs:  # a first name, or the short form of a body
            pattern = rf"(?<!\w){re.escape(written)}(?:\s{_WORD})+"
            runs = _distinct(match.group() for match in re.finditer(pattern, self._text))
        return next(iter(runs.values())) if len(runs) == 1 else written if not runs else None

    def _is_plain(self, word: str) -> bool:
        """Return True for a word that begins a sentence and is no name: "Yesterday" of "Yesterday Lavrov said"."""
        return word.lower() in STOP_WORDS or word.lower() in self._written

    def _spelt_out(self, short: str) -> str:
        """Return what an abbreviation in brackets stands for: "Chamber of Fisheries (COF)"."""
        if not short.isalpha() or len(short) > LONGEST_SHORT_FORM:
            return short
        if short not in self._full:
            initials = r"\W+(?:\w+\W+){0,2}?".join(rf"{letter}[\w’'-]*" for letter in short)
            before, after = rf"\b({initials})\W*\({short}\)", rf"\b{short}\b\W{{1,3}}(?:the\s)?({initials})\b"
            match = re.search(f"{before}|{after}", self._text)
            self._full[short] = next(filter(None, match.groups())) if match else short
        return self._full[short] or short

    def _body(self, head: Token) -> str | None:
        """Return the one body whose name ends or begins with a noun: "the ministry" is "the Health Ministry"."""
        noun = re.escape(head.text.capitalize())
        pattern = rf"(?:{_WORD}\s)+{noun}\b|\b{noun}\s(?:of|for)\s(?:the\s)?{_WORD}(?:\s(?:and\s)?{_WORD})*"
        found = _distinct(match.group().removeprefix("The ") for match in re.finditer(pattern, self._text))
        found.pop(folded(head.text), None)
        return next(iter(found.values())) if len(found) == 1 else None

    def _person_before(self, pronoun: Token, doc: Doc, start: int) -> str | None:
        """Return the one person whom the text around names before a pronoun."""
        subjects = [token for token in doc[: pronoun.i] if token.dep_ in ("nsubj", "nsubjpass")]
        if any(token.pos_ == "NOUN" and token.tag_ == "NN" and token.lemma_.lower() in people() for token in subjects):
            return None
        earlier = {self._full_name(each.text) for each in map(name_of, subjects) if self._is_person(each)}
        since, name, is_person = self._last
        if len(earlier) == 1:
            return next(iter(earlier))
        if earlier or name is None or not is_person:
            return None
        between = self._text_between(since, start)
        opposite = _SHE if pronoun.lower_ in _HE else _HE
        if opposite & set(folded(between).split()):
            return None
        surnames = self._acting - {_last_word(name)}
        others = surnames & set(folded(between).split())
        return None if others or between.count("\n\n") > 2 else name

    def _is_person(self, name: Name) -> bool:
        return name.is_person or folded(self._full_name(name.text) or "") in self._people

    def _text_between(self, since: int, start: int) -> str:
        shift = self._text.index("\n\n") + 2
        return self._text[since + shift : start + shift]

    def _body_before(self, start: int) -> str | None:
        since, name, is_person = self._last
        return None if is_person or self._text_between(since, start).count("\n\n") > 1 else name


def _has_article(head: Token) -> bool:
    return any(each.lower_ == "the" for each in head.children if each.dep_ == "det")


def _last_word(name: str) -> str:
    """Return the last word of a name, folded: most often a surname."""
    return folded(name).split()[-1]


def _distinct(given: Iterable[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in given:
        if key := folded(name):
            found.setdefault(key, name)
    return found


def _written(head: Token, name: Name) -> str:
    """Return a name as written, without titles before it, except that "Pope Francis" keeps his."""
    before = head.doc[name.end - 2].text if name.end - name.start > 1 else ""
    return f"{before} {head.text}" if before.lower() in _REGNAL else name.text


def _whole_name(head: Token, written: str) -> str:
    """Return the name of a body with what belongs to it: "National Association for the Advancement of …"."""
    start, end = phrase(head)
    owner = next((each for each in head.children if each.dep_ == "poss"), None)
    if owner is not None and owner.pos_ == "PROPN":
        return written
    tokens = [each for each in head.doc if start <= each.idx < end]
    while tokens and tokens[0].pos_ == "DET":
        tokens.pop(0)
    is_name = all(each.pos_ in _IN_NAMES or each.text[0].isupper() for each in tokens)
    whole = head.doc[tokens[0].i : tokens[-1].i + 1].text if tokens and is_name else ""
    if any(each.lower_ in ROLES for each in tokens[1:-1]):
        return written
    is_one = " and " not in whole.replace(written, "") or (_has_article(head) and head.lower_ in groups_and_places())
    return whole if len(whole) > len(written) and is_one else written.split(" (")[0]


def _acts(last: Token) -> bool:
    """Return True if a name, given by its last word, is that of somebody who does or says something."""
    return last.dep_ in ("nsubj", "nsubjpass", "appos", "conj") or last.head.lower_ == "by"


def _roles(named: Iterable[tuple[int, Doc, Name]]) -> dict[str, dict[str, tuple[int, str]]]:
    """Return the people who are introduced by a role: "finance minister Ada Lund", "Ada Lund, the minister"; and where.

    "The minister" is no prime minister, and nobody's deputy.
    """
    roles: dict[str, dict[str, tuple[int, str]]] = {}
    for start, doc, name in named:
        if not _OTHER_ROLES.isdisjoint(name.titles):
            continue
        root = doc[name.start : name.end].root
        near = [each for each in root.children if each.dep_ in ("compound", "amod", "appos", "nmod")]
        near += [root.head] if root.dep_ == "appos" else []
        words = [each.lemma_.lower() for each in near if each.pos_ == "NOUN"]
        for role in (*name.titles, *words):
            roles.setdefault(role, {}).setdefault(_last_word(name.text), (start, name.text))
    return roles
