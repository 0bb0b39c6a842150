"""Makes passages, words and vectors anew from the articles in the catalog: for another model or splitter."""

import itertools
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing

from index.collection import Collection, new_name
from index.storage.catalog import Catalog, PendingArticle
from index.text.passages import passages
from index.text.sentences import SPLITTER, sentences

ARTICLES_AT_ONCE = 200


def rebuild(collection: Collection, progress: Callable[[int], object] = lambda passages: None) -> int:
    """Makes new vectors beside the old ones, then takes them over in one transaction; returns how many.

    Whoever searches meanwhile is answered from the old ones. Broken off, it has changed nothing.
    """
    with collection.locked():
        return remake(collection, progress)


def remake(collection: Collection, progress: Callable[[int], object] = lambda passages: None) -> int:
    """The same for who holds the lock already."""
    catalog, name = collection.stored_catalog(), new_name()
    versions: dict[str, str] = {}
    count = 0
    catalog.intend_vectors(name)
    with closing(collection.vector_store(name, new=True)) as new:
        for entries in _entries(catalog, versions):
            ids = [passage_id for entry in entries for passage_id in entry.passage_ids]
            collection.embed(ids, [text for entry in entries for text in entry.embedded_texts], new)
            count += len(ids)
            progress(len(ids))
    facts = {"embedding_model": collection.embedder.name, "splitter": SPLITTER, "vectors": name}
    catalog.repassage(itertools.chain.from_iterable(_entries(catalog, versions)), facts)
    collection.forget()
    collection.drop_unwanted_vectors()
    return count


def _entries(catalog: Catalog, versions: dict[str, str]) -> Iterator[list[PendingArticle]]:
    """All articles, split; each has the same new version every time they are gone through."""
    for articles in catalog.entries(ARTICLES_AT_ONCE):
        yield [
            PendingArticle(id_, versions.setdefault(id_, uuid.uuid4().hex[:12]), source, "", draft, split)
            for id_, source, draft in articles
            if (split := list(passages(draft.full_text, sentences(draft.full_text))))
        ]
