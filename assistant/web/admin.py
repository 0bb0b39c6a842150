"""The admin page: what it shows operators of the articles, of failed uploads and of readers' verdicts."""

from collections import deque
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from assistant.assistant import Assistant
from assistant.render import article_line
from assistant.web import feedback, uploads
from assistant.web.admin_actions import HEADERS, AdminActions, sign_in_page, to_admin_page
from assistant.web.admin_secret import is_secret
from assistant.web.sessions import Sessions
from assistant.web.templating import html_page
from index.article import EVERYTHING, Headline
from index.errors import CollectionError
from index.readers.formats import READERS
from index.text.encoding import MAX_BYTES

ON_A_PAGE = 25
"""The number of articles on one page of the list."""

LATEST = 50
"""The number of readers' verdicts that are shown."""


def routes(assistant: Assistant) -> list[BaseRoute]:
    """Return the routes of /admin; without a secret they only say that there is no admin page.

    Raises SettingsError if ONRECORD_ADMIN_HASH isn't a hash of `onrecord secret`.
    """
    settings = assistant.settings
    if not settings.admin_hash:
        return [Route(path, _closed, methods=["GET", "POST"]) for path in ("/admin", "/admin/{rest:path}")]
    is_secret("", settings.admin_hash)
    sessions = Sessions(settings.index_dir, settings.admin_hash)
    actions = AdminActions(assistant, sessions)
    return [
        Route("/admin", _Admin(assistant, sessions, actions).page),
        Route("/admin/login", actions.sign_in, methods=["POST"]),
        Route("/admin/logout", actions.endpoint(actions.sign_out), methods=["POST"]),
        Route("/admin/add", actions.endpoint(actions.add), methods=["POST"]),
        Route("/admin/remove", actions.endpoint(actions.remove), methods=["POST"]),
        Route("/admin/dismiss", actions.endpoint(actions.dismiss), methods=["POST"]),
        Route("/admin/{rest:path}", to_admin_page),
    ]


def _closed(request: Request) -> Response:
    return PlainTextResponse(
        "There is no admin page, because ONRECORD_ADMIN_HASH is not set. Make a hash with `onrecord secret`.", 404
    )


class _Admin:
    def __init__(self, assistant: Assistant, sessions: Sessions, actions: AdminActions) -> None:
        self._assistant = assistant
        self._sessions = sessions
        self._actions = actions

    def page(self, request: Request) -> Response:
        """Return the overview, or the sign-in form if nobody is signed in."""
        session = self._actions.session(request)
        if session is None:
            return sign_in_page(request)
        assistant = self._assistant
        return html_page(
            "admin.html",
            request,
            headers=HEADERS,
            form=session.form,
            notice=self._sessions.take_notice(session),
            problems=uploads.problems(assistant),
            verdicts=list(deque(feedback.verdicts(assistant.settings.index_dir), LATEST))[::-1],
            kinds=", ".join(READERS),
            most_megabytes=MAX_BYTES // 1_000_000,
            **self._articles(request),
        )

    def _articles(self, request: Request) -> dict[str, Any]:
        """Return the variables of the page's list: one page of the articles that match the search."""
        query = request.query_params.get("q", "").strip()
        given = request.query_params.get("page", "")[:6]
        collection, trouble = self._assistant.collection, ""
        count, passages, found, page, pages, shown = 0, 0, 0, 1, 1, list[Headline]()
        try:
            if collection.catalog_path.exists():
                catalog = collection.catalog
                count, passages = catalog.article_counts(EVERYTHING)[1], catalog.passage_count()
                found = catalog.headline_count(query) if query else count
                pages = max(1, -(-found // ON_A_PAGE))
                page = min(max(1, int(given)), pages) if given.isdecimal() else 1
                shown = catalog.headlines(ON_A_PAGE, (page - 1) * ON_A_PAGE, query)
        except CollectionError as error:
            trouble = str(error)
        return {
            "trouble": trouble,
            "article_count": count,
            "passage_count": passages,
            "query": query,
            "found": found,
            "page": page,
            "pages": pages,
            "articles": [(article, article_line(article), self._origin(article)) for article in shown],
        }

    def _origin(self, article: Headline) -> str:
        """Return where the article came from: "web page", "uploaded", or its file's name."""
        if article.source.startswith(("http://", "https://")):
            return "web page"
        return "uploaded" if uploads.is_uploaded(self._assistant, article.source) else Path(article.source).name
