"""Adds, updates and removes articles: read, split, embed, then vectors and catalog."""

import hashlib
import os
import re
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib.resources import as_file, files
from pathlib import Path

from index.catalog import Entry
from index.collection import Collection
from index.errors import ReadError
from index.readers import READERS, read_file
from index.records import Article, Draft, Failure, Report
from index.split import passages, sentences

PASSAGES_AT_ONCE = 1_024
"""So many are embedded, then published together: a killed run loses at most these."""

_URL = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)


def demo_folder() -> Path:
    """The folder of the demonstration articles that come with the package."""
    with as_file(files("index") / "demo") as folder:
        return folder


def add(
    collection: Collection,
    sources: Iterable[str | Path],
    progress: Callable[[str], None] = lambda source: None,
    *,
    loopback: bool = True,
) -> Report:
    """Adds files, folders with all below them, and web pages; `progress` is told each as it is read.

    `loopback` tells whether web pages may be of this machine itself.

    What is in already is left, what has changed replaces its older version, and what can't be read is named in the
    report's `failed` while the rest goes in. Raises CollectionError where the index can't be written.
    """
    began = time.perf_counter()
    run = _Run(collection, loopback)
    with collection.writing():
        for source in run.found(sources):
            progress(str(source))
            run.read(source)
        run.publish()
    return run.report(time.perf_counter() - began)


def remove(collection: Collection, articles: Sequence[Article]) -> Report:
    """Removes articles everywhere: texts, passages, words and vectors."""
    began = time.perf_counter()
    with collection.writing():
        collection.catalog.withdraw(article.id for article in articles)
    return Report(removed=tuple(article.id for article in articles), seconds=time.perf_counter() - began)


class _Run:
    """One call of `add`: what has been read and not yet published, and what came of the rest."""

    def __init__(self, collection: Collection, loopback: bool) -> None:
        self._collection = collection
        self._loopback = loopback
        self._waiting: list[Entry] = []
        self._added: list[str] = []
        self._updated: list[str] = []
        self._unchanged: list[str] = []
        self._failed: list[Failure] = []
        self._left_out: list[str] = []
        self._passages = 0

    def found(self, sources: Iterable[str | Path]) -> Iterator[str | Path]:
        """Addresses as text, files as paths."""
        for source in sources:
            if isinstance(source, str) and _URL.match(source):
                yield source
                continue
            path = Path(source).expanduser()
            if os.path.isdir(path):
                yield from self._below(path)
            elif os.path.lexists(path):
                yield path
            else:
                self._failed.append(Failure(str(source), f"{source} doesn't exist. Give a file or a folder."))

    def _below(self, folder: Path) -> Iterator[Path]:
        for path in sorted(folder.rglob("*")):
            hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
            if hidden or not path.is_file():
                continue
            if path.suffix.lower() in READERS:
                yield path
            else:
                self._left_out.append(str(path))

    def read(self, source: str | Path) -> None:
        try:
            entry = _file_entry(source) if isinstance(source, Path) else _page_entry(source, self._loopback)
        except ReadError as error:
            self._failed.append(Failure(str(source), str(error)))
            return
        known = self._collection.catalog.digest(entry.source)
        if known == entry.digest or entry.id in {other.id for other in self._waiting}:
            self._unchanged.append(entry.id)
            return
        (self._updated if known else self._added).append(entry.id)
        self._waiting.append(entry)
        if sum(len(other.passages) for other in self._waiting) >= PASSAGES_AT_ONCE:
            self.publish()

    def publish(self) -> None:
        collection, entries = self._collection, self._waiting
        texts = [_embedded_text(entry.draft, *bounds) for entry in entries for bounds in entry.passage_bounds]
        if not texts:
            return
        vectors = collection.embedder.encode(texts, threads=os.cpu_count() or 1)
        collection.catalog.intend(entry.version for entry in entries)
        ids = [passage_id for entry in entries for passage_id in entry.passage_ids]
        versions = [entry.version for entry in entries for _ in entry.passages]
        collection.vectors.add(ids, versions, vectors)
        collection.catalog.publish(entries)
        self._passages += len(texts)
        self._waiting = []

    def report(self, seconds: float) -> Report:
        return Report(
            added=tuple(self._added),
            updated=tuple(self._updated),
            unchanged=tuple(self._unchanged),
            failed=tuple(self._failed),
            left_out=tuple(self._left_out),
            passages=self._passages,
            seconds=seconds,
        )


def _file_entry(path: Path) -> Entry:
    draft, data = read_file(path)
    return _entry(os.path.realpath(path), draft, data)


def _page_entry(url: str, loopback: bool) -> Entry:
    from index import fetch

    source = url.strip().partition("#")[0]
    draft = fetch.article(source, loopback=loopback)
    # Of a page, what was read tells whether it has changed: its advertisements do each time.
    return _entry(source, draft, repr(draft).encode())


def _entry(source: str, draft: Draft, content: bytes) -> Entry:
    split = list(passages(draft.full_text, sentences(draft.full_text)))
    if not split:
        raise ReadError(f"{source} has no whole sentence in it. Give a file with an article's text.")
    article_id = hashlib.sha256(source.encode()).hexdigest()[:10]
    digest = hashlib.sha256(content).hexdigest()
    return Entry(article_id, uuid.uuid4().hex[:12], source, digest, draft, split)


def _embedded_text(draft: Draft, start: int, end: int) -> str:
    return f"{draft.title}\n{draft.full_text[start:end]}"
