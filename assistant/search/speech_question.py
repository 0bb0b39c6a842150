"""Reads off a question whose speech it asks about, of which kind, and about what."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from index.remarks.names import without_titles
from index.remarks.parser import Parser
from index.remarks.remark_kinds import kind_of_remark
from index.remarks.speaker_phrases import can_speak, phrase, speaker_of
from index.remarks.speech_verbs import SpeechVerb, kind_of_verb, may_report_speech, speech_verb
from index.text.words import STOP_WORDS, words

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

MOST_SPEAKERS = 5
"""Speakers of a question that are looked up."""

_CHANGED_MIND = re.compile(
    r"\b(?:has|have|had|did|does)\s+(?P<who>.+?)\s+(?:chang|revers|shift|soften)\w*\s+(?:his|her|their|its)\s+"
    r"(?:mind|position|view|views|stance|tune|line|opinion|story)\b(?:\s+(?:on|about|over|regarding))?(?P<about>.*)",
    re.IGNORECASE,
)
_PRONOUNS = frozenset("he she they".split())
_NOBODY = frozenset("i you we one it there anyone anybody somebody someone everyone people".split())
_YES_OR_NO = frozenset("did does do has have had is are was were".split())
_ANYTHING = frozenset("anything something nothing everything thing things else".split())
_TOPIC = re.compile(r"\b(?:about|on|regarding|concerning|of|over)\s+", re.IGNORECASE)
_DID = re.compile(r"\b(?:did|does|do|has|have|had)\s+(?P<who>\S+(?:\s\S+){0,5}?)\s(?P<verb>[a-z]+)\b(?P<rest>.*)")
_REPLIES = ("confirm", "deny", "admit", "refuse", "no_comment")
_ALIKE: dict[str, tuple[str, ...]] = {
    "say": (),
    "confirm": ("confirm", "admit"),
    "admit": ("admit", "confirm", "apologise"),
    "accuse": ("accuse", "criticise"),
    "criticise": ("criticise", "accuse"),
    "warn": ("warn", "threaten"),
    "threaten": ("threaten", "warn"),
    "suggest": ("suggest", "demand"),
}
"""Maps kinds of remarks to those that a question for them takes; no kinds stand for all."""


@dataclass(frozen=True, slots=True)
class SpeechQuestion:
    """Whose remarks a question asks for.

    `speakers` are the names as they are asked for, none in "who denied it?"; `described` is the noun for one without a
    name ("Putin's *spokesman*"). `kinds` are the kinds of remarks wanted, none for all. `about` are words of the topic;
    they may be empty. A question for a yes or no ("did he deny it?", where `verb` is "deny"), or for a change of mind,
    wants all that was said about it. Other questions ("why did she deny it?") want a part of it.
    """

    speakers: tuple[str, ...]
    kinds: tuple[str, ...]
    about: str
    form: Literal["what", "whether", "change", "other"] = "what"
    described: str = ""
    verb: str = ""

    @property
    def lists_all(self) -> bool:
        """True if all the remarks answer, and not only those that are about a topic."""
        is_chosen = bool(self.speakers or (self.kinds and not self.described))
        return self.form == "change" or (self.form != "other" and not self.about and is_chosen)


def speech_question(question: str, parser: Parser | None) -> SpeechQuestion | None:
    """Return what a question about speech asks for; None for any other question, and if there is no parser."""
    if parser is None:
        return None
    changed = _CHANGED_MIND.search(" ".join(question.split()))
    if changed and words(changed["who"]) and changed["who"].lower() not in _NOBODY | _PRONOUNS:
        return SpeechQuestion((without_titles(changed["who"]),), (), _topic(changed["about"]), "change")
    if not may_report_speech(question):
        return None
    doc = parser.parse_one(question)
    verbs = ((token, each[0]) for token in doc if (each := speech_verb(token)) and _asks_for_speech(token, each[0]))
    for verb, known in verbs:
        if any(child.dep_ == "nsubj" and child.lower_ == "who" for child in verb.children):
            is_silence = kind_of_remark(verb, known, []) == "no_comment"
            kinds = ("no_comment",) if is_silence else _ALIKE.get(known.kind, (known.kind,))
            last = next((each for each in verb.children if is_silence and each.dep_ in ("xcomp", "ccomp")), verb)
            return SpeechQuestion((), kinds, _about(doc, last, last))
        speaker = speaker_of(verb)
        if speaker is None or speaker.i == verb.i or speaker.pos_ == "PRON" or speaker.lower_ in _NOBODY:
            continue
        asked = _asked_of(_names(speaker), known.kind, _about(doc, verb, speaker), doc[0].lower_)
        if _is_name(speaker):
            return asked
        return replace(asked, speakers=(), described=speaker.lemma_.lower()) if can_speak(speaker) else None
    return _by_order(question)


def _asks_for_speech(token: Token, verb: SpeechVerb) -> bool:
    """Return False for verbs that seldom ask for speech: "hold talks", "expect to win", "appeal against it"."""
    is_other = token.tag_ == "VBG" or token.lemma_ in ("expect", "appeal")
    return not is_other and verb.needs in ("any", "clause", "infinitive")


def _by_order(question: str) -> SpeechQuestion | None:
    """Return what is asked by the order of words, where a parser takes the verb for a noun: "did Ms Roake promise"."""
    for match in _DID.finditer(question):
        kind = kind_of_verb(match["verb"])
        if kind and match["who"][0].isupper():
            names = tuple(map(without_titles, re.split(r",?\sand\s|,\s", match["who"])))[:MOST_SPEAKERS]
            return _asked_of(names, kind, _topic(match["rest"]), words(question)[0])
    return None


def _asked_of(names: tuple[str, ...], kind: str, about: str, first: str) -> SpeechQuestion:
    if first in _YES_OR_NO:
        return SpeechQuestion(names, () if about else (kind, *_REPLIES), about, "whether", verb=kind)
    form: Literal["what", "other"] = "other" if first in ("when", "where", "why", "how") else "what"
    return SpeechQuestion(names, _ALIKE.get(kind, (kind,)), about, form)


def _is_name(speaker: Token) -> bool:
    """Return True unless the speaker is only described: "Putin's spokesman", "the minister", "a source"."""
    return not any(child.dep_ in ("poss", "det", "prep") for child in speaker.children) or speaker.pos_ == "PROPN"


def _names(speaker: Token) -> tuple[str, ...]:
    heads, waiting = [speaker], [speaker]
    while waiting:
        joined = [child for child in waiting.pop().children if child.dep_ == "conj"]
        heads += joined
        waiting += joined
    starts = [phrase(head)[0] for head in heads[1:]]
    texts = []
    for at, head in enumerate(heads):
        start, end = phrase(head)
        end = min([end, *(each for each in starts[at:] if each > start)])
        text = re.sub(r"(?:,|\band)\s*$", "", speaker.doc.text[start:end].strip()).strip(" ,")
        texts.append(without_titles(text))
    return tuple(dict.fromkeys(filter(words, texts)))[:MOST_SPEAKERS]


def _about(doc: Doc, verb: Token, speaker: Token) -> str:
    """Return the words of the topic: those after the verb, or between "which" and its auxiliary."""
    rest = doc.text[verb.idx + len(verb) :]
    if speaker.i > verb.i:
        rest = doc.text[phrase(speaker)[1] :]
    first = next((token for token in doc if token.pos_ == "AUX" or token.i == verb.i), verb)
    asked = doc[1 : first.i].text if doc[0].lower_ in ("what", "which") else ""
    topic = _TOPIC.search(rest)
    return " ".join(filter(None, [_topic(asked), _topic(rest[topic.end() :] if topic else rest)]))


def _topic(text: str) -> str:
    text = text.strip(" ?!.,")
    return text if any(word not in STOP_WORDS | _ANYTHING for word in words(text)) else ""
