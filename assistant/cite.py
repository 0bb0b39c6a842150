"""Ties an answer's text to exact quotations: "… [2]" to a stretch of the second passage's article."""

import re
from collections.abc import Iterator, Sequence

from assistant.phrase import without_brackets
from assistant.records import Citation, Statement
from index.records import Passage
from index.split import sentence_spans
from index.words import STOP_WORDS, stem, words

_MARKS = re.compile(r"((?:\s*\[\d{1,3}(?:,\s*\d{1,3})*\])+\.?)")


def statements(text: str, passages: Sequence[Passage], *, finished: bool) -> list[Statement]:
    """The sentences of an answer that a quotation backs, in order.

    A mark stands for all sentences since the mark before. Marks outside the range, and marks of passages that share
    no word with the sentence, are dropped; so is a sentence that is left with none. While the text isn't `finished`,
    its last sentence is held back, for more marks may follow.
    """
    *pieces, rest = _MARKS.split(text)
    marked = list(zip(pieces[::2], pieces[1::2], strict=True))
    more_marks_may_follow = not finished and not text.endswith("\n")
    if more_marks_may_follow and not rest.strip(" [,.0123456789"):
        marked = marked[:-1]
    return [statement for said, marks in marked for statement in _statements(said.strip(), marks, passages)]


def _statements(said: str, marks: str, passages: Sequence[Passage]) -> Iterator[Statement]:
    found = dict.fromkeys(int(number) for number in re.findall(r"\d+", marks))
    numbers = [number for number in found if 1 <= number <= len(passages)]
    whole = [citation for number in numbers if (citation := _verbatim(said, number, passages[number - 1]))]
    if whole:
        others = [number for number in numbers if number not in {citation.number for citation in whole}]
        agreeing = (_backing(said, number, passages[number - 1]) for number in others)
        yield Statement(said, (*whole, *(citation for citation in agreeing if citation)))
        return
    for start, end in sentence_spans(said):
        sentence = said[start:end]
        backing = (_backing(sentence, number, passages[number - 1]) for number in numbers)
        citations = tuple(citation for citation in backing if citation)
        if citations:
            yield Statement(sentence, citations)


def _verbatim(said: str, number: int, passage: Passage) -> Citation | None:
    text = passage.article.full_text
    if said not in text:
        said = without_brackets(said, passage.article)
    at = text.find(said, passage.start, passage.end) if said else -1
    if said and at < 0:  # the lead of a pronoun may stand before the passage
        at = text.find(said)
    return _citation(number, passage, at, at + len(said)) if at >= 0 else None


def _backing(said: str, number: int, passage: Passage) -> Citation | None:
    wanted = _content(said)
    text = passage.article.full_text
    shared = [(len(wanted & _content(text[sentence.start : sentence.end])), sentence) for sentence in passage.sentences]
    most, best = max(shared, key=lambda pair: pair[0])
    return _citation(number, passage, best.start, best.end) if most else None


def _citation(number: int, passage: Passage, start: int, end: int) -> Citation:
    return Citation(number, passage.article.full_text[start:end], start, end, passage.article)


def _content(text: str) -> set[str]:
    return {stem(word) for word in words(text) if word not in STOP_WORDS}
