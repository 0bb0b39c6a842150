"""Says who a speaker is: the full name within the article, where that is certain."""

import re
import unicodedata
from collections.abc import Mapping

from spacy.tokens import Doc, Span, Token

from index.remarks.sentence_remarks import SentenceRemark, named_by, phrase
from index.remarks.titles import TITLES
from index.text.words import STOP_WORDS

_NAMED = ("PERSON", "ORG", "GPE", "NORP", "LOC", "FAC")
_WORD = r"(?:[A-Z]\.|[A-ZÀ-ÖØ-Þ][\w’'\-]*)"
_PARTICLE = r"(?:(?:van|von|de|da|del|della|di|der|den|bin|ibn|al|el|la|le|du|dos|das|ter|ten|y|zu|af)\s)"
_REGNAL = frozenset("Pope King Queen Prince Princess Saint".split())
_IN_NAMES = frozenset("PROPN ADP DET CCONJ PART PUNCT".split())
_HE, _SHE = frozenset(["he", "him", "his"]), frozenset(["she", "her"])


class Speakers:
    """The people and bodies that an article names; `docs` are the parses of its sentences by where they start."""

    def __init__(self, title: str, full_text: str, docs: Mapping[int, Doc]) -> None:
        self._text = f"{title}.\n\n{full_text}"
        self._people = _distinct(
            _without_titles(each) for doc in docs.values() for each in doc.ents if each.label_ == "PERSON"
        )
        self._places = {
            folded(each.text) for doc in docs.values() for each in doc.ents if each.label_ in ("GPE", "NORP")
        }
        self._full: dict[str, str | None] = {}
        self._roles = _roles(docs.values())
        self._last: list[tuple[int, str, bool]] = []

    def name(self, remark: SentenceRemark, doc: Doc, start: int) -> str | None:
        """Return the full name of a remark's speaker, or None. Remarks are asked in the order of the article."""
        if remark.head is None:
            return None
        head = next(token for token in doc if token.idx == remark.head[0])
        name, is_person = self._named(head)
        if name is None and head.lower_ in _HE | _SHE:
            name, is_person = self._person_before(head, doc, start), True
        elif name is None and head.lower_ == "it":
            name = self._body_before(start)
        if name:
            self._last.append((start, name, is_person))
        return name

    def _named(self, head: Token) -> tuple[str | None, bool]:
        head = named_by(head)
        if head.pos_ == "PROPN":
            written = _written_name(head)
            is_person = _is_person(head)
            if written.isupper() and len(written) > 1 and " " not in written:
                return self._spelt_out(written), False
            if not is_person and " " in written:
                return _whole_name(head, written), False
            full = self._full_name(written)
            return full, is_person or full in self._people.values()
        if head.pos_ == "NOUN" and any(each.lower_ == "the" for each in head.children if each.dep_ == "det"):
            people = self._roles.get(head.lemma_.lower(), {})
            if len(people) == 1:
                return self._full_name(next(iter(people.values()))), True
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
        if " " in written or folded(written) in self._places:
            return written
        pattern = rf"(?<!\w)((?:{_WORD}\s){{1,3}}{_PARTICLE}*){re.escape(written)}\b"
        runs = {
            folded(_stripped(match.group())): _stripped(match.group()) for match in re.finditer(pattern, self._text)
        }
        runs = {k: each for k, each in runs.items() if " " in each and not self._is_plain(each.split()[0])}
        return next(iter(runs.values())) if len(runs) == 1 else written if not runs else None

    def _is_plain(self, word: str) -> bool:
        """Return True for a word that begins a sentence and is no name: "Yesterday" of "Yesterday Lavrov said"."""
        return word.lower() in STOP_WORDS or re.search(rf"\b{re.escape(word.lower())}\b", self._text) is not None

    def _spelt_out(self, short: str) -> str:
        """Return what an abbreviation in brackets stands for: "Chamber of Fisheries (COF)"."""
        initials = r"\W+(?:\w+\W+){0,2}?".join(rf"{letter}[\w’'-]*" for letter in short)
        match = re.search(rf"\b({initials})\W*\({short}\)|\b{short}\b\W{{1,3}}(?:the\s)?({initials})\b", self._text)
        return next(filter(None, match.groups())) if match else short

    def _body(self, head: Token) -> str | None:
        """Return the one body whose name ends or begins with a noun: "the ministry" is "the Health Ministry"."""
        noun = head.text.capitalize()
        pattern = rf"(?:{_WORD}\s)+{noun}\b|\b{noun}\s(?:of|for)\s(?:the\s)?{_WORD}(?:\s(?:and\s)?{_WORD})*"
        found = _distinct(match.group().removeprefix("The ") for match in re.finditer(pattern, self._text))
        return next(iter(found.values())) if len(found) == 1 else None

    def _person_before(self, pronoun: Token, doc: Doc, start: int) -> str | None:
        """Return the one person whom the text around names before a pronoun."""
        earlier = {folded(_without_titles(e)): e for e in doc.ents if e.label_ == "PERSON" and e.start < pronoun.i}
        if len(earlier) == 1:
            return self._full_name(_without_titles(next(iter(earlier.values()))))
        if earlier or not self._last or not self._last[-1][2]:
            return None
        since, name, _ = self._last[-1]
        between = self._text_between(since, start)
        opposite = _SHE if pronoun.lower_ in _HE else _HE
        if opposite & set(folded(between).split()):
            return None
        surnames = {key.split()[-1] for key in self._people} - {folded(name).split()[-1]}
        others = surnames & set(folded(between).split())
        return None if others or between.count("\n\n") > 2 else name

    def _text_between(self, since: int, start: int) -> str:
        shift = self._text.index("\n\n") + 2
        return self._text[since + shift : start + shift]

    def _body_before(self, start: int) -> str | None:
        if not self._last or self._last[-1][2]:
            return None
        since, name, _ = self._last[-1]
        return name if self._text_between(since, start).count("\n\n") <= 1 else None


