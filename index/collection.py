"""A collection of articles in a folder: its catalog and its vectors, opened together and kept in step."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

from filelock import FileLock, Timeout

from index.catalog import Catalog
from index.embed import Embedder
from index.errors import CollectionError
from index.records import Article, Passage
from index.split import SPLITTER
from index.vectors import VectorStore


class Collection:
    """The articles in a folder. Opening is lazy: nothing is read, made or loaded before it is needed.

    `catalog` raises CollectionError where there is no index yet, or one that this program can't use.
    """

    def __init__(self, folder: Path, embedder: Embedder) -> None:
        self.folder = folder.resolve()  # Chroma tells folders apart by their names as given
        self.embedder = embedder
        self._reading = threading.Lock()
        self._generation: str | None = None

    @cached_property
    def catalog(self) -> Catalog:
        """The catalog of an index that exists."""
        catalog = Catalog(self._path) if self._path.exists() else None
        if catalog is None or not catalog.exists:
            raise self._empty()
        self._check(catalog, "embedding_model", self.embedder.name, "set ONRECORD_EMBEDDING_MODEL to it")
        self._check(catalog, "splitter", SPLITTER, "use the version of onrecord that made it")
        return catalog

    @cached_property
    def vectors(self) -> VectorStore:
        """The vectors of an index that exists."""
        self._generation = self.catalog.fact("generation")
        return VectorStore(self.folder / "chroma")

    @property
    def _path(self) -> Path:
        return self.folder / "catalog.db"

    def _check(self, catalog: Catalog, name: str, ours: str, remedy: str) -> None:
        theirs = catalog.fact(name)
        if theirs != ours:
            raise CollectionError(
                f"The index in {self.folder} was made with the {name.replace('_', ' ')} {theirs!r}, not {ours!r}. "
                f"Either {remedy}, or add the articles to a new folder: `onrecord add PATH --index FOLDER`."
            )

    def _empty(self) -> CollectionError:
        return CollectionError(
            f"There are no articles in {self.folder} yet. Add some with `onrecord add PATH`, "
            "or the demonstration with `onrecord add --demo`; another folder is named by --index."
        )

    def require_articles(self) -> None:
        """Raises CollectionError where there is nothing to search."""
        if self.catalog.passage_count() == 0:
            raise self._empty()

    def article(self, id_or_source: str) -> Article:
        """The article with that id, or the beginning of one, or that source. Raises CollectionError without one."""
        articles = self.catalog.articles()
        sources = {id_or_source, os.path.realpath(id_or_source)}
        found = [article for article in articles if article.id == id_or_source or article.source in sources]
        found = found or [article for article in articles if id_or_source and article.id.startswith(id_or_source)]
        if len(found) == 1:
            return found[0]
        problem = f"{len(found)} articles have ids that begin so" if found else "no article has this id or path"
        raise CollectionError(f"{id_or_source!r}: {problem}. See the ids with `onrecord list`.")

    def nearest(self, question: str, count: int, article: str | None = None) -> list[Passage]:
        """The `count` passages nearest to the question in meaning, nearest first.

        `article` is the id of one to keep to.
        """
        vector = self.embedder.encode([question], threads=1)[0]
        with self._reading:
            self._notice_other_writers()
            ids = self.vectors.nearest(vector, count, self.catalog.version(article) if article else None)
        return self.catalog.passages(ids)

    def matching(self, words: list[str], count: int, article: str | None = None) -> list[Passage]:
        """The `count` passages that match the words best by BM25, best first; `article` as for `nearest`."""
        return self.catalog.passages(self.catalog.matching(words, count, article))

    @contextmanager
    def writing(self) -> Iterator[None]:
        """The right to write, which one process has at a time. Vectors that no article wants are removed."""
        lock = self._lock()
        try:
            Catalog(self._path).create({"embedding_model": self.embedder.name, "splitter": SPLITTER})
            with self._reading:
                self._notice_other_writers()
            self._sweep()
            try:
                yield
            finally:
                self._sweep()
                self._generation = self.catalog.fact("generation")
        finally:
            lock.release()

    def _lock(self) -> FileLock:
        lock = FileLock(self.folder / "write.lock")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            lock.acquire(timeout=0)
        except Timeout as error:
            raise CollectionError(
                f"Another process is writing to {self.folder}. Wait until it is done, then try again."
            ) from error
        except OSError as error:
            raise CollectionError(
                f"{self.folder} can't be written: {error.strerror}. Name another with --index."
            ) from error
        return lock

    def _notice_other_writers(self) -> None:
        vectors, generation = self.vectors, self.catalog.fact("generation")
        if generation != self._generation:
            vectors.reopen()
            self._generation = generation

    def _sweep(self) -> None:
        for version in self.catalog.unwanted_versions():
            self.vectors.remove(version)
            self.catalog.forget_version(version)
