"""The API over HTTP: what programs send and get, and what happens to an answer when the client leaves."""

import codecs
import json
import re
import shlex
import shutil
import socket
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, redirect_stdout
from functools import partial
from io import StringIO

import httpx
import pytest
import uvicorn
from starlette.testclient import TestClient

from assistant import Answer, Assistant, Turn
from assistant.web import api, visitor_questions
from assistant.web.app import build_app
from assistant.web.visitor_questions import QUESTIONS_AT_ONCE
from index.errors import ModelError
from tests.chat_models import chat_model
from tests.conftest import ROOT, words_settings

QUESTION = "What did the Transport Ministry deny?"
INTRANET = "https://intranet.example.org"
GUIDE = (ROOT / "docs/api.md").read_text("utf-8")
AS_JSON = {"accept": "application/json"}
SHIPPED = "http://127.0.0.1:7860"


def client_of(assistant):
    return TestClient(build_app(assistant), base_url=SHIPPED)


@pytest.fixture(scope="module")
def client(demo):
    return client_of(Assistant(words_settings(demo.settings.index_dir, quota="1000/minute")))


@pytest.fixture(scope="module")
def served(demo):
    """Return a client of the demonstration served with other settings."""
    return lambda **given: client_of(Assistant(words_settings(demo.settings.index_dir, **given)))


def ask(client, question=QUESTION, headers=AS_JSON, **more):
    return client.post("/api/ask", json={"question": question} | more, headers=headers)


def events(text):
    """Return `(name, document)` of each event of a stream; comments are left out."""
    blocks = [dict(line.split(": ", 1) for line in block.split("\n")) for block in text.split("\n\n") if block]
    return [(block["event"], json.loads(block["data"])) for block in blocks if "event" in block]


def test_the_answer_comes_as_events_that_grow_and_take_nothing_back(client):
    response = ask(client, headers={})
    assert response.headers["content-type"].startswith("text/event-stream")
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["x-accel-buffering"] == "no"
    *snapshots, (name, last) = events(response.text)
    assert name == "answer"
    assert len(snapshots) >= 3
    assert {name for name, _ in snapshots} == {"snapshot"}
    for _, document in snapshots:
        assert last["sentences"][: len(document["sentences"])] == document["sentences"]
        assert document["passages"] in ([], last["passages"])
    assert "broken tender rules" in last["text"] or "tender" in last["text"]


def test_with_accept_json_the_document_is_that_of_the_command_line(client, demo):
    response = ask(client)
    assert response.headers["content-type"] == "application/json"
    assert response.headers["cache-control"] == "no-store"
    assert response.json() | {"usage": None} == demo.ask(QUESTION).to_dict() | {"usage": None}


def test_a_saved_answer_of_the_api_can_be_verified(client, demo):
    verification = demo.verify(ask(client).json())
    assert verification.checks
    assert {check.status for check in verification.checks} == {"as quoted"}


def test_the_path_of_an_articles_file_is_never_sent(client, demo):
    assert str(demo.articles()[0].source) not in ask(client).text
    assert "source" not in ask(client).json()["citations"][0]["article"]


def test_a_refusal_is_an_answer(client):
    document = ask(client, "Who won the world cup in 1930?").json()
    assert document["refused"]
    assert document["citations"] == []


def test_article_after_and_before_limit_the_search(client, demo):
    cited = ask(client).json()["citations"][0]["article"]
    chosen = ask(client, article=cited["id"]).json()
    assert {citation["article"]["id"] for citation in chosen["citations"]} == {cited["id"]}
    assert all(passage["article"]["id"] == cited["id"] for passage in chosen["passages"])
    day = cited["published"]
    passages = ask(client, after=day, before=day).json()["passages"]
    assert {passage["article"]["published"] for passage in passages} == {day}


