"""Remembers where articles came from: what to read again, what was unchanged there, and what has vanished since."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from index import schema

_SEEN = """
CREATE TEMP TABLE seen (
    root TEXT NOT NULL, address TEXT NOT NULL, article TEXT NOT NULL, PRIMARY KEY (root, address, article)
) WITHOUT ROWID;
CREATE INDEX temp.seen_by_article ON seen(article);
"""


class Register:
    """The part of the catalog's file that tells of sources.

    A *root* is what was named: a file, folder, page, feed or sitemap. An *address* is one file or page found by it,
    and the *articles* in that are what it holds.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def roots(self) -> list[str]:
        """All that was ever added by name, in alphabetical order."""
        with schema.connected(self._path) as database:
            return [row[0] for row in database.execute("SELECT name FROM roots ORDER BY name")]

    def remember(self, root: str) -> None:
        """Notes a root, so that it is read again by the next `sync`."""
        with schema.connected(self._path) as database:
            database.execute("INSERT OR IGNORE INTO roots VALUES (?)", (root,))

    def forget(self, articles: Sequence[tuple[str, str]]) -> None:
        """Notes that articles, as `(id, source)`, aren't wanted: they don't come in again unless they are named."""
        with schema.connected(self._path) as database:
            for _, source in articles:
                database.execute("INSERT OR IGNORE INTO dismissed VALUES (?)", (source,))
                database.execute("DELETE FROM roots WHERE name = ?", (source,))

    def is_dismissed(self, source: str) -> bool:
        """Whether the article of that source was removed by hand."""
        with schema.connected(self._path) as database:
            return database.execute("SELECT 1 FROM dismissed WHERE source = ?", (source,)).fetchone() is not None

    def want(self, source: str) -> None:
        """Takes back that the article of that source was dismissed."""
        with schema.connected(self._path) as database:
            database.execute("DELETE FROM dismissed WHERE source = ?", (source,))

    def validators(self, address: str) -> tuple[str | None, str | None]:
        """The ETag and Last-Modified under which the address was last read (RFC 9110, section 8.8); None where none."""
        with schema.connected(self._path) as database:
            row = database.execute("SELECT etag, modified FROM resources WHERE address = ?", (address,)).fetchone()
        return (row[0], row[1]) if row else (None, None)

    def was_read(self, address: str, etag: str | None, modified: str | None) -> None:
        """Notes that all articles at the address are in, as it was under those validators."""
        with schema.connected(self._path) as database:
            database.execute("INSERT OR REPLACE INTO resources VALUES (?, ?, ?)", (address, etag, modified))

    @contextmanager
    def sightings(self) -> Iterator["Sightings"]:
        """Notes what is seen in one reading of sources, on disk, however much it is."""
        with schema.trouble_told(self._path), schema.opened(self._path, isolation=None) as database:
            database.executescript(_SEEN)
            yield Sightings(database)


class Sightings:
    """What was seen in one reading of sources."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def saw(self, root: str, address: str, article: str) -> None:
        """An article, at an address, by way of a root."""
        self._database.execute("INSERT OR IGNORE INTO seen VALUES (?, ?, ?)", (root, address, article))

    def has_seen(self, article: str) -> bool:
        """Whether the article was seen already, by way of any root."""
        query = "SELECT 1 FROM seen WHERE article = ? LIMIT 1"
        return self._database.execute(query, (article,)).fetchone() is not None

    def saw_all_of(self, root: str, address: str | None = None) -> None:
        """All that the root, or the address in it, held before: it is unchanged, or couldn't be read."""
        self._database.execute(
            "INSERT OR IGNORE INTO seen SELECT root, address, article FROM holdings "
            "WHERE root = ?1 AND (?2 IS NULL OR address = ?2)",
            (root, address),
        )

    def lost(self, root: str, address: str) -> None:
        """Takes back that what the address held was seen."""
        self._database.execute("DELETE FROM seen WHERE root = ? AND address = ?", (root, address))

    def vanished(self, roots: Sequence[str]) -> list[str]:
        """The ids of articles that only these roots held, and that were seen in none of them."""
        rows = self._database.execute(
            "SELECT DISTINCT article FROM holdings WHERE root IN (SELECT value FROM json_each(?1)) "
            "AND article NOT IN (SELECT article FROM seen) "
            "AND article NOT IN (SELECT article FROM holdings WHERE root NOT IN (SELECT value FROM json_each(?1))) "
            "ORDER BY article",
            (json.dumps(roots),),
        )
        return [row[0] for row in rows]

    def keep(self, roots: Sequence[str]) -> None:
        """Makes what was seen what the roots hold; what has vanished from them but is still in stays as it was."""
        self._database.execute("BEGIN IMMEDIATE")
        self._database.execute(
            "DELETE FROM holdings WHERE root IN (SELECT value FROM json_each(?1)) "
            "AND article IN (SELECT article FROM seen)",
            (json.dumps(roots),),
        )
        self._database.execute(
            "INSERT OR IGNORE INTO holdings SELECT root, address, article FROM seen "
            "WHERE article IN (SELECT id FROM articles)"
        )
        self._database.execute("COMMIT")
