"""Finds the remarks of articles that came in without: by an older version, or with no parser."""

from collections.abc import Callable

from index.collection import Collection
from index.storage.publishing import PendingArticle
from index.text.passages import passages
from index.text.sentences import sentences

ARTICLES_AT_ONCE = 100
"""Articles that are parsed and then written together; a run that is killed loses at most these."""


def catch_up(collection: Collection, progress: Callable[[int], object] = lambda articles: None) -> int:
    """Find the remarks of all articles that are without, and return how many articles that were.

    The caller holds the right to write. A run that is broken off goes on where it stopped.
    """
    count = 0
    while collection.parser is not None and (waiting := collection.catalog.without_remarks(ARTICLES_AT_ONCE)):
        entries = [
            PendingArticle(id_, "", source, "", draft, list(passages(draft.full_text, sentences(draft.full_text))))
            for id_, source, draft in waiting
        ]
        collection.catalog.add_remarks(collection.with_remarks(entries))
        count += len(entries)
        progress(len(entries))
    return count
