"""Contradictions in who says what: another speaker, a denial for a confirmation, as a fact what somebody only says."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from assistant.checking.content_words import Evidence, content_keys, initials
from assistant.english.countries import canonical, is_country, words_of_name
from index.remarks.names import ROLES
from index.remarks.nouns import people
from index.remarks.parser import Parser
from index.remarks.quotations import quotations, with_double_marks
from index.remarks.sentence_remarks import SentenceRemark, all_remarks
from index.remarks.speakers import Speakers
from index.remarks.speech_verbs import kind_of_verb, may_report_speech, speech_verb
from index.text.words import words

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_AS_FACTS = frozenset("confirm admit apologise thank praise criticise".split())
"""Kinds of remarks that take for granted what they are about."""

_CLAIMED = frozenset("allegedly apparently reportedly supposedly purportedly".split())
_NEGATION = re.compile(r"\b(?:no|not|never|nothing|nobody|none|neither|nor)\b|n[’']t\b", re.IGNORECASE)
_NOT_NAMES = ROLES | frozenset("the of and for".split())
_SPEAK_FOR_OTHERS = ROLES | frozenset("official officer leader head chief boss".split())
_KNOWN_BEFORE = re.compile(r"(?:the|this|that|these|those|his|her|its|their)\b", re.IGNORECASE)

SPOKEN = 0.3
"""Share of a reported statement's words that a sentence must have to be the report of it. Not measured."""

REMEMBERED = 1_024
"""Sentences whose remarks are kept."""


@dataclass(frozen=True, slots=True)
class _Remark:
    """What a sentence reports as said.

    `speaker` is the phrase for the speaker, or the name that a pronoun stands for; it is empty if nobody is given.
    `name` are the words of the speaker's name, none for "officials". `head` are the keys of the name or of the main
    word, none for a pronoun that may mean anybody. `near` are the words of the phrase and of its appositions. `said`
    are the keys of what is said, and of whom it concerns.
    """

    sentence: Evidence
    kind: str
    cue: str
    speaker: str
    name: frozenset[str]
    head: frozenset[str]
    near: frozenset[str]
    is_private: bool
    said: frozenset[str]
    is_negated: bool

    @property
    def affirms(self) -> bool | None:
        """Whether what it denies or confirms is so by the speaker; None for other remarks."""
        if self.kind not in ("deny", "confirm", "admit"):
            return None
        denies = self.kind == "deny" and not (self.is_negated and kind_of_verb(self.cue) != "deny")
        return denies == self.is_negated


def speech_problem(statement: str, evidence: Sequence[Evidence], parser: Parser) -> str:
    """Return a message if a statement has another speaker than its evidence, a confirmation for a denial, or as a fact
    what somebody only says; empty otherwise.
    """
    told = [remark for each in evidence for remark in _remarks(each, parser)]
    reported = _remarks(Evidence(statement), parser) if told else ()
    if not (reported or _has_other_claims(statement, parser)):
        return _stated_as_fact(content_keys(statement), told)
    by_speakers = [each for each in told if each.speaker]
    problems = (_wrong_report(each, content_keys(statement), by_speakers) for each in reported)
    return next(filter(None, problems), "")


def _has_other_claims(statement: str, parser: Parser) -> bool:
    """Return True for a statement that claims something for somebody, though it reports no remark."""
    if not _CLAIMED.isdisjoint(words(statement)):
        return True
    if not may_report_speech(statement):
        return False
    verbs = ((token, known[0]) for token in _parsed(statement, parser) if (known := speech_verb(token)))
    return any(
        known.needs == "any" or any(child.dep_ in ("ccomp", "xcomp") for child in token.children)
        for token, known in verbs
    )


def _stated_as_fact(stated: frozenset[str], told: Iterable[_Remark]) -> str:
    for each in told:
        if each.kind not in _AS_FACTS and 2 * len(stated & each.said) >= len(stated):
            speaker = each.speaker if each.head else "somebody who says so"
            return f"The passages have this from {speaker}, not as a fact."
    return ""


