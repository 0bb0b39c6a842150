"""Answers that a chat model writes: each sentence is checked against the passages before it is shown."""

import logging
import re
from collections.abc import Iterator, Sequence

from langchain_core.language_models import BaseChatModel

from assistant.answer import Citation, Span, Statement
from assistant.answering.answerers import Answerer, AnswerEvent, AnswerNote
from assistant.answering.citation_marks import MarkedSentence, marked_sentences
from assistant.answering.model_text import written_answer
from assistant.answering.plan import Search
from assistant.answering.scoring import MARKED
from assistant.checking.check import Check
from assistant.models.reading_model import Reader
from assistant.settings import Settings
from index.article import Passage
from index.errors import ModelError

UNAVAILABLE = "The chat model is down or slow, so its answer is replaced by quotations."
BROKEN_OFF = "The chat model broke off, so the rest of its answer is replaced by quotations."

_LOG = logging.getLogger("onrecord")


def writing(model: BaseChatModel, settings: Settings, reader: Reader, check: Check, fallback: Answerer) -> Answerer:
    """Return an answerer that has the chat model write, and yields the sentences that the passages support.

    Unsupported sentences are left out; with `settings.unsupported == "flag"` they are flagged where at least one other
    is supported. If the model fails, the fallback answers and a note says so.
    """

    def answer(search: Search, passages: Sequence[Passage]) -> Iterator[AnswerEvent]:
        tokens: dict[str, int] = {}
        waiting: list[Statement] = []
        is_supported = False
        pieces = written_answer(search.question, passages, model, settings.llm_seconds, tokens)
        try:
            for sentences in marked_sentences(pieces, len(passages)):
                statements = [_checked(each, search.question, passages, reader, check) for each in sentences]
                waiting += [each for each in statements if not each.flag or settings.unsupported == "flag"]
                is_supported = is_supported or any(not each.flag for each in waiting)
                yield None
                if is_supported:
                    yield from waiting
                    waiting = []
        except ModelError as error:
            _LOG.warning("problem", extra={"facts": {"error": str(error)}})
            by = settings.llm if is_supported else "quotation"
            yield AnswerNote(BROKEN_OFF if is_supported else UNAVAILABLE, answered_by=by, tokens=tokens)
            yield from fallback(search, passages)
        else:
            yield AnswerNote(answered_by=settings.llm, tokens=tokens)

    return answer


def _checked(
    sentence: MarkedSentence, question: str, passages: Sequence[Passage], reader: Reader, check: Check
) -> Statement:
    """Return the sentence with the quotations that support it, or with a flag that says why none does."""
    support = check(sentence.text, passages, sentence.numbers)
    citations = tuple(
        _citation(question, number, passages[number - 1], start, end, reader) for number, start, end in support.quotes
    )
    answer = next((citation.answer for citation in citations if citation.answer), "")
    return Statement(sentence.text, citations, support.reason, _place_of(answer, sentence.text))


def _citation(question: str, number: int, passage: Passage, start: int, end: int, reader: Reader) -> Citation:
    """Return the quotation with its words that answer, as the reading model finds them."""
    ((reading,),) = reader.read_parts(
        question, [passage.text], [[(start - passage.start, end - passage.start)]], [passage.article.title]
    )
    marked = (reading.start + passage.start, reading.end + passage.start) if reading.score >= MARKED else None
    return Citation(number, passage.article.full_text[start:end], start, end, passage.article, marked)


def _place_of(words: str, sentence: str) -> Span | None:
    """Return where the words stand in the sentence; None unless they stand there once, as whole words."""
    places = [match.span() for match in re.finditer(rf"(?<!\w){re.escape(words)}(?!\w)", sentence)] if words else []
    return places[0] if len(places) == 1 else None
