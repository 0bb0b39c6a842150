"""The vectors of passages, in Chroma."""

from collections.abc import Sequence
from pathlib import Path
from typing import cast

import chromadb
from chromadb.api.client import Client
from chromadb.config import Settings as ChromaSettings

from index.embed import Vectors

_SETTINGS = ChromaSettings(anonymized_telemetry=False)


class VectorStore:
    """A Chroma collection of passage vectors in a folder; the texts are in the catalog.

    Two processes that write one folder lose vectors, and a reader doesn't see what another process writes:
    the caller has one process write at a time, and calls `reopen` where another one has written.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._open()

    def _open(self) -> None:
        self._client = cast(Client, chromadb.PersistentClient(path=str(self._folder), settings=_SETTINGS))
        self._batch = self._client.get_max_batch_size()
        self._collection = self._client.get_or_create_collection(
            "passages", embedding_function=None, configuration={"hnsw": {"space": "cosine"}}
        )

    def reopen(self) -> None:
        """Shows what other processes have written since."""
        self._client.close()
        self._open()

    def add(self, ids: Sequence[str], versions: Sequence[str], vectors: Vectors) -> None:
        """Adds vectors of length 1, `(ids, dimensions)`, each as belonging to a version of an article."""
        for first in range(0, len(ids), self._batch):
            batch = slice(first, first + self._batch)
            self._collection.upsert(
                ids=list(ids[batch]),
                embeddings=vectors[batch],
                metadatas=[{"version": version} for version in versions[batch]],
            )

    def remove(self, version: str) -> None:
        """Removes all vectors of a version of an article."""
        self._collection.delete(where={"version": version})

    def nearest(self, vector: Vectors, count: int, version: str | None = None) -> list[str]:
        """The ids of the `count` passages nearest by cosine, nearest first; of all, or of a version of an article."""
        where: chromadb.Where | None = {"version": version} if version else None
        found = self._collection.query(query_embeddings=vector[None], n_results=count, where=where, include=[])
        return found["ids"][0]
