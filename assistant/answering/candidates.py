"""Candidate sentences: what one must have to answer a question, and how much it shares in meaning and words."""

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from assistant.answering.question import Question, years_in
from assistant.english.countries import canonical, countries_in, government, with_governments
from assistant.english.names import names_in, without_possessives
from assistant.english.number_words import FRACTIONS, MULTIPLES, VALUES
from assistant.english.relative_dates import resolve_dates
from assistant.english.synonyms import concept, concepts
from assistant.english.times import YEAR
from index.article import Passage, Sentence
from index.embedding.embedder import Encode
from index.text.calendar_words import MONTH_ABBREVIATIONS, MONTHS, WEEKDAYS
from index.text.words import words

MEANING = 0.5
"""The weight of likeness in meaning; the share of words has the rest. Not measured."""

NEARBY = 0.6
"""Weight of a question's word that is found only in the sentence before or in the headline; 1 in the sentence itself.
Names always weigh 1. Not measured."""

_NUMBER_WORD = "|".join([*VALUES, *(f"{word}s?" for word in (*MULTIPLES, *FRACTIONS, "dozen")), "no", "several"])
_NUMBER = re.compile(rf"\b(?:\d[\d,.]*|(?:{_NUMBER_WORD})(?:-\w+)?)\b", re.IGNORECASE)
_TIME = re.compile(
    rf"\b(?:{'|'.join((*WEEKDAYS, *MONTHS))}|(?:{'|'.join(MONTH_ABBREVIATIONS)})\.\s\d+|{YEAR}"
    r"|today|tomorrow|yesterday|tonight|noon|midnight|dawn|\d+\s?[ap]\.?m|(?:last|next|this|earlier|later|every)\s\w*\s?"
    r"(?:week|month|year|spring|summer|autumn|winter|morning|evening|night)|ago"
    r"|(?:days?|weeks?|months?|years?|hours?|minutes?)\s(?:before|after|later|earlier))\b",
    re.IGNORECASE,
)
_PLACE = re.compile(
    r"\b(?:in|at|to|near|from|off|outside|inside|into|on|across|through|along|around|under|beside)\s"
    r"(?:(?:the|a|an)\s\w+|[A-Z])"
)
_NEGATED = re.compile(
    r"\b(?:not(?!\s(?:only|just|merely)\b|(?:\s\w+){0,2}\suntil\b)|never|n[’']t(?!(?:\s\w+){0,2}\suntil\b)|without)"
    r"\s((?:[\w’'-]+\s?){1,4})",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may answer, in its passage; `number` is the passage's, from 1."""

    number: int
    passage: Passage
    sentence: Sentence

    @property
    def text(self) -> str:
        """The text of the sentence."""
        return self.passage.article.full_text[self.sentence.start : self.sentence.end]

    @property
    def published(self) -> date:
        """When its article was published; the earliest of days if that isn't known."""
        return self.passage.article.published or date.min

    @property
    def lead(self) -> str:
        """The text of the earlier sentence that it needs to be understood; empty where it stands alone."""
        return self.passage.article.full_text[self.sentence.lead : self.sentence.lead_end]


def candidates(passages: Sequence[Passage]) -> list[Candidate]:
    """Return the sentences of the passages, each text once, however many articles print it."""
    by_text: dict[str, Candidate] = {}
    for number, passage in enumerate(passages, start=1):
        for sentence in passage.sentences:
            candidate = Candidate(number, passage, sentence)
            by_text.setdefault(candidate.text, candidate)
    return list(by_text.values())


def known_names(sentences: Sequence[Candidate]) -> frozenset[str]:
    """Return the words, in lower case, that the sentences write as names."""
    return names_in(canonical(candidate.text) for candidate in sentences)


def may_answer(question: Question, candidate: Candidate, names: frozenset[str]) -> bool:
    """Return True if the sentence has the doer, role, year, country or number asked about, and not negated."""
    return (
        (question.speech is not None or _has_doer(question, candidate, names))
        and _has_role(question, candidate)
        and _has_year(question, candidate)
        and not _is_negated(question, candidate)
        and (question.asks != "country" or _has_country(question, candidate))
        and (question.asks != "number" or _NUMBER.search(candidate.text) is not None)
    )


def likenesses(
    question: Question, chosen: Sequence[Candidate], sentences: Sequence[Candidate], encode: Encode
) -> list[float]:
    """Return for each chosen sentence how alike it and the question are in meaning and words, from 0 to 1.

    Words that few of all the `sentences` have count more.
    """
    if not chosen:
        return []
    pairs = zip(_meaning(question, chosen, encode), shared_words(question, chosen, sentences), strict=True)
    return [MEANING * meaning + (1 - MEANING) * shared for meaning, shared in pairs]


def shared_words(question: Question, chosen: Sequence[Candidate], sentences: Sequence[Candidate]) -> list[float]:
    """Return for each chosen sentence its share of the question's words, where rare ones count more."""
    weights = _weights(question, sentences)
    return [_shared(question, weights, candidate) for candidate in chosen]


def has_names(question: Question, candidate: Candidate) -> bool:
    """Return True if the required names stand in the sentence, the one that it needs, or the headline.

    The speaker's needn't: "he denied it".
    """
    named = set(words(canonical(f"{candidate.lead} {candidate.text} {candidate.passage.article.title}")))
    speakers = {word for name in question.speech.speakers for word in words(canonical(name))} if question.speech else ()
    return all(name in named or name in speakers for name in question.required)


def _has_doer(question: Question, candidate: Candidate, names: frozenset[str]) -> bool:
    """Return True if the question's subject stands before the deed asked about, or after "by".

    A subject that only owns something doesn't count: "near Ukraine's borders" doesn't say what Ukraine has. Where the
    subject isn't named, a sentence that begins with another name is about that other person.
    """
    context = canonical(f"{candidate.lead} {candidate.text}")
    named = set(words(context))
    as_owner = named - set(words(without_possessives(context)))
    if not question.subject.isdisjoint(as_owner):
        return False
    text = words(canonical(candidate.text))
    capitals = {name for name in named if government(name) in question.subject}
    subject = with_governments(question.subject) | capitals
    deeds = [at for at, word in enumerate(text) if concept(word) == question.deed]
    doers = [at for at, word in enumerate(text) if word in subject]
    if deeds and subject.isdisjoint(named):
        return text[0] not in names
    return not deeds or not doers or min(doers) < max(deeds) or any(text[at - 1] == "by" for at in doers)


def _has_role(question: Question, candidate: Candidate) -> bool:
    if question.role is None:
        return True
    text = concepts(candidate.text)
    holder, whose = ([at for at, word in enumerate(text) if word == part] for part in question.role)
    return any(abs(one - other) <= 4 for one in holder for other in whose)


def has_kind(question: Question, candidate: Candidate, names: frozenset[str]) -> bool:
    """Return True if the sentence has a number, a time, a place, a country or a person, whichever is asked for."""
    text = candidate.text
    match question.asks:
        case "number":
            return any(_is_counted_noun_next(question, text[match.end() :]) for match in _NUMBER.finditer(text))
        case "time":
            return _TIME.search(text) is not None
        case "place":
            return _PLACE.search(text) is not None
        case "country":
            return _has_country(question, candidate)
        case "person":
            others = names - question.names
            return any(word in others for word in words(canonical(f"{candidate.lead} {text}")))
        case _:
            return True


def _has_country(question: Question, candidate: Candidate) -> bool:
    return not countries_in(candidate.text) <= question.names


def has_number_or_time(text: str) -> bool:
    """Return True if a number, a day or another time is in the text."""
    return _NUMBER.search(text) is not None or _TIME.search(text) is not None


def _is_counted_noun_next(question: Question, following: str) -> bool:
    """Return True if one of the nouns that "how many" counts is among the next four words."""
    return not question.counted or not question.counted.isdisjoint(concepts(following)[:4])


def _has_year(question: Question, candidate: Candidate) -> bool:
    """Return True if a year in the question appears in the passage or headline, or is the publication year or one
    derived from it ("last year").

    Without this, a question on a yearly event (a prize, a budget) would be answered from another year.
    """
    if not question.years:
        return True
    published = candidate.passage.article.published
    meanings = (each.meaning for each in resolve_dates(candidate.text, published)) if published else ()
    known = " ".join([_around(candidate), *meanings, str(published or "")])
    return not question.years.isdisjoint(years_in(known))


def _around(candidate: Candidate) -> str:
    """Return the headline, the lead, and the passage that the sentence is in."""
    return f"{candidate.passage.article.title} {candidate.lead} {candidate.passage.text}"


def _is_negated(question: Question, candidate: Candidate) -> bool:
    """Return True if the sentence says that it did not happen: "would not resign", asked why he resigned."""
    is_of_denials = question.speech is not None and "deny" in question.speech.kinds
    if is_of_denials or question.asks == "anything" or _NEGATED.search(question.text):
        return False
    negated = {concept(word) for phrase in _NEGATED.findall(candidate.text) for word in words(phrase)}
    return not (question.terms - {concept(name) for name in question.names}).isdisjoint(negated)


def _meaning(question: Question, sentences: Sequence[Candidate], encode: Encode) -> list[float]:
    alone = [candidate.text for candidate in sentences]
    led = [f"{candidate.lead} {candidate.text}".strip() for candidate in sentences]
    texts = list(dict.fromkeys([question.text, *alone, *led]))
    vectors = encode(texts)
    likeness = dict(zip(texts, (vectors @ vectors[0]).clip(0, 1), strict=True))
    return [float(max(likeness[one], likeness[other])) for one, other in zip(alone, led, strict=True)]


def _weights(question: Question, sentences: Sequence[Candidate]) -> dict[str, float]:
    holding = Counter(term for candidate in sentences for term in question.terms.intersection(concepts(candidate.text)))
    return {term: math.log(1 + (len(sentences) + 1) / (holding[term] + 1)) for term in question.terms}


def _shared(question: Question, weights: dict[str, float], candidate: Candidate) -> float:
    own = set(concepts(candidate.text))
    around = {*concepts(candidate.lead), *concepts(candidate.passage.article.title)}
    names = {concept(name) for name in question.names}
    worth = {term: 1.0 if term in own | (around & names) else NEARBY for term in weights if term in own | around}
    return sum(weights[term] * share for term, share in worth.items()) / (sum(weights.values()) or 1.0)
