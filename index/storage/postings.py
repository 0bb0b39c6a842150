"""Postings: for each word the passages that have it, in SQLite, and the passages that match words best by BM25.

They lie in blocks of passage numbers, so that what is added changes a few neighbouring pages of the file, and in
binary, so that a search adds up numbers with numpy: SQLite's FTS5 takes 12 times as long among 100,000 passages.
"""

import math
import sqlite3
import struct
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

TABLES = """
CREATE TABLE postings (
    block INTEGER NOT NULL, term TEXT NOT NULL, entries BLOB NOT NULL, PRIMARY KEY (block, term)
) WITHOUT ROWID;
CREATE TABLE blocks (block INTEGER PRIMARY KEY, passages INTEGER NOT NULL, words INTEGER NOT NULL);
"""

BLOCK = 8_192
"""Passage numbers in a block: more make searching faster and adding slower."""

K1, B = 1.2, 0.75
"""Of BM25 (Robertson and Zaragoza 2009, "The Probabilistic Relevance Framework"), as FTS5 has them."""

_LEAST_WEIGHT = 1e-6
"""Of a word that more than half of the passages have, as in FTS5."""

_ENTRY = np.dtype([("offset", "<u2"), ("count", "u1"), ("length", "<u2")])
"""A passage by its offset in the block, how often it has the word, and how many words it has."""

_PACKED = struct.Struct("<HBH")
_MOST, _LONGEST = 255, 65_535
_GROUP = 64
"""Scores of which the highest alone is looked at first: to part 100,000 scores takes numpy ten times as long."""

Terms = tuple[int, Sequence[str]]
"""A passage's number, and the stems of its words."""

Numbers = NDArray[np.int64]


def add(database: sqlite3.Connection, passages: Iterable[Terms]) -> None:
    """Indexes passages, given by rising numbers, which are higher than all those indexed before."""
    for block, group in _blocks(passages):
        database.executemany(
            "INSERT INTO postings VALUES (?, ?, ?) ON CONFLICT (block, term) "
            "DO UPDATE SET entries = CAST(entries || excluded.entries AS BLOB)",
            ((block, term, entries) for term, entries in sorted(_entries(group).items())),
        )
        database.execute(
            "INSERT INTO blocks VALUES (?, ?, ?) ON CONFLICT (block) "
            "DO UPDATE SET passages = passages + excluded.passages, words = words + excluded.words",
            (block, *_counts(group)),
        )


def _entries(group: Iterable[Terms]) -> dict[str, bytes]:
    entries: dict[str, list[bytes]] = defaultdict(list)
    for number, terms in group:
        length = min(len(terms), _LONGEST)
        for term, count in Counter(terms).items():
            entries[term].append(_PACKED.pack(number % BLOCK, min(count, _MOST), length))
    return {term: b"".join(packed) for term, packed in entries.items()}


def _counts(group: Sequence[Terms]) -> tuple[int, int]:
    return len(group), sum(len(terms) for _, terms in group)


def remove(database: sqlite3.Connection, passages: Iterable[Terms]) -> None:
    """Takes out passages that are indexed, given by rising numbers with the same terms."""
    for block, group in _blocks(passages):
        offsets: dict[str, list[int]] = defaultdict(list)
        for number, terms in group:
            for term in set(terms):
                offsets[term].append(number % BLOCK)
        for term in sorted(offsets):
            _cut(database, block, term, offsets[term])
        database.execute(
            "UPDATE blocks SET passages = passages - ?, words = words - ? WHERE block = ?", (*_counts(group), block)
        )
        database.execute("DELETE FROM blocks WHERE block = ? AND passages = 0", (block,))


def _cut(database: sqlite3.Connection, block: int, term: str, offsets: Sequence[int]) -> None:
    key = (block, term)
    row = database.execute("SELECT entries FROM postings WHERE block = ? AND term = ?", key).fetchone()
    if row is None:
        return
    entries = np.frombuffer(row[0], _ENTRY)
    kept = entries[~np.isin(entries["offset"], offsets)].tobytes()
    if kept:
        database.execute("UPDATE postings SET entries = ? WHERE block = ? AND term = ?", (kept, *key))
    else:
        database.execute("DELETE FROM postings WHERE block = ? AND term = ?", key)


