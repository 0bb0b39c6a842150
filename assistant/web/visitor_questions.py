"""Questions from visitors: within their quota, logged, and errors in words that are for them."""

import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from types import MappingProxyType

from starlette.requests import HTTPConnection

from assistant.answer import Answer, Turn
from assistant.assistant import Assistant
from assistant.web.logs import event
from assistant.web.quota import Quota
from index.errors import CollectionError, OnrecordError, QuestionError, QuotaError

QUESTIONS_AT_ONCE = 2
"""That are being answered; others wait."""


class Asking:
    """Asks the assistant for visitors."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self._quota = Quota(assistant.settings.quota)

    def stream(
        self,
        question: str,
        request: HTTPConnection,
        history: Sequence[Turn] = (),
        page: str = "",
        wanted: Mapping[str, str] = MappingProxyType({}),
    ) -> Generator[Answer, None, None]:
        """Growing snapshots of the answer to the request's visitor; what is given is that of `Assistant.stream`.

        Raises QuotaError at once, and the errors of `Assistant.stream` from the iterator.
        """
        seconds = self._quota.seconds_to_wait(request.scope["onrecord.visitor"])
        if seconds:
            raise QuotaError(seconds)
        return self._logged(question, request, self._assistant.stream(question, history, page, **wanted))

    def _logged(
        self, question: str, request: HTTPConnection, snapshots: Iterator[Answer]
    ) -> Generator[Answer, None, None]:
        began = time.perf_counter()
        for answer in snapshots:
            yield answer
        facts = {"question": question} if self._assistant.settings.log_questions else {}
        event(
            "answer",
            id=request.scope["onrecord.request"],
            ms=round(1000 * (time.perf_counter() - began)),
            refused=answer.refused,
            citations=len(answer.citations),
            **facts,
        )


def told(error: OnrecordError) -> str:
    """What a visitor is told: a mistake in the question as it is, of the rest nothing that tells of the server."""
    if isinstance(error, QuestionError):
        return str(error)
    event("problem", error=str(error))
    if isinstance(error, CollectionError):
        return "There are no articles to answer from yet. Ask whoever runs this chat to add some."
    return "The answer couldn't be written just now. Try again in a moment, or tell whoever runs this chat."
