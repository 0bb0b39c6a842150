"""Answers without an LLM: the best sentences of the passages, word for word."""

from collections.abc import Generator, Iterator, Sequence
from datetime import date
from itertools import accumulate, zip_longest

from assistant.answer import Citation, Span, Statement, date_in_words
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
from assistant.answering.candidates import Candidate, candidates, known_names
from assistant.answering.features import SHORTLIST
from assistant.answering.office import holders, office_question
from assistant.answering.scoring import ScoredSentence, Scorer
from assistant.answering.speech_evidence import SpeechEvidence
from assistant.answering.succession import asked_for_predecessor, telling_predecessor
from index.article import Passage
from index.remarks.parser import Parser
from index.text.words import words

MOST_SENTENCES = 3
"""Sentences of an answer, leads included. Not measured."""

MOST_REMARKS = 5
"""Remarks of an answer that lists them, leads included. Not measured."""

MARGIN = 0.1
"""A further sentence is quoted if its score is this close to the best one's. Not measured."""

LIKELY = 0.5
"""Probability from which another article's differing number, date or person is also quoted. Not measured."""

CHANGING = ("number", "time", "person")
"""Kinds of answers that change with time: a toll, a date that is put off, who holds an office."""


def quote_statements(
    questions: Sequence[str],
    passages: Sequence[Passage],
    scorer: Scorer,
    minimum: float,
    evidence: SpeechEvidence | None = None,
) -> Generator[Statement, None, list[str]]:
    """Yield the one to three sentences that answer best, newest first; none if no sentence scores `minimum` or more.

    Several `questions` are answered in turn; those without an answer are returned. For one about speech, `evidence`
    has who says what: what the speakers asked about say for certain is quoted, up to MOST_REMARKS sentences, and of
    each speaker in turn; only where there is nothing of theirs are the sentences read that somebody unknown says.

    A sentence that says the same elsewhere is cited too. A pronoun at the head of a sentence is explained in brackets,
    or the sentence that it needs comes first. Each answer has its date in brackets where the dates differ, or where it
    says who holds an office.
    """
    sentences = candidates(passages)
    names = known_names(sentences)
    turns = _remarks_in_turn(questions[0], sentences, scorer, minimum, evidence) if evidence else []
    most = MOST_REMARKS if turns else MOST_SENTENCES
    offices = _offices(questions, scorer.parser) if evidence is None else {}
    if not turns:
        possible = [each for each in sentences if evidence is None or not evidence.bars(each)]
        about_speech = evidence is not None
        for question in questions:
            if told := _predecessors(question, sentences, scorer):
                turns.append([told])
                continue
            ranked = scorer.ranked(offices.get(question, question), sentences, possible, about_speech=about_speech)
            likely = [each for each in ranked if each.score >= minimum]
            turns.append(holders(ranked, likely, scorer.parser) if question in offices else _answers(likely))
    in_turn = [group for turn in zip_longest(*turns) for group in turn if group]
    different = list({group[0].candidate.text: group for group in in_turn}.values())
    groups = _groups_within_limit(different, names, most)
    if len(questions) == 1:
        groups.sort(key=_newest_date, reverse=True)
    dates_differ = len({group[0].candidate.passage.article.published for group in groups}) > 1
    shown: set[tuple[str, int]] = set()
    older = _older_values(groups) if len(questions) == 1 else []
    for group in groups[: len(groups) - len(older)]:
        for statement in _statements(group, names, scorer.parser, dated=dates_differ or bool(offices)):
            place = (statement.citations[0].article.id, statement.citations[0].start)
            if place not in shown:
                yield statement
            shown.add(place)
    if older:
        yield _named_with_dates(older)
    return [question for question, groups in zip(questions, turns, strict=False) if not groups]


def _predecessors(question: str, sentences: Sequence[Candidate], scorer: Scorer) -> list[ScoredSentence]:
    """Return the best sentence that says whom somebody followed, if that is asked for and said."""
    person = asked_for_predecessor(question) if scorer.parser else None
    telling = telling_predecessor(person, sentences, scorer.parser) if person and scorer.parser else []
    return scorer.ranked(question, sentences, telling)[:1] if telling else []


def _offices(questions: Sequence[str], parser: Parser | None) -> dict[str, str]:
    """Return the question who holds the office, for each question that asks so."""
    asked = {each: office_question(each, parser) for each in questions} if parser else {}
    return {question: office for question, office in asked.items() if office}


def _remarks_in_turn(
    question: str, sentences: Sequence[Candidate], scorer: Scorer, minimum: float, evidence: SpeechEvidence
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
        ranked = scorer.ranked(question, sentences, certain[:SHORTLIST], about_speech=True)
        groups = [[each] for each in sorted(ranked, key=lambda each: order[each.candidate.text])]
    else:
        ranked = scorer.ranked(question, sentences, certain, about_speech=True)
        likely = [each for each in ranked if each.score >= minimum or evidence.is_plainly_on_topic(each.candidate)]
        groups = _answers(likely)
    by_speaker: dict[str | None, list[list[ScoredSentence]]] = {}
    for group in groups:
        by_speaker.setdefault(evidence.speaker(group[0].candidate), []).append(group)
    return list(by_speaker.values())


def _answers(likely: Sequence[ScoredSentence]) -> list[list[ScoredSentence]]:
    """Return the sentences to quote of the likely ones, the best first; those with the same answer as one group."""
    return _grouped([each for each in likely if _belongs(each, likely[0])])


def _belongs(each: ScoredSentence, best: ScoredSentence) -> bool:
    """Return True if a sentence is quoted beside the best: it is as good, or another article's number or date."""
    return each.score >= best.score - MARGIN or (
        each.score >= LIKELY
        and each.question.asks in CHANGING
        and each.candidate.passage.article != best.candidate.passage.article
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
    if dated and not any(date_in_words(article) in note.text for note in notes):
        notes.append(publication_note(quote, article))
    own = Citation(candidate.number, quote, start, end, article, best.marked)
    others = [_citation(each) for each in group[1:] if says_the_same(candidate, each.candidate, parser)]
    yield Statement(with_notes(quote, notes), (own, *others), marked=_marked_in_text(best, start, end, notes))


def _older_values(groups: Sequence[list[ScoredSentence]]) -> list[ScoredSentence]:
    """Return the sentences whose number is older news than that of the first ones, if groups are newest first."""
    values = [group[0] for group in groups]
    if not values or any(each.question.asks != "number" or each.answer is None for each in values):
        return []
    newest = values[0].candidate.published
    return [each for each in values if each.candidate.passage.article.published and each.candidate.published < newest]


def _named_with_dates(values: Sequence[ScoredSentence]) -> Statement:
    """Return one line with the words that answered on earlier days: "Earlier: “two” (6 May 2024)." """
    named = (f"“{each.words}” ({date_in_words(each.candidate.passage.article)})" for each in values)
    return Statement(f"Earlier: {', '.join(named)}.", tuple(_citation(each) for each in values))


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
