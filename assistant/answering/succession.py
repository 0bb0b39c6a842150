"""Who came before somebody: "who was mayor before Lund?", "whom did Lund succeed?", "Lund's predecessor"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from assistant.answering.candidates import Candidate
from index.remarks.names import is_time
from index.remarks.parser import Parser
from index.text.words import STOP_WORDS, words

if TYPE_CHECKING:
    from spacy.tokens import Token

_NAME = r"(?P<name>\S+(?: \S+){0,3}?)"
_ASKED = [
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"who\b.+ before {_NAME}",
        rf"whom? (?:did|has|does) {_NAME} (?:succeed|replace|follow|take over from)(?:ed|d)?\b.*",
        rf"(?:who (?:is|was) )?{_NAME}[’']s predecessor\b.*",
    )
]
_MAY_TELL = re.compile(r"\b(?:succe|replac|follow|t[ao]\w+ over from)", re.IGNORECASE)
_FOLLOWING = frozenset("succeed replace follow".split())


def asked_for_predecessor(question: str) -> str | None:
    """Return the person whose predecessor is asked for, None for any other question."""
    for form in _ASKED:
        match = form.fullmatch(" ".join(question.split()).rstrip("?! "))
        if match and STOP_WORDS.isdisjoint(words(match["name"])):
            return match["name"]
    return None


def telling_predecessor(name: str, sentences: Sequence[Candidate], parser: Parser) -> list[Candidate]:
    """Return the sentences that say whom the person followed: "Lund succeeds Ada Orsk", "She follows Orsk".

    A pronoun is the person if the sentence that it needs names them, or names nobody and the passage names them.
    """
    possible = [each for each in sentences if _MAY_TELL.search(each.text)]
    person = words(name)[-1]
    return [
        each
        for each, doc in zip(possible, parser.parse([each.text for each in possible]), strict=True)
        if any(_is_of(person, token, _meant_by_pronoun(person, each, parser)) for token in doc)
    ]


def _meant_by_pronoun(person: str, candidate: Candidate, parser: Parser) -> bool:
    lead = parser.parse_one(candidate.lead)
    is_nobody = not any(token.pos_ == "PROPN" and not is_time(token) for token in lead)
    return person in words(candidate.lead) or (is_nobody and person in words(candidate.around))


def _is_of(person: str, verb: Token, is_pronoun: bool) -> bool:
    """Return True if the verb tells that the person followed somebody else, who has a name.

    `is_pronoun` says whether a pronoun means the person.
    """
    takes_over = verb.lemma_ == "take" and any(child.lower_ == "over" for child in verb.children)
    if not takes_over and verb.lemma_ not in _FOLLOWING:
        return False
    parts = {child.dep_: child for child in verb.children}
    behind = [
        child for each in verb.children if each.lower_ == ("from" if takes_over else "by") for child in each.children
    ]
    if takes_over:
        new, old = parts.get("nsubj"), behind[0] if behind else None
    elif "nsubjpass" in parts:
        new, old = behind[0] if behind else None, parts["nsubjpass"]
    else:
        new, old = parts.get("nsubj"), parts.get("dobj")
    if new is not None and new.tag_ in ("WP", "WDT"):  # "Lund, who succeeds Orsk"
        new = verb.head
    if new is None or old is None or not any(each.pos_ == "PROPN" for each in old.subtree):
        return False
    named = [each.lower_ for each in new.subtree if each.i < old.i or each.i > old.right_edge.i]
    return (is_pronoun if new.pos_ == "PRON" else person in named) and person not in words(_phrase(old))


def _phrase(head: Token) -> str:
    return " ".join(each.text for each in head.subtree)
