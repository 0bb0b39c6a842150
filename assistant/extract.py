"""Answers without an LLM: the best sentences of the passages, word for word."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from assistant.evidence import Candidate, Encode, candidates, known_names, scores
from assistant.phrase import clause, dated, explained
from assistant.question import Question, read_question
from assistant.reader import Reader, Reading
from index.records import Passage
from index.words import words

MOST_SENTENCES = 3
MARGIN = 0.1
"""A further sentence is quoted if its score is this close to the best one's."""

READING, LIKENESS, BIAS = 1.0, 4.0, -2.0
"""Weights of the reader's log odds and of likeness (0 to 1) in the log odds that a sentence answers (see LOG.md)."""

LIKENESS_ALONE, BIAS_ALONE = 12.0, -6.6
"""The same for what the reader can't read: a question for yes or no, or a keyword."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """A sentence, the odds from 0 to 1 that it answers, and what in it does: `(start, end)` in its article."""

    score: float
    candidate: Candidate
    marked: tuple[int, int] | None

    @property
    def answer(self) -> frozenset[str]:
        """The words that answer, in lower case; of a sentence without a mark all its words."""
        marked = self.candidate.passage.article.full_text[slice(*self.marked)] if self.marked else self.candidate.text
        return frozenset(words(marked))


def ranked_sentences(question: str, passages: Sequence[Passage], encode: Encode, reader: Reader) -> list[Ranked]:
    """The sentences of the passages, the one that likeliest answers first."""
    among = candidates(passages)
    names = known_names(among)
    return _ranked(read_question(question, names), among, names, encode, reader)


def quote_sentences(
    question: str, passages: Sequence[Passage], encode: Encode, reader: Reader, minimum: float
) -> Iterator[str]:
    """The one to three sentences that answer best, each with the marks of its passages: "… [2][5]\\n".

    Passages with the same answer are cited together. A pronoun at a sentence's head is explained in brackets, or the
    sentence that it needs comes first; answers that differ have their dates in brackets. Nothing where no sentence
    scores `minimum` or more: the articles don't say.
    """
    among = candidates(passages)
    names = known_names(among)
    ranked = _ranked(read_question(question, names), among, names, encode, reader)
    if not ranked or ranked[0].score < minimum:
        return
    groups = _grouped([each for each in ranked if each.score >= max(minimum, ranked[0].score - MARGIN)])
    told = [group for group in groups if group[0].score >= max(minimum, ranked[0].score - MARGIN)]
    differ = len({group[0].candidate.passage.article.published for group in told[:MOST_SENTENCES]}) > 1
    said: list[str] = []
    for group in told:
        sentences = _said(group[0], names, said)
        if len(said) + len(sentences) > MOST_SENTENCES:
            return
        said += sentences
        *lead, last = sentences
        number = group[0].candidate.number
        yield from (f"{sentence} [{number}]\n" for sentence in lead)
        marks = "".join(f"[{number}]" for number in dict.fromkeys(each.candidate.number for each in group))
        yield f"{dated(last, group[0].candidate.passage.article) if differ else last} {marks}\n"


def _ranked(
    question: Question, among: Sequence[Candidate], names: frozenset[str], encode: Encode, reader: Reader
) -> list[Ranked]:
    likeness = scores(question, among, names, encode)
    chosen = [candidate for candidate, score in zip(among, likeness, strict=True) if score > 0]
    likeness = [score for score in likeness if score > 0]
    found: list[tuple[float, tuple[int, int] | None]]
    if question.is_open:
        readings = _readings(question.text, chosen, reader)
        found = [
            (READING * _log_odds(reading.score) + LIKENESS * score + BIAS, (reading.start, reading.end))
            for reading, score in zip(readings, likeness, strict=True)
        ]
    else:
        found = [(LIKENESS_ALONE * score + BIAS_ALONE, None) for score in likeness]
    ranked = [
        Ranked(1 / (1 + math.exp(-odds)), candidate, marked)
        for candidate, (odds, marked) in zip(chosen, found, strict=True)
    ]
    return sorted(ranked, key=lambda each: -each.score)


def _readings(question: str, among: Sequence[Candidate], reader: Reader) -> list[Reading]:
    """A reading of each sentence, within its passage; offsets into the article."""
    by_passage: dict[int, list[int]] = {}
    for at, candidate in enumerate(among):
        by_passage.setdefault(candidate.number, []).append(at)
    passages = [among[ats[0]].passage for ats in by_passage.values()]
    parts = [
        [(among[at].sentence.start - passage.start, among[at].sentence.end - passage.start) for at in ats]
        for passage, ats in zip(passages, by_passage.values(), strict=True)
    ]
    read = reader.read_parts(question, [passage.text for passage in passages], parts)
    found: dict[int, Reading] = {}
    for passage, ats, readings in zip(passages, by_passage.values(), read, strict=True):
        for at, reading in zip(ats, readings, strict=True):
            found[at] = replace(reading, start=reading.start + passage.start, end=reading.end + passage.start)
    return [found[at] for at in range(len(among))]


def _grouped(ranked: Sequence[Ranked]) -> list[list[Ranked]]:
    """Those with the same answer together, in the order of the best of each."""
    groups: list[list[Ranked]] = []
    for each in ranked:
        same = next(
            (group for group in groups if each.answer <= group[0].answer or each.answer >= group[0].answer), None
        )
        if same is None:
            groups.append([each])
        else:
            same.append(each)
    return groups


def _said(best: Ranked, names: frozenset[str], before: Sequence[str]) -> list[str]:
    candidate, sentence = best.candidate, best.candidate.sentence
    text = candidate.text
    if best.marked:
        start, end = clause(text, (best.marked[0] - sentence.start, best.marked[1] - sentence.start))
        text = text[start:end]
    if not candidate.lead or candidate.lead in before[-1:]:
        return [text]
    clear = explained(text, candidate, names)
    return [clear] if clear else [candidate.lead, text]


def _log_odds(score: float) -> float:
    score = min(max(score, 1e-6), 1 - 1e-6)
    return math.log(score / (1 - score))
