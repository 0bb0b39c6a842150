"""The API for programs: a question as JSON in, its answer as server-sent events or as one JSON document out."""

import asyncio
import json
import threading
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import aclosing, closing
from textwrap import shorten
from typing import Any, cast

from fastapi.sse import KEEPALIVE_COMMENT, EventSourceResponse, format_sse_event
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from assistant.answer import Answer, Turn
from assistant.assistant import MOST_CHARACTERS
from assistant.web.article_pages import TEMPLATES
from assistant.web.visitor_questions import QUESTIONS_AT_ONCE, Asking, told
from index.errors import OnrecordError, QuestionError, QuotaError, RequestError

MOST_BYTES = 500_000
MOST_TURNS = 50
HEARTBEAT = 1.0
"""Seconds after which a comment is sent where nothing else is, and it is noticed who waits no more.

The standard for server-sent events advises 15, for proxies that end silent connections
(https://html.spec.whatwg.org/multipage/server-sent-events.html#authoring-notes)."""

LEFT = 499
"""The status in the log where nobody waited for the answer, as nginx has it."""

Document = dict[str, Any]


class AskRequest(BaseModel):
    """What may be asked, as JSON; the descriptions are shown at /docs."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    question: str = Field(description=f"What is asked, in at most {MOST_CHARACTERS:,} characters.")
    history: tuple[tuple[str, str], ...] = Field(
        (),
        max_length=MOST_TURNS,
        description="The questions before and the text of their answers, the oldest first, so that a follow-up is "
        f"understood: [[question, answer], …], at most {MOST_TURNS}.",
    )
    page: str = Field("", description="The id or URL of the article that the reader sees: it is looked into first.")
    article: str = Field("", description="Only this article, by its id or URL.")
    after: str = Field("", description="Only articles published since that day, as 2024-03-05.")
    before: str = Field("", description="Only articles published up to that day.")
    publisher: str = Field("", description="Only articles of this publisher.")
    author: str = Field("", description="Only articles by this author.")


def routes(asking: Asking) -> list[BaseRoute]:
    """`/api/ask`, and `/docs`, which explains it."""
    asked = Route("/ask", _ask(asking), methods=["POST"])
    return [
        Mount("/api", Starlette(routes=[asked], exception_handlers={HTTPException: _not_here})),
        Route("/docs", _docs),
    ]


def _not_here(request: Request, error: Exception) -> Response:
    problem = cast(HTTPException, error)
    return JSONResponse({"error": f"{problem.detail}. See /docs."}, problem.status_code, problem.headers)


def _docs(request: Request) -> Response:
    fields = [(name, field.description) for name, field in AskRequest.model_fields.items()]
    root, address = request.scope.get("root_path", ""), f"{request.base_url}api/ask"
    page = TEMPLATES.get_template("api.html")
    return HTMLResponse(page.render(fields=fields, root=root, address=address))


def _ask(asking: Asking) -> Callable[[Request], Awaitable[Response]]:
    threads = ThreadPoolExecutor(QUESTIONS_AT_ONCE, "answering")

    async def ask(request: Request) -> Response:
        try:
            question = await _read(request)
            history = [Turn(*pair) for pair in question.history]
            wanted = question.model_dump(include={"article", "after", "before", "publisher", "author"})
            answers = await run_in_threadpool(asking.stream, question.question, request, history, question.page, wanted)
            documents = _documents(answers, threads)
            if _wants_events(request):
                return _EventStream(_events(await anext(documents), documents))
            return await _whole(request, documents)
        except OnrecordError as error:
            return _refused(error)

    return ask


async def _read(request: Request) -> AskRequest:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise RequestError(415, "The question must be JSON. Send it with `Content-Type: application/json`.")
    try:
        body = await request.body()
    except ClientDisconnect as error:
        raise RequestError(LEFT, "The request broke off.") from error
    if len(body) > MOST_BYTES:
        raise RequestError(413, f"The request has {len(body):,} bytes; at most {MOST_BYTES:,} are read. Send less.")
    try:
        return AskRequest.model_validate_json(body)
    except ValidationError as error:
        raise RequestError(400, _first_problem(error)) from error


def _first_problem(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    name = shorten(".".join(map(str, first["loc"])), 60, placeholder=" …")
    if first["type"] == "extra_forbidden":
        return f"There is no field {name!r}. The fields are {', '.join(AskRequest.model_fields)}."
    return f"{name or 'The body'}: {first['msg'][0].lower()}{first['msg'][1:]}. See /docs."


def _wants_events(request: Request) -> bool:
    accepted = request.headers.get("accept", "")
    return "application/json" not in accepted or "text/event-stream" in accepted


async def _documents(
    answers: Generator[Answer, None, None], threads: Executor
) -> AsyncGenerator[Document | None, None]:
    """The answer's growing document, None after each HEARTBEAT in which nothing came.

    It is written in a thread when one is free. If this generator is closed, that of the answers is at its next
    snapshot. Raises what the answers raise.
    """
    loop, left = asyncio.get_running_loop(), threading.Event()
    queue: asyncio.Queue[Document | asyncio.Future[None]] = asyncio.Queue()

    def write() -> None:
        with closing(answers):
            last = None
            for answer in answers:
                if left.is_set():
                    return
                if answer != last:
                    loop.call_soon_threadsafe(queue.put_nowait, answer.to_dict())
                last = answer

    writing = loop.run_in_executor(threads, write)
    writing.add_done_callback(queue.put_nowait)
    try:
        while True:
            try:
                document = await asyncio.wait_for(queue.get(), HEARTBEAT)
            except TimeoutError:
                yield None
                continue
            if isinstance(document, asyncio.Future):
                document.result()
                return
            yield document
    finally:
        left.set()
        writing.cancel()


async def _whole(request: Request, documents: AsyncGenerator[Document | None, None]) -> Response:
    latest: Document | None = None
    async with aclosing(documents):
        async for document in documents:
            if await request.is_disconnected():
                return Response(status_code=LEFT)
            latest = document or latest
    return JSONResponse(latest, headers={"cache-control": "no-store"})


async def _events(
    latest: Document | None, documents: AsyncGenerator[Document | None, None]
) -> AsyncGenerator[bytes, None]:
    async with aclosing(documents):
        yield _snapshot(latest)
        try:
            async for document in documents:
                yield _snapshot(document)
                latest = document or latest
            yield _event("answer", latest)
        except OnrecordError as error:
            yield _event("error", {"error": told(error)})


def _snapshot(document: Document | None) -> bytes:
    return _event("snapshot", document) if document else KEEPALIVE_COMMENT


def _event(name: str, document: Document | None) -> bytes:
    return format_sse_event(event=name, data_str=json.dumps(document, ensure_ascii=False))


class _EventStream(EventSourceResponse):
    """Events that aren't kept by caches and proxies, and whose generator is closed when nobody reads them any more."""

    def __init__(self, events: AsyncGenerator[bytes, None]) -> None:
        super().__init__(events, headers={"cache-control": "no-store", "x-accel-buffering": "no"})
        self._events = events

    async def __call__(self, *request: Any) -> None:  # noqa: ANN401
        async with aclosing(self._events):
            await super().__call__(*request)


def _refused(error: OnrecordError) -> JSONResponse:
    headers = {"cache-control": "no-store"}
    status = 400 if isinstance(error, QuestionError) else 503
    if isinstance(error, RequestError):
        status = error.status
    if isinstance(error, QuotaError):
        status, headers["retry-after"] = 429, str(error.seconds)
    return JSONResponse({"error": told(error)}, status, headers)
