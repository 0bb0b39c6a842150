"""Finds the passages to read: by meaning and by words, fused by rank, then re-ranked by a model that reads them."""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict, Field

from assistant.models.cross_encoders import Relevance
from assistant.search.story_copies import one_of_each
from index.article import EVERYTHING, Filter, Passage
from index.collection import Collection

DEPTH = 30
"""Passages taken from each ranking before the two are fused. Not measured."""

RERANKED = 20
"""Passages that are re-ranked, at least; see docs/log/search.md."""

FOUND = 1.25
"""Weight of the logarithm of a passage's score by search beside the log odds of its relevance; see
docs/log/search.md."""

RANK_OFFSET = 5
"""`k` of reciprocal rank fusion (Cormack, Clarke and Büttcher 2009; they used 60). Measured from 3 to 60; see
docs/log/search.md."""

SAME_ARTICLE_DISCOUNT = 0.98
"""Multiplies a passage's score for each better passage of the same article, so that several articles share the top
places. Both articles of a double question among 12 passages: 0.907 (0.875 without); 1 in 1,000 single answers lost; see
docs/log/search.md."""

AS_GOOD = 0.9
"""Passages whose score is at least this share of a better one's count as equally good, and the newest comes first. Of
ten events the latest report is found first for seven, instead of four; see docs/log/search.md."""

_WORD = re.compile(r"[^\W_]+(?:[.'’-][^\W_]+)*")


def retrieve(
    collection: Collection,
    question: str,
    count: int,
    filter: Filter = EVERYTHING,
    relevance: Relevance | None = None,
) -> list[Passage]:
    """Return the `count` best passages of the articles that pass the filter, best first.

    With `relevance`, the RERANKED first ones are ordered by it.

    Passages that only repeat what copies of the same story say are left out. Of equally good passages the newest comes
    first, unless the filter names a period.
    """
    depth = max(DEPTH, 2 * count)
    rankings = [
        collection.nearest(question, depth, filter),
        collection.matching(_WORD.findall(question), depth, filter),
    ]
    fused = fuse(rankings)
    stories = {passage.article.id: passage.article.story for passage in fused}
    found = one_of_each(fused, stories)
    ranked = discount_same_article(rerank(question, found[: max(count, RERANKED)], relevance) if relevance else found)
    return (ranked if filter.after or filter.before else newest_first(ranked))[:count]


def fuse(rankings: Sequence[Sequence[Passage]]) -> list[Passage]:
    """Return one ranking of several; a passage's score is the sum of `1 / (RANK_OFFSET + rank)`.

    A text counts once in each ranking, however many articles print it.
    """
    scores: dict[str, float] = defaultdict(float)
    passages: dict[str, Passage] = {}
    for ranking in rankings:
        for rank, text in enumerate(dict.fromkeys(passage.text for passage in ranking), start=1):
            scores[text] += 1 / (RANK_OFFSET + rank)
        for passage in ranking:
            passages.setdefault(passage.text, passage)
    ranked = sorted(passages, key=lambda text: -scores[text])
    return [replace(passages[text], score=round(scores[text], 6)) for text in ranked]


def rerank(question: str, passages: Sequence[Passage], relevance: Relevance) -> list[Passage]:
    """Return the passages by the probability, their new score, that they are what search should find; it sums to 1."""
    if not passages:
        return []
    texts, headlines = [passage.text for passage in passages], [passage.article.title for passage in passages]
    known = zip(passages, relevance(question, texts, headlines), strict=True)
    odds = [relevant + FOUND * math.log(passage.score) for passage, relevant in known]
    weights = [math.exp(each - max(odds)) for each in odds]
    found = [replace(p, score=weight / sum(weights)) for p, weight in zip(passages, weights, strict=True)]
    return sorted(found, key=lambda passage: -passage.score)


def discount_same_article(ranked: Sequence[Passage]) -> list[Passage]:
    """Return the ranking with scores lowered for each better passage of the same article."""
    better: Counter[str] = Counter()
    lowered = []
    for passage in ranked:
        score = passage.score * SAME_ARTICLE_DISCOUNT ** better[passage.article.id]
        lowered.append(replace(passage, score=round(score, 6)))
        better[passage.article.id] += 1
    return sorted(lowered, key=lambda passage: -passage.score)


def newest_first(ranked: Sequence[Passage]) -> list[Passage]:
    """Return the ranking with the newest first among equally good passages; undated ones come last."""
    groups: list[list[Passage]] = []
    for passage in ranked:
        if groups and passage.score >= AS_GOOD * groups[-1][0].score:
            groups[-1].append(passage)
        else:
            groups.append([passage])
    return [
        passage
        for group in groups
        for passage in sorted(group, key=lambda each: each.article.published or date.min, reverse=True)
    ]


class PassageRetriever(BaseRetriever):
    """The same search as a LangChain retriever.

    A Document is a passage. Its metadata are JSON values: `article` (the id), `start` and `end` in the article's text,
    `title`, `url`, `publisher`, `published` (an ISO date) and `score`.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)
    collection: Collection = Field(exclude=True)
    count: int
    filter: Filter = EVERYTHING
    relevance: Relevance | None = Field(None, exclude=True)

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        return [
            _document(passage) for passage in retrieve(self.collection, query, self.count, self.filter, self.relevance)
        ]


def _document(passage: Passage) -> Document:
    article = passage.article
    metadata: dict[str, Any] = {
        "article": article.id,
        "start": passage.start,
        "end": passage.end,
        "title": article.title,
        "url": article.url,
        "publisher": article.publisher,
        "published": article.published.isoformat() if article.published else None,
        "score": passage.score,
    }
    return Document(passage.text, id=passage.id, metadata=metadata)
