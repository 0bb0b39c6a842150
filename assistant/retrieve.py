"""Finds the passages to read: by meaning and by words, fused by rank."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from index.collection import Collection
from index.records import Passage

DEPTH = 30
"""So many are taken from each ranking before fusing."""

RANK_OFFSET = 5
"""`k` of reciprocal rank fusion (Cormack, Clarke and Büttcher 2009), who had 60; measured from 3 to 60 (see LOG.md)."""


def retrieve(collection: Collection, question: str, count: int, article: str | None = None) -> list[Passage]:
    """The `count` best passages, best first; the same text in another article isn't found again.

    `article` is the id of an article to keep to.
    """
    depth = max(DEPTH, 2 * count)
    rankings = [
        collection.nearest(question, depth, article),
        collection.matching(re.findall(r"[^\W_]+(?:[.'’-][^\W_]+)*", question), depth, article),
    ]
    return fuse(rankings)[:count]


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
    article: str | None = None

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        return [_document(passage) for passage in retrieve(self.collection, query, self.count, self.article)]


def _document(passage: Passage) -> Document:
    article = passage.article
    metadata = {
        "passage": passage,
        "title": article.title,
        "url": article.url,
        "publisher": article.publisher,
    }
    return Document(passage.text, id=passage.id, metadata=metadata)
