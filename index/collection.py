"""A collection of articles in a folder: its catalog and its vectors, opened together and kept in step."""

import os
import sys
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property
from pathlib import Path

from filelock import FileLock, Timeout

from index.catalog import Catalog
from index.embed import Embedder, Vectors
from index.errors import CollectionError
from index.lexical import LexicalIndex
from index.records import EVERYTHING, Article, Filter, Passage
from index.register import Register
from index.split import SPLITTER
from index.vectors import VectorStore

FEW = 2_000
"""Among so many passages that a filter lets through, each is compared; among more, neighbours are filtered."""


class Collection:
    """The articles in a folder. Opening is lazy: nothing is read, made or loaded before it is needed.

    With `chroma_url` the vectors are on a Chroma server. `catalog` raises CollectionError where there is no index yet,
    or one that this program can't use.
    """

    def __init__(self, folder: Path, embedder: Embedder, chroma_url: str = "") -> None:
        self.folder = folder.resolve()  # Chroma tells folders apart by their names as given
        self.embedder = embedder
        self._chroma_url = chroma_url
        self._reading = threading.Lock()
        self._generation: str | None = None

    @cached_property
    def catalog(self) -> Catalog:
        """The catalog of an index that exists."""
        catalog = self.stored_catalog()
        self._check(catalog, "embedding_model", self.embedder.name, "set ONRECORD_EMBEDDING_MODEL to it")
        self._check(catalog, "splitter", SPLITTER, "use the version of onrecord that made it")
        return catalog

    def stored_catalog(self) -> Catalog:
        """The same, whatever embedding model and splitter it was made with."""
        catalog = Catalog(self._path) if self._path.exists() else None
        if catalog is None or not catalog.exists:
            raise self._empty()
        return catalog

    @cached_property
    def lexical(self) -> LexicalIndex:
        """Its words."""
        return LexicalIndex(self.catalog.path)

    @cached_property
    def register(self) -> Register:
        """Where its articles came from."""
        return Register(self.catalog.path)

    @cached_property
    def vectors(self) -> VectorStore:
        """The vectors of an index that exists."""
        self._generation = self.catalog.fact("generation")
        return self.vector_store(str(self.catalog.fact("vectors")))

    def vector_store(self, name: str) -> VectorStore:
        """The vectors of that name, which are made where there are none."""
        return VectorStore(self.folder / "chroma", name, self._chroma_url)

    @property
    def threads(self) -> int:
        """With which passages are embedded: all, where nobody waits for an answer."""
        return os.cpu_count() or 1

    def forget(self) -> None:
        """Opens catalog and vectors anew at their next use: they are others now."""
        for name in ("catalog", "vectors", "lexical", "register"):
            self.__dict__.pop(name, None)

    @property
    def _path(self) -> Path:
        return self.folder / "catalog.db"

    def _check(self, catalog: Catalog, name: str, ours: str, remedy: str) -> None:
        theirs = catalog.fact(name)
        if theirs != ours:
            raise CollectionError(
                f"The index in {self.folder} was made with the {name.replace('_', ' ')} {theirs!r}, not {ours!r}. "
                f"Either {remedy}, or make it anew from the articles in it: `onrecord rebuild`."
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
        found = self.catalog.named(id_or_source, {id_or_source, os.path.realpath(id_or_source)})
        exact = [article for article in found if id_or_source == article.id or not article.id.startswith(id_or_source)]
        found = exact or found
        if len(found) == 1:
            return found[0]
        problem = f"{len(found)} articles have ids that begin so" if found else "no article has this id or path"
        raise CollectionError(f"{id_or_source!r}: {problem}. See the ids with `onrecord list`.")

    def nearest(self, question: str, count: int, wanted: Filter = EVERYTHING) -> list[Passage]:
        """The `count` passages nearest to the question in meaning among those wanted, nearest first."""
        vector = self.embedder.encode([question], threads=1)[0]
        with self._reading:
            self._notice_other_writers()
            ids = self.vectors.nearest(vector, count) if wanted == EVERYTHING else self._wanted(vector, count, wanted)
        return self.catalog.passages(ids)

    def _wanted(self, vector: Vectors, count: int, wanted: Filter) -> list[str]:
        few = self.catalog.passage_ids(wanted, FEW + 1)
        if len(few) <= FEW:
            return self.vectors.nearest_of(vector, count, few)
        asked, everything = 4 * count, self.vectors.count()
        while True:
            found = self.catalog.let_through(self.vectors.nearest(vector, min(asked, everything)), wanted)
            if len(found) >= count or asked >= everything:
                return found[:count]
            asked *= 4

    def matching(self, words: list[str], count: int, wanted: Filter = EVERYTHING) -> list[Passage]:
        """The `count` passages that match the words best by BM25 among those wanted, best first."""
        return self.catalog.passages(self.lexical.matching(words, count, wanted))

    @contextmanager
    def writing(self) -> Iterator[None]:
        """The right to write, which one process has at a time. Vectors that no article wants are removed."""
        with self.locked():
            facts = {"embedding_model": self.embedder.name, "splitter": SPLITTER, "vectors": new_name()}
            Catalog(self._path).create(facts)
            with self._reading:
                self._notice_other_writers()
            self._sweep()
            try:
                yield
            finally:
                self._sweep()
                self._generation = self.catalog.fact("generation")

    @contextmanager
    def locked(self) -> Iterator[None]:
        """The lock alone: whoever has it may change anything in the folder."""
        lock = FileLock(self.folder / "write.lock")
        writer = self.folder / "writer"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            lock.acquire(timeout=0)
            writer.write_text(f"process {os.getpid()} ({_command()}, since {datetime.now():%H:%M})", "utf-8")
        except Timeout as error:
            who = writer.read_text("utf-8", "replace")[:200] if writer.exists() else "another process"
            raise CollectionError(
                f"{self.folder} is being written by {who}. Wait until that is done, then try again."
            ) from error
        except OSError as error:
            raise CollectionError(
                f"{self.folder} can't be written: {error.strerror}. Name another with --index."
            ) from error
        try:
            yield
        finally:
            writer.unlink(missing_ok=True)
            lock.release()

    def _notice_other_writers(self) -> None:
        vectors, generation = self.vectors, self.catalog.fact("generation")
        if generation != self._generation:
            name = str(self.catalog.fact("vectors"))
            if name == vectors.name:
                vectors.reopen()
            else:  # made anew by `rebuild`, perhaps with another model
                self.forget()
                _ = self.vectors
            self._generation = generation

    def _sweep(self) -> None:
        for version in self.catalog.unwanted_versions():
            self.vectors.remove(version)
            self.catalog.forget_version(version)


def new_name() -> str:
    """A name for vectors that no other index on a Chroma server has."""
    return f"onrecord-{uuid.uuid4().hex[:12]}"


def _command() -> str:
    return " ".join([Path(sys.argv[0]).name, *sys.argv[1:2]])
