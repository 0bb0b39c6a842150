"""Reads what was named (files, folders, pages, feeds, sitemaps, standard input) and tells what is found there."""

import hashlib
import io
import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import date
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, NamedTuple, Self, cast

from tqdm.utils import CallbackIOWrapper

from index.article import Draft
from index.errors import GoneError, ReadError
from index.readers import formats
from index.readers.draft import draft as finished
from index.readers.html_fragment import blocks
from index.readers.web_page import read_html
from index.report import Failure
from index.web import feeds
from index.web.fetcher import Fetched, Fetcher

STANDARD_INPUT = "-"

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
        found = (path for path in _files(root) if isinstance(path, Path) and path.suffix.lower() in formats.READERS)
        return sum(map(_file_size, found))
    return _file_size(Path(root))


class SourceReader:
    """Reads roots, within a `with`; `bytes_read` are those in all.

    `hosts` are those that may be read from although their addresses aren't public. `known` tells the validators of an
    address: with them, what is unchanged isn't read again.
    """

    def __init__(self, hosts: frozenset[str], known: Known = lambda address: (None, None)) -> None:
        self._hosts = hosts
        self._known = known
        self._opened = ExitStack()
        self.bytes_read = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._opened.close()

    @cached_property
    def _fetcher(self) -> Fetcher:
        return self._opened.enter_context(Fetcher(self._hosts))

    def read(self, root: str) -> Iterator[Event]:
        """What is found by way of a root."""
        if root == STANDARD_INPUT:
            yield from self._standard_input()
        elif _URL.match(root):
            yield from self._fetched(root)
        elif os.path.isdir(root):
            yield from self._folder(root)
        elif os.path.lexists(root):
            yield from self._file(Path(root))
        else:
            failure = Failure(root, f"{root} doesn't exist. Give a file or a folder.")
            above = os.path.dirname(root)  # where that is gone too, it may be a disk that isn't there now
            yield Gone(root, failure) if os.path.isdir(above) else Missed(None, failure)

    def _folder(self, root: str) -> Iterator[Event]:
        for path in _files(root):
            if isinstance(path, Failure):
                yield Missed(None, path)
            elif path.suffix.lower() in formats.READERS:
                yield from self._file(path)
            else:
                yield LeftOut(str(path))

    def _file(self, path: Path) -> Iterator[Event]:
        address = str(path)
        try:
            told = formats.open_file(path)
        except ReadError as error:
            yield Missed(address, Failure(address, str(error)))
            return
        with told as stream:
            facts = os.fstat(stream.fileno())
            validators = (f"{facts.st_size}-{facts.st_mtime_ns}", None)
            if self._known(address) == validators:
                self._count(facts.st_size)
                yield Unchanged(address)
                return
            counted = cast(BinaryIO, CallbackIOWrapper(self._count, stream, "read"))
            yield from self._drafts(address, address, counted, path.suffix.lower(), validators)

    def _count(self, read: int) -> None:
        self.bytes_read += read

    def _standard_input(self) -> Iterator[Event]:
        stream = io.BufferedReader(cast(io.RawIOBase, sys.stdin.buffer))  # to look at its beginning, of any length
        suffix = formats.kind(stream.peek(4_096))
        yield from self._drafts(STANDARD_INPUT, "standard input", cast(BinaryIO, stream), suffix, (None, None))

    def _drafts(
        self, address: str, source: str, stream: BinaryIO, suffix: str, validators: Validators
    ) -> Iterator[Event]:
        """The articles in a stream of that kind."""
        whole = True
        try:
            for each in formats.read(stream, suffix, source):
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
        elif feeds.is_sitemap(fetched.data):
            yield from self._sitemap(root, fetched)
        else:
            yield from self._page(root, fetched)

    def _get(self, address: str) -> Fetched | None:
        etag, modified = self._known(address)
        fetched = self._fetcher.get(address, etag=etag, modified=modified)
        if fetched:
            self._count(len(fetched.data))
        return fetched

    def _page(self, address: str, fetched: Fetched, published: date | None = None) -> Iterator[Event]:
        validators = (fetched.etag, fetched.modified)
        if fetched.kind != ".html":
            for event in self._drafts(address, address, io.BytesIO(fetched.data), fetched.kind, validators):
                yield _with_url(event, fetched.address) if isinstance(event, Found) else event
            return
        try:
            draft = with_feed_date(read_html(fetched.page, address, fetched.address), published)
        except ReadError as error:
            yield Missed(address, Failure(address, str(error)))
            return
        yield Found(address, draft.url or fetched.address, draft)
        yield Settled(address, validators)

    def _feed(self, root: str, fetched: Fetched) -> Iterator[Event]:
        try:
            entries = feeds.entries(fetched.data, fetched.address)
        except ReadError as error:
            yield Missed(None, Failure(root, str(error)))
            return
        yield Unchanged(None)  # what a feed no longer lists is still an article
        whole = True
        for entry in entries:
            if entry.full_html:
                draft = _entry_draft(entry)
                yield Found(entry.address, draft.url or entry.address, draft)
                continue
            for event in self._linked(entry.address, entry.published):
                whole = whole and not isinstance(event, Missed)
                yield event
        if whole:
            yield Settled(root, (fetched.etag, fetched.modified))

    def _sitemap(self, root: str, fetched: Fetched) -> Iterator[Event]:
        waiting: list[Fetched | str] = [fetched]
        read = 0
        while waiting:
            given = waiting.pop()
            try:
                sitemap = self._fetcher.get(given) if isinstance(given, str) else given
                pages, further = feeds.pages(sitemap.data, sitemap.address) if sitemap else ([], [])
            except ReadError as error:
                yield Missed(None, Failure(given if isinstance(given, str) else root, str(error)))
                continue
            for page in pages:
                yield from self._linked(page.address, page.published)
            read += len(further)
            if read > feeds.MOST_SITEMAPS:
                reason = f"{root} lists more than {feeds.MOST_SITEMAPS} sitemaps. Give the addresses of those you need."
                yield Missed(None, Failure(root, reason))
                return
            waiting += further

    def _linked(self, address: str, published: date | None) -> Iterator[Event]:
        """A page that a feed or a sitemap names, with the day that it tells."""
        try:
            fetched = self._get(address)
        except GoneError as error:
            yield Gone(address, Failure(address, str(error)))
        except ReadError as error:
            yield Missed(address, Failure(address, str(error)))
        else:
            yield from [Unchanged(address)] if fetched is None else self._page(address, fetched, published)


