"""Answers without an LLM: the best sentences of the passages, word for word."""

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import accumulate, zip_longest

from assistant.answering.annotations import clause, dated, explained
from assistant.answering.candidates import (
    Candidate,
    candidates,
    has_kind,
    has_names,
    known_names,
    likenesses,
    may_answer,
    says_outright,
    shared_words,
    tells_number_or_time,
)
from assistant.answering.question import Question, read_question
from assistant.english.countries import canonical, with_governments
from assistant.english.relative_dates import bracketed
from assistant.english.reported_speech import kind_of
from assistant.models.reading_model import Reader, Reading
from index.article import Passage
from index.embedding.embedder import Encode
from index.text.words import words

MOST_SENTENCES = 3
MARGIN = 0.1
"""A further sentence is quoted if its score is this close to the best one's."""

LIKELY = 0.5
"""Another article's number or date is quoted beside the best answer's, and what somebody "denied" before what he said
that there were "no plans" for, from these odds on."""

SHORTLIST = 10
"""So many sentences, the likeliest by reading and shared words, are compared in meaning, which takes time."""

WEIGHTS = (0.32, 5.21, 1.16, -0.33, 0.09, 3.58, 3.86)
BIAS = -7.28
"""The log odds that a sentence answers, from its `features`; `python -m training.weigh` prints them (see LOG.md)."""

LIKENESS_ALONE, BIAS_ALONE = 12.0, -6.6
"""The same from likeness alone, for a keyword, which can't be read."""

