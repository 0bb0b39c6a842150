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

COST_OF_READING, COST_OF_READING_FROM_SERVER = 5, 20
"""Reading a vector by its id takes as long as finding this many neighbours: 24 and 4 µs, from a server 97 and 5 µs."""

NEIGHBOURS_LOOKED_AT = 200
"""Among 30,000 passages 0.993 of the nearest 30 are found so, and 0.979 with Chroma's 100 (see LOG.md)."""


class VectorStore:
    """A Chroma collection of passage vectors; the texts are in the catalog.

    Embedded, two processes that write one folder lose vectors, and a reader doesn't see what another process writes:
    the caller has one process write at a time, and calls `reopen` where another one has written. A server is asked at
    each call, so that it may go away and come back.
    """

    def __init__(self, folder: Path, name: str, url: str = "", *, new: bool = False) -> None:
        """Opens the vectors of that name; where there are none, they are made if they are `new`, or else lost."""
        self.name, self._folder, self._url = name, folder, url
        with self._trouble_told():
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
    def _trouble_told(self) -> Iterator[None]:
        """Tells in a CollectionError when the server is away, or the disk is at fault."""
        try:
            yield
        except NotFoundError as error:
            raise LostVectorsError(
                f"The vectors that the index needs are gone from {self._url or self._folder}. "
                "Put a backup in their place, or make them anew with `onrecord doctor`."
            ) from error
        except (ChromaError, httpx.HTTPError, ValueError) as error:
            problem = " ".join(str(error).split())[:300] or type(error).__name__
            if self._url:
                raise CollectionError(
                    f"The Chroma server at {self._url} doesn't answer as it should ({problem}). "
                    "Start it (`chroma run`), or see ONRECORD_CHROMA_URL."
                ) from error
            raise LostVectorsError(
                f"The vectors in {self._folder} can't be read or written ({problem}). See to room and rights on the "
                "disk, then run `onrecord doctor`. Where that doesn't help, move that folder away, and run it again."
            ) from error

    def reopen(self) -> None:
        """Shows what other processes have written since."""
        if not self._url:
            with self._trouble_told():
                self._client.close()
                self._open(new=False)

    def close(self) -> None:
        """Lets go of them: of two open at once in a process, neither sees what other processes write."""
        self._client.close()

    def add(self, ids: Sequence[str], vectors: Vectors) -> None:
        """Adds vectors of length 1, `(ids, dimensions)`, in the place of those with the same ids."""
        with self._trouble_told():
            for first in range(0, len(ids), self._batch):
                batch = slice(first, first + self._batch)
                self._collection.upsert(ids=list(ids[batch]), embeddings=vectors[batch])

    def remove(self, ids: Sequence[str]) -> None:
        """Removes the vectors with those ids, as far as they are there."""
        with self._trouble_told():
            for first in range(0, len(ids), self._batch):
                self._collection.delete(ids=list(ids[first : first + self._batch]))

    def get(self, ids: Sequence[str]) -> dict[str, Vectors]:
        """The vectors with those ids, as far as they are there."""
        found: dict[str, Vectors] = {}
        with self._trouble_told():
            for first in range(0, len(ids), VECTORS_AT_ONCE):
                some = self._collection.get(ids=list(ids[first : first + VECTORS_AT_ONCE]), include=["embeddings"])
                found |= zip(some["ids"], np.asarray(some["embeddings"], dtype=np.float32), strict=True)
        return found

    def nearest(self, vector: Vectors, count: int) -> dict[str, float]:
        """The cosines of the `count` passages nearest by cosine, by their ids, nearest first."""
        with self._trouble_told():
            found = self._collection.query(query_embeddings=vector[None], n_results=count, include=["distances"])
        distances = found["distances"] or [[]]
        return {found_id: 1 - distance for found_id, distance in zip(found["ids"][0], distances[0], strict=True)}

    def count(self) -> int:
        """How many vectors there are."""
        with self._trouble_told():
            return self._collection.count()

    def ids(self) -> Iterator[list[str]]:
        """The ids of all vectors, some thousands at a time. Raises LostVectorsError where one can't be read."""
        offset = 0
        while True:
            with self._trouble_told():
                found = self._collection.get(limit=VECTORS_AT_ONCE, offset=offset, include=["embeddings"])["ids"]
            if not found:
                return
            yield found
            offset += len(found)

    def drop(self, name: str) -> None:
        """Removes all vectors of that name, if there are any."""
        with self._trouble_told(), suppress(NotFoundError):
            self._client.delete_collection(name)
        if not self._url:
            self._remove_left_files()

    def _remove_left_files(self) -> None:
        """Chroma leaves a deleted collection's files where they are."""
        with closing(sqlite3.connect(self._folder / "chroma.sqlite3")) as database:
            known = {row[0] for row in database.execute("SELECT id FROM segments")}
        for folder in self._folder.iterdir():
            if folder.is_dir() and folder.name not in known:
                shutil.rmtree(folder)


def _settings() -> ChromaSettings:
    """Of each client its own: Chroma writes addresses and folders into them."""
    return ChromaSettings(anonymized_telemetry=False)


def _embedded(folder: Path) -> ClientAPI:
    try:
        return chromadb.PersistentClient(path=str(folder), settings=_settings())
    except ChromaError:
        SharedSystemClient.clear_system_cache()  # or the next try would get the one that couldn't start
        raise
