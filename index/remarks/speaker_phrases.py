"""Finds who speaks in a parsed sentence: the phrase that is the subject or agent of a verb of speech."""

from __future__ import annotations

from typing import TYPE_CHECKING

from index.remarks.names import TITLES, is_time
from index.remarks.nouns import groups_and_places, people, people_and_groups
from index.remarks.speech_verbs import speech_verb

if TYPE_CHECKING:
    from spacy.tokens import Token

Span = tuple[int, int]


SUBJECTS = ("nsubj", "nsubjpass", "csubj")
_OUTSIDE_NAME = ("relcl", "acl", "appos", "parataxis", "ccomp", "advcl", "punct", "dep", "npadvmod", "case")
DOCUMENTS = frozenset(
    "statement petition letter report email post tweet note memo message article release document paper study survey "
    "poll figure datum record ruling judgment judgement book blog video interview".split()
)
COURTS = frozenset("court judge jury panel tribunal inquiry inquest commission committee investigation coroner".split())
SOURCES = DOCUMENTS | frozenset(
    """police official officer source witness ministry minister spokesman spokeswoman spokesperson government authority
    company opposition analyst expert prosecutor lawyer resident medium newspaper agency organisation organization group
    city county town state country nation district province village""".split()
)
_AFTER_NAMES = frozenset("jr sr ii iii iv kc qc mp obe cbe".split())
FINITE = ("VBD", "VBZ", "VBP")


def named_by(head: Token) -> Token:
    """Return the last word of the name of a speaker: "Lund" for "the minister, Ada Lund" and for "Ada Lund Jr"."""
    if head.dep_ == "appos" and head.pos_ == "NOUN" and head.head.pos_ == "PROPN":
        head = head.head
    elif head.pos_ == "NOUN" or head.lower_ in TITLES or head.lower_ in people():
        head = _apposed_name(head) or head
    if head.lower_.rstrip(".") in _AFTER_NAMES and head.i and head.nbor(-1).pos_ == "PROPN":
        return head.nbor(-1)
    return head


def _apposed_name(head: Token) -> Token | None:
    """Return the name that stands in apposition: "Orimed" for "its maker, the Swiss group Orimed"."""
    if not can_speak(head) or head.lemma_.lower() in DOCUMENTS:
        return None
    apposed = [child for child in head.rights if child.dep_ == "appos"]
    if not apposed and head.lower_ in people():  # "the owner of Kessen Rovers, Hamid Farouqi": joined to the club
        belongs = [each for prep in head.rights if prep.lower_ == "of" for each in prep.children]
        apposed = [child for each in belongs for child in each.rights if child.dep_ == "appos" and child.i > each.i + 1]
    names = (child if child.pos_ == "PROPN" else _apposed_name(child) for child in apposed)
    return next(filter(None, names), None)


def phrase(head: Token) -> Span:
    """Return where the phrase around a noun stands, without clauses and appositions after it."""
    inside = {head.i}
    waiting = [head]
    while waiting:
        for child in waiting.pop().children:
            if child.dep_ not in _OUTSIDE_NAME or (child.dep_ in ("punct", "case") and child.i < head.i):
                inside.add(child.i)
                waiting.append(child)
    first = last = head.i
    while first - 1 in inside:
        first -= 1
    while last + 1 in inside:
        last += 1
    while first < head.i and head.doc[first].is_punct:
        first += 1
    while last > head.i and (head.doc[last].is_punct or head.doc[last].dep_ in ("cc", "case")):
        last -= 1
    return head.doc[first].idx, end_of(head.doc[last])


def speaker_of(verb: Token) -> Token | None:
    """Return the head word of the phrase that names who speaks, if the sentence has one."""
    if verb.dep_ == "amod":  # "…, estimated Ada Lund": a parser takes it for a quality of hers
        return verb.head
    agent = next((child for child in verb.children if child.dep_ == "agent"), None)
    if agent is not None:
        return next((child for child in agent.children if child.dep_ == "pobj"), None)
    if _is_passive(verb):
        by = (child for child in verb.subtree if child.lower_ == "by" and child.dep_ in ("agent", "prep"))
        agents = (each for prep in by for each in prep.children if each.dep_ == "pobj" and not is_time(each))
        return next((each for each in agents if can_speak(each)), None)  # "accused of lying by the opposition"
    subjects = [child for child in verb.children if child.dep_ == "nsubj"]
    if subjects:  # two, where a parser takes one from the quotation before
        return _antecedent(min(subjects, key=lambda each: abs(each.i - verb.i)), verb)
    if verb.dep_ in ("acl", "advcl") and verb.tag_ == "VBG" and (told := _told_by_clause(verb)) is not None:
        return told
    if verb.dep_ == "pcomp":
        return _quoted_person(verb) if verb.head.lower_ == "as" else _subject_above(verb.head.head)
    if verb.dep_ in ("conj", "xcomp", "advcl"):
        above = _outer(verb) or verb.head
        while verb.tag_ in FINITE and above.tag_ not in FINITE and above.dep_ != "ROOT":
            above = above.head  # "defended efforts to cut it and said": a parser joins "said" to "cut"
        return _subject_above(above)
    after = (child for child in verb.rights if child.dep_ in ("attr", "dobj", "npadvmod") and child.pos_ == "PROPN")
    return next(after, None) if verb.i and verb.nbor(-1).text in ("”", '"', ",") else None


