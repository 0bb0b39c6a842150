"""What a chat model writes for an answer: the prompt, and the text without thoughts and refusals."""

import math
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing

from langchain_core.language_models import BaseChatModel

from assistant.models.chat_models import stream_reply
from assistant.models.prompts import fill_prompt
from index.article import Passage
from index.errors import ModelError

NOT_IN_THE_ARTICLES = "NOT IN THE ARTICLES"

MOST_CHARACTERS = 4_000
"""Characters of an answer; a longer one is an error. The prompt asks for three sentences."""

_THINKING, _THOUGHT = "<think>", "</think>"
"""Stand around the thoughts of reasoning models whose server doesn't keep them apart (vLLM, older llama.cpp)."""

_PROMPT_SYNTAX = str.maketrans("<>[]", "‹›()")
"""Replaces the characters of fences, citation marks and special tokens (`<|im_end|>`) in passages."""


def written_answer(
    question: str,
    passages: Sequence[Passage],
    model: BaseChatModel,
    seconds: float = math.inf,
    tokens: dict[str, int] | None = None,
) -> Generator[str, None, None]:
    """Yield what the model writes, piece by piece; nothing where it says that the articles don't answer.

    Empty pieces come while it thinks, so that the caller can stop. `seconds`, `tokens`, closing and errors are as in
    `chat_models.stream_reply`; ModelError is also raised for an answer that doesn't end.
    """
    prompt = fill_prompt(
        "answer", passages="\n\n".join(_fenced(*pair) for pair in enumerate(passages, 1)), question=question
    )
    length = 0
    with closing(stream_reply(prompt, model, seconds, tokens)) as pieces:
        for piece in _answering(pieces):
            length += len(piece)
            if length > MOST_CHARACTERS:
                raise ModelError(f"The chat model wrote more than {MOST_CHARACTERS:,} characters, and was broken off.")
            yield piece


def _answering(pieces: Iterator[str]) -> Iterator[str]:
    """Yield the pieces of the answer, without thoughts before it; only empty ones where there is no answer."""
    held = ""
    for piece in pieces:
        held += piece
        if _begins_an_answer(held):
            yield _without_thoughts(held)
            yield from pieces
            return
        yield ""


def _begins_an_answer(text: str) -> bool:
    answer = _without_thoughts(text).strip().upper()
    return bool(answer) and not answer.startswith(NOT_IN_THE_ARTICLES) and not NOT_IN_THE_ARTICLES.startswith(answer)


def _without_thoughts(text: str) -> str:
    text = text.lstrip()
    thinks = text.startswith(_THINKING) or _THINKING.startswith(text)
    return text.partition(_THOUGHT)[2] if thinks else text


def _fenced(number: int, passage: Passage) -> str:
    """Return the passage under its headline, between tags that it can't close."""
    article = passage.article
    headline = f"{article.title} ({article.publisher or 'unnamed'}, {article.published or 'undated'})"
    text = f"{' '.join(headline.split())}\n{passage.text}".translate(_PROMPT_SYNTAX)
    return f"<passage {number}>\n{text}\n</passage {number}>"
