"""Reads sources (files, folders, pages, feeds, sitemaps, standard input) and yields their articles."""

import hashlib
import io
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import date
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, NamedTuple, Self, TypeVar, cast

from index.article import Draft
from index.errors import GoneError, ReadError
from index.readers import formats, sandbox
from index.readers.draft import make_draft
from index.report import Failure
from index.text.urls import has_scheme
from index.web import content_type, feeds, sitemaps
from index.web.fetcher import Fetched, Fetcher

STANDARD_INPUT = "-"

_SURER_THAN_FEEDS = ("json-ld", "meta")
"""Origins of a page's date that outrank the feed's date."""

Validators = tuple[str | None, str | None]


class Found(NamedTuple):
    """An article, at an address; `source` is its name in the collection."""

    address: str
    source: str
    draft: Draft


class Settled(NamedTuple):
    """An address whose articles have all been found, and the validators to ask it with next time."""

    address: str
    validators: Validators


class Unchanged(NamedTuple):
    """An address that is as it was when it was last read; None stands for the whole root."""

    address: str | None


class Missed(NamedTuple):
    """An address that can't be read now: what it held before stays."""

    address: str | None
    failure: Failure


class Gone(NamedTuple):
    """An address that no longer exists, as the failure says."""

    address: str
    failure: Failure


class LeftOut(NamedTuple):
    """A file of a format that can't be read."""

    path: str


Event = Found | Settled | Unchanged | Missed | Gone | LeftOut
Known = Callable[[str], Validators]
_Item = TypeVar("_Item")


def root_name(source: str | Path) -> str:
    """Return the one name by which a source is remembered.

    It is an absolute path, an address without its fragment, or `-`.
    """
    if source == STANDARD_INPUT:
        return STANDARD_INPUT
    if isinstance(source, str) and has_scheme(source.strip()):
        return source.strip().partition("#")[0]
    path = str(Path(source).expanduser())
    return path if "\0" in path else os.path.realpath(path)


def size(root: str) -> int:
    """Return the bytes of the files under a root; 0 for one that isn't a file or folder."""
    if has_scheme(root) or root == STANDARD_INPUT:
        return 0
    if os.path.isdir(root):
        paths = (path for path in _files(root) if isinstance(path, Path) and path.suffix.lower() in formats.READERS)
        return sum(map(_file_size, paths))
    return _file_size(Path(root))


