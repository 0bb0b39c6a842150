"""Answers without an LLM: the best sentences of the passages, word for word."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from itertools import accumulate, zip_longest

from assistant.answer import Citation, Span, Statement
from assistant.answering.agreement import roles_exchanged, says_the_same
from assistant.answering.annotations import (
    Note,
    clause_around,
    pronoun_note,
    publication_note,
    relative_date_notes,
    span_with_notes,
    with_notes,
)
from assistant.answering.candidates import (
    Candidate,
    candidates,
    has_kind,
    has_names,
    has_number_or_time,
    known_names,
    likenesses,
    may_answer,
    shared_words,
)
from assistant.answering.question import Question, parse_question
from assistant.answering.speech_evidence import SpeechEvidence
from assistant.models.reading_model import Reader, Reading
from index.article import Passage
from index.embedding.embedder import Encode
from index.remarks.parser import Parser
from index.text.words import words

MOST_SENTENCES = 3
"""Sentences of an answer, leads included. Not measured."""

MOST_REMARKS = 5
"""Remarks of an answer that lists them, leads included. Not measured."""

MARGIN = 0.1
"""A further sentence is quoted if its score is this close to the best one's. Not measured."""

LIKELY = 0.5
"""Probability from which another article's differing number or date is also quoted. Not measured."""

MARKED = 0.2
"""Probability from which the reading model's words are marked as the answer. Not measured."""

SHORTLIST = 10
"""Sentences that are compared in meaning, which takes time: the likeliest by reading and shared words."""

WEIGHTS = (0.4, 4.94, 0.21, -0.45, -0.07, 5.78, 5.47)
BIAS = -7.89
"""The log odds that a sentence answers, from its `features`. Fitted by `python -m training.weigh`; see
docs/log/answering.md."""

LIKENESS_ALONE, BIAS_ALONE = 12.0, -6.6
"""Slope and intercept of the log odds for keywords, which are scored by likeness alone. Not measured."""


@dataclass(frozen=True, slots=True)
class ScoredSentence:
    """A sentence, and the odds from 0 to 1 that it answers the question.

    `reading` are its words that answer, with offsets into its article; None where the reading model wasn't asked.
    `is_open` is False where the question asks for a yes or a no: then the whole sentence answers.
    """

    score: float
    candidate: Candidate
    reading: Reading | None = None
    is_open: bool = False

    @property
    def answer(self) -> Span | None:
        """The words that answer an open question, by their offsets in the article; None where all of it answers."""
        return (self.reading.start, self.reading.end) if self.reading and self.is_open else None

    @property
    def words(self) -> str:
        """The text of the words that answer; the whole sentence where none stand out."""
        return self.candidate.passage.article.full_text[slice(*self.answer)] if self.answer else self.candidate.text

    @property
    def marked(self) -> Span | None:
        """The words to show in bold, by their offsets in the article."""
        likely = self.reading is not None and self.reading.score >= MARKED
        return (self.reading.start, self.reading.end) if self.reading and likely else None

    def has_same_answer_as(self, other: "ScoredSentence") -> bool:
        """Return True if the answering words of one are all among those of the other."""
        own, others = set(words(self.words)), set(words(other.words))
        return own <= others or own >= others


