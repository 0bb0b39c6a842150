"""Makes plain text, JSON and HTML of answers, passages and articles. All escaping is here."""

import html
import re
from collections.abc import Iterable, Sequence
from textwrap import shorten
from typing import Any
from urllib.parse import quote_plus, urlsplit

from assistant.answer import Answer, Citation, Statement, article_facts, date_in_words
from assistant.english.periods import Guess, label
from index.article import Article, Headline, Passage
from index.report import Report

REFUSAL = "The articles don't say."
HINT = "Try the name as the articles write it, one question at a time, or other words for what happened."
UNBACKED = "Not backed by the articles"

CLOSEST, CLOSEST_CHARACTERS = 3, 300
FRAGMENT_WORDS = 6
"""A quotation of more than twice as many words is given by its first and last ones."""

_SPECIAL = {ord(character): f"&#{ord(character)};" for character in '&<>"`*_[]!\\~$|#:@{}'}


def article_line(article: Article | Headline) -> str:
    """Publisher and date, as far as they are known: "The Gazette, 5 March 2024"."""
    date = date_in_words(article)
    return f"{article.publisher}, {date}" if article.publisher else date


def outlet(publisher: str | None, url: str | None) -> str:
    """Who publishes an article, by the name of its site where nothing else is known."""
    host = urlsplit(url).hostname if url else None
    return publisher or (host or "an unnamed outlet").removeprefix("www.")


def also_in(citation: Citation) -> str:
    """That other outlets print the same story, "also in 2 outlets"; empty where none does."""
    count = len(citation.also_in)
    return f"also in {count} outlet{'s' if count > 1 else ''}" if count else ""


def answer_text(answer: Answer) -> str:
    """The answer for a terminal, with its sources, or the closest passages where it was refused."""
    blocks = [f"(Understood as: {answer.understood})"] if answer.understood else []
    if answer.guesses:
        fields = ", ".join(dict.fromkeys(f"[any {guess.field.removesuffix('s')}]" for guess in answer.guesses))
        told = ", ".join(label(guess) for guess in answer.guesses)
        blocks.append(f"(Only articles {told}; add {fields} to the question to search all.)")
    blocks.append(REFUSAL if answer.refused else answer.text)
    blocks += [f"({UNBACKED}: “{each.text}” {each.flag})" for each in answer.sentences if each.flag]
    if answer.notice:
        blocks.append(f"({answer.notice})")
    if answer.refused and answer.passages:
        blocks += ["The closest passages:"]
        closest = enumerate(answer.passages[:CLOSEST], 1)
        blocks += [passage_text(number, passage, CLOSEST_CHARACTERS) for number, passage in closest]
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


def version_text(article: Article) -> str:
    """A version of an article for a terminal, under when it was read."""
    read = f"{article.fetched:%Y-%m-%d %H:%M} UTC" if article.fetched else "at a time that isn't known"
    return f"=== as read {read} ===\n{article_text(article)}"


def article_json(article: Article, *, full_text: bool = False) -> dict[str, Any]:
    """An article as JSON values for whoever runs onrecord, with its text only if that is wanted."""
    facts = article_facts(article) | {"source": article.source}
    return facts | {"full_text": article.full_text} if full_text else facts


def report_json(report: Report) -> dict[str, Any]:
    """What a change did to the index, as JSON values."""
    failed = [{"source": failure.source, "reason": failure.reason} for failure in report.failed]
    return {
        "added": list(report.added),
        "updated": list(report.updated),
        "unchanged": list(report.unchanged),
        "removed": list(report.removed),
        "vanished": list(report.vanished),
        "foreign": list(report.foreign),
        "failed": failed,
        "left_out": list(report.left_out),
        "passages": report.passages,
        "seconds": round(report.seconds, 3),
    }


def answer_html(answer: Answer) -> str:
    """The answer for the chat: its sentences with their citation marks, and a list of the sources.

    It is shown by a renderer of Markdown that takes HTML, so what either would read as its own is escaped; the classes
    and what belongs to them are in `web/chat.css` and `web/chat.js`.
    """
    said = " ".join(_said_html(sentence) for sentence in answer.sentences)
    parts = [_understood_html(answer), _chips_html(answer), f'<p class="said">{said}</p>' if said else ""]
    if answer.refused:
        parts += _refusal_html(answer)
    elif not said:
        doing = f"Reading {len(answer.passages)} passages …" if answer.passages else "Searching the articles …"
        parts.append(f'<p class="hint doing">{doing}</p>')
    if answer.notice:
        parts.append(f'<p class="notice">{escaped(answer.notice)}</p>')
    numbers = sorted({citation.number for citation in answer.citations})
    if numbers:
        sources = "".join(f"<li>{_source_html(answer, number)}</li>" for number in numbers)
        parts.append(f'<ul class="sources">{sources}</ul><button class="copy">Copy with citations</button>')
    kind = "answer refusal" if answer.refused else "answer"
    return f'<div class="{kind}">{"".join(parts)}</div>'


def _understood_html(answer: Answer) -> str:
    """The question as it was read; a click on Edit puts it where questions are typed."""
    if not answer.understood:
        return ""
    return (
        f'<p class="understood">Understood as: <em>{escaped(answer.understood)}</em> '
        '<button class="edit">Edit</button></p>'
    )


def _chips_html(answer: Answer) -> str:
    chips = " ".join(_chip_html(answer, guess) for guess in answer.guesses)
    return f'<p class="chips">Only articles {chips}</p>' if chips else ""


