"""The catalog: articles, their versions, and where their passages lie, in one SQLite file."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from index.article import EVERYTHING, Article, Draft, Filter, Passage, Sentence
from index.errors import CollectionError
from index.storage import lexical_index, migrations, schema
from index.storage.database import connected, placeholders
from index.storage.filter_condition import filter_condition
from index.storage.lexical_index import add_passages, passage_stems, remove_passages
from index.text.near_duplicates import band_keys, same_story_as, signature

MOST_LIKENESSES = 20
"""Of a new article, so many that share most with it are read to tell whether they are the same story."""

_FIELDS = "source, title, full_text, url, publisher, author, published, published_by, language, fetched, story"
_ARTICLE = "articles.id, " + _FIELDS
_OLDER = "title, full_text, url, publisher, author, published, published_by, language, fetched"
_AMONG = "IN (SELECT value FROM json_each(?))"


@dataclass(frozen=True, slots=True)
class PendingArticle:
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
        return [passage_id(self.version, number) for number in range(len(self.passages))]

    @property
    def embedded_texts(self) -> list[str]:
        """What is embedded of each passage."""
        draft = self.draft
        return [embedded_text(draft.title, draft.full_text[slice(*bounds)]) for bounds in self.passage_bounds]

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
        migrations.migrate(path)

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

    def _first(self, query: str, *parameters: Any) -> str | None:  # noqa: ANN401
        with connected(self.path) as database:
            row = database.execute(query, parameters).fetchone()
        return str(row[0]) if row else None

    def intend(self, passage_ids: Iterable[str]) -> None:
        """Notes passages whose vectors are about to be written, and unwanted until they are published."""
        with connected(self.path) as database:
            database.executemany("INSERT OR IGNORE INTO unwanted_passages VALUES (?)", ((id_,) for id_ in passage_ids))

    def publish(self, entries: Sequence[PendingArticle]) -> None:
        """Makes articles visible to search, in place of their older versions, in one transaction."""
        ids = [entry.id for entry in entries]
        with connected(self.path) as database:
            for id_ in ids:
                _keep_older(database, id_)
            _withdraw(database, ids)
            for entry in entries:
                _insert(database, entry)
            add_passages(database, passage_stems(database, *_of_articles(ids)))
            _next_generation(database)

    def withdraw(self, article_ids: Iterable[str]) -> None:
        """Takes articles out with their older versions, in one transaction."""
        ids = list(article_ids)
        with connected(self.path) as database:
            for table in ("older_versions", "holdings"):
                database.execute(f"DELETE FROM {table} WHERE article {_AMONG}", (json.dumps(ids),))  # noqa: S608
            _withdraw(database, ids)
            _next_generation(database)

    def repassage(self, entries: Iterable[PendingArticle], facts: dict[str, str]) -> None:
        """Puts other passages in the place of all there are, and other facts, in one transaction.

        All vectors but those of the name that the facts tell are unwanted then.
        """
        with connected(self.path) as database:
            database.execute("INSERT INTO unwanted_vectors SELECT value FROM facts WHERE name = 'vectors'")
            database.execute("DELETE FROM unwanted_vectors WHERE name = ?", (facts["vectors"],))
            database.execute("DELETE FROM unwanted_passages")
            lexical_index.empty(database)
            database.execute("DELETE FROM passages")
            for entry in entries:
                _insert_passages(database, entry)
                database.execute("UPDATE articles SET version = ? WHERE id = ?", (entry.version, entry.id))
            add_passages(database, passage_stems(database))
            database.executemany("INSERT OR REPLACE INTO facts VALUES (?, ?)", facts.items())
            _next_generation(database)

    def touch(self) -> None:
        """Tells other processes that the vectors have changed."""
        with connected(self.path) as database:
            _next_generation(database)

    def unwanted_passages(self) -> list[str]:
        """The ids of passages whose vectors are to be removed."""
        with connected(self.path) as database:
            return [row[0] for row in database.execute("SELECT id FROM unwanted_passages")]

    def forget_passages(self, ids: Iterable[str]) -> None:
        """Notes that the vectors of unwanted passages are gone."""
        with connected(self.path) as database:
            database.executemany("DELETE FROM unwanted_passages WHERE id = ?", ((id_,) for id_ in ids))

    def intend_vectors(self, name: str) -> None:
        """Notes a name under which vectors are about to be made, and unwanted until articles have them."""
        with connected(self.path) as database:
            database.execute("INSERT INTO unwanted_vectors VALUES (?)", (name,))

    def unwanted_vectors(self) -> list[str]:
        """Names under which all vectors are to be removed."""
        with connected(self.path) as database:
            return [row[0] for row in database.execute("SELECT name FROM unwanted_vectors")]

    def forget_vectors(self, name: str) -> None:
        """Notes that the vectors of that name are gone."""
        with connected(self.path) as database:
            database.execute("DELETE FROM unwanted_vectors WHERE name = ?", (name,))

    def articles(self, most: int = -1, skip: int = 0) -> list[Article]:
        """All articles, or at most so many after the first, newest publication first, undated ones last."""
        order = "published IS NULL, published DESC, title"
        with connected(self.path) as database:
            rows = database.execute(
                f"SELECT {_ARTICLE} FROM (SELECT id AS chosen FROM articles ORDER BY {order} LIMIT ? OFFSET ?) "  # noqa: S608
                f"CROSS JOIN articles ON articles.id = chosen ORDER BY {order}",
                (most, skip),
            ).fetchall()
        return [_article(row) for row in rows]

    def article(self, id_or_url: str) -> Article | None:
        """The article with that id, or else that URL."""
        with connected(self.path) as database:
            row = database.execute(
                f"SELECT {_ARTICLE} FROM articles WHERE id = ?1 OR url = ?1 ORDER BY id != ?1",  # noqa: S608
                (id_or_url,),
            ).fetchone()
        return _article(row) if row else None

    def named(self, beginning: str, sources: Iterable[str]) -> list[Article]:
        """The articles whose id begins so, or that were read from one of those sources."""
        given = [*sources]
        with connected(self.path) as database:
            rows = database.execute(
                f"SELECT {_ARTICLE} FROM articles WHERE source IN ({placeholders(given)}) "  # noqa: S608
                "OR (id >= ? AND id < ? AND ? != '')",
                (*given, beginning, beginning + "\U0010ffff", beginning),
            ).fetchall()
        return [_article(row) for row in rows]

    def versions(self, article: Article) -> list[Article]:
        """The article and its older versions, newest first."""
        with connected(self.path) as database:
            rows = database.execute(
                f"SELECT {_OLDER} FROM older_versions WHERE article = ? ORDER BY rowid DESC",  # noqa: S608
                (article.id,),
            ).fetchall()
        return [article, *(_article((article.id, article.source, *row, article.story)) for row in rows)]

    def newest(self, wanted: Filter, most: int) -> list[tuple[str, str]]:
        """The `(id, story)` of at most so many dated articles, the newest first."""
        clause, parameters = filter_condition(wanted)
        query = f"SELECT id, story FROM articles WHERE {clause} AND published IS NOT NULL "  # noqa: S608
        with connected(self.path) as database:
            return database.execute(f"{query} ORDER BY published DESC, id LIMIT ?", (*parameters, most)).fetchall()

    def first_passages(self, articles: Sequence[str], most: int) -> list[Passage]:
        """The first passages of each of the articles, named by id, at most so many of each."""
        query = "SELECT id FROM passages WHERE article = ? ORDER BY number LIMIT ?"
        with connected(self.path) as database:
            ids = [id_ for article in articles for (id_,) in database.execute(query, (article, most))]
        return self.passages(ids)

    def outlets(self, story: str) -> list[tuple[str | None, str | None]]:
        """The `(publisher, url)` of each article of a story, without reading their texts."""
        with connected(self.path) as database:
            return database.execute("SELECT publisher, url FROM articles WHERE story = ?", (story,)).fetchall()

    def names(self, field: str) -> list[str]:
        """The different publishers or authors: `field` is "publisher" or "author"."""
        if field not in ("publisher", "author"):
            raise ValueError(field)
        with connected(self.path) as database:
            rows = database.execute(
                f"SELECT DISTINCT {field} FROM articles WHERE {field} IS NOT NULL"  # noqa: S608
            )
            return [row[0] for row in rows]

    def passage_count(self) -> int:
        """How many passages there are."""
        with connected(self.path) as database:
            return int(database.execute("SELECT count(*) FROM passages").fetchone()[0])

    def article_counts(self, wanted: Filter) -> tuple[int, int]:
        """How many articles the filter lets through, and how many there are."""
        clause, parameters = filter_condition(wanted)
        query = f"SELECT (SELECT count(*) FROM articles WHERE {clause}), (SELECT count(*) FROM articles)"  # noqa: S608
        with connected(self.path) as database:
            chosen, all_ = database.execute(query, parameters).fetchone()
        return chosen, all_

    def passages(self, ids: Sequence[str]) -> list[Passage]:
        """The passages with those ids, in their order; ids that aren't in the catalog are left out."""
        with connected(self.path) as database:
            rows = database.execute(
                f"SELECT passages.id, start, end, sentences, {_ARTICLE} FROM passages "  # noqa: S608
                f"JOIN articles ON articles.id = passages.article WHERE passages.id IN ({placeholders(ids)})",
                ids,
            ).fetchall()
        found = {row[0]: _passage(row) for row in rows}
        return [found[passage_id] for passage_id in ids if passage_id in found]

    def passage_ids(self, wanted: Filter = EVERYTHING, most: int = -1) -> list[str]:
        """The ids of the passages that the filter lets through, or at most so many."""
        clause, parameters = filter_condition(wanted)
        with connected(self.path) as database:
            rows = database.execute(
                "SELECT passages.id FROM passages JOIN articles ON articles.id = passages.article "  # noqa: S608
                f"WHERE {clause} LIMIT ?",
                (*parameters, most),
            ).fetchall()
        return [row[0] for row in rows]

    def let_through(self, ids: Sequence[str], wanted: Filter) -> list[str]:
        """Those of the passages with these ids that the filter lets through, in their order."""
        versions = [passage_id.partition(".")[0] for passage_id in ids]
        clause, parameters = filter_condition(wanted)
        with connected(self.path) as database:
            rows = database.execute(
                f"SELECT version FROM articles INDEXED BY articles_by_version "  # noqa: S608
                f"WHERE version {_AMONG} AND {clause}",
                (json.dumps(versions), *parameters),
            ).fetchall()
        found = {row[0] for row in rows}
        return [passage_id for passage_id, version in zip(ids, versions, strict=True) if version in found]

    def entries(self, count: int) -> Iterator[list[tuple[str, str, Draft]]]:
        """The articles as `(id, source, draft)`, so many at a time, for making their passages anew."""
        last = ""
        while True:
            with connected(self.path) as database:
                rows = database.execute(
                    f"SELECT {_ARTICLE} FROM articles WHERE id > ? ORDER BY id LIMIT ?",  # noqa: S608
                    (last, count),
                ).fetchall()
            if not rows:
                return
            last = rows[-1][0]
            yield [(row[0], row[1], Draft(title=row[2], full_text=row[3])) for row in rows]


