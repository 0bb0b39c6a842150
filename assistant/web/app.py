"""The web server: the chat, the widget, whole articles, the API and the admin page."""

import os
import socket

import gradio as gr
import uvicorn
from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware

from assistant.assistant import Assistant
from assistant.settings import Settings
from assistant.web import admin, api, article_pages, chat_page, logs, said_page
from assistant.web.guard import Guard
from assistant.web.visitor_questions import VisitorQuestions
from assistant.web.visitors import check_access
from index.errors import SettingsError

SECONDS_TO_STOP = 1
"""How long open connections may go on after the server was told to stop."""


def build_app(assistant: Assistant) -> FastAPI:
    """Return the web application, for any ASGI server."""
    settings, questions = assistant.settings, VisitorQuestions(assistant)
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(
        CORSMiddleware, allow_origins=settings.origins, allow_methods=["GET", "POST"], expose_headers=["Retry-After"]
    )
    app.add_middleware(Guard, settings=settings)
    app.add_middleware(logs.RequestLog)
    app.router.routes.extend(article_pages.routes(assistant))
    app.router.routes.extend(said_page.routes(assistant, questions))
    app.router.routes.extend(admin.routes(assistant))
    app.router.routes.extend(api.routes(questions))
    gr.mount_gradio_app(
        app,
        chat_page.build(assistant, questions),
        path="/",
        theme=chat_page.THEME,
        head=_head(settings),
        footer_links=[],
        show_error=False,
        run_history=False,
        max_file_size=0,
        enable_monitoring=False,
    )
    return app


def _head(settings: Settings) -> str:
    origins = " ".join(settings.origins)
    return (
        f'<meta name="onrecord-origins" content="{origins}">'
        '<link rel="stylesheet" href="web/chat.css">'
        '<script src="web/copying.js"></script><script src="web/chat.js"></script><script src="web/frame.js"></script>'
    )


def serve(assistant: Assistant) -> None:
    """Serve the chat until it is interrupted. Raises SettingsError if the address can't be used."""
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
    settings = assistant.settings
    check_access(settings)
    listening = _listen(settings.host, settings.port)
    logs.set_up()
    assistant.prepare()
    config = uvicorn.Config(
        build_app(assistant),
        log_config=None,
        access_log=False,
        root_path=settings.root_path,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=SECONDS_TO_STOP,
    )
    shown = f"[{settings.host}]" if ":" in settings.host else settings.host
    print(f"The chat is open at http://{shown}:{settings.port} (Ctrl-C ends it).", flush=True)  # noqa: T201
    uvicorn.Server(config).run(sockets=[listening])


def _listen(host: str, port: int) -> socket.socket:
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
