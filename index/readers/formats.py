"""The formats of files: one table from a file's suffix to its reader."""

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from index.article import Draft
from index.errors import ReadError
from index.readers import exports, sandbox, zip_archive
from index.readers.epub import read_epub
from index.readers.markdown import read_markdown
from index.readers.pdf import read_pdf
from index.readers.plain_text import read_text
from index.readers.web_page import read_html
from index.readers.word import read_docx
from index.report import Failure
from index.text.encoding import MAX_BYTES

Drafts = Iterator[Draft | Failure]
_ITEMS = (Draft, Failure)


@dataclass(frozen=True, slots=True)
class Format:
    """A format of files. `label` is what messages call such a file.

    A file is one article (`read_article`), an export of many records (`read_records`), or an archive of files
    (neither). `is_confined` says that its reader runs in the confined process.
    """

    label: str
    read_article: Callable[..., Draft] | None = None
    read_records: Callable[[BinaryIO, str, Mapping[int, str]], Iterator[Draft | Failure | None]] | None = None
    is_confined: bool = True


READERS = {
    ".txt": Format("a text file", read_text, is_confined=False),
    ".md": Format("a Markdown file", read_markdown, is_confined=False),
    ".html": Format("a web page", read_html),
    ".htm": Format("a web page", read_html),
    ".pdf": Format("a PDF file", read_pdf),
    ".docx": Format("a Word file", read_docx),
    ".epub": Format("an EPUB file", read_epub),
    ".json": Format("JSON", read_records=exports.read_json),
    ".jsonl": Format("JSON Lines", read_records=exports.read_jsonl),
    ".csv": Format("CSV", read_records=exports.read_csv),
    ".zip": Format("a zip archive", is_confined=False),
}


def open_file(path: Path) -> BinaryIO:
    """Open the file. Raises ReadError where it isn't a file, or not of a format that can be read."""
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


def read_articles(stream: BinaryIO, suffix: str, name: str, address: str | None = None) -> Drafts:
    """Yield the articles in a stream of the format with that suffix; `name` is what errors call it.

    `address` is where a web page was fetched from. What can't be read among many articles is a Failure. Raises
    ReadError where nothing (more) can be read.
    """
    file_format = READERS[suffix]
    if file_format.read_records:
        return sandbox.read_confined(
            read_records, stream, name, label=file_format.label, types=_ITEMS, resumes=True, suffix=suffix
        )
    if not file_format.read_article:
        return _read_archive(stream, name)
    if not file_format.is_confined:
        return read_article(stream, name, suffix)
    return sandbox.read_confined(
        read_article,
        stream,
        name,
        label=file_format.label,
        types=_ITEMS,
        most_bytes=MAX_BYTES + 1,
        suffix=suffix,
        address=address,
    )


def read_article(stream: BinaryIO, name: str, suffix: str, address: str | None = None) -> Drafts:
    """Yield the article that a file is, read in this process."""
    reader = READERS[suffix].read_article
    try:
        data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise ReadError(f"{name} can't be read: {error.strerror or error}.") from error
    if len(data) > MAX_BYTES:
        raise ReadError(f"{name} is larger than {MAX_BYTES // 1_000_000} MB. Split it into articles.")
    if not reader:
        return
    draft = reader(data, name, address) if address else reader(data, name)
    if not any(character.isalnum() for character in draft.full_text):
        raise ReadError(f"{name} has no text in it. Give a file with an article's text.")
    yield draft


def read_records(
    stream: BinaryIO, name: str, suffix: str, leave_out: Iterable[tuple[int, str]] = ()
) -> Iterator[Draft | Failure | None]:
    """Yield the articles of an export, read in this process; None for one that is in it twice.

    `leave_out` has the numbers of records that aren't to be read, each with what to say of it.
    """
    reader = READERS[suffix].read_records
    if reader:
        yield from reader(stream, name, dict(leave_out))


def _read_archive(stream: BinaryIO, name: str) -> Drafts:
    for member in zip_archive.open_members(stream, name):
        if isinstance(member, Failure):
            yield member
            continue
        path, unpacked = member
        suffix = os.path.splitext(path)[1].lower()
        if suffix not in READERS:
            continue
        try:
            for draft in read_articles(unpacked, suffix, f"{name}/{path}"):
                inner_key = draft.key if isinstance(draft, Draft) else ""
                key = f"{path}#{inner_key}" if inner_key else path
                yield replace(draft, key=key) if isinstance(draft, Draft) else draft
        except ReadError as error:
            yield Failure(f"{name}/{path}", str(error))


def suffix_by_content(beginning: bytes) -> str:
    """Return the suffix for a file that begins so; for standard input, which has no name."""
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


def read_file(path: Path) -> list[Draft | Failure]:
    """Return all articles in a file. Raises ReadError as `open_file` and `read_articles` do."""
    with open_file(path) as stream:
        return list(read_articles(stream, path.suffix.lower(), str(path)))
