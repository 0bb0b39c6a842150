"""Vectors on a Chroma server in place of the embedded one: all goes on as before, also when the server was away."""

import subprocess
import sys
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from assistant import Assistant
from index.doctor import check
from index.errors import CollectionError
from index.rebuild import rebuild
from tests.conftest import words_settings
from tests.serving import free_port, http_server, wait_for

STORM = "Storm takes the mill\n\nThe storm took the roof of the mill on Monday. Mr. Orsk denied any neglect.\n"
FAIR = "Fair weather\n\nThe sun shone on the harbour all day long.\n"


@contextmanager
def chroma(folder, port):
    """A Chroma server in a process of its own."""
    command = [str(Path(sys.executable).with_name("chroma")), "run", "--path", str(folder), "--port", str(port)]
    with (folder.parent / "chroma.log").open("ab") as log:
        process = subprocess.Popen([*command, "--host", "127.0.0.1"], stdout=log, stderr=log)
    try:
        wait_for(port, process, folder.parent / "chroma.log")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with chroma(tmp_path_factory.mktemp("server") / "data", free_port()) as address:
        yield address


@pytest.fixture(params=["embedded", "server"])
def url(request):
    """An empty address stands for the embedded Chroma."""
    return "" if request.param == "embedded" else request.getfixturevalue("server")


@pytest.fixture
def index(tmp_path, url):
    assistant = Assistant(words_settings(tmp_path / "index", chroma_url=url))
    yield assistant
    assistant.collection.close()


def near(assistant, words="roof of the mill", count=5):
    return [hit.article.title for hit in assistant.collection.nearest(words, count)]


def test_articles_are_added_found_changed_and_removed(index, write):
    storm, fair = write("storm.txt", STORM), write("fair.txt", FAIR)
    assert len(index.ingest([storm.parent]).added) == 2
    assert near(index) == ["Storm takes the mill", "Fair weather"]
    assert index.ask("What did Mr. Orsk deny?").citations[0].article.title == "Storm takes the mill"
    storm.write_text(STORM.replace("roof", "chimney"))
    assert len(index.sync().updated) == 1
    assert index.collection.nearest("chimney of the mill", 1)[0].text.count("chimney") == 1
    fair.unlink()
    assert len(index.sync(prune=True).removed) == 1
    assert near(index) == ["Storm takes the mill"]
    assert index.collection.vectors.count() == 1
    index.remove([str(storm)])
    assert index.collection.vectors.count() == 0
    assert check(index.collection, repair=False) == []


def test_the_nearest_passages_within_a_filter_are_found(index, write):
    index.ingest([write("storm.txt", STORM), write("fair.txt", FAIR)])
    (fair,) = [article for article in index.articles() if article.title == "Fair weather"]
    assert [hit.article.id for hit in index.search("roof of the mill", article=fair.id)] == [fair.id]


def test_doctor_repairs_missing_and_extra_and_lost_vectors(index, write):
    index.ingest([write("storm.txt", STORM), write("fair.txt", FAIR)])
    vectors = index.collection.vectors
    (ids,) = vectors.ids()
    vectors.remove(ids[:1])
    vectors.add(["nobodys.0"], index.collection.embedder.encode(["roof"]))
    assert len(check(index.collection, repair=True)) == 2
    assert check(index.collection, repair=False) == []
    vectors.drop(vectors.name)
    with pytest.raises(CollectionError, match="gone from"):
        near(Assistant(index.settings))
    (finding,) = check(index.collection, repair=True)
    assert finding.repairable
    assert check(index.collection, repair=False) == []
    assert near(index) == ["Storm takes the mill", "Fair weather"]


def test_another_reader_goes_on_after_a_rebuild(index, write):
    index.ingest([write("storm.txt", STORM)])
    reader = Assistant(index.settings)
    assert near(reader) == ["Storm takes the mill"]
    assert rebuild(index.collection) == 1
    assert near(reader) == ["Storm takes the mill"]
    assert index.collection.vectors.name in [each.name for each in index.collection.vectors._client.list_collections()]
    reader.collection.close()


def test_two_indexes_on_one_server_dont_mix(tmp_path, server, write):
    one, other = (Assistant(words_settings(tmp_path / name, chroma_url=server)) for name in ("one", "other"))
    one.ingest([write("storm.txt", STORM)])
    other.ingest([write("fair.txt", FAIR)])
    assert (near(one), near(other)) == (["Storm takes the mill"], ["Fair weather"])
    rebuild(one.collection)
    assert check(one.collection, repair=True) == check(other.collection, repair=True) == []
    one.remove([one.articles()[0].id])
    assert near(other) == ["Fair weather"]
    for assistant in (one, other):
        assistant.collection.close()


def test_a_server_that_is_away_is_reported_in_one_line_and_nothing_is_lost(tmp_path, write):
    data, port, away = tmp_path / "data", free_port(), r"Chroma server at http://127.0.0.1:\d+ doesn't answer"
    assistant = Assistant(words_settings(tmp_path / "index", chroma_url=f"http://127.0.0.1:{port}"))
    with pytest.raises(CollectionError, match=away):
        assistant.ingest([write("storm.txt", STORM)])
    with chroma(data, port):
        assert len(assistant.ingest([write("storm.txt", STORM)]).added) == 1
        assert near(assistant) == ["Storm takes the mill"]
    fair = write("fair.txt", FAIR)
    for use in (
        lambda: assistant.search("mill"),
        lambda: assistant.ingest([fair]),
        lambda: assistant.remove([assistant.articles()[0].id]),
        lambda: rebuild(assistant.collection),
        lambda: check(assistant.collection, repair=True),
        lambda: Assistant(assistant.settings).search("mill"),
    ):
        with pytest.raises(CollectionError, match=away) as raised:
            use()
        assert "\n" not in str(raised.value)
    with chroma(data, port):
        assert near(assistant) == ["Storm takes the mill"]
        assert len(assistant.ingest([fair]).added) == 1
        assert near(assistant) == ["Storm takes the mill", "Fair weather"]
        check(assistant.collection, repair=True)
        assert check(assistant.collection, repair=False) == []
        assert len(assistant.collection.vectors._client.list_collections()) == 1
    assistant.collection.close()


class BadGateway(BaseHTTPRequestHandler):
    """A proxy whose Chroma server is away."""

    def do_GET(self):
        self.send_response(502)
        self.end_headers()
        self.wfile.write(b"<h1>Bad\nGateway</h1>")

    do_POST = do_GET

    def log_message(self, *arguments):
        pass


def test_what_isnt_a_chroma_server_is_reported_in_one_line(tmp_path, write):
    with http_server(BadGateway) as proxy:
        address = f"http://127.0.0.1:{proxy.server_port}"
        assistant = Assistant(words_settings(tmp_path / "index", chroma_url=address))
        with pytest.raises(CollectionError, match="doesn't answer as it should") as raised:
            assistant.ingest([write("storm.txt", STORM)])
    assert "\n" not in str(raised.value)