def quote_statements(
    question: str,
    passages: Sequence[Passage],
    encode: Encode,
    reader: Reader,
    minimum: float,
    evidence: SpeechEvidence | None = None,
    parser: Parser | None = None,
) -> Iterator[Statement]:
    """Yield the one to three sentences that answer best, newest first; none if no sentence scores `minimum` or more.

    For a question about speech, `evidence` has who says what: what the speakers asked about say for certain is quoted,
    up to MOST_REMARKS sentences, and of each speaker in turn; only where there is nothing of theirs are the sentences
    read that somebody unknown says.

    A sentence that says the same elsewhere is cited too. A pronoun at the head of a sentence is explained in brackets,
    or the sentence that it needs comes first. Where the answers are of different dates, each has its date in brackets.
    """
    sentences = candidates(passages)
    names = known_names(sentences)
    parsed = parse_question(question, names, evidence.asked if evidence else None)
    score = partial(_rank, parsed, sentences, names, encode, reader)
    turns = _remarks_in_turn(evidence, sentences, score, minimum) if evidence else []
    most = MOST_REMARKS if turns else MOST_SENTENCES
    if not turns:
        possible = [each for each in sentences if evidence is None or evidence.may_answer(each)]
        turns = [_answers(score(possible), minimum)]
    in_turn = [group for turn in zip_longest(*turns) for group in turn if group]
    different = list({group[0].candidate.text: group for group in in_turn}.values())
    groups = _groups_within_limit(different, names, most)
    groups.sort(key=_newest_date, reverse=True)
    dates_differ = len({group[0].candidate.passage.article.published for group in groups}) > 1
    shown: set[tuple[str, int]] = set()
    for group in groups:
        for statement in _statements(group, names, parser, dated=dates_differ):
            place = (statement.citations[0].article.id, statement.citations[0].start)
            if place not in shown:
                yield statement
            shown.add(place)


def _remarks_in_turn(
    evidence: SpeechEvidence,
    sentences: Sequence[Candidate],
    score: Callable[..., list[ScoredSentence]],
    minimum: float,
) -> list[list[list[ScoredSentence]]]:
    """Return the groups of sentences in which each speaker asked about is certain to say something, if there are any.

    A question without a topic is answered by all of them: plain denials before implied ones, then the newest. Words
    quoted that only may be denials come in where there are no others.
    """
    certain = [each for each in sentences if evidence.speaker(each) is not None]
    if evidence.asked.lists_all:
        certain = [each for each in certain if evidence.plainness(each)] or certain
        certain.sort(key=lambda each: (evidence.plainness(each), each.published), reverse=True)
        order = {each.text: at for at, each in enumerate(certain[:SHORTLIST])}
        ranked = sorted(score(certain[:SHORTLIST], restricted=False), key=lambda each: order[each.candidate.text])
        groups = [[each] for each in ranked]
    else:
        groups = _answers(score(certain), minimum)
    by_speaker: dict[str | None, list[list[ScoredSentence]]] = {}
    for group in groups:
        by_speaker.setdefault(evidence.speaker(group[0].candidate), []).append(group)
    return list(by_speaker.values())


def ranked_sentences(
    question: str, passages: Sequence[Passage], encode: Encode, reader: Reader
) -> list[ScoredSentence]:
    """Return the sentences of the passages, the likeliest answer first."""
    sentences = candidates(passages)
    names = known_names(sentences)
    return _rank(parse_question(question, names), sentences, names, encode, reader, sentences)


def features(
    question: Question,
    sentences: Sequence[Candidate],
    names: frozenset[str],
    encode: Encode,
    reader: Reader,
    eligible: Sequence[Candidate] | None = None,
) -> list[tuple[Candidate, Reading, tuple[float, ...]]]:
    """Return the sentences that may answer, each with its reading and the features that its odds are weighed from.

    `eligible` are these sentences; by default they are those that the question's words allow.

    The features: the reading model's log odds, likeness, 1 if the sentence has the kind of thing asked for, the log
    rank of its passage, 1 if a speaker is asked about, its share of the odds of all sentences, and the best cosine of
    any passage.
    """
    if eligible is None:
        eligible = _eligible(question, sentences, names)
    readings = _readings(question.text, eligible, reader)
    shared = shared_words(question, eligible, sentences)
    promising = [WEIGHTS[0] * _log_odds(r.score) + WEIGHTS[1] / 2 * s for r, s in zip(readings, shared, strict=True)]
    order = sorted(range(len(eligible)), key=lambda at: -promising[at])[:SHORTLIST]
    chosen = [eligible[at] for at in order]
    odds = [math.exp(_log_odds(readings[at].score)) for at in order]
    total = sum(odds)
    closest = max((candidate.passage.cosine for candidate in sentences), default=0.0)
    return [
        (
            candidate,
            readings[at],
            (
                math.log(own),
                likeness,
                float(has_kind(question, candidate, names)),
                math.log(candidate.number),
                float(bool(question.speech and question.speech.speakers)),
                own / total,
                closest,
            ),
        )
        for at, candidate, own, likeness in zip(
            order, chosen, odds, likenesses(question, chosen, sentences, encode), strict=True
        )
    ]


