"""What the index is made of: articles, their passages, and the sentences of these."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple


class Sentence(NamedTuple):
    """A sentence that may be quoted: offsets into its article's `full_text`.

    `lead` is where the earlier sentence begins that a pronoun-led sentence needs to be understood
    (its end is `lead_end`); both are equal where the sentence stands alone.
    """

    start: int
    end: int
    lead: int
    lead_end: int


@dataclass(frozen=True, slots=True)
class Draft:
    """What a reader makes of a file: an article without a place in the index yet.

    `published_by` is what told the date: "json-ld", "meta", "feed", "url", "byline", "field" of an export or front
    matter, or "document" properties. `language` is a code of ISO 639-1. `key` tells the article from others in the
    same file or feed; empty where it is the only one.
    """

    title: str
    full_text: str
    url: str | None = None
    publisher: str | None = None
    author: str | None = None
    published: date | None = None
    published_by: str | None = None
    language: str | None = None
    key: str = ""


@dataclass(frozen=True, slots=True)
class Article:
    """An article in the index. All offsets, here and in passages and citations, count characters of `full_text`.

    `fetched` is when it was read, which says nothing of when it was `published`. Copies of one story, as a wire
    agency's in several outlets, share its `story`.
    """

    id: str
    source: str
    title: str
    full_text: str = field(repr=False)
    url: str | None = None
    publisher: str | None = None
    author: str | None = None
    published: date | None = None
    published_by: str | None = None
    language: str | None = None
    fetched: datetime | None = None
    story: str = ""


@dataclass(frozen=True, slots=True)
class Headline:
    """What a list of articles shows of one: enough to name it and to link to it, and none of its text."""

    id: str
    source: str
    title: str
    url: str | None = None
    publisher: str | None = None
    published: date | None = None


@dataclass(frozen=True, slots=True)
class Filter:
    """Which articles are searched: published from `after` to `before`, both days included; by name; or one, by id."""

    after: date | None = None
    before: date | None = None
    publisher: str | None = None
    author: str | None = None
    article: str | None = None


EVERYTHING = Filter()


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of an article, `article.full_text[start:end]`, as found by a search (higher `score`, closer).

    `cosine` is how alike it and the question are in meaning, 0 where only its words were found.
    """

    id: str
    article: Article
    start: int
    end: int
    sentences: tuple[Sentence, ...] = field(repr=False)
    score: float = 0.0
    cosine: float = 0.0

    @property
    def text(self) -> str:
        """The passage word for word."""
        return self.article.full_text[self.start : self.end]
