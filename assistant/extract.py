"""Answers without an LLM: the best sentences of the passages, word for word."""

from collections.abc import Iterator, Sequence

from assistant.evidence import Candidate, Encode, candidates, known_names, scores
from assistant.question import read_question
from index.records import Passage

MOST_SENTENCES = 3
MARGIN = 0.1
"""A further sentence is quoted if its score is this close to the best one's."""


def ranked_sentences(question: str, passages: Sequence[Passage], encode: Encode) -> list[tuple[float, Candidate]]:
    """The sentences of the passages with their scores, from 0 to 1, best first."""
    among = candidates(passages)
    names = known_names(among)
    found = scores(read_question(question, names), among, names, encode)
    return sorted(zip(found, among, strict=True), key=lambda pair: -pair[0])


def quote_sentences(question: str, passages: Sequence[Passage], encode: Encode, minimum: float) -> Iterator[str]:
    """The one to three sentences that answer best, each with the mark of its passage: "… [2]\\n".

    A sentence that begins with a pronoun comes after the one that it needs. Nothing where no sentence scores
    `minimum` or more: the articles don't say.
    """
    ranked = ranked_sentences(question, passages, encode)
    said: list[str] = []
    for score, candidate in ranked:
        if score < max(minimum, ranked[0][0] - MARGIN):
            return
        if any(candidate.text in other for other in said):
            continue
        lead = [candidate.lead] if candidate.lead and candidate.lead not in said[-1:] else []
        if len(said) + len(lead) + 1 > MOST_SENTENCES:
            return
        for sentence in [*lead, candidate.text]:
            said.append(sentence)
            yield f"{sentence} [{candidate.number}]\n"
