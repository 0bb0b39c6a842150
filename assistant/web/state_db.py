"""What visitors leave behind, in one SQLite file beside the index: verdicts on answers, and how often they asked."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from index.errors import CollectionError

SCHEMA_VERSION = 1

_SCHEMA = """
CREATE TABLE verdicts (number INTEGER PRIMARY KEY, verdict TEXT NOT NULL);
CREATE TABLE counts (key TEXT PRIMARY KEY, count INTEGER NOT NULL, expires REAL NOT NULL);
CREATE TABLE sessions (
    digest TEXT PRIMARY KEY, form TEXT NOT NULL, expires REAL NOT NULL,
    notice TEXT NOT NULL DEFAULT '', failed INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE problems (source TEXT PRIMARY KEY, reason TEXT NOT NULL, at TEXT NOT NULL);
"""


@contextmanager
def connect(folder: Path) -> Iterator[sqlite3.Connection]:
    """A connection to the file in that folder, made where there is none; what is done with it is done wholly or not.

    Raises CollectionError where the file can't be used.
    """
    path = folder / "state.db"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        database = sqlite3.connect(path, timeout=30, isolation_level="IMMEDIATE")
        try:
            _prepare(database)
            with database:
                yield database
        finally:
            database.close()
    except (sqlite3.DatabaseError, OSError) as error:
        raise CollectionError(f"{path} can't be used ({error}). Mend or remove it.") from error


def _prepare(database: sqlite3.Connection) -> None:
    (version,) = database.execute("PRAGMA user_version").fetchone()
    if version == SCHEMA_VERSION:
        return
    if version > SCHEMA_VERSION:
        raise sqlite3.DatabaseError(f"made by a newer onrecord, schema {version}")
    with database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("BEGIN IMMEDIATE")
        if database.execute("PRAGMA user_version").fetchone() == (0,):
            for statement in _SCHEMA.split(";"):
                database.execute(statement)
            database.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
