"""Finds the passages to read: by meaning and by words, fused by rank."""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from assistant.search.story_copies import one_of_each
from index.article import EVERYTHING, Filter, Passage
from index.collection import Collection

DEPTH = 30
"""So many are taken from each ranking before fusing."""

RANK_OFFSET = 5
"""`k` of reciprocal rank fusion (Cormack, Clarke and Büttcher 2009), who had 60; measured from 3 to 60 (see LOG.md)."""

AGAIN = 0.98
"""What each better passage of its article leaves of a passage's score: of two questions in one, both are found for 79
in 100 instead of 76, and of single ones 1 in 1,000 is lost. At 0.95 it would be 82, and 3 lost (see LOG.md)."""

CLOSE = 0.9
"""Scores of this share of a better one, or more, are as good. Of ten events the latest report comes first for seven
instead of four, and with dates that tell nothing as much is found; at 0.85 less is (see LOG.md)."""


def retrieve(collection: Collection, question: str, count: int, wanted: Filter = EVERYTHING) -> list[Passage]:
    """The `count` best passages among those wanted, best first; what copies of a story say again is left out.

    Of passages that are as good the newest comes first, unless days are wanted.
    """
    depth = max(DEPTH, 2 * count)
    rankings = [
        collection.nearest(question, depth, wanted),
        collection.matching(re.findall(r"[^\W_]+(?:[.'’-][^\W_]+)*", question), depth, wanted),
    ]
    ranked = fuse(rankings)
    ranked = spread(one_of_each(ranked, {passage.article.id: passage.article.story for passage in ranked}))
    return (ranked if wanted.after or wanted.before else newest_first(ranked))[:count]


def fuse(rankings: Sequence[Sequence[Passage]]) -> list[Passage]:
    """One ranking of several, by the sum of `1 / (RANK_OFFSET + rank)`, which becomes the passage's score.

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


def spread(ranked: Sequence[Passage]) -> list[Passage]:
    """The ranking with scores that fall with each passage of the same article, so that other articles are found too."""
    before: Counter[str] = Counter()
    lowered = []
    for passage in ranked:
        lowered.append(replace(passage, score=round(passage.score * AGAIN ** before[passage.article.id], 6)))
        before[passage.article.id] += 1
    return sorted(lowered, key=lambda passage: -passage.score)


def newest_first(ranked: Sequence[Passage]) -> list[Passage]:
    """The ranking with the newest first, and undated ones last, among those that are as good as the best of them."""
    groups: list[list[Passage]] = []
    for passage in ranked:
        if groups and passage.score >= CLOSE * groups[-1][0].score:
            groups[-1].append(passage)
        else:
            groups.append([passage])
    return [
        passage
        for group in groups
        for passage in sorted(group, key=lambda each: each.article.published or date.min, reverse=True)
    ]


class PassageRetriever(BaseRetriever):
    """The same search as a LangChain retriever; a Document's metadata says where in which article it stands."""

    model_config = ConfigDict(arbitrary_types_allowed=True)
    collection: Collection
    count: int
    wanted: Filter = EVERYTHING

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        return [_document(passage) for passage in retrieve(self.collection, query, self.count, self.wanted)]


def _document(passage: Passage) -> Document:
    article = passage.article
    metadata = {
        "passage": passage,
        "title": article.title,
        "url": article.url,
        "publisher": article.publisher,
    }
    return Document(passage.text, id=passage.id, metadata=metadata)
