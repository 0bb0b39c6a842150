"""Reads files as articles: one table from a file's suffix to its reader."""

import codecs
import re
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token

from index.clean import normalise, paragraphs, split_headline
from index.errors import ReadError
from index.records import Draft

MAX_BYTES = 20_000_000

_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?)\n---[ \t]*\n", re.DOTALL)
_HTML_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w-]{2,40})", re.IGNORECASE)

_NOT_OF_PAGES = frozenset(["idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape", "utf-7"])
"""Python's own encodings: some take hours, some make text that no database takes."""


def read_file(path: Path) -> tuple[Draft, bytes]:
    """The article in a file, and the file's bytes. Raises ReadError for a file that can't be read as an article."""
    suffix = path.suffix.lower()
    if suffix not in READERS:
        raise ReadError(f"{path} is not of a kind that can be read. Give one of {', '.join(READERS)}.")
    try:
        if not path.is_file():
            raise ReadError(f"{path} is not a file. Give a file or a folder.")
        if path.stat().st_size > MAX_BYTES:
            raise ReadError(f"{path} is larger than {MAX_BYTES // 1_000_000} MB. Split it into articles.")
        data = path.read_bytes()
    except OSError as error:
        raise ReadError(f"{path} can't be read: {error.strerror}.") from error
    return read(data, suffix, str(path)), data


def read(data: bytes, suffix: str, name: str) -> Draft:
    """The article in those bytes, of the kind that one of `READERS` suffixes tells; `name` is what errors call it.

    Raises ReadError where there is none.
    """
    draft = READERS[suffix](data, name)
    if not any(character.isalnum() for character in draft.full_text):
        raise ReadError(f"{name} has no text in it. Give a file with an article's text.")
    return draft


def decode(data: bytes, name: str, charset: str = "utf-8") -> str:
    """The text in those bytes, normalised. A mark at their beginning outranks `charset`. Raises ReadError."""
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
    return normalise(text)


def _codec(charset: str) -> str:
    codec = codecs.lookup(charset).name
    if codec in _NOT_OF_PAGES:
        raise LookupError(charset)
    return "cp1252" if codec in ("iso8859-1", "ascii") else codec  # what is labelled so is cp1252 to every browser


def read_text(data: bytes, name: str) -> Draft:
    """Plain text: the headline first, if there is one, then paragraphs."""
    title, body = split_headline(decode(data, name).strip())
    return _draft(title, paragraphs(body), name)


def read_markdown(data: bytes, name: str) -> Draft:
    """Markdown, with YAML front matter (title, published or date, publisher, author, url) if there is one."""
    text = decode(data, name)
    found = _FRONT_MATTER.match(text)
    fields = _front_matter(found.group(1), name) if found else {}
    title, blocks = _markdown_blocks(text[found.end() :] if found else text)
    if title is None and not fields.get("title"):
        title, rest = split_headline("\n\n".join(blocks))
        blocks = rest.split("\n\n")
    return _draft(
        fields.get("title") or title,
        paragraphs("\n\n".join(blocks)),
        name,
        url=fields.get("url"),
        publisher=fields.get("publisher"),
        author=fields.get("author"),
        published=_date(fields.get("published") or fields.get("date"), name),
    )


def read_html(data: bytes, name: str) -> Draft:
    """A web page: its article without navigation, banners and captions, and what its metadata says."""
    import trafilatura

    declared = _HTML_CHARSET.search(data[:2048])
    page = trafilatura.bare_extraction(
        decode(data, name, declared.group(1).decode("ascii") if declared else "utf-8"),
        with_metadata=True,
        include_comments=False,
        prune_xpath=["//figcaption", "//nav", "//footer", "//aside"],
        date_extraction_params={"original_date": True, "extensive_search": False},
    )
    if page is None:
        raise ReadError(f"{name} has no article text in it. Give the page of one article.")
    fields = page.as_dict()
    title = fields["title"]
    lines = [line for line in (fields["text"] or "").split("\n") if line.strip() != title]
    return _draft(
        title,
        paragraphs("\n\n".join(lines)),
        name,
        url=fields["url"],
        publisher=fields["sitename"],
        author=fields["author"],
        published=_date(fields["date"], name),
    )


READERS: dict[str, Callable[[bytes, str], Draft]] = {
    ".txt": read_text,
    ".md": read_markdown,
    ".html": read_html,
    ".htm": read_html,
}


def _draft(
    title: str | None,
    blocks: list[str],
    name: str,
    *,
    url: str | None = None,
    publisher: str | None = None,
    author: str | None = None,
    published: date | None = None,
) -> Draft:
    return Draft(
        title=_line(title) or Path(name).stem,
        full_text=normalise("\n\n".join(blocks)).strip(),
        url=url if url and re.match(r"https?://[^\s<>\"']+\Z", url) else None,
        publisher=_line(publisher),
        author=_line(author),
        published=published,
    )


def _line(text: str | None) -> str | None:
    return " ".join(normalise(str(text)).split()) or None if text else None


def _front_matter(text: str, name: str) -> dict[str, str]:
    try:
        fields = yaml.safe_load(text)
    except yaml.YAMLError as error:
        problem = str(error).split("\n", 1)[0]
        raise ReadError(f"{name} has front matter that is not YAML ({problem}). Mend or remove it.") from error
    if not isinstance(fields, dict):
        raise ReadError(f"{name} has front matter without fields. Write `title: …` or remove it.")
    return {str(key).lower(): str(value) for key, value in fields.items() if value is not None}


def _date(text: str | None, name: str) -> date | None:
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).date()
    except ValueError as error:
        raise ReadError(f"{name} has the publication date {text!r}. Write it as 2024-03-05.") from error


def _markdown_blocks(text: str) -> tuple[str | None, list[str]]:
    title, blocks, prefix = None, [], ""
    tokens = MarkdownIt("commonmark", {"html": False}).parse(text)
    for before, token in zip([None, *tokens], tokens, strict=False):
        if token.type == "list_item_open":
            prefix = "- "
        elif token.type in ("fence", "code_block"):
            blocks.append(token.content)
        elif token.type == "inline":
            words = _inline_text(token)
            if title is None and not blocks and before is not None and before.tag == "h1":
                title = words
            elif words.strip():
                blocks.append(prefix + words)
            prefix = ""
    return title, blocks


def _inline_text(token: Token) -> str:
    breaks = {"softbreak": " ", "hardbreak": " "}
    shown = ("text", "code_inline")
    return "".join(
        child.content if child.type in shown else breaks.get(child.type, "") for child in token.children or []
    )
