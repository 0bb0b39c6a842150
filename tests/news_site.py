"""A news site on loopback: pages, feeds and sitemaps with the validators of HTTP, and what was asked of it."""

import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from http.server import BaseHTTPRequestHandler

from tests.serving import http_server


@dataclass
class Page:
    """What is at a path. A body in parts is sent one after another; a number among them is a pause in seconds.

    `etag` says that the page has one, made of its body; `modified` is its Last-Modified.
    """

    body: bytes | list[bytes | float] = b""
    content_type: str = "text/html; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)
    status: int = 200
    etag: bool = True
    modified: datetime | None = None

    def validators(self) -> dict[str, str]:
        """Return the headers on which a later request may be conditional; a body in parts has none."""
        if self.status != 200 or not isinstance(self.body, bytes):
            return {}
        sent = {}
        if self.etag:
            sent["ETag"] = f'"{hashlib.sha256(self.body).hexdigest()[:16]}"'
        if self.modified:
            sent["Last-Modified"] = format_datetime(self.modified.astimezone(UTC), usegmt=True)
        return sent

    def all_headers(self) -> dict[str, str]:
        """Return all headers. The end of its connection gives the length of a body in parts."""
        kind = {"Content-Type": self.content_type} if self.content_type else {}
        length = {"Content-Length": str(len(self.body))} if isinstance(self.body, bytes) else {"Connection": "close"}
        return kind | length | self.validators() | self.headers

    def parts(self) -> list[bytes | float]:
        return [self.body] if isinstance(self.body, bytes) else self.body

    def is_unchanged(self, if_none_match: str | None, if_modified_since: str | None) -> bool:
        """Return True as RFC 9110, 13.2.2, defines it: the date counts only where no tag was sent."""
        if if_none_match is not None:
            tags = [tag.strip().removeprefix("W/") for tag in if_none_match.split(",")]
            return self.validators().get("ETag") in tags
        modified = self.validators().get("Last-Modified")
        return bool(
            modified
            and if_modified_since
            and parsedate_to_datetime(modified) <= parsedate_to_datetime(if_modified_since)
        )


@dataclass
class NewsSite:
    """The site: `pages` by their paths may be changed at any time; `asked` has each request's path and status."""

    address: str
    pages: dict[str, Page] = field(default_factory=dict)
    asked: list[tuple[str, int]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    """Of each request, by names in lower case."""
    connections: int = 0

    def put(self, path: str, *parts: bytes | float, content_type: str = "text/html; charset=utf-8", **given) -> str:
        """Set a page, and return its address."""
        body = parts[0] if len(parts) == 1 and isinstance(parts[0], bytes) else list(parts)
        self.pages[path] = Page(body if parts else b"", content_type, **given)
        return self.address + path


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 10
    disable_nagle_algorithm = True  # or each page on a kept connection takes 40 ms

    def setup(self):
        super().setup()
        self.site = self.server.site
        self.site.connections += 1

    def handle(self):
        with suppress(BrokenPipeError, ConnectionResetError):  # the client has read enough
            super().handle()

    def do_GET(self):
        pages = self.site.pages
        page = pages.get(self.path) or pages.get(self.path.partition("?")[0]) or Page(status=404)
        unchanged = page.is_unchanged(self.headers["if-none-match"], self.headers["if-modified-since"])
        status = 304 if unchanged else page.status
        self.site.asked.append((self.path, status))
        self.site.headers.append({name.lower(): value for name, value in self.headers.items()})
        self.send_response(status)
        for name, value in (page.validators() if unchanged else page.all_headers()).items():
            self.send_header(name, value)
        self.end_headers()
        for part in [] if unchanged else page.parts():
            time.sleep(part) if isinstance(part, float) else self.wfile.write(part)

    def log_message(self, *arguments):
        pass


@contextmanager
def news_site() -> Iterator[NewsSite]:
    """A site without pages, on a port of its own."""
    with http_server(_Handler) as server:
        server.site = NewsSite(f"http://127.0.0.1:{server.server_port}")
        yield server.site
