"""The lexical index: finds passages by their words, ranked by BM25, in SQLite's FTS5.

A passage is indexed as the stems of its headline and its text, separated by spaces, so that FTS5 compares exactly what
`index.text.words` makes of a text.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, zip_longest
from operator import itemgetter
from pathlib import Path

from index.article import EVERYTHING, Filter
from index.storage.database import connected, execute_all
from index.storage.filter_condition import filter_condition
from index.text.words import STOP_WORDS, stem, stems
from index.text.words import words as words_of

TABLES = """
CREATE VIRTUAL TABLE lexical USING fts5(stems, tokenize="ascii tokenchars ',.'");
CREATE VIRTUAL TABLE lexical_stems USING fts5vocab(lexical, row);
"""
"""The tokenizer splits at spaces only: stems have letters, digits, commas and points ("100,000") and nothing else."""


_NO_STEM = "."
"""Stands for the empty stem, which "'s" has, so that FTS5 counts it as a word of the passage's length."""


class LexicalIndex:
    """The words in a catalog's file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def matching(self, words: Sequence[str], count: int, filter: Filter = EVERYTHING) -> list[str]:
        """Return the ids of the `count` best passages by BM25 that have any of the words and pass the filter."""
        given = [each for word in words for each in words_of(word)]
        terms = [stem(word) for word in given if word not in STOP_WORDS] or [stem(word) for word in given]
        if not terms:
            return []
        condition, parameters = filter_condition(filter)
        # The "+" has FTS5 go through its matches once, and not once for each passage that passes the filter.
        among = (
            "AND +lexical.rowid IN (SELECT passages.number FROM articles CROSS JOIN passages "  # noqa: S608
            f"ON passages.article = articles.id WHERE {condition})"
        )
        query = (
            "SELECT passages.id FROM (SELECT rowid AS match, bm25(lexical) AS score FROM lexical "  # noqa: S608
            f"WHERE lexical MATCH ? {among if parameters else ''} ORDER BY score, match LIMIT ?) "
            "CROSS JOIN passages ON passages.number = match ORDER BY score, match"
        )
        any_term = " OR ".join(_quoted(term) for term in terms)
        with connected(self._path) as database:
            return [row[0] for row in database.execute(query, (any_term, *parameters, count))]

    def articles_with(
        self,
        phrases: Sequence[Sequence[str]],
        filter: Filter = EVERYTHING,
        *,
        in_lead: bool = False,
        oldest_first: bool = False,
    ) -> list[str]:
        """Return the ids of the articles that pass the filter and have a phrase of each group, newest first.

        A phrase is in an article if its words, or others with their stems, follow one another in the headline or in a
        passage; with `in_lead`, in the headline or the first passage. Undated articles come last.
        """
        condition, parameters = filter_condition(filter)
        first = (
            "AND passages.number = (SELECT min(number) FROM passages AS other WHERE other.article = passages.article)"
        )
        with_phrase = (
            "AND id IN (SELECT passages.article FROM lexical CROSS JOIN passages ON passages.number = lexical.rowid "  # noqa: S608
            f"WHERE lexical MATCH ? {first if in_lead else ''}) "
        )
        order = "published IS NULL, published, title" if oldest_first else "published DESC, title"
        query = (
            "SELECT id FROM articles INDEXED BY articles_by_published "  # noqa: S608 (other ways read the texts)
            f"WHERE {condition} {with_phrase * len(phrases)}ORDER BY {order}"
        )
        matches = [
            " OR ".join(_quoted(" ".join(each or _NO_STEM for each in stems(p))) for p in group) for group in phrases
        ]
        with connected(self._path) as database:
            return [row[0] for row in database.execute(query, (*parameters, *matches))]

    def has_word(self, word: str) -> bool:
        """Return whether any passage has the word, or another word with the same stem."""
        query = "SELECT 1 FROM lexical WHERE lexical MATCH ? LIMIT 1"
        with connected(self._path) as database:
            return database.execute(query, (_quoted(stem(word)),)).fetchone() is not None

    def stems_like(self, prefix: str, lengths: range) -> dict[str, int]:
        """Return the stems in the passages that begin with `prefix` and have one of these lengths.

        Each is mapped to the number of passages that have it.
        """
        query = "SELECT term, doc FROM lexical_stems WHERE term >= ? AND term < ? AND length(term) BETWEEN ? AND ?"
        with connected(self._path) as database:
            return dict(database.execute(query, (prefix, prefix + "\U0010ffff", lengths.start, lengths.stop - 1)))

    def agrees(self) -> bool:
        """Return whether the index is sound, and holds the words of all passages and no others."""
        with connected(self._path) as database:
            try:
                database.execute("INSERT INTO lexical (lexical) VALUES ('integrity-check')")
                stored = database.execute("SELECT rowid, stems FROM lexical ORDER BY rowid")
                return all(row == passage for row, passage in zip_longest(stored, passage_stems(database)))
            except sqlite3.DatabaseError:
                return False

    def rebuild(self) -> None:
        """Make the index anew from the passages."""
        with connected(self._path) as database:
            make_anew(database)


def make_anew(database: sqlite3.Connection) -> None:
    """Index all passages in new tables: to empty the old ones takes longer, and fails where they are damaged."""
    database.execute("DROP TABLE lexical_stems")
    database.execute("DROP TABLE lexical")
    execute_all(database, TABLES)
    add_passages(database, passage_stems(database))


def add_passages(database: sqlite3.Connection, passages: Iterable[tuple[int, str]]) -> None:
    """Add passages, as `(number, stems)`, that aren't in the index yet."""
    database.executemany("INSERT INTO lexical (rowid, stems) VALUES (?, ?)", passages)


def remove_passages(database: sqlite3.Connection, condition: str, parameters: Sequence[str]) -> None:
    """Remove the passages that meet the condition, while they are still in the catalog."""
    query = f"DELETE FROM lexical WHERE rowid IN (SELECT number FROM passages WHERE {condition})"  # noqa: S608
    database.execute(query, parameters)


def passage_stems(
    database: sqlite3.Connection, condition: str = "1", parameters: Sequence[str] = ()
) -> Iterator[tuple[int, str]]:
    """Yield `(number, stems)` of the passages that meet the condition, in the order of their numbers."""
    rows = database.execute(
        f"SELECT number, article, start, end FROM passages WHERE {condition} ORDER BY number",  # noqa: S608
        parameters,
    )
    for article, passages in groupby(rows, key=itemgetter(1)):
        row = database.execute("SELECT title, full_text FROM articles WHERE id = ?", (article,)).fetchone()
        headline, text = stems(row[0]), row[1]
        for number, _, start, end in passages:
            yield number, " ".join(each or _NO_STEM for each in headline + stems(text[start:end]))


def _quoted(term: str) -> str:
    """Return the term as FTS5 takes it literally: `"and"` is a word, where `and` might be an operator."""
    return '"' + (term or _NO_STEM).replace('"', '""') + '"'