def test_history_and_page_reach_the_assistant(demo):
    class Recording(Assistant):
        def stream(self, question, history=(), page="", ignore=(), **wanted):
            given.append((question, history, page, wanted))
            yield Answer(question, question, refused=True)

    given = []
    client = client_of(Recording(demo.settings))
    ask(client, "where?", history=[["who?", "She. [1]"]], page="https://x.example/a", author="A")
    wanted = {"article": "", "after": "", "before": "", "publisher": "", "author": "A"}
    assert given == [("where?", [Turn("who?", "She. [1]")], "https://x.example/a", wanted)]


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "The body: invalid JSON"),
        (b"question=what", "The body: invalid JSON"),
        (b"[" * 100_000, "The body: invalid JSON"),
        (b'{"question": "\\ud800"}', "The body: invalid JSON"),
        (b"[]", "The body: input should be an object"),
        (b"{}", "question: field required"),
        (b'{"question": 5}', "question: input should be a valid string"),
        (b'{"question": NaN}', "question"),
        (b'{"question": ""}', "The question is empty."),
        (b'{"question": "%s"}' % (b"x" * 2_000), "at most 1,000 are read"),
        (b'{"question": "a", "article": "nowhere"}', "No article has the id or URL 'nowhere'"),
        (b'{"question": "a", "publishr": "b"}', "There is no field 'publishr'. The fields are question, history, page"),
        (b'{"question": "a", "after": "soon"}', "soon"),
        (b'{"question": "a", "history": "b"}', "history: "),
        (b'{"question": "a", "history": [["b"]]}', "history.0.1: field required"),
        (b'{"question": "a", "history": [["b", "c", "d"]]}', "history.0: "),
        (b'{"question": "a", "history": [["b", 5]]}', "history.0.1: "),
        (b'{"question": "a", "history": [%s["b", "c"]]}' % (b'["b", "c"], ' * 50), "history: "),
        (b'{"question": "a", "%s": 1}' % (b"\\n" * 50_000), "There is no field"),
    ],
)
def test_a_malformed_request_is_refused_in_one_line(client, body, says):
    response = client.post("/api/ask", content=body, headers={"content-type": "application/json"})
    assert response.status_code == 400
    problem = response.json()["error"]
    assert says in problem
    assert "\n" not in problem
    assert len(problem) < 300


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "", "json"])
def test_content_types_that_a_form_can_send_are_refused(client, kind):
    response = client.post("/api/ask", content=b'{"question": "a"}', headers={"content-type": kind})
    assert response.status_code == 415
    assert "application/json" in response.json()["error"]


def test_a_long_request_is_refused(client):
    for length in (api.MOST_BYTES, 6_000_000):
        response = ask(client, "x" * length)
        assert response.status_code == 413
        assert "error" in response.json()


def test_only_post_asks(client):
    response = client.get("/api/ask")
    assert (response.status_code, response.headers["allow"]) == (405, "POST")
    assert response.json() == {"error": "Method Not Allowed. See /docs."}
    assert client.post("/api/else", json={}).json() == {"error": "Not Found. See /docs."}


def test_only_pages_of_listed_origins_may_ask(served):
    client = served(origins=INTRANET)
    assert ask(client, headers={"origin": "https://evil.example"}).status_code == 403
    assert ask(client, headers={"origin": "null"}).json() == {"error": "A page of another origin may not do this."}
    assert ask(client, headers={"origin": INTRANET}).headers["access-control-allow-origin"] == INTRANET
    asked = {"access-control-request-method": "POST", "access-control-request-headers": "content-type"}
    assert client.options("/api/ask", headers={"origin": INTRANET} | asked).status_code == 200
    assert client.options("/api/ask", headers={"origin": "https://evil.example"} | asked).status_code == 400


def test_pages_of_other_sites_may_not_look_up_who_said_what(served):
    client = served(origins=INTRANET)
    image = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"}
    link = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}
    assert client.get("/api/said", headers={"origin": "https://evil.example"}).status_code == 403
    assert client.get("/api/said", headers={"origin": INTRANET}).status_code == 200
    assert [client.get("/said/Lavrov", headers=each).status_code for each in (image, link)] == [403, 200]


@pytest.mark.parametrize("limit", ["101", "0000000000101", "0" * 5_000, "-1", "ten"])
def test_more_remarks_than_the_most_are_refused_however_the_number_is_written(served, limit):
    response = served().get("/api/said", params={"limit": limit})
    assert response.status_code == 400
    assert response.json()["error"].startswith("limit is")


def test_without_a_sign_in_the_answer_is_401_as_json(served):
    response = ask(served(user_header="X-User", proxies="10.0.0.1"))
    assert response.status_code == 401
    assert response.json()["error"].startswith("Sign in")


