"""Parses the markup of web pages, within limits."""

import re
from typing import Any

from index.errors import ReadError
from index.text.encoding import FORGIVEN, decode

MOST_ELEMENTS = 30_000
MOST_LEVELS = 100
MOST_CHARACTERS_OF_ATTRIBUTE = 2_000

_CHARSET = re.compile(
    rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w-]{2,40})|\A\s*<\?xml[^>]{0,100}encoding\s*=\s*[\"']([\w-]{2,40})",
    re.IGNORECASE,
)
_ATTRIBUTES = frozenset(
    "id class lang href rel content name property itemprop itemscope itemtype type datetime pubdate title role style"
    " hidden aria-hidden data-component data-testid".split()
)
_NOT_OF_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""Characters that lxml refuses, even from its own parser."""

_ONCE = ("html", "body")
"""Elements that broken pages begin and end several times."""


def parse(data: bytes, name: str) -> Any:  # noqa: ANN401 (lxml has no types)
    """Return the page as a tree of `lxml.html`, without comments and without attributes that no reader looks at.

    Elements nested deeper than `MOST_LEVELS` leave their text to those around them. Raises ReadError for a page that
    can't be decoded, has nothing in it, or has more than `MOST_ELEMENTS` elements.
    """
    from lxml import etree

    parser = etree.HTMLParser(target=_Tree(), encoding="utf-8")
    try:
        parser.feed(decode(data, name, _charset(data), forgive=FORGIVEN).encode())
        root, elements = parser.close()
    except etree.LxmlError as error:
        raise ReadError(f"{name} has no article text in it. Give the page of one article.") from error
    if elements > MOST_ELEMENTS:
        raise ReadError(f"{name} has more than {MOST_ELEMENTS:,} elements. Give the page of one article.")
    return root


class _Tree:
    """Builds the tree from the parser's events; lxml's own takes quadratic time for an element's attributes."""

    def __init__(self) -> None:
        from lxml import etree, html

        self._builder = etree.TreeBuilder(parser=html.HTMLParser())
        self._level = self._elements = 0
        self._open: list[str] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag in _ONCE:
            if tag not in self._open:
                self._open.append(tag)
                self._builder.start(tag, _kept(attributes))
            return
        self._level += 1
        self._elements += 1
        if self._level <= MOST_LEVELS and self._elements <= MOST_ELEMENTS:
            self._builder.start(_name(tag), _kept(attributes))

    def end(self, tag: str) -> None:
        if tag in _ONCE:
            return  # what follows </html> is shown as part of the page
        if self._level <= MOST_LEVELS and self._elements <= MOST_ELEMENTS:
            self._builder.end(_name(tag))
        self._level -= 1

    def data(self, text: str) -> None:
        if self._elements <= MOST_ELEMENTS:
            self._builder.data(_NOT_OF_XML.sub("", text))

    def close(self) -> tuple[Any, int]:
        if self._elements > MOST_ELEMENTS:
            return None, self._elements
        for tag in reversed(self._open):
            self._builder.end(tag)
        return self._builder.close(), self._elements


def _name(tag: str) -> str:
    """Return the element's name, or "span" for one that isn't a name (`<ahref="…">`)."""
    return tag if re.fullmatch(r"[a-z][a-z0-9-]{0,30}", tag) else "span"


def _kept(attributes: dict[str, str]) -> dict[str, str]:
    short = {key: value for key, value in attributes.items() if len(value) <= MOST_CHARACTERS_OF_ATTRIBUTE}
    return {key: _NOT_OF_XML.sub("", value) for key, value in short.items() if key in _ATTRIBUTES}


def _charset(data: bytes) -> str:
    """Return the encoding that the page names; UTF-8 for one in which the name couldn't have been read (WHATWG)."""
    match = _CHARSET.search(data[:2048])
    charset = (match[1] or match[2]).decode("ascii") if match else "utf-8"
    return "utf-8" if charset.lower().startswith("utf-16") else charset
