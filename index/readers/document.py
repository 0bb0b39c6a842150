"""Makes an article of a document's text and of the properties in its file; shared by PDF, Word and EPUB."""

import re
from collections.abc import Iterable
from datetime import date, datetime

from index.article import Draft
from index.errors import ReadError
from index.readers.draft import make_draft
from index.text.calendar_words import MONTHS
from index.text.cleaning import paragraphs, split_headline

MOST_CHARACTERS = 5_000_000
"""The longest text that is read from one document."""

_DATED_BEGINNING = 1_000
"""How many characters at the beginning of an article are searched for its date."""

_NO_TITLE = re.compile(
    r"microsoft (?:word|powerpoint) - .*|(?:untitled|document|word document|title)\W*\d*|.*\.[a-z]{2,5}", re.IGNORECASE
)
_NO_AUTHOR = re.compile(
    r"python-docx|calibre.*|.*\buser|admin(?:istrator)?|author|owner|unknown|anonymous", re.IGNORECASE
)


def make_document_draft(
    title: str | None, blocks: list[str], name: str, *, author: str | None, dates: Iterable[datetime | None]
) -> Draft:
    """Return the article of a printed document (PDF, Word), whose title and date its text shows too.

    Without a `title`, the text's first line is the headline where it can be one. A date of the file's properties
    counts only where the beginning of the text states it.
    """
    if title is None:
        title, text = split_headline("\n\n".join(blocks))
        blocks = text.split("\n\n")
    blocks = without_title(title, blocks)
    published = _stated_date("\n".join(blocks)[:_DATED_BEGINNING], dates)
    return make_draft(
        title,
        limited(blocks, name),
        name,
        author=author,
        published=published,
        published_by="document" if published else None,
    )


def without_title(title: str | None, blocks: list[str]) -> list[str]:
    """Return the paragraphs without the title where it is one of the first three: an article keeps it separately."""
    return [block for block in blocks[:3] if _folded(block) != _folded(title or "")] + blocks[3:]


def title_property(text: str | None) -> str | None:
    """Return the title of a file's properties, or None for one that a program wrote ("Microsoft Word - a.doc")."""
    return _unless(_NO_TITLE, text)


def author_property(text: str | None) -> str | None:
    """Return the author of a file's properties, or None for one that a program wrote ("python-docx")."""
    return _unless(_NO_AUTHOR, text)


def limited(blocks: list[str], name: str) -> list[str]:
    """Return the paragraphs. Raises ReadError where they have more than `MOST_CHARACTERS`."""
    if sum(map(len, blocks)) > MOST_CHARACTERS:
        raise too_long(name)
    return blocks


def too_long(name: str) -> ReadError:
    """Return the error for a document with more than `MOST_CHARACTERS`."""
    return ReadError(f"{name} has more than {MOST_CHARACTERS // 1_000_000} million letters in it. Split it.")


def text_blocks(blocks: Iterable[str]) -> list[str]:
    """Return the document's blocks as clean paragraphs."""
    return paragraphs("\n\n".join(blocks))


def _stated_date(beginning: str, dates: Iterable[datetime | None]) -> date | None:
    """Return the first of the dates that the article's beginning states too, as "5 March 2024" or "2024-03-05".

    A file's own dates say when it was saved, which may be years after publication, or when its template was made.
    """
    for moment in dates:
        if moment is None:
            continue
        day = rf"0?{moment.day}(?:st|nd|rd|th)?"
        month = rf"{MONTHS[moment.month - 1][:3]}[a-z]*\.?"
        stated = rf"\b(?:{day} {month},? {moment.year}|{month} {day},? {moment.year}|{moment:%Y-%m-%d})\b"
        if re.search(stated, beginning, re.IGNORECASE):
            return moment.date()
    return None


def _unless(pattern: re.Pattern[str], text: str | None) -> str | None:
    line = " ".join(text.split()) if isinstance(text, str) else ""
    return line if any(map(str.isalnum, line)) and not pattern.fullmatch(line) else None


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()
