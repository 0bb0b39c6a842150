"""Scores sentences: the odds that each answers a question."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from assistant.answer import Span
from assistant.answering.candidates import Candidate, known_names
from assistant.answering.features import Features, features
from assistant.answering.question import Question, parse_question, years_in
from assistant.english.relative_dates import resolve_dates
from assistant.models.reading_model import Reader, Reading
from index.embedding.embedder import Encode
from index.remarks.parser import Parser
from index.text.words import words

MARKED = 0.2
"""Probability from which the reading model's words are marked as the answer. Not measured."""


@dataclass(frozen=True, slots=True)
class ScoredSentence:
    """A sentence, and the odds from 0 to 1 that it answers the question.

    `reading` are its words that answer, with offsets into its article. Where the question asks for a yes or a no, or is
    no question, the whole sentence answers.
    """

    score: float
    candidate: Candidate
    reading: Reading
    question: Question

    @property
    def answer(self) -> Span | None:
        """The words that answer an open question, by their offsets in the article; None where all of it answers."""
        return (self.reading.start, self.reading.end) if self.question.is_open else None

    @property
    def words(self) -> str:
        """The text of the words that answer; the whole sentence where none stand out."""
        return self.candidate.passage.article.full_text[slice(*self.answer)] if self.answer else self.candidate.text

    @property
    def marked(self) -> Span | None:
        """The words to show in bold, by their offsets in the article."""
        return (self.reading.start, self.reading.end) if self.reading.score >= MARKED else None

    def has_same_answer_as(self, other: "ScoredSentence") -> bool:
        """Return True if the answering words of one are all among those of the other."""
        own, others = set(words(self.words)), set(words(other.words))
        return own <= others or own >= others


class Scorer:
    """Scores sentences as answers, by the reading model, the embedding model and the parser (None for none)."""

    def __init__(self, reader: Reader, encode: Encode, parser: Parser | None) -> None:
        self._reader, self._encode, self.parser = reader, encode, parser

    def ranked(
        self, question: str, sentences: Sequence[Candidate], possible: Sequence[Candidate] | None = None
    ) -> list[ScoredSentence]:
        """Return the `possible` ones of the sentences, all by default, the likeliest answer first."""
        asked = parse_question(question, known_names(sentences), self.parser)
        scored = [
            ScoredSentence(_probability(self.weights.log_odds(values)), candidate, reading, asked)
            for candidate, reading, values in self.features(asked, sentences, possible)
        ]
        return sorted(scored, key=lambda each: -each.score)

    def features(
        self, question: Question, sentences: Sequence[Candidate], possible: Sequence[Candidate] | None = None
    ) -> list[tuple[Candidate, Reading, Features]]:
        """Return the likeliest of the possible sentences that are of a year asked about, with reading and features."""
        among = [each for each in (sentences if possible is None else possible) if is_of_year(question, each)]
        return features(question, sentences, among, self._reader, self._encode)

    @cached_property
    def weights(self) -> "Weights":
        """What each feature adds to the log odds; they are stored with the reading model."""
        return Weights(**json.loads(self._reader.metadata["answering"]))


def is_of_year(question: Question, candidate: Candidate) -> bool:
    """Return False if years are asked about and none of them is named near the sentence, or is when it is from.

    Without this, a question on a yearly event (a prize, a budget) would be answered from another year. Of 16,926 right
    sentences none is lost (`python -m benchmarks.vetoes`).
    """
    if not question.years:
        return True
    published = candidate.passage.article.published
    meanings = (each.meaning for each in resolve_dates(candidate.text, published)) if published else ()
    known = " ".join([candidate.around, *meanings, str(published or "")])
    return not question.years.isdisjoint(years_in(known))


@dataclass(frozen=True)
class Weights:
    """What each feature adds to the log odds that a sentence answers. `training.weigh` fits them."""

    bias: float
    features: dict[str, float]

    def log_odds(self, values: Features) -> float:
        """Return the log odds of a sentence with these features."""
        return self.bias + sum(self.features[name] * value for name, value in zip(values._fields, values, strict=True))


def _probability(log_odds: float) -> float:
    return 1 / (1 + math.exp(-log_odds))