def test_the_chat_and_the_api_share_one_quota(served):
    client = served(quota="3/hour")
    chat = {"data": [QUESTION, *[""] * 6]}
    assert client.post("/gradio_api/run/ask", json=chat).json()["data"][0]["citations"]
    assert [ask(client).status_code for _ in range(3)] == [200, 200, 429]
    response = ask(client, headers={})
    assert "Ask again in" in response.json()["error"]
    assert 1 <= int(response.headers["retry-after"]) <= 3600


def test_without_articles_the_error_names_the_operator(tmp_path):
    response = ask(client_of(Assistant(words_settings(tmp_path / "none"))))
    assert response.status_code == 503
    assert response.json()["error"].startswith("There are no articles to answer from yet.")
    assert str(tmp_path) not in response.text


class Scripted(Assistant):
    """Yields a snapshot after each of `waits`, then raises `problem` if there is one; counts who asks."""

    waits, problem = (0.0,), None

    def __init__(self, settings):
        super().__init__(settings)
        self.asked = self.now = self.most = 0
        self.all_ended, self._lock = threading.Event(), threading.Lock()

    def stream(self, question, history=(), page="", ignore=(), **wanted):
        self._count(1)
        try:
            for number, seconds in enumerate(self.waits):
                time.sleep(seconds)
                yield Answer(question, question, notice=str(number))
            if self.problem:
                raise self.problem
        finally:
            self._count(-1)

    def _count(self, change):
        with self._lock:
            self.now += change
            self.asked += change > 0
            self.most = max(self.most, self.now)
            if self.now == 0:
                self.all_ended.set()


@pytest.fixture
def scripted(demo):
    def scripted(*waits, problem=None):
        assistant = Scripted(words_settings(demo.settings.index_dir, quota="1000/minute"))
        assistant.waits, assistant.problem = waits, problem
        return assistant

    return scripted


@pytest.mark.parametrize("name", ["history", "page", "article", "after", "before", "publisher", "author"])
def test_a_field_that_is_null_counts_as_not_given(client, name):
    assert ask(client, **{name: None}).json() | {"usage": None} == ask(client).json() | {"usage": None}


def test_a_question_that_is_null_is_missing(client):
    response = ask(client, None)
    assert response.status_code == 400
    assert response.json()["error"].startswith("question: ")


def test_a_turn_whose_answer_is_null_was_not_answered(client):
    nulls, empty = (ask(client, "and of what?", history=[[QUESTION, answer]]).json() for answer in (None, ""))
    assert nulls | {"usage": None} == empty | {"usage": None}


def test_a_byte_order_mark_before_the_body_is_no_error(client):
    body = codecs.BOM_UTF8 + json.dumps({"question": QUESTION}).encode()
    response = client.post("/api/ask", content=body, headers={"content-type": "application/json"} | AS_JSON)
    assert response.json()["citations"]


@pytest.mark.parametrize(
    "host", ["news.example.org", "evil.example:7860", "127.0.0.1@evil.example", "[::2]", "<b>", ""]
)
def test_an_unknown_host_name_is_refused_as_json_that_names_the_setting(client, host):
    response = ask(client, headers={"host": host} | AS_JSON)
    assert response.status_code == 400
    assert response.json() == {
        "error": f"This server has no name {host!r}. Its operator sets names by ONRECORD_HOSTNAMES."
    }


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:7860", "127.0.0.1:80", "[::1]:7860", "[::1]", "news.example.org"]
)
def test_the_servers_own_names_are_answered_with_any_port(served, host):
    assert ask(served(hostnames="news.example.org"), headers={"host": host} | AS_JSON).status_code == 200


PARTS = ["question", "page", "article", "publisher", "author", "after", "before"]


@pytest.mark.parametrize("text", ["\0", "x\0y"])
@pytest.mark.parametrize("name", PARTS)
def test_a_nul_is_refused_by_the_name_of_its_field(client, name, text):
    response = ask(client, **{"question": QUESTION, name: text})
    assert response.status_code == 400
    assert response.json()["error"] == f"{name}: there is a NUL character (U+0000) in it. Send it without."


@pytest.mark.parametrize("turn", [["a\0?", "b"], ["a?", "\0"]])
def test_a_nul_in_the_history_is_refused(client, turn):
    response = ask(client, history=[turn])
    assert response.status_code == 400
    assert response.json()["error"].startswith("history: there is a NUL character")


