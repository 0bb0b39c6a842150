"""The turns of a conversation, out of the messages that a reader's browser sends."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import lxml.html

from assistant.answer import Turn

TURNS = 8
QUESTION_CHARACTERS = 1_000
ANSWER_CHARACTERS = 20_000
"""Of an answer's HTML, which begins with what it says."""


def turns(messages: Sequence[Any]) -> list[Turn]:
    """The last questions and what they were answered, oldest first; the answer is empty where there was none.

    The messages are those of Gradio's chat, and whatever they hold is taken as text. A pair of them that isn't a
    question with an answer by `render.answer_html` is left out. A follow-up stands as the question that it was read as.
    """
    pairs = pairwise(messages[-2 * TURNS :])
    read = (_turn(_text(asked, "user"), _text(answered, "assistant")) for asked, answered in pairs)
    return [turn for turn in read if turn]


def _turn(question: str, shown: str) -> Turn | None:
    page = _parsed(shown[:ANSWER_CHARACTERS])
    answers = page.xpath('//div[@class="answer" or starts-with(@class, "answer ")]')
    if not question.strip() or not answers:
        return None
    (answer, *_) = answers
    for unsaid in answer.xpath('.//*[@class="card" or @class="flagged"]'):
        unsaid.drop_tree()
    for mark in answer.xpath(".//sup"):
        mark.text = " "
    understood = _words(answer.xpath('.//*[@class="understood"]/em'))
    said = _words(answer.xpath('.//p[@class="said"]')) if answer.get("class") == "answer" else ""
    return Turn((understood or question)[:QUESTION_CHARACTERS], said)


def _parsed(shown: str) -> Any:  # noqa: ANN401
    # As bytes: text with an encoding declaration or half a surrogate pair is refused.
    written = f"<body>{shown}".replace("\0", "").encode(errors="replace")
    return lxml.html.document_fromstring(written, parser=lxml.html.HTMLParser(encoding="utf-8"))


def _words(elements: Sequence[Any]) -> str:
    return " ".join(" ".join(element.text_content() for element in elements).split())


def _text(message: Any, role: str) -> str:  # noqa: ANN401
    """What a message of that role says, as Gradio has it: text, or a list of parts of which the first is text."""
    if not isinstance(message, dict) or message.get("role") != role:
        return ""
    content = message.get("content")
    if isinstance(content, list) and content and isinstance(content[0], dict):
        content = content[0].get("text")
    return content if isinstance(content, str) else ""
