"""Says whether a verb of speech in a parsed sentence reports a remark, and of which kind."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from index.remarks.speaker_phrases import COURTS, DOCUMENTS, SUBJECTS, Span, can_speak
from index.remarks.speech_verbs import SpeechVerb, speech_verb

if TYPE_CHECKING:
    from spacy.tokens import Token


_GOES_ON = frozenset("continue go begin start proceed hasten use".split())
_WOULD = frozenset("would wo".split())
_SPEAKING_UP = frozenset("speak write call tweet appear take come post use go".split())
_WHILE = frozenset("by after before while when since".split())
_QUOTING = frozenset("quote cite report describe".split())
_SILENT = frozenset(
    "comment say confirm discuss answer respond elaborate speak reveal disclose give provide name identify specify "
    "talk reply address explain detail tell interview".split()
)
_SILENT_IF_NEGATED = frozenset("comment respond reply elaborate answer".split())
_OPINIONS = frozenset("expect think believe know hope wish want feel see understand remember recall care mind".split())
"""Verbs whose negation denies nothing: "don't expect to agree"."""
_POSSIBLE = frozenset("can ca could may might must should shall need".split())
"""Helping verbs whose negation denies nothing: "cannot replace a river"."""

_NO_DENIAL = re.compile(
    r"\b(?:no (?:doubt|question|surprise|wonder)|nothing but|none other|regret\w*)\b"
    r"|(?:\bnot|n[’']t) (?:surpris|impossible|unlikely|unusual|uncommon|just\b|only\b|merely\b)",
    re.IGNORECASE,
)
"""What a negation may be in that denies nothing."""

_FALSELY = frozenset("falsely wrongly allegedly supposedly purportedly mistakenly".split())
_ONESELF = frozenset(["i", "we"])
_MODALS = frozenset("will would can could may might shall should must ’ll 'll wo ca".split())
NOTHING = frozenset("no nothing nobody none neither never no-one noone".split())


def is_told(verb: Token) -> bool:
    """Return False for what hasn't been said: "will say", "if X says", "the alleged plot", "asked X to say"."""
    if verb.dep_ in ("compound", "pobj", "dobj", "nsubj") or (verb.dep_ == "amod" and not _is_inverted(verb)):
        return False
    if _is_denied(verb) or _is_asked(verb) or _is_false(verb):
        return False
    helpers = {child.lower_ for child in verb.children if child.dep_ in ("aux", "mark")}
    if "if" in helpers or "unless" in helpers:
        return False
    if helpers & _MODALS:
        return _is_negated(verb) and verb.lemma_ in (_SILENT if helpers & _WOULD else _SILENT_IF_NEGATED)
    if "to" in helpers:
        goes_on = verb.dep_ == "xcomp" and verb.head.lemma_ in _GOES_ON
        return goes_on or (verb.dep_ == "advcl" and verb.head.tag_ == "VBD" and verb.head.lemma_ in _SPEAKING_UP)
    if verb.dep_ == "pcomp":
        has_own = any(child.dep_ == "nsubj" for child in verb.children)
        is_while = verb.head.lower_ in _WHILE or (verb.head.lower_ == "in" and _clause(verb) is not None)
        return has_own or is_while or (verb.head.lower_ == "as" and verb.head.head.lemma_ in _QUOTING)
    return True


def _is_denied(verb: Token) -> bool:
    """Return True for what somebody denies to have said: "denied having said it", "rejected claims that she lied"."""
    at = verb
    while at.dep_ in ("ccomp", "xcomp", "pcomp", "acl", "prep", "pobj", "dobj", "relcl"):
        at = at.head
        if (known := speech_verb(at)) and known[0].kind == "deny":
            return True
    return False


def _is_false(verb: Token) -> bool:
    """Return True for "allegedly said" and "was falsely quoted as saying"."""
    quoting = verb.head.head if verb.dep_ == "pcomp" else verb
    return any(child.lower_ in _FALSELY for each in (verb, quoting) for child in each.children)


def _is_asked(verb: Token) -> bool:
    """Return True for the verb of a question: "Did she deny it?"."""
    subject = next((child for child in verb.children if child.dep_ == "nsubj"), None)
    asks = any(child.lower_ in ("did", "does", "do") and subject and child.i < subject.i for child in verb.children)
    return verb.dep_ == "ROOT" and asks and verb.doc[-1].text == "?"


def _is_inverted(verb: Token) -> bool:
    """Return True for a verb between what is said and a name: "…, estimated Ada Lund"."""
    return verb.i > 0 and verb.nbor(-1).text in (",", "”", '"') and verb.head.i > verb.i and verb.head.pos_ == "PROPN"


def has_what_it_needs(verb: Token, speaker: Token | None, needs: str, quoted: list[Span]) -> bool:
    """Return True if a verb has what it `needs` to report speech; see speech_verbs.tsv."""
    children = {child.dep_: child for child in verb.children}
    match needs:
        case "any":
            return True
        case "clause":
            is_followed = "ccomp" in children or any(
                each.dep_ == "pcomp" and each.head.lower_ not in ("by", "with")
                for each in verb.subtree
                if each.head.head.i == verb.i
            )
            return is_followed or verb.dep_ == "amod" or _is_parenthetical(verb) or _introduces_quotation(verb, quoted)
        case "infinitive":
            return "xcomp" in children or "ccomp" in children
        case "quote":
            return bool(quoted)
        case "complement":
            return "oprd" in children
        case "document":
            is_document = speaker is not None and speaker.lemma_.lower() in DOCUMENTS | COURTS
            return is_document and ("ccomp" in children or "dobj" in children)
        case _:  # person
            whom = children.get("dobj") or children.get("nsubjpass")
            return whom is not None and (whom.pos_ in ("PROPN", "PRON") or can_speak(whom))


