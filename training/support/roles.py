"""Finds who does what to whom in a parsed sentence, and writes it with the roles or the voice changed."""

from collections.abc import Iterator
from dataclasses import dataclass

from spacy.tokens import Doc, Token

from training.support.editing import (
    agreeing,
    auxiliaries,
    bounds,
    inflected,
    is_plural,
    is_whole,
    phrase,
    rewritten,
    same_case,
    span_change,
    subject,
)
from training.wordnet import WordNet

SYMMETRIC = frozenset(
    """meet marry face fight resemble match equal divorce join contact parallel border adjoin oppose mirror accompany
    follow share touch cross overlap combine date rival kiss hug surround""".split()
)
"""Verbs whose subject and object may change places without a change of truth."""

STATIVE = frozenset(
    """have want lack cost weigh resemble fit become need mean be like love hate wish remain seem let get say think
    know hope dare begin start continue stop equal contain last suit deserve leave enter reach make take feel total
    number try help go come see do take give send offer tell ask cause enable force require put keep set bear born
    base retake comprise constitute form possess hold host total retain receive gain earn lose play run""".split()
)
"""Verbs that have no good passive, or that the parser often gets wrong."""

_PRONOUNS = {"he": "him", "she": "her", "they": "them", "we": "us", "i": "me", "who": "whom"}
_SUBJECT_FORMS = {object_form: form for form, object_form in _PRONOUNS.items()}
_CLAUSES = ("ROOT", "ccomp", "advcl", "conj")
_FREE_PREPOSITIONS = frozenset("in on at during after before by from since until near despite because".split())
_PERSON_FIELD, _GROUP_FIELD = 18, 14
_AGENTS = ("PERSON", "ORG", "GPE", "NORP")


@dataclass(frozen=True, slots=True)
class Roles:
    """A verb in active or passive voice with its grammatical subject and its object or "by" phrase."""

    verb: Token
    subject: Token
    other: Token
    is_passive: bool


def roles(doc: Doc) -> Iterator[Roles]:
    """Yield each clause of which the voice can be changed: both "A shot B" and "B was shot by A"."""
    return (each for each in transitive_clauses(doc) if is_phrase(each.subject) and is_phrase(each.other))


def transitive_clauses(doc: Doc) -> Iterator[Roles]:
    """Yield each clause with a verb that has an object or, in the passive, says by whom."""
    for verb in doc:
        if verb.pos_ != "VERB" or verb.dep_ not in _CLAUSES or not _is_simple(verb):
            continue
        head, other = subject(verb), _object(verb) or _agent(verb)
        if head is None or other is None or head.i > verb.i or _has_noun_between(head, verb):
            continue
        is_passive = head.dep_ == "nsubjpass"
        if is_passive == (other.dep_ == "pobj") and is_whole(head) and is_whole(other):
            yield Roles(verb, head, other, is_passive)


def _has_noun_between(head: Token, verb: Token) -> bool:
    """Return True if the parser surely erred: "Smith the city was attacked"."""
    before = verb.doc[max(0, head.left_edge.i - 1)]
    between = verb.doc[bounds(head)[1] : verb.i]
    is_run_on = before.pos_ in ("NOUN", "PROPN", "PRON") and before.i < head.left_edge.i
    return is_run_on or any(token.pos_ in ("NOUN", "PROPN", "PRON", "DET") for token in between)


def swapped(doc: Doc, clause: Roles) -> str:
    """Return the sentence with the roles exchanged, in the same voice: "Smith shot Jones" -> "Jones shot Smith"."""
    return _written(doc, clause, clause.other, clause.subject, clause.is_passive)


def other_voice(doc: Doc, clause: Roles) -> str:
    """Return the sentence in the other voice, as true as before: "Smith shot Jones" -> "Jones was shot by Smith"."""
    return _written(doc, clause, clause.other, clause.subject, not clause.is_passive)


def swapped_other_voice(doc: Doc, clause: Roles) -> str:
    """Return the other voice with the roles exchanged: "Smith shot Jones" -> "Smith was shot by Jones"."""
    return _written(doc, clause, clause.subject, clause.other, not clause.is_passive)


def are_alike(clause: Roles, wordnet: WordNet) -> bool:
    """Return True if both can do and undergo the same: persons, groups and named organisations or countries."""
    if clause.verb.lemma_ in SYMMETRIC:
        return False
    words = {token.lower_ for token in clause.subject.subtree} & {token.lower_ for token in clause.other.subtree}
    return (
        is_agent(clause.subject, wordnet) and is_agent(clause.other, wordnet) and not words - {"the", "a", "of", "'s"}
    )


def is_agent(head: Token, wordnet: WordNet) -> bool:
    """Return True for a person, a group or a named organisation or country."""
    if head.pos_ == "PROPN":
        return head.ent_type_ in _AGENTS
    return head.pos_ == "NOUN" and wordnet.field(head.lemma_, "n") in (_PERSON_FIELD, _GROUP_FIELD)


def _is_simple(verb: Token) -> bool:
    """Return True if the verb has no second verb or complement that a change of its subject would spoil."""
    if verb.lemma_ in STATIVE or (verb.dep_ == "conj" and subject(verb) is None):
        return False
    bad = {"xcomp", "ccomp", "dative", "oprd", "acomp", "attr", "nmod"}
    for child in verb.children:
        if child.dep_ in bad or (child.dep_ == "conj" and child.pos_ in ("VERB", "AUX")):
            return False
        if child.dep_ == "aux" and child.lemma_ in ("do", "get", "to"):
            return False
        if child.dep_ == "advcl" and subject(child) is None and child.tag_ != "VBD":
            return False
    chain = auxiliaries(verb)
    return bool(chain or verb.tag_ in ("VBD", "VBZ", "VBP")) and verb.tag_ not in ("VBG",) and _chain_is_tight(verb)


