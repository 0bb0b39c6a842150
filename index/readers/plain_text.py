"""Reads plain text as an article."""

from index.article import Draft
from index.readers.draft import make_draft
from index.text.cleaning import normalise, paragraphs, split_headline
from index.text.encoding import decode


def read_text(data: bytes, name: str) -> Draft:
    """Return the article of a plain text: the headline first, if there is one, then paragraphs."""
    title, body = split_headline(normalise(decode(data, name)).strip())
    return make_draft(title, paragraphs(body), name)