@pytest.mark.parametrize("name", [name for name in PARTS if name != "page"])
def test_a_nul_in_a_question_by_gradio_is_a_clear_line_too(client, name):
    fields = {
        "question": QUESTION,
        "after": "",
        "before": "",
        "publisher": "",
        "author": "",
        "article": "",
        "ignore": "",
    }
    response = client.post("/gradio_api/run/ask", json={"data": [*(fields | {name: "x\0y"}).values()]})
    assert response.json()["error"] == f"{name}: there is a NUL character (U+0000) in it. Send it without."


def test_half_a_surrogate_pair_names_no_article(client):
    body = json.dumps({"data": [QUESTION, "", "", "", "", "\ud800", ""]})
    response = client.post("/gradio_api/run/ask", content=body, headers={"content-type": "application/json"})
    assert response.json()["error"].startswith("No article has the id or URL '?'")


@pytest.mark.parametrize("path", ["/gradio_api/run/ask?article=%00", "/api/ask?x=%00", "/api/ask/%00"])
def test_a_nul_in_an_address_to_ask_is_refused(client, path):
    response = client.post(path, json={"question": QUESTION})
    assert response.status_code == 400
    assert "There is a NUL character (%00) in the address" in response.text


def test_an_error_before_the_first_snapshot_is_a_status_code(scripted):
    response = ask(client_of(scripted(problem=ModelError("http://10.0.0.1 is down"))), headers={})
    assert response.status_code == 503
    assert "10.0.0.1" not in response.text


def test_a_later_error_is_the_last_event(scripted):
    client = client_of(scripted(0, problem=ModelError("http://10.0.0.1 is down")))
    (first, _), (last, document) = events(ask(client, headers={}).text)
    assert (first, last) == ("snapshot", "error")
    assert document["error"].startswith("The answer couldn't be written just now.")
    assert ask(client).status_code == 503


def test_a_comment_is_sent_while_there_is_no_news(scripted, monkeypatch):
    monkeypatch.setattr(visitor_questions, "HEARTBEAT", 0.05)
    text = ask(client_of(scripted(0.2, 0.2)), headers={}).text
    assert text.startswith(": ping\n\n")
    assert text.count(": ping\n\n") >= 4
    assert [name for name, _ in events(text)] == ["snapshot", "snapshot", "answer"]


def test_a_snapshot_equal_to_the_one_before_isnt_sent(demo):
    class Repeating(Assistant):
        def stream(self, question, history=(), page="", ignore=(), **wanted):
            for notice in "aaab":
                yield Answer(question, question, notice=notice)

    text = ask(client_of(Repeating(demo.settings)), headers={}).text
    assert [(name, document["notice"]) for name, document in events(text)] == [
        ("snapshot", "a"),
        ("snapshot", "b"),
        ("answer", "b"),
    ]


@contextmanager
def serving(assistant):
    """Serve on a real socket, which a client can close; yield the address."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(build_app(assistant), log_config=None, timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        wait_until(lambda: server.started)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listening.close()


def wait_until(happened):
    deadline = time.monotonic() + 10
    while not happened() and time.monotonic() < deadline:
        time.sleep(0.02)


def leave(address, accept="*/*", when=lambda: time.sleep(0.5)):
    """Ask, and close the connection once `when()` returns."""
    host, port = address.removeprefix("http://").split(":")
    head = f"POST /api/ask HTTP/1.1\r\nHost: {host}\r\nAccept: {accept}\r\nContent-Type: application/json\r\n"
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(f'{head}Content-Length: 17\r\n\r\n{{"question": "a"}}'.encode())
        when()


@pytest.mark.parametrize("accept", ["text/event-stream", "application/json"])
def test_an_answer_ends_when_its_client_leaves(scripted, accept):
    assistant = scripted(0.1, *[0.3] * 100)
    with serving(assistant) as address:
        leave(address, accept, lambda: wait_until(lambda: assistant.asked))
        assert assistant.asked == 1
        assert assistant.all_ended.wait(10)


def test_a_language_model_is_stopped_when_the_client_leaves(demo, monkeypatch):
    def talks(handler):
        handler.start()
        for _ in range(1_000):
            handler.say("Lavrov reaffirmed that Moscow has no plans to attack the country. [1]\n")
            time.sleep(0.1)

    with chat_model(talks) as model:
        monkeypatch.setenv("OPENAI_API_KEY", "none")
        monkeypatch.setenv("OPENAI_BASE_URL", model.url)
        with serving(Assistant(words_settings(demo.settings.index_dir, llm="openai:scripted"))) as address:
            request = {"question": "what did Lavrov deny?"}
            with httpx.stream("POST", f"{address}/api/ask", json=request, timeout=30) as response:
                next(line for line in response.iter_lines() if "no plans to attack the country. [1]" in line)
                assert not model.left.is_set()
            assert model.left.wait(3)


def test_two_questions_are_answered_at_once_and_the_others_wait(scripted):
    assistant = scripted(0.2, 0.2)
    with serving(assistant) as address, ThreadPoolExecutor(3 * QUESTIONS_AT_ONCE) as threads:
        post = partial(httpx.post, f"{address}/api/ask", json={"question": "a"}, timeout=30)
        asked = [threads.submit(post) for _ in range(3 * QUESTIONS_AT_ONCE)]
    assert [each.result().status_code for each in asked] == [200] * len(asked)
    assert assistant.most == QUESTIONS_AT_ONCE


def ask_the_page(address):
    """Ask as the page's script does; return the lines of the stream of snapshots."""
    event = httpx.post(f"{address}/gradio_api/call/chat", json={"data": ["a", None]}, timeout=30).json()["event_id"]
    return httpx.get(f"{address}/gradio_api/call/chat/{event}", timeout=30).text


