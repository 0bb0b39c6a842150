"""Training turns data into a model that reads, and resumes where it stopped; how well it reads isn't tested."""

import gzip
import json
import subprocess
import sys

import pytest
import torch

from assistant.models.reading_model import Reader
from tests.conftest import ROOT
from training.export import export
from training.model import ReadingModel
from training.train import UNITS, main, train

pytestmark = [
    pytest.mark.real,
    # The new exporter needs another package, and has no words for our attention operator.
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::torch.jit.TracerWarning", "ignore::UserWarning"),
]

FILES = {
    "squad2_12articles": ("squad2", ["Huguenot", "1973_oil_crisis", "Steam_engine"]),
    "squadshifts_new_wiki": ("squadshifts_new_wiki", [f"Title_{number}" for number in range(12)]),
    "qamr_devtest": ("qamr_dev", ["wikinews"]),
    "squadshifts_reddit": ("squadshifts_reddit", ["Comments"]),
    "squadshifts_amazon_reviews": ("squadshifts_amazon_reviews", ["Reviews"]),
    "friendsqa": ("friendsqa", ["Scene"]),
}


@pytest.fixture
def data(tmp_path):
    """A folder with a few rows of each set, in their form."""
    folder = tmp_path / "reading"
    folder.mkdir()
    for name, (dataset, titles) in FILES.items():
        rows = [row(dataset, title, number) for title in titles for number in range(40)]
        with gzip.open(folder / f"{name}.jsonl.gz", "wt", encoding="utf-8") as lines:
            lines.write("\n".join(map(json.dumps, rows)))
    return folder


def row(dataset, title, number):
    sold = f"Mill number {number} of Old {title} was sold"
    context = f"{sold} to Anna Weber in 19{number:02}."
    if dataset != "qamr_dev":
        context += " The bread was good. Nobody in Harbour Town denied it."
    answerable = number % 3 > 0 or dataset != "squad2"
    answers = [{"text": "Anna Weber", "start": context.index("Anna")}] if answerable else []
    question = f"To whom was mill number {number} of Old {title} sold?"
    return {
        "id": f"{title}{number}",
        "dataset": dataset,
        "title": title,
        "context": context,
        "question": question,
        "answers": answers,
        "answerable": answerable,
    }


def test_removing_units_that_contribute_nothing_changes_nothing():
    torch.manual_seed(0)
    model = ReadingModel().eval()
    ids = torch.randint(1_000, 20_000, (2, 16))
    inputs = {"input_ids": ids, "attention_mask": torch.ones_like(ids), "token_type_ids": torch.zeros_like(ids)}
    with torch.no_grad():
        for layer in model.encoder.encoder.layer:
            layer.output.dense.weight[:, 1::3] = 0
        before = model(**inputs)
        model.narrow(1_024, [inputs])
        after = model(**inputs)
    assert model.encoder.encoder.layer[0].intermediate.dense.out_features == 1_024
    assert all(torch.allclose(one, other, atol=1e-5) for one, other in zip(before, after, strict=True))


def test_a_rounded_layer_trains_with_eight_bit_numbers_and_otherwise_uses_its_own():
    torch.manual_seed(0)
    model = ReadingModel()
    model.round()
    layer = model.encoder.encoder.layer[0].output.dense
    hidden = torch.randn(2, 5, layer.in_features)
    steps = layer.weight.detach().abs().amax(1) / 127
    weight = torch.fake_quantize_per_channel_affine(layer.weight, steps, torch.zeros_like(steps).int(), 0, -127, 127)
    expected = []
    for example in hidden:
        step = (example.max() - example.min()) / 255
        zero = (-example.min() / step).round().int()
        rounded = torch.fake_quantize_per_tensor_affine(example, step, zero, 0, 255)
        expected.append(torch.nn.functional.linear(rounded, weight, layer.bias))
    whole = torch.nn.functional.linear(hidden, layer.weight, layer.bias)
    learnt_with = layer.train()(hidden)
    off = (learnt_with - torch.stack(expected)).abs().mean()
    assert off < (whole - torch.stack(expected)).abs().mean() / 10
    learnt_with.sum().backward()
    assert layer.weight.grad.abs().sum() > 0
    assert torch.equal(layer.eval()(hidden), whole)


def test_a_missing_package_is_named_with_the_command_that_installs_it():
    program = "import sys, runpy; sys.modules['onnx'] = None; runpy.run_module('training.train', run_name='__main__')"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr == 'Training needs onnx, which isn\'t installed. Install it: pip install ".[training]"\n'


def test_a_folder_without_the_data_is_a_clear_error(data, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["train", "--data", str(data.parent)])
    with pytest.raises(SystemExit):
        main()
    assert f"{data.parent} has no squad2_12articles.jsonl.gz. Give the folder" in capsys.readouterr().err


def test_training_resumes_where_it_stopped_and_ends_with_a_model_that_reads(data, tmp_path, monkeypatch):
    monkeypatch.setattr("training.train.SAVED_EVERY", 1)
    monkeypatch.setattr("training.train.REPORTS", 60)
    monkeypatch.setattr("training.train.WEIGHED_ON", 2)
    train(data, tmp_path / "work", (4_000, 4_000, 4_000))
    narrow, rounded = (tmp_path / "work" / name for name in ("narrow.pt", "rounded.pt"))
    stopped = narrow.stat().st_mtime_ns, rounded.stat().st_mtime_ns
    model = train(data, tmp_path / "work", (4_000, 4_000, 12_000))
    assert narrow.stat().st_mtime_ns == stopped[0]
    assert rounded.stat().st_mtime_ns > stopped[1]
    assert model.encoder.encoder.layer[0].intermediate.dense.out_features == UNITS
    export(model, data, tmp_path / "model")
    (reading,) = Reader(tmp_path / "model").read("Who?", ["Anna Weber bought the mill."])
    assert reading.text
    assert 0 < reading.score < 1
