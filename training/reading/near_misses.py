"""Makes near misses, questions with passages that look answerable and aren't, each from an example with an answer.

A question is changed with the help of its parse (another name, number, date, place, subject, deed, polarity or order),
or it gets a passage that doesn't answer it: a similar one, one that the question's words find, another of the same
article, or its own without the sentence that answers.
"""

import random
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from lemminflect import getInflection
from sklearn.feature_extraction.text import TfidfVectorizer
from spacy.tokens import Doc, Span, Token

from training.reading.crops import OPPOSITES, crop, sentences
from training.reading.sets import ReadingExample

SIMILAR = 8
"""Number of similar passages from which one is drawn."""

FROM_PASSAGE = 0.5
"""Share of exchanged names that come from the passage itself; such a question may keep an answer now and then."""

NEGATED = 0.35
"""Share of questions drawn to be negated that are. All can be, and a model would learn that "not" has no answer."""

_NUMBERS = {"CARDINAL", "ORDINAL", "PERCENT", "MONEY", "QUANTITY", "DATE", "TIME"}
_MUTUAL = frozenset("meet marry fight join face play date divorce agree talk speak differ be have do".split())
"""Verbs whose subject and object may often change places, and "do"."""

_ORDER = {"before": "after", "after": "before", "since": "until", "until": "since", "during": "after"}
_AUXILIARIES = {"aux", "auxpass"}


