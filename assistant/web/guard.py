"""What stands before every page: who may come in, from which pages, with which headers, to which paths."""

import re
from collections.abc import Mapping
from textwrap import shorten

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.settings import Settings
from assistant.web.visitors import FORWARDED, from_proxy, visitor

GRADIO = frozenset(
    ["", *"assets config favicon.ico gradio_api manifest.json robots.txt static svelte theme.css".split()]
)
OWN = frozenset("admin api articles docs embed embed.js health ready web".split())
OPEN_IN_API = frozenset(
    "api app_id call cancel config heartbeat info openapi.json queue reset run startup-events theme.css".split()
)
"""The paths that the chat needs, by their first part, and those under /gradio_api/: the routes for files, uploads,
recordings, monitoring and sign-in, which Gradio opens even where nothing uses them, stay closed."""

FOR_ALL = frozenset(["health", "ready"])
EMBEDDABLE = frozenset(["embed", "articles"])
"""What a page of another origin may show in a frame, if its origin is on the list."""

MOST_BYTES = 5_000_000
"""A request carries its whole conversation, at some 3 kB an answer."""
MOST_UPLOADED = 50_000_000
"""To /admin."""

_GRADIO_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; frame-src 'self'"
)
"""Nothing from another host; Gradio's own scripts need the two `unsafe-` words."""
_HOST = re.compile(r"(?:\[(?P<address>[0-9A-Fa-f:.]+)\]|(?P<name>[\w.-]+))(?::\d*)?", re.ASCII)

_OWN_POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'"


class Guard:
    """Lets in who may come in, refuses what isn't for them, and adds the headers to every response."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._settings = settings
        self._hosts = {"localhost", "127.0.0.1", "::1", settings.host, *settings.hostnames}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handles one request, as the ASGI specification says."""
        if scope["type"] == "websocket":
            return await send({"type": "websocket.close"})  # nothing here uses them
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        area = _parts(scope)[0]

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers(area).items():
                    headers.setdefault(name, value)
            await send(message)

        refusal = self._refusal(scope)
        if area == "embed":
            scope = {**scope, "path": scope.get("root_path", "") + "/"}
        return await (refusal or self._app)(scope, receive, send_with_headers)

    def _headers(self, area: str) -> Mapping[str, str]:
        framing = " ".join(["'self'", *(self._settings.origins if area in EMBEDDABLE else ())])
        policy = _GRADIO_POLICY if area in GRADIO or area == "embed" else _OWN_POLICY
        return {
            "content-security-policy": f"{policy}; object-src 'none'; base-uri 'self'; form-action 'self'; "
            f"frame-ancestors {framing}",
            "x-content-type-options": "nosniff",
            "referrer-policy": "no-referrer",
            "cross-origin-resource-policy": "cross-origin" if area == "embed.js" else "same-origin",
            "permissions-policy": "camera=(), microphone=(), geolocation=()",
        }

    def _refusal(self, scope: Scope) -> Response | None:
        area, route = _parts(scope)
        host = Headers(scope=scope).get("host", "")
        if _host_name(host) not in self._hosts:
            return _told(
                area,
                f"This server has no name {shorten(host, 80)!r}. Its operator sets names by ONRECORD_HOSTNAMES.",
                400,
            )
        if area not in GRADIO | OWN or (area == "gradio_api" and route not in OPEN_IN_API):
            return _told(area, "There is nothing here.", 404)
        if "\0" in scope["path"] or b"%00" in scope["query_string"]:
            return _told(area, "There is a NUL character (%00) in the address. Send it without.", 400)
        scope["onrecord.visitor"] = visitor(scope, self._settings)
        if scope["onrecord.visitor"] is None and area not in FOR_ALL:
            return _told(area, "Sign in at your organisation's page first.", 401)
        if not from_proxy(scope, self._settings):
            scope["headers"] = [pair for pair in scope["headers"] if pair[0].decode("latin-1") not in FORWARDED]
        return self._refused_body(scope, area) if scope["method"] not in ("GET", "HEAD", "OPTIONS") else None

    def _refused_body(self, scope: Scope, area: str) -> Response | None:
        headers = Headers(scope=scope)
        length, most = headers.get("content-length", ""), MOST_UPLOADED if area == "admin" else MOST_BYTES
        if not length.isdigit() or int(length) > most:
            return _told(area, f"A request must have a length, of at most {most} bytes.", 413)
        origin = headers.get("origin")
        own = headers.get("x-forwarded-host") or headers.get("host", "")
        others = () if area == "admin" else self._settings.origins
        if origin is not None and origin.partition("://")[2] != own and origin not in others:
            return _told(area, "A page of another origin may not do this.", 403)
        return None


def _host_name(header: str) -> str:
    """Return the name or address in a `Host` header, without its port: "[::1]:7860" gives "::1"."""
    match = _HOST.fullmatch(header)
    return (match["address"] or match["name"]).lower() if match else ""


def _told(area: str, problem: str, status: int) -> Response:
    return JSONResponse({"error": problem}, status) if area == "api" else PlainTextResponse(problem, status)


def _parts(scope: Scope) -> tuple[str, str]:
    """The first two parts of the path, without the path at which a proxy serves the chat."""
    path: str = scope["path"].removeprefix(scope.get("root_path", ""))
    area, route = [*path[1:].split("/"), ""][:2]
    return area, route
