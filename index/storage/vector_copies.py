"""The vectors beside the articles in the catalog's file, for comparing all passages of a few articles with a question.

They are copies of those in Chroma, where to read a vector by its id takes twenty times as long.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from pathlib import Path

import numpy as np

from index.article import Filter
from index.embedding.embedder import Vectors
from index.storage import bfloat16
from index.storage.catalog import passage_id
from index.storage.database import connected
from index.storage.filter_condition import filter_condition

ARTICLES_AT_ONCE = 64
"""Whose vectors are compared at once."""


class ExactIndex:
    """What the catalog's file tells of vectors."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def nearest(self, vector: Vectors, count: int, wanted: Filter) -> dict[str, float] | None:
        """The cosines of the `count` passages nearest among those wanted, by id, nearest first, all of them compared.

        None where the vectors of some article aren't here yet.
        """
        clause, parameters = filter_condition(wanted)
        with connected(self._path) as database:
            database.execute("BEGIN")  # or another process might change the articles between two queries
            if database.execute("SELECT 1 FROM articles WHERE vectors IS NULL LIMIT 1").fetchone():
                return None
            rows = database.execute(f"SELECT version, vectors FROM articles WHERE {clause}", parameters)  # noqa: S608
            found = _nearest(iter(lambda: rows.fetchmany(ARTICLES_AT_ONCE), []), vector, count)
        return {passage_id(version, number): cosine for cosine, version, number in found}

    def lacking(self, count: int) -> Iterator[dict[str, list[str]]]:
        """The versions of articles whose vectors aren't here, so many at a time, each with the ids of its passages."""
        last = ""
        while True:
            with connected(self._path) as database:
                rows = database.execute(
                    "SELECT version, passages.id FROM (SELECT id AS chosen, version FROM articles "
                    "WHERE vectors IS NULL AND version > ? ORDER BY version LIMIT ?) "
                    "LEFT JOIN passages ON article = chosen ORDER BY version, number",
                    (last, count),
                ).fetchall()
            if not rows:
                return
            last = rows[-1][0]
            yield {
                version: [passage_id for _, passage_id in passages if passage_id]
                for version, passages in groupby(rows, key=itemgetter(0))
            }

    def keep(self, vectors: Mapping[str, Vectors]) -> None:
        """Keeps the vectors of the passages of articles, by these' versions."""
        with connected(self._path) as database:
            database.executemany(
                "UPDATE articles SET vectors = ? WHERE version = ?",
                ((bfloat16.packed(kept), version) for version, kept in vectors.items()),
            )

    def misfits(self, dimensions: int) -> list[str]:
        """The versions of articles that don't have one vector of so many dimensions here for each passage."""
        with connected(self._path) as database:
            rows = database.execute(
                "SELECT version FROM articles WHERE length(vectors) IS NOT "
                "? * (SELECT count(*) FROM passages WHERE article = articles.id)",
                (bfloat16.BYTES * dimensions,),
            ).fetchall()
        return [row[0] for row in rows]

    def drop(self, versions: Iterable[str]) -> None:
        """Lets go of the vectors here of those versions of articles."""
        with connected(self._path) as database:
            database.executemany(
                "UPDATE articles SET vectors = NULL WHERE version = ?", ((version,) for version in versions)
            )


def _nearest(
    batches: Iterable[Sequence[tuple[str, bytes]]], vector: Vectors, count: int
) -> list[tuple[float, str, int]]:
    """The `count` vectors nearest, nearest first: each its cosine, its article's version, and its number in that.

    The batches are of `(version, packed vectors)`.
    """
    best: list[tuple[float, str, int]] = []
    for batch in batches:
        scores = bfloat16.unpacked(b"".join(content for _, content in batch), len(vector)) @ vector
        ends = np.cumsum([len(content) // (bfloat16.BYTES * len(vector)) for _, content in batch])
        for place in np.argsort(-scores, kind="stable")[:count].tolist():
            at = int(np.searchsorted(ends, place, side="right"))
            first = int(ends[at - 1]) if at else 0
            best.append((float(scores[place]), batch[at][0], place - first))
        best = sorted(best, key=lambda found: -found[0])[:count]
    return best
