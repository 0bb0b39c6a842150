"""Adds, updates and removes articles: read, split, embed, then vectors and catalog."""

import hashlib
import time
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path

from index import sources
from index.catalog import Entry
from index.collection import Collection
from index.errors import ReadError
from index.records import Article, Draft, Failure, Report
from index.register import Sightings
from index.split import passages, sentences

PASSAGES_AT_ONCE = 1_024
"""So many are embedded, then published together: a killed run loses at most these."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is: the source being read, bytes read in all, and articles and passages that are in."""

    source: str
    bytes: int
    articles: int
    passages: int


def demo_folder() -> Path:
    """The folder of the demonstration articles that come with the package."""
    with as_file(files("index") / "demo") as folder:
        return folder


def add(
    collection: Collection,
    given: Iterable[str | Path],
    progress: Callable[[Progress], None] = lambda progress: None,
    *,
    hosts: frozenset[str] = frozenset(),
) -> Report:
    """Adds files, folders with all below them, web pages, feeds, sitemaps, and `-` for standard input.

    What is in already is left, what has changed replaces its older version, and what can't be read is named in the
    report's `failed` while the rest goes in. Of what is published, nothing is lost when a run is broken off: the next
    one goes on. `progress` is told of each article read. `hosts` are those that may be read from although their
    addresses aren't public. Raises CollectionError where the index can't be written.
    """
    with collection.writing(), collection.register.sightings() as seen:
        run = _Run(collection, seen, progress, hosts)
        for source in given:
            run.read(sources.root_name(source), named=True)
        return run.finished(prune=False)


def sync(
    collection: Collection,
    progress: Callable[[Progress], None] = lambda progress: None,
    *,
    hosts: frozenset[str] = frozenset(),
    prune: bool = False,
    dry: bool = False,
) -> Report:
    """Reads all that was ever added again, as far as it has changed.

    `prune` removes articles that have vanished from where they came; else they are only reported. A `dry` run changes
    nothing and reports what would happen.
    """
    with collection.writing(), collection.register.sightings() as seen:
        run = _Run(collection, seen, progress, hosts, known=True, dry=dry)
        for root in collection.register.roots():
            run.read(root, named=False)
        return run.finished(prune)


def remove(collection: Collection, articles: Sequence[Article]) -> Report:
    """Removes articles everywhere: texts, older versions, passages, words and vectors. `sync` leaves them out."""
    began = time.perf_counter()
    with collection.writing():
        collection.register.forget([(article.id, article.source) for article in articles])
        collection.catalog.withdraw(article.id for article in articles)
    return Report(removed=tuple(article.id for article in articles), seconds=time.perf_counter() - began)


class _Run:
    """One reading of sources: what has been read and not yet published, and what came of the rest."""

    def __init__(
        self,
        collection: Collection,
        seen: Sightings,
        progress: Callable[[Progress], None],
        hosts: frozenset[str],
        *,
        known: bool = False,
        dry: bool = False,
    ) -> None:
        self._began = time.perf_counter()
        self._collection, self._catalog, self._register = collection, collection.catalog, collection.register
        self._seen, self._progress, self._dry = seen, progress, dry
        self._reader = sources.SourceReader(hosts, self._register.validators if known else None, self._read_bytes)
        self._bytes = self._passages = self._published = 0
        self._roots: list[str] = []
        self._waiting: list[Entry] = []
        self._settled: list[sources.Settled] = []
        self._added: list[str] = []
        self._updated: list[str] = []
        self._unchanged: list[str] = []
        self._failed: list[Failure] = []
        self._left_out: list[str] = []

    def _read_bytes(self, count: int) -> None:
        self._bytes += count

    def read(self, root: str, *, named: bool) -> None:
        """Reads a root; what is `named` comes in even if it was once removed by hand."""
        found, gone = False, []
        for event in self._reader.read(root):
            match event:
                case sources.Found():
                    found = True
                    self._take(root, event, named)
                case sources.Settled():
                    self._settled.append(event)
                case sources.Unchanged():
                    found = True
                    self._seen.saw_all_of(root, event.address)
                case sources.Missed():
                    self._failed.append(event.failure)
                    self._seen.saw_all_of(root, event.address)
                case sources.Gone():
                    gone.append(event.address)
                    self._failed += [event.failure] if named else []
                case sources.LeftOut():
                    found = True
                    self._left_out.append(event.path)
        for address in gone:
            self._seen.lost(root, address)
        self._roots.append(root)
        if named and found and not self._dry and root != sources.STANDARD_INPUT:
            self._register.remember(root)

    def _take(self, root: str, found: sources.Found, named: bool) -> None:
        try:
            entry = _entry(found.source, found.draft)
        except ReadError as error:
            self._failed.append(Failure(found.source, str(error)))
            self._seen.saw_all_of(root, found.address)
            return
        if not named and self._register.is_dismissed(found.source):
            return
        first = not self._seen.has_seen(entry.id)
        self._seen.saw(root, found.address, entry.id)
        if not first:
            return
        known = self._catalog.digest(entry.source)
        if known == entry.digest:
            self._unchanged.append(entry.id)
        else:
            (self._updated if known is not None else self._added).append(entry.id)
            self._waiting.append(entry)
        self._progress(Progress(found.source, self._bytes, self._published, self._passages))
        if sum(len(other.passages) for other in self._waiting) >= PASSAGES_AT_ONCE:
            self._publish()

    def _publish(self) -> None:
        entries, self._waiting = self._waiting, []
        settled, self._settled = self._settled, []
        if self._dry:
            return
        texts = [
            embedded_text(entry.draft.title, entry.draft.full_text[slice(*bounds)])
            for entry in entries
            for bounds in entry.passage_bounds
        ]
        if texts:
            collection = self._collection
            vectors = collection.embedder.encode(texts, threads=collection.threads)
            self._catalog.intend(entry.version for entry in entries)
            ids = [passage_id for entry in entries for passage_id in entry.passage_ids]
            versions = [entry.version for entry in entries for _ in entry.passages]
            collection.vectors.add(ids, versions, vectors)
            self._catalog.publish(entries)
            self._passages += len(texts)
            self._published += len(entries)
        for each in settled:
            self._register.was_read(each.address, *each.validators)

    def finished(self, prune: bool) -> Report:
        """Publishes the rest, and tells what came of it all."""
        self._publish()
        vanished = self._seen.vanished(self._roots)
        removed: list[str] = []
        if not self._dry:
            self._seen.keep(self._roots)
            if prune and vanished:
                self._catalog.withdraw(vanished)
                vanished, removed = [], vanished
        return Report(
            added=tuple(self._added),
            updated=tuple(self._updated),
            unchanged=tuple(self._unchanged),
            removed=tuple(removed),
            vanished=tuple(vanished),
            failed=tuple(self._failed),
            left_out=tuple(self._left_out),
            passages=self._passages,
            seconds=time.perf_counter() - self._began,
        )


def _entry(source: str, draft: Draft) -> Entry:
    split = list(passages(draft.full_text, sentences(draft.full_text)))
    if not split:
        raise ReadError(f"{source} has no whole sentence in it. Give a file with an article's text.")
    article_id = hashlib.sha256(source.encode()).hexdigest()[:10]
    digest = hashlib.sha256(repr(draft).encode()).hexdigest()
    return Entry(article_id, uuid.uuid4().hex[:12], source, digest, draft, split)


def embedded_text(title: str, text: str) -> str:
    """What is embedded of a passage: under its headline, which says what it is about."""
    return f"{title}\n{text}"
