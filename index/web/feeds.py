"""Reads feeds and sitemaps: which articles they list, at which addresses, from which days."""

import html
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urljoin

import httpx

from index.errors import ReadError
from index.readers.html_fragment import line
from index.text.dates import MOST_CHARACTERS, day
from index.text.urls import without_tracking

MOST_FEED_BYTES = 5_000_000
MOST_ENTRIES = 50_000
"""The sitemap protocol's own limit, https://www.sitemaps.org/protocol.html, and one for feeds."""
MOST_SITEMAPS = 50
MOST_ADDRESS_CHARACTERS = 2_048
"""As the sitemap protocol has it."""
LEAST_FULL_TEXT = 500
"""Characters. A shorter text may be all there is, but then the page says so too."""

_SNIFFED_BYTES = 16_384
_FEEDS = ("rss", "feed", "RDF")
_SITEMAPS = ("urlset", "sitemapindex")

# Network and entities stay off, and libxml2 keeps its limits for depth and size.
_GUARDED = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False}

_PREFIXES = {
    "http://www.w3.org/2005/Atom": "",  # RFC 4287
    "http://purl.org/atom/ns#": "",  # Atom 0.3
    "http://purl.org/rss/1.0/": "",  # https://web.resource.org/rss/1.0/spec
    "http://my.netscape.com/rdf/simple/0.9/": "",
    "http://backend.userland.com/rss2": "",
    "http://purl.org/rss/1.0/modules/content/": "content:",
    "http://purl.org/dc/elements/1.1/": "dc:",
    "http://purl.org/dc/terms/": "dcterms:",
}
"""RSS 2.0 has no namespace."""

_XHTML = "{http://www.w3.org/1999/xhtml}"

_DATES = ("pubDate", "published", "issued", "dcterms:issued", "dc:date")
_CONTENTS = ("content:encoded", "content")
_SUMMARIES = ("description", "summary")

_CDATA_OR_AMPERSAND = re.compile(rb"<!\[CDATA\[.*?(?:\]\]>|\Z)|&(?!#\w{1,8};)(?:(\w{1,32});)?", re.DOTALL)
_MAIL_AND_NAME = re.compile(r"[^\s@]+@[^\s@]+ \((.+)\)")
_TEASER_END = re.compile(
    r"(?:\[?(?:…|\.{3})\]?"
    r"|\b(?:continue|keep) reading.{0,100}|\bread (?:more|on|the (?:full|rest))\b.{0,100})[\s→»>.]*\Z",
    re.IGNORECASE,
)
_CREDIT = re.compile(r"The post .{1,300} appeared first on .{1,100}\Z")
"""WordPress ends full texts with it too."""


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """An article that a feed lists. `full_html` is its whole text, as sent and not cleaned, where the feed has it."""

    address: str
    title: str | None
    published: date | None
    author: str | None
    publisher: str | None
    full_html: str | None


@dataclass(frozen=True, slots=True)
class Page:
    """A page that a sitemap lists: `modified` is its `lastmod` as written, `published` the day that it has as news."""

    address: str
    modified: str | None
    published: date | None


def is_feed(data: bytes) -> bool:
    """Whether those bytes begin as RSS (2.0, 0.9x, 1.0) or Atom does."""
    return _root_name(data) in _FEEDS


def is_sitemap(data: bytes) -> bool:
    """Whether those bytes begin as a sitemap, or an index of sitemaps, does."""
    return _root_name(data) in _SITEMAPS


def entries(data: bytes, address: str) -> list[FeedEntry]:
    """The articles that a feed at that address lists, in its order, without those that have no address of the web.

    Days are the ones on which they were published, never those of later changes. Raises ReadError for what is no feed.
    """
    if not is_feed(data):
        raise ReadError(f"{address} is not a feed. Give the address of an RSS or Atom feed.")
    if len(data) > MOST_FEED_BYTES:
        raise ReadError(
            f"{address} is a feed of more than {MOST_FEED_BYTES // 1_000_000} MB. Give one of the latest news."
        )
    root = _root(data, address)
    items = list(root.iter("{*}item", "{*}entry"))
    if len(items) > MOST_ENTRIES:
        raise ReadError(f"{address} lists more than {MOST_ENTRIES:,} articles. Give a feed of the latest news.")
    publisher = _publisher(root)
    found = (_entry(item, publisher) for item in items)
    return [entry for entry in found if entry]