class NearMisses:
    """Makes near misses from examples, with the parses of all their questions and passages."""

    def __init__(self, examples: Sequence[ReadingExample], parses: Mapping[str, Doc]) -> None:
        self._parses = parses
        self._entities: dict[str, list[str]] = defaultdict(list)
        self._subjects: list[str] = []
        self._verbs: dict[tuple[str, bool], list[str]] = defaultdict(list)
        for text in dict.fromkeys(example.context for example in examples):
            for entity in parses[text].ents:
                self._entities[entity.label_].append(entity.text)
        for text in dict.fromkeys(example.question for example in examples):
            self._learn(parses[text])
        self._similar = _similar_passages(examples)
        self._of_article: dict[str, list[str]] = defaultdict(list)
        for example in examples:
            if example.title and example.context not in self._of_article[example.title]:
                self._of_article[example.title].append(example.context)

    def _learn(self, question: Doc) -> None:
        for token in question:
            if token.dep_ == "nsubj" and token.tag_ in ("NN", "NNS") and not (_is_asked(token) or _is_vague(token)):
                self._subjects.append(_phrase(token).text)
            if token.dep_ == "ROOT" and token.pos_ == "VERB":
                self._verbs[token.tag_, _has_object(token)].append(token.text)

    def changed(self, example: ReadingExample, rng: random.Random) -> ReadingExample | None:
        """Return the example with a question or passage changed so that it has no answer, None if that isn't possible.

        Its `relevance` is None: the passage is about the question's matter, and doesn't answer it.
        """
        ways = [self._entity, self._entity, self._entity_in_passage, self._answer_removed, self._roles, self._polarity]
        ways += [self._order, self._opposite, self._subject, self._verb]
        rng.shuffle(ways)
        made = next((made for way in ways[:4] if (made := way(example, rng))), None)
        return replace(made, spans=(), relevance=None) if made else None

    def passage(self, example: ReadingExample, rng: random.Random) -> ReadingExample | None:
        """Return the question with another passage, which doesn't hold the answer, or None; its relevance is 0."""
        found = self._similar[example.question] * 2 + self._similar[example.context]
        among = found + self._of_article.get(example.title, [])[:SIMILAR]
        answers = [answer.lower() for answer in example.answers]
        among = [text for text in among if text != example.context and not any(a in text.lower() for a in answers)]
        if not among:
            return None
        return crop(replace(example, context=rng.choice(among), spans=(), relevance=0.0), rng)

    def _answer_removed(self, example: ReadingExample, rng: random.Random) -> ReadingExample | None:
        spans = sentences(example.context)
        kept = [(a, b) for a, b in spans if not any(a < end and b > start for start, end in example.spans)]
        text = " ".join(example.context[a:b] for a, b in kept)
        if not kept or any(answer.lower() in text.lower() for answer in example.answers):
            return None
        return crop(replace(example, context=text, spans=()), rng)

    def _entity(self, example: ReadingExample, rng: random.Random) -> ReadingExample | None:
        """Exchange a name, number, date or place in the question for another of its kind."""
        entities = list(self._parses[example.question].ents)
        if not entities:
            return None
        old = rng.choice(entities)
        new = self._another(old, example, rng)
        return self._asked(example, old, new, rng) if new else None

    def _another(self, old: Span, example: ReadingExample, rng: random.Random) -> str | None:
        own = [entity.text for entity in self._parses[example.context].ents if entity.label_ == old.label_]
        among = own if own and rng.random() < FROM_PASSAGE else self._entities[old.label_]
        if old.label_ in _NUMBERS and rng.random() < 0.5 and (number := re.search(r"\d+", old.text)):
            shifted = max(0, int(number.group()) + rng.choice((-30, -10, -3, -2, -1, 1, 2, 3, 10, 20)))
            return f"{old.text[: number.start()]}{shifted}{old.text[number.end() :]}"
        drawn = [rng.choice(among) for _ in range(5)] if among else []
        used = {word.lower() for word in old.text.split()}
        asked = example.question.lower()
        fits = (
            name
            for name in drawn
            if used.isdisjoint(name.lower().split()) and name.lower() not in asked and name not in example.answers
        )
        return next(fits, None)

    def _entity_in_passage(self, example: ReadingExample, rng: random.Random) -> ReadingExample | None:
        """Exchange in the passage a name that the question has."""
        entities = [each for each in self._parses[example.question].ents if each.text in example.context]
        entities = [each for each in entities if not any(each.text in answer for answer in example.answers)]
        if not entities:
            return None
        old = rng.choice(entities)
        new = self._another(old, example, rng)
        if new is None:
            return None
        cropped = crop(example, rng)
        text = re.sub(rf"\b{re.escape(old.text)}\b", lambda _: new, cropped.context)
        parts = {word for word in old.text.split() if len(word) > 3}
        return None if text == cropped.context or parts & set(text.split()) else replace(cropped, context=text)

    def _roles(self, example: ReadingExample, rng: random.Random) -> ReadingExample | None:
        """Exchange who does it and to whom: "Who sued Jones?" becomes "Who did Jones sue?"."""
        question = self._parses[example.question]
        verb = next((token for token in question if token.dep_ == "ROOT" and token.pos_ == "VERB"), None)
        if verb is None or verb.lemma_ in _MUTUAL:
            return None
        subject = next((each for each in verb.children if each.dep_ == "nsubj"), None)
        thing = next((each for each in verb.children if each.dep_ == "dobj"), None)
        if subject is None or thing is None or any(_is_vague(each) for each in (subject, thing)):
            return None
        text = _swapped(question, verb, subject, thing)
        return crop(replace(example, question=text), rng) if text else None

    def _polarity(self, example: ReadingExample, rng: random.Random) -> ReadingExample | None:
        """Ask for the opposite: "Who attended it?" becomes "Who never attended it?"."""
        question = self._parses[example.question]
        verb = next((token for token in question if token.dep_ == "ROOT"), None)
        if verb is None or verb.i == 0 or verb.pos_ not in ("VERB", "AUX") or rng.random() > NEGATED:
            return None
        if negation := next((each for each in verb.children if each.dep_ == "neg"), None):
            text = question[: negation.i].text_with_ws + question[negation.i + 1 :].text
            return crop(replace(example, question=text), rng) if negation.text != "n't" else None
        has_auxiliary = any(each.dep_ in _AUXILIARIES for each in verb.children)
        at = verb.i + (verb.pos_ == "AUX")
        word = "not" if has_auxiliary or verb.pos_ == "AUX" else "never"
        text = f"{question[:at].text} {word} {question[at:].text}"
        return crop(replace(example, question=text), rng)

    def _order(self, example: ReadingExample, rng: random.Random) -> ReadingExample | None:
        """Exchange "before" and "after", "since" and "until"."""
        words = [token for token in self._parses[example.question] if token.lower_ in _ORDER and token.i > 0]
        return self._asked(example, words[0], _ORDER[words[0].lower_], rng) if words else None

    def _opposite(self, example: ReadingExample, rng: random.Random) -> ReadingExample | None:
        words = [token for token in self._parses[example.question] if token.lower_ in OPPOSITES]
        if not words:
            return None
        old = rng.choice(words)
        return self._asked(example, old, OPPOSITES[old.lower_], rng)

    def _subject(self, example: ReadingExample, rng: random.Random) -> ReadingExample | None:
        """Ask the same of another subject, which the passage doesn't name."""
        tokens = self._parses[example.question]
        subjects = [each for each in tokens if each.dep_ == "nsubj" and each.pos_ == "NOUN" and not _is_asked(each)]
        if not subjects:
            return None
        new = rng.choice(self._subjects)
        absent = not any(word.lower() in example.context.lower() for word in new.split()[-1:])
        return self._asked(example, _phrase(subjects[0]), new, rng) if absent else None

    def _verb(self, example: ReadingExample, rng: random.Random) -> ReadingExample | None:
        """Ask after another deed, which the passage doesn't tell of."""
        verb = next((token for token in self._parses[example.question] if token.dep_ == "ROOT"), None)
        if verb is None or verb.pos_ != "VERB":
            return None
        new = rng.choice(self._verbs[verb.tag_, _has_object(verb)])
        if new.lower()[:4] in example.context.lower():
            return None
        return self._asked(example, verb, new, rng)

    def _asked(self, example: ReadingExample, old: Token | Span, new: str, rng: random.Random) -> ReadingExample | None:
        start = old.idx if isinstance(old, Token) else old.start_char
        text = f"{example.question[:start]}{new}{example.question[start + len(old.text) :]}"
        return crop(replace(example, question=text), rng) if text != example.question else None


