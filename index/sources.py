"""Reads what was named (files, folders, pages, feeds, sitemaps, standard input) and tells what is found there."""

import codecs
import hashlib
import io
import os
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

from tqdm.utils import CallbackIOWrapper

from index import feeds, readers
from index.drafts import draft as finished
from index.encoding import decode
from index.errors import ReadError
from index.fetch import Fetched, Fetcher, GoneError
from index.fragments import blocks
from index.records import Draft, Failure
from index.webpage import read_html

STANDARD_INPUT = "-"
MOST_SITEMAPS = 50

_URL = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_TRUSTED_MORE_THAN_FEEDS = ("json-ld", "meta")

Validators = tuple[str | None, str | None]


class Found(NamedTuple):
    """An article, at an address; `source` is what it is known by."""

    address: str
    source: str
    draft: Draft


class Settled(NamedTuple):
    """An address of which all articles have been told, and what it is to be asked with next time."""

    address: str
    validators: Validators


class Unchanged(NamedTuple):
    """An address that is as it was when it was last read; without one, all of the root."""

    address: str | None


class Missed(NamedTuple):
    """An address that can't be read now: what it held before stays."""

    address: str | None
    failure: Failure


class Gone(NamedTuple):
    """An address where there is nothing any more, as the failure says."""

    address: str
    failure: Failure


class LeftOut(NamedTuple):
    """A file whose kind can't be read."""

    path: str


Event = Found | Settled | Unchanged | Missed | Gone | LeftOut
Known = Callable[[str], Validators]


def root_name(source: str | Path) -> str:
    """The one name by which a source is remembered: an absolute path, an address without its fragment, or `-`."""
    if source == STANDARD_INPUT:
        return STANDARD_INPUT
    if isinstance(source, str) and _URL.match(source.strip()):
        return source.strip().partition("#")[0]
    path = str(Path(source).expanduser())
    return path if "\0" in path else os.path.realpath(path)


def size(root: str) -> int:
    """The bytes of the files under a root; 0 for what isn't a file or folder."""
    if _URL.match(root) or root == STANDARD_INPUT:
        return 0
    if os.path.isdir(root):
        return sum(path.stat().st_size for path in _files(Path(root)) if path.suffix.lower() in readers.READERS)
    return os.path.getsize(root) if os.path.isfile(root) else 0


