"""Tells by the parse of a sentence whether words for a time ("on Friday", "in March") are of the past or the future."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from index.remarks.speech_verbs import speech_verb

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span, Token

Tense = Literal["past", "future"]

_WILL = frozenset("will wo shall 'll ’ll".split())
_HAVE = frozenset("have has 've ’ve".split())
_CONDITIONS = frozenset("if unless whether once soon".split())
_NOT_YET = frozenset("until till by before ahead".split())
_ADVERBIALS = frozenset("advmod dep npadvmod pobj poss prep".split())
_PARTS_OF_NAMES = frozenset("amod compound det nmod".split())

_ARRANGED = frozenset("arrange book delay due expect plan postpone reschedule schedule set slate".split())
"""Lemmas of what is arranged: what comes after "planned for" and "due on" may still be ahead."""

_KINDS_AHEAD = frozenset("agree ask demand predict promise suggest threaten warn".split())
"""Kinds of speech whose content may still be ahead: "called for a strike on Friday"."""


def tense_of(doc: Doc, start: int, end: int) -> Tense | None:
    """Return the tense of the clause that the words for a time at these offsets belong to.

    None where that isn't certain, or where the words are a name or part of one ("May said", "Black Friday").
    """
    span = doc.char_span(start, end, alignment_mode="expand")
    verb = _verb_above(span.root) if span and _is_time(span) else None
    if (
        span is None
        or verb is None
        or _CONDITIONS & {child.lower_ for each in (verb, *verb.ancestors) for child in each.children}
    ):
        return None
    tense = _tense(verb)
    if any(child.dep_ == "conj" and child.i < span.start and _tense(child) != tense for child in verb.children):
        return None  # "resigned and leaves on Friday"
    return None if tense == "past" and _may_be_ahead(verb, span.start) else tense


def _is_time(span: Span) -> bool:
    """Return False for "May said", "Black Friday" and "the Friday before", but True for "late Friday"."""
    outside = (child for child in span.root.children if not span.start <= child.i < span.end)
    return span.root.dep_ in _ADVERBIALS and not any(
        child.dep_ in _PARTS_OF_NAMES and (child.dep_ != "amod" or child.is_title) for child in outside
    )


def _verb_above(token: Token) -> Token | None:
    """Return the verb that the words belong to; None for a noun, but if they own it ("Friday's meeting")."""
    is_owner = token.dep_ == "poss"
    for above in token.ancestors:
        if above.pos_ in ("VERB", "AUX"):
            return above
        if above.lower_ in _NOT_YET or (above.pos_ in ("NOUN", "PROPN", "PRON") and not is_owner):
            return None
    return None


def _helpers(verb: Token) -> list[Token]:
    return [child for child in verb.children if child.dep_ in ("aux", "auxpass")]


def _tense(verb: Token) -> Tense | None:
    helpers = _helpers(verb)
    if any(helper.lower_ in _WILL for helper in helpers):
        return "future"
    if any(helper.tag_ == "TO" for helper in helpers):
        return "future" if verb.dep_ in ("xcomp", "ROOT") and _is_present(verb.head) else None
    if finite := next((helper for helper in helpers if helper.tag_ in ("MD", "VBZ", "VBP", "VBD")), None):
        return _by_helper(verb, finite)
    if verb.tag_ == "VBD" or (verb.tag_ == "VBN" and verb.dep_ != "conj"):
        return "past"
    if (verb.dep_ == "conj" and verb.tag_ in ("VB", "VBN")) or (verb.dep_ == "advcl" and verb.tag_ == "VBG"):
        return _tense(verb.head) if verb.head.pos_ in ("VERB", "AUX") else None
    return "future" if _is_present(verb) and _is_arranged(verb) else None


def _by_helper(verb: Token, finite: Token) -> Tense | None:
    """Return the tense of a verb by its first helper: "was held", "has met", "could not meet", "is planned"."""
    if finite.tag_ == "VBD":
        return "past" if verb.tag_ != "VBG" else None
    if finite.lower_ == "could" and verb.dep_ == "ROOT":  # not "said that it could"
        return "past" if any(child.dep_ == "neg" for child in verb.children) else None
    if finite.lower_ in _HAVE:
        return "past"
    return "future" if finite.tag_ != "MD" and verb.lemma_ in _ARRANGED else None


def _is_present(verb: Token) -> bool:
    """Return True for "plans" and "is due", but not for "planned", "has planned" and "was due"."""
    verb = verb.head if verb.pos_ == "ADJ" else verb
    finite = next(iter(_helpers(verb)), verb)
    return finite.tag_ in ("VBZ", "VBP") and (finite is verb or finite.lower_ not in _HAVE)


def _is_arranged(verb: Token) -> bool:
    return any(
        child.dep_ in ("acomp", "attr", "oprd", "xcomp") and child.lemma_ in _ARRANGED for child in verb.children
    )


def _may_be_ahead(verb: Token, at: int) -> bool:
    """Return True if the time of a verb in the past tense may still be ahead: "agreed to a strike on Friday"."""
    speech = speech_verb(verb)
    between = verb.doc[verb.i + 1 : at] if speech and speech[0].kind in _KINDS_AHEAD else ()
    has_content = any(token.pos_ in ("NOUN", "PROPN", "PRON", "VERB", "AUX") for token in between)
    return has_content or verb.lemma_ in _ARRANGED or _is_arranged(verb)
