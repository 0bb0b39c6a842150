"""One JSON document a line on stderr: requests and answers, each with the id that the reader's browser was told."""

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


def set_up() -> None:
    """Writes what onrecord does, and what its libraries warn of, to stderr."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Lines())
    handler.addFilter(_tells_of_a_problem)
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    _LOG.setLevel(logging.INFO)


def _tells_of_a_problem(record: logging.LogRecord) -> bool:
    """Whether it is something else than uvicorn ending the streams of open tabs, which end with nothing less."""
    ended = record.exc_info and isinstance(record.exc_info[1], asyncio.CancelledError)
    return not (record.name == "uvicorn.error" and (ended or record.getMessage().startswith("Cancel ")))


def event(name: str, **facts: Any) -> None:  # noqa: ANN401
    """Logs that something happened."""
    _LOG.info(name, extra={"facts": facts})


class Lines(logging.Formatter):
    """A record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        facts: Mapping[str, Any] = getattr(record, "facts", {})
        at = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created)) + f".{record.msecs:03.0f}Z"
        line = {"at": at, "level": record.levelname.lower(), "event": record.getMessage(), **facts}
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


class RequestLog:
    """Gives every request an id, which the response has as `x-request-id`, and logs how it ended."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handles one request, as the ASGI specification says."""
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
            event(
                "request",
                id=scope["onrecord.request"],
                method=scope["method"],
                path=scope["path"],
                status=status,
                ms=round(1000 * (time.perf_counter() - began)),
            )
