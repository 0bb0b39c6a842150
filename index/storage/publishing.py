"""Writes articles with their passages, words and stories into the catalog's tables, and takes them out."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from index.article import Draft, FoundRemark, Sentence
from index.storage import remark_table
from index.storage.database import placeholders
from index.storage.lexical_index import add_passages, passage_stems, remove_passages
from index.storage.rows import VERSION_COLUMNS
from index.text.near_duplicates import band_keys, same_story_as, signature

MOST_LIKENESSES = 20
"""Compare a new article with at most this many others that share text with it, to find the story it belongs to."""

AMONG = "IN (SELECT value FROM json_each(?))"
"""A condition whose parameter is a JSON list of any length."""


@dataclass(frozen=True, slots=True)
class PendingArticle:
    """An article that is about to be published: its draft, and where its passages are.

    `remarks` is None where they are still to be found.
    """

    id: str
    version: str
    source: str
    digest: str
    draft: Draft
    passages: Sequence[Sequence[Sentence]]
    remarks: Sequence[FoundRemark] | None = None

    @property
    def sentences(self) -> list[Sentence]:
        """The sentences of all passages, in their order."""
        return sorted({sentence for passage in self.passages for sentence in passage})

    @property
    def passage_ids(self) -> list[str]:
        """One id for each passage, never used again for another version."""
        return [passage_id(self.version, number) for number in range(len(self.passages))]

    @property
    def embedded_texts(self) -> list[str]:
        """The text of each passage as the embedding model reads it."""
        draft = self.draft
        return [embedded_text(draft.title, draft.full_text[slice(*bounds)]) for bounds in self.passage_bounds]

    @property
    def passage_bounds(self) -> list[tuple[int, int]]:
        """The `(start, end)` of each passage in the article's text."""
        return [(sentences[0].start, sentences[-1].end) for sentences in self.passages]


def passage_id(version: str, number: int) -> str:
    """Return the id of a passage by its article's version and its number in the article, from 0: "a9d266255edd.3"."""
    return f"{version}.{number}"


def version_of_passage(passage_id: str) -> str:
    """Return the version of the article that the passage is from: "a9d266255edd" for "a9d266255edd.3"."""
    return passage_id.partition(".")[0]


def embedded_text(title: str, text: str) -> str:
    """Return what is embedded of a passage: its text under the headline, which says what it is about."""
    return f"{title}\n{text}"


def publish(database: sqlite3.Connection, entries: Sequence[PendingArticle]) -> None:
    """Write articles in place of their versions in the catalog, which become older versions."""
    ids = [entry.id for entry in entries]
    for id_ in ids:
        keep_older_version(database, id_)
    withdraw(database, ids)
    for entry in entries:
        _insert(database, entry)
    add_passages(database, passage_stems(database, *_of_articles(ids)))


def keep_older_version(database: sqlite3.Connection, article_id: str) -> None:
    """Copy the article, if it is in the catalog, to the older versions."""
    database.execute(
        f"INSERT INTO older_versions (version, article, {VERSION_COLUMNS}) "  # noqa: S608
        f"SELECT version, id, {VERSION_COLUMNS} FROM articles WHERE id = ?",
        (article_id,),
    )


def withdraw(database: sqlite3.Connection, article_ids: Sequence[str]) -> None:
    """Take articles with their passages and words out of the catalog, and note that their vectors are unwanted."""
    condition, ids = _of_articles(article_ids)
    remove_passages(database, condition, ids)
    remark_table.remove(database, condition, ids)
    unwanted = f"INSERT OR IGNORE INTO unwanted_passages SELECT id FROM passages WHERE {condition}"  # noqa: S608
    database.execute(unwanted, ids)
    for table in ("passages", "bands"):
        database.execute(f"DELETE FROM {table} WHERE {condition}", ids)  # noqa: S608
    database.execute(f"DELETE FROM articles WHERE id {AMONG}", ids)  # noqa: S608


def insert_passages(database: sqlite3.Connection, entry: PendingArticle) -> None:
    """Write the passages of an article that is in the catalog."""
    rows = zip(entry.passage_ids, entry.passage_bounds, entry.passages, strict=True)
    database.executemany(
        "INSERT INTO passages (id, article, start, end, sentences) VALUES (?, ?, ?, ?, ?)",
        ((id_, entry.id, *bounds, json.dumps(sentences)) for id_, bounds, sentences in rows),
    )


def insert_remarks(database: sqlite3.Connection, entry: PendingArticle) -> None:
    """Write the remarks of an article that is in the catalog, or note that they are to be found."""
    if entry.remarks is None:
        database.execute("INSERT OR IGNORE INTO without_remarks VALUES (?)", (entry.id,))
    else:
        remark_table.add(database, entry.id, entry.draft.full_text, entry.remarks)


def _insert(database: sqlite3.Connection, entry: PendingArticle) -> None:
    draft = entry.draft
    keys = band_keys(signature(draft.full_text))
    row = {
        "id": entry.id,
        "version": entry.version,
        "source": entry.source,
        "digest": entry.digest,
        "title": draft.title,
        "full_text": draft.full_text,
        "url": draft.url,
        "publisher": draft.publisher,
        "author": draft.author,
        "published": draft.published.isoformat() if draft.published else None,
        "published_by": draft.published_by,
        "language": draft.language,
        "fetched": datetime.now(UTC).isoformat(timespec="seconds"),
        "story": _story(database, entry, keys),
    }
    columns, values = ", ".join(row), tuple(row.values())
    database.execute(f"INSERT INTO articles ({columns}) VALUES ({placeholders(values)})", values)  # noqa: S608
    database.executemany("INSERT OR IGNORE INTO bands VALUES (?, ?)", ((key, entry.id) for key in keys))
    insert_passages(database, entry)
    insert_remarks(database, entry)
    database.executemany("DELETE FROM unwanted_passages WHERE id = ?", ((id_,) for id_ in entry.passage_ids))


def _story(database: sqlite3.Connection, entry: PendingArticle, keys: Sequence[int]) -> str:
    """Return the story that the article is a copy of, or a new one. Stories that it connects become one."""
    alike = database.execute(
        f"SELECT articles.full_text, articles.story FROM bands JOIN articles ON articles.id = bands.article "  # noqa: S608
        f"WHERE bands.key IN ({placeholders(keys)}) GROUP BY articles.id ORDER BY count(*) DESC LIMIT ?",
        (*keys, MOST_LIKENESSES),
    ).fetchall()
    is_same = same_story_as(entry.draft.full_text)
    stories = [story for text, story in alike if is_same(text)]
    for other in set(stories[1:]) - set(stories[:1]):
        database.execute("UPDATE articles SET story = ? WHERE story = ?", (stories[0], other))
    return str(stories[0]) if stories else entry.version


def _of_articles(article_ids: Sequence[str]) -> tuple[str, tuple[str]]:
    """Return `(condition, parameters)` for the tables with a column `article`."""
    return f"article {AMONG}", (json.dumps(article_ids),)
