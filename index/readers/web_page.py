"""Reads web pages as articles: the text without what surrounds it, and the page's metadata."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from html import unescape
from itertools import islice
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit

from index.article import Draft
from index.errors import ReadError
from index.readers import html_tree, json_ld
from index.readers.boilerplate import article_blocks, marks, without_surroundings
from index.readers.draft import make_draft
from index.readers.publication_date import publication_date
from index.text.cleaning import squashed
from index.text.urls import is_web_address, without_tracking

MOST_CHARACTERS_OF_NAME = 200
MOST_AUTHORS = 10

_SITE_SUFFIX = re.compile(r"\s+(?:[|–—·•»-]|::)\s+")
_HOST_NAME = re.compile(r"(?:https?://)?[\w-]+(?:\.[\w-]+)+/?\Z")
_BY = re.compile(r"(?:(?:[a-z]{2,10}\s+)?(?:by|von|par|por)\b|(?:words|text|story):)[:,\s]*", re.IGNORECASE)
_BETWEEN_AUTHORS = re.compile(r"\s*[,;|·•/]\s*|\s+(?:and|und|et|y|&|with)\s+", re.IGNORECASE)
_WHERE = re.compile(r"\s+(?:in|for|at)\s+(?:(?!\s(?:and|und|et)\s)[^,;|&])*")
_SUFFIX_OF_NAME = re.compile(r"(?:Jr|Sr|II|III|IV|MD|PhD)\.?\Z")
_NO_NAME = re.compile(
    r"\d|@|://|www\.|\A(?:and|by|und|et|y|now)\Z|\b(?:staff|reporters?|correspondents?|editors?|editorial|writers?|desk"
    r"|newsroom|admin|administrator|columnist|contributor|agencies|redaktion|rédaction|published|posted|updated|ago"
    r"|min read|unknown|guest|photos?|photographs?|pictures?|graphics?)\b",
    re.IGNORECASE,
)
_BYLINES = [
    re.compile(r"\bauthor name\b|\bcontributor name\b"),
    re.compile(r"\b(?:author|authors|byline|contributors?)\b"),
]
_PARTICLES = frozenset("al bin bint da de del della den der di do dos du el la le van von y zu".split())
_AUTHOR_METAS = (
    "author article:author parsely-author sailthru.author dc.creator dcterms.creator byl citation_author".split()
)
_PUBLISHER_METAS = "og:site_name application-name dc.publisher dcterms.publisher publisher article:publisher".split()


def read_html(data: bytes, name: str, address: str | None = None) -> Draft:
    """Return the article of a web page. `address` is where the page was fetched from, None for a file.

    A fetched page may name another address as its own only on its own site. Fields that the page doesn't give stay
    empty. Raises ReadError for a page without an article, or beyond the limits.
    """
    tree = html_tree.parse(data, name)
    url = _url(tree, address)
    articles = json_ld.own_article_nodes(tree, url)
    publisher = _publisher(tree, articles, url)
    title = _title(tree, articles, publisher)
    page = without_surroundings(tree)
    author = _author(tree, page, articles, publisher)
    published, published_by = publication_date(tree, url, today=datetime.now(UTC).date()) or (None, None)
    blocks = article_blocks(tree, title, author.split(", ") if author else [])
    if not blocks:
        raise ReadError(f"{name} has no article text in it. Give the page of one article.")
    if len(blocks) > 1 and blocks[0] in _SITE_SUFFIX.split(title or ""):
        title = blocks.pop(0)
    return make_draft(
        title,
        blocks,
        name,
        url=url,
        publisher=publisher,
        author=author,
        published=published,
        published_by=published_by,
        language=_language(tree, articles),
    )


def _url(tree: Any, address: str | None) -> str | None:  # noqa: ANN401
    claimed = tree.xpath("//link[@rel='canonical']/@href | //link[@rel='canonical']/@content")
    claimed += _metas(tree, ["og:url"])
    claimed += [
        text
        for node in json_ld.own_article_nodes(tree, address)
        for text in (node.get("url"), node.get("mainEntityOfPage"))
    ]
    resolved = (_resolved(address, text) for text in claimed if isinstance(text, str))
    accepted = [url for url in resolved if url and (address is None or _is_same_site(url, address))]
    article = next((url for url in accepted if urlsplit(url).path.strip("/")), None)
    return article or (_resolved(None, address) if address else next(iter(accepted), None))


def _resolved(base: str | None, text: str) -> str | None:
    """Return the web address, absolute and without tracking parameters; None where the text isn't one."""
    try:
        url = without_tracking(urldefrag(urljoin(base or "", text.strip())).url)
        parts = urlsplit(url)
        return url if parts.hostname and "@" not in parts.netloc and is_web_address(url) else None
    except ValueError:
        return None


def _is_same_site(url: str, other: str) -> bool:
    """Return True for the same host, or hosts under one registered domain (Public Suffix List)."""
    from tld import get_fld

    one, two = ((urlsplit(each).hostname or "").removeprefix("www.") for each in (url, other))
    domains = [get_fld(each, fail_silently=True, search_private=True) for each in (url, other)]
    return one == two or (domains[0] is not None and domains[0] == domains[1])


