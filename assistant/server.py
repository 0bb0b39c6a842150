"""Serves the chat page on this machine: loopback only, its own headers, no uploads, nothing from another host."""

import ipaddress
import os
import socket

import gradio as gr
import uvicorn
from fastapi import FastAPI
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant import ui
from assistant.chain import Assistant
from index.errors import SettingsError

HEADERS = {
    "content-security-policy": "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}
"""The policy lets the page load nothing from another host; Gradio's own scripts need the two `unsafe-` words."""

OPEN = frozenset(["", *"assets config favicon.ico gradio_api manifest.json robots.txt static svelte theme.css".split()])
OPEN_IN_API = frozenset(
    "api app_id call cancel config heartbeat info openapi.json queue reset run startup-events theme.css".split()
)
"""The paths that the chat needs, by their first part, and those under /gradio_api/: the routes for files, uploads,
recordings, monitoring and sign-in, which Gradio opens even where nothing uses them, stay closed."""

MOST_BYTES = 5_000_000
"""A request carries its whole conversation, at some 10 kB an answer."""

SECONDS_TO_STOP = 2


def build_app(assistant: Assistant) -> FastAPI:
    """The web application, for any ASGI server."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(CORSMiddleware, allow_origins=[])
    app.add_middleware(_Guard)
    app.add_middleware(
        TrustedHostMiddleware, allowed_hosts=["localhost", "127.0.0.1", "[::1]", assistant.settings.host]
    )
    gr.mount_gradio_app(
        app,
        ui.build(assistant),
        path="/",
        theme=ui.THEME,
        css=ui.STYLE,
        footer_links=[],
        show_error=False,
        run_history=False,
        max_file_size=0,
        enable_monitoring=False,
    )
    return app


def serve(assistant: Assistant) -> None:
    """Serves the chat until it is interrupted. Raises SettingsError for an address that can't be served."""
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
    host, port = assistant.settings.host, assistant.settings.port
    listening = _listen(host, port)
    assistant.prepare()
    config = uvicorn.Config(build_app(assistant), log_level="warning", timeout_graceful_shutdown=SECONDS_TO_STOP)
    shown = f"[{host}]" if ":" in host else host
    print(f"The chat is open at http://{shown}:{port} (Ctrl-C ends it).", flush=True)  # noqa: T201
    uvicorn.Server(config).run(sockets=[listening])


def _listen(host: str, port: int) -> socket.socket:
    if host != "localhost" and not _is_loopback(host):
        raise SettingsError(f"The host {host!r} is not a loopback address. Give 127.0.0.1, ::1 or localhost.")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen()
    except OSError as error:
        listening.close()
        raise SettingsError(
            f"{host}:{port} can't be served: {(error.strerror or str(error)).lower()}. Give another port with --port."
        ) from error
    return listening


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class _Guard:
    """Adds the headers to every response, closes the routes for files, and refuses large requests."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        refusal = _refusal(scope)
        return await (refusal or self._app)(scope, receive, send_with_headers)


def _refusal(scope: Scope) -> PlainTextResponse | None:
    area, route = [*scope["path"][1:].split("/"), ""][:2]
    if area not in OPEN or (area == "gradio_api" and route not in OPEN_IN_API):
        return PlainTextResponse("There is nothing here.", 404)
    if scope["method"] in ("POST", "PUT", "PATCH"):
        length = Headers(scope=scope).get("content-length", "")
        if not length.isdigit() or int(length) > MOST_BYTES:
            return PlainTextResponse(f"A request must have a length, of at most {MOST_BYTES} bytes.", 413)
    return None
