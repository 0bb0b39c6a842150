"""Which verbs and nouns report speech or writing, and of which kind."""

from functools import cache
from importlib.resources import files
from typing import NamedTuple

from index.text.words import stem, words

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


class SpeechVerb(NamedTuple):
    """The kind of remark that a verb reports, and what it needs to report any: see speech_verbs.tsv."""

    kind: str
    needs: str


@cache
def speech_verbs() -> dict[str, SpeechVerb]:
    """Return the verbs by lemma; a particle or preposition that belongs to a verb follows it ("rule out")."""
    lines = (files("index.remarks") / "speech_verbs.tsv").read_text("utf-8").splitlines()
    rows = (line.split("\t") for line in lines if line and not line.startswith("#"))
    return {lemma: SpeechVerb(kind, needs) for lemma, kind, needs in rows}


@cache
def people_and_groups() -> frozenset[str]:
    """Return nouns for people and groups of people."""
    lines = (files("index.remarks") / "people_and_groups.txt").read_text("utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


def may_report_speech(sentence: str) -> bool:
    """Return False for a sentence that has no word of speech and no quotation marks, which is quickly found out."""
    return any(mark in sentence for mark in '“”"«„') or any(stem(word) in _stems() for word in words(sentence))


@cache
def _stems() -> frozenset[str]:
    lemmas = (lemma.split()[0] for lemma in speech_verbs())
    return frozenset(stem(word) for word in (*lemmas, *NOUNS, "according", "words", "view", "opinion"))
