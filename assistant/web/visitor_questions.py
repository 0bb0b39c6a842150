"""Questions from visitors of the page and the API: few at once, each visitor within a quota, answers logged."""

import asyncio
import threading
import time
from collections.abc import AsyncGenerator, Generator, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import closing
from types import MappingProxyType

from starlette.requests import HTTPConnection

from assistant.answer import Answer, Turn
from assistant.assistant import Assistant
from assistant.web.logs import log_event
from assistant.web.quota import Quota
from index.article import Remark
from index.errors import CollectionError, NoRemarksError, OnrecordError, QuestionError, QuotaError, RequestError

QUESTIONS_AT_ONCE = 2
"""The number of questions answered at the same time in this process; the others wait in order of arrival."""

HEARTBEAT = 0.5
"""The seconds after which a waiting client hears something, so that a closed connection is noticed.

Gradio notices a closed page at the second message after: the answer ends 0.5 to 1 second later, measured six times.

The standard for server-sent events advises 15, for proxies that end silent connections
(https://html.spec.whatwg.org/multipage/server-sent-events.html#authoring-notes)."""


TURNED_OFF = "Who said what isn't known here: the operator of this chat has turned that off."

NOT_STORED = {"cache-control": "no-store"}
"""The header of answers, which are a visitor's own and change with the articles."""


class VisitorQuestions:
    """Asks the assistant for visitors. The page and the API share one object, and so its limits."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self._quota = Quota(assistant.settings.quota)
        self._threads = ThreadPoolExecutor(QUESTIONS_AT_ONCE, "answering")

    def stream(
        self,
        question: str,
        request: HTTPConnection,
        history: Sequence[Turn] = (),
        page: str = "",
        filters: Mapping[str, str] = MappingProxyType({}),
        ignore: Sequence[str] = (),
    ) -> AsyncGenerator[Answer | None, None]:
        """Return growing snapshots of the answer, and None after every HEARTBEAT without a new one.

        `request` names the visitor; `history`, `page`, `filters` and `ignore` are those of `Assistant.stream`. The
        question waits while QUESTIONS_AT_ONCE others are answered. Closing the generator gives up the waiting, or ends
        the answer at its next snapshot. This method raises QuestionError; the generator raises the errors of
        `Assistant.stream`.
        """
        _refuse_nul({"question": question, "page": page, **filters})
        for turn in history:
            _refuse_nul({"history": turn.question + turn.answer})
        # Half a surrogate pair, which Gradio takes, becomes "?": the catalog can't look it up.
        filters = {name: text.encode(errors="replace").decode() for name, text in filters.items()}
        seconds = self._quota.seconds_to_wait(request.scope["onrecord.visitor"])
        if seconds:
            raise QuotaError(seconds)
        snapshots = self._logged(question, request, self._assistant.stream(question, history, page, ignore, **filters))
        return _from_thread(snapshots, self._threads)

    async def said(self, request: HTTPConnection, limit: int, skip: int, asked: Mapping[str, str]) -> list[Remark]:
        """Return remarks, as a question that counts towards the visitor's quota; `asked` are those of `said`."""
        _refuse_nul(asked)
        if seconds := self._quota.seconds_to_wait(request.scope["onrecord.visitor"]):
            raise QuotaError(seconds)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, lambda: self._assistant.said(limit=limit, skip=skip, **asked))

    def _logged(
        self, question: str, request: HTTPConnection, snapshots: Iterator[Answer]
    ) -> Generator[Answer, None, None]:
        """Yield the snapshots, and log the last one."""
        began = time.perf_counter()
        for answer in snapshots:
            yield answer
        facts = {"question": question} if self._assistant.settings.log_questions else {}
        log_event(
            "answer",
            id=request.scope["onrecord.request"],
            ms=round(1000 * (time.perf_counter() - began)),
            refused=answer.refused,
            citations=len(answer.citations),
            **facts,
        )


def _refuse_nul(texts: Mapping[str, str]) -> None:
    """Raise RequestError if a text, given by its name, has a NUL character, which ends a text in C libraries."""
    for name, text in texts.items():
        if "\0" in text:
            raise RequestError(400, f"{name}: there is a NUL character (U+0000) in it. Send it without.")


async def _from_thread(
    snapshots: Generator[Answer, None, None], threads: Executor
) -> AsyncGenerator[Answer | None, None]:
    """Yield the snapshots, made in a thread once one is free, and None after every HEARTBEAT without a new one.

    A snapshot equal to the one before is left out. Raises what `snapshots` raises.
    """
    loop, abandoned = asyncio.get_running_loop(), threading.Event()
    queue: asyncio.Queue[Answer | asyncio.Future[None]] = asyncio.Queue()

    def make_snapshots() -> None:
        with closing(snapshots):
            latest = None
            for snapshot in snapshots:
                if abandoned.is_set():
                    return
                if snapshot != latest:
                    loop.call_soon_threadsafe(queue.put_nowait, snapshot)
                latest = snapshot

    work = loop.run_in_executor(threads, make_snapshots)
    work.add_done_callback(queue.put_nowait)
    try:
        while True:
            try:
                news = await asyncio.wait_for(queue.get(), HEARTBEAT)
            except TimeoutError:
                yield None
                continue
            if isinstance(news, asyncio.Future):
                news.result()  # raises what the thread raised
                return
            yield news
    finally:
        abandoned.set()
        work.cancel()  # takes it off the executor's waiting list; a running thread ends at its next snapshot


def message_for_visitor(error: OnrecordError) -> str:
    """Return the text that a visitor sees: a mistake in the question as it is, other errors without their details."""
    if isinstance(error, QuestionError):
        return str(error)
    log_event("problem", error=str(error))
    if isinstance(error, NoRemarksError):
        return TURNED_OFF
    if isinstance(error, CollectionError):
        return "There are no articles to answer from yet. Ask the operator of this chat to add some."
    return "The answer couldn't be written just now. Try again in a moment, or tell the operator of this chat."


def status_and_headers(error: OnrecordError) -> tuple[int, dict[str, str]]:
    """Return the status and the headers of the response that shows a visitor the error."""
    if isinstance(error, QuotaError):
        return 429, {**NOT_STORED, "retry-after": str(error.seconds)}
    if isinstance(error, RequestError):
        return error.status, NOT_STORED
    return 400 if isinstance(error, QuestionError) else 503, NOT_STORED
