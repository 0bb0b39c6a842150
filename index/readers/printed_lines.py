"""Makes paragraphs of a printed document's lines: takes out running heads and page numbers, mends broken words."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from statistics import median

from index.text.cleaning import HEADLINE_CHARACTERS, is_list_item

_EDGE = 3
"""How many lines at either end of a page may be running heads and feet."""
_SHORT = 0.8
"""A line with less than this share of a full line's letters may be a paragraph's last."""
_GAP = 1.3
"""A step down to the next line of more than this many usual steps begins a paragraph."""
_LARGER = 1.15
"""Letters more than this many times as large as those of the line before begin a paragraph."""

_PAGE_NUMBER = re.compile(r"(?:page\s*)?[-–—|·\s]*\d{1,4}[-–—|·\s]*(?:(?:of|/)\s*\d{1,4}\s*)?", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[.!?:][\"'”’)\]]*$")
_BROKEN_WORD = re.compile(r"(\w+)([-\u2010\u00ad])\n(\w+)")
_WORD = re.compile(r"[^\W\d_]+(?:[-\u2010][^\W\d_]+)*")


@dataclass(frozen=True, slots=True)
class Line:
    """A printed line: its page, its baseline's height on the page and its letters' size, both in points."""

    text: str
    page: int
    height: float
    size: float


def without_running_heads(lines: Iterable[Line]) -> list[Line]:
    """Return the lines without page numbers, and without those that stand at the same edge of most pages."""
    pages = [list(page) for _, page in groupby(lines, key=lambda line: line.page)]
    seen = Counter(place for page in pages for place in {_numbers_masked(page[edge]) for edge in _edges(page)})
    often = {place for place, count in seen.items() if count > max(1, len(pages) / 2)}
    kept = []
    for page in pages:
        running = {edge for edge in _edges(page) if _is_page_number(page[edge]) or _numbers_masked(page[edge]) in often}
        kept += [line for place, line in enumerate(page) if place not in running]
    return kept


def blocks(lines: Sequence[Line]) -> list[list[Line]]:
    """Return the lines of each paragraph, which may go on in the next column or on the next page."""
    if not lines:
        return []
    full = sorted(len(line.text) for line in lines)[len(lines) * 3 // 4]
    leading = _usual_leading(lines)
    paragraphs = [[lines[0]]]
    for above, line in pairwise(lines):
        ended = len(above.text) < _SHORT * full and _SENTENCE_END.search(above.text)
        larger = max(above.size, line.size) > _LARGER * min(above.size, line.size)
        if ended or larger or _down(above, line) > _GAP * leading or is_list_item(line.text):
            paragraphs.append([])
        paragraphs[-1].append(line)
    return paragraphs


def joined(paragraphs: Iterable[Iterable[Line]]) -> list[str]:
    """Return each paragraph's text on one line. A word broken at a line's end loses its hyphen where it is one word."""
    texts = ["\n".join(line.text for line in paragraph) for paragraph in paragraphs]
    words = {word.casefold() for text in texts for word in _WORD.findall(_BROKEN_WORD.sub(" ", text))}
    return [_BROKEN_WORD.sub(lambda match: _mended(match, words), text).replace("\n", " ") for text in texts]


def headline(paragraphs: Sequence[Sequence[Line]]) -> Sequence[Line] | None:
    """Return the first page's paragraph in the largest letters, if it is larger than usual and can be a headline."""
    usual = median(line.size for lines in paragraphs for line in lines)
    first = [
        lines
        for lines in paragraphs
        if lines[0].page == paragraphs[0][0].page
        and sum(len(line.text) for line in lines) <= HEADLINE_CHARACTERS
        and sum(len(line.text.split()) for line in lines) > 2  # a newspaper's name has two
    ]
    largest = max(first, key=lambda lines: lines[0].size, default=None)
    return largest if largest and largest[0].size > _LARGER * usual else None


def _edges(page: Sequence[Line]) -> set[int]:
    return {*range(len(page))[:_EDGE], *range(len(page))[-_EDGE:]}


def _is_page_number(line: Line) -> bool:
    return _PAGE_NUMBER.fullmatch(line.text) is not None


def _numbers_masked(line: Line) -> tuple[str, int]:
    """Return the line's text and height, with numbers masked as "#", unless it has only numbers, as in a table."""
    letters = any(map(str.isalpha, line.text))
    return re.sub(r"\d+", "#", line.text) if letters else line.text, round(line.height)


def _down(above: Line, line: Line) -> float:
    """Return how far down the next line is, in letters' sizes; 0 where it is in another column or on another page."""
    return max(0.0, above.height - line.height) / line.size if above.page == line.page else 0.0


def _usual_leading(lines: Sequence[Line]) -> float:
    steps = [step for above, line in pairwise(lines) if (step := _down(above, line)) > 0]
    return median(steps) if steps else 1.0


def _mended(broken: re.Match[str], words: set[str]) -> str:
    """Return a word that was broken at a line's end, as the document writes it elsewhere.

    Where it doesn't, the hyphen stays before a capital, a number, and a word that the document uses alone.
    """
    head, hyphen, tail = broken.groups()
    whole, compound = (head + tail).casefold(), f"{head}-{tail}".casefold()
    one_word = whole in words or not (compound in words or tail in words)
    if hyphen == "\u00ad" or (head.isalpha() and tail.isalpha() and tail.islower() and one_word):
        return head + tail
    return f"{head}-{tail}"
