"""The tables of the catalog: made, opened, and brought up to date."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Literal

from index.duplicates import band_keys, signature
from index.errors import CollectionError

VERSION = 2

SECONDS_TO_WAIT = 30
"""For another process's transaction."""

_LEXICAL = """
CREATE VIEW passage_texts AS
    SELECT number, article, title, substr(full_text, start + 1, end - start) AS text
    FROM passages JOIN articles ON articles.id = passages.article;
CREATE VIRTUAL TABLE lexical USING fts5(
    title, text, content='passage_texts', content_rowid='number', tokenize='porter unicode61 remove_diacritics 2'
);
CREATE VIRTUAL TABLE vocabulary USING fts5vocab(lexical, row);
"""

_REGISTER = """
CREATE TABLE older_versions (
    version TEXT PRIMARY KEY, article TEXT NOT NULL, title TEXT NOT NULL, full_text TEXT NOT NULL, url TEXT,
    publisher TEXT, author TEXT, published TEXT, published_by TEXT, language TEXT, fetched TEXT
);
CREATE INDEX older_versions_by_article ON older_versions(article);
CREATE TABLE bands (key INTEGER NOT NULL, article TEXT NOT NULL, PRIMARY KEY (key, article)) WITHOUT ROWID;
CREATE INDEX bands_by_article ON bands(article);
CREATE TABLE roots (name TEXT PRIMARY KEY);
CREATE TABLE resources (address TEXT PRIMARY KEY, etag TEXT, modified TEXT);
CREATE TABLE holdings (
    root TEXT NOT NULL, address TEXT NOT NULL, article TEXT NOT NULL, PRIMARY KEY (root, address, article)
) WITHOUT ROWID;
CREATE INDEX holdings_by_article ON holdings(article);
CREATE TABLE dismissed (source TEXT PRIMARY KEY);
CREATE TABLE unwanted_vectors (name TEXT PRIMARY KEY);
CREATE INDEX articles_by_published ON articles(published);
CREATE INDEX articles_by_publisher ON articles(publisher COLLATE NOCASE);
CREATE INDEX articles_by_author ON articles(author COLLATE NOCASE);
CREATE INDEX articles_by_story ON articles(story);
CREATE INDEX articles_by_url ON articles(url);
"""

_SCHEMA = f"""
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE articles (
    id TEXT PRIMARY KEY, version TEXT NOT NULL UNIQUE, source TEXT NOT NULL UNIQUE, digest TEXT NOT NULL,
    title TEXT NOT NULL, full_text TEXT NOT NULL, url TEXT, publisher TEXT, author TEXT, published TEXT,
    published_by TEXT, language TEXT, fetched TEXT, story TEXT NOT NULL DEFAULT ''
);
CREATE TABLE passages (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, article TEXT NOT NULL REFERENCES articles(id),
    start INTEGER NOT NULL, end INTEGER NOT NULL, sentences TEXT NOT NULL
);
CREATE INDEX passages_by_article ON passages(article);
{_LEXICAL}
CREATE TABLE unwanted_versions (version TEXT PRIMARY KEY);
{_REGISTER}
INSERT INTO facts VALUES ('generation', '0');
"""  # noqa: S608

_TROUBLE = {
    sqlite3.SQLITE_FULL: "the disk is full. Make room, then run the same command again",
    sqlite3.SQLITE_READONLY: "it can't be written. Allow it, or name another folder with --index",
    sqlite3.SQLITE_CANTOPEN: "it can't be opened. See who may read and write it, or name another folder with --index",
    sqlite3.SQLITE_IOERR: "the disk doesn't read or write. See to the disk, then run `onrecord doctor`",
    sqlite3.SQLITE_CORRUPT: "it is damaged. Put a backup in its place; `onrecord doctor` tells what is wrong",
    sqlite3.SQLITE_NOTADB: "it is not a catalog. Put a backup in its place, or name another folder with --index",
    sqlite3.SQLITE_BUSY: "another process keeps it busy. Wait until that is done, then try again",
}