class SourceReader:
    """Reads roots. `known` tells the validators of an address: with them, what is unchanged isn't read again."""

    def __init__(self, hosts: frozenset[str], known: Known | None, read_bytes: Callable[[int], None]) -> None:
        self._hosts = hosts
        self._known = known or (lambda address: (None, None))
        self._read_bytes = read_bytes

    def read(self, root: str) -> Iterator[Event]:
        """What is found by way of a root."""
        if root == STANDARD_INPUT:
            yield from self._standard_input()
        elif _URL.match(root):
            with Fetcher(self._hosts) as self._fetcher:
                yield from self._fetched(root)
        elif os.path.isdir(root):
            for path in _files(Path(root)):
                yield from self._file(path) if path.suffix.lower() in readers.READERS else [LeftOut(str(path))]
        elif os.path.lexists(root):
            yield from self._file(Path(root))
        else:
            yield Missed(None, Failure(root, f"{root} doesn't exist. Give a file or a folder."))

    def _file(self, path: Path) -> Iterator[Event]:
        address = str(path)
        try:
            told = readers.open_file(path)
        except ReadError as error:
            yield Missed(address, Failure(address, str(error)))
            return
        with told as stream:
            facts = os.fstat(stream.fileno())
            validators = (f"{facts.st_size}-{facts.st_mtime_ns}", None)
            if self._known(address) == validators:
                yield Unchanged(address)
                return
            counted = cast(BinaryIO, CallbackIOWrapper(self._read_bytes, stream, "read"))
            yield from self._drafts(address, address, counted, path.suffix.lower(), validators)

    def _standard_input(self) -> Iterator[Event]:
        stream = io.BufferedReader(cast(io.RawIOBase, sys.stdin.buffer))  # to look at its beginning, of any length
        suffix = readers.kind(stream.peek(4_096))
        yield from self._drafts(STANDARD_INPUT, "standard input", cast(BinaryIO, stream), suffix, (None, None))

    def _drafts(
        self, address: str, source: str, stream: BinaryIO, suffix: str, validators: Validators
    ) -> Iterator[Event]:
        """The articles in a stream of that kind."""
        whole = True
        try:
            for each in readers.read(stream, suffix, source):
                if isinstance(each, Failure):
                    whole = False
                    yield Missed(address, each)
                else:
                    yield Found(address, _source(address, each), each)
        except ReadError as error:
            whole = False
            yield Missed(address, Failure(source, str(error)))
        if whole:
            yield Settled(address, validators)

    def _fetched(self, root: str) -> Iterator[Event]:
        try:
            fetched = self._get(root)
        except GoneError as error:
            yield Gone(root, Failure(root, str(error)))
            return
        except ReadError as error:
            yield Missed(None, Failure(root, str(error)))
            return
        if fetched is None:
            yield Unchanged(None)
        elif feeds.is_feed(fetched.data):
            yield from self._feed(root, fetched)
            yield Unchanged(None)  # what a feed no longer lists is still an article
        elif feeds.is_sitemap(fetched.data):
            yield from self._sitemap(fetched)
        else:
            yield from self._page(root, fetched)

    def _get(self, address: str) -> Fetched | None:
        etag, modified = self._known(address)
        fetched = self._fetcher.get(address, etag=etag, modified=modified)
        if fetched:
            self._read_bytes(len(fetched.data))
        return fetched

    def _page(self, address: str, fetched: Fetched, entry: feeds.Entry | None = None) -> Iterator[Event]:
        validators = (fetched.etag, fetched.modified)
        if fetched.kind != ".html":
            yield from self._drafts(address, address, io.BytesIO(fetched.data), fetched.kind, validators)
            return
        try:
            draft = read_html(_in_its_encoding(fetched), address, fetched.address)
        except ReadError as error:
            yield Missed(address, Failure(address, str(error)))
            return
        draft = _with_feed_date(draft, entry)
        yield Found(address, draft.url or fetched.address, draft)
        yield Settled(address, validators)

    def _feed(self, root: str, fetched: Fetched) -> Iterator[Event]:
        whole = True
        for entry in feeds.entries(fetched.data, fetched.address):
            if entry.full_html:
                draft = _entry_draft(entry)
                yield Found(root, draft.url or entry.address, draft)
            else:
                for event in self._linked(entry.address, entry):
                    whole = whole and not isinstance(event, Missed)
                    yield event
        if whole:
            yield Settled(root, (fetched.etag, fetched.modified))

    def _sitemap(self, fetched: Fetched) -> Iterator[Event]:
        waiting, read = [fetched], 0
        while waiting:
            sitemap = waiting.pop()
            pages, further = feeds.pages(sitemap.data, sitemap.address)
            for page in pages:
                yield from self._linked(page.address)
            for each in further[: max(0, MOST_SITEMAPS - read)]:
                read += 1
                try:
                    nested = self._fetcher.get(each)
                except ReadError as error:
                    yield Missed(None, Failure(each, str(error)))
                    continue
                waiting += [nested] if nested else []

    def _linked(self, address: str, entry: feeds.Entry | None = None) -> Iterator[Event]:
        """A page that a feed or a sitemap names."""
        try:
            fetched = self._get(address)
        except GoneError as error:
            yield Gone(address, Failure(address, str(error)))
            return
        except ReadError as error:
            yield Missed(address, Failure(address, str(error)))
            return
        yield from [Unchanged(address)] if fetched is None else self._page(address, fetched, entry)


def _files(folder: Path) -> Iterator[Path]:
    """The files below a folder in order, hidden ones left out."""
    for path in sorted(folder.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if not hidden and path.is_file():
            yield path


def _in_its_encoding(fetched: Fetched) -> bytes:
    """The page's bytes as UTF-8 where the server tells its encoding: that outranks what the page says of itself."""
    if not fetched.charset:
        return fetched.data
    return codecs.BOM_UTF8 + decode(fetched.data, fetched.address, fetched.charset).encode()


def _source(address: str, draft: Draft) -> str:
    if address == STANDARD_INPUT and not draft.key:
        return f"standard input#{hashlib.sha256(draft.title.encode()).hexdigest()[:16]}"
    return f"{address}#{draft.key}" if draft.key else address


def _entry_draft(entry: feeds.Entry) -> Draft:
    return finished(
        entry.title,
        blocks(entry.full_html or ""),
        entry.address,
        url=entry.address,
        publisher=entry.publisher,
        author=entry.author,
        published=entry.published,
        published_by="feed" if entry.published else None,
    )


def _with_feed_date(draft: Draft, entry: feeds.Entry | None) -> Draft:
    if entry is None or entry.published is None or draft.published_by in _TRUSTED_MORE_THAN_FEEDS:
        return draft
    return replace(draft, published=entry.published, published_by="feed")
