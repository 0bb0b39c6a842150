"""Whole articles with quotations highlighted, the facts of an article, static files, and the health checks."""

import re
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from assistant.answer import article_facts
from assistant.assistant import Assistant
from assistant.render import article_line, original_url
from assistant.web.templating import html_page
from index.article import Article
from index.errors import OnrecordError

STATIC = Path(__file__).parent / "static"

Piece = tuple[str, int]
"""Part of a paragraph, and the number of the quotation that it belongs to: from 1, or 0 for none."""


def routes(assistant: Assistant) -> list[BaseRoute]:
    """Return the routes of these pages."""
    return [
        Route("/articles", _facts(assistant)),
        Route("/articles/{id}", _article_page(assistant)),
        Route("/embed.js", lambda request: FileResponse(STATIC / "embed.js", media_type="text/javascript")),
        Route("/health", lambda request: JSONResponse({"status": "alive"})),
        Route("/ready", _ready(assistant)),
        Mount("/web", StaticFiles(directory=STATIC)),
    ]


def _article_page(assistant: Assistant) -> Callable[[Request], Response]:
    def page(request: Request) -> Response:
        article = assistant.collection.catalog.article(request.path_params["id"])
        if article is None:
            return PlainTextResponse("This article isn't in the collection any more.", 404)
        spans = _spans(request.query_params.get("quote", ""), article)
        if spans is None:
            return PlainTextResponse("?quote= must give offsets in this article, such as ?quote=120-180,200-240.", 400)
        return html_page(
            "article.html",
            request,
            article=article,
            line=article_line(article),
            original=original_url(article, article.full_text[slice(*spans[0])] if spans else ""),
            paragraphs=paragraphs(article.full_text, spans),
            look=request.query_params.get("look", ""),
        )

    return page


def _facts(assistant: Assistant) -> Callable[[Request], Response]:
    def facts(request: Request) -> Response:
        """Return the facts of the article that `?article=` names by its id or URL, or `null`."""
        catalog = assistant.collection.catalog
        article = catalog.article(request.query_params.get("article", ""))
        return JSONResponse(article_facts(article) if article else None)

    return facts


def _spans(given: str, article: Article) -> list[tuple[int, int]] | None:
    """Return the spans in order: "120-180,200-240" gives [(120, 180), (200, 240)]. None if the article has no such."""
    if not given:
        return []
    if not re.fullmatch(r"\d{1,9}-\d{1,9}(,\d{1,9}-\d{1,9}){0,20}", given):
        return None
    pairs = sorted((int(start), int(end)) for start, _, end in (part.partition("-") for part in given.split(",")))
    ends = [0, *(end for _, end in pairs)]
    valid = all(ends[at] <= start < end <= len(article.full_text) for at, (start, end) in enumerate(pairs))
    return pairs if valid else None


def paragraphs(text: str, spans: Sequence[tuple[int, int]]) -> list[list[Piece]]:
    """Return the text's paragraphs, cut where quotations begin and end; `spans` are in order and don't overlap."""
    cuts = sorted({at for span in spans for at in span})
    pieces = []
    for paragraph in re.finditer(r"\S(?:.*?\S)?(?=\n\n|\s*\Z)", text, re.DOTALL):
        inner = [at for at in cuts if paragraph.start() < at < paragraph.end()]
        bounds = [paragraph.start(), *inner, paragraph.end()]
        pieces.append([(text[a:b], _number(a, spans)) for a, b in pairwise(bounds)])
    return pieces


def _number(at: int, spans: Sequence[tuple[int, int]]) -> int:
    return next((number for number, (start, end) in enumerate(spans, 1) if start <= at < end), 0)


def _ready(assistant: Assistant) -> Callable[[Request], Response]:
    def ready(request: Request) -> Response:
        try:
            assistant.collection.require_articles()
        except OnrecordError:
            return JSONResponse({"status": "no articles"}, 503)
        return JSONResponse({"status": "ready"})

    return ready