def pages(data: bytes, address: str) -> tuple[list[Page], list[str]]:
    """The pages that a sitemap at that address lists, and the addresses of further sitemaps where it is an index.

    Only those of the address's own host, as the protocol has it: https://www.sitemaps.org/protocol.html#location.
    Raises ReadError for what is no sitemap, and for one that lists only other hosts' pages or too many.
    """
    if not is_sitemap(data):
        raise ReadError(f"{address} is not a sitemap. Give the address of one in XML.")
    host = httpx.URL(address).host
    found: list[Page] = []
    sitemaps: list[str] = []
    others = 0
    for kind, url, page in _listed(data, address):
        if url.host != host:
            others += 1
        elif kind == "url":
            found.append(page)
        else:
            sitemaps.append(page.address)
        if len(sitemaps) > MOST_SITEMAPS:
            raise ReadError(
                f"{address} lists more than {MOST_SITEMAPS} sitemaps. Give the addresses of those you need."
            )
    if others and not found and not sitemaps:
        raise ReadError(f"{address} lists only pages of other hosts than {host}. Give the sitemap of the host itself.")
    return found, sitemaps


def _root_name(data: bytes) -> str | None:
    from lxml import etree

    parser = etree.XMLPullParser(events=("start",), recover=True, **_GUARDED)
    try:
        parser.feed(data[:_SNIFFED_BYTES])
        for _, element in parser.read_events():
            return _local_name(element)
    except etree.XMLSyntaxError:
        pass
    return None


def _local_name(element: Any) -> str:  # noqa: ANN401
    return str(element.tag).rpartition("}")[2].rpartition(":")[2]


def _listed(data: bytes, address: str) -> Iterator[tuple[str, httpx.URL, Page]]:
    """What a sitemap lists, each as "url" or "sitemap"."""
    from lxml import etree

    count = 0
    try:
        for _, element in etree.iterparse(io.BytesIO(data.lstrip()), events=("end",), **_GUARDED):
            parent = element.getparent()
            if parent is None or parent.getparent() is not None:
                continue
            count += 1
            if count > MOST_ENTRIES:
                raise ReadError(f"{address} lists more than {MOST_ENTRIES:,} pages. Give a sitemap of fewer.")
            location = element.find("{*}loc")
            kind = _local_name(element)
            if kind in ("url", "sitemap") and location is not None and not len(location):  # no entity in it
                url = _web_address(location.text or "")
                if url:
                    yield kind, url, _page(element, url)
            element.clear()
            while element.getprevious() is not None:
                del parent[0]  # or the whole sitemap is in memory
    except etree.XMLSyntaxError as error:
        raise ReadError(f"{address} is a broken sitemap ({_problem(error)}). Tell its publisher.") from error


def _problem(error: Any) -> str:  # noqa: ANN401
    return " ".join(str(error.msg).split())[:200]


def _page(element: Any, url: httpx.URL) -> Page:  # noqa: ANN401
    modified = (element.findtext("{*}lastmod") or "").strip()
    return Page(
        address=str(url),
        modified=modified if 0 < len(modified) <= MOST_CHARACTERS else None,
        published=day(element.findtext("{*}news/{*}publication_date") or ""),
    )


def _web_address(written: str, base: str = "") -> httpx.URL | None:
    """The address, resolved against a base (RFC 3986), where it is one of the web without a password in it."""
    try:
        url = httpx.URL(urljoin(base, written.strip()))
    except (httpx.InvalidURL, ValueError):
        return None
    of_web = url.scheme in ("http", "https") and url.host and not url.userinfo
    return url if of_web and len(str(url)) <= MOST_ADDRESS_CHARACTERS else None


def _root(data: bytes, address: str) -> Any:  # noqa: ANN401
    from lxml import etree

    options = {**_GUARDED, "remove_comments": True, "remove_pis": True}
    try:
        return etree.fromstring(data.lstrip(), etree.XMLParser(**options), base_url=address)
    except etree.XMLSyntaxError as error:
        # libxml2 reads on after an error, but loses what it can't resolve: a link would lose its `&`.
        mended = _CDATA_OR_AMPERSAND.sub(_numbered, data.lstrip())
        root = etree.fromstring(mended, etree.XMLParser(recover=True, **options), base_url=address)
        if root is None:
            raise ReadError(f"{address} is a broken feed ({_problem(error)}). Tell its publisher.") from error
        return root


def _numbered(found: re.Match[bytes]) -> bytes:
    """A character named as in HTML, or a bare ampersand, by its number, which XML always knows."""
    if found[0].startswith(b"<"):
        return found[0]
    characters = html.entities.html5.get(f"{(found[1] or b'').decode('ascii', 'ignore')};")
    if characters is None:
        return b"&#38;" + found[0][1:]
    return "".join(f"&#{ord(character)};" for character in characters).encode()


