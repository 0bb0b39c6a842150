"""Reads a page's JSON-LD about the article that the page shows (schema.org, JSON-LD 1.1)."""

import json
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any
from urllib.parse import urljoin, urlsplit

from index.text.cleaning import squashed

MOST_CHARACTERS = 2_000_000
MOST_OBJECTS = 2_000
MOST_CHARACTERS_OF_TITLE = 500

Node = dict[str, Any]

_ARTICLE = re.compile(r"(?:https?://schema\.org/)?(?:\w*Article|\w*BlogPosting|Report)")
_OPENING = re.compile(r"\s*(?:<!--|(?://|/\*)?\s*<!\[CDATA\[)?(?:\s*\*/)?\s*")
"""Matches what old systems write around JSON to hide it from older browsers."""

_LEADS_TO_THE_ARTICLE = ("@graph", "mainEntity", "mainEntityOfPage")


def own_article_nodes(tree: Any, url: str | None) -> list[Node]:  # noqa: ANN401 (lxml has no types)
    """Return the objects that describe the page's own article, not a related one, a comment, or a live blog's update.

    They are recognised by address or headline; one that has neither counts where there is no other article. References
    to authors and publishers are resolved. `url` is the page's address, if known.
    """
    objects = list(islice(_objects(tree), MOST_OBJECTS))
    articles = [node for node in objects if any(_ARTICLE.fullmatch(kind) for kind in _texts(node.get("@type")))]
    places, titles = _page_places(tree, url), _page_titles(tree)
    own = [node for node in articles if _describes(node, places, titles)]
    if not own and len(articles) == 1 and not _headline(articles[0]) and not _node_places(articles[0], url):
        own = articles
    known = {node["@id"]: node for node in objects if isinstance(node.get("@id"), str) and "name" in node}
    return [
        node | {key: _resolved(node[key], known) for key in ("author", "creator", "publisher") if key in node}
        for node in own
    ]


def names(value: object) -> list[str]:
    """Return the names of a person, an organisation or a list of them, whichever way they are written."""
    items = (item.get("name") if isinstance(item, dict) else item for item in _listed(value))
    return [name for item in items for name in _texts(item) if name.strip()]


def _objects(tree: Any) -> Iterator[Node]:  # noqa: ANN401
    waiting: list[object] = []
    for script in tree.iter("script"):
        kind = (script.get("type") or "").partition(";")[0].strip().lower()
        if kind == "application/ld+json" and len(script.text or "") <= MOST_CHARACTERS:
            waiting.append(_parsed(script.text or ""))
    waiting.reverse()
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting.extend(reversed(value))
        elif isinstance(value, dict):
            yield value
            waiting.extend(value[key] for key in reversed(_LEADS_TO_THE_ARTICLE) if key in value)


def _parsed(text: str) -> object:
    opening = _OPENING.match(text)
    try:
        value, _ = json.JSONDecoder(strict=False).raw_decode(text, opening.end() if opening else 0)
        return value
    except (ValueError, RecursionError):
        return None


def _describes(node: Node, places: set[str], titles: set[str]) -> bool:
    if places & _node_places(node, None):
        return True
    headline = _headline(node)
    return any(_is_same_title(headline, title) for title in titles) if headline else False


def _headline(node: Node) -> str:
    titles = _texts(node.get("headline")) or _texts(node.get("name"))
    return squashed(next(iter(titles), "")[:MOST_CHARACTERS_OF_TITLE])


def _is_same_title(one: str, other: str) -> bool:
    """Return True for the same title, though one may be cut short, or go on with the name of the site."""
    shorter, longer = sorted((one, other), key=len)
    return 2 * len(shorter) >= len(longer) > 0 and shorter in longer


def _page_places(tree: Any, url: str | None) -> set[str]:  # noqa: ANN401
    canonical = tree.xpath("//link[@rel='canonical']/@href | //meta[@property='og:url']/@content")
    return {place for address in (url, *canonical) if (place := _place(address, url))}


def _node_places(node: Node, url: str | None) -> set[str]:
    values = [node.get(key) for key in ("url", "@id", "mainEntityOfPage")]
    values += [value.get(key) for value in values if isinstance(value, dict) for key in ("@id", "url")]
    return {place for value in values for address in _texts(value) if (place := _place(address, url))}


def _place(address: str | None, base: str | None) -> str | None:
    """Return host and path, which are the same for two spellings of a page's address."""
    try:
        parts = urlsplit(urljoin(base or "", (address or "").strip()))
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return None
    return f"{host}{parts.path.rstrip('/')}" if host and parts.scheme in ("http", "https") else None


def _page_titles(tree: Any) -> set[str]:  # noqa: ANN401
    metas = tree.xpath("//meta[@property='og:title' or @name='twitter:title']/@content")
    headings = [element.text_content() for element in tree.xpath("(//h1)[position() <= 5] | (//head/title)[1]")]
    return {squashed(text[:MOST_CHARACTERS_OF_TITLE]) for text in (*metas, *headings)} - {""}


def _resolved(value: object, known: dict[str, Node]) -> list[object]:
    return [
        known.get(item["@id"], item)
        if isinstance(item, dict) and isinstance(item.get("@id"), str) and "name" not in item
        else item
        for item in _listed(value)
    ]


def _texts(value: object) -> list[str]:
    return [item for item in _listed(value) if isinstance(item, str)]


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [] if value is None else [value]
