"""Answers without an LLM: the best sentences of the passages, word for word."""

from collections.abc import Iterator, Sequence

from assistant.evidence import Candidate, Encode, candidates, known_names, scores
from assistant.question import read_question
from index.records import Passage

MOST_SENTENCES = 3
MARGIN = 0.1
"""A further sentence is quoted if its score is this close to the best one's."""


def quote_sentences(question: str, passages: Sequence[Passage], encode: Encode, minimum: float) -> Iterator[str]:
    """The one to three sentences that answer best, each with the mark of its passage: "… [2]\\n".

    A sentence that begins with a pronoun comes after the one that it needs. Nothing where no sentence scores
    `minimum` or more: the articles don't say.
    """
    among = candidates(passages)
    found = read_question(question, known_names(among))
    ranked = sorted(
        zip(scores(found, among, encode), range(len(among)), strict=True),
        key=lambda pair: (-pair[0], pair[1]),
    )
    said: set[tuple[str, int]] = set()
    for score, at in ranked:
        parts = [part for part in _with_lead(among[at]) if part[:2] not in said]
        if score < max(minimum, ranked[0][0] - MARGIN) or len(said) + len(parts) > MOST_SENTENCES:
            return
        for article_id, start, end in parts:
            said.add((article_id, start))
            yield f"{among[at].passage.article.full_text[start:end]} [{among[at].number}]\n"


def _with_lead(candidate: Candidate) -> list[tuple[str, int, int]]:
    start, end, lead, lead_end = candidate.sentence
    article_id = candidate.passage.article.id
    own = (article_id, start, end)
    return [(article_id, lead, lead_end), own] if lead < start else [own]
