"""The page for who runs it: adds and removes articles, shows what failed and what readers thought of answers."""

import secrets
from collections import deque
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from assistant.assistant import Assistant
from assistant.render import article_line
from assistant.web import feedback, logs, sessions, uploads
from assistant.web.admin_secret import is_secret
from assistant.web.article_pages import TEMPLATES
from assistant.web.quota import Quota
from assistant.web.sessions import Notice, Session, Sessions
from index.article import EVERYTHING, Headline
from index.errors import CollectionError, OnrecordError
from index.readers.formats import MAX_BYTES, READERS
from index.report import Report

COOKIE = "onrecord_admin"
GUESSES, GUESSES_OF_ALL = "5/minute;20/hour", "30/minute;200/hour"
MOST_FILES = 500
ON_A_PAGE = 25
LATEST = 50

_HEADERS = {
    "cache-control": "no-store",
    "referrer-policy": "same-origin",  # with "no-referrer", browsers send forms without their origin
}


def routes(assistant: Assistant) -> list[BaseRoute]:
    """The routes of /admin; where no secret is set, they say so. Raises SettingsError for what is no hash."""
    if not assistant.settings.admin_hash:
        return [Route(path, _closed, methods=["GET", "POST"]) for path in ("/admin", "/admin/{rest:path}")]
    is_secret("", assistant.settings.admin_hash)
    admin = _Admin(assistant)
    return [
        Route("/admin", admin.page),
        Route("/admin/login", admin.sign_in, methods=["POST"]),
        Route("/admin/logout", admin.action(admin.sign_out), methods=["POST"]),
        Route("/admin/add", admin.action(admin.add), methods=["POST"]),
        Route("/admin/remove", admin.action(admin.remove), methods=["POST"]),
        Route("/admin/dismiss", admin.action(admin.dismiss), methods=["POST"]),
        Route("/admin/{rest:path}", _home),
    ]


def _closed(request: Request) -> Response:
    return PlainTextResponse("There is no admin page: ONRECORD_ADMIN_HASH is not set. `onrecord secret` makes it.", 404)


def _home(request: Request) -> Response:
    return RedirectResponse(_root(request) + "/admin", 303, _HEADERS)


def _root(request: Request) -> str:
    return str(request.scope.get("root_path", ""))


class _Admin:
    def __init__(self, assistant: Assistant) -> None:
        settings = assistant.settings
        self._assistant = assistant
        self._sessions = Sessions(settings.index_dir, settings.admin_hash)
        self._guesses = Quota(settings.index_dir, "admin", GUESSES)
        self._guesses_of_all = Quota(settings.index_dir, "admin of all", GUESSES_OF_ALL)

    def page(self, request: Request) -> Response:
        """The overview, or the form to sign in."""
        session = self._session(request)
        if session is None:
            return _page("admin_login.html", request, notice=None)
        assistant = self._assistant
        return _page(
            "admin.html",
            request,
            form=session.form,
            notice=self._sessions.told(session),
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
        if article.source.startswith(("http://", "https://")):
            return "web page"
        return "uploaded" if uploads.is_uploaded(self._assistant, article.source) else Path(article.source).name

    async def sign_in(self, request: Request) -> Response:
        """Opens a session for who knows the secret."""
        async with request.form(max_files=0, max_fields=2, max_part_size=5_000) as form:
            given = str(form.get("secret", ""))
        return await run_in_threadpool(self._signed_in, request, given)

    def _signed_in(self, request: Request, given: str) -> Response:
        visitor = str(request.scope.get("onrecord.visitor"))
        seconds = self._guesses.seconds_to_wait(visitor) or self._guesses_of_all.seconds_to_wait("all")
        if seconds:
            notice = Notice(f"Too many attempts. Try again in {seconds} seconds.", failed=True)
            response = _page("admin_login.html", request, 429, notice=notice)
            response.headers["retry-after"] = str(seconds)
            return response
        accepted = is_secret(given, self._assistant.settings.admin_hash)
        logs.event("admin_sign_in", visitor=visitor, accepted=accepted)
        if not accepted:
            return _page("admin_login.html", request, 403, notice=Notice("This is not the secret.", failed=True))
        response = _home(request)
        response.set_cookie(
            COOKIE,
            self._sessions.open(),
            max_age=sessions.SECONDS,
            path=_root(request) + "/admin",
            secure="https" in (request.url.scheme, request.headers.get("x-forwarded-proto")),
            httponly=True,
            samesite="strict",
        )
        return response

    def action(self, do: Callable[[Session, FormData], Notice]) -> Callable[[Request], Awaitable[Response]]:
        """An endpoint that does something for who is signed in and sent it from our page, and says so on the next."""

        async def endpoint(request: Request) -> Response:
            session = await run_in_threadpool(self._session, request)
            if session is None:
                return _home(request)  # before any of the body is read
            async with request.form(max_files=MOST_FILES, max_fields=5) as form:
                token = str(form.get("form", ""))
                if not secrets.compare_digest(token.encode(), session.form.encode()):
                    return PlainTextResponse("This page is out of date. Go back, reload it and try again.", 403)
                await run_in_threadpool(self._do, do, session, form)
            return _home(request)

        return endpoint

    def _do(self, do: Callable[[Session, FormData], Notice], session: Session, form: FormData) -> None:
        try:
            notice = do(session, form)
        except OnrecordError as error:
            notice = Notice(str(error), failed=True)
        self._sessions.tell(session, notice)

    def sign_out(self, session: Session, form: FormData) -> Notice:
        """Ends the session."""
        self._sessions.close(session)
        return Notice("Signed out.", failed=False)

    def add(self, session: Session, form: FormData) -> Notice:
        """Adds the files and the page in the form."""
        files = [file for file in form.getlist("files") if isinstance(file, UploadFile) and file.filename]
        url = str(form.get("url", "")).strip()
        if not files and not url:
            return Notice("There is nothing to add. Choose files, or give the address of a page.", failed=True)
        report = uploads.add(self._assistant, files, url)
        return Notice(_outcome(report), failed=bool(report.failed))

    def remove(self, session: Session, form: FormData) -> Notice:
        """Removes the article in the form."""
        article = uploads.remove(self._assistant, str(form.get("id", "")))
        return Notice(f"Removed “{article.title}”.", failed=False)

    def dismiss(self, session: Session, form: FormData) -> Notice:
        """Forgets the problems."""
        uploads.dismiss_problems(self._assistant)
        return Notice("The problems are dismissed.", failed=False)

    def _session(self, request: Request) -> Session | None:
        token = request.cookies.get(COOKIE)
        return self._sessions.find(token) if token else None


def _page(template: str, request: Request, status: int = 200, **shown: Any) -> Response:  # noqa: ANN401
    return HTMLResponse(TEMPLATES.get_template(template).render(root=_root(request), **shown), status, _HEADERS)


def _outcome(report: Report) -> str:
    """What came of an adding: “Articles: 2 added, 1 unchanged.”"""
    counts = [(report.added, "added"), (report.updated, "updated"), (report.unchanged, "unchanged")]
    done = ", ".join(f"{len(ids)} {name}" for ids, name in counts if ids)
    failed = f"{len(report.failed)} couldn't be added: see the problems below." if report.failed else ""
    return " ".join(part for part in (f"Articles: {done}." if done else "", failed) if part)