def _files(folder: str) -> Iterator[Path | Failure]:
    """The files below a folder in order, hidden ones left out, and the folders that can't be read."""
    failures: list[Failure] = []

    def unread(error: OSError) -> None:
        failures.append(Failure(error.filename, f"{error.filename} can't be read: {error.strerror}."))

    for parent, folders, files in os.walk(folder, onerror=unread):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(parent, name) for name in sorted(files) if not name.startswith("."))
    yield from failures


def _file_size(path: Path) -> int:
    return os.path.getsize(path) if os.path.isfile(path) else 0


def _source(address: str, draft: Draft) -> str:
    if address == STANDARD_INPUT and not draft.key:
        return f"standard input#{hashlib.sha256(draft.title.encode()).hexdigest()[:16]}"
    return f"{address}#{draft.key}" if draft.key else address


def _entry_draft(entry: feeds.FeedEntry) -> Draft:
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


def with_feed_date(draft: Draft, published: date | None) -> Draft:
    """The article with the day that a feed tells, where the page itself doesn't tell it as surely."""
    if published is None or draft.published_by in _TRUSTED_MORE_THAN_FEEDS:
        return draft
    return replace(draft, published=published, published_by="feed")


def _with_url(found: Found, address: str) -> Found:
    """A document of the web is at the address where it was fetched; a record of an export has its own, if any."""
    if found.draft.url or found.draft.key:
        return found
    return found._replace(draft=replace(found.draft, url=address))
