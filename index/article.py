"""The parts of an index: articles, their passages and sentences, and filters of articles."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple


class Sentence(NamedTuple):
    """A sentence that may be quoted, `full_text[start:end]` of its article.

    A sentence that begins with a pronoun needs an earlier one to be understood: `full_text[lead:lead_end]`. Where it
    needs none, `lead` equals `lead_end`.
    """

    start: int
    end: int
    lead: int
    lead_end: int


@dataclass(frozen=True, slots=True)
class Draft:
    """An article as a reader returns it, before it is in the index.

    `published_by` says where the date was found: "json-ld", "meta", "feed", "url", "byline", "field" (of an export or
    front matter) or "document" (properties). `language` is a code of ISO 639-1. `key` distinguishes the article from
    others in the same file or feed, and is empty if it is the only one.
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

    `fetched` is when the article was read, and `published` when it was published. Copies of one story, such as an
    agency's report in several outlets, have the same `story`.
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


class FoundRemark(NamedTuple):
    """A remark that an article reports; spans are `(start, end)` and count characters of its `full_text`.

    `sentence` is what may be quoted. `speaker` is None for a quotation that goes on from the sentence before, and
    `head` the main word of the speaker. `name` is the full name of the speaker within the article, or None where that
    isn't certain. `toward` is whom the remark accuses, asks, thanks or tells.
    """

    sentence: tuple[int, int]
    kind: str
    cue: tuple[int, int]
    speaker: tuple[int, int] | None
    head: tuple[int, int] | None
    name: str | None
    content: tuple[int, int]
    is_direct: bool
    toward: tuple[int, int] | None


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
class Remark:
    """A remark in the index: who said what, and where the article reports it.

    `kind` is one of `index.remarks.speech_verbs.KINDS`, such as "deny". `articles` are all that print the same remark,
    copies of one story; the first one is quoted.
    """

    articles: tuple[Headline, ...]
    speaker: str
    name: str | None
    kind: str
    cue: str
    quote: str
    start: int
    end: int
    content: str
    is_direct: bool
    toward: str | None

    @property
    def article(self) -> Headline:
        """The article that is quoted: `quote` is `full_text[start:end]`."""
        return self.articles[0]


@dataclass(frozen=True, slots=True)
class Filter:
    """The articles to search: published from `after` to `before` inclusive; by publisher or author; one by id."""

    after: date | None = None
    before: date | None = None
    publisher: str | None = None
    author: str | None = None
    article: str | None = None


EVERYTHING = Filter()


@dataclass(frozen=True, slots=True)
class Passage:
    """A part of an article, `article.full_text[start:end]`, with the score that a search gave it (higher is better).

    `cosine` is how similar passage and question are in meaning; it is 0 if only their words match.
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
        """The text of the passage."""
        return self.article.full_text[self.start : self.end]
