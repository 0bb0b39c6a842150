"""The catalog: articles, their versions, and where their passages are, in one SQLite file."""

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from index.article import EVERYTHING, Article, Draft, Filter, Headline, Passage
from index.errors import CollectionError
from index.storage import lexical_index, migrations, publishing, remark_table, schema
from index.storage.database import connected, placeholders
from index.storage.filter_condition import filter_condition
from index.storage.publishing import AMONG, PendingArticle, version_of_passage
from index.storage.rows import (
    ARTICLE_COLUMNS,
    HEADLINE_COLUMNS,
    PASSAGE_COLUMNS,
    VERSION_COLUMNS,
    article_from,
    headline_from,
    passage_from,
)

_NEWEST_FIRST = "published DESC, title"
"""Undated articles come last, because NULL is the smallest value in SQLite. An index has this order."""


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
        """Create the tables and store facts about the index, unless it has tables already."""
        schema.create(self.path, facts)

    @property
    def exists(self) -> bool:
        """Whether the tables have been created."""
        return schema.version(self.path) > 0

    def fact(self, name: str) -> str | None:
        """Return a fact about the index: its "generation", "embedding_model", "splitter" or "vectors"."""
        return self._first("SELECT value FROM facts WHERE name = ?", name)

    def digest(self, source: str) -> str | None:
        """Return the digest of the article that was read from this source, or None."""
        return self._first("SELECT digest FROM articles WHERE source = ?", source)

    # Writing

    def note_unpublished_passages(self, passage_ids: Iterable[str]) -> None:
        """Note passages whose vectors are about to be written, and are unwanted until the passages are published."""
        with connected(self.path) as database:
            database.executemany("INSERT OR IGNORE INTO unwanted_passages VALUES (?)", ((id_,) for id_ in passage_ids))

    def publish(self, entries: Sequence[PendingArticle]) -> None:
        """Make articles visible to search, in place of their older versions, in one transaction."""
        with connected(self.path) as database:
            publishing.publish(database, entries)
            _next_generation(database)

    def withdraw(self, article_ids: Iterable[str]) -> None:
        """Remove articles with their older versions, in one transaction."""
        ids = list(article_ids)
        with connected(self.path) as database:
            for table in ("older_versions", "holdings"):
                database.execute(f"DELETE FROM {table} WHERE article {AMONG}", (json.dumps(ids),))  # noqa: S608
            publishing.withdraw(database, ids)
            _next_generation(database)

    def replace_passages(self, entries: Iterable[PendingArticle], facts: dict[str, str]) -> None:
        """Replace all passages, and some facts, in one transaction.

        All vectors are unwanted from then on, except those named by the fact "vectors".
        """
        with connected(self.path) as database:
            database.execute("INSERT INTO unwanted_vectors SELECT value FROM facts WHERE name = 'vectors'")
            database.execute("DELETE FROM unwanted_vectors WHERE name = ?", (facts["vectors"],))
            database.execute("DELETE FROM unwanted_passages")
            database.execute("DELETE FROM passages")
            for entry in entries:
                publishing.insert_passages(database, entry)
                database.execute("UPDATE articles SET version = ? WHERE id = ?", (entry.version, entry.id))
            lexical_index.make_anew(database)
            database.executemany("INSERT OR REPLACE INTO facts VALUES (?, ?)", facts.items())
            _next_generation(database)

    def add_remarks(self, entries: Iterable[PendingArticle]) -> None:
        """Write the remarks of articles that were without, in one transaction."""
        with connected(self.path) as database:
            for entry in entries:
                remark_table.remove(database, "article = ?", (entry.id,))
                publishing.insert_remarks(database, entry)
            _next_generation(database)

    def forget_remarks(self) -> None:
        """Remove all remarks; those of all articles are to be found again."""
        with connected(self.path) as database:
            remark_table.remove(database, "1", ())
            database.execute("INSERT INTO without_remarks SELECT id FROM articles")

    def without_remarks(self, most: int) -> list[tuple[str, str, Draft]]:
        """Return `(id, source, draft)` of at most `most` articles whose remarks are to be found."""
        query = (
            "SELECT id, source, title, full_text FROM without_remarks JOIN articles ON articles.id = article "
            "ORDER BY id LIMIT ?"
        )
        with connected(self.path) as database:
            rows = database.execute(query, (most,)).fetchall()
        return [(id_, source, Draft(title=title, full_text=text)) for id_, source, title, text in rows]

    def unread(self, articles: Iterable[str]) -> frozenset[str]:
        """Return those of the articles, given by id, whose remarks are to be found."""
        query = "SELECT article FROM without_remarks WHERE article IN (SELECT value FROM json_each(?))"
        with connected(self.path) as database:
            return frozenset(id_ for (id_,) in database.execute(query, (json.dumps(list(articles)),)))

    def without_remarks_count(self) -> int:
        """Return how many articles there are whose remarks are to be found."""
        return int(self._first("SELECT count(*) FROM without_remarks") or 0)

    def find_remarks(
        self,
        names: Sequence[str] = (),
        kinds: Sequence[str] = (),
        filter: Filter = EVERYTHING,
        articles: Sequence[str] | None = None,
    ) -> list[int]:
        """Return the numbers of remarks of speakers with one of the names, of one of the kinds, newest first.

        No names or kinds, and None for articles (by id), mean all.
        """
        with connected(self.path) as database:
            return remark_table.find(database, names, kinds, filter, articles)

    def remarks(self, numbers: Sequence[int]) -> list[remark_table.RemarkRow]:
        """Return the remarks with these numbers, in their order."""
        with connected(self.path) as database:
            return remark_table.by_number(database, numbers)

    def remarks_of(self, articles: Iterable[str]) -> list[remark_table.RemarkRow]:
        """Return the remarks of articles, which are given by id, in the order of each article."""
        with connected(self.path) as database:
            return remark_table.of_articles(database, list(dict.fromkeys(articles)))

    def texts(self, articles: Iterable[str]) -> dict[str, tuple[Headline, str]]:
        """Return headline and text of each of the articles, which are given by id."""
        query = f"SELECT {HEADLINE_COLUMNS}, full_text FROM articles WHERE id {AMONG}"  # noqa: S608
        with connected(self.path) as database:
            rows = database.execute(query, (json.dumps(list(dict.fromkeys(articles))),)).fetchall()
        return {row[0]: (headline_from(row[:-1]), row[-1]) for row in rows}

    def touch(self) -> None:
        """Let other processes notice that the vectors have changed."""
        with connected(self.path) as database:
            _next_generation(database)

    def unwanted_passages(self) -> list[str]:
        """Return the ids of passages whose vectors are to be removed."""
        return self._column("SELECT id FROM unwanted_passages")

    def forget_passages(self, ids: Iterable[str]) -> None:
        """Note that the vectors of unwanted passages are gone."""
        with connected(self.path) as database:
            database.executemany("DELETE FROM unwanted_passages WHERE id = ?", ((id_,) for id_ in ids))

    def intend_vectors(self, name: str) -> None:
        """Note the name of a set of vectors that is about to be made, and is unwanted until articles have it."""
        with connected(self.path) as database:
            database.execute("INSERT INTO unwanted_vectors VALUES (?)", (name,))

    def unwanted_vectors(self) -> list[str]:
        """Return the names of sets of vectors that are to be removed."""
        return self._column("SELECT name FROM unwanted_vectors")

    def forget_vectors(self, name: str) -> None:
        """Note that the set of vectors of this name is gone."""
        with connected(self.path) as database:
            database.execute("DELETE FROM unwanted_vectors WHERE name = ?", (name,))

    # Articles

    def articles(self, most: int = -1, skip: int = 0) -> list[Article]:
        """Return all articles, or `most` after the first `skip`; newest publication first, undated ones last."""
        return self._articles(
            f"SELECT {ARTICLE_COLUMNS} FROM (SELECT id AS chosen FROM articles ORDER BY {_NEWEST_FIRST} "  # noqa: S608
            f"LIMIT ? OFFSET ?) CROSS JOIN articles ON articles.id = chosen ORDER BY {_NEWEST_FIRST}",
            *(most, skip),
        )

    def headlines(self, most: int = -1, skip: int = 0, search: str = "") -> list[Headline]:
        """Return the headlines in the order of `articles`, without reading any text.

        `search` keeps those with all of its words, or parts of words, in title or publisher: "gazette floo".
        """
        condition = "is_match(title, publisher)" if search else "1"
        query = (
            f"SELECT {HEADLINE_COLUMNS} FROM articles WHERE {condition} "  # noqa: S608
            f"ORDER BY {_NEWEST_FIRST} LIMIT ? OFFSET ?"
        )
        with connected(self.path) as database:
            database.create_function("is_match", 2, _matcher(search))
            return [headline_from(row) for row in database.execute(query, (most, skip))]

    def headline_count(self, search: str = "") -> int:
        """Return how many headlines have all words of `search` in title or publisher."""
        with connected(self.path) as database:
            database.create_function("is_match", 2, _matcher(search))
            query = "SELECT count(*) FROM articles WHERE is_match(title, publisher)"
            return int(database.execute(query).fetchone()[0])

    def article(self, id_or_url: str) -> Article | None:
        """Return the article with this id, or else with this URL, or None."""
        query = f"SELECT {ARTICLE_COLUMNS} FROM articles WHERE id = ?1 OR url = ?1 ORDER BY id != ?1 LIMIT 1"  # noqa: S608
        return next(iter(self._articles(query, id_or_url)), None)

    def find_articles(self, beginning: str, sources: Iterable[str]) -> list[Article]:
        """Return the articles whose id begins with `beginning`, or that were read from one of the sources."""
        given = [*sources]
        return self._articles(
            f"SELECT {ARTICLE_COLUMNS} FROM articles WHERE source IN ({placeholders(given)}) "  # noqa: S608
            "OR (id >= ? AND id < ? AND ? != '')",
            *(*given, beginning, beginning + "\U0010ffff", beginning),
        )

    def versions(self, article: Article) -> list[Article]:
        """Return the article and its older versions, newest first."""
        query = f"SELECT {VERSION_COLUMNS} FROM older_versions WHERE article = ? ORDER BY rowid DESC"  # noqa: S608
        with connected(self.path) as database:
            rows = database.execute(query, (article.id,)).fetchall()
        return [article, *(article_from((article.id, article.source, *row, article.story)) for row in rows)]

    def newest(self, filter: Filter, most: int) -> list[tuple[str, str]]:
        """Return `(id, story)` of at most `most` dated articles that pass the filter, newest first."""
        condition, parameters = filter_condition(filter)
        query = (
            f"SELECT id, story FROM articles WHERE {condition} AND published IS NOT NULL "  # noqa: S608
            "ORDER BY published DESC, id LIMIT ?"
        )
        with connected(self.path) as database:
            return database.execute(query, (*parameters, most)).fetchall()

    def outlets(self, story: str) -> list[tuple[str | None, str | None]]:
        """Return `(publisher, url)` of each article of a story, without reading any text."""
        with connected(self.path) as database:
            return database.execute("SELECT publisher, url FROM articles WHERE story = ?", (story,)).fetchall()

    def names(self, field: str) -> list[str]:
        """Return the different publishers or authors: `field` is "publisher" or "author"."""
        if field not in ("publisher", "author"):
            raise ValueError(field)
        return self._column(f"SELECT DISTINCT {field} FROM articles WHERE {field} IS NOT NULL")  # noqa: S608

    def bylines(self, articles: Iterable[str]) -> list[tuple[str | None, str | None, int]]:
        """Return `(author, publisher, count)` of the articles, which are given by id, the most frequent first."""
        query = (
            "SELECT author, publisher, count(*) FROM articles INDEXED BY articles_by_published "  # noqa: S608
            f"WHERE id {AMONG} "
            "GROUP BY author, publisher ORDER BY count(*) DESC, author, publisher"
        )
        with connected(self.path) as database:
            return database.execute(query, (json.dumps(list(articles)),)).fetchall()

    def publication_span(self, filter: Filter = EVERYTHING) -> tuple[date, date] | None:
        """Return the first and the last day on which an article that passes was published; None if none is dated."""
        condition, parameters = filter_condition(filter)
        query = f"SELECT min(published), max(published) FROM articles WHERE {condition}"  # noqa: S608
        with connected(self.path) as database:
            first, last = database.execute(query, parameters).fetchone()
        return (date.fromisoformat(first), date.fromisoformat(last)) if first else None

    def article_counts(self, filter: Filter) -> tuple[int, int]:
        """Return how many articles pass the filter, and how many there are."""
        condition, parameters = filter_condition(filter)
        query = f"SELECT (SELECT count(*) FROM articles WHERE {condition}), (SELECT count(*) FROM articles)"  # noqa: S608
        with connected(self.path) as database:
            chosen, all_ = database.execute(query, parameters).fetchone()
        return chosen, all_

    def drafts(self, count: int) -> Iterator[list[tuple[str, str, Draft]]]:
        """Yield all articles, `count` at a time, as `(id, source, draft)`; the draft has title and text alone."""
        last = ""
        while True:
            with connected(self.path) as database:
                rows = database.execute(
                    "SELECT id, source, title, full_text FROM articles WHERE id > ? ORDER BY id LIMIT ?", (last, count)
                ).fetchall()
            if not rows:
                return
            last = rows[-1][0]
            yield [(id_, source, Draft(title=title, full_text=text)) for id_, source, title, text in rows]

    # Passages

    def passages(self, ids: Sequence[str]) -> list[Passage]:
        """Return the passages with these ids, in their order; ids that aren't in the catalog are left out."""
        query = (
            f"SELECT {PASSAGE_COLUMNS} FROM passages JOIN articles ON articles.id = passages.article "  # noqa: S608
            f"WHERE passages.id IN ({placeholders(ids)})"
        )
        with connected(self.path) as database:
            passages = {row[0]: passage_from(row) for row in database.execute(query, ids)}
        return [passages[id_] for id_ in ids if id_ in passages]

    def first_passages(self, articles: Sequence[str], most: int) -> list[Passage]:
        """Return the first passages, at most `most`, of each of the articles, which are given by id."""
        query = "SELECT id FROM passages WHERE article = ? ORDER BY number LIMIT ?"
        with connected(self.path) as database:
            ids = [id_ for article in articles for (id_,) in database.execute(query, (article, most))]
        return self.passages(ids)

    def passages_at(self, places: Iterable[tuple[str, int]]) -> list[Passage]:
        """Return the passages that hold the places, `(article id, offset)`, each once, in the order of the places."""
        query = "SELECT id FROM passages WHERE article = ? AND start <= ? AND end > ? ORDER BY number LIMIT 1"
        with connected(self.path) as database:
            found = [database.execute(query, (article, at, at)).fetchone() for article, at in places]
        return self.passages(list(dict.fromkeys(row[0] for row in found if row)))

    def passage_count(self) -> int:
        """Return how many passages there are."""
        return int(self._first("SELECT count(*) FROM passages") or 0)

    def passage_ids(self, filter: Filter = EVERYTHING, most: int = -1) -> list[str]:
        """Return the ids of the passages that pass the filter, or of `most` of them."""
        condition, parameters = filter_condition(filter)
        query = (
            "SELECT passages.id FROM passages JOIN articles ON articles.id = passages.article "  # noqa: S608
            f"WHERE {condition} LIMIT ?"
        )
        return self._column(query, *parameters, most)

    def filter_passages(self, ids: Sequence[str], filter: Filter) -> list[str]:
        """Return those of the passages with these ids that pass the filter, in their order."""
        condition, parameters = filter_condition(filter)
        versions = [version_of_passage(id_) for id_ in ids]
        passing = set(
            self._column(
                f"SELECT version FROM articles INDEXED BY articles_by_version "  # noqa: S608
                f"WHERE version {AMONG} AND {condition}",
                *(json.dumps(versions), *parameters),
            )
        )
        return [id_ for id_, version in zip(ids, versions, strict=True) if version in passing]

    def _articles(self, query: str, *parameters: str | int) -> list[Article]:
        with connected(self.path) as database:
            return [article_from(row) for row in database.execute(query, parameters)]

    def _column(self, query: str, *parameters: str | int) -> list[Any]:
        with connected(self.path) as database:
            return [row[0] for row in database.execute(query, parameters)]

    def _first(self, query: str, *parameters: str) -> str | None:
        first = self._column(query, *parameters)[:1]
        return str(first[0]) if first else None


def _matcher(search: str) -> Callable[[str, str | None], bool]:
    """Return a function of title and publisher: whether all words of the search are in them, in either case."""
    words = search.casefold().split()

    def is_match(title: str, publisher: str | None) -> bool:
        text = f"{title} {publisher or ''}".casefold()
        return all(word in text for word in words)

    return is_match


def _next_generation(database: sqlite3.Connection) -> None:
    database.execute("UPDATE facts SET value = value + 1 WHERE name = 'generation'")
