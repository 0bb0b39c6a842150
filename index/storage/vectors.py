"""The vectors of passages, in Chroma: embedded, or a Chroma server."""

import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

import chromadb
import httpx
import numpy as np
from chromadb.api import ClientAPI
from chromadb.api.client import Client
from chromadb.api.shared_system_client import SharedSystemClient
from chromadb.config import Settings as ChromaSettings
from chromadb.errors import ChromaError, NotFoundError

from index.embedding.embedder import Vectors
from index.errors import CollectionError, LostVectorsError

VECTORS_AT_ONCE = 2_000
"""Vectors read by one call: Chroma holds them all in memory, and refuses more than 32,766."""

COST_OF_READING, COST_OF_READING_FROM_SERVER = 5, 20
"""Reading a vector by its id takes as long as finding this many neighbours: 24 and 4 µs, from a server 97 and 5 µs."""

NEIGHBOURS_LOOKED_AT = 200
"""Chroma's `ef_search`: finds 0.993 of the nearest 30 among 30,000 passages, its default of 100 0.979
(docs/log/storage.md)."""


class VectorStore:
    """A Chroma collection of passage vectors; the texts are in the catalog.

    With embedded Chroma, two processes that write to one folder lose vectors, and a reader doesn't see what another
    process writes: the caller lets one process write at a time, and calls `reopen` after another one has written. A
    server is asked at each call, so it may go away and come back.
    """

    def __init__(self, folder: Path, name: str, url: str = "", *, new: bool = False) -> None:
        """Open the collection of this name. Where there is none, a `new` one is made, or LostVectorsError raised."""
        self.name, self._folder, self._url = name, folder, url
        with self._clear_errors():
            self._open(new)

    @property
    def cost_of_reading(self) -> int:
        """Reading a vector by its id takes as long as finding this many neighbours."""
        return COST_OF_READING_FROM_SERVER if self._url else COST_OF_READING

    def _open(self, new: bool) -> None:
        if self._url:
            address = urlsplit(self._url)
            port = address.port or (443 if address.scheme == "https" else 80)
            client = chromadb.HttpClient(
                host=address.hostname or "", port=port, ssl=address.scheme == "https", settings=_settings()
            )
        else:
            client = _embedded(self._folder)
        self._client = cast(Client, client)
        try:
            self._batch = self._client.get_max_batch_size()
            if new:
                self._collection = self._client.get_or_create_collection(
                    self.name,
                    embedding_function=None,
                    configuration={"hnsw": {"space": "cosine", "ef_search": NEIGHBOURS_LOOKED_AT}},
                )
            else:
                self._collection = self._client.get_collection(self.name, embedding_function=None)
        except BaseException:
            self._client.close()
            raise

    @contextmanager
    def _clear_errors(self) -> Iterator[None]:
        """Raise a CollectionError that says what to do when the server is away or the disk fails."""
        try:
            yield
        except NotFoundError as error:
            raise LostVectorsError(
                f"The vectors that the index needs are gone from {self._url or self._folder}. "
                "Put a backup in their place, or rebuild them with `onrecord doctor`."
            ) from error
        except (ChromaError, httpx.HTTPError, sqlite3.DatabaseError, ValueError) as error:
            problem = " ".join(str(error).split())[:300] or type(error).__name__
            if self._url:
                raise CollectionError(
                    f"The Chroma server at {self._url} doesn't answer as it should ({problem}). "
                    "Start it (`chroma run`), or correct ONRECORD_CHROMA_URL."
                ) from error
            raise LostVectorsError(
                f"The vectors in {self._folder} can't be read or written ({problem}). Check free space and permissions "
                "on disk, then run `onrecord doctor`. Where that doesn't help, move that folder away, and run it again."
            ) from error

    def reopen(self) -> None:
        """Read what other processes have written since the vectors were opened."""
        if not self._url:
            with self._clear_errors():
                self._client.close()
                self._open(new=False)

    def close(self) -> None:
        """Close the vectors. Of two stores open in one process, neither sees what other processes write."""
        self._client.close()

    def add(self, ids: Sequence[str], vectors: Vectors) -> None:
        """Add vectors of length 1, `(ids, dimensions)`, or replace those with the same ids."""
        with self._clear_errors():
            for first in range(0, len(ids), self._batch):
                batch = slice(first, first + self._batch)
                self._collection.upsert(ids=list(ids[batch]), embeddings=vectors[batch])

    def remove(self, ids: Sequence[str]) -> None:
        """Remove the vectors with these ids; ids without one are ignored."""
        with self._clear_errors():
            for first in range(0, len(ids), self._batch):
                self._collection.delete(ids=list(ids[first : first + self._batch]))

    def get(self, ids: Sequence[str]) -> dict[str, Vectors]:
        """Return the vectors with these ids; ids without one are left out."""
        vectors: dict[str, Vectors] = {}
        with self._clear_errors():
            for first in range(0, len(ids), VECTORS_AT_ONCE):
                batch = self._collection.get(ids=list(ids[first : first + VECTORS_AT_ONCE]), include=["embeddings"])
                vectors |= zip(batch["ids"], np.asarray(batch["embeddings"], dtype=np.float32), strict=True)
        return vectors

    def nearest(self, vector: Vectors, count: int) -> dict[str, float]:
        """Return the cosines of the `count` passages nearest to `vector`, by their ids, nearest first."""
        with self._clear_errors():
            result = self._collection.query(query_embeddings=vector[None], n_results=count, include=["distances"])
        distances = result["distances"] or [[]]
        return {id_: 1 - distance for id_, distance in zip(result["ids"][0], distances[0], strict=True)}

    def count(self) -> int:
        """Return how many vectors there are."""
        with self._clear_errors():
            return self._collection.count()

    def ids(self) -> Iterator[list[str]]:
        """Yield the ids of all vectors in batches. Raises LostVectorsError if a vector can't be read."""
        offset = 0
        while True:
            with self._clear_errors():
                ids = self._collection.get(limit=VECTORS_AT_ONCE, offset=offset, include=["embeddings"])["ids"]
            if not ids:
                return
            yield ids
            offset += len(ids)

    def drop(self, name: str) -> None:
        """Remove all vectors of the collection of this name, if there is one."""
        with self._clear_errors():
            own = set() if self._url else self._segments(name)
            with suppress(NotFoundError):
                self._client.delete_collection(name)
            if not self._url:
                self._tidy(own)

    def _tidy(self, dropped: set[str]) -> None:
        """Remove the folders of a dropped collection, which Chroma leaves, and move those aside that aren't known."""
        known = self._segments()
        for folder in [each for each in self._folder.iterdir() if each.is_dir() and each.name not in known]:
            if folder.name in dropped:
                shutil.rmtree(folder)
            else:
                self.left_over.mkdir(exist_ok=True)
                shutil.move(folder, self.left_over / folder.name)

    def _segments(self, name: str | None = None) -> set[str]:
        """Return the folders that Chroma's tables list, or those of the collection of this name."""
        query = "SELECT segments.id FROM segments JOIN collections ON collections.id = segments.collection"
        with closing(sqlite3.connect(self._folder / "chroma.sqlite3")) as database:
            if name is None:
                rows = database.execute("SELECT id FROM segments").fetchall()
            else:
                rows = database.execute(f"{query} WHERE collections.name = ?", (name,)).fetchall()
        return {row[0] for row in rows}

    @property
    def left_over(self) -> Path:
        """The folder for what was in Chroma's folder without being known to Chroma."""
        return self._folder.with_name(f"{self._folder.name}-left-over")


def _settings() -> ChromaSettings:
    """Return new settings for each client, because Chroma writes addresses and folders into them."""
    return ChromaSettings(anonymized_telemetry=False)


def _embedded(folder: Path) -> ClientAPI:
    try:
        return chromadb.PersistentClient(path=str(folder), settings=_settings())
    except ChromaError:
        SharedSystemClient.clear_system_cache()  # or the next attempt would get the client that couldn't start
        raise