def _outer(verb: Token) -> Token | None:
    """Return the verb of speech that holds what a finite verb is joined to.

    "Lund said it was late and accused the bank": a parser joins "accused" to "was", and Lund is more often meant.
    """
    if verb.dep_ != "conj" or verb.tag_ not in (*FINITE, "VBN"):
        return None
    above = verb.head
    while above.dep_ in ("conj", "ccomp", "advcl", "xcomp", "relcl"):
        is_content = above.dep_ == "ccomp"
        above = above.head
        if is_content and above.i < verb.i and speech_verb(above) and above.tag_ in FINITE:
            return above
    return None


def _told_by_clause(verb: Token) -> Token | None:
    """Return the speaker of ", saying …": that of the clause's own verb of speech, or the author of the document.

    A parser can't always tell what such a clause belongs to.
    """
    noun = verb.head if verb.dep_ == "acl" else None
    if noun is not None and noun.lemma_.lower() in DOCUMENTS:
        by = (child for child in noun.children if child.dep_ == "prep" and child.lower_ in ("by", "from", "of"))
        author = next((each for prep in by for each in prep.children if each.dep_ == "pobj"), None)
        if author is None and noun.dep_ == "dobj":
            author = _subject_above(noun.head)
        return author if author is not None else noun
    if noun is not None and noun.i == verb.i - 1:  # no comma between them
        return noun
    speaking = next((each for each in verb.ancestors if each.i < verb.i and speech_verb(each)), None)
    if speaking is not None:
        return speaker_of(speaking)
    if noun is not None and noun.dep_ not in ("nsubj", "nsubjpass"):
        return _subject_above(noun.head)
    return noun


def _is_passive(verb: Token) -> bool:
    if verb.tag_ != "VBN":
        return False
    if verb.dep_ == "acl" or any(child.dep_ in ("nsubjpass", "auxpass") for child in verb.children):
        return True
    has_own = any(child.dep_ in ("nsubj", "aux", "dobj") for child in verb.children)
    if verb.dep_ == "advcl" and not has_own:
        return True
    return verb.dep_ == "conj" and not has_own and _is_passive(verb.head)


def _antecedent(subject: Token, verb: Token) -> Token | None:
    """Return the subject, or what "who" and "which" stand for; None for "it was said" and the like."""
    if subject.tag_ in ("WP", "WDT"):
        while verb.dep_ == "conj":
            verb = verb.head
        return _who(verb.head, subject) if verb.dep_ == "relcl" else None
    return None if subject.lower_ in ("there", "what", "this", "that") else subject


def _who(head: Token, pronoun: Token) -> Token:
    """Return what a relative clause belongs to: in "Lund, chair of the Orsk Bank, who …" it is Lund."""
    while pronoun.lower_ == "who" and head.dep_ in ("pobj", "appos"):
        above = head.head.head if head.dep_ == "pobj" else head.head
        is_post = above.lower_ in people() and head.head.lower_ in ("at", "for", "in")
        if above.pos_ not in ("NOUN", "PROPN") or not (is_post or head.lower_ in groups_and_places()):
            break
        head = above
    return named_by(head)


def _subject_above(verb: Token) -> Token | None:
    """Return the subject of a verb, or of the one that it is joined to."""
    seen = verb
    for _ in range(6):
        subject = next((child for child in seen.children if child.dep_ in SUBJECTS), None)
        if subject is not None:
            return _antecedent(subject, seen)
        if seen.dep_ == "acl":
            return seen.head
        if seen.dep_ not in ("conj", "xcomp", "advcl", "pcomp", "prep", "ccomp"):
            return None
        seen = seen.head
    return None


def _quoted_person(verb: Token) -> Token | None:
    """Return the person in "X was quoted as saying" and "The paper quoted X as saying"."""
    quoting = verb.head.head
    wanted = "nsubjpass" if _is_passive(quoting) else "dobj"
    return next((child for child in quoting.children if child.dep_ == wanted), None)


def can_speak(speaker: Token) -> bool:
    """Return True for people, bodies and texts, False for "the geometry"."""
    if speaker.pos_ in ("PROPN", "PRON"):
        return True
    return any(speaker.lemma_.lower() in nouns for nouns in (SOURCES, people_and_groups(), TITLES))


def end_of(token: Token) -> int:
    """Return where a token ends, in characters of the sentence."""
    return token.idx + len(token)
