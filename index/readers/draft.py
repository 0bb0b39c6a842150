"""Makes a draft of what a reader extracted: every article leaves its reader through here."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path

from index.article import Draft
from index.text.cleaning import normalise
from index.text.language import detect_language
from index.text.urls import is_web_address


def make_draft(
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
    """Return the article with that title and those paragraphs; its fields are normalised, each on one line.

    Without a title it is called after the file `name`. A `url` that isn't a web address is left out. Without a
    `language` it is detected from the text.
    """
    address, full_text = _without_surrogates(url or ""), normalise(_without_surrogates("\n\n".join(blocks))).strip()
    return Draft(
        title=_one_line(title) or Path(name).stem,
        full_text=full_text,
        url=address if is_web_address(address) else None,
        publisher=_one_line(publisher),
        author=_one_line(author),
        published=published,
        published_by=published_by,
        language=language or detect_language(full_text),
        key=key,
    )


def _one_line(text: str | None) -> str | None:
    return " ".join(normalise(_without_surrogates(str(text))).split()) or None if text else None


def _without_surrogates(text: str) -> str:
    """Return the text with lone surrogates replaced: JSON and PDF can hold them, and no database takes them."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