def test_the_page_and_the_api_together_never_answer_more_at_once(scripted):
    assistant = scripted(0.2, 0.2)
    with serving(assistant) as address, ThreadPoolExecutor(4 * QUESTIONS_AT_ONCE) as threads:
        post = partial(httpx.post, json={"question": "a"}, timeout=30)
        call = partial(httpx.post, json={"data": ["a", *[""] * 6]}, timeout=30)
        pages = [threads.submit(ask_the_page, address) for _ in range(2 * QUESTIONS_AT_ONCE)]
        answers = [threads.submit(post, f"{address}/api/ask") for _ in range(QUESTIONS_AT_ONCE)]
        answers += [threads.submit(call, f"{address}/gradio_api/run/ask") for _ in range(QUESTIONS_AT_ONCE)]
    assert [each.result().status_code for each in answers] == [200] * len(answers)
    assert all("event: complete" in each.result() for each in pages)
    assert assistant.asked == len(pages) + len(answers)
    assert assistant.most == QUESTIONS_AT_ONCE


def test_a_reader_who_waits_sees_that_something_happens(scripted):
    assistant = scripted(2.5)
    with serving(assistant) as address, ThreadPoolExecutor(QUESTIONS_AT_ONCE + 1) as threads:
        for _ in range(QUESTIONS_AT_ONCE):
            threads.submit(httpx.post, f"{address}/api/ask", json={"question": "a"}, timeout=30)
        wait_until(lambda: assistant.now == QUESTIONS_AT_ONCE)
        shown = threads.submit(ask_the_page, address).result()
    assert shown.index("One moment") < shown.index("Searching the articles")


def test_a_question_whose_reader_closes_the_page_while_it_waits_is_never_asked(scripted):
    assistant = scripted(3)
    with serving(assistant) as address, ThreadPoolExecutor(QUESTIONS_AT_ONCE) as threads:
        for _ in range(QUESTIONS_AT_ONCE):
            threads.submit(httpx.post, f"{address}/api/ask", json={"question": "a"}, timeout=30)
        wait_until(lambda: assistant.now == QUESTIONS_AT_ONCE)
        event = httpx.post(f"{address}/gradio_api/call/chat", json={"data": ["a", None]}, timeout=30).json()["event_id"]
        with httpx.stream("GET", f"{address}/gradio_api/call/chat/{event}", timeout=30) as stream:
            next(line for line in stream.iter_lines() if "One moment" in line)
        assert assistant.all_ended.wait(10)
        time.sleep(0.5)  # in which a question in line would begin
    assert assistant.asked == QUESTIONS_AT_ONCE


