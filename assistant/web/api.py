"""The API for programs: a question as JSON in, its answer as server-sent events or as one JSON document out."""

import codecs
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from textwrap import shorten
from typing import Any, cast

from fastapi.sse import KEEPALIVE_COMMENT, EventSourceResponse, format_sse_event
from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from assistant.answer import Answer, Turn
from assistant.assistant import IGNORABLE, MOST_CHARACTERS
from assistant.web.templating import html_page
from assistant.web.visitor_questions import VisitorQuestions, message_for_visitor
from index.errors import OnrecordError, QuestionError, QuotaError, RequestError

MOST_BYTES = 500_000
MOST_TURNS = 50

CLIENT_LEFT = 499
"""The status in the log if the client closed the connection before the answer; nginx uses the same."""

Document = dict[str, Any]
Snapshots = AsyncGenerator[Answer | None, None]


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
    ignore: tuple[str, ...] = Field(
        (),
        max_length=len(IGNORABLE),
        description="Words of the question that restrict it to a period, a publisher or an author are applied, except "
        f"for these: {', '.join(IGNORABLE)}.",
    )

    @field_validator("history", "page", "article", "after", "before", "publisher", "author", "ignore", mode="before")
    @classmethod
    def _default_for_null(cls, value: object, info: ValidationInfo) -> object:
        return cls.model_fields[str(info.field_name)].default if value is None else value

    @field_validator("history", mode="before")
    @classmethod
    def _empty_answer_for_null(cls, turns: object) -> object:
        """Return the history with an empty answer for each null: [["Who?", null]] becomes [["Who?", ""]]."""
        if not isinstance(turns, list):
            return turns
        return [[turn[0], ""] if isinstance(turn, list) and turn[1:] == [None] else turn for turn in turns]


def routes(questions: VisitorQuestions) -> list[BaseRoute]:
    """`/api/ask`, and `/docs`, which explains it."""
    asked = Route("/ask", _ask(questions), methods=["POST"])
    return [
        Mount("/api", Starlette(routes=[asked], exception_handlers={HTTPException: _not_here})),
        Route("/docs", _docs),
    ]


def _not_here(request: Request, error: Exception) -> Response:
    problem = cast(HTTPException, error)
    return JSONResponse({"error": f"{problem.detail}. See /docs."}, problem.status_code, problem.headers)


def _docs(request: Request) -> Response:
    fields = [(name, field.description) for name, field in AskRequest.model_fields.items()]
    return html_page("api.html", request, fields=fields, address=f"{request.base_url}api/ask")


def _ask(questions: VisitorQuestions) -> Callable[[Request], Awaitable[Response]]:
    async def ask(request: Request) -> Response:
        try:
            asked = await _read(request)
            history = [Turn(*pair) for pair in asked.history]
            filters = asked.model_dump(include={"article", "after", "before", "publisher", "author"})
            snapshots = questions.stream(asked.question, request, history, asked.page, filters, asked.ignore)
            if _wants_events(request):
                return _EventStream(_events(await anext(snapshots), snapshots))
            return await _whole(request, snapshots)
        except OnrecordError as error:
            return _refused(error)

    return ask


async def _read(request: Request) -> AskRequest:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise RequestError(415, "The question must be JSON. Send it with `Content-Type: application/json`.")
    try:
        body = await request.body()
    except ClientDisconnect as error:
        raise RequestError(CLIENT_LEFT, "The request broke off.") from error
    if len(body) > MOST_BYTES:
        raise RequestError(413, f"The request has {len(body):,} bytes; at most {MOST_BYTES:,} are read. Send less.")
    try:
        return AskRequest.model_validate_json(body.removeprefix(codecs.BOM_UTF8))
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


async def _whole(request: Request, snapshots: Snapshots) -> Response:
    """The whole answer as one JSON document."""
    latest: Answer | None = None
    async with aclosing(snapshots):
        async for answer in snapshots:
            if await request.is_disconnected():
                return Response(status_code=CLIENT_LEFT)
            latest = answer or latest
    return JSONResponse(_document(latest), headers={"cache-control": "no-store"})


async def _events(latest: Answer | None, snapshots: Snapshots) -> AsyncGenerator[bytes, None]:
    """Yield the answer as server-sent events; `latest` was taken from the snapshots already."""
    async with aclosing(snapshots):
        yield _snapshot(latest)
        try:
            async for answer in snapshots:
                yield _snapshot(answer)
                latest = answer or latest
            yield _event("answer", _document(latest))
        except OnrecordError as error:
            yield _event("error", {"error": message_for_visitor(error)})


def _snapshot(answer: Answer | None) -> bytes:
    return _event("snapshot", _document(answer)) if answer else KEEPALIVE_COMMENT


def _document(answer: Answer | None) -> Document | None:
    return answer.to_dict() if answer else None


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
    return JSONResponse({"error": message_for_visitor(error)}, status, headers)