@contextmanager
def connected(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection in one transaction. Raises CollectionError where the file or the disk is at fault."""
    with trouble_told(path), opened(path) as database, database:
        yield database


@contextmanager
def opened(path: Path, isolation: Literal["IMMEDIATE"] | None = "IMMEDIATE") -> Iterator[sqlite3.Connection]:
    """A connection, closed at the end."""
    database = sqlite3.connect(path, timeout=SECONDS_TO_WAIT, isolation_level=isolation)
    try:
        database.execute("PRAGMA foreign_keys = ON")
        yield database
    finally:
        database.close()


@contextmanager
def trouble_told(path: Path) -> Iterator[None]:
    """Tells in a CollectionError when the file or the disk is at fault."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the primary one of an extended code
        if code not in _TROUBLE:
            raise
        raise CollectionError(f"{path}: {_TROUBLE[code]}.") from error


def version(path: Path) -> int:
    """The version of the tables in the file, 0 where there are none."""
    with connected(path) as database:
        return _version(database)


def create(path: Path, facts: dict[str, str]) -> None:
    """Makes the tables, and remembers facts about the index, if it has none yet."""
    with connected(path) as database:
        if _version(database) == 0:
            database.execute("PRAGMA journal_mode = WAL")
            database.execute("BEGIN IMMEDIATE")
            _execute(database, _SCHEMA)
            database.executemany("INSERT INTO facts VALUES (?, ?)", facts.items())
            database.execute(f"PRAGMA user_version = {VERSION}")


def migrate(path: Path) -> None:
    """Brings older tables up to date, after a backup beside them: `catalog.db.1` holds what was of version 1."""
    with connected(path) as database:
        if not 0 < _version(database) < VERSION:
            return
        database.execute("BEGIN IMMEDIATE")
        older = _version(database)  # another process may have been first
        if older < VERSION:
            _back_up(path, path.with_name(f"{path.name}.{older}"))
        for step in range(older, VERSION):
            _MIGRATIONS[step](database)
        database.execute(f"PRAGMA user_version = {VERSION}")


def _back_up(path: Path, backup: Path) -> None:
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(backup)) as copy:
        source.backup(copy)


def empty_passages(database: sqlite3.Connection) -> None:
    """Takes all passages and words out."""
    for name in ("VIEW passage_texts", "TABLE vocabulary", "TABLE lexical"):
        database.execute(f"DROP {name}")
    database.execute("DELETE FROM passages")
    _execute(database, _LEXICAL)


def damage(path: Path) -> str:
    """What SQLite finds wrong with the file; empty where nothing is."""
    try:
        with opened(path) as database:
            found = str(database.execute("PRAGMA integrity_check(1)").fetchone()[0])
    except sqlite3.DatabaseError as error:
        found = str(error)
    return "" if found == "ok" else " ".join(found.split())


def lexical_index_agrees(path: Path) -> bool:
    """Whether the lexical index holds the words of the passages and no others."""
    try:
        with connected(path) as database:
            database.execute("INSERT INTO lexical (lexical, rank) VALUES ('integrity-check', 1)")
    except (CollectionError, sqlite3.DatabaseError):
        return False
    return True


def rebuild_lexical_index(path: Path) -> None:
    """Makes the lexical index anew from the passages."""
    with connected(path) as database:
        database.execute("INSERT INTO lexical (lexical) VALUES ('rebuild')")


def _from_1(database: sqlite3.Connection) -> None:
    for column in ("published_by TEXT", "language TEXT", "fetched TEXT", "story TEXT NOT NULL DEFAULT ''"):
        database.execute(f"ALTER TABLE articles ADD COLUMN {column}")
    _execute(database, _REGISTER)
    database.execute("INSERT INTO facts VALUES ('vectors', 'passages')")
    database.execute("UPDATE articles SET story = version, digest = ''")  # digests were made otherwise
    database.execute("INSERT INTO roots SELECT source FROM articles")
    database.execute("INSERT INTO holdings SELECT source, source, id FROM articles")
    for article, text in database.execute("SELECT id, full_text FROM articles"):
        keys = ((key, article) for key in band_keys(signature(text)))
        database.executemany("INSERT OR IGNORE INTO bands VALUES (?, ?)", keys)


_MIGRATIONS: dict[int, Callable[[sqlite3.Connection], None]] = {1: _from_1}
"""The step from each version to the next."""


def _version(database: sqlite3.Connection) -> int:
    return int(database.execute("PRAGMA user_version").fetchone()[0])


def _execute(database: sqlite3.Connection, statements: str) -> None:
    for statement in statements.split(";"):
        database.execute(statement)
