"""The catalog: articles, their versions, and where their passages lie, in one SQLite file."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from index import schema
from index.duplicates import band_keys, is_same_story, signature
from index.errors import CollectionError
from index.records import EVERYTHING, Article, Draft, Filter, Passage, Sentence

MOST_LIKENESSES = 20
"""Of a new article, so many that share most with it are read to tell whether they are the same story."""

_FIELDS = "source, title, full_text, url, publisher, author, published, published_by, language, fetched, story"
_ARTICLE = "articles.id, " + _FIELDS
_OLDER = "title, full_text, url, publisher, author, published, published_by, language, fetched"


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
        self.path = path
        version = schema.version(path)
        if version > schema.VERSION:
            raise CollectionError(
                f"The index in {path.parent} was made by a newer onrecord (schema {version}, this one reads "
                f"{schema.VERSION}). Upgrade onrecord, or give another folder with --index."
            )
        schema.migrate(path)

    def create(self, facts: dict[str, str]) -> None:
        """Makes the tables, and remembers facts about the index, if it has none yet."""
        schema.create(self.path, facts)

    @property
    def exists(self) -> bool:
        """Whether the tables have been made."""
        return schema.version(self.path) > 0

    def fact(self, name: str) -> str | None:
        """What the index remembers of itself: "generation", "embedding_model", "splitter", "vectors"."""
        return self._first("SELECT value FROM facts WHERE name = ?", name)

    def digest(self, source: str) -> str | None:
        """The digest of the article read from that source, None where there is none."""
        return self._first("SELECT digest FROM articles WHERE source = ?", source)

    def version(self, article: str) -> str | None:
        """The version of the article with that id, by which its vectors are known."""
        return self._first("SELECT version FROM articles WHERE id = ?", article)

    def _first(self, query: str, *parameters: Any) -> str | None:  # noqa: ANN401
        with schema.connected(self.path) as database:
            row = database.execute(query, parameters).fetchone()
        return str(row[0]) if row else None

    def intend(self, versions: Iterable[str]) -> None:
        """Notes versions whose vectors are about to be written, and unwanted until they are published."""
        with schema.connected(self.path) as database:
            database.executemany(
                "INSERT OR IGNORE INTO unwanted_versions VALUES (?)", ((version,) for version in versions)
            )

    def publish(self, entries: Sequence[Entry]) -> None:
        """Makes articles visible to search, in place of their older versions, in one transaction."""
        with schema.connected(self.path) as database:
            for entry in entries:
                _keep_older(database, entry.id)
                _withdraw(database, entry.id)
                _insert(database, entry)
            _next_generation(database)

    def withdraw(self, article_ids: Iterable[str]) -> None:
        """Takes articles out with their older versions, in one transaction."""
        with schema.connected(self.path) as database:
            for article_id in article_ids:
                _withdraw(database, article_id)
                database.execute("DELETE FROM older_versions WHERE article = ?", (article_id,))
                database.execute("DELETE FROM holdings WHERE article = ?", (article_id,))
            _next_generation(database)

    def repassage(self, entries: Iterable[Entry], facts: dict[str, str]) -> None:
        """Puts other passages in the place of all there are, and other facts, in one transaction.

        All vectors but those of the name that the facts tell are unwanted then.
        """
        with schema.connected(self.path) as database:
            database.execute("INSERT INTO unwanted_vectors SELECT value FROM facts WHERE name = 'vectors'")
            database.execute("DELETE FROM unwanted_vectors WHERE name = ?", (facts["vectors"],))
            database.execute("DELETE FROM unwanted_versions")
            schema.empty_passages(database)
            for entry in entries:
                database.execute("UPDATE articles SET version = ? WHERE id = ?", (entry.version, entry.id))
                _insert_passages(database, entry)
            database.executemany("INSERT OR REPLACE INTO facts VALUES (?, ?)", facts.items())
            _next_generation(database)

    def touch(self) -> None:
        """Tells other processes that the vectors have changed."""
        with schema.connected(self.path) as database:
            _next_generation(database)

    def unwanted_versions(self) -> list[str]:
        """Versions whose vectors are to be removed."""
        with schema.connected(self.path) as database:
            return [row[0] for row in database.execute("SELECT version FROM unwanted_versions")]

    def forget_version(self, version: str) -> None:
        """Notes that a version's vectors are gone."""
        with schema.connected(self.path) as database:
            database.execute("DELETE FROM unwanted_versions WHERE version = ?", (version,))

    def intend_vectors(self, name: str) -> None:
        """Notes a name under which vectors are about to be made, and unwanted until articles have them."""
        with schema.connected(self.path) as database:
            database.execute("INSERT INTO unwanted_vectors VALUES (?)", (name,))

    def unwanted_vectors(self) -> list[str]:
        """Names under which all vectors are to be removed."""
        with schema.connected(self.path) as database:
            return [row[0] for row in database.execute("SELECT name FROM unwanted_vectors")]

    def forget_vectors(self, name: str) -> None:
        """Notes that the vectors of that name are gone."""
        with schema.connected(self.path) as database:
            database.execute("DELETE FROM unwanted_vectors WHERE name = ?", (name,))

    def articles(self, most: int = -1) -> list[Article]:
        """All articles, or at most so many, newest publication first, undated ones last."""
        with schema.connected(self.path) as database:
            rows = database.execute(
                f"SELECT {_ARTICLE} FROM articles "  # noqa: S608
                "ORDER BY published IS NULL, published DESC, title LIMIT ?",
                (most,),
            ).fetchall()
        return [_article(row) for row in rows]

    def article(self, id_or_url: str) -> Article | None:
        """The article with that id, or else that URL."""
        with schema.connected(self.path) as database:
            row = database.execute(
                f"SELECT {_ARTICLE} FROM articles WHERE id = ?1 OR url = ?1 ORDER BY id != ?1",  # noqa: S608
                (id_or_url,),
            ).fetchone()
        return _article(row) if row else None

    def named(self, beginning: str, sources: Iterable[str]) -> list[Article]:
        """The articles whose id begins so, or that were read from one of those sources."""
        given = [*sources]
        with schema.connected(self.path) as database:
            rows = database.execute(
                f"SELECT {_ARTICLE} FROM articles WHERE source IN ({_marks(given)}) "  # noqa: S608
                "OR (id >= ? AND id < ? AND ? != '')",
                (*given, beginning, beginning + "\U0010ffff", beginning),
            ).fetchall()
        return [_article(row) for row in rows]

    def versions(self, article: Article) -> list[Article]:
        """The article and its older versions, newest first."""
        with schema.connected(self.path) as database:
            rows = database.execute(
                f"SELECT {_OLDER} FROM older_versions WHERE article = ? ORDER BY rowid DESC",  # noqa: S608
                (article.id,),
            ).fetchall()
        return [article, *(_article((article.id, article.source, *row, article.story)) for row in rows)]

    def copies(self, story: str) -> list[Article]:
        """All articles of a story, newest first."""
        with schema.connected(self.path) as database:
            rows = database.execute(
                f"SELECT {_ARTICLE} FROM articles WHERE story = ? ORDER BY published DESC, title",  # noqa: S608
                (story,),
            ).fetchall()
        return [_article(row) for row in rows]

    def names(self, field: str) -> list[str]:
        """The different publishers or authors: `field` is "publisher" or "author"."""
        if field not in ("publisher", "author"):
            raise ValueError(field)
        with schema.connected(self.path) as database:
            rows = database.execute(
                f"SELECT DISTINCT {field} FROM articles WHERE {field} IS NOT NULL"  # noqa: S608
            )
            return [row[0] for row in rows]

    def passage_count(self) -> int:
        """How many passages there are."""
        with schema.connected(self.path) as database:
            return int(database.execute("SELECT count(*) FROM passages").fetchone()[0])

    def passages(self, ids: Sequence[str]) -> list[Passage]:
        """The passages with those ids, in their order; ids that aren't in the catalog are left out."""
        with schema.connected(self.path) as database:
            rows = database.execute(
                f"SELECT passages.id, start, end, sentences, {_ARTICLE} FROM passages "  # noqa: S608
                f"JOIN articles ON articles.id = passages.article WHERE passages.id IN ({_marks(ids)})",
                ids,
            ).fetchall()
        found = {row[0]: _passage(row) for row in rows}
        return [found[passage_id] for passage_id in ids if passage_id in found]

    def passage_ids(self, wanted: Filter = EVERYTHING, most: int = -1) -> list[str]:
        """The ids of the passages that the filter lets through, or at most so many."""
        clause, parameters = where(wanted)
        with schema.connected(self.path) as database:
            rows = database.execute(
                "SELECT passages.id FROM passages JOIN articles ON articles.id = passages.article "  # noqa: S608
                f"WHERE {clause} LIMIT ?",
                (*parameters, most),
            ).fetchall()
        return [row[0] for row in rows]

    def let_through(self, ids: Sequence[str], wanted: Filter) -> list[str]:
        """Those of the passages with these ids that the filter lets through, in their order."""
        clause, parameters = where(wanted)
        with schema.connected(self.path) as database:
            rows = database.execute(
                "SELECT passages.id FROM passages JOIN articles ON articles.id = passages.article "  # noqa: S608
                f"WHERE passages.id IN (SELECT value FROM json_each(?)) AND {clause}",
                (json.dumps(ids), *parameters),
            ).fetchall()
        found = {row[0] for row in rows}
        return [passage_id for passage_id in ids if passage_id in found]

    def entries(self, count: int) -> Iterator[list[tuple[str, str, Draft]]]:
        """The articles as `(id, source, draft)`, so many at a time, for making their passages anew."""
        last = ""
        while True:
            with schema.connected(self.path) as database:
                rows = database.execute(
                    f"SELECT {_ARTICLE} FROM articles WHERE id > ? ORDER BY id LIMIT ?",  # noqa: S608
                    (last, count),
                ).fetchall()
            if not rows:
                return
            last = rows[-1][0]
            yield [(row[0], row[1], Draft(title=row[2], full_text=row[3])) for row in rows]


