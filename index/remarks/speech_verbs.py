"""Which verbs and nouns report speech or writing, and of which kind."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from index.text.word_lists import word_list
from index.text.words import stem

if TYPE_CHECKING:
    from spacy.tokens import Token

KINDS = (
    *("say", "deny", "confirm", "admit", "accuse", "warn", "threaten", "promise", "demand", "predict", "ask"),
    *("suggest", "thank", "apologise", "praise", "criticise", "agree", "refuse", "no_comment", "announce"),
)

NOUNS = {
    **dict.fromkeys(
        "claim statement remark comment assertion contention insistence explanation assurance".split(), "say"
    ),
    **dict.fromkeys("denial rejection dismissal".split(), "deny"),
    **dict.fromkeys("accusation allegation".split(), "accuse"),
    **dict.fromkeys("warning caution".split(), "warn"),
    **dict.fromkeys("promise pledge vow guarantee commitment".split(), "promise"),
    **dict.fromkeys("demand call appeal plea request".split(), "demand"),
    **dict.fromkeys("prediction forecast".split(), "predict"),
    **dict.fromkeys("suggestion proposal recommendation".split(), "suggest"),
    **dict.fromkeys("criticism complaint condemnation".split(), "criticise"),
    "threat": "threaten",
    "admission": "admit",
    "confession": "admit",
    "confirmation": "confirm",
    "announcement": "announce",
    "declaration": "announce",
    "question": "ask",
    "apology": "apologise",
    "refusal": "refuse",
}
"""Maps nouns to the kind of remark that they are. They count where somebody's is told with a clause."""


_BELONGING = frozenset("prt prep advmod acomp oprd dobj".split())


class SpeechVerb(NamedTuple):
    """The kind of remark that a verb reports, and what it needs to report any: see speech_verbs.tsv."""

    kind: str
    needs: str


@cache
def speech_verbs() -> dict[str, SpeechVerb]:
    """Return the verbs by lemma; a particle or preposition that belongs to a verb follows it ("rule out")."""
    rows = (line.split("\t") for line in word_list("index.remarks", "speech_verbs.tsv"))
    return {lemma: SpeechVerb(kind, needs) for lemma, kind, needs in rows}


def speech_verb(token: Token) -> tuple[SpeechVerb, tuple[int, int]] | None:
    """Return what is known of a verb of speech, and its first and last token."""
    if token.pos_ not in ("VERB", "AUX") and not token.tag_.startswith("VB"):
        return None
    lemma, verbs = token.lemma_.lower(), speech_verbs()
    for child in token.children:
        wider = verbs.get(f"{lemma} {child.lower_}") if child.dep_ in _BELONGING else None
        if wider is not None:
            return wider, (token.i, child.i if child.i == token.i + 1 else token.i)
    known = verbs.get(lemma)
    return None if known is None else (known, (token.i, token.i))


def kind_of_verb(word: str) -> str | None:
    """Return the kind of remark that a form of a verb reports, such as "deny" for "denied"; None for other words."""
    return _kinds_by_stem().get(stem(word.lower()))


@cache
def _kinds_by_stem() -> dict[str, str]:
    return {key: verb.kind for lemma, verb in speech_verbs().items() if " " not in lemma for key in _stems_of(lemma)}


def _stems_of(lemma: str) -> set[str]:
    return {stem(lemma), stem(f"{lemma}ed")}  # the stem of "added" is "ad"


def may_report_speech(sentence: str) -> bool:
    """Return False for a sentence without words of speech, which is quickly found out; a few with them fail too."""
    written = re.findall(r"\w+|[:“”\"«„]", sentence)
    stems = [stem(word.lower()) for word in written]
    is_quoting = any(mark in '“”"«„' for mark in written)
    if _COLON.search(sentence):
        return True
    known = _speech_stems()
    for at, each in enumerate(stems):
        use = known.get(each)
        if use is None or (use.in_quotes and not is_quoting):
            continue
        if not use.is_noun and at and (written[at - 1].lower() in _BEFORE_NOUNS or written[at][0].isupper()):
            continue
        if not use.particles or not use.particles.isdisjoint(stems[at + 1 :]):
            return True
    return False


_BEFORE_NOUNS = frozenset("the a an this these its his her their our my of in by for from with on at".split())
_COLON = re.compile(r"^[^:.]{1,60}:\s")


class _Use(NamedTuple):
    is_noun: bool
    in_quotes: bool
    particles: frozenset[str]


@cache
def _speech_stems() -> dict[str, _Use]:
    """Return how each stem of a word of speech is used; where particles are given, one of them must follow."""
    found: dict[str, _Use] = {}
    for lemma, verb in speech_verbs().items():
        first, *rest = lemma.split()
        use = _Use(is_noun=False, in_quotes=verb.needs == "quote", particles=frozenset(map(stem, rest[-1:])))
        for key in _stems_of(first):
            found[key] = _either(use, found.get(key, use))
    nouns = (*NOUNS, "according", "words", "view", "opinion")
    return found | {stem(noun): _Use(is_noun=True, in_quotes=False, particles=frozenset()) for noun in nouns}


def _either(one: _Use, other: _Use) -> _Use:
    particles = one.particles | other.particles if one.particles and other.particles else frozenset[str]()
    return _Use(one.is_noun, one.in_quotes and other.in_quotes, particles)
