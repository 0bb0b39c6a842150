"""A collection of articles in a folder: its catalog and its vectors, opened together and kept in step."""

import math
import os
import sys
import threading
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from pathlib import Path

from filelock import FileLock, Timeout

from index.article import EVERYTHING, Article, Filter, Passage
from index.embedding.embedder import Embedder, Vectors
from index.errors import CollectionError
from index.remarks.parser import Parser
from index.storage.catalog import Catalog
from index.storage.lexical_index import LexicalIndex
from index.storage.publishing import PendingArticle
from index.storage.source_register import SourceRegister
from index.storage.vectors import VectorStore
from index.text.sentences import SPLITTER

OVERFETCH = 1.4
"""Ask Chroma for this many times the passages that a filter is expected to leave, because asking twice takes longer."""


class Collection:
    """The articles in a folder. Opening is lazy: nothing is read, created or loaded before it is needed.

    With `chroma_url` the vectors are on a Chroma server. `catalog` raises CollectionError if there is no index yet, or
    one that this program can't use.
    """

    def __init__(self, folder: Path, embedder: Embedder, chroma_url: str = "", parser: Parser | None = None) -> None:
        self.folder = folder.resolve()  # Chroma takes two names of one folder for two folders
        self.embedder = embedder
        self.parser = parser
        self._chroma_url = chroma_url
        self._reading = threading.Lock()
        self._generation: str | None = None
        self._is_writing = False

    @cached_property
    def catalog(self) -> Catalog:
        """The catalog of the index. Raises CollectionError if there is none, or it needs another model or splitter."""
        catalog = self.stored_catalog()
        self._check(catalog, "embedding_model", self.embedder.name, "set ONRECORD_EMBEDDING_MODEL to it")
        self._check(catalog, "splitter", SPLITTER, "use the version of onrecord that made it")
        return catalog

    def stored_catalog(self) -> Catalog:
        """Return the catalog, whatever embedding model and splitter it was made with."""
        catalog = Catalog(self.catalog_path) if self.catalog_path.exists() else None
        if catalog is None or not catalog.exists:
            raise self._empty()
        return catalog

    @cached_property
    def lexical(self) -> LexicalIndex:
        """The index of words."""
        return LexicalIndex(self.catalog.path)

    @cached_property
    def register(self) -> SourceRegister:
        """Where the articles came from."""
        return SourceRegister(self.catalog.path)

    @cached_property
    def vectors(self) -> VectorStore:
        """The vectors that the catalog names."""
        self._generation = self.catalog.fact("generation")
        return self.vector_store(str(self.catalog.fact("vectors")), new=not self.catalog.passage_ids(most=1))

    def vector_store(self, name: str, *, new: bool) -> VectorStore:
        """Return the vectors of this name, which are created if they are `new`."""
        return VectorStore(self.folder / "chroma", name, self._chroma_url, new=new)

    def embed(self, ids: Sequence[str], texts: Sequence[str], store: VectorStore) -> None:
        """Add the vectors of texts to the store. All processors work, because nobody waits for an answer."""
        store.add(ids, self.embedder.encode(texts, threads=os.cpu_count() or 1))

    def with_remarks(self, entries: Sequence[PendingArticle]) -> list[PendingArticle]:
        """Return the entries with their remarks, or as they are if there is no parser."""
        if self.parser is None:
            return list(entries)
        from index.remarks.article_remarks import find_remarks  # loads spaCy

        given = [(entry.draft.title, entry.draft.full_text, entry.sentences) for entry in entries]
        found = find_remarks(given, self.parser)
        return [replace(entry, remarks=remarks) for entry, remarks in zip(entries, found, strict=True)]

    def close(self) -> None:
        """Close everything, so that the next use opens what is in the folder by then."""
        if "vectors" in self.__dict__:
            self.vectors.close()
        for name in ("catalog", "vectors", "lexical", "register"):
            self.__dict__.pop(name, None)

    @property
    def catalog_path(self) -> Path:
        """The file of the catalog."""
        return self.folder / "catalog.db"

    def _check(self, catalog: Catalog, name: str, ours: str, remedy: str) -> None:
        theirs = catalog.fact(name)
        if theirs != ours:
            raise CollectionError(
                f"The index in {self.folder} was made with the {name.replace('_', ' ')} {theirs!r}, not {ours!r}. "
                f"Either {remedy}, or rebuild it with `onrecord rebuild`."
            )

    def _empty(self) -> CollectionError:
        return CollectionError(
            f"There are no articles in {self.folder} yet. Add some with `onrecord add PATH`, "
            "or the demonstration with `onrecord add --demo`; another folder is named by --index."
        )

    def require_articles(self) -> None:
        """Raise CollectionError if there is nothing to search."""
        if not self.catalog.passage_ids(most=1):
            raise self._empty()

    def article(self, id_or_source: str) -> Article:
        """Return the article with this id, beginning of an id, or source. Raises CollectionError if it isn't there."""
        articles = self.catalog.find_articles(id_or_source, {id_or_source, os.path.realpath(id_or_source)})
        exact = [each for each in articles if id_or_source == each.id or not each.id.startswith(id_or_source)]
        articles = exact or articles
        if len(articles) == 1:
            return articles[0]
        problem = f"{len(articles)} ids begin with this" if articles else "no article has this id or path"
        raise CollectionError(f"{id_or_source!r}: {problem}. See the ids with `onrecord list`.")

    def nearest(self, question: str, count: int, filter: Filter = EVERYTHING) -> list[Passage]:
        """Return the `count` passages nearest to the question in meaning that pass the filter, nearest first."""
        vector = self.embedder.encode([question], threads=1)[0]
        while True:
            name = self.catalog.fact("vectors")
            try:
                with self._reading:
                    self._notice_other_writers()
                    cosines = self._nearest(vector, count, filter)
                    passages = self.catalog.passages(list(cosines))
            except CollectionError:
                if self.catalog.fact("vectors") == name:
                    raise
            else:
                if self.catalog.fact("vectors") == name:
                    return [replace(passage, cosine=cosines[passage.id]) for passage in passages]
            # `rebuild` has replaced the vectors meanwhile.

    def _nearest(self, vector: Vectors, count: int, filter: Filter) -> dict[str, float]:
        """Return the cosines of the nearest passages by id: of all that pass the filter if they are few enough."""
        asked = count
        if filter != EVERYTHING:
            chosen, all_ = self.catalog.article_counts(filter)
            asked = math.ceil(OVERFETCH * count * all_ / max(chosen, 1))
            few = asked // self.vectors.cost_of_reading
            ids = self.catalog.passage_ids(filter, most=few + 1)
            if len(ids) <= few:
                return _nearest_of(self.vectors.get(ids), vector, count)
        while True:
            near = self.vectors.nearest(vector, asked)
            # This also leaves out vectors whose article isn't published yet, or not any more.
            passing = self.catalog.filter_passages(list(near), filter)
            if len(passing) >= count or len(near) < asked:
                return {passage_id: near[passage_id] for passage_id in passing[:count]}
            asked *= 4

    def matching(self, words: list[str], count: int, filter: Filter = EVERYTHING) -> list[Passage]:
        """Return the `count` passages that pass the filter and match the words best by BM25, best first."""
        return self.catalog.passages(self.lexical.matching(words, count, filter))

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the right to write, which one process has at a time. Vectors that belong to no article are removed."""
        with self.locked():
            facts = {"embedding_model": self.embedder.name, "splitter": SPLITTER, "vectors": new_name()}
            Catalog(self.catalog_path).create(facts)
            with self._reading:
                self._notice_other_writers()
                self._is_writing = True
            try:
                self._sweep()
                yield
                self._sweep()
            finally:
                self._generation = self.catalog.fact("generation")
                self._is_writing = False

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the write lock of the folder."""
        lock = FileLock(self.folder / "write.lock")
        writer = self.folder / "writer"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            lock.acquire(timeout=0)
        except Timeout as error:
            raise CollectionError(
                f"{self.folder} is being written by {_who(writer)}. Wait until that is done, then try again."
            ) from error
        except OSError as error:
            raise self._unwritable(error) from error
        try:
            try:
                writer.write_text(f"process {os.getpid()} ({_command()}, since {datetime.now():%H:%M})", "utf-8")
            except OSError as error:
                raise self._unwritable(error) from error
            yield
        finally:
            writer.unlink(missing_ok=True)
            lock.release()

    def _unwritable(self, error: OSError) -> CollectionError:
        return CollectionError(
            f"{self.folder} can't be written: {error.strerror}. "
            "Free disk space or grant write permission, or name another folder with --index."
        )

    def drop_unwanted_vectors(self) -> None:
        """Remove the vectors that a broken off `rebuild` has made, or that a finished one has replaced."""
        for name in self.catalog.unwanted_vectors():
            self.vectors.drop(name)
            self.catalog.forget_vectors(name)

    def _notice_other_writers(self) -> None:
        if self._is_writing:
            return
        vectors, generation = self.vectors, self.catalog.fact("generation")
        if generation != self._generation:
            name = str(self.catalog.fact("vectors"))
            if name == vectors.name:
                vectors.reopen()
            else:  # made by `rebuild`, perhaps with another model
                self.close()
                _ = self.vectors
            self._generation = generation

    def _sweep(self) -> None:
        unwanted = self.catalog.unwanted_passages()
        self.vectors.remove(unwanted)
        self.catalog.forget_passages(unwanted)


def _nearest_of(vectors: dict[str, Vectors], vector: Vectors, count: int) -> dict[str, float]:
    """Return the cosines of the `count` vectors nearest to `vector`, by id, nearest first."""
    cosines = {passage_id: float(other @ vector) for passage_id, other in vectors.items()}
    return dict(sorted(cosines.items(), key=lambda item: -item[1])[:count])


def new_name() -> str:
    """Return a name for vectors that no other index on a Chroma server has."""
    return f"onrecord-{uuid.uuid4().hex[:12]}"


def _who(writer: Path) -> str:
    try:
        return writer.read_text("utf-8", "replace")[:200] or "another process"
    except OSError:
        return "another process"


def _command() -> str:
    return " ".join([Path(sys.argv[0]).name, *sys.argv[1:2]])
