"""Reads feeds (RSS 2.0, 0.9x and 1.0, Atom): which articles they list, at which addresses, from which days."""

import html
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any, BinaryIO

from index.errors import ReadError
from index.readers import html_fragment
from index.readers.html_fragment import fragment_line
from index.text.dates import day
from index.text.urls import resolved_web_address, without_tracking

MOST_FEED_BYTES = 5_000_000
MOST_ENTRIES = 50_000
LEAST_FULL_TEXT = 500
"""Characters. A shorter text may be all there is, but then the page has it too."""

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
    "http://www.w3.org/1999/xhtml": "xhtml:",
}
"""Maps a namespace to the prefix that it has here; RSS 2.0 has none."""

_XHTML = "{http://www.w3.org/1999/xhtml}"

_TITLES = ("title", "dc:title")
_DATES = ("pubDate", "published", "issued", "dcterms:issued", "dc:date")
_AUTHORS = ("dc:creator", "author", "dc:author")
_CONTENTS = ("content:encoded", "content", "xhtml:body")
_SUMMARIES = ("description", "summary")

_CDATA_OR_AMPERSAND = re.compile(rb"<!\[CDATA\[.*?(?:\]\]>|\Z)|&(?!#\w{1,8};)(?:(\w{1,32});)?", re.DOTALL)
_MAIL_AND_NAME = re.compile(r"[^\s@]+@[^\s@]+ \((.+)\)")
_TEASER_END = re.compile(
    r"(?:\[?(?:…|\.{3})\]?"
    r"|\b(?:continue|keep) reading.{0,100}|\bread (?:more|on|the (?:full|rest))\b.{0,100})[\s→»>.]*\Z",
    re.IGNORECASE,
)
_NOT_TEXT = re.compile(r"/(?!html|xhtml|plain)|base64")
"""Matches the type of Atom content that is a file in base64 (RFC 4287, 4.1.3.3), or Atom 0.3's mode for it."""
_CREDIT = re.compile(r"The post .{1,300} appeared first on .{1,100}\Z")
"""WordPress ends full texts with it too."""

_Fields = dict[str, list[Any]]
"""An element's children by prefix and name."""


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """An article that a feed lists. `blocks` are its paragraphs, where the feed has its whole text."""

    address: str
    title: str | None
    published: date | None
    author: str | None
    publisher: str | None
    blocks: tuple[str, ...] | None


def read_feed(stream: BinaryIO, address: str) -> Iterator[FeedEntry]:
    """Yield the articles that the feed at that address lists, in its order; those without a web address are left out.

    Their days are those of publication, never those of later changes. Raises ReadError for a feed that is too large,
    or so broken that nothing can be read.
    """
    data = stream.read(MOST_FEED_BYTES + 1)
    if len(data) > MOST_FEED_BYTES:
        raise ReadError(
            f"{address} is a feed of more than {MOST_FEED_BYTES // 1_000_000} MB. Give one of the latest news."
        )
    root = _root(data.lstrip(), address)
    items = list(root.iter("{*}item", "{*}entry"))
    if len(items) > MOST_ENTRIES:
        raise ReadError(f"{address} lists more than {MOST_ENTRIES:,} articles. Give a feed of the latest news.")
    publisher = _title(_fields(next(root.iterchildren("{*}channel"), root)))
    for item in items:
        if entry := _entry(item, publisher):
            yield entry


def _root(data: bytes, address: str) -> Any:  # noqa: ANN401 (lxml has no types)
    from lxml import etree

    options = {**_GUARDED, "remove_comments": True, "remove_pis": True}
    try:
        return etree.fromstring(data, etree.XMLParser(**options), base_url=address)
    except etree.XMLSyntaxError as error:
        # libxml2 reads on after an error, but drops what it can't resolve: a link would lose its `&`.
        mended = _CDATA_OR_AMPERSAND.sub(_numbered_entity, data)
        with suppress(etree.XMLSyntaxError):
            root = etree.fromstring(mended, etree.XMLParser(recover=True, **options), base_url=address)
            if root is not None:
                return root
        problem = " ".join(str(error.msg).split())[:200]
        raise ReadError(f"{address} is a broken feed ({problem}). Tell its publisher.") from error


def _numbered_entity(match: re.Match[bytes]) -> bytes:
    """Return an entity of HTML, or a bare ampersand, by number, which XML always knows: "&eacute;" is "&#233;"."""
    if match[0].startswith(b"<"):
        return match[0]
    characters = html.entities.html5.get(f"{(match[1] or b'').decode('ascii', 'ignore')};")
    if characters is None:
        return b"&#38;" + match[0][1:]
    return "".join(f"&#{ord(character)};" for character in characters).encode()