def _chain_is_tight(verb: Token) -> bool:
    chain = auxiliaries(verb)
    return not chain or all(
        token.dep_ in ("aux", "auxpass", "neg", "advmod") for token in verb.doc[chain[0].i : verb.i]
    )


def _object(verb: Token) -> Token | None:
    found = [child for child in verb.children if child.dep_ == "dobj"]
    if len(found) != 1:
        return None
    start = found[0].left_edge.i
    between = verb.doc[verb.i + 1 : start]
    end = bounds(found[0])[1]
    following = verb.doc[min(end, len(verb.doc) - 1)]
    if following.pos_ in ("ADP", "ADV", "NOUN", "ADJ", "PROPN") and following.lower_ not in _FREE_PREPOSITIONS:
        return None
    return found[0] if start > verb.i and all(token.dep_ == "prt" for token in between) else None


def _agent(verb: Token) -> Token | None:
    agents = [child for child in verb.children if child.dep_ == "agent" and child.i > verb.i]
    if len(agents) != 1 or any(_is_thing(token) for token in verb.doc[verb.i + 1 : agents[0].i]):
        return None
    return next((child for child in agents[0].children if child.dep_ == "pobj"), None)


def _is_thing(token: Token) -> bool:
    """Return True for a noun that "by" may belong to instead of the verb: "based on a novel by Smith"."""
    return token.pos_ in ("NOUN", "PROPN") and token.ent_type_ not in ("DATE", "TIME", "GPE", "LOC")


def is_phrase(head: Token) -> bool:
    """Return True for a whole noun phrase that can stand elsewhere: no clause, no pronoun that needs its place."""
    if head.pos_ not in ("NOUN", "PROPN", "PRON") or head.tag_ in ("WP", "WDT", "EX") or not is_whole(head):
        return False
    tokens = list(head.subtree)
    if len(tokens) > 9 or head.lower_ in ("it", "that", "this", "which", "who", "what", "you", "i", "me", "we", "us"):
        return False
    if (
        head.lower_ == "her"
        or head.ent_type_ in ("DATE", "TIME", "PERCENT")
        or '"' in head.doc[bounds(head)[0] : bounds(head)[1]].text
    ):
        return False
    bad = (
        "himself",
        "herself",
        "themselves",
        "itself",
        "each",
        "other",
        "his",
        "her",
        "their",
        "its",
        "not",
        "no",
        "both",
    )
    return not any(token.lower_ in bad or token.dep_ in ("relcl", "acl", "appos", "parataxis") for token in tokens)


def _written(doc: Doc, clause: Roles, first: Token, second: Token, is_passive: bool) -> str:
    verb = _verb_group(clause, is_passive, first)
    changes = span_change(*bounds(clause.subject), _subject_form(doc, first))
    changes |= _verb_changes(clause, verb)
    start, end = bounds(clause.other)
    if clause.is_passive:
        start = clause.other.head.i
    text = ("by " if is_passive else "") + _object_form(doc, second)
    if clause.is_passive and not is_passive:
        changes |= {**dict.fromkeys(range(start, end), ""), clause.verb.i: f"{changes[clause.verb.i]} {text}"}
    else:
        changes |= span_change(start, end, text)
    return rewritten(doc, changes)


def _verb_changes(clause: Roles, words: list[str]) -> dict[int, str]:
    """Return the changes that write the verb group: the finite word in its place and the rest at the verb."""
    chain = auxiliaries(clause.verb)
    if not chain or len(words) == 1:
        return {**dict.fromkeys([token.i for token in chain], ""), clause.verb.i: " ".join(words)}
    changes = dict.fromkeys([token.i for token in chain], "")
    return {**changes, chain[0].i: same_case(words[0], chain[0].text), clause.verb.i: " ".join(words[1:])}


def _verb_group(clause: Roles, is_passive: bool, subject_head: Token) -> list[str]:
    """Return the words of the verb group in a voice, agreeing with the new subject."""
    verb, chain = clause.verb, [token for token in auxiliaries(clause.verb) if token.dep_ == "aux"]
    tags = [token.tag_ for token in chain]
    lemmas = [token.lemma_ for token in chain]
    if clause.is_passive:
        be = next(token for token in verb.children if token.dep_ == "auxpass")
        tags.append(be.tag_)
    else:
        tags.append(verb.tag_)
    lemmas.append(verb.lemma_)
    if is_passive:
        lemmas = [*lemmas[:-1], "be", verb.lemma_]
        tags.append("VBN")
    words = [chain[at].text if tags[at] == "MD" else inflected(lemmas[at], tags[at]) for at in range(len(lemmas))]
    if verb.tag_ in ("VBN", "VBD") and tags[-1] in ("VBN", "VBD") and verb.tag_ == tags[-1]:
        words[-1] = verb.text
    if tags[0] != "MD":
        plain = chain[0] if chain else (verb if not clause.is_passive else be)
        words[0] = (
            agreeing(plain, lemmas[0], is_plural(subject_head)) if lemmas[0] == "be" or tags[0] != "VBD" else words[0]
        )
    return words


def _subject_form(doc: Doc, head: Token) -> str:
    text = phrase(doc, *bounds(head))
    return _SUBJECT_FORMS.get(text, text)


def _object_form(doc: Doc, head: Token) -> str:
    text = phrase(doc, *bounds(head))
    return _PRONOUNS.get(text, text)
