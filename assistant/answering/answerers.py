"""The type of an answerer, a function from a search and its passages to statements, and the one that quotes."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from assistant.answer import Statement
from assistant.answering.plan import Search
from assistant.answering.quoting import quote_statements
from assistant.answering.scoring import Scorer
from assistant.answering.speech_evidence import SpeechEvidence
from assistant.search.speech_question import SpeechQuestion
from index.article import Passage
from index.storage.catalog import Catalog


@dataclass(frozen=True, slots=True)
class AnswerNote:
    """Facts about an answer besides its statements: a notice for the reader, who answered, tokens used."""

    notice: str = ""
    answered_by: str = "quotation"
    tokens: Mapping[str, int] = field(default_factory=dict)


AnswerEvent = Statement | AnswerNote | None
"""None comes while there is nothing to show yet, so that a caller whose client has disconnected can stop."""

Answerer = Callable[[Search, Sequence[Passage]], Iterator[AnswerEvent]]
"""Yields the statements of an answer in their order; none is a refusal."""


def quoting(scorer: Scorer, minimum: float, catalog: Callable[[], Catalog]) -> Answerer:
    """Return an answerer that quotes the sentences with odds of `minimum` or more.

    The `catalog` is asked who says what in them, for a question about speech.
    """

    def answer(search: Search, passages: Sequence[Passage]) -> Iterator[AnswerEvent]:
        evidence = _evidence(search.speech, passages, catalog()) if search.speech else None
        unanswered = yield from quote_statements(search.questions, passages, scorer, minimum, evidence)
        if 0 < len(unanswered) < len(search.questions):
            yield AnswerNote(f"The articles don't say: {' '.join(unanswered)}")

    return answer


def _evidence(asked: SpeechQuestion, passages: Sequence[Passage], catalog: Catalog) -> SpeechEvidence:
    articles = {passage.article.id for passage in passages}
    return SpeechEvidence(asked, catalog.remarks_of(articles), catalog.unread(articles))
