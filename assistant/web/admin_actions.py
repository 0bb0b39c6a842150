"""What an operator can do on the admin page: sign in and out, add and remove articles, dismiss problems."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from assistant.assistant import Assistant
from assistant.web import logs, sessions, uploads
from assistant.web.admin_secret import is_secret
from assistant.web.quota import Quota
from assistant.web.sessions import Notice, Session, Sessions
from assistant.web.templating import html_page, root_path
from index.errors import OnrecordError
from index.report import Report

COOKIE = "onrecord_admin"

FAILED_SIGN_INS = "5/minute;20/hour"
"""How often each visitor may try a wrong secret. Further attempts wait, even with the right one; nobody else does."""

MOST_FILES = 500
"""The number of files that may be uploaded at once."""

HEADERS = {
    "cache-control": "no-store",
    "referrer-policy": "same-origin",  # with "no-referrer", browsers send forms without their origin
}


class AdminActions:
    """The endpoints that change something. Each leads back to the admin page, which shows the outcome."""

    def __init__(self, assistant: Assistant, open_sessions: Sessions) -> None:
        self._assistant = assistant
        self._sessions = open_sessions
        self._failures = Quota(FAILED_SIGN_INS)
        self._being_checked = set[str]()
        self._hashing = ThreadPoolExecutor(1, "sign-in")  # a flood of attempts takes one core at most

    def session(self, request: Request) -> Session | None:
        """Return the session that the request's cookie names; None if nobody is signed in."""
        token = request.cookies.get(COOKIE)
        return self._sessions.find(token) if token else None

    async def sign_in(self, request: Request) -> Response:
        """Open a session for a visitor who knows the secret."""
        async with request.form(max_files=0, max_fields=2, max_part_size=5_000) as form:
            secret = str(form.get("secret", ""))
        visitor = str(request.scope.get("onrecord.visitor"))
        seconds = self._failures.seconds_to_wait(visitor) or int(visitor in self._being_checked)
        if seconds:
            notice = Notice(f"Too many attempts. Try again in {seconds} seconds.", failed=True)
            return sign_in_page(request, notice, 429, {"retry-after": str(seconds)})
        accepted = await self._is_secret(secret, visitor)
        logs.log_event("admin_sign_in", visitor=visitor, accepted=accepted)
        if not accepted:
            return sign_in_page(request, Notice("This is not the secret.", failed=True), 403)
        self._failures.forget(visitor)
        return _with_cookie(request, await run_in_threadpool(self._sessions.open))

    async def _is_secret(self, secret: str, visitor: str) -> bool:
        """Return True if it is the secret. Attempts wait for one another, and each visitor has one at a time."""
        self._being_checked.add(visitor)
        try:
            hashed = self._assistant.settings.admin_hash
            return await asyncio.get_running_loop().run_in_executor(self._hashing, is_secret, secret, hashed)
        finally:
            self._being_checked.discard(visitor)

    def endpoint(self, action: Callable[[Session, FormData], Notice]) -> Callable[[Request], Awaitable[Response]]:
        """Return an endpoint that does the action if a signed-in visitor sent it from our own page."""

        async def endpoint(request: Request) -> Response:
            session = await run_in_threadpool(self.session, request)
            if session is None:
                return to_admin_page(request)  # before any of the body is read
            async with request.form(max_files=MOST_FILES, max_fields=5) as form:
                token = str(form.get("form", ""))
                if not secrets.compare_digest(token.encode(), session.form.encode()):
                    return PlainTextResponse("This page is out of date. Go back, reload it and try again.", 403)
                await run_in_threadpool(self._run, action, session, form)
            return to_admin_page(request)

        return endpoint

    def _run(self, action: Callable[[Session, FormData], Notice], session: Session, form: FormData) -> None:
        try:
            notice = action(session, form)
        except OnrecordError as error:
            notice = Notice(str(error), failed=True)
        self._sessions.keep_notice(session, notice)

    def sign_out(self, session: Session, form: FormData) -> Notice:
        """End the session."""
        self._sessions.close(session)
        return Notice("Signed out.", failed=False)

    def add(self, session: Session, form: FormData) -> Notice:
        """Add the files and the web page in the form."""
        files = [file for file in form.getlist("files") if isinstance(file, UploadFile) and file.filename]
        url = str(form.get("url", "")).strip()
        if not files and not url:
            return Notice("There is nothing to add. Choose files, or give the address of a page.", failed=True)
        report = uploads.add(self._assistant, files, url)
        return Notice(_outcome(report), failed=bool(report.failed))

    def remove(self, session: Session, form: FormData) -> Notice:
        """Remove the article in the form."""
        article = uploads.remove(self._assistant, str(form.get("id", "")))
        return Notice(f"Removed “{article.title}”.", failed=False)

    def dismiss(self, session: Session, form: FormData) -> Notice:
        """Forget the problems."""
        uploads.dismiss_problems(self._assistant)
        return Notice("The problems are dismissed.", failed=False)


def sign_in_page(
    request: Request, notice: Notice | None = None, status: int = 200, headers: dict[str, str] | None = None
) -> Response:
    """Return the form that asks for the secret, under the notice."""
    return html_page("admin_login.html", request, status, HEADERS | (headers or {}), notice=notice)


def to_admin_page(request: Request) -> Response:
    """Return a redirect to the admin page."""
    return RedirectResponse(root_path(request) + "/admin", 303, HEADERS)


def _with_cookie(request: Request, token: str) -> Response:
    """Return a redirect to the admin page that sets the session's cookie."""
    response = to_admin_page(request)
    response.set_cookie(
        COOKIE,
        token,
        max_age=sessions.SECONDS,
        path=root_path(request) + "/admin",
        secure="https" in (request.url.scheme, request.headers.get("x-forwarded-proto")),
        httponly=True,
        samesite="strict",
    )
    return response


def _outcome(report: Report) -> str:
    """Return what adding did, in words: "Articles: 2 added, 1 unchanged."."""
    counts = [(report.added, "added"), (report.updated, "updated"), (report.unchanged, "unchanged")]
    done = ", ".join(f"{len(ids)} {name}" for ids, name in counts if ids)
    failed = f"{len(report.failed)} couldn't be added: see the problems below." if report.failed else ""
    return " ".join(part for part in (f"Articles: {done}." if done else "", failed) if part)