def _rank(
    question: Question,
    sentences: Sequence[Candidate],
    names: frozenset[str],
    encode: Encode,
    reader: Reader,
    possible: Sequence[Candidate],
    *,
    restricted: bool = True,
) -> list[ScoredSentence]:
    """Return the `possible` ones of the sentences, the likeliest answer first.

    Unless they are not to be `restricted`, those that the question's words rule out are left out.
    """
    eligible = _eligible(question, possible, names) if restricted else possible
    score = _score_by_reading if question.is_read else _score_by_likeness
    return sorted(score(question, sentences, names, encode, reader, eligible), key=lambda each: -each.score)


def _score_by_reading(
    question: Question,
    sentences: Sequence[Candidate],
    names: frozenset[str],
    encode: Encode,
    reader: Reader,
    eligible: Sequence[Candidate],
) -> Iterator[ScoredSentence]:
    for candidate, reading, values in features(question, sentences, names, encode, reader, eligible):
        log_odds = sum(weight * value for weight, value in zip(WEIGHTS, values, strict=True)) + BIAS
        yield ScoredSentence(_probability(log_odds), candidate, reading, question.is_open)


def _score_by_likeness(
    question: Question,
    sentences: Sequence[Candidate],
    names: frozenset[str],
    encode: Encode,
    reader: Reader,
    eligible: Sequence[Candidate],
) -> Iterator[ScoredSentence]:
    for likeness, candidate in zip(likenesses(question, eligible, sentences, encode), eligible, strict=True):
        yield ScoredSentence(_probability(LIKENESS_ALONE * likeness + BIAS_ALONE), candidate)


def _eligible(question: Question, sentences: Sequence[Candidate], names: frozenset[str]) -> list[Candidate]:
    """Return the sentences that may answer: for a question that isn't open, those with its names and what it asks."""
    return [
        candidate
        for candidate in sentences
        if may_answer(question, candidate, names)
        and (question.is_open or (has_names(question, candidate) and has_kind(question, candidate, names)))
    ]


def _readings(question: str, sentences: Sequence[Candidate], reader: Reader) -> list[Reading]:
    """Return a reading of each sentence within its passage, with offsets into the article."""
    by_passage: dict[int, list[int]] = {}
    for at, candidate in enumerate(sentences):
        by_passage.setdefault(candidate.number, []).append(at)
    passages = [sentences[ats[0]].passage for ats in by_passage.values()]
    parts = [
        [(sentences[at].sentence.start - passage.start, sentences[at].sentence.end - passage.start) for at in ats]
        for passage, ats in zip(passages, by_passage.values(), strict=True)
    ]
    headlines = [passage.article.title for passage in passages]
    read = reader.read_parts(question, [passage.text for passage in passages], parts, headlines)
    found: dict[int, Reading] = {}
    for passage, ats, readings in zip(passages, by_passage.values(), read, strict=True):
        for at, reading in zip(ats, readings, strict=True):
            found[at] = replace(reading, start=reading.start + passage.start, end=reading.end + passage.start)
    return [found[at] for at in range(len(sentences))]


def _answers(ranked: Sequence[ScoredSentence], minimum: float) -> list[list[ScoredSentence]]:
    """Return the sentences to quote, those with the same answer as one group, the best first."""
    likely = [each for each in ranked if each.score >= minimum]
    return _grouped([each for each in likely if _belongs(each, likely[0])])


def _belongs(each: ScoredSentence, best: ScoredSentence) -> bool:
    """Return True if a sentence is quoted beside the best: it is as good, or another article's number or date."""
    return each.score >= best.score - MARGIN or (
        each.score >= LIKELY
        and each.candidate.passage.article != best.candidate.passage.article
        and each.answer is not None
        and has_number_or_time(each.words)
        and has_number_or_time(best.words)
    )