def where(wanted: Filter) -> tuple[str, tuple[str, ...]]:
    """The filter as a condition of SQL on `articles`, and its parameters."""
    conditions = {
        "articles.published >= ?": wanted.after.isoformat() if wanted.after else None,
        "articles.published <= ?": wanted.before.isoformat() if wanted.before else None,
        "articles.publisher = ? COLLATE NOCASE": wanted.publisher,
        "articles.author = ? COLLATE NOCASE": wanted.author,
        "articles.id = ?": wanted.article,
    }
    given = {condition: value for condition, value in conditions.items() if value is not None}
    return " AND ".join(given) or "1", tuple(given.values())


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))


def _insert(database: sqlite3.Connection, entry: Entry) -> None:
    draft = entry.draft
    keys = band_keys(signature(draft.full_text))
    values = (
        *(entry.id, entry.version, entry.source, entry.digest, draft.title, draft.full_text, draft.url),
        *(draft.publisher, draft.author, draft.published.isoformat() if draft.published else None),
        *(draft.published_by, draft.language, datetime.now(UTC).isoformat(timespec="seconds")),
        _story(database, entry, keys),
    )
    database.execute(
        "INSERT INTO articles (id, version, source, digest, title, full_text, url, publisher, author, published, "  # noqa: S608
        f"published_by, language, fetched, story) VALUES ({_marks(values)})",
        values,
    )
    database.executemany("INSERT OR IGNORE INTO bands VALUES (?, ?)", ((key, entry.id) for key in keys))
    _insert_passages(database, entry)
    database.execute("DELETE FROM unwanted_versions WHERE version = ?", (entry.version,))