def _wrong_report(remark: _Remark, stated: frozenset[str], told: Sequence[_Remark]) -> str:
    """Return a message if another speaker, or the opposite, is reported in the sentences that are about the same."""
    own = stated - remark.name
    shared = {each: len(own & content_keys(each.sentence.text)) for each in told}
    alike = [each for each in told if shared[each] >= SPOKEN * len(own)]
    alike = alike or [each for each in told if shared[each] == max(shared.values())]
    if alike and all(_is_somebody_else(remark, each, stated) for each in alike):
        return f"The passages have this from {alike[0].speaker}, not from {remark.speaker}."
    if remark.affirms is not None and {each.affirms for each in alike} - {None} == {not remark.affirms}:
        nouns = ("a confirmation", "a denial")
        return f"The passages report {nouns[remark.affirms]}, not {nouns[not remark.affirms]}."
    return ""


def _is_somebody_else(remark: _Remark, told: _Remark, stated: frozenset[str]) -> bool:
    """Return True if two remarks certainly have different speakers."""
    if not told.head:
        return False
    if remark.kind == told.kind and remark.head & told.said and (told.head & remark.said or not told.head & stated):
        return True  # "the dockers accused the owners" and "the owners accused the dockers"
    if not remark.name:
        return False
    if remark.name & (told.name | _plain_words(f"{told.sentence.lead} {told.sentence.text}")):
        return told.is_private and bool(remark.name & told.near) and not any(map(is_country, remark.name))
    return bool(told.name) or not _KNOWN_BEFORE.match(told.speaker)


@lru_cache(maxsize=REMEMBERED)
def _remarks(sentence: Evidence, parser: Parser) -> tuple[_Remark, ...]:
    """Return what a sentence reports as said; its lead shows whom a pronoun means."""
    if not may_report_speech(sentence.text):
        return ()
    starts = {0: sentence.lead, len(sentence.lead) + 1: sentence.text} if sentence.lead else {0: sentence.text}
    docs = {start: _parsed(text, parser) for start, text in starts.items()}
    speakers = Speakers("", f"{sentence.lead} {sentence.text}".strip(), docs)
    found: list[_Remark] = []
    for start, doc in docs.items():
        quoted, _ = quotations(with_double_marks(doc.text))
        remarks = all_remarks(doc, quoted)
        found = [_remark(each, doc, speakers.name(each, doc, start), sentence) for each in remarks]
    return tuple(found)


@lru_cache(maxsize=REMEMBERED)
def _parsed(sentence: str, parser: Parser) -> Doc:
    return next(parser.parse([sentence]))


def _remark(found: SentenceRemark, doc: Doc, name: str | None, sentence: Evidence) -> _Remark:
    head = next((token for token in doc if found.head and token.idx == found.head[0]), None)
    speaker = doc.text[slice(*found.speaker)] if found.speaker else ""
    part = head.pos_ if head is not None else ""
    if part == "PRON":
        speaker = name or speaker
    name = name or (speaker if part == "PROPN" else "")
    noun = head.lemma_.lower() if head is not None and part != "PRON" else ""
    around = (speaker, _around(head)) if head is not None else ("",)
    said, toward = (doc.text[slice(*span)] if span else "" for span in (found.content, found.toward))
    return _Remark(
        sentence,
        found.kind,
        doc.text[slice(*found.cue)],
        speaker,
        (words_of_name(name) | {*initials(name)}) - _NOT_NAMES,
        content_keys(name or noun),
        frozenset().union(*map(_plain_words, around)),
        not name and noun in people() | {"source"} and noun not in _SPEAK_FOR_OTHERS,
        content_keys(f"{said} {toward}") - content_keys(" ".join(around)),
        _NEGATION.search(said) is not None,
    )


def _around(head: Token) -> str:
    """Return the phrase of a speaker with its appositions: "the head of Kessen Motors, Ada Lund"."""
    while head.dep_ == "appos":
        head = head.head
    return head.doc[head.left_edge.i : head.right_edge.i + 1].text


def _plain_words(text: str) -> frozenset[str]:
    plain = canonical(text)
    return frozenset([*words(plain), *initials(plain)])
