"""Reads PDF files as articles."""

import io
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING

from index.article import Draft
from index.errors import ReadError
from index.readers import document, printed_lines
from index.readers.printed_lines import Line

if TYPE_CHECKING:
    from pypdf import DocumentInformation, PageObject, PdfReader

MOST_PAGES = 1_000

_MOST_UNREADABLE = 1 / 5
"""The largest share of characters that may have no letter: a PDF without a character map has more."""

_LIGATURES = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"})

_Piece = tuple[str, float, float]
"""A piece of text on a page, its height on the page, and its letters' size."""


def read_pdf(data: bytes, name: str) -> Draft:
    """Return the article of a PDF file: its paragraphs without running heads, page numbers and hyphens at line ends.

    The title is that of the file's properties, unless a program wrote it, or else the headline in large letters.
    Raises ReadError for a locked file, a scan, one without a character map and one that is too long. For a broken
    file pypdf may raise any exception, which the sandbox reports.
    """
    import pypdf
    from pypdf.errors import DependencyError, FileNotDecryptedError

    try:
        file = pypdf.PdfReader(io.BytesIO(data))
        lines = printed_lines.without_running_heads(_printed_lines(file, name))
    except (DependencyError, FileNotDecryptedError) as error:
        raise ReadError(f"{name} is locked with a password. Save it without one and add it again.") from error
    _check_letters("".join(line.text for line in lines), name)
    properties = file.metadata or pypdf.DocumentInformation()
    blocks = printed_lines.blocks(lines)
    headline = printed_lines.headline(blocks)
    return document.make_document_draft(
        document.title_property(properties.title) or (printed_lines.joined([headline])[0] if headline else None),
        document.text_blocks(printed_lines.joined(blocks)),
        name,
        author=document.author_property(properties.author),
        dates=_dates(properties),
    )


def _check_letters(text: str, name: str) -> None:
    if not any(map(str.isalnum, text)):
        raise ReadError(
            f"{name} has no text in it, as a scan has none, or is damaged. Run text recognition (OCR) on it and add it."
        )
    if sum(map(_is_unreadable, text)) > len(text) * _MOST_UNREADABLE:
        raise ReadError(
            f"{name} has no character map, so its text can't be extracted. Give the article in another format."
        )


def _is_unreadable(character: str) -> bool:
    return character == "\ufffd" or unicodedata.category(character) in ("Cc", "Co", "Cn")


def _printed_lines(file: "PdfReader", name: str) -> list[Line]:
    if len(file.pages) > MOST_PAGES:
        raise ReadError(f"{name} has more than {MOST_PAGES:,} pages. Split it.")
    lines: list[Line] = []
    characters = 0
    for number, page in enumerate(file.pages):
        on_page = list(_page_lines(page, number))
        lines += on_page
        characters += sum(len(line.text) for line in on_page)
        if characters > document.MOST_CHARACTERS:
            raise document.too_long(name)
    return lines


def _page_lines(page: "PageObject", number: int) -> Iterator[Line]:
    """Yield the page's lines. pypdf gives its text piece by piece; a line's last piece ends with a line end."""
    pieces: list[_Piece] = []

    def visit(text: str, cm: list[float], tm: list[float], font: object, font_size: float) -> None:
        height = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
        scale = abs((tm[0] * tm[3] - tm[1] * tm[2]) * (cm[0] * cm[3] - cm[1] * cm[2])) ** 0.5
        pieces.append((text, height, font_size * scale))

    page.extract_text(visitor_text=visit)
    line: list[_Piece] = []
    for text, height, size in [*pieces, ("\n", 0.0, 0.0)]:
        for part in text.splitlines(keepends=True):
            line.append((part, height, size))
            if part.endswith("\n"):
                yield from _joined_pieces(line, number)
                line = []


def _joined_pieces(pieces: list[_Piece], page: int) -> Iterator[Line]:
    """Yield the line that the pieces make, unless it is blank; its place is that of its longest piece."""
    text = " ".join("".join(piece for piece, *_ in pieces).translate(_LIGATURES).split())
    if text:
        _, height, size = max(pieces, key=lambda piece: len(piece[0].strip()))
        yield Line(text, page, height, size or 1.0)


def _dates(properties: "DocumentInformation") -> Iterator[datetime | None]:
    with suppress(ValueError, OverflowError):  # a date that isn't one
        yield properties.creation_date
    with suppress(ValueError, OverflowError):
        yield properties.modification_date
