"""Other cross-encoders of the sentence-transformers library rank and judge by a setting."""

import math

import pytest
import torch
from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

from assistant import Assistant, Settings
from assistant.models.cross_encoders import load_judge, load_relevance
from assistant.models.pair_model import MODELS
from assistant.models.reading_model import Reader
from assistant.search.retriever import FOUND, retrieve
from index.errors import SettingsError

pytestmark = pytest.mark.real

NLI = ("contradiction", "neutral", "entailment")


def cross_encoder(folder, labels):
    """Write a tiny untrained cross-encoder with these labels, and return its folder."""
    torch.manual_seed(0)
    config = BertConfig(
        hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16, initializer_range=1.0
    )
    config.id2label = dict(enumerate(labels))
    config.label2id = {label: at for at, label in config.id2label.items()}
    BertForSequenceClassification(config).save_pretrained(folder)
    BertTokenizerFast(tokenizer_file=str(MODELS / "tokenizer.json")).save_pretrained(folder)
    return str(folder)


def test_search_is_ordered_by_the_named_model(tmp_path):
    (tmp_path / "articles").mkdir()
    for name, text in (("ferry", "The ferry sank on Monday."), ("mill", "The old mill burnt down on Tuesday.")):
        (tmp_path / "articles" / f"{name}.txt").write_text(f"The {name}\n\n{text} Nobody was hurt, the police said.")
    name = cross_encoder(tmp_path / "model", ["relevant"])
    settings = Settings(index_dir=tmp_path / "index", embedding_model="words", reranking_model=name)
    assistant = Assistant(settings)
    assistant.ingest([tmp_path / "articles"])
    question = "What sank on Monday?"
    by_search = {each.id: each.score for each in retrieve(assistant.collection, question, 2)}
    found = assistant.search(question)
    relevance = load_relevance(name, Reader())(question, [p.text for p in found], [p.article.title for p in found])
    odds = [each + FOUND * math.log(by_search[p.id]) for p, each in zip(found, relevance, strict=True)]
    assert len(found) == 2
    assert odds == sorted(odds, reverse=True)
    assert found[0].score / found[1].score == pytest.approx(math.exp(odds[0] - odds[1]), rel=0.05)


def test_labels_are_found_by_their_names_whatever_their_order(tmp_path):
    pairs = [("The ferry sank.", "A ship sank."), ("The ferry sank.", "No ship sank.")]
    judged = load_judge(cross_encoder(tmp_path / "one", NLI))(pairs)
    turned = load_judge(cross_encoder(tmp_path / "other", NLI[::-1]))(pairs)
    for one, other in zip(judged, turned, strict=True):
        assert one.follows + one.contradicted + one.not_said == pytest.approx(1)
        assert (one.follows, one.contradicted) == pytest.approx((other.contradicted, other.follows))


def test_a_model_that_does_not_rank_is_refused_with_what_to_name_instead(tmp_path):
    relevance = load_relevance(cross_encoder(tmp_path / "model", NLI), Reader())
    with pytest.raises(SettingsError, match=r"gives 3 values for a passage\. Name a cross-encoder that gives one"):
        relevance("Who?", ["Ann."], ["News"])


def test_a_model_with_other_labels_is_refused_with_the_labels_it_needs(tmp_path):
    judge = load_judge(cross_encoder(tmp_path / "model", ["good", "bad"]))
    with pytest.raises(SettingsError, match=r"whose labels are bad, good\. Name a .* entailment, contradiction"):
        judge([("Ann.", "Ann.")])


def test_a_model_that_cannot_be_had_is_one_clear_line(tmp_path):
    relevance = load_relevance(str(tmp_path / "nothing"), Reader())
    with pytest.raises(SettingsError, match=r"can't be loaded\. Give the name of a model") as raised:
        relevance("Who?", ["Ann."], ["News"])
    assert "\n" not in str(raised.value)


def test_without_a_model_passages_stay_as_search_ranks_them():
    assert load_relevance("none", Reader()) is None
