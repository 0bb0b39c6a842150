"""Finds the remarks that a parsed sentence reports: who says something, by which word, and what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.remarks.names import is_time
from index.remarks.nouns import groups_and_places
from index.remarks.remark_kinds import NOTHING, has_what_it_needs, is_told, is_within, kind_of_remark
from index.remarks.speaker_phrases import SOURCES, SUBJECTS, Span, can_speak, end_of, named_by, phrase, speaker_of
from index.remarks.speech_verbs import NOUNS, speech_verb

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token
    from spacy.tokens import Span as Tokens


_NOBODY = frozenset("i we you one everyone everybody nobody anyone".split())
_DONE_BY_THINGS = frozenset(
    """describe characterise characterize indicate signal imply teach assert require suggest predict underline
    underscore highlight explain encourage support recall hint point detail outline present call demand hail
    welcome reject contradict dispute contest cite quote threaten promise guarantee attack blast accept back
    project confirm refute verify state express invite order direct propose""".split()
)
"""Verbs of speech of which things can be the subject too."""
_OBJECTIVE = frozenset("of about on for against to with".split())
_TO_SOMEBODY = frozenset("dobj dative iobj".split())


@dataclass(frozen=True, slots=True)
class SentenceRemark:
    """A remark as a sentence reports it; offsets count characters of the sentence.

    `speaker` is the phrase that names the speaker, `head` its main word; "he is accused of it" has neither.
    """

    kind: str
    cue: Span
    speaker: Span | None
    head: Span | None
    content: Span
    is_direct: bool
    toward: Span | None = None


def sentence_remarks(doc: Doc, quoted: list[Span]) -> list[SentenceRemark]:
    """Return the remarks of a sentence in their order; `quoted` are its quotations, which hold no further remarks."""
    return [remark for remark in all_remarks(doc, quoted) if remark.speaker is not None]


def all_remarks(doc: Doc, quoted: list[Span]) -> list[SentenceRemark]:
    """Return the remarks of a sentence, and what it reports without a speaker: "it is claimed that …", "claims …"."""
    found = [*_by_verbs(doc, quoted), *_by_nouns(doc, quoted), *_by_other_words(doc, quoted)]
    return sorted(found, key=lambda each: each.cue)


def _by_verbs(doc: Doc, quoted: list[Span]) -> Iterator[SentenceRemark]:
    for token in doc:
        known = speech_verb(token)
        if known is None or is_within(token, quoted) or not is_told(token):
            continue
        verb, cue = known
        speaker = speaker_of(token)
        kind = kind_of_remark(token, verb, quoted)
        if kind is None or (speaker is not None and not _may_be_speaker(speaker, token, quoted)):
            continue
        if kind != "no_comment" and not has_what_it_needs(token, speaker, verb.needs, quoted):
            continue
        if not any(child.dep_ == "xcomp" and speech_verb(child) for child in token.children if token.lemma_ == "go"):
            yield _remark(kind, doc, cue, speaker, _content(token, speaker, quoted), quoted, _toward(token, speaker))


def _may_be_speaker(speaker: Token, verb: Token, quoted: list[Span]) -> bool:
    if is_within(speaker, quoted) or _is_retold(verb, speaker) or _is_nobody(speaker):
        return False
    return verb.lemma_ not in _DONE_BY_THINGS or can_speak(speaker)


def _by_nouns(doc: Doc, quoted: list[Span]) -> Iterator[SentenceRemark]:
    """Yield the remarks of "the minister's claim that …", "a statement by the bank that …" and "claims that …"."""
    for token in doc:
        kind = NOUNS.get(token.lemma_.lower()) if token.pos_ == "NOUN" else None
        if kind is None or is_within(token, quoted):
            continue
        clause = next(
            (child for child in token.rights if child.dep_ in ("acl", "ccomp", "relcl") and _is_whole(child)), None
        )
        if clause is None:
            continue
        owner = next((child for child in token.children if child.dep_ == "poss"), None)
        by = (child for child in token.children if child.dep_ in ("prep", "agent") and child.lower_ in ("by", "from"))
        speaker = owner or next((each for prep in by for each in prep.children if each.dep_ == "pobj"), None)
        yield _remark(kind, doc, (token.i, token.i), speaker, _subtree(clause), quoted, None)


def _by_other_words(doc: Doc, quoted: list[Span]) -> Iterator[SentenceRemark]:
    """Yield the remarks of "according to X", "in X's words" and `X: "…"`."""
    for token in doc:
        if is_within(token, quoted):
            continue
        speaker, cue = None, (token.i, token.i)
        if token.lower_ == "according":
            to = next((each for each in doc[token.i + 1 : token.i + 2] if each.lower_ == "to"), None)
            speaker = next((each for each in to.children if each.dep_ == "pobj"), None) if to is not None else None
            speaker = speaker if speaker is not None and _is_source(token, speaker) else None
            cue = (token.i, token.i + 1)
        elif token.lower_ in ("words", "view", "opinion", "account") and token.head.lower_ == "in":
            of = (each for child in token.children if child.lower_ == "of" for each in child.children)
            speaker = next((each for each in token.children if each.dep_ == "poss"), next(of, None))
        elif token.text == ":" and 0 < token.i < len(doc) - 1 and is_within(doc[token.i + 1], quoted):
            before = doc[: token.i]
            is_name = before[-1].pos_ in ("PROPN", "NOUN") and not any(each.pos_ in ("VERB", "AUX") for each in before)
            is_speaker = can_speak(before.root) or before.root.text[0].isupper()
            speaker = before.root if is_name and len(before) <= 10 and is_speaker else None
        elif token.text == ":" and 0 < token.i < 5 and _is_transcript(doc[: token.i]):
            speaker = doc[token.i - 1] if doc[token.i + 1 :] and doc[token.i + 1].is_title else None
        if speaker is not None:
            yield _remark("say", doc, cue, speaker, (0, len(doc.text)), quoted, None)


def _is_transcript(before: Tokens) -> bool:
    """Return True for a speaker's name or initials before a colon, False for a place: "RK: It does."."""
    is_name = all(each.pos_ == "PROPN" for each in before)
    return (
        is_name and not (len(before) > 1 and before.text.isupper()) and before.text.lower() not in groups_and_places()
    )