def _entry(item: Any, publisher: str | None) -> FeedEntry | None:  # noqa: ANN401
    fields = _fields(item)
    blocks = _full_text(fields)
    url = _link(fields) or _permalink(fields) or (resolved_web_address(_text(fields, "id")) if blocks else None)
    if url is None:
        return None
    return FeedEntry(
        address=without_tracking(url),
        title=_title(fields),
        published=next((date for name in _DATES if (date := day(_text(fields, name)))), None),
        author=_author(fields),
        publisher=_source_title(fields) or publisher,
        blocks=blocks,
    )


def _fields(element: Any) -> _Fields:  # noqa: ANN401
    fields: _Fields = {}
    for child in element.iterchildren("*"):
        namespace, _, name = str(child.tag).rpartition("}")
        prefix = _PREFIXES.get(namespace[1:], "other:") if namespace else ""
        fields.setdefault(prefix + name, []).append(child)
    return fields


def _text(fields: _Fields, name: str) -> str:
    """Return the text of the first child of that name, "" where there is none."""
    return "".join(fields[name][0].itertext()).strip() if name in fields else ""


def _link(fields: _Fields) -> str | None:
    for link in fields.get("link", []):
        text = (link.get("href") or "".join(link.itertext())).strip()
        if text and link.get("rel", "alternate") == "alternate" and (url := resolved_web_address(text, link.base)):
            return url
    return None


def _permalink(fields: _Fields) -> str | None:
    """Return RSS's guid, which is the page's address unless it says that it isn't."""
    guids = fields.get("guid", [])
    return resolved_web_address(_text(fields, "guid")) if guids and guids[0].get("isPermaLink") != "false" else None


def _title(fields: _Fields) -> str | None:
    return next((title for name in _TITLES if (title := fragment_line(_text(fields, name)))), None)


def _source_title(fields: _Fields) -> str | None:
    """Return an article's first publisher: Atom's `source` has a title, RSS's is one."""
    if "source" not in fields:
        return None
    source_fields = _fields(fields["source"][0])
    return _title(source_fields) if source_fields else fragment_line(_text(fields, "source")) or None


def _author(fields: _Fields) -> str | None:
    """Return the names of the authors; "ada@gazette.example (Ada Orsk)" is "Ada Orsk"."""
    elements = next((fields[name] for name in _AUTHORS if name in fields), [])
    named = (element if (name := element.find("{*}name")) is None else name for element in elements)
    names = (fragment_line("".join(name.itertext())) for name in named)
    names = (match[1] if (match := _MAIL_AND_NAME.fullmatch(name)) else name for name in names)
    return ", ".join(dict.fromkeys(name for name in names if name and "@" not in name)) or None


def _full_text(fields: _Fields) -> tuple[str, ...] | None:
    """Return the content's paragraphs where it is the whole article: long, longer than the summary, and no teaser."""
    content = next((fields[name][0] for name in _CONTENTS if name in fields), None)
    if content is None or _NOT_TEXT.search(content.get("type") or content.get("mode") or ""):
        return None
    markup = _markup(content)
    text = fragment_line(markup)
    summary = next((fragment_line(_text(fields, name)) for name in _SUMMARIES if name in fields), "")
    is_teaser = _TEASER_END.search(_CREDIT.sub("", text[-500:]).strip())
    is_whole = len(text) >= LEAST_FULL_TEXT and len(text) > 1.5 * len(summary) and not is_teaser
    return tuple(html_fragment.fragment_paragraphs(markup)) if is_whole else None


def _markup(content: Any) -> str:  # noqa: ANN401
    """Return the content as HTML. Atom says of which type it is (RFC 4287, 4.1.3), by default plain text."""
    from lxml import etree

    is_html = "html" in content.get("type", "text").lower() or str(content.tag).endswith(("encoded", "body"))
    if is_html and len(content):
        for element in content.iter(_XHTML + "*"):
            element.tag = element.tag.removeprefix(_XHTML)
        return "".join(etree.tostring(child, encoding="unicode", method="html") for child in content)
    text = "".join(content.itertext())
    return text if is_html else _paragraphs(text)


def _paragraphs(text: str) -> str:
    return "".join(f"<p>{html.escape(part)}</p>" for part in re.split(r"\n[^\S\n]*\n", text))
