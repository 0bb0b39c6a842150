"""The API for programs: takes a question as JSON, answers with server-sent events or one JSON document."""

import codecs
import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
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

from assistant.answer import Answer, Turn, remark_facts
from assistant.assistant import IGNORABLE, MOST_CHARACTERS
from assistant.web.templating import html_page
from assistant.web.visitor_questions import NOT_STORED, VisitorQuestions, message_for_visitor, status_and_headers
from index.errors import OnrecordError, RequestError

MOST_BYTES = 500_000
"""The longest body of a request."""

MOST_TURNS = 50
"""The most turns that a request's history may have."""

CLIENT_LEFT = 499
"""The status in the log if the client closed the connection before the answer; nginx uses the same."""

MOST_REMARKS, MOST_SKIPPED = 100, 2_000
"""The most remarks that are given at once, and that are left out before them."""

SAID_FIELDS = ("speaker", "kind", "about", "after", "before", "publisher", "author", "article", "limit", "skip")
"""The query parameters of `/api/said`."""

Document = dict[str, Any]
Snapshots = AsyncGenerator[Answer | None, None]


class AskRequest(BaseModel):
    """The JSON body of a request; the descriptions of its fields are shown at /docs."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    question: str = Field(description=f"The question, at most {MOST_CHARACTERS:,} characters.")
    history: tuple[tuple[str, str], ...] = Field(
        (),
        max_length=MOST_TURNS,
        description="The earlier turns of the conversation, the oldest first, so that follow-up questions can be "
        f"understood: [[question, answer], …], at most {MOST_TURNS}. Each answer is the `text` of its document.",
    )
    page: str = Field(
        "",
        description="The id or URL of the article that the reader is looking at. It is searched first; "
        "if it has no answer, all articles are.",
    )
    article: str = Field("", description="Search only this article, given by its id or URL.")
    after: str = Field("", description="Search only articles published on this day or later, such as 2024-03-05.")
    before: str = Field("", description="Search only articles published on this day or earlier.")
    publisher: str = Field("", description="Search only articles of this publisher.")
    author: str = Field("", description="Search only articles by this author.")
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
    """Return the routes: `/api/ask`, and the page `/docs`, which explains it."""
    ask = Route("/ask", _ask(questions), methods=["POST"])
    said = Route("/said", _said(questions), methods=["GET"])
    return [
        Mount("/api", Starlette(routes=[ask, said], exception_handlers={HTTPException: _http_error})),
        Route("/docs", _docs),
    ]


def _http_error(request: Request, error: Exception) -> Response:
    problem = cast(HTTPException, error)
    return JSONResponse({"error": f"{problem.detail}. See /docs."}, problem.status_code, problem.headers)


def _docs(request: Request) -> Response:
    fields = [(name, field.description) for name, field in AskRequest.model_fields.items()]
    return html_page("api.html", request, fields=fields, address=f"{request.base_url}api/ask")


def _ask(questions: VisitorQuestions) -> Callable[[Request], Awaitable[Response]]:
    async def ask(request: Request) -> Response:
        try:
            body = await _read_body(request)
            history = [Turn(*pair) for pair in body.history]
            filters = body.model_dump(include={"article", "after", "before", "publisher", "author"})
            snapshots = questions.stream(body.question, request, history, body.page, filters, body.ignore)
            if _wants_events(request):
                return _EventStream(_events(await anext(snapshots), snapshots))
            return await _whole(request, snapshots)
        except OnrecordError as error:
            return _error_response(error)

    return ask


def _said(questions: VisitorQuestions) -> Callable[[Request], Awaitable[Response]]:
    async def said(request: Request) -> Response:
        try:
            given = _read_query(request)
            asked = {name: text for name, text in given.items() if name not in ("limit", "skip")}
            limit, skip = _count(given, "limit", MOST_REMARKS), _count(given, "skip", MOST_SKIPPED)
            remarks = await questions.said(request, limit or 20, skip, asked)
            return JSONResponse({"remarks": [remark_facts(each) for each in remarks]}, headers=NOT_STORED)
        except OnrecordError as error:
            return _error_response(error)

    return said


def _read_query(request: Request) -> dict[str, str]:
    given = dict(request.query_params)
    unknown = [name for name in given if name not in SAID_FIELDS]
    if unknown:
        name = shorten(unknown[0], 60, placeholder=" …")
        raise RequestError(400, f"There is no field {name!r}. The fields are {', '.join(SAID_FIELDS)}.")
    return {name: text.encode(errors="replace").decode() for name, text in given.items() if text}


def _count(given: Mapping[str, str], name: str, most: int) -> int:
    text = given.get(name, "0")
    if not text.isascii() or not text.isdigit() or len(text) > len(str(most)) or int(text) > most:
        raise RequestError(400, f"{name} is {shorten(text, 60)!r}. Give a whole number up to {most:,}.")
    return int(text)


async def _read_body(request: Request) -> AskRequest:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise RequestError(415, "The request must be JSON. Send it with `Content-Type: application/json`.")
    try:
        body = await request.body()
    except ClientDisconnect as error:
        raise RequestError(CLIENT_LEFT, "The connection was closed before the whole request had arrived.") from error
    if len(body) > MOST_BYTES:
        raise RequestError(
            413, f"The request has {len(body):,} bytes, more than the {MOST_BYTES:,} allowed. Send fewer turns."
        )
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
    """Return the whole answer as one JSON document, or an empty response if the client left."""
    latest: Answer | None = None
    async with aclosing(snapshots):
        async for answer in snapshots:
            if await request.is_disconnected():
                return Response(status_code=CLIENT_LEFT)
            latest = answer or latest
    return JSONResponse(_document(latest), headers=NOT_STORED)


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
    """Server-sent events that caches and proxies pass on at once; their generator is closed if the client leaves."""

    def __init__(self, events: AsyncGenerator[bytes, None]) -> None:
        super().__init__(events, headers={"cache-control": "no-store", "x-accel-buffering": "no"})
        self._events = events

    async def __call__(self, *request: Any) -> None:  # noqa: ANN401
        async with aclosing(self._events):
            await super().__call__(*request)


def _error_response(error: OnrecordError) -> JSONResponse:
    status, headers = status_and_headers(error)
    return JSONResponse({"error": message_for_visitor(error)}, status, headers)