def _title(tree: Any, articles: list[json_ld.Node], publisher: str | None) -> str | None:  # noqa: ANN401
    headlines = [text for node in articles for text in json_ld.names({"name": node.get("headline")})]
    headings = tree.xpath("//article//h1 | //main//h1") or tree.xpath("//h1")
    shown = [heading.text_content() for heading in headings[:1]]
    titles = [element.text_content() for element in tree.xpath("(//head/title)[1]")]
    written = (_line(text) for text in (*headlines, *_metas(tree, ["og:title", "twitter:title"]), *shown, *titles))
    return next((title for text in written if (title := _without_site(text, publisher))), None)


def _without_site(title: str, publisher: str | None) -> str:
    *rest, last = _SITE_SUFFIX.split(title)
    site = publisher and rest and squashed(last) in (squashed(publisher), squashed(publisher.partition(".")[0]))
    return title[: title.rindex(last)].rstrip(" |–—·•»:-") if site else title


def _publisher(tree: Any, articles: list[json_ld.Node], url: str | None) -> str | None:  # noqa: ANN401
    texts = [name for node in articles for name in json_ld.names(node.get("publisher"))]
    texts += tree.xpath("//*[@itemprop='publisher']//*[@itemprop='name']/@content")
    texts += _metas(tree, _PUBLISHER_METAS)
    names = [name for text in texts if (name := _line(text)) and "://" not in name and not name.startswith("@")]
    host = (urlsplit(url or "").hostname or "").removeprefix("www.")
    titles = [_line(element.text_content()) for element in tree.xpath("(//head/title)[1]")]
    suffixes = [_SITE_SUFFIX.split(title)[-1] for title in titles if _SITE_SUFFIX.search(title)]
    names += [suffix for suffix in suffixes if host and squashed(suffix).removeprefix("the") in squashed(host)]
    proper = next((name for name in names if not _HOST_NAME.match(name)), None)
    return proper or next(iter(names), None) or host or None


def _author(tree: Any, page: Any, articles: list[json_ld.Node], publisher: str | None) -> str | None:  # noqa: ANN401
    candidates = [json_ld.names(node.get("author") or node.get("creator")) for node in articles]
    candidates += [_metas(tree, [name]) for name in _AUTHOR_METAS]
    candidates += [list(_bylines(page, pattern)) for pattern in _BYLINES]
    for texts in candidates:
        names = dict.fromkeys(name for text in texts for name in _authors(_line(text)) if name != publisher)
        if names:
            return ", ".join(islice(names, MOST_AUTHORS))
    return None


def _bylines(page: Any, pattern: re.Pattern[str]) -> Iterator[str]:  # noqa: ANN401
    """Yield elements whose class or id matches, and short lines that begin with "By"; commas part their pieces."""
    for element in page.iter("a", "address", "div", "em", "font", "i", "p", "small", "span"):
        parts = [part for text in islice(element.itertext(), 20) if (part := text.strip())]
        line = ", ".join(parts)[:MOST_CHARACTERS_OF_NAME]
        marked = element.get("rel") == "author" or pattern.search(marks(element))
        if line and (marked or (_BY.match(line) and len(line) < 100 and not line.endswith("."))):
            yield line


def _authors(text: str) -> Iterator[str]:
    """Yield the names in a byline: "By Ada Orsk and Bo Lind, Staff reporters" gives "Ada Orsk" and "Bo Lind"."""
    name = ""
    if "://" in text:
        return
    by = _BY.match(text)
    for part in _BETWEEN_AUTHORS.split(_WHERE.sub("", text[by.end() :] if by else text)):
        if name and _SUFFIX_OF_NAME.match(part):
            name += f", {part}"
            continue
        if name:
            yield name
        name = part.strip(" .:–—-()") if _is_name(part) else ""
    if name:
        yield name


def _is_name(text: str) -> bool:
    words = text.strip(" .:–—-()").split()
    capitals = all(not word[0].islower() or word in _PARTICLES for word in words)
    return 0 < len(words) <= 6 and capitals and words[-1] not in _PARTICLES and not _NO_NAME.search(text)


def _language(tree: Any, articles: list[json_ld.Node]) -> str | None:  # noqa: ANN401
    """Return the language that the page declares, as a code of ISO 639-1."""
    languages = [node.get("inLanguage") for node in articles]
    languages = [text.get("alternateName") if isinstance(text, dict) else text for text in languages]
    declared = (tree.get("lang"), *_metas(tree, ["og:locale"]), *languages)
    codes = (re.match(r"\s*([a-zA-Z]{2})(?:[-_]|\s*\Z)", text) for text in declared if isinstance(text, str))
    return next((code[1].lower() for code in codes if code), None)


def _metas(tree: Any, names: list[str]) -> list[str]:  # noqa: ANN401
    """Return the contents of the page's meta elements of those names, in the order of the names."""
    contents: dict[str, list[str]] = {name: [] for name in names}
    for meta in tree.iter("meta"):
        name = (meta.get("property") or meta.get("name") or "").lower()
        if name in contents and (content := (meta.get("content") or "").strip()):
            contents[name].append(content)
    return [content for name in names for content in contents[name]]


def _line(text: str) -> str:
    """Return the text as one short line, without the markup and entities that some systems leave in metadata."""
    return " ".join(re.sub(r"</?\w[^<>]{0,50}>", "", unescape(text[:1_000])).split())[:MOST_CHARACTERS_OF_NAME]
