"""Connections to the catalog's SQLite file, and clear errors where the file or the disk fails."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from index.errors import CollectionError

SECONDS_TO_WAIT = 30
"""How long to wait for another process's transaction."""

_PROBLEMS = {
    sqlite3.SQLITE_FULL: "the disk is full. Make room, then run the same command again",
    sqlite3.SQLITE_READONLY: "it can't be written. Allow it, or name another folder with --index",
    sqlite3.SQLITE_CANTOPEN: "it can't be opened. Check who may read and write it, or name another folder with --index",
    sqlite3.SQLITE_IOERR: "the disk doesn't read or write. Check the disk, then run `onrecord doctor`",
    sqlite3.SQLITE_CORRUPT: "it is damaged. Put a backup in its place; `onrecord doctor` shows what is wrong",
    sqlite3.SQLITE_NOTADB: "it is not a catalog. Put a backup in its place, or name another folder with --index",
    sqlite3.SQLITE_BUSY: "another process is using it. Wait until that is done, then try again",
}


@contextmanager
def connected(path: Path) -> Iterator[sqlite3.Connection]:
    """Yield a connection inside one transaction. Raises CollectionError if the file or the disk fails."""
    with clear_errors(path), opened(path) as database, database:
        yield database


@contextmanager
def opened(path: Path, isolation: Literal["IMMEDIATE"] | None = "IMMEDIATE") -> Iterator[sqlite3.Connection]:
    """Yield a connection and close it at the end."""
    database = sqlite3.connect(path, timeout=SECONDS_TO_WAIT, isolation_level=isolation)
    try:
        database.execute("PRAGMA foreign_keys = ON")
        yield database
    finally:
        database.close()


@contextmanager
def clear_errors(path: Path) -> Iterator[None]:
    """Raise a CollectionError that says what to do, in place of SQLite's error about the file or the disk."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the primary code of an extended one
        if code not in _PROBLEMS:
            raise
        raise CollectionError(f"{path}: {_PROBLEMS[code]}.") from error


def execute_all(database: sqlite3.Connection, statements: str) -> None:
    """Execute statements separated by semicolons, inside the current transaction (`executescript` commits first)."""
    for statement in statements.split(";"):
        database.execute(statement)


def placeholders(values: Sequence[object]) -> str:
    """Return one "?" for each value: "?, ?, ?"."""
    return ", ".join("?" * len(values))
