"""Checks that an index is sound and that catalog, words and vectors agree, and repairs what differs."""

from collections.abc import Iterator
from dataclasses import dataclass

from index.collection import Collection
from index.errors import LostVectorsError
from index.rebuild import rebuild_locked
from index.storage import schema
from index.storage.catalog import Catalog
from index.storage.publishing import embedded_text
from index.storage.vectors import VectorStore

PASSAGES_AT_ONCE = 1_024
"""Passages without a vector that are embedded together."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem of the index, as a sentence for users."""

    what: str
    repairable: bool


def check(collection: Collection, *, repair: bool) -> list[Finding]:
    """Compare catalog, words and vectors under the lock, and return what differs. With `repair` it is repaired too.

    Raises CollectionError if there is no index, or another process writes to it.
    """
    with collection.locked():
        damage = schema.damage(collection.catalog_path) if collection.catalog_path.exists() else ""
        if damage:
            return [Finding(f"The catalog is damaged: {damage}. Put a backup in its place.", False)]
        return [*_words(collection, repair), *_vectors(collection, repair)]


def _words(collection: Collection, repair: bool) -> Iterator[Finding]:
    if not collection.lexical.agrees():
        if repair:
            collection.lexical.rebuild()
        yield Finding("The lexical index doesn't agree with the articles.", True)


def _vectors(collection: Collection, repair: bool) -> Iterator[Finding]:
    try:
        missing, extra = _differences(collection)
    except LostVectorsError as error:
        if repair:
            rebuild_locked(collection)
        yield Finding(str(error), True)
        return
    if extra:
        if repair:
            collection.vectors.remove(extra)
        yield Finding(f"{len(extra)} vectors belong to no passage.", True)
    if missing:
        if repair:
            _embed(collection, sorted(missing))
        yield Finding(f"{len(missing)} passages have no vector.", True)
    if repair:
        _tidy(collection.catalog, changed=bool(extra or missing))
    left = collection.catalog.unwanted_vectors()
    if left:
        if repair:
            collection.drop_unwanted_vectors()
        yield Finding("Vectors are left over from a `rebuild` that was broken off.", True)
    yield from _left_over_folders(collection.vectors)


def _left_over_folders(vectors: VectorStore) -> Iterator[Finding]:
    folders = [*vectors.left_over.iterdir()] if vectors.left_over.is_dir() else []
    if folders:
        yield Finding(
            f"{len(folders)} folders that Chroma doesn't know were moved to {vectors.left_over}. "
            "Delete that folder if search finds all articles.",
            repairable=False,
        )


def _differences(collection: Collection) -> tuple[set[str], list[str]]:
    """Return the ids of passages without a vector, and of vectors without a passage."""
    collection.vectors.reopen()
    missing, extra = set(collection.catalog.passage_ids()), []
    for ids in collection.vectors.ids():
        extra += [passage_id for passage_id in ids if passage_id not in missing]
        missing.difference_update(ids)
    return missing, extra


def _tidy(catalog: Catalog, *, changed: bool) -> None:
    catalog.forget_passages(catalog.unwanted_passages())
    if changed:
        catalog.touch()


def _embed(collection: Collection, ids: list[str]) -> None:
    for first in range(0, len(ids), PASSAGES_AT_ONCE):
        passages = collection.catalog.passages(ids[first : first + PASSAGES_AT_ONCE])
        texts = [embedded_text(passage.article.title, passage.text) for passage in passages]
        collection.embed([passage.id for passage in passages], texts, collection.vectors)