def _is_parenthetical(verb: Token) -> bool:
    """Return True for the verb in "The bridge, he said, will close"."""
    head = verb.head
    return verb.dep_ in ("parataxis", "ccomp") and head.pos_ in ("VERB", "AUX") and not speech_verb(head)


def _introduces_quotation(verb: Token, quoted: list[Span]) -> bool:
    """Return True if a quotation stands next to the clause of the verb."""
    start, end = verb.sent.start_char, verb.sent.end_char
    near = [span for span in quoted if span[0] < end and start < span[1]]
    beside = verb.doc[max(0, verb.i - 2) : verb.i + 4]
    return any(is_within(token, near) and (token in beside or token.pos_ in ("VERB", "AUX")) for token in verb.sent)


def kind_of_remark(verb: Token, known: SpeechVerb, quoted: list[Span]) -> str | None:
    """Return the kind of a remark, None for what wasn't said ("did not say")."""
    if known.kind == "admit" and verb.lemma_ == "plead":
        guilty = next((token for token in verb.doc[verb.i :] if token.lower_ == "guilty"), verb)
        return "deny" if any(token.lower_ == "not" for token in verb.doc[verb.i : guilty.i]) else "admit"
    if known.kind == "admit" and verb.dep_ == "ccomp" and speech_verb(verb.head):
        return None  # "Prosecutors said that she confessed": so they say
    if _is_negated(verb):
        is_refused = verb.lemma_ in _SILENT and any(child.lower_ in _WOULD for child in verb.children)
        if is_refused or verb.lemma_ in _SILENT_IF_NEGATED:
            return "no_comment"
        return "say" if known.kind == "deny" else None
    if known.kind == "refuse":
        infinitive = next((child for child in verb.children if child.dep_ in ("xcomp", "ccomp")), None)
        return "no_comment" if infinitive is not None and infinitive.lemma_ in _SILENT else "refuse"
    if any(child.lower_ == "neither" for child in (*verb.children, *verb.head.children) if child.dep_ == "preconj"):
        return "no_comment" if known.kind in ("confirm", "deny", "admit") else known.kind
    if verb.lemma_ == "ask" and (demand := _demanded(verb)) is not None:
        return None if demand.lemma_ in ("name", "identify", "quote") else "demand"
    if known.kind == "say" and (clause := _clause(verb)) is not None and _is_negative_statement(clause):
        return "deny" if _is_in_own_words(clause, quoted) or _is_of_oneself(clause) else known.kind
    return known.kind


def _demanded(verb: Token) -> Token | None:
    """Return what is to be done in "asked the court to issue it" and "asked that half of it go", else None."""
    for child in verb.children:
        marks = {each.lower_ for each in child.children if each.dep_ in ("aux", "mark")}
        if child.dep_ in ("xcomp", "ccomp") and ("to" in marks or "that" in marks):
            return child
    return None


def _clause(verb: Token) -> Token | None:
    """Return the main verb of what is said."""
    own = next((child for child in verb.children if child.dep_ == "ccomp"), None)
    return own or (verb.head if _is_parenthetical(verb) else None)


def _is_in_own_words(clause: Token, quoted: list[Span]) -> bool:
    """Return True unless all of the clause is quoted: of "it has “never threatened” anybody" only a part is."""
    subject = next((child for child in clause.children if child.dep_ in SUBJECTS), clause)
    return not is_within(subject, quoted)


def _is_of_oneself(clause: Token) -> bool:
    """Return True for "I have never …"; "“Nobody won,” she said" denies nothing."""
    return any(child.dep_ in SUBJECTS and child.lower_ in _ONESELF for child in clause.children)


def _is_negated(verb: Token) -> bool:
    """Return True for a verb with "not" or "never", but not for "no longer"."""
    negations = [child for child in verb.children if child.dep_ == "neg" or child.lower_ == "never"]
    return any(not any(each.lower_ == "longer" for each in verb.doc[child.i : child.i + 2]) for child in negations)


def _is_negative_statement(clause: Token) -> bool:
    """Return True for "had not", "there was no …", "nobody knew"."""
    can = {child.lower_ for child in clause.children if child.dep_ == "aux"}
    if _NO_DENIAL.search(clause.doc[clause.left_edge.i : clause.right_edge.i + 1].text):
        return False
    if clause.lemma_ in _OPINIONS or can & _POSSIBLE or any(child.lower_ == "longer" for child in clause.children):
        return False
    if _is_negated(clause):
        return True
    parts = [
        each for each in clause.children if each.dep_ in ("nsubj", "nsubjpass", "dobj", "attr", "advmod", "preconj")
    ]
    words = {
        each.lower_
        for part in parts
        for each in (part, *(c for c in part.children if c.dep_ in ("det", "neg", "preconj")))
    }
    return bool(words & NOTHING)


def is_within(token: Token, spans: list[Span]) -> bool:
    """Return True if a token begins within one of the spans."""
    return any(start <= token.idx < end for start, end in spans)
