"""Makes passages, words, vectors and remarks again from the articles in the catalog: for another model or splitter."""

import itertools
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing

from index.collection import Collection, new_name
from index.remark_backlog import catch_up
from index.storage.catalog import Catalog
from index.storage.publishing import PendingArticle
from index.text.passages import passages
from index.text.sentences import SPLITTER, sentences

ARTICLES_AT_ONCE = 200
"""Articles that are read, split and embedded together."""


def rebuild(collection: Collection, progress: Callable[[int], object] = lambda passages: None) -> int:
    """Make new vectors beside the old ones, then replace these in one transaction. Return how many there are.

    Until then search uses the old ones, so a rebuild that is broken off changes nothing.
    """
    with collection.locked():
        return rebuild_locked(collection, progress)


def rebuild_locked(collection: Collection, progress: Callable[[int], object] = lambda passages: None) -> int:
    """Do the same as `rebuild`, for a caller that holds the lock."""
    catalog, name = collection.stored_catalog(), new_name()
    versions: dict[str, str] = {}
    count = 0
    catalog.intend_vectors(name)
    with closing(collection.vector_store(name, new=True)) as new:
        for entries in _split_articles(catalog, versions):
            ids = [passage_id for entry in entries for passage_id in entry.passage_ids]
            collection.embed(ids, [text for entry in entries for text in entry.embedded_texts], new)
            count += len(ids)
            progress(len(ids))
    facts = {"embedding_model": collection.embedder.name, "splitter": SPLITTER, "vectors": name}
    catalog.replace_passages(itertools.chain.from_iterable(_split_articles(catalog, versions)), facts)
    collection.close()
    collection.drop_unwanted_vectors()
    collection.catalog.forget_remarks()
    catch_up(collection)
    return count


def _split_articles(catalog: Catalog, versions: dict[str, str]) -> Iterator[list[PendingArticle]]:
    """Yield all articles, split. `versions` gives each the same new version in every call."""
    for articles in catalog.drafts(ARTICLES_AT_ONCE):
        yield [
            PendingArticle(id_, versions.setdefault(id_, uuid.uuid4().hex[:12]), source, "", draft, split)
            for id_, source, draft in articles
            if (split := list(passages(draft.full_text, sentences(draft.full_text))))
        ]
