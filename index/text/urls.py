"""Web addresses: which text is one, and which parts of one only count visits."""

import re
from urllib.parse import urljoin, urlsplit, urlunsplit

MOST_CHARACTERS = 2_048
"""The longest address, as the sitemap protocol has it."""

_WEB_ADDRESS = re.compile(r"https?://[^\s<>\"'\\]+")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_TRACKING = re.compile(
    r"(?:utm_\w+|\w{1,3}clid|msclkid|mc_[ce]id|igshid|mkt_tok|_ga|_gl|at_(?:medium|campaign))\Z", re.I
)


def is_web_address(text: str) -> bool:
    """Return True if the whole text is an http or https address, without spaces, quotes, backslashes and `<>`."""
    return _WEB_ADDRESS.fullmatch(text) is not None


def has_scheme(text: str) -> bool:
    """Return True if the text begins like an address of any kind ("https://", "ftp://") and not like a path."""
    return _SCHEME.match(text) is not None


def without_tracking(url: str) -> str:
    """Return the address without the query parameters that only count visits.

    "https://a.example/1?id=7&utm_source=rss" becomes "https://a.example/1?id=7". Raises ValueError for a text that
    isn't an address.
    """
    parts = urlsplit(url)
    query = "&".join(field for field in parts.query.split("&") if not _TRACKING.match(field.partition("=")[0]))
    return urlunsplit(parts._replace(query=query))


def resolved_web_address(text: str, base: str = "") -> str | None:
    """Return the address that a link gives on a page at `base` (RFC 3986); None where it isn't a web address.

    An address with a password in it, or with more than `MOST_CHARACTERS`, is none.
    """
    import httpx

    try:
        url = httpx.URL(urljoin(base, text.strip()))
    except (httpx.InvalidURL, ValueError):
        return None
    is_of_web = url.scheme in ("http", "https") and url.host and not url.userinfo
    return str(url) if is_of_web and len(str(url)) <= MOST_CHARACTERS else None
