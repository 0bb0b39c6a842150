"""The lexical index: passages by the words in them (SQLite FTS5, BM25)."""

from collections.abc import Sequence
from pathlib import Path

from index import schema
from index.catalog import where
from index.records import EVERYTHING, Filter
from index.words import STOP_WORDS, porter


class LexicalIndex:
    """What the catalog's file tells of words."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def matching(self, words: Sequence[str], count: int, wanted: Filter = EVERYTHING) -> list[str]:
        """The ids of the `count` best passages by BM25 that hold any word and are wanted, best first."""
        terms = [word for word in words if word.lower() not in STOP_WORDS] or words
        if not terms:
            return []
        query = " OR ".join('"' + term.replace('"', '""') + '"' for term in terms)
        clause, parameters = where(wanted)
        join = "JOIN articles ON articles.id = passages.article " if parameters else ""
        with schema.connected(self._path) as database:
            rows = database.execute(
                f"SELECT passages.id FROM lexical JOIN passages ON passages.number = lexical.rowid {join}"  # noqa: S608
                f"WHERE lexical MATCH ? AND {clause} ORDER BY bm25(lexical) LIMIT ?",
                (query, *parameters, count),
            ).fetchall()
        return [row[0] for row in rows]

    def has_word(self, word: str) -> bool:
        """Whether any article has the word, or another with the same stem."""
        with schema.connected(self._path) as database:
            query = "SELECT 1 FROM vocabulary WHERE term = ?"
            return database.execute(query, (porter(word),)).fetchone() is not None

    def stems_like(self, prefix: str, lengths: range) -> list[str]:
        """The stems in the articles that begin so and have such a length."""
        with schema.connected(self._path) as database:
            rows = database.execute(
                "SELECT term FROM vocabulary WHERE term >= ? AND term < ? AND length(term) BETWEEN ? AND ?",
                (prefix, prefix + "\U0010ffff", lengths.start, lengths.stop - 1),
            ).fetchall()
        return [row[0] for row in rows]
