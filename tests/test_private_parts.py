"""The private parts of Chroma, Gradio and PyTorch that onrecord uses are still there.

A failure names what is gone and the module that uses it. Fix that module, or lower the upper bound in pyproject.toml.
"""

import inspect
import re
import sqlite3
import tomllib
from contextlib import closing

import chromadb
import gradio as gr
import numpy as np
import pytest
import torch
from chromadb.api.client import Client
from chromadb.api.shared_system_client import SharedSystemClient

from assistant import Assistant
from assistant.web import chat_page
from assistant.web.visitor_questions import VisitorQuestions
from index.storage.vectors import VectorStore
from tests.conftest import ROOT, words_settings


@pytest.mark.parametrize("name", ["chromadb", "gradio", "torch"])
def test_packages_whose_private_parts_are_used_have_an_upper_bound(name):
    dependencies = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    (given,) = [each for each in dependencies if re.match(rf"{name}\b", each)]
    assert re.search(r",<\d", given), f"pyproject.toml: {given} needs an upper bound, because private parts are used"


@pytest.fixture
def vectors(tmp_path):
    """Two collections, each of so many vectors that Chroma keeps an index of neighbours in a folder."""
    rng = np.random.default_rng(0)
    with (
        closing(VectorStore(tmp_path / "chroma", "first", new=True)) as first,
        closing(VectorStore(tmp_path / "chroma", "second", new=True)) as second,
    ):
        for store in (first, second):
            store.add([str(number) for number in range(1_500)], rng.random((1_500, 8), dtype=np.float32))
        yield first


def test_chroma_lists_its_folders_in_the_table_segments(vectors, tmp_path):
    used_by = "index.storage.vectors.VectorStore._segments reads Chroma's table"
    with closing(sqlite3.connect(tmp_path / "chroma" / "chroma.sqlite3")) as database:
        columns = {
            table: {row[1] for row in database.execute(f"PRAGMA table_info({table})")}
            for table in ("segments", "collections")
        }
    assert columns["segments"] >= {"id", "collection"}, f"{used_by} segments"
    assert columns["collections"] >= {"id", "name"}, f"{used_by} collections"
    folders = {each.name for each in (tmp_path / "chroma").iterdir() if each.is_dir()}
    assert len(folders) == 2
    assert folders <= vectors._segments(), f"{used_by} segments, which no longer names Chroma's folders"
    assert len(folders & vectors._segments("first")) == 1, (
        f"{used_by} collections, which no longer tells whose they are"
    )


def test_chroma_forgets_clients_that_could_not_start(tmp_path):
    used_by = "index.storage.vectors._embedded has Chroma forget a client that could not start"
    assert hasattr(SharedSystemClient, "clear_system_cache"), used_by
    client = chromadb.PersistentClient(str(tmp_path / "chroma"))
    assert isinstance(client, Client), "index.storage.vectors.VectorStore casts what chromadb.PersistentClient returns"
    assert callable(client.close), "index.storage.vectors.VectorStore.close calls it"
    assert str(tmp_path / "chroma") in SharedSystemClient._identifier_to_system, used_by
    client.close()
    SharedSystemClient.clear_system_cache()
    assert SharedSystemClient._identifier_to_system == {}, used_by


@pytest.mark.parametrize("name", ["_is_mkldnn_bf16_supported", "_reorder_linear_weight", "_linear_pointwise"])
def test_torch_has_the_operators_of_packed_layers(name):
    assert hasattr(torch.ops.mkldnn, name), f"index.embedding.packed_linear calls torch.ops.mkldnn.{name}"


def test_torchs_packed_layers_compute_what_linear_layers_do():
    from index.embedding.packed_linear import pack

    if not torch.backends.mkldnn.is_available():
        pytest.skip("This PyTorch has no oneDNN, so layers aren't packed.")
    model = torch.nn.Sequential(torch.nn.Linear(384, 16))
    rows = torch.rand(32, 384)
    expected = model(rows)
    pack(model, rows=32)
    assert type(model[0]).__name__ == "_PackedLinear"
    packed = model(rows.to(model[0]._weight.dtype)).float()
    assert torch.allclose(packed, expected, atol=0.05)


def test_torch_returns_the_flags_that_set_flags_replaced():
    before = torch.backends.mkldnn.set_flags(True)
    assert isinstance(before[0], bool), "index.embedding.embedder sets mkldnn's flags back with what set_flags returned"
    torch.backends.mkldnn.set_flags(before[0])


@pytest.fixture(scope="module")
def interface(tmp_path_factory):
    """The chat page's ChatInterface and the page."""
    built = []

    class Chat(chat_page._Chat):
        def __init__(self, *arguments, **options):
            super().__init__(*arguments, **options)
            built.append(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chat_page, "_Chat", Chat)
        assistant = Assistant(words_settings(tmp_path_factory.mktemp("index")))
        page = chat_page.build(assistant, VisitorQuestions(assistant))
    return built[0], page


def test_gradio_saves_conversations_by_the_method_that_is_overridden(interface):
    chat, page = interface
    used_by = "assistant.web.chat_page._Chat bounds the history by overriding ChatInterface._save_conversation"
    assert hasattr(gr.ChatInterface, "_save_conversation"), used_by
    functions = [getattr(each.fn, "__func__", None) for each in page.fns.values()]
    assert chat_page._Chat._save_conversation in functions, f"{used_by}, which Gradio no longer calls"
    names = list(inspect.signature(gr.ChatInterface._save_conversation).parameters)
    assert names == ["self", "index", "conversation", "saved_conversations"], used_by
    message = [{"role": "user", "content": [{"type": "text", "text": "What did Orsk deny?"}]}]
    index, saved = chat._save_conversation(None, message, [message] * 30)
    assert (index, len(saved)) == (0, chat_page.CONVERSATIONS_KEPT)


def test_gradio_has_the_parts_of_the_chat_that_the_page_sets(interface):
    chat, page = interface
    used_by = "assistant.web.chat_page.build sets"
    with gr.Blocks():
        untouched = gr.ChatInterface(lambda message, history: message, save_history=True)
    assert hasattr(untouched.saved_conversations, "secret"), f"{used_by} ChatInterface.saved_conversations.secret"
    assert hasattr(untouched.new_chat_button, "icon"), f"{used_by} ChatInterface.new_chat_button.icon"
    assert hasattr(untouched.new_chat_button.parent, "elem_id"), f"{used_by} the id of new_chat_button's parent"
    assert hasattr(gr.Blocks(), "state_session_capacity"), f"{used_by} Blocks.state_session_capacity"
    config = {each["id"]: each["props"] for each in page.get_config_file()["components"]}
    assert config[chat.saved_conversations._id]["secret"] == "onrecord", f"{used_by} the secret, and pages don't see it"
    assert config[chat.new_chat_button.parent._id]["elem_id"] == "history"
