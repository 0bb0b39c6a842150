"""The tables of the catalog."""

import sqlite3
from pathlib import Path

from index.storage import lexical_index, remark_table
from index.storage.database import connected, execute_all, opened

VERSION = 5

LATEST_INDEXES = """
CREATE INDEX articles_by_version ON articles(version, published, publisher, author, id);
CREATE INDEX articles_by_published ON articles(published DESC, title, publisher, author, id, source, url);
CREATE INDEX articles_by_publisher ON articles(publisher COLLATE NOCASE, published, author, id);
CREATE INDEX articles_by_author ON articles(author COLLATE NOCASE, published, publisher, id);
CREATE INDEX articles_by_story ON articles(story, id, publisher, url);
"""
"""They hold every column that a filter or a headline needs, because reading an article's row reads its text too. The
one by date has the order of lists of headlines."""

UNWANTED_PASSAGES = "CREATE TABLE unwanted_passages (id TEXT PRIMARY KEY) WITHOUT ROWID;"

SOURCES = """
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

_ALL = f"""
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
{lexical_index.TABLES}
{UNWANTED_PASSAGES}
{SOURCES}
{LATEST_INDEXES}
{remark_table.TABLES}
INSERT INTO facts VALUES ('generation', '0');
"""  # noqa: S608


def create(path: Path, facts: dict[str, str]) -> None:
    """Create the tables and store facts about the index, unless it has tables already."""
    with connected(path) as database:
        if version_of(database) == 0:
            database.execute("PRAGMA journal_mode = WAL")
            database.execute("BEGIN IMMEDIATE")
            execute_all(database, _ALL)
            database.executemany("INSERT INTO facts VALUES (?, ?)", facts.items())
            database.execute(f"PRAGMA user_version = {VERSION}")


def version(path: Path) -> int:
    """Return the version of the tables in the file, 0 where there are none."""
    with connected(path) as database:
        return version_of(database)


def version_of(database: sqlite3.Connection) -> int:
    """Return the version of the tables, 0 where there are none."""
    return int(database.execute("PRAGMA user_version").fetchone()[0])


def damage(path: Path) -> str:
    """Return the first problem that SQLite finds in the file, or "" for a sound file."""
    try:
        with opened(path) as database:
            problems = [str(row[0]) for row in database.execute("PRAGMA integrity_check")]
    except sqlite3.DatabaseError as error:
        problems = [str(error)]
    # Newer versions of SQLite report the lexical index here too, which can be made anew.
    problems = [problem for problem in problems if problem != "ok" and "inverted index for FTS5" not in problem]
    return " ".join(problems[0].split()) if problems else ""