def _publisher(root: Any) -> str | None:  # noqa: ANN401
    channel = next(root.iterchildren("{*}channel"), root)
    return _title(_fields(channel))


def _entry(item: Any, publisher: str | None) -> FeedEntry | None:  # noqa: ANN401
    fields = _fields(item)
    full_html = _full_html(fields)
    url = _link(fields) or _permalink(fields) or (_web_address(_written(fields, "id")) if full_html else None)
    if url is None:
        return None
    return FeedEntry(
        address=without_tracking(str(url)),
        title=_title(fields),
        published=next((found for name in _DATES if (found := day(_written(fields, name)))), None),
        author=_author(fields),
        publisher=_source_title(fields) or publisher,
        full_html=full_html,
    )


def _fields(element: Any) -> dict[str, list[Any]]:  # noqa: ANN401
    """The children by name, each with the prefix that its namespace usually has."""
    fields: dict[str, list[Any]] = {}
    for child in element.iterchildren("*"):
        namespace, _, name = str(child.tag).rpartition("}")
        prefix = _PREFIXES.get(namespace[1:], "other:") if namespace else ""
        fields.setdefault(prefix + name, []).append(child)
    return fields


def _written(fields: dict[str, list[Any]], name: str) -> str:
    """The text of the first child of that name, "" where there is none."""
    return "".join(fields[name][0].itertext()).strip() if name in fields else ""


def _link(fields: dict[str, list[Any]]) -> httpx.URL | None:
    for link in fields.get("link", []):
        written = (link.get("href") or "".join(link.itertext())).strip()
        if written and link.get("rel", "alternate") == "alternate" and (url := _web_address(written, link.base)):
            return url
    return None


def _permalink(fields: dict[str, list[Any]]) -> httpx.URL | None:
    """RSS's guid, which is the page's address where it looks like one (and never where it says that it is none)."""
    guids = fields.get("guid", [])
    return _web_address(_written(fields, "guid")) if guids and guids[0].get("isPermaLink") != "false" else None


def _title(fields: dict[str, list[Any]]) -> str | None:
    return line(_written(fields, "title")) or None


def _source_title(fields: dict[str, list[Any]]) -> str | None:
    """An article's first publisher: Atom's `source` has a title, RSS's is one."""
    if "source" not in fields:
        return None
    within = _fields(fields["source"][0])
    return _title(within) if within else line(_written(fields, "source")) or None


def _author(fields: dict[str, list[Any]]) -> str | None:
    authors = fields.get("dc:creator") or fields.get("author") or []
    named = (author if (name := author.find("{*}name")) is None else name for author in authors)
    names = (line("".join(name.itertext())) for name in named)
    names = (found[1] if (found := _MAIL_AND_NAME.fullmatch(name)) else name for name in names)
    return ", ".join(dict.fromkeys(name for name in names if name and "@" not in name)) or None


def _full_html(fields: dict[str, list[Any]]) -> str | None:
    """The entry's content where it is the whole article: long, longer than the summary, and no teaser by its end."""
    content = next((fields[name][0] for name in _CONTENTS if name in fields), None)
    if content is None:
        return None
    markup = _markup(content)
    text = line(markup)
    summary = next((line(_written(fields, name)) for name in _SUMMARIES if name in fields), "")
    teaser = _TEASER_END.search(_CREDIT.sub("", text[-500:]).strip())
    whole = len(text) >= LEAST_FULL_TEXT and len(text) > 1.5 * len(summary) and not teaser
    return markup if whole else None


def _markup(content: Any) -> str:  # noqa: ANN401
    """RSS's content:encoded is HTML; Atom says of what type its own is (RFC 4287, 4.1.3), by default plain text."""
    from lxml import etree

    kind = "html" if str(content.tag).endswith("encoded") else content.get("type", "text").lower()
    if len(content) and "html" in kind:
        for element in content.iter(_XHTML + "*"):
            element.tag = element.tag.removeprefix(_XHTML)
        return "".join(etree.tostring(child, encoding="unicode", method="html") for child in content)
    written = "".join(content.itertext())
    return written if "html" in kind else _paragraphs(written)


def _paragraphs(text: str) -> str:
    return "".join(f"<p>{html.escape(part)}</p>" for part in re.split(r"\n[^\S\n]*\n", text))
