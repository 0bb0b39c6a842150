"""Finishes what a reader found in a source: every article leaves its reader through here."""

import re
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from index.article import Draft
from index.text.cleaning import normalise
from index.text.language import detected


def draft(
    title: str | None,
    blocks: Iterable[str],
    name: str,
    *,
    url: str | None = None,
    publisher: str | None = None,
    author: str | None = None,
    published: date | None = None,
    published_by: str | None = None,
    language: str | None = None,
    key: str = "",
) -> Draft:
    """The article with that title and those paragraphs; its fields are normalised, each on one line.

    One without a title is called after the file that `name` is, an address that is none is left out, and a language
    that nothing tells is told by the text.
    """
    address, full_text = _whole(url or ""), normalise(_whole("\n\n".join(blocks))).strip()
    return Draft(
        title=_line(title) or Path(name).stem,
        full_text=full_text,
        url=address if re.match(r"https?://[^\s<>\"']+\Z", address) else None,
        publisher=_line(publisher),
        author=_line(author),
        published=published,
        published_by=published_by,
        language=language or detected(full_text),
        key=key,
    )


def _line(text: str | None) -> str | None:
    return " ".join(normalise(_whole(str(text))).split()) or None if text else None


def _whole(text: str) -> str:
    """The text without halves of letters (lone surrogates), which JSON and PDF can hold and no database takes."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
