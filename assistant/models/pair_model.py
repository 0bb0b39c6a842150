"""Runs a model of ours that reads a pair of texts: an ONNX file in eight bits, on the CPU."""

import os
import re
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

MODELS = Path(str(files("assistant.models")))
"""The folder of the models and of `tokenizer.json`, which they share; MODEL_CARD.md describes them."""

WINDOW = 320
"""Tokens that are read at once, both texts together; a longer second text is read in windows, as in training."""

OVERLAP = 96
"""Tokens of the second text that two neighbouring windows share. Not measured."""

_SURROGATE = re.compile("[\ud800-\udfff]")

Array = NDArray[np.float32]
T = TypeVar("T")
R = TypeVar("R")


class PairModel:
    """A model of pairs of texts. It is loaded at its first use; threads may share it."""

    def __init__(self, file: Path, threads: int | None = None) -> None:
        self._file = file
        self._threads = ThreadPoolExecutor(threads or os.cpu_count() or 1, thread_name_prefix=file.stem)

    def windows(self, first: str, second: str) -> list[Encoding]:
        """Return the windows over the second text, each with the first text's tokens before."""
        encoding = self._tokenizer.encode(_SURROGATE.sub("?", first), _SURROGATE.sub("?", second))
        return [encoding, *encoding.overflowing]

    def shortened(self, text: str, tokens: int) -> str:
        """Return the beginning of the text that has at most this many tokens."""
        text = _SURROGATE.sub("?", text)
        offsets = self._long_tokenizer.encode(text, add_special_tokens=False).offsets[:tokens]
        return text[: offsets[-1][1]] if offsets else ""

    def outputs(self, window: Encoding) -> list[Array]:
        """Return the model's outputs for one window."""
        # One window needs no padding and so no mask; a mask took a third of the time when ten windows were one batch.
        inputs = {"input_ids": [window.ids], "token_type_ids": [window.type_ids]}
        found = self._session.run(None, {name: np.array(ids) for name, ids in inputs.items()})
        return [output[0] for output in found]

    def in_parallel(self, work: Callable[[T], R], items: Iterable[T]) -> list[R]:
        """Return what `work` makes of each item; the items are shared among the model's threads."""
        return list(self._threads.map(work, items))

    @cached_property
    def metadata(self) -> dict[str, str]:
        """The texts that were stored in the file with the weights."""
        return dict(self._session.get_modelmeta().custom_metadata_map)

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        tokenizer = Tokenizer.from_file(str(self._file.parent / "tokenizer.json"))
        tokenizer.no_padding()
        tokenizer.enable_truncation(WINDOW, stride=OVERLAP, strategy="only_second")
        return tokenizer

    @cached_property
    def _long_tokenizer(self) -> Tokenizer:
        tokenizer = Tokenizer.from_file(str(self._file.parent / "tokenizer.json"))
        tokenizer.no_padding()
        tokenizer.no_truncation()
        return tokenizer

    @cached_property
    def _session(self) -> "InferenceSession":
        from onnxruntime import InferenceSession, SessionOptions

        options = SessionOptions()
        # ONNX Runtime keeps a plan and an arena for each window length: 680 MB after 160 questions.
        options.enable_mem_pattern = options.enable_cpu_mem_arena = False
        # Windows run in parallel instead: 105 ms, against 126 with two threads for each window.
        options.intra_op_num_threads = 1
        return InferenceSession(str(self._file), options, providers=["CPUExecutionProvider"])
