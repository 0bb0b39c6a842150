"""What is known of a sentence that may answer a question, as numbers that its odds are weighed from."""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from assistant.answering.candidates import Candidate
from assistant.answering.likeness import meanings, shared_words
from assistant.answering.question import Question
from assistant.english.countries import canonical
from assistant.models.reading_model import Reader, Reading
from index.embedding.embedder import Encode
from index.text.words import words

SHORTLIST = 10
"""Sentences that are compared in meaning, which takes time: the likeliest by reading and shared words."""

SHARED = 6.0
"""Weight of shared words beside the log odds of reading, for the shortlist. Not measured."""

WITHIN = 6.0
"""How much more a sentence's reading counts against others of its passage. The model's odds are made to tell passages
apart, and its sentences have nearly the same. From 3 to 9 it makes no difference; see docs/log/answering.md."""


class Features(NamedTuple):
    """What is known of a sentence as the answer to a question.

    - `reading`: the log odds of its words by the reading model, and `within`, how far they are behind those of the best
      words of its passage
    - `share`: its share of the odds of all sentences
    - `relevance`: how relevant the reading model finds its passage
    - `rank`: the logarithm of the passage's rank, and `closest` the best cosine of any passage
    - `meaning`, `words`, `names`: what it has in common with the question: cosine, share of the words, and share of
      the names, in the passage and its headline too
    """

    reading: float
    within: float
    share: float
    relevance: float
    rank: float
    closest: float
    meaning: float
    words: float
    names: float


class Read(NamedTuple):
    """A sentence as the reading model read it: its words that answer, with offsets into its article.

    The numbers are as in Features.
    """

    candidate: Candidate
    reading: Reading
    within: float
    relevance: float
    words: float

    @property
    def odds(self) -> float:
        """The log odds of its words, against those of all other sentences."""
        return log_odds(self.reading.score) + WITHIN * self.within


def features(
    question: Question, sentences: Sequence[Candidate], possible: Sequence[Candidate], reader: Reader, encode: Encode
) -> list[tuple[Candidate, Reading, Features]]:
    """Return the likeliest of the `possible` ones of the sentences, each with its reading and features."""
    read = _read(question, sentences, possible, reader)
    chosen = sorted(read, key=lambda each: -(each.odds + SHARED * each.words))[:SHORTLIST]
    alike = meanings(question, [each.candidate for each in chosen], encode)
    total = sum(math.exp(each.odds) for each in read)
    closest = max((candidate.passage.cosine for candidate in sentences), default=0.0)
    return [
        (
            each.candidate,
            each.reading,
            Features(
                reading=log_odds(each.reading.score),
                within=each.within,
                share=math.exp(each.odds) / total,
                relevance=each.relevance,
                rank=math.log(each.candidate.number),
                closest=closest,
                meaning=meaning,
                words=each.words,
                names=_shared_names(question, each.candidate),
            ),
        )
        for each, meaning in zip(chosen, alike, strict=True)
    ]


def log_odds(probability: float) -> float:
    """Return the log odds of a probability, within those of one in a million."""
    probability = min(max(probability, 1e-6), 1 - 1e-6)
    return math.log(probability / (1 - probability))


def _read(
    question: Question, sentences: Sequence[Candidate], possible: Sequence[Candidate], reader: Reader
) -> list[Read]:
    """Return each sentence as it was read within its passage."""
    by_passage: dict[int, list[Candidate]] = {}
    for candidate in possible:
        by_passage.setdefault(candidate.number, []).append(candidate)
    passages = [own[0].passage for own in by_passage.values()]
    texts, headlines = [each.text for each in passages], [each.article.title for each in passages]
    parts = [
        [(each.sentence.start - passage.start, each.sentence.end - passage.start) for each in own]
        for passage, own in zip(passages, by_passage.values(), strict=True)
    ]
    readings = reader.read_parts(question.text, texts, parts, headlines)
    signs = reader.signs(question.text, texts, headlines)
    shared = iter(shared_words(question, [each for own in by_passage.values() for each in own], sentences))
    read = []
    for own, of_passage, (relevance, best) in zip(by_passage.values(), readings, signs, strict=True):
        start = own[0].passage.start
        for candidate, reading in zip(own, of_passage, strict=True):
            moved = replace(reading, start=reading.start + start, end=reading.end + start)
            within = min(log_odds(reading.score) - best, 0.0)
            read.append(Read(candidate, moved, within, relevance, next(shared)))
    return read


def _shared_names(question: Question, candidate: Candidate) -> float:
    """Return the share of the question's names in the passage and its headline; 1 if it has none."""
    around = set(words(canonical(candidate.around)))
    return sum(name in around for name in question.names) / len(question.names) if question.names else 1.0
