"""Answers with a LangChain chat model."""

import re
from collections.abc import Iterator, Sequence

from langchain_core.language_models import BaseChatModel

from assistant.prompts import fill
from index.errors import ModelError, SettingsError
from index.records import Passage

NOT_IN_THE_ARTICLES = "NOT IN THE ARTICLES"


def load_chat_model(name: str) -> BaseChatModel:
    """The chat model of that name, such as "ollama:llama3.2". Raises SettingsError where its package isn't there."""
    from langchain.chat_models import init_chat_model

    provider, _, model = name.partition(":")
    if not provider or not model:
        raise SettingsError(f"ONRECORD_LLM is {name!r}. Write provider and model, as `ollama:llama3.2`.")
    try:
        return init_chat_model(name, temperature=0)
    except ImportError as error:
        raise SettingsError(
            f"ONRECORD_LLM is {name!r}, and the package for {provider!r} isn't installed. "
            f"Install it: pip install langchain-{provider}"
        ) from error
    except Exception as error:
        raise SettingsError(f"ONRECORD_LLM is {name!r}, which can't be used: {_first_line(error)}") from error


def write_answer(question: str, passages: Sequence[Passage], model: BaseChatModel) -> Iterator[str]:
    """What the model writes, piece by piece; nothing where it says that the articles don't answer.

    Raises ModelError where the model can't be reached or breaks off.
    """
    prompt = fill("answer", passages="\n\n".join(_fenced(*pair) for pair in enumerate(passages, 1)), question=question)
    held = ""
    try:
        for chunk in model.stream(prompt):
            held += chunk.text
            if not NOT_IN_THE_ARTICLES.startswith(held.strip()[: len(NOT_IN_THE_ARTICLES)]):
                yield held
                held = ""
        if not held.strip().startswith(NOT_IN_THE_ARTICLES):
            yield held
    except Exception as error:
        raise ModelError(f"The chat model didn't answer: {_first_line(error)} Is its server running?") from error


def _fenced(number: int, passage: Passage) -> str:
    article = passage.article
    facts = f"{article.title} ({article.publisher or 'unnamed'}, {article.published or 'undated'})"
    text = re.sub(r"[<>]", " ", f"{facts}\n{passage.text}")
    return f"<passage {number}>\n{text}\n</passage {number}>"


def _first_line(error: Exception) -> str:
    line = str(error).strip().split("\n", 1)[0] or type(error).__name__
    return line if line.endswith(".") else line + "."
