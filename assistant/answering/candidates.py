"""How well a sentence answers a question: what it must have, and how much it shares in meaning and words."""

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.answering.question import Question, years_in
from assistant.english.countries import countries_in, government, with_governments
from assistant.english.names import names_in, without_owners
from assistant.english.relative_dates import bracketed
from assistant.english.reported_speech import Act, acts
from assistant.english.synonyms import canonical, concept, concepts
from index.article import Passage, Sentence
from index.embedding.embedder import Encode
from index.text.words import words

MEANING = 0.5
"""The weight of likeness in meaning; that of the share of words is the rest."""

NEARBY = 0.6
"""What a word of the question is worth that stands in the sentence before or in the headline; a name is worth 1."""

_NUMBER_WORD = (
    r"one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|\w+ty|dozens?|hundreds?|thousands?|half|no"
    r"|thirds?|quarters?|several|once|twice"
)
_NUMBER = re.compile(rf"\b(?:\d[\d,.]*|(?:{_NUMBER_WORD})(?:-\w+)?)\b", re.IGNORECASE)
_TIME = re.compile(
    r"\b(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|january|february|march|april|may|june|july|august|september"
    r"|october|november|december|(?:jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\.\s\d+|(?:1[5-9]|20)\d\d|today"
    r"|tomorrow|yesterday|tonight|noon|midnight|dawn|\d+\s?[ap]\.?m|(?:last|next|this|earlier|later|every)\s\w*\s?"
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
    """A sentence that may answer: where it stands (`number` is its passage's, from 1), its words, and its lead's."""

    number: int
    passage: Passage
    sentence: Sentence

    @property
    def text(self) -> str:
        """The sentence."""
        return self.passage.article.full_text[self.sentence.start : self.sentence.end]

    @property
    def lead(self) -> str:
        """The earlier sentence without which it can't be understood; empty where it stands alone."""
        return self.passage.article.full_text[self.sentence.lead : self.sentence.lead_end]


def candidates(passages: Sequence[Passage]) -> list[Candidate]:
    """The sentences of the passages, each once, however often its article or another prints it."""
    found: dict[str, Candidate] = {}
    for number, passage in enumerate(passages, start=1):
        for sentence in passage.sentences:
            candidate = Candidate(number, passage, sentence)
            found.setdefault(candidate.text, candidate)
    return list(found.values())


def known_names(among: Sequence[Candidate]) -> frozenset[str]:
    """The words that these sentences write as names."""
    return names_in(canonical(candidate.text) for candidate in among)


def may_answer(question: Question, candidate: Candidate, names: frozenset[str]) -> bool:
    """Whether the sentence has the speaker, doer, role, year, country or number that is asked about, undenied."""
    return (
        _has_doer(question, candidate, names)
        and _has_role(question, candidate)
        and _has_speech(question, candidate, names)
        and _has_year(question, candidate)
        and not _is_negated(question, candidate)
        and (question.asks != "country" or _has_country(question, candidate))
        and (question.asks != "number" or _NUMBER.search(candidate.text) is not None)
    )


def likenesses(
    question: Question, chosen: Sequence[Candidate], among: Sequence[Candidate], encode: Encode
) -> list[float]:
    """How alike question and sentence are in meaning and words, 0 to 1, for some of the candidates."""
    if not chosen:
        return []
    pairs = zip(_meaning(question, chosen, encode), shared_words(question, chosen, among), strict=True)
    return [MEANING * meaning + (1 - MEANING) * shared for meaning, shared in pairs]


def shared_words(question: Question, chosen: Sequence[Candidate], among: Sequence[Candidate]) -> list[float]:
    """The share of the question's words that each has, rare ones counting more, for some of the candidates."""
    weights = _weights(question, among)
    return [_shared(question, weights, candidate) for candidate in chosen]


def has_names(question: Question, candidate: Candidate) -> bool:
    """Whether the names that are asked about stand in the sentence, the one it needs, or the headline."""
    read = canonical(f"{candidate.lead} {candidate.text} {candidate.passage.article.title}")
    named = set(words(read))
    if question.speech:
        own = known_names([candidate]) | question.names
        named.update(*(act.speakers for act in acts(candidate.text, candidate.lead, own)))
    return all(name in named or (name in question.speakers and government(name) in named) for name in question.required)


def _has_doer(question: Question, candidate: Candidate, names: frozenset[str]) -> bool:
    """Whether the subject of the question stands before what it is asked to have done, or after "by".

    It must not stand as an owner alone: "near Ukraine's borders" doesn't say what Ukraine has. Where it isn't named, a
    sentence that begins with another name tells what that one did.
    """
    read = canonical(f"{candidate.lead} {candidate.text}")
    named = set(words(read))
    as_owner = named - set(words(without_owners(read)))
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
    """Whether the sentence has a number, a time, a place, a country or a person where one is asked for."""
    text = candidate.text
    match question.asks:
        case "number":
            return any(_counts(question, text[found.end() :]) for found in _NUMBER.finditer(text))
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


def tells_number_or_time(text: str) -> bool:
    """Whether a number, a day or another time is in the text."""
    return _NUMBER.search(text) is not None or _TIME.search(text) is not None


def _counts(question: Question, following: str) -> bool:
    return not question.counted or not question.counted.isdisjoint(concepts(following)[:4])


def says_outright(question: Question, candidate: Candidate, names: frozenset[str]) -> bool:
    """Whether a verb of the kind that is asked about tells it: "denied", where to have "no plans" is a denial too."""
    return any(act.outright for act in _spoken(question, candidate, names))


def _has_speech(question: Question, candidate: Candidate, names: frozenset[str]) -> bool:
    if question.unnamed and question.unnamed not in concepts(_around(candidate)):
        return False
    return question.speech is None or bool(_spoken(question, candidate, names))


def _spoken(question: Question, candidate: Candidate, names: frozenset[str]) -> list[Act]:
    """The acts of speech of the kind, and by the one, that are asked about."""
    spoken = [
        act for act in acts(candidate.text, candidate.lead, names | question.names) if act.kind == question.speech
    ]
    if question.speakers:
        return [act for act in spoken if with_governments(question.speakers) & act.speakers]
    by_others = [act for act in spoken if not act.speakers & question.names]
    return by_others or (spoken if question.asks != "person" else [])


def _has_year(question: Question, candidate: Candidate) -> bool:
    """Whether a year that is asked about is in the passage or the headline, or is that of publication or told from it.

    What comes every year, as prizes and budgets, would else be answered from another one.
    """
    if not question.years:
        return True
    published = candidate.passage.article.published
    told = f"{_around(candidate)} {bracketed(candidate.text, published)} {published or ''}"
    return not question.years.isdisjoint(years_in(told))


def _around(candidate: Candidate) -> str:
    """The headline, the lead, and the passage, which has the sentence in it."""
    return f"{candidate.passage.article.title} {candidate.lead} {candidate.passage.text}"


def _is_negated(question: Question, candidate: Candidate) -> bool:
    """Whether the sentence says that what is asked about did not happen ("would not resign": why did he resign?)."""
    if question.speech == "deny" or question.asks == "anything" or _NEGATED.search(question.text):
        return False
    negated = {concept(word) for found in _NEGATED.findall(candidate.text) for word in words(found)}
    return not (question.terms - {concept(name) for name in question.names}).isdisjoint(negated)


def _meaning(question: Question, among: Sequence[Candidate], encode: Encode) -> list[float]:
    alone = [candidate.text for candidate in among]
    led = [f"{candidate.lead} {candidate.text}".strip() for candidate in among]
    texts = list(dict.fromkeys([question.text, *alone, *led]))
    vectors = encode(texts)
    likeness = dict(zip(texts, (vectors @ vectors[0]).clip(0, 1), strict=True))
    return [float(max(likeness[one], likeness[other])) for one, other in zip(alone, led, strict=True)]


def _weights(question: Question, among: Sequence[Candidate]) -> dict[str, float]:
    holding = Counter(term for candidate in among for term in question.terms.intersection(concepts(candidate.text)))
    return {term: math.log(1 + (len(among) + 1) / (holding[term] + 1)) for term in question.terms}


def _shared(question: Question, weights: dict[str, float], candidate: Candidate) -> float:
    own = set(concepts(candidate.text))
    around = {*concepts(candidate.lead), *concepts(candidate.passage.article.title)}
    names = {concept(name) for name in question.names}
    worth = {term: 1.0 if term in own | (around & names) else NEARBY for term in weights if term in own | around}
    return sum(weights[term] * share for term, share in worth.items()) / (sum(weights.values()) or 1.0)
