"""Answers a question from numbered passages: with their own sentences, or as a chat model writes."""

import logging
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from langchain_core.language_models import BaseChatModel

from assistant.answer import Statement
from assistant.answering.citation_marks import checked, quoted, stretches
from assistant.answering.overview import quote_overview
from assistant.answering.quoting import quote_sentences
from assistant.answering.writing import write_answer
from assistant.models.reading_model import Reader
from assistant.settings import Settings
from index.embedding.embedder import Encode
from index.errors import ModelError

INSTEAD = "The chat model is down or slow: quotations stand in for its answer."
BROKEN_OFF = "The chat model broke off: quotations stand in for the rest of its answer."

_LOG = logging.getLogger("onrecord")

State = dict[str, Any]
Answerer = Callable[[Mapping[str, Any]], Iterator[State]]
"""From a state of the chain to what it adds to it: `sentences`, their `text`, `answered_by`, `notice`, `tokens`.

It comes in parts, empty ones too while there is nothing to tell yet; parts of sentences and text are joined.
"""


def quoting(encode: Encode, reader: Reader, minimum: float) -> Answerer:
    """An answerer that quotes the sentences that answer, by odds of `minimum` or more, or those of an overview."""

    def answer(state: Mapping[str, Any]) -> Iterator[State]:
        passages = state["passages"]
        if state["overview"]:
            lines = quote_overview(state["task"], passages, encode)
        else:
            lines = quote_sentences(state["standalone_question"], passages, encode, reader, minimum)
        for line in lines:
            yield _part(quoted(line, passages))

    return answer


def writing(model: BaseChatModel, settings: Settings, instead: Answerer) -> Answerer:
    """An answerer that has a chat model write, and passes on what of it the passages support.

    What they don't support is left out, or flagged where something is supported, as the settings say. Where the model
    fails, `instead` answers, and a notice says so; overviews are left to it.
    """

    def write(state: Mapping[str, Any]) -> Iterator[State]:
        passages, tokens, by = state["passages"], dict[str, int](), settings.llm
        held: list[Statement] = []
        backed = False
        try:
            for stretch in stretches(written(state, tokens)):
                new = checked(stretch, passages)
                held += [each for each in new if not each.flag or settings.unsupported == "flag"]
                backed = backed or any(not each.flag for each in held)
                yield _part(held if backed else [])
                held = [] if backed else held
        except ModelError as error:
            _LOG.warning("problem", extra={"facts": {"error": str(error)}})
            by = settings.llm if backed else "quotation"
            yield {"notice": BROKEN_OFF if backed else INSTEAD}
            yield from instead(state)
        yield {"answered_by": by, "tokens": tokens}

    def written(state: Mapping[str, Any], tokens: dict[str, int]) -> Iterator[str]:
        return write_answer(state["standalone_question"], state["passages"], model, settings.llm_seconds, tokens)

    return lambda state: instead(state) if state["overview"] else write(state)


def _part(sentences: list[Statement]) -> State:
    return {"sentences": sentences, "text": "".join(f"{each.cited}\n" for each in sentences)}
