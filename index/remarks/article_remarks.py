"""Finds the remarks of an article: parses what can report speech, and says whose each remark is."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from index.article import FoundRemark, Sentence
from index.remarks.parser import Parser
from index.remarks.quotations import quotations, with_double_marks
from index.remarks.sentence_remarks import SentenceRemark, sentence_remarks
from index.remarks.speaker_phrases import Span
from index.remarks.speakers import Speakers
from index.remarks.speech_verbs import may_report_speech

if TYPE_CHECKING:
    from spacy.tokens import Doc

_LOG = logging.getLogger("onrecord")


def find_remarks(
    articles: Sequence[tuple[str, str, Sequence[Sentence]]], parser: Parser
) -> Iterator[list[FoundRemark]]:
    """Yield the remarks of each article, given as headline, text and sentences. All are parsed in one batch."""
    plans = [_Plan(title, text, sentences) for title, text, sentences in articles]
    docs = parser.parse([text for plan in plans for text in plan.to_parse])
    for plan in plans:
        parsed = [next(docs) for _ in plan.to_parse]
        try:
            yield plan.remarks(parsed)
        except Exception:  # noqa: BLE001 an article must come in, whatever its sentences are
            _LOG.exception("no remarks were found in “%s”, because of a mistake of this program", plan.title)
            yield []


class _Plan:
    """An article with its quotations, and the sentences that must be parsed."""

    def __init__(self, title: str, full_text: str, sentences: Sequence[Sentence]) -> None:
        self.title, self._text = title, full_text
        self._marked = with_double_marks(full_text)
        self._spans = [(each.start, each.end) for each in sentences]
        self._quoted: list[list[Span]] = []
        self._goes_on: list[bool] = []
        is_open = False
        for number, (start, end) in enumerate(self._spans):
            if number and "\n\n" in full_text[self._spans[number - 1][1] : start]:
                is_open = False
            self._goes_on.append(is_open)
            spans, is_open = quotations(self._marked[start:end], is_open=is_open)
            is_open = is_open and self._closes(number + 1)
            self._quoted.append(spans)
        self._parsed = [at for at, span in enumerate(self._spans) if may_report_speech(self._marked[slice(*span)])]

    def _closes(self, number: int) -> bool:
        """Return True if a quotation that is open before this sentence ends in the same paragraph."""
        for start, end in self._spans[number:]:
            if "\n\n" in self._text[self._spans[number - 1][1] : start]:
                return True  # a quotation of several paragraphs has marks where each begins
            spans, is_open = quotations(self._marked[start:end], is_open=True)
            if spans[0][0] > 0:
                return False
            if not is_open or spans[0][1] < end - start:
                return True
        return False

    @property
    def to_parse(self) -> list[str]:
        return [self._text[slice(*self._spans[at])] for at in self._parsed]

    def remarks(self, docs: Sequence[Doc]) -> list[FoundRemark]:
        """Return the article's remarks in their order, from the parses of `to_parse`."""
        parses = dict(zip(self._parsed, docs, strict=True))
        speakers = Speakers(self.title, self._text, {self._spans[at][0]: doc for at, doc in parses.items()})
        found: list[FoundRemark] = []
        for at, (start, _) in enumerate(self._spans):
            own = sentence_remarks(parses[at], self._quoted[at]) if at in parses else []
            for each in own:
                found.append(self._found(each, at, speakers.name(each, parses[at], start)))
            if not own and (before := self._speaker_of_quotation(at, found)):
                found.append(self._continued(at, before))
        return found

    def _found(self, remark: SentenceRemark, at: int, name: str | None) -> FoundRemark:
        start = self._spans[at][0]

        def moved(span: Span) -> Span:
            return span[0] + start, span[1] + start

        return FoundRemark(
            self._spans[at],
            remark.kind,
            moved(remark.cue),
            moved(remark.speaker) if remark.speaker else None,
            moved(remark.head) if remark.head else None,
            name,
            moved(remark.content),
            remark.is_direct,
            moved(remark.toward) if remark.toward else None,
        )

    def _speaker_of_quotation(self, at: int, found: Sequence[FoundRemark]) -> FoundRemark | None:
        """Return the remark of the sentence before that this sentence, a quotation, goes on from."""
        start, end = self._spans[at]
        length = sum(b - a for a, b in self._quoted[at])
        if (
            not found
            or at == 0
            or length < 0.8 * (end - start)
            or not (self._goes_on[at] or self._quoted[at][0][0] == 0)
        ):
            return None
        before = found[-1]
        return before if before.sentence == self._spans[at - 1] and before.is_direct else None

    def _continued(self, at: int, before: FoundRemark) -> FoundRemark:
        start, end = self._spans[at]
        return FoundRemark((start, end), "say", (start, start), None, None, before.name, (start, end), True, None)