def _insert_passages(database: sqlite3.Connection, entry: Entry) -> None:
    rows = zip(entry.passage_ids, entry.passage_bounds, entry.passages, strict=True)
    database.executemany(
        "INSERT INTO passages (id, article, start, end, sentences) VALUES (?, ?, ?, ?, ?)",
        ((id_, entry.id, start, end, json.dumps(sentences)) for id_, (start, end), sentences in rows),
    )
    database.execute(
        "INSERT INTO lexical (rowid, title, text) SELECT number, title, text FROM passage_texts WHERE article = ?",
        (entry.id,),
    )


def _story(database: sqlite3.Connection, entry: Entry, keys: Sequence[int]) -> str:
    """The story that the article is a copy of, those it brings together become one; else one of its own."""
    alike = database.execute(
        f"SELECT articles.full_text, articles.story FROM bands JOIN articles ON articles.id = bands.article "  # noqa: S608
        f"WHERE bands.key IN ({', '.join('?' * len(keys))}) GROUP BY articles.id ORDER BY count(*) DESC LIMIT ?",
        (*keys, MOST_LIKENESSES),
    ).fetchall()
    stories = [story for text, story in alike if is_same_story(entry.draft.full_text, text)]
    for other in set(stories[1:]) - set(stories[:1]):
        database.execute("UPDATE articles SET story = ? WHERE story = ?", (stories[0], other))
    return str(stories[0]) if stories else entry.version


def _keep_older(database: sqlite3.Connection, article_id: str) -> None:
    database.execute(
        f"INSERT INTO older_versions (version, article, {_OLDER}) "  # noqa: S608
        f"SELECT version, id, {_OLDER} FROM articles WHERE id = ?",
        (article_id,),
    )


def _withdraw(database: sqlite3.Connection, article_id: str) -> None:
    database.execute(
        "INSERT INTO lexical (lexical, rowid, title, text) "
        "SELECT 'delete', number, title, text FROM passage_texts WHERE article = ?",
        (article_id,),
    )
    database.execute("DELETE FROM passages WHERE article = ?", (article_id,))
    database.execute("DELETE FROM bands WHERE article = ?", (article_id,))
    database.execute("INSERT OR IGNORE INTO unwanted_versions SELECT version FROM articles WHERE id = ?", (article_id,))
    database.execute("DELETE FROM articles WHERE id = ?", (article_id,))


def _next_generation(database: sqlite3.Connection) -> None:
    database.execute("UPDATE facts SET value = value + 1 WHERE name = 'generation'")


def _article(row: Sequence[Any]) -> Article:
    article_id, source, title, full_text, url, publisher, author, published, published_by, language, fetched, story = (
        row
    )
    return Article(
        *(article_id, source, title, full_text, url, publisher, author),
        published=date.fromisoformat(published) if published else None,
        published_by=published_by,
        language=language,
        fetched=datetime.fromisoformat(fetched) if fetched else None,
        story=story,
    )


def _passage(row: Sequence[Any]) -> Passage:
    passage_id, start, end, sentences, *article = row
    quotable = tuple(Sentence(*offsets) for offsets in json.loads(sentences))
    return Passage(passage_id, _article(article), start, end, quotable)
