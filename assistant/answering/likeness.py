"""How much sentences share with a question, in meaning and in words."""

import math
from collections import Counter
from collections.abc import Sequence

from assistant.answering.candidates import Candidate
from assistant.answering.question import Question
from assistant.english.countries import canonical
from index.embedding.embedder import Encode
from index.text.words import stem, stems

NEARBY = 0.6
"""Weight of a question's word that is found only in the sentence before or in the headline; 1 in the sentence itself.
Names always weigh 1. Not measured."""


def meanings(question: Question, sentences: Sequence[Candidate], encode: Encode) -> list[float]:
    """Return for each sentence the cosine of it and the question, from 0 to 1, with its lead where that is nearer."""
    if not sentences:
        return []
    alone = [candidate.text for candidate in sentences]
    led = [f"{candidate.lead} {candidate.text}".strip() for candidate in sentences]
    texts = list(dict.fromkeys([question.text, *alone, *led]))
    vectors = encode(texts)
    likeness = dict(zip(texts, (vectors @ vectors[0]).clip(0, 1), strict=True))
    return [float(max(likeness[one], likeness[other])) for one, other in zip(alone, led, strict=True)]


def shared_words(question: Question, chosen: Sequence[Candidate], sentences: Sequence[Candidate]) -> list[float]:
    """Return for each chosen sentence its share of the question's words, where rare ones count more."""
    weights = _weights(question, sentences)
    return [_shared(question, weights, candidate) for candidate in chosen]


def _weights(question: Question, sentences: Sequence[Candidate]) -> dict[str, float]:
    holding = Counter(term for candidate in sentences for term in question.terms.intersection(_stems(candidate.text)))
    return {term: math.log(1 + (len(sentences) + 1) / (holding[term] + 1)) for term in question.terms}


def _shared(question: Question, weights: dict[str, float], candidate: Candidate) -> float:
    own, around = _stems(candidate.text), _stems(f"{candidate.lead} {candidate.passage.article.title}")
    names = {stem(name) for name in question.names}
    worth = {term: 1.0 if term in own | (around & names) else NEARBY for term in weights if term in own | around}
    return sum(weights[term] * share for term, share in worth.items()) / (sum(weights.values()) or 1.0)


def _stems(text: str) -> set[str]:
    return set(stems(canonical(text)))