class SourceReader:
    """Reads roots, within a `with`; `bytes_read` counts the bytes of all of them.

    `hosts` may be read from although their addresses aren't public, each by a root of that host alone. `known` returns
    the validators of an address: with them, what is unchanged isn't read again.
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
        """Yield what is found by way of a root."""
        if root == STANDARD_INPUT:
            yield from self._standard_input()
        elif has_scheme(root):
            yield from self._web_root(root)
        elif os.path.isdir(root):
            yield from self._folder(root)
        elif os.path.lexists(root):
            yield from self._file(Path(root))
        else:
            failure = Failure(root, f"{root} doesn't exist. Give a file or a folder.")
            above = os.path.dirname(root)  # where that is gone too, the disk may be missing for now
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
            opened = formats.open_file(path)
        except ReadError as error:
            yield Missed(address, Failure(address, str(error)))
            return
        with opened as stream:
            facts = os.fstat(stream.fileno())
            validators = (f"{facts.st_size}-{facts.st_mtime_ns}", None)
            before = self.bytes_read
            if self._known(address) == validators:
                self.bytes_read += facts.st_size
                yield Unchanged(address)
                return
            for event in self._drafts(address, address, stream, path.suffix.lower(), validators):
                # the confined process reads from the same place in the file
                self.bytes_read = before + os.lseek(stream.fileno(), 0, os.SEEK_CUR)
                yield event
            self.bytes_read = before + facts.st_size

    def _standard_input(self) -> Iterator[Event]:
        stream = io.BufferedReader(cast(io.RawIOBase, sys.stdin.buffer))  # to look at its beginning, of any length
        suffix = formats.suffix_by_content(stream.peek(4_096))
        yield from self._drafts(STANDARD_INPUT, "standard input", cast(BinaryIO, stream), suffix, (None, None))

    def _drafts(
        self, address: str, source: str, stream: BinaryIO, suffix: str, validators: Validators
    ) -> Iterator[Event]:
        """Yield the articles in a stream of the format with that suffix."""
        is_whole = True
        try:
            for draft in formats.read_articles(stream, suffix, source):
                if isinstance(draft, Failure):
                    is_whole = False
                    yield Missed(address, draft)
                else:
                    yield Found(address, _source_name(address, draft), draft)
        except ReadError as error:
            is_whole = False
            yield Missed(address, Failure(source, str(error)))
        if is_whole:
            yield Settled(address, validators)

    def _web_root(self, root: str) -> Iterator[Event]:
        try:
            fetched = self._get(root, root)
        except GoneError as error:
            yield Gone(root, Failure(root, str(error)))
            return
        except ReadError as error:
            yield Missed(None, Failure(root, str(error)))
            return
        if fetched is None:
            yield Unchanged(None)
        elif content_type.is_feed(fetched.data):
            yield from self._feed(root, fetched)
        elif content_type.is_sitemap(fetched.data):
            yield from self._sitemap(root, fetched)
        else:
            yield from self._page(root, fetched)

    def _get(self, address: str, root: str) -> Fetched | None:
        """Return what is at an address that `root` led to; None where it is unchanged."""
        etag, modified = self._known(address)
        fetched = self._fetcher.get(address, root=root, etag=etag, modified=modified)
        if fetched:
            self.bytes_read += len(fetched.data)
        return fetched

    def _page(self, address: str, fetched: Fetched, published: date | None = None) -> Iterator[Event]:
        validators = (fetched.etag, fetched.modified)
        if fetched.kind != ".html":
            for event in self._drafts(address, address, io.BytesIO(fetched.data), fetched.kind, validators):
                yield _with_url(event, fetched.address) if isinstance(event, Found) else event
            return
        try:
            for draft in formats.read_articles(io.BytesIO(fetched.page), ".html", address, fetched.address):
                if isinstance(draft, Draft):
                    yield Found(address, draft.url or fetched.address, with_feed_date(draft, published))
        except ReadError as error:
            yield Missed(address, Failure(address, str(error)))
            return
        yield Settled(address, validators)

    def _feed(self, root: str, fetched: Fetched) -> Iterator[Event]:
        try:
            entries = [*_confined(feeds.read_feed, fetched, "a feed", feeds.FeedEntry)]
        except ReadError as error:
            yield Missed(None, Failure(root, str(error)))
            return
        yield Unchanged(None)  # what a feed no longer lists is still an article
        is_whole = True
        for entry in entries:
            if entry.blocks:
                draft = _entry_draft(entry)
                yield Found(entry.address, draft.url or entry.address, draft)
                continue
            for event in self._linked(entry.address, root, entry.published):
                is_whole = is_whole and not isinstance(event, Missed)
                yield event
        if is_whole:
            yield Settled(root, (fetched.etag, fetched.modified))

    def _sitemap(self, root: str, fetched: Fetched) -> Iterator[Event]:
        waiting: list[Fetched | str] = [fetched]
        read = 0
        while waiting:
            given = waiting.pop()
            try:
                sitemap = self._fetcher.get(given, root=root) if isinstance(given, str) else given
                listed = [*_listed(sitemap)] if sitemap else []
            except ReadError as error:
                yield Missed(None, Failure(given if isinstance(given, str) else root, str(error)))
                continue
            for item in listed:
                if isinstance(item, sitemaps.Page):
                    yield from self._linked(item.address, root, item.published)
            further = [item.address for item in listed if isinstance(item, sitemaps.Sitemap)]
            read += len(further)
            if read > sitemaps.MOST_SITEMAPS:
                yield Missed(None, Failure(root, str(sitemaps.too_many_sitemaps(root))))
                return
            waiting += further

    def _linked(self, address: str, root: str, published: date | None) -> Iterator[Event]:
        """Yield the page that a feed or a sitemap lists, with the day that it gives."""
        try:
            fetched = self._get(address, root)
        except GoneError as error:
            yield Gone(address, Failure(address, str(error)))
        except ReadError as error:
            yield Missed(address, Failure(address, str(error)))
        else:
            yield from [Unchanged(address)] if fetched is None else self._page(address, fetched, published)


def _listed(sitemap: Fetched) -> Iterator[sitemaps.Page | sitemaps.Sitemap]:
    if not content_type.is_sitemap(sitemap.data):
        raise ReadError(f"{sitemap.address} is not a sitemap. Give the address of one in XML.")
    return _confined(sitemaps.read_sitemap, sitemap, "a sitemap", *sitemaps.KINDS)


def _confined(
    reader: Callable[[BinaryIO, str], Iterator[_Item]], fetched: Fetched, label: str, *types: type[_Item]
) -> Iterator[_Item]:
    stream = io.BytesIO(fetched.data)
    return sandbox.read_confined(reader, stream, fetched.address, label=label, types=types)


def _files(folder: str) -> Iterator[Path | Failure]:
    """Yield the files below a folder in order, without hidden ones, and the folders that can't be read."""
    failures: list[Failure] = []

    def note(error: OSError) -> None:
        failures.append(Failure(error.filename, f"{error.filename} can't be read: {error.strerror}."))

    for parent, folders, files in os.walk(folder, onerror=note):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(parent, name) for name in sorted(files) if not name.startswith("."))
    yield from failures


def _file_size(path: Path) -> int:
    return os.path.getsize(path) if os.path.isfile(path) else 0


def _source_name(address: str, draft: Draft) -> str:
    if address == STANDARD_INPUT and not draft.key:
        return f"standard input#{hashlib.sha256(draft.title.encode()).hexdigest()[:16]}"
    return f"{address}#{draft.key}" if draft.key else address


def _entry_draft(entry: feeds.FeedEntry) -> Draft:
    return make_draft(
        entry.title,
        entry.blocks or (),
        entry.address,
        url=entry.address,
        publisher=entry.publisher,
        author=entry.author,
        published=entry.published,
        published_by="feed" if entry.published else None,
    )


def with_feed_date(draft: Draft, published: date | None) -> Draft:
    """Return the article with the day that a feed gives, unless the page itself gives it in a surer way."""
    if published is None or draft.published_by in _SURER_THAN_FEEDS:
        return draft
    return replace(draft, published=published, published_by="feed")


def _with_url(found: Found, address: str) -> Found:
    """Return a document of the web with the address where it was fetched; a record of an export has its own, if any."""
    if found.draft.url or found.draft.key:
        return found
    return found._replace(draft=replace(found.draft, url=address))
