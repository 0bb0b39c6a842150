"""The catalog: articles, passages and the lexical index in one SQLite file."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from index.errors import CollectionError
from index.records import Article, Draft, Passage, Sentence
from index.words import STOP_WORDS, porter

SCHEMA_VERSION = 1

_SCHEMA = """
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE articles (
    id TEXT PRIMARY KEY, version TEXT NOT NULL UNIQUE, source TEXT NOT NULL UNIQUE, digest TEXT NOT NULL,
    title TEXT NOT NULL, full_text TEXT NOT NULL, url TEXT, publisher TEXT, author TEXT, published TEXT
);
CREATE TABLE passages (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, article TEXT NOT NULL REFERENCES articles(id),
    start INTEGER NOT NULL, end INTEGER NOT NULL, sentences TEXT NOT NULL
);
CREATE INDEX passages_by_article ON passages(article);
CREATE VIEW passage_texts AS
    SELECT number, article, title, substr(full_text, start + 1, end - start) AS text
    FROM passages JOIN articles ON articles.id = passages.article;
CREATE VIRTUAL TABLE lexical USING fts5(
    title, text, content='passage_texts', content_rowid='number', tokenize='porter unicode61 remove_diacritics 2'
);
CREATE VIRTUAL TABLE vocabulary USING fts5vocab(lexical, row);
CREATE TABLE unwanted_versions (version TEXT PRIMARY KEY);
INSERT INTO facts VALUES ('generation', '0');
"""

_ARTICLE = "articles.id, source, title, full_text, url, publisher, author, published"


@dataclass(frozen=True, slots=True)
class Entry:
    """An article about to be published: its draft, and where its passages lie."""

    id: str
    version: str
    source: str
    digest: str
    draft: Draft
    passages: Sequence[Sequence[Sentence]]

    @property
    def passage_ids(self) -> list[str]:
        """One id for each passage, never used again for another version."""
        return [f"{self.version}.{number}" for number in range(len(self.passages))]

    @property
    def passage_bounds(self) -> list[tuple[int, int]]:
        """The `(start, end)` of each passage in the article's text."""
        return [(sentences[0].start, sentences[-1].end) for sentences in self.passages]


class Catalog:
    """One SQLite file. Every call opens its own connection, so that threads and processes don't share one."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            with self._connect() as database:
                version = _schema_version(database)
        except sqlite3.DatabaseError as error:
            raise CollectionError(
                f"{path} is not a catalog that can be read ({error}). Give another folder with --index."
            ) from error
        if version > SCHEMA_VERSION:
            raise CollectionError(
                f"The index in {path.parent} was made by a newer onrecord (schema {version}, this one reads "
                f"{SCHEMA_VERSION}). Upgrade onrecord, or give another folder with --index."
            )

    @contextmanager
    def _connect(self) -> Iterator[sqlite3.Connection]:
        database = sqlite3.connect(self._path, timeout=30, isolation_level="IMMEDIATE")
        database.execute("PRAGMA foreign_keys = ON")
        try:
            with database:
                yield database
        finally:
            database.close()

    def create(self, facts: dict[str, str]) -> None:
        """Makes the tables, and remembers facts about the index, if it has none yet."""
        with self._connect() as database:
            if _schema_version(database) == 0:
                database.execute("PRAGMA journal_mode = WAL")
                database.execute("BEGIN IMMEDIATE")
                for statement in _SCHEMA.split(";"):
                    database.execute(statement)
                database.executemany("INSERT INTO facts VALUES (?, ?)", facts.items())
                database.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")

    @property
    def exists(self) -> bool:
        """Whether the tables have been made."""
        with self._connect() as database:
            return _schema_version(database) > 0

    def fact(self, name: str) -> str | None:
        """What the index remembers of itself under that name ("generation", "embedding_model", "splitter")."""
        with self._connect() as database:
            row = database.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row else None

    def digest(self, source: str) -> str | None:
        """The digest of the article read from that source, None where there is none."""
        with self._connect() as database:
            row = database.execute("SELECT digest FROM articles WHERE source = ?", (source,)).fetchone()
        return str(row[0]) if row else None

    def intend(self, versions: Iterable[str]) -> None:
        """Notes versions whose vectors are about to be written, and unwanted until they are published."""
        with self._connect() as database:
            database.executemany(
                "INSERT OR IGNORE INTO unwanted_versions VALUES (?)", ((version,) for version in versions)
            )

    def publish(self, entries: Sequence[Entry]) -> None:
        """Makes articles visible to search, in place of their older versions, in one transaction."""
        with self._connect() as database:
            for entry in entries:
                _withdraw(database, entry.id)
                _insert(database, entry)
            _next_generation(database)

    def withdraw(self, article_ids: Iterable[str]) -> None:
        """Takes articles out, in one transaction."""
        with self._connect() as database:
            for article_id in article_ids:
                _withdraw(database, article_id)
            _next_generation(database)

    def unwanted_versions(self) -> list[str]:
        """Versions whose vectors are to be removed."""
        with self._connect() as database:
            return [row[0] for row in database.execute("SELECT version FROM unwanted_versions")]

    def forget_version(self, version: str) -> None:
        """Notes that a version's vectors are gone."""
        with self._connect() as database:
            database.execute("DELETE FROM unwanted_versions WHERE version = ?", (version,))

    def articles(self, most: int = -1) -> list[Article]:
        """All articles, or at most so many, newest publication first, undated ones last."""
        with self._connect() as database:
            rows = database.execute(
                f"SELECT {_ARTICLE} FROM articles "  # noqa: S608
                "ORDER BY published IS NULL, published DESC, title LIMIT ?",
                (most,),
            ).fetchall()
        return [_article(row) for row in rows]

    def article(self, id_or_url: str) -> Article | None:
        """The article with that id, or else that URL."""
        with self._connect() as database:
            row = database.execute(
                f"SELECT {_ARTICLE} FROM articles WHERE id = ?1 OR url = ?1 ORDER BY id != ?1",  # noqa: S608
                (id_or_url,),
            ).fetchone()
        return _article(row) if row else None

    def passage_count(self) -> int:
        """How many passages there are."""
        with self._connect() as database:
            return int(database.execute("SELECT count(*) FROM passages").fetchone()[0])

    def passages(self, ids: Sequence[str]) -> list[Passage]:
        """The passages with those ids, in their order; ids that aren't in the catalog are left out."""
        marks = ", ".join("?" * len(ids))
        with self._connect() as database:
            rows = database.execute(
                f"SELECT passages.id, start, end, sentences, {_ARTICLE} FROM passages "  # noqa: S608
                f"JOIN articles ON articles.id = passages.article WHERE passages.id IN ({marks})",
                ids,
            ).fetchall()
        found = {row[0]: _passage(row) for row in rows}
        return [found[passage_id] for passage_id in ids if passage_id in found]

    def version(self, article: str) -> str | None:
        """The version of the article with that id, by which its vectors are known."""
        with self._connect() as database:
            row = database.execute("SELECT version FROM articles WHERE id = ?", (article,)).fetchone()
        return str(row[0]) if row else None

    def matching(self, words: Sequence[str], count: int, article: str | None = None) -> list[str]:
        """The ids of the `count` best passages by BM25, of all or of one article, that hold any word, best first."""
        terms = [word for word in words if word.lower() not in STOP_WORDS] or words
        if not terms:
            return []
        query = " OR ".join('"' + term.replace('"', '""') + '"' for term in terms)
        with self._connect() as database:
            rows = database.execute(
                "SELECT passages.id FROM lexical JOIN passages ON passages.number = lexical.rowid "
                "WHERE lexical MATCH ?1 AND (?2 IS NULL OR passages.article = ?2) ORDER BY bm25(lexical) LIMIT ?3",
                (query, article, count),
            ).fetchall()
        return [row[0] for row in rows]

    def has_word(self, word: str) -> bool:
        """Whether any article has the word, or another with the same stem."""
        with self._connect() as database:
            query = "SELECT 1 FROM vocabulary WHERE term = ?"
            return database.execute(query, (porter(word),)).fetchone() is not None

    def stems_like(self, prefix: str, lengths: range) -> list[str]:
        """The stems in the articles that begin so and have such a length."""
        with self._connect() as database:
            rows = database.execute(
                "SELECT term FROM vocabulary WHERE term >= ? AND term < ? AND length(term) BETWEEN ? AND ?",
                (prefix, prefix + "\U0010ffff", lengths.start, lengths.stop - 1),
            ).fetchall()
        return [row[0] for row in rows]


