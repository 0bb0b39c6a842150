"""Adds, updates and removes articles: reads and splits them, embeds their passages, then publishes them."""

import hashlib
import time
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path

from index import sources
from index.article import Article, Draft
from index.collection import Collection
from index.errors import ReadError
from index.remark_backlog import catch_up
from index.report import Failure, Report
from index.storage.publishing import PendingArticle
from index.storage.source_register import Sightings
from index.text.passages import passages
from index.text.sentences import sentences

ENGLISH = "en"
"""The language that questions can be answered from; articles in others are reported as foreign."""

PASSAGES_AT_ONCE = 1_024
"""Passages that are embedded and then published together. A killed run loses at most these."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is: the source being read, and the bytes, articles and passages done."""

    source: str
    bytes: int
    articles: int
    passages: int


def demo_folder() -> Path:
    """Return the folder of the demonstration articles that come with the package."""
    with as_file(files("index") / "demo") as folder:
        return folder


def add(
    collection: Collection,
    given: Iterable[str | Path],
    progress: Callable[[Progress], None] = lambda progress: None,
    *,
    hosts: frozenset[str] = frozenset(),
) -> Report:
    """Add files, folders with everything below them, web pages, feeds, sitemaps, and `-` for standard input.

    An unchanged article is left as it is, and a changed one replaces its older version. What can't be read is listed
    in the report's `failed`, while the rest is added. A run that is broken off loses nothing that it has published,
    and the next run continues. `progress` is called after each article. `hosts` may be read from although their
    addresses aren't public. Raises CollectionError if the index can't be written.
    """
    with collection.writing(), collection.register.sightings() as seen, sources.SourceReader(hosts) as reader:
        run = _Run(collection, reader, seen, progress)
        for source in given:
            run.read_root(sources.root_name(source), named=True)
        return run.finished(prune=False)


def sync(
    collection: Collection,
    progress: Callable[[Progress], None] = lambda progress: None,
    *,
    hosts: frozenset[str] = frozenset(),
    prune: bool = False,
    dry: bool = False,
) -> Report:
    """Read every source again that was ever added, and add or update only what changed.

    With `prune`, articles that have vanished from their source are removed, and otherwise only reported. A `dry` run
    changes nothing and reports what would happen. Raises CollectionError if there is no index, or it can't be written.
    """
    register = collection.register
    with (
        collection.locked() if dry else collection.writing(),
        register.sightings() as seen,
        sources.SourceReader(hosts, register.validators) as reader,
    ):
        run = _Run(collection, reader, seen, progress, dry=dry)
        for root in register.roots():
            run.read_root(root, named=False)
        report = run.finished(prune)
        if not dry:
            catch_up(collection)
        return report


def remove(collection: Collection, articles: Sequence[Article]) -> Report:
    """Remove articles with all that is stored of them. `sync` doesn't bring them back."""
    began = time.perf_counter()
    with collection.writing():
        collection.register.dismiss(article.source for article in articles)
        collection.register.forget_validators(article.id for article in articles)
        collection.catalog.withdraw(article.id for article in articles)
    return Report(removed=tuple(article.id for article in articles), seconds=time.perf_counter() - began)


