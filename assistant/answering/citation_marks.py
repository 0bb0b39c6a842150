"""Ties an answer's text to exact quotations: "… [2]" to a stretch of the second passage's article."""

import re
from collections.abc import Iterable, Iterator, Sequence

from assistant.answer import Citation, Statement
from assistant.checking.check import check_sentence, without_brackets
from index.article import Passage
from index.text.sentences import sentence_spans

_MARKS = r"(?:[\s,]*\[\d+(?:,\s*\d+)*\])"
_FINISHED = re.compile(rf".*?{_MARKS}+\.?(?:[ \t]*\n|(?=\s*[^\s\[,.]))", re.DOTALL)
"""A stretch whose marks are complete: the line ends after them, or what follows is no mark."""

_STRETCH = re.compile(rf"(?P<said>.*?)(?P<marks>{_MARKS}*)[\s.]*", re.DOTALL)


def stretches(pieces: Iterable[str]) -> Iterator[str]:
    """An answer's text in stretches that end with their marks, each as soon as no further mark can follow.

    A mark stands for all sentences since the mark before. What has none comes last. With each piece an empty
    stretch comes, so that whoever reads can leave.
    """
    pending = ""
    for piece in pieces:
        pending += piece
        yield ""
        while found := _FINISHED.match(pending):
            yield found.group()
            pending = pending[found.end() :]
    yield pending


def quoted(stretch: str, passages: Sequence[Passage]) -> list[Statement]:
    """The quotation that a stretch is, with those of its passages that have or support it; nothing if none has it."""
    said, numbers = _read(stretch, passages)
    exact = [citation for number in numbers if (citation := _verbatim(said, number, passages[number - 1]))]
    if not exact:
        return []
    others = [number for number in numbers if number not in {citation.number for citation in exact}]
    agreeing = [citation for number in others for citation in _supporting(said, number, passages[number - 1])]
    return [Statement(said, (*exact, *agreeing))]


def checked(stretch: str, passages: Sequence[Passage]) -> list[Statement]:
    """The sentences of a stretch, each with the quotations that support it, or a flag that says why none does."""
    said, numbers = _read(stretch, passages)
    return [_checked(said[start:end], numbers, passages) for start, end in sentence_spans(said)]


def _read(stretch: str, passages: Sequence[Passage]) -> tuple[str, list[int]]:
    """What the stretch says, and the numbers of its marks that passages have."""
    found = _STRETCH.fullmatch(stretch)
    said, marks = (found["said"], found["marks"]) if found else (stretch, "")
    numbers = dict.fromkeys(int(number) for number in re.findall(r"\d+", marks) if len(number) <= 3)
    return said.strip(), [number for number in numbers if 1 <= number <= len(passages)]


def _checked(sentence: str, numbers: Sequence[int], passages: Sequence[Passage]) -> Statement:
    verdict = check_sentence(sentence, passages, numbers)
    citations = (_citation(number, passages[number - 1], start, end) for number, start, end in verdict.quotes)
    return Statement(sentence, tuple(citations), verdict.reason)


def _supporting(said: str, number: int, passage: Passage) -> list[Citation]:
    verdict = check_sentence(said, [passage], [1])
    return [_citation(number, passage, start, end) for _, start, end in verdict.quotes]


def _verbatim(said: str, number: int, passage: Passage) -> Citation | None:
    text = passage.article.full_text
    if said not in text:
        said = without_brackets(said, passage.article)
    at = text.find(said, passage.start, passage.end) if said else -1
    if said and at < 0:  # the lead of a pronoun may stand before the passage
        at = text.find(said)
    return _citation(number, passage, at, at + len(said)) if at >= 0 else None


def _citation(number: int, passage: Passage, start: int, end: int) -> Citation:
    return Citation(number, passage.article.full_text[start:end], start, end, passage.article)
