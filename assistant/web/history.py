"""The turns of a conversation, from the messages that a reader's browser sends."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from assistant.answer import Turn
from assistant.web.answer_record import answer_document, message_text

TURNS = 8
QUESTION_CHARACTERS = 1_000


def turns(messages: Sequence[Any], key: bytes) -> list[Turn]:
    """Return the last questions and their answers, oldest first.

    A follow-up stands as the question that it was understood as. The answer is empty for a refusal, and where its
    message doesn't carry a record that was signed with the key.
    """
    pairs = ((message_text(one, "user"), message_text(other, "assistant")) for one, other in pairwise(messages))
    return [_turn(question, shown, key) for question, shown in pairs if question.strip() and shown][-TURNS:]


def _turn(question: str, shown: str, key: bytes) -> Turn:
    document = answer_document(shown, key) or {}
    understood = document.get("understood") or question
    return Turn(understood[:QUESTION_CHARACTERS], document.get("text", ""))
