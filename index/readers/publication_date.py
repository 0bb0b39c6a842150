"""Finds the day on which a web page was published, where the page gives it."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice
from typing import Any

from index.readers import json_ld
from index.readers.boilerplate import marks, opening_line, without_surroundings
from index.text import dates
from index.text.calendar_words import MONTH_PATTERN

_META = (
    "article:published_time og:article:published_time article:published datepublished publication_date publication-date"
    " publish-date publish_date publishdate pubdate parsely-pub-date sailthru.date citation_publication_date"
    " citation_date dc.date.issued dcterms.issued dcterms.date dc.date dc:date dc.date.created dcterms.created date"
).split()
_OF_EVENTS = re.compile(r"/(?:events?|calendar|agenda|listings|termine|veranstaltungen)/", re.IGNORECASE)
_IN_URL = [
    re.compile(r"/(\d{4})/(\d{1,2})/(\d{1,2})(?=/|\Z)"),
    re.compile(r"/(\d{4})-(\d\d)-(\d\d)(?=[-_/]|\Z)"),
]
_IN_UTC = re.compile(r"\d(?:Z|[+-]00:?00)\s*\Z")
_DATE = (
    rf"(?<!\d)(?:\d{{1,2}}(?:st|nd|rd|th)? (?:of )?{MONTH_PATTERN},? \d{{4}}"
    rf"|{MONTH_PATTERN} \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}}"
    r"|\d{4}-\d\d-\d\d|\d{1,2}[./]\d{1,2}[./]\d{4})(?!\d)"
)
_A_DATE = re.compile(_DATE, re.IGNORECASE)
_LABEL = r"\b(?:published|posted|publication date|issued|for immediate release|veröffentlicht|publié)\b"
_LABELLED = re.compile(rf"{_LABEL}[^.!?]{{0,60}}?({_DATE})", re.IGNORECASE)
_ENDS_WITH_LABEL = re.compile(rf"{_LABEL}(?: on| at| am| le)?\W*\Z", re.IGNORECASE)
_CHANGED = re.compile(r"\b(?:updated?|modified|edited|revised|corrected|aktualisiert|mis à jour)\b", re.IGNORECASE)
_CALLED_CHANGED = re.compile(r"\b(?:updated?|modified|edited|revised|event|when|start|end|deadline|comment)\b")
_CALLED_PUBLISHED = re.compile(
    r"\b(?:published|publish|pub ?date|posted|(?:entry|post|article|publication|story) (?:date|time|meta|info)"
    r"|date|dateline|byline|timestamp|meta|created)\b"
)
_BLOCKS = ("p", "div", "span", "td", "li", "small", "font", "em", "i", "b", "strong", "h4", "h5", "h6", "center")
_LINE_CHARACTERS = 120
"""A byline has fewer characters; of the text before a date, this many are read. Not measured."""
_LEVELS = 3
"""How many elements around a date may name it, by their classes and ids. Not measured."""


def publication_date(tree: Any, url: str | None, *, today: date) -> tuple[date, str] | None:  # noqa: ANN401
    """Return the day and its origin: "json-ld", "meta", "url" or "byline", the first of these that names one day.

    Where the origin gives a time in UTC and the address has the day before or after, the address has the publisher's
    own day. None where the page gives no day: those of changes, comments, related articles and events don't count, nor
    one that is more than a day after `today`. `tree` is of `lxml.html`, and `url` is the page's address, if known.
    """
    in_url = _one_day(_url(url), today)
    for origin, candidates in (
        ("json-ld", [_json_ld(tree, url)]),
        ("meta", _metas(tree)),
        ("url", [_url(url)]),
        ("byline", _bylines(tree)),
    ):
        for texts in candidates:
            if day := _one_day(texts, today):
                if in_url and abs(in_url - day) == timedelta(days=1) and any(map(_IN_UTC.search, texts)):
                    return in_url, "url"
                return day, origin
    return None


def _one_day(texts: list[str], today: date) -> date | None:
    """Return the day that the texts name, if all of them name the same."""
    days = {dates.day(text, today) for text in texts}
    return days.pop() if len(days) == 1 else None


def _json_ld(tree: Any, url: str | None) -> list[str]:  # noqa: ANN401
    values = [article.get("datePublished") for article in json_ld.own_article_nodes(tree, url)]
    return [value for value in values if isinstance(value, str)]


def _metas(tree: Any) -> Iterator[list[str]]:  # noqa: ANN401
    """Yield the contents of the meta elements of each name, the surest name first."""
    contents: dict[str, list[str]] = {}
    for meta in tree.iter("meta"):
        for key in ("property", "name", "itemprop"):
            if (name := (meta.get(key) or "").lower()) and not _within_another_item(meta):
                contents.setdefault(name, []).append(meta.get("content") or "")
    for element in tree.xpath("//*[@itemprop='datePublished'][not(self::meta)]"):
        if not _within_another_item(element):
            contents.setdefault("datepublished", []).append(element.get("datetime") or opening_line(element))
    return (contents[name] for name in _META if name in contents)


def _within_another_item(element: Any) -> bool:  # noqa: ANN401
    """Return True if microdata gives the date of something else than the article: a comment, an event, a list item."""
    scopes = [parent for parent in element.iterancestors() if parent.get("itemscope") is not None]
    kinds = [(scope.get("itemtype") or "").rpartition("/")[2] for scope in scopes]
    articles = ("Article", "BlogPosting", "Report", "WebPage")
    return any(not kind.endswith(articles) for kind in kinds) or sum(kind != "WebPage" for kind in kinds) > 1


def _url(url: str | None) -> list[str]:
    if not url or _OF_EVENTS.search(url):
        return []
    path = url.partition("?")[0].partition("#")[0]
    matches = [match for form in _IN_URL for match in form.finditer(path)]
    return ["{}-{:0>2}-{:0>2}".format(*match.groups()) for match in matches]


def _bylines(tree: Any) -> Iterator[list[str]]:  # noqa: ANN401
    """Yield the dates of the article's time elements, then of lines that begin with "Published", then of bylines."""
    page = without_surroundings(tree)
    own = page.xpath("//article[.//h1]") or page.xpath("//main[.//h1]") or [page]
    yield [element.get("datetime") or element.get("title") or opening_line(element) for element in _dated(own[0])]
    lines = [(element, opening_line(element)) for element in own[0].iter(*_BLOCKS)]
    short = [(element, line) for element, line in lines if len(line) < _LINE_CHARACTERS]
    yield [match[1] for _, line in short for match in _LABELLED.finditer(line) if not _is_sentence(line)]
    bylines = [line for element, line in short if _CALLED_PUBLISHED.search(marks(element)) and not _is_changed(element)]
    yield [date for line in bylines for date in _A_DATE.findall(_CHANGED.split(line)[0])]


