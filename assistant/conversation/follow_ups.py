"""Rewrites follow-up questions so that they stand alone: "and Blinken?" becomes "What did Blinken deny?"."""

import re
from collections.abc import Sequence

from langchain_core.language_models import BaseChatModel

from assistant.answer import Turn, without_citation_marks
from assistant.conversation.ellipsis import standalone
from assistant.models.chat_models import stream_reply
from assistant.models.prompts import fill_prompt
from index.embedding.embedder import Encode
from index.errors import ModelError
from index.remarks.parser import Parser

TURNS, COMPARED_TURNS = 6, 2
"""How many of the last turns are read, and how many of them are compared in meaning. The run is not recorded."""

QUESTION_CHARACTERS, ANSWER_CHARACTERS, COMPARED_CHARACTERS = 1_000, 600, 300
"""Characters that are read of a question and of an answer, and that are compared in meaning. Not measured."""

SECONDS = 10
"""Seconds that a chat model may be silent, before its first word and between words."""

RELATED = 0.27
"""Cosine from which on a question continues one of the last turns: 75% of follow-ups and 3% of others reach it. The run
is not recorded."""


def condense(question: str, history: Sequence[Turn], encode: Encode, parser: Parser | None) -> tuple[str, str]:
    """Return the question as it would be asked without the earlier turns, and more words to search for with it.

    One that stands alone stays as it is; one on a new topic has no more words. The turns' questions may be as typed:
    each is rewritten by those before it. Without a parser none is rewritten.
    """
    turns: list[Turn] = []
    for turn in history[-TURNS:]:
        typed = _line(turn.question)[:QUESTION_CHARACTERS]
        answer = _line(without_citation_marks(turn.answer[:ANSWER_CHARACTERS]))
        if typed:
            turns.append(Turn(standalone(typed, turns, parser)[0], answer))
    if not turns or not question.strip():
        return question, ""
    line = _line(question)
    whole, goes_on = standalone(line, turns, parser)
    texts = [text[:COMPARED_CHARACTERS] for turn in turns[-COMPARED_TURNS:] for text in turn if text]
    vectors = encode([question, *texts])
    if not goes_on and (vectors[1:] @ vectors[0]).max() < RELATED:
        return question, ""
    return question if whole == line else whole, f"{whole} {turns[-1].question[:COMPARED_CHARACTERS]}"


def condense_with(question: str, history: Sequence[Turn], model: BaseChatModel) -> str:
    """Return the question rewritten by a chat model. Raises ModelError if it fails, is slow or writes no question."""
    turns = "\n".join(
        f"Reader: {_fenced(turn.question, QUESTION_CHARACTERS)}\nAnswer: {_fenced(turn.answer, ANSWER_CHARACTERS)}"
        for turn in history[-TURNS:]
    )
    prompt = fill_prompt("condense", turns=turns, question=_fenced(question, QUESTION_CHARACTERS))
    question = "".join(stream_reply(prompt, model, SECONDS)).strip()
    if not question or "\n" in question or len(question) > QUESTION_CHARACTERS:
        problem = f"The chat model wrote {len(question):,} characters instead of one question on one line."
        raise ModelError(f"{problem} Ask again, or set ONRECORD_LLM to another model.")
    return question


def _line(text: str) -> str:
    return " ".join(text.encode("utf-8", "replace").decode().split())


def _fenced(text: str, most: int) -> str:
    return re.sub(r"[<>]", " ", _line(text[:most]))
