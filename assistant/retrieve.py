"""Finds the passages to read: by meaning and by words, fused by rank."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from assistant.stories import one_of_each
from index.collection import Collection
from index.records import EVERYTHING, Filter, Passage

DEPTH = 30
"""So many are taken from each ranking before fusing."""

RANK_OFFSET = 5
"""`k` of reciprocal rank fusion (Cormack, Clarke and Büttcher 2009), who had 60; measured from 3 to 60 (see LOG.md)."""


def retrieve(collection: Collection, question: str, count: int, wanted: Filter = EVERYTHING) -> list[Passage]:
    """The `count` best passages among those wanted, best first; what copies of a story say again is left out."""
    depth = max(DEPTH, 2 * count)
    rankings = [
        collection.nearest(question, depth, wanted),
        collection.matching(re.findall(r"[^\W_]+(?:[.'’-][^\W_]+)*", question), depth, wanted),
    ]
    ranked = fuse(rankings)
    return one_of_each(ranked, {passage.article.id: passage.article.story for passage in ranked})[:count]


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
