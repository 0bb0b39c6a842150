"""Reads a chat model's text: sentences, and the citation marks after them, "… [2]"."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from index.text.sentences import sentence_spans

_MARKS = r"(?:[\s,]*\[\d+(?:,\s*\d+)*\])"
_FINISHED = re.compile(rf".*?{_MARKS}+\.?(?:[ \t]*\n|(?=\s*[^\s\[,.]))", re.DOTALL)
"""Text whose marks are complete: the line ends after them, or what follows is no mark."""

_PARTS = re.compile(rf"(?P<text>.*?)(?P<marks>{_MARKS}*)[\s.]*", re.DOTALL)


class MarkedSentence(NamedTuple):
    """A sentence that a chat model wrote, and the numbers of the passages that it cites for it, from 1."""

    text: str
    numbers: list[int]


def marked_sentences(pieces: Iterable[str], count: int) -> Iterator[list[MarkedSentence]]:
    """Yield the sentences of a text that comes in pieces, each as soon as no further mark can follow.

    A mark stands for all sentences since the mark before; sentences without one come last. Numbers beyond the `count`
    of passages are dropped. An empty list comes with each piece, so that the caller can stop.
    """
    pending = ""
    for piece in pieces:
        pending += piece
        yield []
        while finished := _FINISHED.match(pending):
            yield _sentences(finished.group(), count)
            pending = pending[finished.end() :]
    yield _sentences(pending, count)


def _sentences(text: str, count: int) -> list[MarkedSentence]:
    parts = _PARTS.fullmatch(text)
    plain, marks = (parts["text"].strip(), parts["marks"]) if parts else (text.strip(), "")
    numbers = dict.fromkeys(int(number) for number in re.findall(r"\d+", marks) if len(number) <= 3)
    known = [number for number in numbers if 1 <= number <= count]
    return [MarkedSentence(plain[start:end], known) for start, end in sentence_spans(plain)]
