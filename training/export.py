"""Exports a trained model as ONNX in eight bits, its score calibrated on questions that it wasn't trained on."""

import json
import random
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from sklearn.linear_model import LogisticRegression

from assistant.evaluation.measures import token_f1
from assistant.models.reading_model import Reader, best_span, tokens_within
from training import data
from training.data import ReadingExample
from training.model import ENCODER, ReadingModel, Unpadded
from training.variations import Unanswerable, crop

UNCALIBRATED = {"bias": 0.0, "margin": 1.0, "answerable": 0.0}
COSTS_AT_MOST = 0.005
"""Loss of F1 on the development questions above which eight bits are reported as too costly, for you to decide."""


def export(model: ReadingModel, folder: Path, to: Path) -> None:
    """Write `reader.onnx` and `tokenizer.json` to the folder `to`; `folder` holds the data to calibrate on."""
    questions = development(folder)
    to.mkdir(parents=True, exist_ok=True)
    (to / "tokenizer.json").write_bytes((ENCODER / "tokenizer.json").read_bytes())
    with tempfile.TemporaryDirectory() as made:
        full = Path(made) / "full"
        full.mkdir()
        (full / "tokenizer.json").write_bytes((ENCODER / "tokenizer.json").read_bytes())
        _write(model, full / "reader.onnx")
        quantize_dynamic(
            full / "reader.onnx",
            to / "reader.onnx",
            weight_type=QuantType.QInt8,
            per_channel=True,
            extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT},
        )
        _calibrate(full / "reader.onnx", UNCALIBRATED)
        _calibrate(to / "reader.onnx", UNCALIBRATED)
        exact, short = (_f1(Reader(each), questions) for each in (full, to))
    print(f"F1 on {len(questions)} development questions: fp32 {exact:.4f}, int8 {short:.4f}")
    if exact - short >= COSTS_AT_MOST:
        print(f"int8 costs {exact - short:.4f}, more than {COSTS_AT_MOST}")
    _calibrate(to / "reader.onnx", calibration(Reader(to), questions))


def development(folder: Path) -> list[ReadingExample]:
    """Return questions that weren't trained on; for half of them the passage has no answer."""
    rng = random.Random(1)
    squad, wiki, qamr = data.squad(folder, "dev"), data.wiki(folder, "dev"), data.qamr(folder, "dev")
    wiki = [crop(example, rng) for example in wiki]
    drawn = wiki + rng.sample(qamr, min(300, len(qamr)))
    unanswerable = Unanswerable(wiki + qamr)
    made = [
        other for example in drawn for _ in range(2) if example.spans and (other := unanswerable.make(example, rng))
    ]
    return squad + drawn + made


def calibration(reader: Reader, questions: Sequence[ReadingExample]) -> dict[str, float]:
    """Fit a logistic regression from margin and answerability to "has an answer", and return its weights."""
    features = []
    for question in questions:
        window = reader.windows(question.question, question.context)[0]
        first, last, answerable = reader.logits(window)
        tokens = tokens_within(window, 0, len(question.context))
        features.append((best_span(first, last, tokens)[0], answerable))
    fitted = LogisticRegression().fit(np.array(features), [bool(question.spans) for question in questions])
    margin, answerable = map(float, fitted.coef_[0])
    return {"bias": float(fitted.intercept_[0]), "margin": margin, "answerable": answerable}


def _write(model: ReadingModel, path: Path) -> None:
    ids = torch.randint(1_000, 20_000, (1, 64))
    names = ["input_ids", "token_type_ids", "first", "last", "answerable"]
    torch.onnx.export(
        Unpadded(model.eval()),
        (ids, torch.zeros_like(ids)),
        str(path),
        input_names=names[:2],
        output_names=names[2:],
        dynamic_axes={name: {0: "windows", 1: "tokens"} for name in names[:4]} | {"answerable": {0: "windows"}},
        dynamo=False,
        opset_version=17,
        custom_opsets={"com.microsoft": 1},
    )


def _calibrate(path: Path, weights: dict[str, float]) -> None:
    model = onnx.load(path)
    onnx.helper.set_model_props(model, {"calibration": json.dumps(weights)})
    onnx.save(model, path)


def _f1(reader: Reader, questions: Sequence[ReadingExample]) -> float:
    answerable = [question for question in questions if question.spans]
    texts = [reader.read(question.question, [question.context])[0].text for question in answerable]
    pairs = zip(texts, answerable, strict=True)
    return float(np.mean([max(token_f1(text, answer) for answer in question.answers) for text, question in pairs]))
