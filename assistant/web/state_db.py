"""`state.db`, the SQLite file beside the index that keeps readers' verdicts, admin sessions and failed uploads."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from index.errors import CollectionError

_MIGRATIONS = (
    """
    CREATE TABLE verdicts (number INTEGER PRIMARY KEY, verdict TEXT NOT NULL);
    CREATE TABLE counts (key TEXT PRIMARY KEY, count INTEGER NOT NULL, expires REAL NOT NULL);
    CREATE TABLE sessions (
        digest TEXT PRIMARY KEY, form TEXT NOT NULL, expires REAL NOT NULL,
        notice TEXT NOT NULL DEFAULT '', failed INTEGER NOT NULL DEFAULT 0
    );
    CREATE TABLE problems (source TEXT PRIMARY KEY, reason TEXT NOT NULL, at TEXT NOT NULL);
    """,
    "DROP TABLE counts;",  # quotas are counted in memory
)
"""The SQL that brings the file from schema version N to N + 1, for N = 0, 1, …"""

SCHEMA_VERSION = len(_MIGRATIONS)


@contextmanager
def connect(folder: Path) -> Iterator[sqlite3.Connection]:
    """Open `state.db` in the folder for one transaction; the file is created or migrated first if necessary.

    Raises CollectionError if the file can't be used.
    """
    path = folder / "state.db"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        database = sqlite3.connect(path, timeout=30, isolation_level="IMMEDIATE")
        try:
            _migrate(database)
            with database:
                yield database
        finally:
            database.close()
    except (sqlite3.DatabaseError, OSError) as error:
        raise CollectionError(f"{path} can't be used ({error}). Repair or remove it.") from error


def _migrate(database: sqlite3.Connection) -> None:
    version = _version(database)
    if version == SCHEMA_VERSION:
        return
    if version > SCHEMA_VERSION:
        raise sqlite3.DatabaseError(f"made by a newer onrecord, schema {version}")
    with database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("BEGIN IMMEDIATE")
        for migration in _MIGRATIONS[_version(database) :]:  # read again: another process may have been first
            for statement in migration.split(";"):
                database.execute(statement)
        database.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


def _version(database: sqlite3.Connection) -> int:
    return int(database.execute("PRAGMA user_version").fetchone()[0])