def passage_id(version: str, number: int) -> str:
    """The id of a passage of that version of an article, by its number in it."""
    return f"{version}.{number}"


def embedded_text(title: str, text: str) -> str:
    """What is embedded of a passage: under its headline, which says what it is about."""
    return f"{title}\n{text}"


def _insert(database: sqlite3.Connection, entry: PendingArticle) -> None:
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
        f"published_by, language, fetched, story) VALUES ({placeholders(values)})",
        values,
    )
    database.executemany("INSERT OR IGNORE INTO bands VALUES (?, ?)", ((key, entry.id) for key in keys))
    _insert_passages(database, entry)
    database.executemany("DELETE FROM unwanted_passages WHERE id = ?", ((id_,) for id_ in entry.passage_ids))


def _insert_passages(database: sqlite3.Connection, entry: PendingArticle) -> None:
    rows = zip(entry.passage_ids, entry.passage_bounds, entry.passages, strict=True)
    database.executemany(
        "INSERT INTO passages (id, article, start, end, sentences) VALUES (?, ?, ?, ?, ?)",
        ((id_, entry.id, *bounds, json.dumps(sentences)) for id_, bounds, sentences in rows),
    )


def _story(database: sqlite3.Connection, entry: PendingArticle, keys: Sequence[int]) -> str:
    """The story that the article is a copy of, those it brings together become one; else one of its own."""
    alike = database.execute(
        f"SELECT articles.full_text, articles.story FROM bands JOIN articles ON articles.id = bands.article "  # noqa: S608
        f"WHERE bands.key IN ({', '.join('?' * len(keys))}) GROUP BY articles.id ORDER BY count(*) DESC LIMIT ?",
        (*keys, MOST_LIKENESSES),
    ).fetchall()
    is_same = same_story_as(entry.draft.full_text)
    stories = [story for text, story in alike if is_same(text)]
    for other in set(stories[1:]) - set(stories[:1]):
        database.execute("UPDATE articles SET story = ? WHERE story = ?", (stories[0], other))
    return str(stories[0]) if stories else entry.version


def _keep_older(database: sqlite3.Connection, article_id: str) -> None:
    database.execute(
        f"INSERT INTO older_versions (version, article, {_OLDER}) "  # noqa: S608
        f"SELECT version, id, {_OLDER} FROM articles WHERE id = ?",
        (article_id,),
    )


def _withdraw(database: sqlite3.Connection, article_ids: Sequence[str]) -> None:
    remove_passages(database, *_of_articles(article_ids))
    ids = (json.dumps(article_ids),)
    database.execute(
        f"INSERT OR IGNORE INTO unwanted_passages SELECT id FROM passages WHERE article {_AMONG}",  # noqa: S608
        ids,
    )
    for table in ("passages", "bands"):
        database.execute(f"DELETE FROM {table} WHERE article {_AMONG}", ids)  # noqa: S608
    database.execute(f"DELETE FROM articles WHERE id {_AMONG}", ids)  # noqa: S608


def _of_articles(article_ids: Sequence[str]) -> tuple[str, tuple[str]]:
    """Return `(condition, parameters)` on the table `passages`."""
    return f"article {_AMONG}", (json.dumps(article_ids),)


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
