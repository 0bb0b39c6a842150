"""Remembers where articles came from: what to read again, what was unchanged there, and what has vanished since."""

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
CREATE TEMP TABLE read_anew (article TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TEMP TABLE settled (address TEXT PRIMARY KEY, etag TEXT, modified TEXT) WITHOUT ROWID;
"""

_VANISHED = """
FROM holdings WHERE root IN (SELECT value FROM json_each(?1))
    AND article NOT IN (SELECT article FROM seen)
    AND article NOT IN (SELECT article FROM holdings WHERE root NOT IN (SELECT value FROM json_each(?1)))
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
        with connected(self._path) as database:
            return [row[0] for row in database.execute("SELECT name FROM roots ORDER BY name")]

    def remember(self, root: str) -> None:
        """Notes a root, so that it is read again by the next `sync`."""
        with connected(self._path) as database:
            database.execute("INSERT OR IGNORE INTO roots VALUES (?)", (root,))

    def leave(self, root: str) -> bool:
        """Forgets a root, whose articles stay. Returns whether it was remembered."""
        with connected(self._path) as database:
            database.execute("DELETE FROM holdings WHERE root = ?", (root,))
            return database.execute("DELETE FROM roots WHERE name = ?", (root,)).rowcount > 0

    def forget(self, articles: Sequence[tuple[str, str]]) -> None:
        """Notes that articles, as `(id, source)`, aren't wanted: they don't come in again unless they are named."""
        with connected(self._path) as database:
            for _, source in articles:
                database.execute("INSERT OR IGNORE INTO dismissed VALUES (?)", (source,))
                database.execute("DELETE FROM roots WHERE name = ?", (source,))

    def is_dismissed(self, source: str) -> bool:
        """Whether the article of that source was removed by hand."""
        with connected(self._path) as database:
            return database.execute("SELECT 1 FROM dismissed WHERE source = ?", (source,)).fetchone() is not None

    def want(self, source: str) -> None:
        """Takes back that the article of that source was dismissed."""
        with connected(self._path) as database:
            database.execute("DELETE FROM dismissed WHERE source = ?", (source,))

    def validators(self, address: str) -> tuple[str | None, str | None]:
        """The ETag and Last-Modified under which the address was last read (RFC 9110, section 8.8); None where none."""
        with connected(self._path) as database:
            row = database.execute("SELECT etag, modified FROM resources WHERE address = ?", (address,)).fetchone()
        return (row[0], row[1]) if row else (None, None)

    def unsettle(self, articles: Iterable[str]) -> None:
        """Lets the addresses of articles that go out be read again: if they come back there, they come back in."""
        with connected(self._path) as database:
            database.executemany(
                "DELETE FROM resources WHERE address IN (SELECT address FROM holdings WHERE article = ?)",
                ((article,) for article in articles),
            )

    @contextmanager
    def sightings(self) -> Iterator["Sightings"]:
        """Notes what is seen in one reading of sources, on disk, however much it is."""
        with clear_errors(self._path), opened(self._path, isolation=None) as database:
            database.executescript(_SEEN)
            yield Sightings(database)


class Sightings:
    """What was seen in one reading of sources."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def saw(self, root: str, address: str, article: str) -> bool:
        """An article, at an address, by way of a root; whether it is the first time that it is read."""
        self._database.execute("INSERT OR IGNORE INTO seen VALUES (?, ?, ?)", (root, address, article))
        return self._database.execute("INSERT OR IGNORE INTO read_anew VALUES (?)", (article,)).rowcount > 0

    def saw_all_of(self, root: str, address: str | None = None) -> list[str]:
        """All that the root, or the address in it, held before, by their ids."""
        held = "FROM holdings WHERE root = ?" + (" AND address = ?" if address is not None else "")
        which = (root,) if address is None else (root, address)
        self._database.execute(f"INSERT OR IGNORE INTO seen SELECT root, address, article {held}", which)
        return [row[0] for row in self._database.execute(f"SELECT DISTINCT article {held}", which)]

    def holds(self, root: str, address: str) -> bool:
        """Whether there was an article at the address, by way of the root, before."""
        query = "SELECT 1 FROM holdings WHERE root = ? AND address = ? LIMIT 1"
        return self._database.execute(query, (root, address)).fetchone() is not None

    def lost(self, addresses: Sequence[str]) -> None:
        """Takes back, whatever the root, that what the addresses held was seen."""
        self._database.execute(
            "DELETE FROM seen WHERE address IN (SELECT value FROM json_each(?))", (json.dumps(addresses),)
        )

    def settled(self, address: str, etag: str | None, modified: str | None) -> None:
        """All articles at the address, as it was under those validators."""
        self._database.execute("INSERT OR REPLACE INTO settled VALUES (?, ?, ?)", (address, etag, modified))

    def vanished(self, roots: Sequence[str]) -> list[str]:
        """The ids of articles that only these roots held, and that were seen in none of them."""
        query = f"SELECT DISTINCT article {_VANISHED} ORDER BY article"
        return [row[0] for row in self._database.execute(query, (json.dumps(roots),))]

    def keep(self, roots: Sequence[str]) -> None:
        """Makes what was seen what the roots hold; what has vanished from them but is still in stays as it was.

        An address from which something has vanished is read again next time, to tell the same.
        """
        these = (json.dumps(roots),)
        self._database.execute("BEGIN IMMEDIATE")
        self._database.execute("INSERT OR REPLACE INTO resources SELECT address, etag, modified FROM settled")
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
