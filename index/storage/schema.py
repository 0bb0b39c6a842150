"""The tables of the catalog: made, opened, and brought up to date."""

import logging
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from index.storage import postings
from index.storage.database import connected, execute_all, opened
from index.text.near_duplicates import band_keys, signature
from index.text.words import stems

VERSION = 3

_LOG = logging.getLogger("onrecord")

_MOST_PASSAGES = 1_000
"""Of an unwanted version of an article: catalogs of version 2 didn't note how many it had."""

_PASSAGES = """
CREATE TABLE passages (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, article TEXT NOT NULL REFERENCES articles(id),
    start INTEGER NOT NULL, end INTEGER NOT NULL, sentences TEXT NOT NULL
);
CREATE INDEX passages_by_article ON passages(article);
"""

_SEARCH = f"""
{postings.TABLES}
CREATE TABLE unwanted_passages (id TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE INDEX articles_by_version ON articles(version, published, publisher, author, id);
CREATE INDEX articles_by_published ON articles(published, publisher, author, id, first, last);
CREATE INDEX articles_by_publisher ON articles(publisher COLLATE NOCASE, published, author, id, first, last);
CREATE INDEX articles_by_author ON articles(author COLLATE NOCASE, published, publisher, id, first, last);
CREATE INDEX articles_by_story ON articles(story, id, publisher, url);
CREATE INDEX articles_without_vectors ON articles(version) WHERE vectors IS NULL;
"""
"""The indexes hold all that a filter asks of an article, as reading its row reads its text."""

_NUMBERS = "(SELECT min(number), max(number) FROM passages WHERE article = articles.id)"

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
CREATE INDEX articles_by_url ON articles(url);
"""

_SCHEMA = f"""
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE articles (
    id TEXT PRIMARY KEY, version TEXT NOT NULL UNIQUE, source TEXT NOT NULL UNIQUE, digest TEXT NOT NULL,
    title TEXT NOT NULL, full_text TEXT NOT NULL, url TEXT, publisher TEXT, author TEXT, published TEXT,
    published_by TEXT, language TEXT, fetched TEXT, story TEXT NOT NULL DEFAULT '',
    first INTEGER, last INTEGER, vectors BLOB
);
{_PASSAGES}
{_REGISTER}
{_SEARCH}
INSERT INTO facts VALUES ('generation', '0');
"""  # noqa: S608


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
            execute_all(database, _SCHEMA)
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
    database.execute("DELETE FROM passages")
    database.execute("DELETE FROM sqlite_sequence WHERE name = 'passages'")
    postings.clear(database)


def note_numbers(database: sqlite3.Connection) -> None:
    """Notes with each article the numbers of its first and its last passage; those between are its own, too."""
    database.execute(f"UPDATE articles SET (first, last) = {_NUMBERS}")  # noqa: S608


def numbers_are_noted(database: sqlite3.Connection) -> bool:
    """Whether they are noted rightly with all articles."""
    query = f"SELECT 1 FROM articles WHERE (first, last) IS NOT {_NUMBERS} LIMIT 1"  # noqa: S608
    return database.execute(query).fetchone() is None


def passage_terms(
    database: sqlite3.Connection, condition: str = "1", parameters: Sequence[str] = ()
) -> Iterator[postings.Terms]:
    """The passages for which the condition of SQL holds, by rising numbers, with the words of their headlines."""
    rows = database.execute(
        f"SELECT number, article, start, end FROM passages WHERE {condition} ORDER BY number",  # noqa: S608
        parameters,
    )
    for article, passages in groupby(rows, key=itemgetter(1)):
        found = database.execute("SELECT title, full_text FROM articles WHERE id = ?", (article,)).fetchone()
        headline, text = stems(found[0]), found[1]
        for number, _, start, end in passages:
            yield number, headline + stems(text[start:end])


def damage(path: Path) -> str:
    """What SQLite finds wrong with the file; empty where nothing is."""
    try:
        with opened(path) as database:
            found = str(database.execute("PRAGMA integrity_check(1)").fetchone()[0])
    except sqlite3.DatabaseError as error:
        found = str(error)
    return "" if found == "ok" else " ".join(found.split())


def _from_1(database: sqlite3.Connection) -> None:
    for column in ("published_by TEXT", "language TEXT", "fetched TEXT", "story TEXT NOT NULL DEFAULT ''"):
        database.execute(f"ALTER TABLE articles ADD COLUMN {column}")
    execute_all(database, _REGISTER)
    database.execute("INSERT INTO facts VALUES ('vectors', 'passages')")
    database.execute("UPDATE articles SET story = version, digest = ''")  # digests were made otherwise
    database.execute("INSERT INTO roots SELECT source FROM articles")
    database.execute("INSERT INTO holdings SELECT source, source, id FROM articles")
    for article, text in database.execute("SELECT id, full_text FROM articles"):
        keys = ((key, article) for key in band_keys(signature(text)))
        database.executemany("INSERT OR IGNORE INTO bands VALUES (?, ?)", keys)


def _from_2(database: sqlite3.Connection) -> None:
    from tqdm import tqdm

    for each in ("VIEW passage_texts", "TABLE vocabulary", "TABLE lexical", "INDEX passages_by_article"):
        database.execute(f"DROP {each}")
    for name in ("published", "publisher", "author", "story"):
        database.execute(f"DROP INDEX IF EXISTS articles_by_{name}")
    for column in ("first INTEGER", "last INTEGER", "vectors BLOB"):
        database.execute(f"ALTER TABLE articles ADD COLUMN {column}")
    database.execute("ALTER TABLE passages RENAME TO older_passages")
    execute_all(database, _PASSAGES + _SEARCH)
    database.execute("INSERT INTO passages SELECT * FROM older_passages ORDER BY number")
    database.execute("DROP TABLE older_passages")
    note_numbers(database)
    versions = database.execute("SELECT version FROM unwanted_versions").fetchall()
    ids = ((f"{version}.{number}",) for (version,) in versions for number in range(_MOST_PASSAGES))
    database.executemany("INSERT INTO unwanted_passages VALUES (?)", ids)
    database.execute("DROP TABLE unwanted_versions")
    count = database.execute("SELECT count(*) FROM passages").fetchone()[0]
    _LOG.info("The words of %d passages are indexed anew, once", count)
    terms = passage_terms(database)
    postings.add(database, tqdm(terms, "Bringing the index up to date", count, unit=" passages", delay=2, disable=None))


_MIGRATIONS: dict[int, Callable[[sqlite3.Connection], None]] = {1: _from_1, 2: _from_2}
"""The step from each version to the next."""


def _version(database: sqlite3.Connection) -> int:
    return int(database.execute("PRAGMA user_version").fetchone()[0])
