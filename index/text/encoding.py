"""Turns bytes into text, in the encoding that they declare."""

import codecs

from index.errors import ReadError

MAX_BYTES = 20_000_000
"""The largest file, page or record that is one article. Exports and archives of many articles may have any size."""

FORGIVEN = 0.001
"""The share of a web page's characters that may be in no encoding: old systems leave some in many pages."""

_NOT_OF_PAGES = frozenset(["idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape", "utf-7"])
"""Encodings of Python's own: some take hours to decode, some make text that no database takes."""


def decode(data: bytes, name: str, charset: str = "utf-8", *, forgive: float = 0) -> str:
    """Return the text of the bytes. A byte order mark at their beginning outranks `charset`.

    Up to the share `forgive` of characters that aren't in the encoding become U+FFFD. Raises ReadError for more.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        charset = "utf-16"
    elif data.startswith(codecs.BOM_UTF8):
        charset = "utf-8-sig"
    try:
        text = data.decode(_codec(charset))
    except LookupError as error:
        raise ReadError(f"{name} names an unknown encoding, {charset!r}. Save it as UTF-8.") from error
    except UnicodeError as error:
        text = data.decode(_codec(charset), "replace") if forgive else ""
        if 0 < text.count("\ufffd") <= forgive * len(text):
            return _checked(text, name)
        at = getattr(error, "start", 0)
        raise ReadError(
            f"{name} is not {charset} text (byte 0x{data[at]:02x} at {at}). Save it as UTF-8 and add it again."
        ) from error
    return _checked(text, name)


def _checked(text: str, name: str) -> str:
    if "\0" in text:
        raise ReadError(f"{name} is a binary file. Give a file of text.")
    return text


def _codec(charset: str) -> str:
    codec = codecs.lookup(charset).name
    if codec in _NOT_OF_PAGES:
        raise LookupError(charset)
    return "cp1252" if codec in ("iso8859-1", "ascii") else codec  # browsers read these labels as cp1252
