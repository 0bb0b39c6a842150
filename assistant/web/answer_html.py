"""The HTML of an answer in the chat. All escaping for the chat is here."""

import html
import re
from collections.abc import Iterable, Sequence
from textwrap import shorten

from assistant.answer import Answer, Citation, Statement
from assistant.english.periods import label
from assistant.render import (
    CLOSEST,
    CLOSEST_CHARACTERS,
    HINT,
    REFUSAL,
    UNBACKED,
    also_in,
    article_line,
    original_url,
)
from assistant.web.paths import quoted_path, said_path
from index.article import Article

_SPECIAL = {ord(character): f"&#{ord(character)};" for character in '&<>"`*_[]!\\~$|#:@{}'}


def answer_html(answer: Answer, record: str = "") -> str:
    """Return the answer for the chat: its sentences with their citation marks, and a list of the sources.

    Gradio shows it through a renderer of Markdown that takes HTML, so everything that either would interpret is
    escaped. `record` is the answer as data, as `answer_record.signed` returns it; the page's script reads that. The
    classes belong to `static/chat.css` and `static/chat.js`.
    """
    sentences = [_sentence_html(sentence) for sentence in answer.told]
    parts = [record, _understood_html(answer), _chips_html(answer)]
    if answer.refused:
        parts += _refusal_html(answer)
    elif answer.is_list:
        parts.append(f'<ul class="said">{"".join(f"<li>{each}</li>" for each in sentences)}</ul>')
    elif sentences:
        parts.append(f'<p class="said">{" ".join(sentences)}</p>')
    else:
        doing = f"Reading {len(answer.passages)} passages …" if answer.passages else "Searching the articles …"
        parts.append(f'<p class="hint doing">{doing}</p>')
    if answer.notice:
        parts.append(f'<p class="notice">{escaped(answer.notice)}</p>')
    numbers = sorted({citation.number for citation in answer.citations})
    if numbers:
        sources = "".join(f"<li>{_source_html(answer, number)}</li>" for number in numbers)
        parts.append(f'<ul class="sources">{sources}</ul><button class="copy">Copy with citations</button>')
    if answer.speakers:
        parts.append(_speakers_html(answer))
    kind = "answer refusal" if answer.refused else "answer"
    return f'<div class="{kind}">{"".join(parts)}</div>'


def problem_html(message: str) -> str:
    """Return an error message in the place of an answer."""
    return f'<div class="answer problem"><p class="said">{escaped(message)}</p></div>'


def escaped(text: str) -> str:
    """Return the text as HTML in which nothing is a tag, an entity, Markdown, or an address to be made a link."""
    return re.sub(r"www\.", "www&#46;", text.translate(_SPECIAL), flags=re.IGNORECASE).replace("\n", "<br>")


def _understood_html(answer: Answer) -> str:
    """Return the question as it was understood, with a button that puts it where questions are typed."""
    if not answer.understood:
        return ""
    return (
        f'<p class="understood">Understood as: <em>{escaped(answer.understood)}</em> '
        '<button class="edit">Edit</button></p>'
    )


def _chips_html(answer: Answer) -> str:
    """Return a chip for each guess from the question's words; a click asks again without it."""
    chips = " ".join(
        f'<button class="chip" name="{guess.field}">{escaped(label(guess))} ×</button>' for guess in answer.guesses
    )
    return f'<p class="chips">Only articles {chips}</p>' if chips else ""


def article_path(citations: Sequence[Citation]) -> str:
    """Return the address, relative to the chat's own, of the article's page with the quotations highlighted."""
    return quoted_path(citations[0].article.id, _joined(citations))


def _joined(citations: Iterable[Citation]) -> list[tuple[int, int]]:
    """Return the stretches that the citations quote, in order; overlapping ones are joined."""
    spans: list[tuple[int, int]] = []
    for start, end in sorted((citation.start, citation.end) for citation in citations):
        if spans and start < spans[-1][1]:
            start, end = spans[-1][0], max(end, spans.pop()[1])
        spans.append((start, end))
    return spans


def _sentence_html(sentence: Statement) -> str:
    """Return the sentence with the words that answer in bold, and after it a mark for each source, or its flag."""
    if sentence.flag:
        return f'<span class="flagged">{escaped(sentence.text)}{_flag_html(sentence.flag)}</span>'
    start, end = sentence.marked or (0, 0)
    before, marked, after = sentence.text[:start], sentence.text[start:end], sentence.text[end:]
    bold = f"<strong>{escaped(marked)}</strong>" if marked else ""
    marks = "".join(_mark_html(citation) for citation in sentence.citations)
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


def _speakers_html(answer: Answer) -> str:
    """Return links to all that the people and bodies quoted said."""
    links = (
        f'<a href="{html.escape(said_path(name))}" target="_blank" rel="noopener">{escaped(name)}</a>'
        for name in answer.speakers
    )
    return f'<p class="speakers">All remarks of {" · ".join(links)}</p>'


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
        path = quoted_path(article.id, [(passage.start, passage.end)])
        text = escaped(shorten(passage.text, CLOSEST_CHARACTERS, placeholder=" …"))
        parts.append(
            f'<blockquote class="closest">{text}<br><a class="source" href="{html.escape(path)}">'
            f"{escaped(article.title)}</a> — {escaped(article_line(article))}</blockquote>"
        )
    return parts