class _Run:
    """One run of `add` or `sync`: articles waiting to be published, and the outcome of those handled."""

    def __init__(
        self,
        collection: Collection,
        reader: sources.SourceReader,
        seen: Sightings,
        progress: Callable[[Progress], None],
        *,
        dry: bool = False,
    ) -> None:
        self._began = time.perf_counter()
        self._collection, self._catalog, self._register = collection, collection.catalog, collection.register
        self._reader, self._seen, self._progress, self._dry = reader, seen, progress, dry
        self._passages = self._published = 0
        self._roots: list[str] = []
        self._gone: list[str] = []
        self._waiting: list[PendingArticle] = []
        self._added: list[str] = []
        self._updated: list[str] = []
        self._foreign: list[str] = []
        self._unchanged: dict[str, None] = {}
        self._failed: list[Failure] = []
        self._left_out: list[str] = []

    def read_root(self, root: str, *, named: bool) -> None:
        """Read a root. If somebody `named` it, articles come in even if they were once removed by hand."""
        is_found = False
        for event in self._reader.read(root):
            is_found = is_found or isinstance(event, sources.Found | sources.Unchanged | sources.LeftOut)
            match event:
                case sources.Found():
                    self._accept_article(root, event, named)
                case sources.Settled():
                    self._seen.add_validators(event.address, *event.validators)
                case sources.Unchanged():
                    self._unchanged |= dict.fromkeys(self._seen.add_all_held(root, event.address))
                    self._report_progress(event.address or root)
                case sources.Missed():
                    self._failed.append(event.failure)
                    self._seen.add_all_held(root, event.address)
                case sources.Gone():
                    self._note_gone(root, event, named)
                case sources.LeftOut():
                    self._left_out.append(event.path)
        if root == sources.STANDARD_INPUT:
            return
        self._roots.append(root)
        if named and is_found and not self._dry:
            self._register.remember(root)

    def _note_gone(self, root: str, gone: sources.Gone, named: bool) -> None:
        """Note that an address is gone. Articles that a gone feed or folder held at other addresses aren't."""
        if gone.address == root:
            self._seen.add_all_held(root)
        self._gone.append(gone.address)
        if named or not self._seen.holds(root, gone.address):
            self._failed.append(gone.failure)

    def _accept_article(self, root: str, found: sources.Found, named: bool) -> None:
        try:
            entry = _entry(found.source, self._with_feed_date(found))
        except ReadError as error:
            self._failed.append(Failure(found.source, str(error)))
            self._seen.add_all_held(root, found.address)
            return
        if self._register.is_dismissed(found.source):
            if not named:
                return
            self._register.restore(found.source)
        if not self._seen.add(root, found.address, entry.id):
            return
        known = self._catalog.digest(entry.source)
        if known == entry.digest:
            self._unchanged[entry.id] = None
        else:
            (self._updated if known is not None else self._added).append(entry.id)
            if entry.draft.language not in (None, ENGLISH):
                self._foreign.append(entry.id)
            self._waiting.append(entry)
        self._report_progress(found.source)
        if sum(len(other.passages) for other in self._waiting) >= PASSAGES_AT_ONCE:
            self._publish()

    def _with_feed_date(self, found: sources.Found) -> Draft:
        """Return the draft, with the date that a feed gave the article if it is read without the feed now."""
        known = self._catalog.article(_id(found.source))
        if known and known.published_by == "feed" != found.draft.published_by:
            return sources.with_feed_date(found.draft, known.published)
        return found.draft

    def _report_progress(self, source: str) -> None:
        self._progress(Progress(source, self._reader.bytes_read, self._published, self._passages))

    def _publish(self) -> None:
        entries, self._waiting = self._waiting, []
        if not self._dry:
            self._write(entries)
        self._passages += sum(len(entry.passages) for entry in entries)
        self._published += len(entries)

    def _write(self, entries: Sequence[PendingArticle]) -> None:
        ids = [passage_id for entry in entries for passage_id in entry.passage_ids]
        if ids:
            self._catalog.note_unpublished_passages(ids)
            texts = [text for entry in entries for text in entry.embedded_texts]
            self._collection.embed(ids, texts, self._collection.vectors)
            self._catalog.publish(self._collection.with_remarks(entries))

    def finished(self, prune: bool) -> Report:
        """Publish the articles that still wait, and return the report of the run."""
        self._publish()
        self._seen.remove(self._gone)
        vanished, removed = self._seen.vanished(self._roots), list[str]()
        if not self._dry:
            self._seen.save(self._roots)
        if prune:
            vanished, removed = removed, vanished
        if removed and not self._dry:
            self._register.forget_validators(removed)
            self._catalog.withdraw(removed)
        changed = {*self._added, *self._updated, *vanished, *removed}
        return Report(
            added=tuple(self._added),
            updated=tuple(self._updated),
            foreign=tuple(self._foreign),
            unchanged=tuple(each for each in self._unchanged if each not in changed),
            removed=tuple(removed),
            vanished=tuple(vanished),
            failed=tuple(self._failed),
            left_out=tuple(self._left_out),
            passages=self._passages,
            seconds=time.perf_counter() - self._began,
        )


def _entry(source: str, draft: Draft) -> PendingArticle:
    split = list(passages(draft.full_text, sentences(draft.full_text)))
    if not split:
        raise ReadError(f"{source} has no whole sentence in it. Give a file with an article's text.")
    digest = hashlib.sha256(repr(draft).encode()).hexdigest()
    return PendingArticle(_id(source), uuid.uuid4().hex[:12], source, digest, draft, split)


def _id(source: str) -> str:
    return hashlib.sha256(source.encode()).hexdigest()[:10]
