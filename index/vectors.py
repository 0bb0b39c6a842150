"""The vectors of passages, in Chroma: embedded, or a Chroma server."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

import chromadb
import httpx
import numpy as np
from chromadb.api.client import Client
from chromadb.config import Settings as ChromaSettings
from chromadb.errors import ChromaError

from index.embed import Vectors
from index.errors import CollectionError

_SETTINGS = ChromaSettings(anonymized_telemetry=False)

IDS_AT_ONCE = 10_000


class VectorStore:
    """A Chroma collection of passage vectors; the texts are in the catalog.

    Embedded, two processes that write one folder lose vectors, and a reader doesn't see what another process writes:
    the caller has one process write at a time, and calls `reopen` where another one has written. A server is asked at
    each call, so that it may go away and come back.
    """

    def __init__(self, folder: Path, name: str, url: str = "") -> None:
        self.name, self._folder, self._url = name, folder, url
        with self._trouble_told():
            self._open()

    def _open(self) -> None:
        if self._url:
            address = urlsplit(self._url)
            port = address.port or (443 if address.scheme == "https" else 80)
            client = chromadb.HttpClient(
                host=address.hostname or "", port=port, ssl=address.scheme == "https", settings=_SETTINGS
            )
        else:
            client = chromadb.PersistentClient(path=str(self._folder), settings=_SETTINGS)
        self._client = cast(Client, client)
        self._batch = self._client.get_max_batch_size()
        self._collection = self._client.get_or_create_collection(
            self.name, embedding_function=None, configuration={"hnsw": {"space": "cosine"}}
        )

    @contextmanager
    def _trouble_told(self) -> Iterator[None]:
        """Tells in a CollectionError when the server is away, or the disk is at fault."""
        try:
            yield
        except (ChromaError, httpx.HTTPError, ValueError) as error:
            problem = " ".join(str(error).split())[:300] or type(error).__name__
            if self._url:
                raise CollectionError(
                    f"The Chroma server at {self._url} doesn't answer as it should ({problem}). "
                    "Start it (`chroma run`), or see ONRECORD_CHROMA_URL."
                ) from error
            raise CollectionError(
                f"The vectors in {self._folder} can't be read or written ({problem}). See to room and rights on the "
                "disk, then run `onrecord doctor`."
            ) from error

    def reopen(self) -> None:
        """Shows what other processes have written since."""
        if not self._url:
            with self._trouble_told():
                self._client.close()
                self._open()

    def add(self, ids: Sequence[str], versions: Sequence[str], vectors: Vectors) -> None:
        """Adds vectors of length 1, `(ids, dimensions)`, each as belonging to a version of an article."""
        with self._trouble_told():
            for first in range(0, len(ids), self._batch):
                batch = slice(first, first + self._batch)
                self._collection.upsert(
                    ids=list(ids[batch]),
                    embeddings=vectors[batch],
                    metadatas=[{"version": version} for version in versions[batch]],
                )

    def remove(self, version: str) -> None:
        """Removes all vectors of a version of an article."""
        with self._trouble_told():
            self._collection.delete(where={"version": version})

    def discard(self, ids: Sequence[str]) -> None:
        """Removes vectors by their ids."""
        with self._trouble_told():
            for first in range(0, len(ids), self._batch):
                self._collection.delete(ids=list(ids[first : first + self._batch]))

    def nearest(self, vector: Vectors, count: int) -> list[str]:
        """The ids of the `count` passages nearest by cosine, nearest first."""
        with self._trouble_told():
            found = self._collection.query(query_embeddings=vector[None], n_results=count, include=[])
        return found["ids"][0]

    def nearest_of(self, vector: Vectors, count: int, ids: Sequence[str]) -> list[str]:
        """The same among the passages with those ids, compared one by one."""
        with self._trouble_told():
            found = self._collection.get(ids=list(ids), include=["embeddings"])
        if not found["ids"]:
            return []
        order = np.argsort(-(np.asarray(found["embeddings"]) @ vector), kind="stable")
        return [found["ids"][at] for at in order[:count]]

    def count(self) -> int:
        """How many vectors there are."""
        with self._trouble_told():
            return self._collection.count()

    def ids(self) -> Iterator[list[str]]:
        """The ids of all vectors, some thousands at a time."""
        offset = 0
        while True:
            with self._trouble_told():
                found = self._collection.get(limit=IDS_AT_ONCE, offset=offset, include=[])["ids"]
            if not found:
                return
            yield found
            offset += len(found)

    def drop(self) -> None:
        """Removes all vectors, and their collection."""
        with self._trouble_told():
            self._client.delete_collection(self.name)
