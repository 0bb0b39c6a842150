"""The table of remarks, and the words of the names of who made them."""

import json
import re
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from index.article import EVERYTHING, Filter, FoundRemark
from index.storage.filter_condition import filter_condition
from index.text.words import words

TABLES = """
CREATE TABLE remarks (
    number INTEGER PRIMARY KEY, article TEXT NOT NULL, kind TEXT NOT NULL, name TEXT, direct INTEGER NOT NULL,
    start INTEGER NOT NULL, end INTEGER NOT NULL, spans TEXT NOT NULL
);
CREATE INDEX remarks_by_article ON remarks(article);
CREATE TABLE speaker_words (word TEXT NOT NULL, remark INTEGER NOT NULL, PRIMARY KEY (word, remark)) WITHOUT ROWID;
CREATE TABLE without_remarks (article TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE INDEX articles_by_id ON articles(id, published, publisher, author, story);
"""
"""`spans` holds cue, speaker, head, content and toward as JSON. `without_remarks` are articles yet to be parsed."""


_ROWS = (
    "SELECT remarks.number, article, articles.story, articles.published, remarks.kind, name, direct, start, end, spans "
    "FROM remarks JOIN articles ON articles.id = remarks.article"
)


class RemarkRow(NamedTuple):
    """A remark as it is stored, with the article's id, story and date."""

    number: int
    article: str
    story: str
    published: str | None
    found: FoundRemark


def add(database: sqlite3.Connection, article: str, text: str, remarks: Iterable[FoundRemark]) -> None:
    """Write the remarks of an article."""
    for each in remarks:
        spans = json.dumps([each.cue, each.speaker, each.head, each.content, each.toward])
        row = (article, each.kind, each.name, each.is_direct, *each.sentence, spans)
        number = database.execute(
            "INSERT INTO remarks (article, kind, name, direct, start, end, spans) VALUES (?, ?, ?, ?, ?, ?, ?)", row
        ).lastrowid
        database.executemany(
            "INSERT INTO speaker_words VALUES (?, ?)", ((word, number) for word in speaker_words(each, text))
        )
    database.execute("DELETE FROM without_remarks WHERE article = ?", (article,))


def speaker_words(remark: FoundRemark, text: str) -> set[str]:
    """Return the words by which a remark's speaker is found: those of the name, or the main word of the phrase.

    "A source close to Smith" is found by "source", and not by "Smith".
    """
    named = remark.name or (text[slice(*remark.head)] if remark.head else "")
    return set(words(re.sub(r"[’']s\b", "", named)))


def remove(database: sqlite3.Connection, condition: str, parameters: Sequence[str]) -> None:
    """Remove the remarks of the articles that meet a condition on the column `article`."""
    chosen = f"SELECT number FROM remarks WHERE {condition}"  # noqa: S608
    database.execute(f"DELETE FROM speaker_words WHERE remark IN ({chosen})", parameters)  # noqa: S608
    for table in ("remarks", "without_remarks"):
        database.execute(f"DELETE FROM {table} WHERE {condition}", parameters)  # noqa: S608


def find(
    database: sqlite3.Connection,
    names: Sequence[str] = (),
    kinds: Sequence[str] = (),
    filter: Filter = EVERYTHING,
    articles: Sequence[str] | None = None,
) -> list[int]:
    """Return the numbers of the remarks of speakers whose name has all words of one of `names`, newest first.

    Undated ones come last. `articles` are the ids of those that count; None stands for all.

    Who is only called by the last word of a name is meant too: "Lavrov" where "Sergei Lavrov" is asked for.
    """
    condition, parameters = filter_condition(filter)
    conditions, values = [condition], list[Any](parameters)
    if names:
        of_names = [_by_name(name) for name in names]
        conditions.append(f"remarks.number IN ({' UNION '.join(query for query, _ in of_names)})")
        values += [value for _, own in of_names for value in own]
    if kinds:
        conditions.append(f"remarks.kind IN ({', '.join('?' * len(kinds))})")
        values += kinds
    if articles is not None:
        conditions.append("remarks.article IN (SELECT value FROM json_each(?))")
        values.append(json.dumps(list(articles)))
    query = (
        "SELECT remarks.number FROM remarks "  # noqa: S608
        "CROSS JOIN articles INDEXED BY articles_by_id ON articles.id = remarks.article "
        f"WHERE {' AND '.join(conditions)} ORDER BY articles.published DESC, remarks.article, remarks.number"
    )
    return [number for (number,) in database.execute(query, values)]


def by_number(database: sqlite3.Connection, numbers: Sequence[int]) -> list[RemarkRow]:
    """Return the remarks with these numbers, in their order."""
    condition = "remarks.number IN (SELECT value FROM json_each(?))"
    rows = [_row(each) for each in database.execute(f"{_ROWS} WHERE {condition}", (json.dumps(list(numbers)),))]
    order = {number: at for at, number in enumerate(numbers)}
    return sorted(rows, key=lambda row: order[row.number])


def _by_name(name: str) -> tuple[str, list[str | int]]:
    asked = list(dict.fromkeys(words(name)))
    if len(asked) == 1:
        return "SELECT remark FROM speaker_words WHERE word = ?", [*asked]
    marks = ", ".join("?" * len(asked))
    query = (
        f"SELECT remark FROM speaker_words WHERE word IN ({marks}) GROUP BY remark HAVING count(*) = ? "  # noqa: S608
        "UNION SELECT remark FROM speaker_words JOIN remarks ON number = remark "
        "WHERE word = ? AND name = ? COLLATE NOCASE"
    )
    last = asked[-1] if asked else ""
    return query, [*asked, len(asked), last, last]


def of_articles(database: sqlite3.Connection, articles: Sequence[str]) -> list[RemarkRow]:
    """Return the remarks of articles, which are given by id."""
    condition = "article IN (SELECT value FROM json_each(?)) ORDER BY remarks.number"
    return [_row(each) for each in database.execute(f"{_ROWS} WHERE {condition}", (json.dumps(list(articles)),))]


def _row(row: Sequence[Any]) -> RemarkRow:
    number, article, story, published, kind, name, direct, start, end, spans = row
    cue, speaker, head, content, toward = map(_span, json.loads(spans))
    found = FoundRemark(
        (start, end), kind, cue or (start, start), speaker, head, name, content or (start, end), bool(direct), toward
    )
    return RemarkRow(number, article, story, published, found)


def _span(stored: list[int] | None) -> tuple[int, int] | None:
    return (stored[0], stored[1]) if stored else None
