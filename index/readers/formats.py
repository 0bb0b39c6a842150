"""Reads files as articles: one table from a file's suffix to its reader."""

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import BinaryIO

import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token

from index.article import Draft
from index.errors import ReadError
from index.readers import exports, sandbox, zip_archive
from index.readers.draft import draft as finished
from index.readers.web_page import read_html
from index.report import Failure
from index.text.cleaning import normalise, paragraphs, split_headline
from index.text.encoding import decode

MAX_BYTES = 20_000_000
"""Of a file that is one article. Exports and archives of many may have any size."""

Drafts = Iterator[Draft | Failure]

_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?)\n---[ \t]*\n", re.DOTALL)


def open_file(path: Path) -> BinaryIO:
    """The file, opened. Raises ReadError for one that isn't of a kind that can be read, or isn't a file."""
    if path.suffix.lower() not in READERS:
        raise ReadError(f"{path} is not of a kind that can be read. Give one of {', '.join(READERS)}.")
    try:
        if not path.is_file():
            raise ReadError(f"{path} is not a file. Give a file or a folder.")
        return open(path, "rb")
    except OSError as error:
        raise ReadError(f"{path} can't be read: {error.strerror}.") from error
    except ValueError as error:
        raise ReadError(f"{str(path)!r} is not the name of a file ({error}).") from error


def read(stream: BinaryIO, suffix: str, name: str) -> Drafts:
    """The articles in a stream of the kind that one of `READERS` suffixes tells; `name` is what errors call it.

    What can't be read among many is told as a Failure. Raises ReadError where nothing (more) can be read.
    """
    for draft in READERS[suffix](stream, name):
        if isinstance(draft, Draft) and not any(character.isalnum() for character in draft.full_text):
            raise ReadError(f"{name} has no text in it. Give a file with an article's text.")
        yield draft


def read_file(path: Path) -> list[Draft | Failure]:
    """All articles in a file. Raises ReadError as `open_file` and `read` do."""
    with open_file(path) as stream:
        return list(read(stream, path.suffix.lower(), str(path)))


def kind(beginning: bytes) -> str:
    """The suffix for what begins so: for standard input, which has no name."""
    start = beginning.lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"PK\x03\x04"):
        return ".zip"
    if start.startswith(b"%PDF"):
        return ".pdf"
    if start.startswith(b"["):
        return ".json"
    if start.startswith(b"{"):
        return ".jsonl" if re.match(rb"\{.*\}\r?\n", start) else ".json"
    if re.match(rb"<(?:!doctype html|html|head|body|!--)", start, re.IGNORECASE):
        return ".html"
    return ".md" if start.startswith((b"---", b"# ")) else ".txt"


def read_text(data: bytes, name: str) -> Draft:
    """Plain text: the headline first, if there is one, then paragraphs."""
    title, body = split_headline(normalise(decode(data, name)).strip())
    return finished(title, paragraphs(body), name)


def read_markdown(data: bytes, name: str) -> Draft:
    """Markdown, with YAML front matter (title, published or date, publisher, author, url) if there is one."""
    text = normalise(decode(data, name))
    found = _FRONT_MATTER.match(text)
    fields = _front_matter(found.group(1), name) if found else {}
    title, blocks = _markdown_blocks(text[found.end() :] if found else text)
    if title is None and not fields.get("title"):
        title, rest = split_headline("\n\n".join(blocks))
        blocks = rest.split("\n\n")
    published = _date(fields.get("published") or fields.get("date"), name)
    return finished(
        fields.get("title") or title,
        paragraphs("\n\n".join(blocks)),
        name,
        url=fields.get("url"),
        publisher=fields.get("publisher"),
        author=fields.get("author"),
        published=published,
        published_by="field" if published else None,
        language=fields.get("language"),
    )


def _one(read_article: Callable[[bytes, str], Draft], stream: BinaryIO, name: str) -> Drafts:
    """The reader of a file that is one article, as a reader of many."""
    try:
        data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise ReadError(f"{name} can't be read: {error.strerror or error}.") from error
    if len(data) > MAX_BYTES:
        raise ReadError(f"{name} is larger than {MAX_BYTES // 1_000_000} MB. Split it into articles.")
    yield read_article(data, name)


def _read_zip(stream: BinaryIO, name: str) -> Drafts:
    for member in zip_archive.members(stream, name):
        if isinstance(member, Failure):
            yield member
            continue
        path, unpacked = member
        suffix = os.path.splitext(path)[1].lower()
        if suffix not in READERS:
            continue
        try:
            for draft in read(unpacked, suffix, f"{name}/{path}"):
                within = draft.key if isinstance(draft, Draft) else ""
                yield replace(draft, key=f"{path}#{within}" if within else path) if isinstance(draft, Draft) else draft
        except ReadError as error:
            yield Failure(f"{name}/{path}", str(error))


def _confined(suffix: str) -> Callable[[BinaryIO, str], Drafts]:
    return partial(_one, partial(sandbox.read, suffix))


READERS: dict[str, Callable[[BinaryIO, str], Drafts]] = {
    ".txt": partial(_one, read_text),
    ".md": partial(_one, read_markdown),
    ".html": partial(_one, read_html),
    ".htm": partial(_one, read_html),
    ".pdf": _confined(".pdf"),
    ".docx": _confined(".docx"),
    ".epub": _confined(".epub"),
    ".json": exports.read_json,
    ".jsonl": exports.read_jsonl,
    ".csv": exports.read_csv,
    ".zip": _read_zip,
}


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