def _blocks(passages: Iterable[Terms]) -> Iterator[tuple[int, list[Terms]]]:
    for block, group in groupby(passages, key=lambda passage: passage[0] // BLOCK):
        yield block, list(group)


def clear(database: sqlite3.Connection) -> None:
    """Takes all out."""
    database.execute("DELETE FROM postings")
    database.execute("DELETE FROM blocks")


def agree(database: sqlite3.Connection, passages: Iterable[Terms]) -> bool:
    """Whether these passages, given by rising numbers, are all that is indexed, with these terms."""
    seen = 0
    for block, group in _blocks(passages):
        counts = database.execute("SELECT passages, words FROM blocks WHERE block = ?", (block,)).fetchone()
        rows = database.execute("SELECT term, entries FROM postings WHERE block = ?", (block,))
        if counts != _counts(group) or dict(rows) != _entries(group):
            return False
        seen += 1
    known = database.execute("SELECT block FROM blocks UNION SELECT block FROM postings").fetchall()
    return len(known) == seen


def best(database: sqlite3.Connection, terms: Sequence[str], count: int, among: Numbers | None = None) -> list[int]:
    """The numbers of the `count` passages that match the terms best, best first.

    If wanted, only those `among` stretches of numbers, `(stretches, 2)`: the first of each, and the last. A term that
    is given twice counts twice. Passages without any of the terms aren't found.
    """
    rows = database.execute(
        "SELECT term, block, entries FROM blocks CROSS JOIN postings USING (block) "  # noqa: S608
        f"WHERE term IN ({', '.join('?' * len(terms))})",
        terms,
    ).fetchall()
    if not rows:
        return []
    passages, words = database.execute("SELECT sum(passages), sum(words) FROM blocks").fetchone()
    blocks, at = np.unique([block for _, block, _ in rows], return_inverse=True)
    sizes = [len(entries) // _ENTRY.itemsize for _, _, entries in rows]
    weights = _weights(terms, [term for term, _, _ in rows], sizes, passages)
    entries = np.frombuffer(b"".join(row[2] for row in rows), _ENTRY)
    scores = np.bincount(
        np.repeat(at * BLOCK, sizes) + entries["offset"],
        np.repeat(weights, sizes) * _saturated(entries, words / passages),
        minlength=len(blocks) * BLOCK,
    ).astype(np.float64, copy=False)
    if among is not None:
        scores *= _inside(among, blocks)
    places = _high(scores, count)
    places = places[np.argsort(-scores[places], kind="stable")][:count]
    numbers: list[int] = (blocks[places // BLOCK] * BLOCK + places % BLOCK).tolist()
    return numbers


def _inside(stretches: Numbers, blocks: Numbers) -> NDArray[np.bool_]:
    """Of each number in the blocks, whether it is in one of the stretches, which don't overlap."""
    size = len(blocks) * BLOCK
    begun = np.bincount(_places(stretches[:, 0], blocks), minlength=size + 1)
    ended = np.bincount(_places(stretches[:, 1] + 1, blocks), minlength=size + 1)
    return np.cumsum(begun - ended)[:size] > 0


def _places(numbers: Numbers, blocks: Numbers) -> Numbers:
    """Where the numbers are among those in the blocks, or else where the next higher one is."""
    rows = np.searchsorted(blocks, numbers // BLOCK)
    is_there = np.append(blocks, -1)[rows] == numbers // BLOCK
    return rows * BLOCK + np.where(is_there, numbers % BLOCK, 0)


def _weights(terms: Sequence[str], held: Sequence[str], sizes: Sequence[int], passages: int) -> NDArray[np.float64]:
    """The inverse document frequency of the term of each row, times how often the term is given."""
    holders: Counter[str] = Counter()
    for term, size in zip(held, sizes, strict=True):
        holders[term] += size
    weights = {
        term: times * max(math.log((max(passages - holders[term], 0) + 0.5) / (holders[term] + 0.5)), _LEAST_WEIGHT)
        for term, times in Counter(terms).items()
        if term in holders
    }
    return np.array([weights[term] for term in held])


def _saturated(entries: NDArray[np.void], average: float) -> NDArray[np.float64]:
    """The part of BM25 that grows with a word's count in a passage, and shrinks with the passage's length."""
    counts = entries["count"].astype(np.float64)
    return counts * (K1 + 1) / (counts + K1 * (1 - B + B / average * entries["length"]))


def _high(scores: NDArray[np.float64], count: int) -> Numbers:
    """The places of the `count` highest scores and a few others: all that the best of each group of scores allow."""
    tops = scores.reshape(-1, _GROUP).max(axis=1)
    least = np.partition(tops, -count)[-count] if count < len(tops) else 0
    return np.flatnonzero(scores >= max(least, np.finfo(np.float64).tiny))
