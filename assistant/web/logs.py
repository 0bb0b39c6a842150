"""The log: one line of JSON on stderr for each event. Requests and answers have the id sent as `X-Request-ID`."""

import asyncio
import json
import logging
import re
import sys
import time
import uuid
from collections.abc import Mapping
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_LOG = logging.getLogger("onrecord")

_NAME_ASKED_FOR = re.compile(r"(?<=/said/).+", re.DOTALL)
"""Whose remarks a visitor reads is as much their own business as what they ask."""


def set_up() -> None:
    """Write onrecord's own events, and warnings of its libraries, to stderr."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    handler.addFilter(_is_worth_a_line)
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    _LOG.setLevel(logging.INFO)


def _is_worth_a_line(record: logging.LogRecord) -> bool:
    """Return False for the errors with which uvicorn, when it stops, ends the streams of open browser tabs."""
    ended = record.exc_info and isinstance(record.exc_info[1], asyncio.CancelledError)
    return not (record.name == "uvicorn.error" and (ended or record.getMessage().startswith("Cancel ")))


def log_event(name: str, **facts: Any) -> None:  # noqa: ANN401
    """Log an event with its facts: `log_event("answer", ms=120)`."""
    _LOG.info(name, extra={"facts": facts})


class JsonFormatter(logging.Formatter):
    """Formats a record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        facts: Mapping[str, Any] = getattr(record, "facts", {})
        at = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created)) + f".{record.msecs:03.0f}Z"
        line = {"at": at, "level": record.levelname.lower(), "event": record.getMessage(), **facts}
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


class RequestLog:
    """Middleware that gives every request an id, sends it back as `X-Request-ID`, and logs how the request ended."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request, as in the ASGI specification."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        given = Headers(scope=scope).get("x-request-id", "")
        scope["onrecord.request"] = given if re.fullmatch(r"[\w-]{8,64}", given) else uuid.uuid4().hex[:16]
        began, status = time.perf_counter(), 500

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["x-request-id"] = scope["onrecord.request"]
            await send(message)

        try:
            await self._app(scope, receive, send_with_id)
        finally:
            log_event(
                "request",
                id=scope["onrecord.request"],
                method=scope["method"],
                path=_NAME_ASKED_FOR.sub("…", scope["path"]),
                status=status,
                ms=round(1000 * (time.perf_counter() - began)),
            )