def _chip_html(answer: Answer, guess: Guess) -> str:
    """What was understood of the question; a click asks the hidden question, which takes it back."""
    again = f"{answer.understood or answer.question} [any {guess.field.removesuffix('s')}]"
    return f'<button class="chip">{escaped(label(guess))} ×<span class="again">{escaped(again)}</span></button>'


def escaped(text: str) -> str:
    """The text as HTML in which nothing is a tag, an entity, Markdown or an address to be made a link."""
    return re.sub(r"www\.", "www&#46;", text.translate(_SPECIAL), flags=re.IGNORECASE).replace("\n", "<br>")


def original_url(article: Article, quote: str) -> str:
    """The article's own address, at the quotation in browsers that know text fragments; empty where there is none.

    Format: https://wicg.github.io/scroll-to-text-fragment/
    """
    if not article.url:
        return ""
    words = quote.split()
    ends = [quote] if len(words) <= 2 * FRAGMENT_WORDS else [words[:FRAGMENT_WORDS], words[-FRAGMENT_WORDS:]]
    written = ",".join(_fragment(" ".join(end) if isinstance(end, list) else end) for end in ends if end)
    return f"{article.url.partition('#')[0]}#:~:text={written}" if written else article.url


def _fragment(text: str) -> str:
    return quote_plus(" ".join(text.split()), safe="").replace("+", "%20").replace("-", "%2D")


def article_path(citations: Sequence[Citation]) -> str:
    """Where the page of the citations' article is, its quotations highlighted; relative to the chat's own address."""
    spans = ",".join(f"{start}-{end}" for start, end in _joined(citations))
    return f"articles/{citations[0].article.id}?quote={spans}#quote1"


def _joined(citations: Iterable[Citation]) -> list[tuple[int, int]]:
    """Their stretches of the article, in order, those that overlap as one."""
    spans: list[tuple[int, int]] = []
    for start, end in sorted((citation.start, citation.end) for citation in citations):
        if spans and start < spans[-1][1]:
            start, end = spans[-1][0], max(end, spans.pop()[1])
        spans.append((start, end))
    return spans


def _said_html(sentence: Statement) -> str:
    """The sentence with the words that answer in bold, and after it a mark for each source, or why it has none."""
    if sentence.flag:
        return f'<span class="flagged">{escaped(sentence.text)}{_flag_html(sentence.flag)}</span>'
    words = next((citation.answer for citation in sentence.citations if citation.answer), "")
    before, found, after = sentence.text.partition(words) if words else (sentence.text, "", "")
    marks = "".join(_mark_html(citation) for citation in sentence.citations)
    bold = f"<strong>{escaped(found)}</strong>" if found else ""
    return f"{escaped(before)}{bold}{escaped(after)}{marks}"


def _flag_html(reason: str) -> str:
    return (
        f'<sup><button class="flag">&#91;{UNBACKED.lower()}&#93;</button>'
        f'<span class="card" role="tooltip">{escaped(reason)}</span></sup>'
    )


def _mark_html(citation: Citation) -> str:
    href = html.escape(article_path([citation]))
    return (
        f'<sup><a class="cite" href="{href}">&#91;{citation.number}&#93;</a><span class="card" role="tooltip">'
        f"“{escaped(citation.quote)}”<br><b>{escaped(citation.article.title)}</b><br>"
        f"{escaped(article_line(citation.article))}</span></sup>"
    )


def _source_html(answer: Answer, number: int) -> str:
    quoted = [citation for citation in answer.citations if citation.number == number]
    article = quoted[0].article
    line = (
        f'&#91;{number}&#93; <a class="source" href="{html.escape(article_path(quoted))}">{escaped(article.title)}</a>'
    )
    copies = f' · <span title="{escaped(", ".join(quoted[0].also_in))}">{also_in(quoted[0])}</span>'
    return (
        f"{line} — {escaped(article_line(article))}{copies if quoted[0].also_in else ''}"
        f"{_original_html(article, quoted[0].quote)}"
    )


def _original_html(article: Article, quote: str) -> str:
    url = original_url(article, quote)
    return f' · <a class="original" href="{html.escape(url)}">original</a>' if url else ""


def _refusal_html(answer: Answer) -> list[str]:
    parts = [f'<p class="said">{escaped(REFUSAL)}</p><p class="hint">{escaped(HINT)}</p>']
    if answer.passages:
        parts.append('<p class="hint">The closest passages, which don\'t answer it:</p>')
    for passage in answer.passages[:CLOSEST]:
        article = passage.article
        path = f"articles/{article.id}?quote={passage.start}-{passage.end}#quote1"
        text = escaped(shorten(passage.text, CLOSEST_CHARACTERS, placeholder=" …"))
        parts.append(
            f'<blockquote class="closest">{text}<br><a class="source" href="{html.escape(path)}">'
            f"{escaped(article.title)}</a> — {escaped(article_line(article))}</blockquote>"
        )
    return parts


def _citation_text(citation: Citation) -> str:
    link = f"\n    {citation.article.url}" if citation.article.url else ""
    copies = f"\n    {also_in(citation)}: {', '.join(citation.also_in)}" if citation.also_in else ""
    return f"{_headline_text(citation.number, citation.article)}{copies}{link}\n    “{citation.quote}”"


def _headline_text(number: int, article: Article) -> str:
    return f"[{number}] {article.title} ({article_line(article)})"


def _indented(text: str) -> str:
    return text.replace("\n\n", "\n").replace("\n", "\n    ")