def test_a_question_whose_client_leaves_while_it_waits_is_never_asked(scripted):
    assistant = scripted(1.5, 1.5)
    with serving(assistant) as address:
        with ThreadPoolExecutor(2 * QUESTIONS_AT_ONCE) as threads:
            for _ in range(2 * QUESTIONS_AT_ONCE):
                threads.submit(leave, address)
        assert assistant.all_ended.wait(10)
        assert assistant.asked == QUESTIONS_AT_ONCE


def test_the_page_docs_names_all_fields_and_loads_nothing_from_elsewhere(client):
    response = client.get("/docs")
    assert response.status_code == 200
    for name, field in api.AskRequest.model_fields.items():
        assert f"<code>{name}</code>" in response.text
        assert field.description in response.text
    assert "default-src 'none'" in response.headers["content-security-policy"]
    loaded = re.findall(r'(?:src|href)="([^"]+)"', response.text)
    assert loaded == ["/web/article.css", "/web/api.css"]
    assert all(client.get(path).status_code == 200 for path in loaded)
    assert "<script" not in response.text


def test_the_guides_table_of_fields_is_that_of_the_program():
    section = GUIDE.split("## The question")[1].split("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)` \| (.*) \|$", section, re.MULTILINE)
    assert rows == [(name, field.description) for name, field in api.AskRequest.model_fields.items()]
    assert f"{api.MOST_BYTES:,} bytes" in section


def test_the_guides_table_of_the_document_is_that_of_the_program(demo):
    document = demo.ask(QUESTION).to_dict()
    answer, citation = GUIDE.split("onrecord ask --json`:")[1].split("\n## ")[0].split("A citation has these fields:")
    assert names_in_table(answer) == list(document)
    assert names_in_table(citation) == list(document["citations"][0])
    (row,) = re.findall(r"^\| `article` \| (.*) \|$", citation, re.MULTILINE)
    assert re.findall(r"`(\w+)`", row) == list(document["citations"][0]["article"])


def names_in_table(text):
    """Return the names in the first column of a Markdown table."""
    return [name for cell in re.findall(r"^\| (`.*?) \|", text, re.MULTILINE) for name in re.findall(r"`(\w+)`", cell)]


def examples(language):
    return re.findall(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)


@pytest.fixture(scope="module")
def address(demo):
    with serving(Assistant(words_settings(demo.settings.index_dir, quota="1000/minute"))) as address:
        yield address


def printed_by(command):
    words = [*shlex.split(command), "--silent"]
    return subprocess.run(words, check=True, capture_output=True, text=True, timeout=60).stdout


def test_the_guides_commands_run(address):
    if not shutil.which("curl"):
        pytest.skip("There is no curl on this machine.")
    streamed, whole, said = (example.replace(SHIPPED, address).replace("\\\n", "") for example in examples("sh"))
    assert events(printed_by(streamed))[-1][0] == "answer"
    assert "no plans to attack" in json.loads(printed_by(whole.split(">")[0]))["text"]
    assert "no plans to attack" in json.loads(printed_by(said))["remarks"][0]["quote"]


def test_the_guides_python_runs(address, demo, monkeypatch):
    printed, namespace = StringIO(), {}
    data = f'Settings(index_dir="{demo.settings.index_dir}", embedding_model="words")'
    with redirect_stdout(printed):
        for example in examples("python"):
            exec(example.replace(SHIPPED, address).replace('Settings(index_dir="data")', data), namespace)
    assert "has no plans to attack the country. [1]\n[1] “" in printed.getvalue()
    assert printed.getvalue().endswith("True ['as quoted']\n")


@pytest.mark.real
def test_the_guides_javascript_runs_in_a_page_of_the_chat(chat, open_page):
    (example,) = examples("js")
    page = open_page(chat)
    logged = page.evaluate(
        f"(async () => {{ const logged = []; const console = {{ log: (text) => logged.push(text) }};"
        f"{example.replace(SHIPPED, '')}; return logged; }})()"
    )
    assert "no plans to attack" in logged[-2]
    assert logged[-1].startswith("“")


def test_what_a_question_says_of_the_time_is_ignored_on_request(client):
    question = f"{QUESTION.rstrip('?')} in March 2024?"
    assert [guess["field"] for guess in ask(client, question=question).json()["guesses"]] == ["dates"]
    answer = ask(client, question=question, ignore=["dates"]).json()
    assert (answer["guesses"], answer["ignored"]) == ([], ["dates"])
    assert ask(client, question=question, ignore=["day"]).status_code == 400
