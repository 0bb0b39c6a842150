"""Answers, passages and articles as text for a terminal and as JSON, and the wording that the pages share."""

from textwrap import shorten
from typing import Any
from urllib.parse import quote_plus, urlsplit

from assistant.answer import Answer, Citation, article_facts, date_in_words
from assistant.english.periods import label
from index.article import Article, Headline, Passage, Remark
from index.report import Report

REFUSAL = "The articles don't say."
HINT = "Try the name as the articles write it, one question at a time, or other words for what happened."
UNBACKED = "Not backed by the articles"

KIND_WORDS = {
    "say": "said",
    "deny": "denied",
    "confirm": "confirmed",
    "admit": "admitted",
    "accuse": "accused",
    "warn": "warned",
    "threaten": "threatened",
    "promise": "promised",
    "demand": "demanded",
    "predict": "predicted",
    "ask": "asked",
    "suggest": "suggested",
    "thank": "thanked",
    "apologise": "apologised",
    "praise": "praised",
    "criticise": "criticised",
    "agree": "agreed",
    "refuse": "refused",
    "no_comment": "would not comment",
    "announce": "announced",
}
"""What readers see for each of `index.remarks.speech_verbs.KINDS`."""

CLOSEST, CLOSEST_CHARACTERS = 3, 300
FRAGMENT_WORDS = 6
"""Words at either end of a text fragment; a quotation of up to twice as many is given whole."""


def article_line(article: Article | Headline) -> str:
    """Return publisher and date, if known: "The Gazette, 5 March 2024"."""
    date = date_in_words(article)
    return f"{article.publisher}, {date}" if article.publisher else date


def outlet(publisher: str | None, url: str | None) -> str:
    """Return the publisher's name, or else the host name of the address."""
    host = urlsplit(url).hostname if url else None
    return publisher or (host or "an unnamed outlet").removeprefix("www.")


def outlets(remark: Remark) -> list[str]:
    """Return the names of the outlets that print a remark, each once; first that of the article that is quoted."""
    return list(dict.fromkeys(outlet(article.publisher, article.url) for article in remark.articles))


def also_in(citation: Citation) -> str:
    """Return how many other outlets print the same story, "also in 2 outlets"; empty for none."""
    count = len(citation.also_in)
    return f"also in {count} outlet{'s' if count > 1 else ''}" if count else ""


def answer_text(answer: Answer) -> str:
    """Return the answer for a terminal: with its sources, or for a refusal with the closest passages."""
    blocks = [f"(Understood as: {answer.understood})"] if answer.understood else []
    if answer.guesses:
        options = " ".join(dict.fromkeys(f"--ignore {guess.field}" for guess in answer.guesses))
        labels = ", ".join(label(guess) for guess in answer.guesses)
        blocks.append(f"(Only articles {labels} were searched; `onrecord ask {options}` searches all.)")
    told = [sentence.cited for sentence in answer.told if not sentence.flag]
    listed = "\n".join(f"- {each}" for each in told)
    blocks.append(REFUSAL if answer.refused else listed if answer.is_list else " ".join(told))
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
    """Return a passage for a terminal, under its article's headline, cut to `most` characters."""
    text = shorten(passage.text, most, placeholder=" …") if len(passage.text) > most else passage.text
    return f"{_headline_text(number, passage.article)}\n    {_indented(text)}"


def remark_text(remark: Remark) -> str:
    """Return a remark for a terminal: its date and outlets, who speaks in which way, and the sentence."""
    article = remark.article
    others = outlets(remark)[1:]
    copies = f" (also in {', '.join(others)})" if others else ""
    link = f"\n    {article.url}" if article.url else ""
    said = " ".join(filter(None, (remark.name or remark.speaker, f"[{remark.kind.replace('_', ' ')}]")))
    return f"{article_line(article)}: {article.title}{copies}\n    {said} “{_indented(remark.quote)}”{link}"


def article_text(article: Article) -> str:
    """Return a whole article for a terminal."""
    facts = [article_line(article), article.author, article.url, article.source]
    return "\n".join([article.title, *(fact for fact in facts if fact), "", article.full_text])


def version_text(article: Article) -> str:
    """Return a version of an article for a terminal, under the time at which it was read."""
    read = f"{article.fetched:%Y-%m-%d %H:%M} UTC" if article.fetched else "at an unknown time"
    return f"=== as read {read} ===\n{article_text(article)}"


def article_json(article: Article, *, full_text: bool = False) -> dict[str, Any]:
    """Return an article as JSON values for operators, optionally with its text."""
    facts = article_facts(article) | {"source": article.source}
    return facts | {"full_text": article.full_text} if full_text else facts


def report_json(report: Report) -> dict[str, Any]:
    """Return a report on a change to the index as JSON values."""
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


def original_url(article: Article | Headline, quote: str) -> str:
    """Return the article's own address, which leads to the quotation in browsers that know text fragments, or "".

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


def _citation_text(citation: Citation) -> str:
    link = f"\n    {citation.article.url}" if citation.article.url else ""
    copies = f"\n    {also_in(citation)}: {', '.join(citation.also_in)}" if citation.also_in else ""
    return f"{_headline_text(citation.number, citation.article)}{copies}{link}\n    “{citation.quote}”"


def _headline_text(number: int, article: Article) -> str:
    return f"[{number}] {article.title} ({article_line(article)})"


def _indented(text: str) -> str:
    return text.replace("\n\n", "\n").replace("\n", "\n    ")
