"""Finds out which kind of content bytes of the web are: by the server's word, by the address, by the first bytes."""

import re
from pathlib import PurePosixPath

from index.errors import ReadError

_FEED_TYPES = ("application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/xml", "text/xml")
TYPES = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/markdown": ".md",
    "text/x-markdown": ".md",
    "application/pdf": ".pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/epub+zip": ".epub",
    "application/json": ".json",
    "application/ld+json": ".json",
    "application/jsonl": ".jsonl",
    "application/x-jsonlines": ".jsonl",
    "application/x-ndjson": ".jsonl",
    "text/csv": ".csv",
    **dict.fromkeys(_FEED_TYPES, ".xml"),
}
"""Maps a media type to the suffix of its format."""

_PACKED_TYPES = ("application/zip", "application/x-zip-compressed", "application/gzip", "application/x-gzip")
_VAGUE_TYPES = ("", "text/plain", "application/octet-stream", "binary/octet-stream", *_PACKED_TYPES)
"""Types that don't say what is inside; many servers send Markdown and feeds as text/plain."""

_SUFFIXES = {suffix: suffix for suffix in (".txt", *TYPES.values())} | {".htm": ".html"}
_READABLE = ", ".join(sorted({*_SUFFIXES.values(), ".zip"} - {".xml", ".html"}))
_JSON = re.compile(rb"\s*(?:\{\s*[\"}]|\[\s*[\[{\]])")
_HTML = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype\s+html|html)\b", re.IGNORECASE)

_SNIFFED_BYTES = 16_384
_ROOT = re.compile(
    r"""(?:\s | <\?.*?\?> | <!--.*?--> | <!DOCTYPE(?:[^\[>]|\[.*?\]\s*(?=>))*+>)*+
    <(?:[\w.-]+:)?(?P<name>rss|feed|RDF|urlset|sitemapindex)[\s/>]""",
    re.DOTALL | re.VERBOSE,
)
"""Matches XML's prolog and the first tag of a feed or sitemap. Possessive: it never goes back."""


def is_feed(data: bytes) -> bool:
    """Return True if the bytes begin as a feed does: RSS (2.0, 0.9x, 1.0) or Atom."""
    return _root_name(data) in ("rss", "feed", "RDF")


def is_sitemap(data: bytes) -> bool:
    """Return True if the bytes begin as a sitemap, or an index of sitemaps, does."""
    return _root_name(data) in ("urlset", "sitemapindex")


def suffix_of(media_type: str, path: str, data: bytes, address: str) -> str:
    """Return the suffix of the format, as in `index.readers.formats.READERS`; ".xml" for a feed or a sitemap.

    `media_type` is the server's word, `path` that of the address. Feeds are sent as many types, so their beginning
    counts first. Raises ReadError for what isn't of a format that can be read.
    """
    if media_type in (*_FEED_TYPES, *_VAGUE_TYPES, "text/html") and _root_name(data):
        return ".xml"
    suffix = TYPES.get(media_type)
    if media_type in _VAGUE_TYPES:
        name = PurePosixPath(path.lower().removesuffix(".gz"))
        suffix = _SUFFIXES.get(name.suffix) or _sniffed(data) or (".txt" if media_type == "text/plain" else None)
    if suffix == ".xml":
        raise ReadError(f"{address} is XML, but neither a feed nor a sitemap. Give the page of an article, or a feed.")
    if suffix is None:
        shown = media_type if re.fullmatch(r"[\w.+-]{1,60}/[\w.+-]{1,60}", media_type) else "of no known kind"
        raise ReadError(f"{address} is {shown}, which can't be read. Give a page, a feed or one of {_READABLE}.")
    return suffix


def _root_name(data: bytes) -> str | None:
    beginning = data[:_SNIFFED_BYTES]
    encoding = "utf-16" if beginning.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    match = _ROOT.match(beginning.decode(encoding, "replace"))
    return match["name"] if match else None


def _sniffed(data: bytes) -> str | None:
    if data.startswith(b"%PDF-"):
        return ".pdf"
    if data.startswith(b"PK\x03\x04"):
        return _zip_suffix(data)
    if _HTML.match(data):
        return ".html"
    if _JSON.match(data):
        first, _, rest = data.lstrip().partition(b"\n")
        return ".jsonl" if first.rstrip().endswith(b"}") and rest.startswith(b"{") else ".json"
    return None


def _zip_suffix(data: bytes) -> str:
    """Return the suffix by the names of the archive's members, which stand in the file as they are."""
    if data[30:].startswith(b"mimetypeapplication/epub+zip"):
        return ".epub"
    return ".docx" if b"word/document.xml" in data else ".zip"