def _schema_version(database: sqlite3.Connection) -> int:
    return int(database.execute("PRAGMA user_version").fetchone()[0])


def _insert(database: sqlite3.Connection, entry: Entry) -> None:
    draft = entry.draft
    published = draft.published.isoformat() if draft.published else None
    database.execute(
        "INSERT INTO articles (id, version, source, digest, title, full_text, url, publisher, author, published) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(entry.id, entry.version, entry.source, entry.digest, draft.title, draft.full_text),
            *(draft.url, draft.publisher, draft.author, published),
        ),
    )
    rows = zip(entry.passage_ids, entry.passage_bounds, entry.passages, strict=True)
    database.executemany(
        "INSERT INTO passages (id, article, start, end, sentences) VALUES (?, ?, ?, ?, ?)",
        ((id_, entry.id, start, end, json.dumps(sentences)) for id_, (start, end), sentences in rows),
    )
    database.execute(
        "INSERT INTO lexical (rowid, title, text) SELECT number, title, text FROM passage_texts WHERE article = ?",
        (entry.id,),
    )
    database.execute("DELETE FROM unwanted_versions WHERE version = ?", (entry.version,))


def _withdraw(database: sqlite3.Connection, article_id: str) -> None:
    database.execute(
        "INSERT INTO lexical (lexical, rowid, title, text) "
        "SELECT 'delete', number, title, text FROM passage_texts WHERE article = ?",
        (article_id,),
    )
    database.execute("DELETE FROM passages WHERE article = ?", (article_id,))
    database.execute("INSERT OR IGNORE INTO unwanted_versions SELECT version FROM articles WHERE id = ?", (article_id,))
    database.execute("DELETE FROM articles WHERE id = ?", (article_id,))


def _next_generation(database: sqlite3.Connection) -> None:
    database.execute("UPDATE facts SET value = value + 1 WHERE name = 'generation'")


def _article(row: Sequence[Any]) -> Article:
    article_id, source, title, full_text, url, publisher, author, published = row
    dated = date.fromisoformat(published) if published else None
    return Article(article_id, source, title, full_text, url, publisher, author, dated)


def _passage(row: Sequence[Any]) -> Passage:
    passage_id, start, end, sentences, *article = row
    quotable = tuple(Sentence(*offsets) for offsets in json.loads(sentences))
    return Passage(passage_id, _article(article), start, end, quotable)