def _grouped(ranked: Sequence[ScoredSentence]) -> list[list[ScoredSentence]]:
    """Return those with the same answer as one group, in the order of the best of each.

    "Chelsea beat Arsenal 3-1" and "Arsenal beat Chelsea 3-1" are two groups, although the score is the same.
    """
    groups: list[list[ScoredSentence]] = []
    for each in ranked:
        same = next(
            (
                group
                for group in groups
                if each.has_same_answer_as(group[0]) and not _have_exchanged_roles(each, group[0])
            ),
            None,
        )
        if same is None:
            groups.append([each])
        else:
            same.append(each)
    return groups


def _have_exchanged_roles(one: ScoredSentence, other: ScoredSentence) -> bool:
    """Return True if the two give an act's doer and its object the other way round, and no answer is among them."""
    exchanged = roles_exchanged(one.candidate.text, other.candidate.text)
    return bool(exchanged) and exchanged.isdisjoint({*words(one.words), *words(other.words)})


def _groups_within_limit(
    groups: Sequence[list[ScoredSentence]], names: frozenset[str], most: int
) -> list[list[ScoredSentence]]:
    """Return the first groups whose sentences, leads included, number at most `most`."""
    lengths = accumulate(len(list(_statements(group[:1], names))) for group in groups)
    return [group for group, length in zip(groups, lengths, strict=True) if length <= most]


def _newest_date(group: Sequence[ScoredSentence]) -> date:
    """Return when the answer was last published; undated answers are the oldest."""
    return max(each.candidate.published for each in group)


def _statements(
    group: Sequence[ScoredSentence], names: frozenset[str], parser: Parser | None = None, *, dated: bool = False
) -> Iterator[Statement]:
    """Yield the best sentence with all citations of its group, after the one that it needs."""
    best = group[0]
    candidate, sentence, article = best.candidate, best.candidate.sentence, best.candidate.passage.article
    start, end = _part_to_quote(best)
    quote = article.full_text[start:end]
    part = (start - sentence.start, end - sentence.start)
    notes = relative_date_notes(candidate.text, article.published, parser, part)
    lead = _lead(candidate, parser)
    if lead:
        note = pronoun_note(quote, candidate, names)
        if note:
            notes.append(note)
        else:
            yield lead
    if dated:
        notes.append(publication_note(quote, article))
    own = Citation(candidate.number, quote, start, end, article, best.marked)
    others = [_citation(each) for each in group[1:] if says_the_same(candidate, each.candidate)]
    yield Statement(with_notes(quote, notes), (own, *others), marked=_marked_in_text(best, start, end, notes))


def _part_to_quote(best: ScoredSentence) -> Span:
    """Return the offsets in the article of the sentence, or of its clause with the answer where it is very long."""
    sentence = best.candidate.sentence
    if best.answer is None:
        return sentence.start, sentence.end
    start, end = clause_around(best.candidate.text, (best.answer[0] - sentence.start, best.answer[1] - sentence.start))
    return sentence.start + start, sentence.start + end


def _lead(candidate: Candidate, parser: Parser | None) -> Statement | None:
    """Return the earlier sentence without which the candidate can't be understood."""
    article, (_, _, start, end) = candidate.passage.article, candidate.sentence
    if start == end:
        return None
    text = with_notes(candidate.lead, relative_date_notes(candidate.lead, article.published, parser))
    return Statement(text, (Citation(candidate.number, candidate.lead, start, end, article),))


def _citation(scored: ScoredSentence) -> Citation:
    candidate, (start, end, _, _) = scored.candidate, scored.candidate.sentence
    return Citation(candidate.number, candidate.text, start, end, candidate.passage.article, scored.marked)


def _marked_in_text(best: ScoredSentence, start: int, end: int, notes: Sequence[Note]) -> Span | None:
    """Return where the marked words stand in the quotation from `start` to `end` of the article, notes included."""
    if best.marked is None or not start <= best.marked[0] < best.marked[1] <= end:
        return None
    return span_with_notes((best.marked[0] - start, best.marked[1] - start), notes)


def _probability(log_odds: float) -> float:
    return 1 / (1 + math.exp(-log_odds))


def _log_odds(score: float) -> float:
    score = min(max(score, 1e-6), 1 - 1e-6)
    return math.log(score / (1 - score))
