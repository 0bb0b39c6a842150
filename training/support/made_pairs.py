"""Makes premises with true and false hypotheses from parsed sentences, the false ones by minimal changes."""

import random
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from spacy.tokens import Doc

from index.text.calendar_words import MONTHS
from training.parsing import parser
from training.support.corpus_words import CorpusWords
from training.support.editing import Made, is_plain
from training.support.entailment import Pair
from training.support.minimal_changes import MinimalChanges
from training.support.rewordings import Rewordings, date_resolved, joined
from training.wordnet import WordNet

FALSE_KINDS: Mapping[str, float] = {
    "roles swapped": 22,
    "name": 10,
    "place": 6,
    "number": 9,
    "number moved": 3,
    "date": 6,
    "quantity": 3,
    "opposite": 8,
    "verb": 5,
    "noun": 4,
    "adjective": 2,
    "negation": 8,
    "certainty": 7,
    "reporting": 5,
    "speaker": 1,
    "clauses": 1,
    "condition": 0.5,
    "wrong day": 1,
    "left out": 5,
}
"""Maps each kind of false sentence to its weight."""

TRUE_KINDS: Mapping[str, float] = {
    "copy": 18,
    "neighbour": 6,
    "joined": 4,
    "voice": 22,
    "clause order": 4,
    "synonym": 6,
    "name shortened": 4,
    "number rounded": 2,
    "number respelled": 3,
    "appositive": 4,
    "adjunct dropped": 6,
    "one of two clauses": 7,
    "relative clause": 2,
    "phrase moved": 4,
    "hedge kept": 4,
    "report kept": 5,
    "date resolved": 1,
}
"""Maps each kind of true sentence to its weight."""

PEOPLED = {"roles swapped": 0.7, "voice": 0.5, "copy": 0.35}
"""Share of the pairs of a kind whose sentence was first given two agents, so that its roles can be exchanged."""

ON_REWORDING = 0.25
"""Share of pairs that are made from a rewording instead of the sentence itself."""

SIMPLE_REWORDINGS = (
    "voice",
    "clause order",
    "synonym",
    "phrase moved",
    "adjunct dropped",
    "one of two clauses",
    "appositive",
)
BEFORE, AFTER, HEADLINE, DATE = 0.35, 0.3, 0.25, 0.3
"""Shares of premises that also have the sentence before, the one after, a headline and a date."""

RARE = frozenset(
    """roles swapped|number moved|speaker|clauses|condition|clause order|relative clause|number rounded|appositive|voice
    date resolved|wrong day|quantity|phrase moved""".replace("\n    ", "|").split("|")
)
"""Kinds that apply to less than one sentence of 20, for which these are found first."""

_TRIES = 3_000


