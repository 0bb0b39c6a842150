"""What can't answer a question, however well it fits otherwise; each rule loses hardly any right sentence.

Of 16,926 right sentences, these and the rule on who speaks (`SpeechEvidence.bars`) bar 0.5%; see
docs/log/answering.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.answering.candidates import Candidate
from assistant.answering.question import Question, years_in
from assistant.english.doers import named_doers
from assistant.english.number_words import FRACTIONS, MULTIPLES
from assistant.english.relative_dates import resolve_dates

if TYPE_CHECKING:
    from spacy.tokens import Doc

_AMOUNTS = frozenset({*MULTIPLES, *FRACTIONS}) | frozenset(
    "no none nobody some several many multiple numerous few fewest scores dozens hundreds thousands millions single "
    "couple pair".split()
)


def is_of_another_year(question: Question, candidate: Candidate) -> bool:
    """Return True if years are asked about, and none is named near the sentence or is when the article is from.

    Without this, a question on a yearly event (a prize, a budget) would be answered from another year.
    """
    if not question.years:
        return False
    published = candidate.passage.article.published
    meanings = (each.meaning for each in resolve_dates(candidate.text, published)) if published else ()
    known = " ".join([candidate.around, *meanings, str(published or "")])
    return question.years.isdisjoint(years_in(known))


def says_otherwise(question: Question, doc: Doc) -> bool:
    """Return True if the parsed sentence has another doer than the one asked about, or no number for "how many"."""
    return _is_of_another_doer(question, doc) or (question.counts and not _has_number(doc))


def _is_of_another_doer(question: Question, doc: Doc) -> bool:
    """Return True if the verb asked about has other names for its doer: "Orsk sold it" for "What did Lund sell?"."""
    if not question.doers:
        return False
    told = list(named_doers(doc))
    for verb, asked in question.doers:
        doers = [names for told_verb, names in told if told_verb == verb]
        if doers and all(asked.isdisjoint(names) for names in doers):
            return True
    return False


def _has_number(doc: Doc) -> bool:
    return any(token.like_num or token.lower_ in _AMOUNTS or any(map(str.isdigit, token.text)) for token in doc)
