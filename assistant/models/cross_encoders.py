"""Cross-encoders of the sentence-transformers library, used in place of our models where a setting names one."""

from collections.abc import Callable, Sequence
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from assistant.models.reading_model import Reader
from assistant.models.support_model import Judgement, SupportModel, judgement
from assistant.settings import NO_MODEL, OWN_MODEL
from index.errors import SettingsError

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

Relevance = Callable[[str, Sequence[str], Sequence[str]], list[float]]
"""Returns log odds that search should find each passage for a question, from question, passages and headlines."""

Judge = Callable[[Sequence[tuple[str, str]]], list[Judgement]]
"""Returns a judgement of each pair of evidence and statement."""

_LABELS = {"entailment": 0, "contradiction": 1, "neutral": 2}


def load_relevance(name: str, reader: Reader) -> Relevance | None:
    """Return what ranks passages by the setting `reranking_model`; None if they aren't re-ranked.

    A named model is loaded at its first use. Raises SettingsError then, if it can't be had or doesn't rank.
    """
    if name == NO_MODEL:
        return None
    return reader.relevance if name == OWN_MODEL else NamedModel(name).relevance


def load_judge(name: str) -> Judge | None:
    """Return what judges support by the setting `support_model`; None if rules alone do.

    A named model is loaded at its first use. Raises SettingsError then, if it can't be had or has other labels.
    """
    if name == NO_MODEL:
        return None
    return SupportModel().judge if name == OWN_MODEL else NamedModel(name).judge


class NamedModel:
    """A cross-encoder by its name or folder. It is loaded at its first use; threads take turns."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._lock = Lock()
        self._loaded: CrossEncoder | None = None

    def relevance(self, question: str, passages: Sequence[str], headlines: Sequence[str]) -> list[float]:
        """Return the model's score of each passage, which a logistic function turns into a probability."""
        pairs = [
            (question, f"{title}\n{passage}" if title else passage)
            for title, passage in zip(headlines, passages, strict=True)
        ]
        if not pairs:
            return []
        with self._lock:
            labels = self._config().num_labels
            if labels != 1:
                raise SettingsError(
                    f"ONRECORD_RERANKING_MODEL is {self._name!r}, which gives {labels} values for a passage. "
                    "Name a cross-encoder that gives one, the passage's relevance."
                )
            return [float(score) for score in self._logits(pairs)]

    def judge(self, pairs: Sequence[tuple[str, str]]) -> list[Judgement]:
        """Return a judgement of each pair of evidence and statement."""
        if not pairs:
            return []
        with self._lock:
            order = self._label_order()
            logits = self._logits(pairs)
        return [judgement(*(float(row[at]) for at in order)) for row in logits]

    def _logits(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float32]:
        from torch.nn import Identity

        return np.asarray(self._model().predict(list(pairs), activation_fn=Identity(), convert_to_numpy=True))

    def _label_order(self) -> list[int]:
        """Return the places of "entailment", "contradiction" and "neutral" among the model's labels."""
        named = {str(label).lower(): int(at) for at, label in self._config().id2label.items()}
        if set(named) != set(_LABELS):
            raise SettingsError(
                f"ONRECORD_SUPPORT_MODEL is {self._name!r}, whose labels are {', '.join(sorted(named))}. "
                "Name a cross-encoder with the labels entailment, contradiction and neutral."
            )
        return [named[label] for label in _LABELS]

    def _config(self) -> Any:  # noqa: ANN401
        return self._model().config

    def _model(self) -> "CrossEncoder":
        if self._loaded is None:
            from sentence_transformers import CrossEncoder

            try:
                self._loaded = CrossEncoder(self._name, device="cpu")
            except (OSError, ValueError, RuntimeError) as error:
                raise SettingsError(
                    f"The cross-encoder {self._name!r} can't be loaded. Give the name of a model that can be "
                    "downloaded, or the folder of one."
                ) from error
        return self._loaded