class MadePairs:
    """Draws made pairs of the kinds above; `docs` are parses by `true_sentences.parsed`."""

    def __init__(self, docs: Sequence[Doc], wordnet: WordNet, words: CorpusWords | None = None) -> None:
        self._docs = docs
        self._words = words or CorpusWords(docs, wordnet)
        self._changes = MinimalChanges(wordnet, self._words)
        self._rewordings = Rewordings(wordnet, self._words)
        self._apt_docs: dict[str, list[Doc]] = {}
        self._between = [doc for doc in docs if self._changes.peopled(doc, random.Random(0))]

    def false(self, rng: random.Random) -> Pair:
        """Return a pair of which the hypothesis doesn't follow."""
        return self.of_kind(_drawn(FALSE_KINDS, rng), rng)

    def true(self, rng: random.Random) -> Pair:
        """Return a pair of which the hypothesis follows."""
        return self.of_kind(_drawn(TRUE_KINDS, rng), rng)

    def of_kind(self, kind: str, rng: random.Random) -> Pair:
        """Return a pair of a kind; its `group` is "made: " and the kind."""
        for _ in range(_TRIES):
            doc = self._sentence(kind, rng)
            published = date(2004, 1, 1) + timedelta(days=rng.randrange(7_000))
            made = self._made(kind, doc, published, rng) if doc is not None else None
            if doc is not None and made is not None:
                return self._pair(kind, doc, made, published, rng)
        raise ValueError(f"No sentence of {len(self._docs):,} allows a pair of the kind {kind!r}. Give more sentences.")

    def _sentence(self, kind: str, rng: random.Random) -> Doc | None:
        if self._between and rng.random() < PEOPLED.get(kind, 0):
            doc = rng.choice(self._between)
            text = self._changes.peopled(doc, rng)
            return _parsed_again(text, doc) if text else None
        return rng.choice(self._apt(kind) if kind in RARE else self._docs)

    def _apt(self, kind: str) -> Sequence[Doc]:
        """Return the sentences that a rare kind applies to; found once, in about four seconds each."""
        if kind not in self._apt_docs:
            self._apt_docs[kind] = [doc for doc in self._docs if self._applies(kind, doc)]
        return self._apt_docs[kind] or self._docs

    def _applies(self, kind: str, doc: Doc) -> bool:
        if kind in ("date resolved", "wrong day"):
            return date_resolved(doc, date(2019, 5, 14), random.Random(0)) is not None
        maker = self._changes if kind in self._changes.kinds else self._rewordings
        return maker.make(kind, doc, random.Random(0)) is not None

    def _made(self, kind: str, doc: Doc, published: date, rng: random.Random) -> Made | None:
        if kind in ("copy", "neighbour", "joined", "left out"):
            return _copied(kind, doc, rng)
        if kind in ("date resolved", "wrong day"):
            return _dated(kind, doc, published, rng)
        maker = self._changes if kind in self._changes.kinds else self._rewordings
        if rng.random() < ON_REWORDING:
            again = self._reworded(doc, rng)
            made = maker.make(kind, again, rng) if again is not None else None
            return made if made is not None and not made.premise else None
        return maker.make(kind, doc, rng)

    def _reworded(self, doc: Doc, rng: random.Random) -> Doc | None:
        """Return the parse of a rewording, which follows from the sentence."""
        made = self._rewordings.make(rng.choice(SIMPLE_REWORDINGS), doc, rng)
        return _parsed_again(made.text, doc) if made is not None else None

    def _pair(self, kind: str, doc: Doc, made: Made, published: date, rng: random.Random) -> Pair:
        around: dict[str, str] = doc.user_data
        needs_date = kind in ("date resolved", "wrong day")
        before = around["before"] if rng.random() < BEFORE or kind in ("neighbour", "joined", "left out") else ""
        after = around["after"] if rng.random() < AFTER or kind in ("neighbour", "joined", "left out") else ""
        own = "" if kind == "left out" else made.premise or doc.text
        title = around["title"] if rng.random() < HEADLINE else ""
        day = f"{published.day} {MONTHS[published.month - 1].capitalize()} {published.year}"
        dated = day if needs_date or rng.random() < DATE else ""
        text = " ".join(part for part in (before, own, after) if part)
        premise = "\n".join(part for part in (title, dated, text) if part)
        return Pair(premise, made.text, made.label, f"made: {made.kind}")


def _copied(kind: str, doc: Doc, rng: random.Random) -> Made | None:
    near = [
        text
        for text in (doc.user_data["before"], doc.user_data["after"])
        if len(text) > 30 and text[0].isupper() and text[-1] == "."
    ]
    if kind == "copy":
        return Made(kind, doc.text, "follows")
    if not near or '"' in "".join(near):
        return None
    if kind == "left out":
        return Made(kind, doc.text, "not_said")
    if kind == "neighbour":
        return Made(kind, rng.choice(near), "follows")
    pair = (near[0], doc.text) if near[0] == doc.user_data["before"] else (doc.text, near[0])
    return Made(kind, joined(*pair), "follows") if len("".join(pair)) < 260 and doc.text[-1] == "." else None


def _dated(kind: str, doc: Doc, published: date, rng: random.Random) -> Made | None:
    made = date_resolved(doc, published, rng)
    if made is None or kind == "date resolved":
        return made
    wrong = date_resolved(doc, published + timedelta(days=rng.choice([-8, -2, -1, 8, 9, 35])), rng)
    if wrong is None or _digits(wrong.text) == _digits(made.text):
        return None
    return Made(kind, wrong.text, "contradicted")


def _digits(text: str) -> set[str]:
    return {word for word in text.replace(".", "").replace(",", "").split() if word.isdigit()}


def _parsed_again(text: str, doc: Doc) -> Doc | None:
    again = parser()(text)
    again.user_data = dict(doc.user_data)
    again.user_data["original"] = doc.text
    return again if is_plain(again) else None


def _drawn(kinds: Mapping[str, float], rng: random.Random) -> str:
    return rng.choices(list(kinds), list(kinds.values()))[0]
