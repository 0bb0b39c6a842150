"""Makes plain text, JSON and HTML of answers, passages and articles. All escaping is here."""

import html
import re
from collections.abc import Iterable, Sequence
from textwrap import shorten
from typing import Any

from assistant.phrase import date_of
from assistant.records import Answer, Citation, Statement
from index.records import Article, Passage, Report

REFUSAL = "The articles don't say."
_SPECIAL = {ord(character): f"&#{ord(character)};" for character in '&<>"`*_[]!\\~$|#:@{}'}


def article_line(article: Article) -> str:
    """Publisher and date, as far as they are known: "The Gazette, 5 March 2024"."""
    date = date_of(article)
    return f"{article.publisher}, {date}" if article.publisher else date


def answer_text(answer: Answer) -> str:
    """The answer for a terminal, with its sources, or the closest passages where it was refused."""
    blocks = [answer.text if not answer.refused else REFUSAL]
    if answer.notice:
        blocks.append(f"({answer.notice})")
    if answer.refused and answer.passages:
        blocks += ["The closest passages:"]
        blocks += [passage_text(number, passage, 300) for number, passage in enumerate(answer.passages[:3], 1)]
    blocks += [_citation_text(citation) for citation in answer.citations]
    return "\n\n".join(blocks)


def passage_text(number: int, passage: Passage, most: int = 10_000) -> str:
    """A passage for a terminal, under its article's headline, cut at `most` characters."""
    text = shorten(passage.text, most, placeholder=" …") if len(passage.text) > most else passage.text
    return f"{_headline_text(number, passage.article)}\n    {_indented(text)}"


def article_text(article: Article) -> str:
    """A whole article for a terminal."""
    facts = [article_line(article), article.author, article.url, article.source]
    return "\n".join([article.title, *(fact for fact in facts if fact), "", article.full_text])


def answer_json(answer: Answer) -> dict[str, Any]:
    """The answer as JSON values."""
    return {
        "question": answer.question,
        "standalone_question": answer.standalone_question,
        "text": answer.text,
        "refused": answer.refused,
        "answered_by": answer.answered_by,
        "notice": answer.notice,
        "sentences": [
            {
                "text": sentence.text,
                "citations": [_citation_json(citation) for citation in sentence.citations],
            }
            for sentence in answer.sentences
        ],
        "citations": [_citation_json(citation) for citation in answer.citations],
        "passages": [passage_json(*pair) for pair in enumerate(answer.passages, 1)],
        "usage": dict(answer.usage),
    }


def passage_json(number: int, passage: Passage) -> dict[str, Any]:
    """A passage as JSON values."""
    return {
        "number": number,
        "text": passage.text,
        "score": passage.score,
        "start": passage.start,
        "end": passage.end,
        "article": article_json(passage.article),
    }


def article_json(article: Article, *, full_text: bool = False) -> dict[str, Any]:
    """An article as JSON values, with its text only if that is wanted."""
    facts = {
        "id": article.id,
        "title": article.title,
        "url": article.url,
        "publisher": article.publisher,
        "author": article.author,
        "published": article.published.isoformat() if article.published else None,
        "source": article.source,
    }
    return facts | {"full_text": article.full_text} if full_text else facts


def report_json(report: Report) -> dict[str, Any]:
    """What a change did to the index, as JSON values."""
    failed = [{"source": failure.source, "reason": failure.reason} for failure in report.failed]
    return {
        "added": list(report.added),
        "updated": list(report.updated),
        "unchanged": list(report.unchanged),
        "removed": list(report.removed),
        "failed": failed,
        "left_out": list(report.left_out),
        "passages": report.passages,
        "seconds": round(report.seconds, 3),
    }


def answer_html(answer: Answer) -> str:
    """The answer for the chat: its sentences with their marks, then its sources with the quotations highlighted.

    It is shown by a renderer of Markdown that takes HTML, so what either would read as its own is escaped.
    """
    said = " ".join(
        _said_html(sentence) + "".join(f"<sup>{mark}</sup>" for mark in _marks(sentence.citations))
        for sentence in answer.sentences
    )
    parts = [
        f"<p>{said}</p>" if said else "",
        f"<p><em>{escaped(answer.notice)}</em></p>" if answer.notice else "",
    ]
    if answer.refused:
        parts.insert(0, f"<p>{escaped(REFUSAL)} These are the closest passages:</p>")
        parts += [
            _source_html(number, passage, (), opened=False) for number, passage in enumerate(answer.passages[:3], 1)
        ]
    for number in sorted({citation.number for citation in answer.citations}):
        quoted = [citation for citation in answer.citations if citation.number == number]
        parts.append(_source_html(number, answer.passages[number - 1], quoted, opened=True))
    return "".join(parts)


def escaped(text: str) -> str:
    """The text as HTML in which nothing is a tag, an entity, Markdown or an address to be made a link."""
    return re.sub(r"www\.", "www&#46;", text.translate(_SPECIAL), flags=re.IGNORECASE).replace("\n", "<br>")


def _said_html(sentence: Statement) -> str:
    """The sentence with the words that answer in bold."""
    answer = next((citation.answer for citation in sentence.citations if citation.answer), "")
    before, found, after = sentence.text.partition(answer) if answer else (sentence.text, "", "")
    return f"{escaped(before)}<strong>{escaped(found)}</strong>{escaped(after)}" if found else escaped(before)


def _marks(citations: Iterable[Citation]) -> list[str]:
    return [f"&#91;{citation.number}&#93;" for citation in citations]


def _source_html(number: int, passage: Passage, quoted: Sequence[Citation], *, opened: bool) -> str:
    article = passage.article
    heading = f"&#91;{number}&#93; <strong>{escaped(article.title)}</strong> — {escaped(article_line(article))}"
    if article.url:
        heading += f' · <a href="{html.escape(article.url)}" target="_blank" rel="noopener noreferrer">original</a>'
    text = _highlighted(passage, quoted)
    return f"<details{' open' * opened}><summary>{heading}</summary><blockquote>{text}</blockquote></details>"


def _highlighted(passage: Passage, quoted: Sequence[Citation]) -> str:
    """The passage, or where it is quoted the paragraphs with the quotations, which are highlighted."""
    text, at, end = passage.article.full_text, passage.start, passage.end
    quotations = sorted(quoted, key=lambda citation: citation.start)
    if quotations:
        before, after = text.rfind("\n\n", 0, quotations[0].start), text.find("\n\n", quotations[-1].end)
        at = before + 2 if before >= 0 else 0
        end = after if after >= 0 else len(text)
    parts = ["… " if at > 0 else ""]
    for citation in quotations:
        parts += [escaped(text[at : citation.start]), f"<mark>{escaped(citation.quote)}</mark>"]
        at = citation.end
    return "".join([*parts, escaped(text[at:end]), " …" if end < len(text) else ""])


def _citation_text(citation: Citation) -> str:
    link = f"\n    {citation.article.url}" if citation.article.url else ""
    return f"{_headline_text(citation.number, citation.article)}{link}\n    “{citation.quote}”"


def _citation_json(citation: Citation) -> dict[str, Any]:
    return {
        "number": citation.number,
        "quote": citation.quote,
        "start": citation.start,
        "end": citation.end,
        "marked": list(citation.marked) if citation.marked else None,
        "article": article_json(citation.article),
    }


def _headline_text(number: int, article: Article) -> str:
    return f"[{number}] {article.title} ({article_line(article)})"


def _indented(text: str) -> str:
    return text.replace("\n\n", "\n").replace("\n", "\n    ")
