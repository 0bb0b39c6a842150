"""Writes the reading model that ships, its score calibrated on questions that it wasn't trained on."""

import json
import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from assistant.evaluation.measures import token_f1
from assistant.models.reading_model import Reader, best_span, tokens_within
from training.base import TOKENIZER
from training.onnx_export import set_metadata, write_onnx
from training.parsing import parsed
from training.reading.crops import crop
from training.reading.near_misses import NearMisses
from training.reading.network import ReadingNetwork
from training.reading.sets import ReadingExample, qamr, squad, wiki

UNCALIBRATED = {"bias": 0.0, "margin": 1.0, "answerable": 0.0}

BY_RELEVANCE = {"relevance": 1.0, "reading": 0.0}
"""How passages are ranked until `training.reading.rank` has fitted it."""

QAMR = 300
"""Number of questions on news sentences among the development questions."""


def export(model: ReadingNetwork, folder: Path, work: Path, to: Path) -> str:
    """Write `reader.onnx` and `tokenizer.json` to the folder `to`, and return what it measures.

    `folder` holds the data to calibrate on, `work` the pair model's tokenizer and the parses.
    """
    to.mkdir(parents=True, exist_ok=True)
    (to / "tokenizer.json").write_bytes((work / TOKENIZER).read_bytes())
    path = to / "reader.onnx"
    write_onnx(model, path, ["first", "last", "answerable", "relevance"], of_tokens=["first", "last"])
    set_metadata(path, {"calibration": json.dumps(UNCALIBRATED), "ranking": json.dumps(BY_RELEVANCE)})
    questions = development(folder, work)
    reader = Reader(path)
    rows = [_features(reader, question) for question in questions]
    answerable = np.array([bool(question.spans) for question in questions])
    fitted = LogisticRegression().fit(np.array(rows), answerable)
    margin, weight = map(float, fitted.coef_[0])
    calibration = {"bias": float(fitted.intercept_[0]), "margin": margin, "answerable": weight}
    set_metadata(path, {"calibration": json.dumps(calibration), "ranking": json.dumps(BY_RELEVANCE)})
    auc = roc_auc_score(answerable, fitted.decision_function(np.array(rows)))
    return f"{len(questions)} development questions: F1 {_f1(reader, questions):.3f}, AUC {auc:.3f}"


def development(folder: Path, work: Path) -> list[ReadingExample]:
    """Return questions that weren't trained on; for more than half of them the passage has no answer."""
    rng = random.Random(1)
    encyclopedia, news = wiki(folder, "dev"), qamr(folder, "dev")
    texts = [text for each in (*encyclopedia, *news) for text in (each.question, each.context)]
    near = NearMisses([*encyclopedia, *news], parsed(texts, work / "development.spacy"))
    drawn = [*encyclopedia, *rng.sample(news, min(QAMR, len(news)))]
    made = [miss(example, rng) for example in drawn for miss in (near.changed, near.passage)]
    return squad(folder, "dev") + [crop(example, rng) for example in drawn] + [each for each in made if each]


def _features(reader: Reader, question: ReadingExample) -> tuple[float, float]:
    window = reader.windows(question.question, question.context)[0]
    tokens = tokens_within(window.encoding, 0, len(question.context))
    return best_span(window.first, window.last, tokens)[0], window.answerable


def _f1(reader: Reader, questions: Sequence[ReadingExample]) -> float:
    answerable = [question for question in questions if question.spans]
    texts = [reader.read(question.question, [question.context])[0].text for question in answerable]
    pairs = zip(texts, answerable, strict=True)
    return float(np.mean([max(token_f1(text, answer) for answer in question.answers) for text, question in pairs]))