def folded(text: str) -> str:
    """Return the words of a text in lower case, without accents and signs, to compare names."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(re.findall(r"\w+", re.sub(r"[’']s\b", "", plain).lower()))


def _distinct(names: object) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in names:  # type: ignore[attr-defined]
        if key := folded(name):
            found.setdefault(key, name)
    return found


def _written_name(head: Token) -> str:
    """Return a name as written, without titles before it."""
    entity = next((each for each in head.doc.ents if each.start <= head.i < each.end and each.label_ in _NAMED), None)
    first = head.i
    while first and head.doc[first - 1].pos_ == "PROPN" and head.doc[first - 1].whitespace_:
        first -= 1
    run = head.doc[first : head.i + 1]
    if entity is None or (entity.label_ != "PERSON" and len(run) > len(entity)):
        return _without_titles(run)
    before = head.doc[entity.start - 1] if entity.start else None
    if before is not None and before.text in _REGNAL and len(entity) == 1:
        return f"{before.text} {entity.text}"
    return _without_titles(entity)


def _whole_name(head: Token, written: str) -> str:
    """Return the name of a body with what belongs to it: "National Association for the Advancement of …"."""
    start, end = phrase(head)
    owner = next((each for each in head.children if each.dep_ == "poss"), None)
    if owner is not None and owner.ent_type_ and owner.ent_iob_ == "B" and head.ent_iob_ != "I":
        return written
    tokens = [each for each in head.doc if start <= each.idx < end]
    while tokens and (tokens[0].pos_ == "DET" or tokens[0].lower_ in TITLES):
        tokens.pop(0)
    is_name = all(each.pos_ in _IN_NAMES or each.text[0].isupper() for each in tokens)
    whole = head.doc[tokens[0].i : tokens[-1].i + 1].text if tokens and is_name else ""
    if any(each.lower_ in TITLES for each in tokens[1:-1]):
        return written
    return whole if len(whole) > len(written) and " and " not in whole.replace(written, "") else written.split(" (")[0]


def _without_titles(span: Span) -> str:
    return _stripped(span.text)


def _stripped(name: str) -> str:
    """Return a name without titles, articles and the possessive: "the Prime Minister Ada Lund's" -> "Ada Lund"."""
    words = re.sub(r"[’']s?$", "", name.strip()).split()
    last = max(
        (at for at, word in enumerate(words[:-1]) if folded(word) in TITLES or word in ("the", "The")), default=-1
    )
    words = words[last + 1 :]
    return " ".join(words).strip(' ,.;:“”"')


def _is_person(head: Token) -> bool:
    entity = next((each for each in head.doc.ents if each.start <= head.i < each.end), None)
    return entity is not None and entity.label_ == "PERSON"


def _roles(docs: object) -> dict[str, dict[str, str]]:
    """Return the people who are introduced by a role: "finance minister Ada Lund", "Ada Lund, the minister"."""
    roles: dict[str, dict[str, str]] = {}
    for doc in docs:  # type: ignore[attr-defined]
        for entity in doc.ents:
            if entity.label_ != "PERSON":
                continue
            root = entity.root
            near = [each for each in root.children if each.dep_ in ("compound", "amod", "appos", "nmod")]
            near += [root.head] if root.dep_ == "appos" else []
            for each in near:
                if each.pos_ in ("NOUN", "PROPN") and not entity.start <= each.i < entity.end:
                    name = _without_titles(entity)
                    roles.setdefault(each.lemma_.lower(), {}).setdefault(folded(name).split()[-1], name)
    return roles
