"""The types of an answer: Turn, Citation, Statement, Answer."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from assistant.english.periods import Guess, label
from index.article import EVERYTHING, Article, Filter, Headline, Passage, Remark

_CITATION_MARKS = re.compile(r"\s*\[\d{1,3}(?:,\s*\d{1,3})*\]")


Span = tuple[int, int]
"""Where a part of a text starts and ends, in characters: `(start, end)`."""


class Turn(NamedTuple):
    """A question asked before, and the text of its answer."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Citation:
    """An exact quotation: `article.full_text[start:end] == quote`. `number` is that of its passage, from 1.

    `marked` is the stretch of the article, within the quotation, that answers the question; None where none stands out.
    `also_in` names the other outlets that print the same story.
    """

    number: int
    quote: str
    start: int
    end: int
    article: Article
    marked: Span | None = None
    also_in: tuple[str, ...] = ()

    @property
    def answer(self) -> str:
        """The marked words; empty where none are."""
        return self.article.full_text[slice(*self.marked)] if self.marked else ""

    def to_dict(self) -> dict[str, Any]:
        """The quotation as JSON values, with the digest of the text that it was taken from."""
        return {
            "number": self.number,
            "quote": self.quote,
            "start": self.start,
            "end": self.end,
            "marked": list(self.marked) if self.marked else None,
            "also_in": list(self.also_in),
            "article": article_facts(self.article) | {"digest": text_digest(self.article)},
        }


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence of an answer, with the quotations that back it.

    `text[slice(*marked)]` are the words that answer the question; `marked` is None where none stand out. `flag` is the
    reason why no quotation backs a sentence that is shown all the same; it is empty for all others. `speakers` are the
    full names of who says something in the quotations, where they are known.
    """

    text: str
    citations: tuple[Citation, ...] = ()
    flag: str = ""
    marked: Span | None = None
    speakers: tuple[str, ...] = ()

    @property
    def cited(self) -> str:
        """The sentence with its marks, "… [1][2]"."""
        marks = dict.fromkeys(f"[{citation.number}]" for citation in self.citations)
        return " ".join([self.text, "".join(marks)]).strip()


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, or a growing snapshot of one.

    `answered_by` is "quotation" (no LLM), the name of the chat model, or "guide" for replies about onrecord itself
    and about the collection. Such a reply cites the articles that it lists, each in a sentence of its own.
    `understood` is a follow-up made whole, for the reader to see and edit; it is empty where the question was taken
    as typed. `standalone_question` is what was searched: the same without the words that only say which articles
    are meant, and with misspelt names corrected. A refusal has no sentences, and its `passages` are the closest
    ones. `filter` says which articles were searched, `guesses` which parts of that the question's own words gave,
    and `ignored` which of those the reader took back. `usage` has seconds by step under "seconds", and under
    "tokens" what a chat model read and wrote.
    """

    question: str
    standalone_question: str
    sentences: tuple[Statement, ...] = ()
    passages: tuple[Passage, ...] = ()
    refused: bool = False
    answered_by: str = "quotation"
    understood: str = ""
    notice: str = ""
    filter: Filter = EVERYTHING
    guesses: tuple[Guess, ...] = ()
    ignored: tuple[str, ...] = ()
    usage: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    @property
    def citations(self) -> tuple[Citation, ...]:
        """All quotations, in the order of the sentences, each once."""
        citations = (citation for sentence in self.sentences for citation in sentence.citations)
        return tuple(dict.fromkeys(citations))

    @property
    def speakers(self) -> tuple[str, ...]:
        """The full names of all who say something in the quotations, each once."""
        return tuple(dict.fromkeys(name for sentence in self.sentences for name in sentence.speakers))

    @property
    def is_list(self) -> bool:
        """True if it quotes several remarks, which are best shown one below the other."""
        return self.answered_by == "quotation" and sum(bool(each.speakers) for each in self.sentences) > 1

    @property
    def told(self) -> tuple[Statement, ...]:
        """The sentences to show above the sources: not the headlines that a reply lists, which the sources repeat."""
        is_reply = self.answered_by == "guide"
        return tuple(each for each in self.sentences if not (is_reply and each.citations))

    @property
    def text(self) -> str:
        """The answer as plain text with citation marks, "… [1]", without flagged sentences; empty for a refusal."""
        return " ".join(sentence.cited for sentence in self.sentences if not sentence.flag)

    def to_dict(self) -> dict[str, Any]:
        """Return the answer as JSON values: what `onrecord ask --json` prints, and what `verify` checks later."""
        return {
            "question": self.question,
            "understood": self.understood,
            "standalone_question": self.standalone_question,
            "text": self.text,
            "refused": self.refused,
            "answered_by": self.answered_by,
            "notice": self.notice,
            "ignored": list(self.ignored),
            "guesses": [{"field": guess.field, "words": guess.words, "label": label(guess)} for guess in self.guesses],
            "sentences": [
                {
                    "text": sentence.text,
                    "marked": list(sentence.marked) if sentence.marked else None,
                    "flag": sentence.flag,
                    "speakers": list(sentence.speakers),
                    "citations": [citation.to_dict() for citation in sentence.citations],
                }
                for sentence in self.sentences
            ],
            "citations": [citation.to_dict() for citation in self.citations],
            "passages": [passage_facts(*pair) for pair in enumerate(self.passages, 1)],
            "usage": dict(self.usage),
        }


def passage_facts(number: int, passage: Passage) -> dict[str, Any]:
    """A passage as JSON values."""
    return {
        "number": number,
        "text": passage.text,
        "score": passage.score,
        "start": passage.start,
        "end": passage.end,
        "article": article_facts(passage.article),
    }


def remark_facts(remark: Remark) -> dict[str, Any]:
    """A remark as JSON values."""
    return {
        "speaker": remark.speaker,
        "name": remark.name,
        "kind": remark.kind,
        "cue": remark.cue,
        "quote": remark.quote,
        "start": remark.start,
        "end": remark.end,
        "content": remark.content,
        "direct": remark.is_direct,
        "toward": remark.toward,
        "articles": [headline_facts(each) for each in remark.articles],
    }


def headline_facts(article: Headline) -> dict[str, Any]:
    """What a list of articles shows of one, as JSON values."""
    return {
        "id": article.id,
        "title": article.title,
        "url": article.url,
        "publisher": article.publisher,
        "published": article.published.isoformat() if article.published else None,
    }


def article_facts(article: Article) -> dict[str, Any]:
    """What readers may know of an article, as JSON values: not where its file lies."""
    return {
        "id": article.id,
        "title": article.title,
        "url": article.url,
        "publisher": article.publisher,
        "author": article.author,
        "published": article.published.isoformat() if article.published else None,
        "published_by": article.published_by,
        "language": article.language,
        "fetched": article.fetched.isoformat() if article.fetched else None,
    }


def text_digest(article: Article) -> str:
    """The SHA-256 of the article's text in UTF-8, as "sha256:…"."""
    return f"sha256:{hashlib.sha256(article.full_text.encode()).hexdigest()}"


def date_in_words(article: Article | Headline) -> str:
    """Return the publication date, as "5 March 2024"; "undated" where it isn't known."""
    return f"{article.published:%-d %B %Y}" if article.published else "undated"


def without_citation_marks(text: str) -> str:
    """Return the text without marks such as "[1]" or "[1, 2]"."""
    return _CITATION_MARKS.sub("", text)
