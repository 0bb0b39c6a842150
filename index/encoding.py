"""Turns bytes into text, in the encoding that they are said to be in."""

import codecs

from index.errors import ReadError

_NOT_OF_PAGES = frozenset(["idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape", "utf-7"])
"""Python's own encodings: some take hours, some make text that no database takes."""


def decode(data: bytes, name: str, charset: str = "utf-8") -> str:
    """The text in those bytes. A mark at their beginning outranks `charset`. Raises ReadError."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        charset = "utf-16"
    elif data.startswith(codecs.BOM_UTF8):
        charset = "utf-8-sig"
    try:
        text = data.decode(_codec(charset))
    except LookupError as error:
        raise ReadError(f"{name} names an unknown encoding, {charset!r}. Save it as UTF-8.") from error
    except UnicodeError as error:
        at = getattr(error, "start", 0)
        raise ReadError(
            f"{name} is not {charset} text (byte 0x{data[at]:02x} at {at}). Save it as UTF-8 and add it again."
        ) from error
    if "\0" in text:
        raise ReadError(f"{name} is a binary file. Give a file of text.")
    return text


def _codec(charset: str) -> str:
    codec = codecs.lookup(charset).name
    if codec in _NOT_OF_PAGES:
        raise LookupError(charset)
    return "cp1252" if codec in ("iso8859-1", "ascii") else codec  # what is labelled so is cp1252 to every browser