def _remark(
    kind: str, doc: Doc, cue: Span, speaker: Token | None, content: Span, quoted: list[Span], toward: Token | None
) -> SentenceRemark:
    name = named_by(speaker) if speaker is not None else None
    phrases = [phrase(each) for each in (speaker, name) if each is not None]
    return SentenceRemark(
        kind,
        (doc[cue[0]].idx, end_of(doc[cue[1]])),
        (min(start for start, _ in phrases), max(end for _, end in phrases)) if phrases else None,
        (name.idx, end_of(name)) if name is not None else None,
        content,
        any(start < content[1] and content[0] < end for start, end in quoted),
        phrase(toward) if toward is not None else None,
    )


def _is_retold(verb: Token, speaker: Token) -> bool:
    """Return True for "she expects it" within what somebody says: a part of that remark."""
    return (
        speaker.pos_ == "PRON" and verb.dep_ == "ccomp" and verb.head.i < verb.i and speech_verb(verb.head) is not None
    )


def _is_nobody(speaker: Token) -> bool:
    if any(child.dep_ == "det" and child.lower_ in NOTHING for child in speaker.children):
        return True
    return speaker.lower_ in _NOBODY and not any(child.dep_ in ("prep", "appos") for child in speaker.children)


def _is_whole(clause: Token) -> bool:
    """Return True for a clause that says what: not one with "which" or "who", nor just "made by the bank"."""
    has_subject = any(child.dep_ in SUBJECTS for child in clause.children)
    is_relative = any(child.tag_ in ("WDT", "WP") for child in clause.children)
    return not is_relative and (has_subject or any(child.tag_ == "TO" for child in clause.children))


def _is_source(according: Token, noun: Token) -> bool:
    """Return False for "lengths vary according to the class"."""
    is_apart = according.i == 0 or according.nbor(-1).is_punct
    return is_apart or noun.pos_ in ("PROPN", "PRON") or noun.lemma_.lower() in SOURCES


def _content(verb: Token, speaker: Token | None, quoted: list[Span]) -> Span:
    """Return what is said: its clause or objects with the quotations that follow, or the quotations, or what precedes.

    Where none of these is found it is the whole sentence.
    """
    sentence = (verb.sent.start_char, verb.sent.end_char)
    own = [(start, end) for start, end in quoted if start < sentence[1] and sentence[0] < end]
    after = [child for child in verb.rights if child != speaker and not is_time(child)]
    clauses = [child for child in after if child.dep_ in ("ccomp", "xcomp")]
    objects = [
        child
        for child in after
        if child.dep_ == "dobj"
        or (child.dep_ == "prep" and child.lower_ in _OBJECTIVE and not any(map(is_time, child.children)))
    ]
    if own and not any(each.dep_ == "dobj" and not can_speak(each) for each in objects):
        objects = []  # "…," she told reporters
    if said := clauses[:1] or objects:
        start, end = _subtree(said[0])[0], _subtree(said[-1])[1]
        return start, max([end, *(each for _, each in own if start < each)])
    if own:
        return own[0][0], own[-1][1]
    before = next((child for child in verb.lefts if child.dep_ == "ccomp"), None)
    return _subtree(before) if before is not None else sentence


def _toward(verb: Token, speaker: Token | None) -> Token | None:
    """Return the head of whom a remark accuses, warns, asks, thanks or tells, if the sentence says that."""
    whom = next((child for child in verb.children if child.dep_ in _TO_SOMEBODY or child.dep_ == "nsubjpass"), None)
    if whom is None:
        preps = (
            child for child in verb.children if child.dep_ == "prep" and child.lower_ in ("on", "upon", "to", "at")
        )
        whom = next((each for prep in preps for each in prep.children if each.dep_ == "pobj"), None)
    if whom is None or whom == speaker or is_time(whom):
        return None
    return whom if whom.pos_ in ("PROPN", "PRON") or whom.tag_ == "NNS" else None


def _subtree(token: Token) -> Span:
    tokens = list(token.subtree)
    return tokens[0].idx, end_of(tokens[-1])
