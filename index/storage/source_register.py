"""Remembers where articles came from: what to read again, what is unchanged there, and what has vanished."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from index.storage.database import clear_errors, connected, opened

_SEEN = """
CREATE TEMP TABLE seen (
    root TEXT NOT NULL, address TEXT NOT NULL, article TEXT NOT NULL, PRIMARY KEY (root, address, article)
) WITHOUT ROWID;
CREATE INDEX temp.seen_by_article ON seen(article);
CREATE TEMP TABLE articles_seen (article TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TEMP TABLE validators (address TEXT PRIMARY KEY, etag TEXT, modified TEXT) WITHOUT ROWID;
"""

_VANISHED = """
FROM holdings WHERE root IN (SELECT value FROM json_each(?1))
    AND article NOT IN (SELECT article FROM seen)
    AND article NOT IN (SELECT article FROM holdings WHERE root NOT IN (SELECT value FROM json_each(?1)))
"""


class SourceRegister:
    """The sources in a catalog's file.

    A *root* is what somebody added by name: a file, folder, page, feed or sitemap. An *address* is one file or page
    that the root led to. An address *holds* the articles that were read from it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def roots(self) -> list[str]:
        """Return all roots in alphabetical order."""
        with connected(self._path) as database:
            return [row[0] for row in database.execute("SELECT name FROM roots ORDER BY name")]

    def remember(self, root: str) -> None:
        """Store a root, so that the next `sync` reads it again."""
        with connected(self._path) as database:
            database.execute("INSERT OR IGNORE INTO roots VALUES (?)", (root,))

    def forget_root(self, root: str) -> bool:
        """Forget a root and keep its articles. Return whether it was a root."""
        with connected(self._path) as database:
            database.execute("DELETE FROM holdings WHERE root = ?", (root,))
            return database.execute("DELETE FROM roots WHERE name = ?", (root,)).rowcount > 0

    def dismiss(self, sources: Iterable[str]) -> None:
        """Note that the articles of these sources were removed by hand: only `add` by name brings them back."""
        with connected(self._path) as database:
            for source in sources:
                database.execute("INSERT OR IGNORE INTO dismissed VALUES (?)", (source,))
                database.execute("DELETE FROM roots WHERE name = ?", (source,))

    def is_dismissed(self, source: str) -> bool:
        """Return whether the article of this source was removed by hand."""
        with connected(self._path) as database:
            return database.execute("SELECT 1 FROM dismissed WHERE source = ?", (source,)).fetchone() is not None

    def restore(self, source: str) -> None:
        """Undo `dismiss` for this source."""
        with connected(self._path) as database:
            database.execute("DELETE FROM dismissed WHERE source = ?", (source,))

    def validators(self, address: str) -> tuple[str | None, str | None]:
        """Return the ETag and Last-Modified of the address when it was last read (RFC 9110, section 8.8), or None."""
        with connected(self._path) as database:
            row = database.execute("SELECT etag, modified FROM resources WHERE address = ?", (address,)).fetchone()
        return (row[0], row[1]) if row else (None, None)

    def forget_validators(self, articles: Iterable[str]) -> None:
        """Have the addresses of articles read in full next time, so that removed articles can come back."""
        with connected(self._path) as database:
            database.executemany(
                "DELETE FROM resources WHERE address IN (SELECT address FROM holdings WHERE article = ?)",
                ((article,) for article in articles),
            )

    @contextmanager
    def sightings(self) -> Iterator["Sightings"]:
        """Yield the sightings of one run. They are kept on disk, because a run may see millions of articles."""
        with clear_errors(self._path), opened(self._path, isolation=None) as database:
            database.executescript(_SEEN)
            yield Sightings(database)


class Sightings:
    """What one run of `add` or `sync` has seen."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def add(self, root: str, address: str, article: str) -> bool:
        """Note an article at an address of a root. Return whether this run sees it for the first time."""
        self._database.execute("INSERT OR IGNORE INTO seen VALUES (?, ?, ?)", (root, address, article))
        return self._database.execute("INSERT OR IGNORE INTO articles_seen VALUES (?)", (article,)).rowcount > 0

    def add_all_held(self, root: str, address: str | None = None) -> list[str]:
        """Note all articles that the root, or this address of it, held before. Return their ids."""
        held = "FROM holdings WHERE root = ?" + (" AND address = ?" if address is not None else "")
        which = (root,) if address is None else (root, address)
        self._database.execute(f"INSERT OR IGNORE INTO seen SELECT root, address, article {held}", which)
        return [row[0] for row in self._database.execute(f"SELECT DISTINCT article {held}", which)]

    def holds(self, root: str, address: str) -> bool:
        """Return whether the address held an article before, by way of this root."""
        query = "SELECT 1 FROM holdings WHERE root = ? AND address = ? LIMIT 1"
        return self._database.execute(query, (root, address)).fetchone() is not None

    def remove(self, addresses: Sequence[str]) -> None:
        """Remove what was noted at these addresses, for all roots, because the addresses are gone."""
        self._database.execute(
            "DELETE FROM seen WHERE address IN (SELECT value FROM json_each(?))", (json.dumps(addresses),)
        )

    def add_validators(self, address: str, etag: str | None, modified: str | None) -> None:
        """Note the validators of an address whose articles have all been read."""
        self._database.execute("INSERT OR REPLACE INTO validators VALUES (?, ?, ?)", (address, etag, modified))

    def vanished(self, roots: Sequence[str]) -> list[str]:
        """Return the ids of articles that only these roots held and that none of them holds any more."""
        query = f"SELECT DISTINCT article {_VANISHED} ORDER BY article"
        return [row[0] for row in self._database.execute(query, (json.dumps(roots),))]

    def save(self, roots: Sequence[str]) -> None:
        """Store what was seen as what the roots hold. Articles that vanished but aren't removed stay as they were.

        An address that something vanished from is read in full next time, so that it is reported again.
        """
        these = (json.dumps(roots),)
        self._database.execute("BEGIN IMMEDIATE")
        self._database.execute("INSERT OR REPLACE INTO resources SELECT address, etag, modified FROM validators")
        self._database.execute(
            f"DELETE FROM resources WHERE address IN (SELECT address {_VANISHED})",  # noqa: S608
            these,
        )
        self._database.execute(
            "DELETE FROM holdings WHERE root IN (SELECT value FROM json_each(?1)) "
            "AND article IN (SELECT article FROM seen)",
            these,
        )
        self._database.execute(
            "INSERT OR IGNORE INTO holdings SELECT root, address, article FROM seen "
            "WHERE article IN (SELECT id FROM articles)"
        )
        self._database.execute("COMMIT")
