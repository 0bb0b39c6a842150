"""Turns rows of the catalog's tables into articles, headlines and passages."""

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from index.article import Article, Headline, Passage, Sentence

VERSION_COLUMNS = "title, full_text, url, publisher, author, published, published_by, language, fetched"
"""What differs between the versions of an article."""

ARTICLE_COLUMNS = f"articles.id, source, {VERSION_COLUMNS}, story"
HEADLINE_COLUMNS = "id, source, title, url, publisher, published"
PASSAGE_COLUMNS = f"passages.id, start, end, sentences, {ARTICLE_COLUMNS}"


def article_from(row: Sequence[Any]) -> Article:
    """Return the article in a row of ARTICLE_COLUMNS."""
    id_, source, title, full_text, url, publisher, author, published, published_by, language, fetched, story = row
    return Article(
        *(id_, source, title, full_text, url, publisher, author),
        published=_day(published),
        published_by=published_by,
        language=language,
        fetched=datetime.fromisoformat(fetched) if fetched else None,
        story=story,
    )


def headline_from(row: Sequence[Any]) -> Headline:
    """Return the headline in a row of HEADLINE_COLUMNS."""
    id_, source, title, url, publisher, published = row
    return Headline(id_, source, title, url, publisher, _day(published))


def passage_from(row: Sequence[Any]) -> Passage:
    """Return the passage in a row of PASSAGE_COLUMNS."""
    passage_id, start, end, sentences, *article = row
    quotable = tuple(Sentence(*offsets) for offsets in json.loads(sentences))
    return Passage(passage_id, article_from(article), start, end, quotable)


def _day(written: str | None) -> date | None:
    return date.fromisoformat(written) if written else None
