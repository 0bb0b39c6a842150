"""The lexical index: passages by the words in them (BM25)."""

import sqlite3
from collections.abc import Sequence
from itertools import chain
from pathlib import Path

import numpy as np

from index.article import EVERYTHING, Filter
from index.storage import postings, schema
from index.storage.database import connected
from index.storage.filter_condition import filter_condition
from index.text.words import STOP_WORDS, stem
from index.text.words import words as words_of


class LexicalIndex:
    """What the catalog's file tells of words."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def matching(self, words: Sequence[str], count: int, wanted: Filter = EVERYTHING) -> list[str]:
        """The ids of the `count` best passages by BM25 that hold any word and are wanted, best first."""
        given = [each for word in words for each in words_of(word)]
        terms = [stem(word) for word in given if word not in STOP_WORDS] or [stem(word) for word in given]
        with connected(self._path) as database:
            database.execute("BEGIN")  # or another process might change the articles between two queries
            among = None if wanted == EVERYTHING else _numbers(database, wanted)
            best = postings.best(database, terms, count, among)
            found = dict(
                database.execute(
                    f"SELECT number, id FROM passages WHERE number IN ({', '.join('?' * len(best))})",  # noqa: S608
                    best,
                ).fetchall()
            )
        return [found[number] for number in best]

    def has_word(self, word: str) -> bool:
        """Whether any article has the word, or another with the same stem."""
        with connected(self._path) as database:
            query = "SELECT 1 FROM blocks CROSS JOIN postings USING (block) WHERE term = ?"
            return database.execute(query, (stem(word),)).fetchone() is not None

    def stems_like(self, prefix: str, lengths: range) -> list[str]:
        """The stems in the articles that begin so and have such a length."""
        with connected(self._path) as database:
            rows = database.execute(
                "SELECT DISTINCT term FROM blocks CROSS JOIN postings USING (block) "
                "WHERE term >= ? AND term < ? AND length(term) BETWEEN ? AND ?",
                (prefix, prefix + "\U0010ffff", lengths.start, lengths.stop - 1),
            ).fetchall()
        return [row[0] for row in rows]

    def agrees(self) -> bool:
        """Whether it holds the words of the passages and no others."""
        with connected(self._path) as database:
            return schema.numbers_are_noted(database) and postings.agree(database, schema.passage_terms(database))

    def rebuild(self) -> None:
        """Makes it anew from the passages."""
        with connected(self._path) as database:
            schema.note_numbers(database)
            postings.clear(database)
            postings.add(database, schema.passage_terms(database))


def _numbers(database: sqlite3.Connection, wanted: Filter) -> postings.Numbers:
    """The numbers of the first and the last passage of each article that is wanted."""
    clause, parameters = filter_condition(wanted)
    query = f"SELECT first, last FROM articles WHERE first IS NOT NULL AND {clause}"  # noqa: S608
    rows = database.execute(query, parameters)
    return np.fromiter(chain.from_iterable(rows), dtype=np.int64).reshape(-1, 2)