def _dated(article: Any) -> Iterator[Any]:  # noqa: ANN401
    """Yield time elements labelled as publication, by their own names, those around them or the text before."""
    for element in article.iter("time", "abbr"):
        before = _text_before(element)
        if _CHANGED.search(before) or _is_changed(element):
            continue
        if element.get("pubdate") is not None or _ENDS_WITH_LABEL.search(before) or _is_called_published(element):
            yield element


def _is_called_published(element: Any) -> bool:  # noqa: ANN401
    around = [element, *islice(element.iterancestors(), _LEVELS)]
    called = (marks(each) for each in around if each.tag not in ("article", "main", "body", "html"))
    return any(_CALLED_PUBLISHED.search(names) for names in called)


def _is_changed(element: Any) -> bool:  # noqa: ANN401
    """Return True if the nearest element that has a class or id is named after a change or an event."""
    around = [element, *islice(element.iterancestors(), _LEVELS)]
    called = next((names for each in around if (names := marks(each))), "")
    return _CALLED_CHANGED.search(called) is not None and "published" not in called.split()


def _text_before(element: Any) -> str:  # noqa: ANN401
    before = element.getprevious()
    parent = element.getparent()
    if before is None:
        return (parent.text or "")[-_LINE_CHARACTERS:] if parent is not None else ""
    return f"{opening_line(before)} {before.tail or ''}"[-_LINE_CHARACTERS:]


def _is_sentence(line: str) -> bool:
    return line.endswith((".", "!", "?")) and len(line.split()) > 8
