"""Reads sitemaps: which pages they list, and which further sitemaps. https://www.sitemaps.org/protocol.html"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, BinaryIO

import httpx

from index.errors import ReadError
from index.text.dates import day
from index.text.urls import resolved_web_address

MOST_ENTRIES = 50_000
"""The protocol's own limit."""
MOST_SITEMAPS = 50


@dataclass(frozen=True, slots=True)
class Page:
    """A page that a sitemap lists; `published` is its day as news, where the sitemap gives one."""

    address: str
    published: date | None


@dataclass(frozen=True, slots=True)
class Sitemap:
    """A further sitemap that an index of sitemaps lists."""

    address: str


KINDS: tuple[type[Page | Sitemap], ...] = (Page, Sitemap)


def read_sitemap(stream: BinaryIO, address: str) -> Iterator[Page | Sitemap]:
    """Yield what the sitemap at that address lists, only of the address's own host, as the protocol has it.

    Raises ReadError for a broken sitemap, and for one that lists only other hosts' pages or too many.
    """
    host = httpx.URL(address).host
    pages = sitemaps = others = 0
    for item in _listed(stream, address):
        if httpx.URL(item.address).host != host:
            others += 1
            continue
        pages += isinstance(item, Page)
        sitemaps += isinstance(item, Sitemap)
        if sitemaps > MOST_SITEMAPS:
            raise too_many_sitemaps(address)
        yield item
    if others and not pages and not sitemaps:
        raise ReadError(f"{address} lists only pages of other hosts than {host}. Give the sitemap of the host itself.")


def too_many_sitemaps(address: str) -> ReadError:
    """Return the error for an index of sitemaps that lists more than `MOST_SITEMAPS`."""
    return ReadError(f"{address} lists more than {MOST_SITEMAPS} sitemaps. Give the addresses of those you need.")


def _listed(stream: BinaryIO, address: str) -> Iterator[Page | Sitemap]:
    from lxml import etree

    count = 0
    try:
        for _, element in etree.iterparse(
            stream, events=("end",), resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
        ):
            parent = element.getparent()
            if parent is None or parent.getparent() is not None:
                continue
            count += 1
            if count > MOST_ENTRIES:
                raise ReadError(f"{address} lists more than {MOST_ENTRIES:,} pages. Give a sitemap of fewer.")
            if item := _item(element):
                yield item
            element.clear()
            while element.getprevious() is not None:
                del parent[0]  # or the whole sitemap is in memory
    except etree.XMLSyntaxError as error:
        problem = " ".join(str(error.msg).split())[:200]
        raise ReadError(f"{address} is a broken sitemap ({problem}). Tell its publisher.") from error


def _item(element: Any) -> Page | Sitemap | None:  # noqa: ANN401 (lxml has no types)
    location = element.find("{*}loc")
    if location is None or len(location):  # an entity in it is a child
        return None
    url = resolved_web_address(location.text or "")
    kind = str(element.tag).rpartition("}")[2].rpartition(":")[2]
    if url and kind == "url":
        return Page(url, day(element.findtext("{*}news/{*}publication_date") or ""))
    return Sitemap(url) if url and kind == "sitemap" else None
