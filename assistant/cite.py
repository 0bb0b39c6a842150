"""Ties an answer's text to exact quotations: "… [2]" to a stretch of the second passage's article."""

import re
from collections.abc import Iterator, Sequence

from assistant.records import Citation, Statement
from index.records import Passage
from index.split import sentence_spans
from index.words import STOP_WORDS, stem, words

_MARKED = re.compile(r"(.+?)((?:\s*\[\d{1,3}(?:,\s*\d{1,3})*\])+\.?)", re.DOTALL)


def statements(text: str, passages: Sequence[Passage], *, finished: bool) -> list[Statement]:
    """The sentences of an answer that a quotation backs, in order.

    A mark stands for all sentences since the mark before. Marks outside the range, and marks of passages that share
    no word with the sentence, are dropped; so is a sentence that is left with none. While the text isn't `finished`,
    its last sentence is held back, for more marks may follow.
    """
    found = list(_MARKED.finditer(text))
    more_marks_may_follow = not finished and not text.endswith("\n")
    if found and more_marks_may_follow and not text[found[-1].end() :].strip(" [,.0123456789"):
        found.pop()
    return [statement for match in found for statement in _statements(match, passages)]


def _statements(match: re.Match[str], passages: Sequence[Passage]) -> Iterator[Statement]:
    said, marks = match.group(1).strip(), match.group(2)
    numbers = [number for mark in re.findall(r"\d+", marks) if 1 <= (number := int(mark)) <= len(passages)]
    whole = [citation for number in numbers if (citation := _verbatim(said, number, passages[number - 1]))]
    if whole:
        yield Statement(said, tuple(whole))
        return
    for start, end in sentence_spans(said):
        sentence = said[start:end]
        backing = (_backing(sentence, number, passages[number - 1]) for number in dict.fromkeys(numbers))
        citations = tuple(citation for citation in backing if citation)
        if citations:
            yield Statement(sentence, citations)


def _verbatim(said: str, number: int, passage: Passage) -> Citation | None:
    at = passage.text.find(said)
    return _citation(number, passage, passage.start + at, passage.start + at + len(said)) if at >= 0 else None


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
