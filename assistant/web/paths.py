"""The paths of our own pages, relative to the chat's own address: so they hold wherever a proxy serves the chat."""

from collections.abc import Iterable
from urllib.parse import quote, urlencode


def quoted_path(article: str, spans: Iterable[tuple[int, int]]) -> str:
    """Return the path of an article's page with these stretches of its text highlighted, at the first of them."""
    written = ",".join(f"{start}-{end}" for start, end in spans)
    return f"articles/{article}?quote={written}#quote1"


def said_path(name: str, **more: str) -> str:
    """Return the path of the page of what a person or body said; `more` are its filters, and empty ones are left out.

    Browsers and proxies resolve "." and "..", and proxies read "%2F" as a slash: such a name goes into the query.
    """
    in_query = "/" in name or name in ("", ".", "..")
    path = "said" if in_query else f"said/{quote(name, safe='', errors='replace')}"
    given = {"name": name if in_query else "", **more}
    query = urlencode({field: text for field, text in given.items() if text}, errors="replace")
    return f"{path}?{query}" if query else path
