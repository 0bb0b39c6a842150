"""Turns fragments of HTML, in which feeds and exports hold articles, into plain paragraphs."""

import html
import re

from index.errors import ReadError
from index.text.cleaning import normalise, paragraphs

MAX_CHARACTERS = 20_000_000
MAX_ELEMENTS = 50_000
MAX_DEPTH = 500
"""libxml2 searches all open elements at each end tag: without a limit, time grows with the square of the length."""

_BYTES_AT_ONCE = 16_384
"""How many bytes are parsed between two looks at the limits."""

_LEFT_OUT = frozenset(
    """aside audio button caption figcaption figure footer form head iframe math nav noscript object script select
    style svg template textarea title video""".split()
)
_INLINE = frozenset(
    """a abbr acronym b bdi bdo big cite code data del dfn em font i img ins kbd label mark picture q rp rt ruby s samp
    small source span strike strong sub sup time tt u var wbr""".split()
)
_BLOCKS = frozenset(
    """address article blockquote body br center dd details div dl dt fieldset h1 h2 h3 h4 h5 h6 header hr html li main
    meta ol p pre section summary table tbody td tfoot th thead tr ul""".split()
)
_TAG = re.compile(rf"</?(?:{'|'.join(sorted(_LEFT_OUT | _INLINE | _BLOCKS))})(?:[\s/][^<>]*)?>|<!--", re.IGNORECASE)
_PARAGRAPH = re.compile(r"<(?:br|div|p)\b", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,31});", re.IGNORECASE)


def fragment_paragraphs(fragment: str) -> list[str]:
    """Return the paragraphs of a fragment of HTML, without scripts, figures, captions, navigation and furniture.

    Text without a tag is plain, and only its entities are resolved: "a < b" has no tag. Where there are tags but no
    `<p>`, `<div>` or `<br>`, blank lines separate the paragraphs, as in WordPress's editor.

    Raises ReadError for more than `MAX_CHARACTERS` or `MAX_ELEMENTS`, and for elements within over `MAX_DEPTH` others.
    """
    return paragraphs(_text(fragment).strip())


def fragment_line(fragment: str) -> str:
    """Return the text of a title that may be HTML, on one line. Raises ReadError as `fragment_paragraphs` does."""
    return " ".join(_text(fragment).split())


def _text(fragment: str) -> str:
    if len(fragment) > MAX_CHARACTERS:
        raise ReadError(f"A text is longer than {MAX_CHARACTERS // 1_000_000} million characters. Split it.")
    fragment = normalise(fragment)
    if not _TAG.search(fragment):
        return _ENTITY.sub(lambda match: html.unescape(match.group()), fragment)
    return _parsed(fragment)


def _parsed(fragment: str) -> str:
    from lxml import etree

    target = _Text(keeps_lines=not _PARAGRAPH.search(fragment))
    parser = etree.HTMLParser(target=target, encoding="utf-8", no_network=True, huge_tree=True)
    data = fragment.encode("utf-8", "replace")
    for start in range(0, len(data), _BYTES_AT_ONCE):
        parser.feed(data[start : start + _BYTES_AT_ONCE])
        if target.elements > MAX_ELEMENTS:
            raise ReadError(f"A text has more than {MAX_ELEMENTS:,} elements. Give it as plain text.")
        if target.deepest > MAX_DEPTH:
            raise ReadError(f"A text has elements within more than {MAX_DEPTH} others. Give it as plain text.")
    text: str = parser.close()
    return text


class _Text:
    """Collects the text from the parser's events; the tree of a hostile fragment would fill the memory."""

    def __init__(self, keeps_lines: bool) -> None:
        self.deepest = self.elements = 0
        self._depth = self._left_out = 0
        self._keeps_lines = keeps_lines
        self._parts: list[str] = []

    def start(self, tag: str, _attributes: dict[str, str]) -> None:
        self.elements += 1
        self._depth += 1
        self.deepest = max(self.deepest, self._depth)
        self._left_out += tag in _LEFT_OUT
        self._part(tag)

    def end(self, tag: str) -> None:
        self._depth -= 1
        self._left_out -= tag in _LEFT_OUT
        if tag != "br":
            self._part(tag)

    def data(self, text: str) -> None:
        if not self._left_out:
            self._parts.append(text if self._keeps_lines else re.sub(r"\s+", " ", text))

    def close(self) -> str:
        return "".join(self._parts)

    def _part(self, tag: str) -> None:
        if tag in ("td", "th"):
            self._parts.append(" ")
        elif tag == "br":
            self._parts.append("\n")
        elif tag not in _INLINE:
            self._parts.append("\n\n")
