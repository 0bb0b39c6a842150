"""Loads chat models through LangChain, and streams their replies."""

import asyncio
import math
import os
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import aclosing
from functools import cache
from queue import Empty, SimpleQueue
from textwrap import shorten
from threading import Thread
from traceback import clear_frames
from typing import Any, cast

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage

from index.errors import ModelError, SettingsError
from index.text.cleaning import normalise

KEYS: dict[str, tuple[str, ...]] = {
    "ollama": (),
    "openai": ("OPENAI_API_KEY",),
    "anthropic": ("ANTHROPIC_API_KEY",),
    "google_genai": ("GOOGLE_API_KEY", "GEMINI_API_KEY"),
    "mistralai": ("MISTRAL_API_KEY",),
}
"""Maps each provider, which is an extra of this package, to the environment variables that may hold its key."""

_OPTIONS: dict[str, dict[str, Any]] = {"openai": {"stream_usage": True, "stream_chunk_timeout": None}}
"""Options by provider: token counts from servers other than OpenAI's too, and no timeout but that of `stream_reply`."""

RETRIES = 2
"""Attempts after a first one that failed before the first word, by clients that retry: no connection, 429, 5xx."""

HEARTBEAT = 0.5
"""Seconds after which an empty piece is yielded, so that the reader can stop while the model thinks."""

MOST_WRITTEN, PIECE = 50_000, 5
"""Characters that are read from a model, with its reasoning. Each piece, even an empty one, counts as PIECE or more."""

ERROR_CHARACTERS = 200
"""Characters of a provider's error that are shown."""


def load_chat_model(name: str, url: str = "") -> BaseChatModel:
    """Return the chat model with this name, such as "ollama:llama3.2", at the provider's own address or at `url`.

    Raises SettingsError for an unknown provider, and if its package or its key is missing. A `url` needs no key, but a
    key that is set is sent there.
    """
    from langchain.chat_models import init_chat_model

    provider, _, model = name.partition(":")
    if provider not in KEYS or not model:
        providers = ", ".join(KEYS)
        raise SettingsError(
            f"ONRECORD_LLM is {name!r}. Write provider and model, as `ollama:llama3.2`; the providers are {providers}."
        )
    options = _OPTIONS.get(provider, {}) | ({"base_url": url} if url else {})
    if KEYS[provider] and not any(os.environ.get(variable) for variable in KEYS[provider]):
        if not url:
            raise SettingsError(f"ONRECORD_LLM is {name!r}, which needs a key. Set {' or '.join(KEYS[provider])}.")
        options["api_key"] = "none"
    try:
        loaded: BaseChatModel = init_chat_model(name, temperature=0, max_retries=RETRIES, **options)
        if (loaded.profile or {}).get("temperature") is False:
            loaded = init_chat_model(name, max_retries=RETRIES, **options)
    except ImportError as error:
        raise SettingsError(
            f"ONRECORD_LLM is {name!r}, and the package for {provider} isn't installed. "
            f'Install it: pip install "onrecord[{provider.replace("_", "-")}]"'
        ) from error
    except Exception as error:
        raise SettingsError(f"ONRECORD_LLM is {name!r}, which can't be used: {_line(error)}") from error
    return loaded


def stream_reply(
    prompt: str, model: BaseChatModel, seconds: float = math.inf, tokens: dict[str, int] | None = None
) -> Generator[str, None, None]:
    """Yield the model's reply to the prompt piece by piece, and an empty piece every HEARTBEAT seconds of silence.

    `seconds` is the longest time before the first piece and between pieces. If the model's server reports how many
    tokens it read and wrote, they are added to `tokens` under "in" and "out". Closing the iterator closes the
    connection at once, so that the server stops writing. Raises ModelError if the model can't be reached, takes too
    long, breaks off or doesn't end.
    """
    pieces: SimpleQueue[str | None] = SimpleQueue()
    # LangChain's sync clients can't be cancelled while they wait for words; its async ones can.
    reading = asyncio.run_coroutine_threadsafe(
        _stream(prompt, model, seconds, {} if tokens is None else tokens, pieces.put), _event_loop()
    )
    reading.add_done_callback(lambda _: pieces.put(None))
    try:
        while (piece := _next(pieces)) is not None:
            yield piece
        reading.result()
    except TimeoutError as error:
        raise ModelError(
            f"The chat model wrote nothing for {seconds:g} seconds. Try again, or allow more with ONRECORD_LLM_SECONDS."
        ) from error
    except ModelError:
        raise
    except Exception as error:
        raise ModelError(
            f"The chat model didn't answer: {_line(error)} Check that its server runs, and ONRECORD_LLM."
        ) from error
    finally:
        reading.cancel()


async def _stream(
    prompt: str, model: BaseChatModel, seconds: float, tokens: dict[str, int], put: Callable[[str], None]
) -> None:
    read = 0
    try:
        async with aclosing(cast("AsyncGenerator[BaseMessage]", model.astream(prompt))) as stream:
            while True:
                async with asyncio.timeout(seconds):
                    message = await anext(stream, None)
                if message is None:
                    return
                _count(message, tokens)
                read += max(len(message.text), PIECE)
                if read > MOST_WRITTEN:
                    raise ModelError(f"The chat model wrote more than {MOST_WRITTEN:,} characters, and was broken off.")
                put(message.text)
    except Exception as error:
        _clear_frames(error)
        raise


def _clear_frames(error: BaseException | None) -> None:
    """Clear the references to the connection in an error's frames, in the thread that reads from it.

    Otherwise the garbage collector may close a client's generators in another thread at the same time.
    """
    while error:
        clear_frames(error.__traceback__)
        error = error.__cause__ or error.__context__


def _count(message: BaseMessage, tokens: dict[str, int]) -> None:
    usage = getattr(message, "usage_metadata", None)
    if usage:
        tokens["in"] = tokens.get("in", 0) + usage["input_tokens"]
        tokens["out"] = tokens.get("out", 0) + usage["output_tokens"]


def _next(pieces: SimpleQueue[str | None]) -> str | None:
    try:
        return pieces.get(timeout=HEARTBEAT)
    except Empty:
        return ""


@cache
def _event_loop() -> asyncio.AbstractEventLoop:
    """Return the one event loop of all chat models; their clients keep connections, which belong to a loop."""
    loop = asyncio.new_event_loop()
    Thread(target=loop.run_forever, name="chat models", daemon=True).start()
    return loop


def _line(error: Exception) -> str:
    line = shorten(normalise(str(error)), ERROR_CHARACTERS, placeholder=" …") or type(error).__name__
    return line if line.endswith((".", "…")) else line + "."