_AUXILIARY = re.compile(r"\b(?:did|do|does|have|has|had)\s", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Ranked:
    """A sentence, the odds from 0 to 1 that it answers, and what in it does: `(start, end)` in its article."""

    score: float
    candidate: Candidate
    marked: tuple[int, int] | None

    @property
    def words(self) -> str:
        """What answers; the whole sentence where nothing is marked."""
        return self.candidate.passage.article.full_text[slice(*self.marked)] if self.marked else self.candidate.text

    def agrees(self, other: "Ranked") -> bool:
        """Whether one's words that answer are among the other's."""
        own, others = set(words(self.words)), set(words(other.words))
        return own <= others or own >= others


def ranked_sentences(question: str, passages: Sequence[Passage], encode: Encode, reader: Reader) -> list[Ranked]:
    """The sentences of the passages, the one that likeliest answers first; of denials the likely outright ones."""
    among = candidates(passages)
    return _ranked_among(question, among, known_names(among), encode, reader)


def _ranked_among(
    question: str, among: Sequence[Candidate], names: frozenset[str], encode: Encode, reader: Reader
) -> list[Ranked]:
    asked = read_question(question, names)
    ranked = (_by_reading if asked.is_read else _by_likeness)(asked, among, names, encode, reader)
    if asked.asks_only_for_speech:
        ranked.sort(key=lambda each: each.score < LIKELY or not says_outright(asked, each.candidate, names))
    return ranked


def quote_sentences(
    question: str, passages: Sequence[Passage], encode: Encode, reader: Reader, minimum: float
) -> Iterator[str]:
    """The one to three sentences that answer best, each with the marks of its passages: "… [2][5]\\n".

    Where several speakers are asked about, each has a turn. Passages with the same answer are cited together. A pronoun
    at a sentence's head is explained in brackets, or the sentence that it needs comes first; answers of different dates
    have them in brackets, and the newest comes first. Nothing where no sentence scores `minimum` or more: the articles
    don't say.
    """
    among = candidates(passages)
    names = known_names(among)
    of_each = (_told(_ranked_among(each, among, names, encode, reader), minimum) for each in apart(question, names))
    in_turn = [group for groups in zip_longest(*of_each) for group in groups if group]
    told = _fitting([*{group[0].candidate.text: group for group in in_turn}.values()], names)
    told.sort(key=_newest, reverse=True)
    differ = len({group[0].candidate.passage.article.published for group in told}) > 1
    said: list[str] = []
    for group in told:
        *lead, last = _said(group[0], names, said)
        said += [*lead, last]
        number = group[0].candidate.number
        yield from (f"{sentence} [{number}]\n" for sentence in lead)
        marks = "".join(f"[{number}]" for number in dict.fromkeys(each.candidate.number for each in group))
        yield f"{dated(last, group[0].candidate.passage.article) if differ else last} {marks}\n"


def apart(question: str, names: frozenset[str]) -> list[str]:
    """The same question about each of the first speakers that it names ("What did A and B deny?"), else as it is."""
    auxiliary = _AUXILIARY.search(question)
    begins = auxiliary.end() if auxiliary else len(question)
    verb = next((found for found in re.compile(r"[\w-]+").finditer(question, begins) if kind_of(found.group())), None)
    if verb is None:
        return [question]
    speakers = re.split(r",?\sand\s|,\s", question[begins : verb.start()].strip())
    if len(speakers) == 1 or not all(names & with_governments(words(canonical(speaker))) for speaker in speakers):
        return [question]
    different = list(dict.fromkeys(speakers))[:MOST_SENTENCES]
    return [f"{question[:begins]}{speaker} {question[verb.start() :]}" for speaker in different]


def features(
    question: Question, among: Sequence[Candidate], names: frozenset[str], encode: Encode, reader: Reader
) -> list[tuple[Candidate, Reading, tuple[float, ...]]]:
    """The sentences that may answer, with what of them does, and what their odds are weighed from.

    These are the reader's log odds, likeness, having the kind of thing asked for, the passage's log rank, being the
    reported speech of the one who is asked about, its share of all their odds, and the best cosine of a passage.
    """
    eligible = _eligible(question, among, names, strictly=not question.is_open)
    readings = _readings(question.text, eligible, reader)
    shared = shared_words(question, eligible, among)
    promising = [WEIGHTS[0] * _log_odds(r.score) + WEIGHTS[1] / 2 * s for r, s in zip(readings, shared, strict=True)]
    order = sorted(range(len(eligible)), key=lambda at: -promising[at])[:SHORTLIST]
    chosen = [eligible[at] for at in order]
    odds = [math.exp(_log_odds(readings[at].score)) for at in order]
    total = sum(odds)
    closest = max((candidate.passage.cosine for candidate in among), default=0.0)
    return [
        (
            candidate,
            readings[at],
            (
                math.log(own),
                likeness,
                float(has_kind(question, candidate, names)),
                math.log(candidate.number),
                float(bool(question.speakers)),
                own / total,
                closest,
            ),
        )
        for at, candidate, own, likeness in zip(
            order, chosen, odds, likenesses(question, chosen, among, encode), strict=True
        )
    ]


def _by_reading(
    question: Question, among: Sequence[Candidate], names: frozenset[str], encode: Encode, reader: Reader
) -> list[Ranked]:
    return _ranked(
        (
            sum(weight * value for weight, value in zip(WEIGHTS, row, strict=True)) + BIAS,
            candidate,
            (reading.start, reading.end) if question.is_open else None,
        )
        for candidate, reading, row in features(question, among, names, encode, reader)
    )


def _by_likeness(
    question: Question, among: Sequence[Candidate], names: frozenset[str], encode: Encode, reader: Reader
) -> list[Ranked]:
    chosen = _eligible(question, among, names, strictly=True)
    found = zip(likenesses(question, chosen, among, encode), chosen, strict=True)
    return _ranked((LIKENESS_ALONE * likeness + BIAS_ALONE, candidate, None) for likeness, candidate in found)


def _eligible(
    question: Question, among: Sequence[Candidate], names: frozenset[str], *, strictly: bool
) -> list[Candidate]:
    """The sentences that may answer; `strictly` those that have all names and the kind of thing asked for, too."""
    return [
        candidate
        for candidate in among
        if may_answer(question, candidate, names)
        and (not strictly or (has_names(question, candidate) and has_kind(question, candidate, names)))
    ]


def _ranked(found: Iterable[tuple[float, Candidate, tuple[int, int] | None]]) -> list[Ranked]:
    ranked = [Ranked(1 / (1 + math.exp(-log_odds)), candidate, marked) for log_odds, candidate, marked in found]
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


def _belongs(each: Ranked, best: Ranked) -> bool:
    """Whether to say it beside the best: for being as good, or for another article's number or date."""
    return each.score >= best.score - MARGIN or (
        each.score >= LIKELY
        and each.candidate.passage.article != best.candidate.passage.article
        and each.marked is not None
        and tells_number_or_time(each.words)
        and tells_number_or_time(best.words)
    )


def _told(ranked: Sequence[Ranked], minimum: float) -> list[list[Ranked]]:
    """What to say: the best sentence and what belongs beside it, those with the same answer together."""
    likely = [each for each in ranked if each.score >= minimum]
    return _grouped([each for each in likely if _belongs(each, likely[0])])


def _grouped(ranked: Sequence[Ranked]) -> list[list[Ranked]]:
    """Those with the same answer together, in the order of the best of each."""
    groups: list[list[Ranked]] = []
    for each in ranked:
        same = next((group for group in groups if each.agrees(group[0])), None)
        if same is None:
            groups.append([each])
        else:
            same.append(each)
    return groups


def _fitting(groups: Sequence[list[Ranked]], names: frozenset[str]) -> list[list[Ranked]]:
    """The first of the groups, as many as can be said with the sentences that theirs need before them."""
    lengths = accumulate(len(_said(group[0], names, [])) for group in groups)
    return [group for group, length in zip(groups, lengths, strict=True) if length <= MOST_SENTENCES]


def _newest(group: Sequence[Ranked]) -> date:
    """When the answer was last published; undated answers are the oldest."""
    return max(each.candidate.passage.article.published or date.min for each in group)


def _said(best: Ranked, names: frozenset[str], before: Sequence[str]) -> list[str]:
    candidate, sentence = best.candidate, best.candidate.sentence
    published = candidate.passage.article.published
    part = None
    if best.marked:
        part = clause(candidate.text, (best.marked[0] - sentence.start, best.marked[1] - sentence.start))
    text, lead = bracketed(candidate.text, published, part), bracketed(candidate.lead, published)
    if not lead or lead in before[-1:]:
        return [text]
    clear = explained(text, candidate, names)
    return [clear] if clear else [lead, text]


def _log_odds(score: float) -> float:
    score = min(max(score, 1e-6), 1 - 1e-6)
    return math.log(score / (1 - score))
