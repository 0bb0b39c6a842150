"""An answer as data within its message in the chat: signed, so that the server knows its own answers again.

Gradio keeps a conversation in the reader's browser and sends it back with each question. What the server takes from it
(the turns before, the answer that a verdict is on) is read from the signed record, never from the HTML around it.
"""

import hashlib
import hmac
import html
import json
import os
import re
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from assistant.answer import Answer
from index.errors import CollectionError

KEY_FILE = "signing.key"

_KEY_BYTES = 32

# Gradio drops data- attributes and most elements from messages, but keeps hidden inputs and their values.
_RECORD = re.compile(r"\A<div class=\"answer[ \w]*\"><input type='hidden' class='record' name='(\w+)' value='([^']*)'>")


def signing_key(folder: Path) -> bytes:
    """Return the key in the index folder, which is made at the first use and readable by its owner alone.

    Raises CollectionError where the folder can't be used.
    """
    path = folder / KEY_FILE
    try:
        if not path.exists():
            _make_key(path)
        return path.read_bytes()
    except OSError as error:
        raise CollectionError(f"{path} can't be used: {error.strerror}. Allow it, or name another folder.") from error


def signed(answer: Answer, key: bytes) -> str:
    """Return the answer's document (`Answer.to_dict`) as a hidden input, whose name is its HMAC-SHA256 (RFC 2104)."""
    document = json.dumps(answer.to_dict(), ensure_ascii=False)
    # In single quotes, the many quotation marks of JSON can stand as they are. JSON has no blank line, which would end
    # the block of HTML that Markdown leaves alone.
    value = document.replace("&", "&amp;").replace("<", "&lt;").replace("'", "&#39;")
    return f"<input type='hidden' class='record' name='{_signature(document, key)}' value='{value}'>"


def answer_document(message: str, key: bytes) -> dict[str, Any] | None:
    """Return the answer's document from a message of the chat; None unless this server signed it."""
    record = _RECORD.match(message)
    if record is None:
        return None
    signature, document = record[1], html.unescape(record[2])
    if not hmac.compare_digest(signature.encode(), _signature(document, key).encode()):
        return None
    values: dict[str, Any] = json.loads(document)
    return values


def message_text(message: object, role: str) -> str:
    """Return the text of a message by "user" or "assistant", as Gradio sends it; empty for anything else."""
    if not isinstance(message, dict) or message.get("role") != role:
        return ""
    content = message.get("content")
    if isinstance(content, list) and content and isinstance(content[0], dict):
        content = content[0].get("text")
    return content if isinstance(content, str) else ""


def _make_key(path: Path) -> None:
    """Write a key unless another process does so first: the file appears whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(_KEY_BYTES))
        with suppress(FileExistsError):
            os.link(name, path)
    finally:
        os.unlink(name)


def _signature(document: str, key: bytes) -> str:
    return hmac.new(key, document.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()
