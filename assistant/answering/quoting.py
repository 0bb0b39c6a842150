"""Answers without an LLM: the best sentences of the passages, word for word."""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
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
    says_outright,
    shared_words,
)
from assistant.answering.question import Question, parse_question
from assistant.english.countries import canonical, with_governments
from assistant.english.reported_speech import speech_kind
from assistant.models.reading_model import Reader, Reading
from index.article import Passage
from index.embedding.embedder import Encode
from index.text.words import words

MOST_SENTENCES = 3
"""Sentences of an answer, leads included. Not measured."""

MARGIN = 0.1
"""A further sentence is quoted if its score is this close to the best one's. Not measured."""

LIKELY = 0.5
"""Probability from which another article's differing number or date is also quoted, and from which outright denials
come before implied ones. Not measured."""

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

_AUXILIARY = re.compile(r"\b(?:did|do|does|have|has|had)\s", re.IGNORECASE)


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
    question: str, passages: Sequence[Passage], encode: Encode, reader: Reader, minimum: float
) -> Iterator[Statement]:
    """Yield the one to three sentences that answer best, newest first; none if no sentence scores `minimum` or more.

    Each speaker who is asked about has a turn. A sentence that says the same elsewhere is cited too. A pronoun at the
    head of a sentence is explained in brackets, or the sentence that it needs comes first. Where the answers are of
    different dates, each has its date in brackets.
    """
    sentences = candidates(passages)
    names = known_names(sentences)
    rankings = [_rank(each, sentences, names, encode, reader) for each in split_by_speaker(question, names)]
    in_turn = [
        group for turn in zip_longest(*(_answers(each, minimum) for each in rankings)) for group in turn if group
    ]
    groups = _groups_within_limit(list({group[0].candidate.text: group for group in in_turn}.values()), names)
    groups.sort(key=_newest_date, reverse=True)
    dates_differ = len({group[0].candidate.passage.article.published for group in groups}) > 1
    last = None
    for group in groups:
        for statement in _statements(group, names, last, dated=dates_differ):
            yield statement
            last = statement


def ranked_sentences(
    question: str, passages: Sequence[Passage], encode: Encode, reader: Reader
) -> list[ScoredSentence]:
    """Return the sentences of the passages, the likeliest answer first."""
    sentences = candidates(passages)
    return _rank(question, sentences, known_names(sentences), encode, reader)


def split_by_speaker(question: str, names: frozenset[str]) -> list[str]:
    """Return the question about each speaker alone: "What did A and B deny?" is "What did A deny?", "What did B deny?".

    A question about one speaker, or about none, is returned as it is; of many speakers, the first ones count.
    """
    auxiliary = _AUXILIARY.search(question)
    start = auxiliary.end() if auxiliary else len(question)
    verb = next((word for word in re.compile(r"[\w-]+").finditer(question, start) if speech_kind(word.group())), None)
    if verb is None:
        return [question]
    speakers = re.split(r",?\sand\s|,\s", question[start : verb.start()].strip())
    if len(speakers) == 1 or not all(names & with_governments(words(canonical(speaker))) for speaker in speakers):
        return [question]
    different = list(dict.fromkeys(speakers))[:MOST_SENTENCES]
    return [f"{question[:start]}{speaker} {question[verb.start() :]}" for speaker in different]


def features(
    question: Question, sentences: Sequence[Candidate], names: frozenset[str], encode: Encode, reader: Reader
) -> list[tuple[Candidate, Reading, tuple[float, ...]]]:
    """Return the sentences that may answer, each with its reading and the features that its odds are weighed from.

    The features: the reading model's log odds, likeness, 1 if the sentence has the kind of thing asked for, the log
    rank of its passage, 1 if a speaker is asked about, its share of the odds of all sentences, and the best cosine of
    any passage.
    """
    eligible = _eligible(question, sentences, names, strictly=not question.is_open)
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
                float(bool(question.speakers)),
                own / total,
                closest,
            ),
        )
        for at, candidate, own, likeness in zip(
            order, chosen, odds, likenesses(question, chosen, sentences, encode), strict=True
        )
    ]


def _rank(
    question: str, sentences: Sequence[Candidate], names: frozenset[str], encode: Encode, reader: Reader
) -> list[ScoredSentence]:
    parsed = parse_question(question, names)
    score = _score_by_reading if parsed.is_read else _score_by_likeness
    ranked = sorted(score(parsed, sentences, names, encode, reader), key=lambda each: -each.score)
    if parsed.asks_only_for_speech:
        ranked.sort(key=lambda each: each.score < LIKELY or not says_outright(parsed, each.candidate, names))
    return ranked


def _score_by_reading(
    question: Question, sentences: Sequence[Candidate], names: frozenset[str], encode: Encode, reader: Reader
) -> Iterator[ScoredSentence]:
    for candidate, reading, values in features(question, sentences, names, encode, reader):
        log_odds = sum(weight * value for weight, value in zip(WEIGHTS, values, strict=True)) + BIAS
        yield ScoredSentence(_probability(log_odds), candidate, reading, question.is_open)


def _score_by_likeness(
    question: Question, sentences: Sequence[Candidate], names: frozenset[str], encode: Encode, reader: Reader
) -> Iterator[ScoredSentence]:
    eligible = _eligible(question, sentences, names, strictly=True)
    for likeness, candidate in zip(likenesses(question, eligible, sentences, encode), eligible, strict=True):
        yield ScoredSentence(_probability(LIKENESS_ALONE * likeness + BIAS_ALONE), candidate)


def _eligible(
    question: Question, sentences: Sequence[Candidate], names: frozenset[str], *, strictly: bool
) -> list[Candidate]:
    """Return the sentences that may answer; `strictly` those that have all names and the kind of thing asked for."""
    return [
        candidate
        for candidate in sentences
        if may_answer(question, candidate, names)
        and (not strictly or (has_names(question, candidate) and has_kind(question, candidate, names)))
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


def _groups_within_limit(groups: Sequence[list[ScoredSentence]], names: frozenset[str]) -> list[list[ScoredSentence]]:
    """Return the first groups whose sentences, leads included, number at most MOST_SENTENCES."""
    lengths = accumulate(len(list(_statements(group[:1], names, None))) for group in groups)
    return [group for group, length in zip(groups, lengths, strict=True) if length <= MOST_SENTENCES]


def _newest_date(group: Sequence[ScoredSentence]) -> date:
    """Return when the answer was last published; undated answers are the oldest."""
    return max(each.candidate.passage.article.published or date.min for each in group)


def _statements(
    group: Sequence[ScoredSentence], names: frozenset[str], before: Statement | None, *, dated: bool = False
) -> Iterator[Statement]:
    """Yield the best sentence with all citations of its group, after the one that it needs, unless that came before."""
    best = group[0]
    candidate, sentence, article = best.candidate, best.candidate.sentence, best.candidate.passage.article
    start, end = _part_to_quote(best)
    quote = article.full_text[start:end]
    notes = relative_date_notes(candidate.text, article.published, (start - sentence.start, end - sentence.start))
    lead = _lead(candidate)
    if lead and not (before and before.text == lead.text):
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


def _lead(candidate: Candidate) -> Statement | None:
    """Return the earlier sentence without which the candidate can't be understood."""
    article, (_, _, start, end) = candidate.passage.article, candidate.sentence
    if start == end:
        return None
    text = with_notes(candidate.lead, relative_date_notes(candidate.lead, article.published))
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
