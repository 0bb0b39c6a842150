"""Middleware before all pages: refuses requests that aren't allowed, and adds security headers to responses."""

import re
from collections.abc import Mapping
from textwrap import shorten

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.settings import Settings
from assistant.web.visitors import FORWARDED, from_proxy, visitor_name

GRADIO_PATHS = frozenset(
    ["", *"assets config favicon.ico gradio_api manifest.json robots.txt static svelte theme.css".split()]
)
"""The first parts of the paths of Gradio that the chat needs."""
OWN_PATHS = frozenset("admin api articles docs embed embed.js health ready said web".split())
"""The first parts of the paths of our own pages."""
GRADIO_API_PATHS = frozenset(
    "api app_id call cancel config heartbeat info openapi.json queue reset run startup-events theme.css".split()
)
"""The paths under /gradio_api/ that the chat needs. Gradio's other routes (files, uploads, recordings, monitoring,
sign-in) are there even if nothing uses them; they are answered 404."""

WITHOUT_SIGN_IN = frozenset(["health", "ready"])
EMBEDDABLE = frozenset(["embed", "articles", "said"])
"""The pages that sites in ONRECORD_ORIGINS may show in a frame."""

MOST_BYTES = 10_000_000
"""The longest request. The page sends the whole conversation with each question, and all that the browser keeps when it
saves one: 9 to 20 kB for every answer, as measured on four questions about the demonstration."""
MOST_UPLOADED_BYTES = 50_000_000
"""The longest request to /admin."""

_GRADIO_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; frame-src 'self'"
)
"""Nothing may load from another host. Gradio's own scripts need the two `unsafe-` keywords."""
_OWN_POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'"

_HOST = re.compile(r"(?:\[(?P<address>[0-9A-Fa-f:.]+)\]|(?P<name>[\w.-]+))(?::\d*)?", re.ASCII)


class Guard:
    """Refuses what the settings don't allow, names the visitor in `scope["onrecord.visitor"]`, and adds headers."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._settings = settings
        self._hosts = {"localhost", "127.0.0.1", "::1", settings.host.lower(), *settings.hostnames}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request, as in the ASGI specification."""
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
        policy = _GRADIO_POLICY if area in GRADIO_PATHS or area == "embed" else _OWN_POLICY
        return {
            "content-security-policy": f"{policy}; object-src 'none'; base-uri 'self'; form-action 'self'; "
            f"frame-ancestors {framing}",
            "x-content-type-options": "nosniff",
            "referrer-policy": "no-referrer",
            "cross-origin-resource-policy": "cross-origin" if area == "embed.js" else "same-origin",
            "permissions-policy": "camera=(), microphone=(), geolocation=()",
        }

    def _refusal(self, scope: Scope) -> Response | None:
        """Return the response to a request that isn't allowed; None for others, which get their visitor's name."""
        area, route = _parts(scope)
        host = Headers(scope=scope).get("host", "")
        if _host_name(host) not in self._hosts:
            name = repr(shorten(host, 80))
            return _error(area, f"This server has no name {name}. Its operator sets names by ONRECORD_HOSTNAMES.", 400)
        if area not in GRADIO_PATHS | OWN_PATHS or (area == "gradio_api" and route not in GRADIO_API_PATHS):
            return _error(area, "There is nothing here.", 404)
        if "\0" in scope["path"] or b"%00" in scope["query_string"]:
            return _error(area, "There is a NUL character (%00) in the address. Send it without.", 400)
        scope["onrecord.visitor"] = visitor_name(scope, self._settings)
        if scope["onrecord.visitor"] is None and area not in WITHOUT_SIGN_IN:
            return _error(area, "Sign in at your organisation's page first.", 401)
        if not from_proxy(scope, self._settings):
            scope["headers"] = [pair for pair in scope["headers"] if pair[0].decode("latin-1") not in FORWARDED]
        if scope["method"] not in ("GET", "HEAD", "OPTIONS"):
            return self._refusal_of_body(scope, area)
        is_look_up = area in ("api", "said") and scope["method"] != "OPTIONS"
        return self._refusal_of_look_up(scope, area) if is_look_up else None

    def _refusal_of_look_up(self, scope: Scope, area: str) -> Response | None:
        """Return the response to a page of another site that looks something up: it would spend its reader's quota."""
        headers = Headers(scope=scope)
        is_within_page = headers.get("sec-fetch-mode", "navigate") != "navigate"
        is_foreign = headers.get("sec-fetch-site") == "cross-site" and is_within_page
        if self._is_foreign(headers, area) or (is_foreign and headers.get("origin") is None):
            return _error(area, "A page of another origin may not do this.", 403)
        return None

    def _is_foreign(self, headers: Headers, area: str) -> bool:
        origin = headers.get("origin")
        own = headers.get("x-forwarded-host") or headers.get("host", "")
        others = () if area == "admin" else self._settings.origins
        return origin is not None and origin.partition("://")[2] != own and origin not in others

    def _refusal_of_body(self, scope: Scope, area: str) -> Response | None:
        """Return the response to a request that is too long, or sent by a page of an origin that isn't allowed."""
        headers = Headers(scope=scope)
        length, most = headers.get("content-length", ""), MOST_UPLOADED_BYTES if area == "admin" else MOST_BYTES
        if not length.isdigit() or int(length) > most:
            return _error(area, f"The request needs a Content-Length of at most {most:,} bytes.", 413)
        if self._is_foreign(headers, area):
            return _error(area, "A page of another origin may not do this.", 403)
        return None


def _host_name(header: str) -> str:
    """Return the name or address in a `Host` header, without its port: "[::1]:7860" gives "::1"."""
    match = _HOST.fullmatch(header)
    return (match["address"] or match["name"]).lower() if match else ""


def _error(area: str, problem: str, status: int) -> Response:
    return JSONResponse({"error": problem}, status) if area == "api" else PlainTextResponse(problem, status)


def _parts(scope: Scope) -> tuple[str, str]:
    """Return the first two parts of the path, not counting the path at which a proxy serves the chat."""
    path: str = scope["path"].removeprefix(scope.get("root_path", ""))
    area, route = [*path[1:].split("/"), ""][:2]
    return area, route
