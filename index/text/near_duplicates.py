"""Decides whether two articles are one story: the same text, re-headed, trimmed, lightly edited or added to.

Alike articles are found among many by MinHash with banding (Broder 1997; Leskovec, Rajaraman and Ullman, "Mining of
Massive Datasets", chapter 3), and then compared word for word.
"""

import hashlib
import re
import unicodedata
import zlib
from collections.abc import Callable, Iterator, Sequence, Set
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from datasketch import MinHash

CHARACTERS = 200_000
"""How many characters of a text are looked at: more than an article has, and a limit to the work."""

SHORT = 50
"""A text of fewer words is the same story as another only if all words are the same."""

RUN = 4
"""The number of words in a run (a shingle). Shorter ones are shared by chance, longer ones are broken by an edit."""

HASHES = 128
"""The number of hashes in a signature, two to a key. Of pairs of articles that share a quarter of their runs, 98 in 100
have one of the 64 keys in common; of those that share a hundredth, one in 160."""

MOST, PART = 0.5, 0.25
"""The share of one article that must stand in the other, and of the other in it: a copy may be trimmed to 40%, but a
round-up of ten stories isn't a copy of each. Of copies that are edited, added to and trimmed at once (the "tune" half
of `benchmarks/duplicates.py`), 99 in 100 have 0.60 and 0.36 or more; of rewritten updates, 99 in 100 have 0.45 or less.
"""

_VERSION = b"\x01"
"""Begins a signature. Change it with anything here that changes a text's signature."""

_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u30ff\u31f0-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff"
_WORD = re.compile(rf"[{_UNSPACED}]|[^\W_{_UNSPACED}]+")


def signature(text: str) -> bytes:
    """Return the text's MinHash in 513 bytes; for a short text the hash of its words in 9, without words one byte.

    It is the same in every run and on every machine, whatever the text's case, punctuation and spaces.
    """
    words = words_of(text)
    if not words:
        return _VERSION
    if len(words) < SHORT:
        return _VERSION + hashlib.blake2b(" ".join(words).encode(), digest_size=8).digest()
    minhash = _no_words().copy()
    minhash.update_batch(run.encode() for run in set(runs_of(words)))
    hashes: bytes = minhash.digest().astype("<u4").tobytes()
    return _VERSION + hashes


def band_keys(signature: bytes) -> list[int]:
    """Return the signature's keys, 64-bit and signed: articles that share one may be one story. A short text has one.

    Raises ValueError for a signature that another version made.
    """
    if not signature.startswith(_VERSION):
        raise ValueError(f"the signature is of version {signature[:1]!r}, not {_VERSION!r}; make it anew")
    keys: list[int] = np.frombuffer(signature, "<i8", offset=1).tolist()
    return keys


def same_story_as(text: str) -> Callable[[str], bool]:
    """Return a test for other texts: most of one stands in the other, word for word, and a good part the other way."""
    words = words_of(text)
    runs = set(runs_of(words))

    def is_same(other: str) -> bool:
        others = words_of(other)
        if min(len(words), len(others)) < SHORT:
            return words == others != []
        of_other = share_in(runs, others)
        if of_other < PART:
            return False
        of_text = share_in(set(runs_of(others)), words)
        return max(of_other, of_text) >= MOST and of_text >= PART

    return is_same


def words_of(text: str) -> list[str]:
    """Return the words in lower case; in scripts without spaces between words, the characters."""
    return _WORD.findall(unicodedata.normalize("NFKC", text[:CHARACTERS])[:CHARACTERS].casefold())


def runs_of(words: Sequence[str]) -> Iterator[str]:
    """Yield all runs of `RUN` words, in order."""
    return map(" ".join, zip(*(words[start:] for start in range(RUN)), strict=False))


def share_in(runs: Set[str], words: Sequence[str]) -> float:
    """Return the share of the words, from 0 to 1, that stands in runs among those given."""
    shared = end = 0
    for start, run in enumerate(runs_of(words)):
        if run in runs:
            shared += start + RUN - max(start, end)
            end = start + RUN
    return shared / max(1, len(words))


@lru_cache(maxsize=1)
def _no_words() -> "MinHash":
    from datasketch import MinHash

    return MinHash(HASHES, seed=1, hashfunc=zlib.crc32, scheme="affine32")