def _similar_passages(examples: Sequence[ReadingExample]) -> dict[str, list[str]]:
    """Return the passages most like each passage and question, ranked as search by words would, within its data set."""
    groups: dict[str, list[ReadingExample]] = defaultdict(list)
    for example in examples:
        groups[example.group].append(example)
    similar: dict[str, list[str]] = {}
    for group in groups.values():
        contexts = list(dict.fromkeys(example.context for example in group))
        texts = [*contexts, *dict.fromkeys(example.question for example in group)]
        vectorizer = TfidfVectorizer(sublinear_tf=True, stop_words="english")
        vectors = vectorizer.fit_transform(contexts)
        for at in range(0, len(texts), 1_000):
            part = texts[at : at + 1_000]
            likeness = (vectorizer.transform(part) @ vectors.T).tolil()
            for text, columns, values in zip(part, likeness.rows, likeness.data, strict=True):
                ranked = sorted(zip(values, columns, strict=True), reverse=True)[: SIMILAR + 1]
                similar[text] = [contexts[column] for _, column in ranked if contexts[column] != text]
    return similar


def _swapped(question: Doc, verb: Token, subject: Token, thing: Token) -> str:
    """Return the question with subject and object exchanged, or an empty text if its form isn't known."""
    mine, other = _phrase(subject), _phrase(thing)
    rest = question[max(verb.i, mine.end - 1, other.end - 1) + 1 :].text
    if subject.tag_ in ("WP", "WDT") and subject.i == 0 and verb.i == 1 and other.start == 2:
        past = verb.tag_ == "VBD"
        auxiliary = "did" if past else "do" if thing.tag_ in ("NNS", "NNPS") else "does"
        return f"{subject.text} {auxiliary} {other.text} {verb.lemma_} {rest}".replace(" ?", "?")
    if thing.tag_ in ("WP", "WDT") and thing.i == 0 and mine.start == 2 and verb.i == mine.end:
        form = {"did": "VBD", "does": "VBZ", "do": "VBP"}.get(question[1].lower_)
        inflected = getInflection(verb.lemma_, form) if form else ()
        return f"{thing.text} {inflected[0]} {mine.text} {rest}".replace(" ?", "?") if inflected else ""
    if not _is_asked(subject) and not _is_asked(thing) and mine.end <= other.start:
        between = question[mine.end : other.start].text
        parts = (question[: mine.start].text, other.text, between, mine.text, question[other.end :].text)
        return " ".join(part for part in parts if part).replace(" ?", "?")
    return ""


def _phrase(head: Token) -> Span:
    """Return the noun phrase without what follows its head, so that "of" and clauses stay in place."""
    return head.doc[head.left_edge.i : head.i + 1]


def _is_vague(token: Token) -> bool:
    """Return True for "it" and "something", and for the first of two things joined by "and"."""
    is_pronoun = token.pos_ == "PRON" and not _is_asked(token)
    return is_pronoun or token.lemma_ == "thing" or any(each.dep_ in ("conj", "appos") for each in token.children)


def _is_asked(token: Token) -> bool:
    """Return True if the token, or a word before it in its phrase, is a question word."""
    return any(each.tag_ in ("WP", "WDT", "WP$", "WRB") for each in _phrase(token))


def _has_object(verb: Token) -> bool:
    return any(each.dep_ in ("dobj", "dative") for each in verb.children)
