"""Brings the tables of an older version up to date."""

import logging
import sqlite3
from contextlib import closing
from pathlib import Path

from tqdm import tqdm

from index.storage import lexical_index, remark_table
from index.storage.database import connected, execute_all
from index.storage.lexical_index import add_passages, passage_stems
from index.storage.schema import LATEST_INDEXES, SOURCES, UNWANTED_PASSAGES, VERSION, version_of
from index.text.near_duplicates import band_keys, signature

_LOG = logging.getLogger("onrecord")

_MOST_PASSAGES = 1_000
"""The passages that are assumed of an unwanted version of an article: catalogs of version 2 didn't store how many."""


def migrate(path: Path) -> None:
    """Bring an older catalog up to date, after a backup: `catalog.db.1` is the backup of a catalog of version 1."""
    with connected(path) as database:
        if not 0 < version_of(database) < VERSION:
            return
        database.execute("BEGIN IMMEDIATE")
        older = version_of(database)  # another process may have been first
        if older == VERSION:
            return
        _back_up(path, path.with_name(f"{path.name}.{older}"))
        if older < 4:
            _to_4(database, older)
        _from_4_to_5(database)
        database.execute(f"PRAGMA user_version = {VERSION}")


def _to_4(database: sqlite3.Connection, older: int) -> None:
    if older == 1:
        _from_1_to_2(database)
    if older == 3:
        _from_3_to_4(database)
    else:
        _from_2_to_4(database)
    _index_words(database)


def _from_4_to_5(database: sqlite3.Connection) -> None:
    """Version 5 has remarks. Those of the articles that are in already are found by `sync` and `rebuild`."""
    execute_all(database, remark_table.TABLES)
    database.execute("INSERT INTO without_remarks SELECT id FROM articles")


def _back_up(path: Path, backup: Path) -> None:
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(backup)) as copy:
        source.backup(copy)


def _from_1_to_2(database: sqlite3.Connection) -> None:
    """Version 2 remembers sources and stories."""
    for column in ("published_by TEXT", "language TEXT", "fetched TEXT", "story TEXT NOT NULL DEFAULT ''"):
        database.execute(f"ALTER TABLE articles ADD COLUMN {column}")
    execute_all(database, SOURCES)
    database.execute("INSERT INTO facts VALUES ('vectors', 'passages')")
    database.execute("UPDATE articles SET story = version, digest = ''")  # digests were made otherwise
    database.execute("INSERT INTO roots SELECT source FROM articles")
    database.execute("INSERT INTO holdings SELECT source, source, id FROM articles")
    for article, text in database.execute("SELECT id, full_text FROM articles"):
        keys = ((key, article) for key in band_keys(signature(text)))
        database.executemany("INSERT OR IGNORE INTO bands VALUES (?, ?)", keys)


def _from_2_to_4(database: sqlite3.Connection) -> None:
    """Version 2 had FTS5 make stems, and noted unwanted passages by the version of their article."""
    _drop(database, "VIEW passage_texts", "TABLE vocabulary", "TABLE lexical")
    _drop(
        database, *(f"INDEX IF EXISTS articles_by_{column}" for column in ("published", "publisher", "author", "story"))
    )
    execute_all(database, UNWANTED_PASSAGES)
    versions = database.execute("SELECT version FROM unwanted_versions").fetchall()
    ids = ((f"{version}.{number}",) for (version,) in versions for number in range(_MOST_PASSAGES))
    database.executemany("INSERT INTO unwanted_passages VALUES (?)", ids)
    _drop(database, "TABLE unwanted_versions")
    execute_all(database, LATEST_INDEXES)


def _from_3_to_4(database: sqlite3.Connection) -> None:
    """Version 3 had words in tables of its own, by numbers of passages, and a copy of all vectors."""
    indexes = ("by_version", "by_published", "by_publisher", "by_author", "by_story", "without_vectors")
    _drop(database, "TABLE postings", "TABLE blocks", *(f"INDEX articles_{name}" for name in indexes))
    for column in ("first", "last", "vectors"):
        database.execute(f"ALTER TABLE articles DROP COLUMN {column}")
    execute_all(database, LATEST_INDEXES)


def _drop(database: sqlite3.Connection, *each: str) -> None:
    for what in each:
        database.execute(f"DROP {what}")


def _index_words(database: sqlite3.Connection) -> None:
    execute_all(database, lexical_index.TABLES)
    count = database.execute("SELECT count(*) FROM passages").fetchone()[0]
    _LOG.info("The words of %d passages are indexed again, once", count)
    passages = passage_stems(database)
    title = "Bringing the index up to date"
    add_passages(database, tqdm(passages, title, count, unit=" passages", delay=2, disable=None))
