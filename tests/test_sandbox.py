"""The confined process: what a reader does there can't harm the process that asks, and costs one item."""

import gc
import io
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from index.errors import ReadError
from index.readers import formats, sandbox
from index.report import Failure
from index.text.encoding import MAX_BYTES
from tests import readers_made
from tests.documents_made import BODY, article_epub, article_pdf, docx_of, pdf, zip_of

STORY = "The storm took the roof of the mill on Monday."
PAGE = f"<html><body><article><h1>Storm</h1>{f'<p>{STORY}</p>' * 9}</article></body></html>".encode()


def read(data, suffix, name="story"):
    return list(formats.read_articles(io.BytesIO(data), suffix, f"{name}{suffix}"))


def numbers(text, reader=readers_made.read_numbers, **given):
    """The lines that the reader yields from that text, in the confined process."""
    stream = io.BytesIO(text.encode())
    return [
        item.source
        for item in sandbox.read_confined(reader, stream, "a.txt", label="numbers", types=(Failure,), **given)
    ]


@pytest.fixture
def fresh_pool(monkeypatch):
    """A pool without processes, which is emptied afterwards."""
    pool = sandbox._Pool()
    monkeypatch.setattr(sandbox, "_pool", pool)
    yield pool
    pool.stop()


def test_items_arrive_in_order_and_none_is_passed_over():
    assert numbers("1 none 2 3") == ["1", "2", "3"]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("hang", "took longer than 0.5 seconds to read"),
        ("die", "can't be read as numbers (its reader broke down)"),
        ("eat", "can't be read as numbers (it takes more than 1,500 MB of memory)"),
        ("raise", "can't be read as numbers (one line [0m)"),
    ],
)
def test_what_breaks_its_reader_is_an_error_of_one_line_and_the_next_file_is_read(monkeypatch, line, says):
    monkeypatch.setattr(sandbox, "SECONDS", 0.5)
    with pytest.raises(ReadError) as caught:
        numbers(f"1 {line} 2")
    assert str(caught.value) == f"a.txt {says}. Split it, save it again, or give it in another format."
    assert numbers("1 2") == ["1", "2"]


@pytest.mark.parametrize("line", ["hang", "die", "eat", "raise"])
def test_a_record_that_breaks_its_reader_is_one_failure_and_the_rest_is_read(monkeypatch, line):
    monkeypatch.setattr(sandbox, "SECONDS", 0.5)
    assert numbers(f"1 none {line} 2 {line} 3", resumes=True) == ["1", "a.txt, line 2", "2", "a.txt, line 4", "3"]


def test_a_reader_that_breaks_down_again_and_again_is_given_up():
    with pytest.raises(ReadError, match="broke down"):
        numbers("1", readers_made.read_until_broken, resumes=True)
    with pytest.raises(ReadError, match="broke down"):
        numbers("die " * 20, resumes=True)


# Pages, exports and archives


@pytest.mark.parametrize("suffix", [".html", ".pdf"])
def test_a_file_whose_reading_hangs_is_an_error_and_the_next_is_read(fresh_pool, monkeypatch, suffix):
    hanging = {".html": PAGE * 2_000, ".pdf": pdf([[("x " * 40, 700, 9)] * 20_000])}[suffix]
    monkeypatch.setattr(sandbox, "SECONDS", 0.05)
    with pytest.raises(ReadError, match=r"took longer than 0\.05 seconds"):
        read(hanging[:MAX_BYTES], suffix)
    monkeypatch.undo()
    (draft,) = read(PAGE, ".html")
    assert STORY in draft.full_text


def test_a_page_in_an_archive_that_takes_too_long_is_one_failure(fresh_pool, monkeypatch):
    monkeypatch.setattr(sandbox, "SECONDS", 0.02)
    archive = zip_of({"a.txt": STORY.encode(), "b.html": PAGE * 2_000, "c.txt": STORY.encode()})
    first, failure, last = read(archive, ".zip")
    assert first.full_text == last.full_text == STORY
    assert failure.source == "story.zip/b.html"
    assert failure.reason.startswith("story.zip/b.html took longer than 0.02 seconds")
    assert "\n" not in failure.reason


@pytest.mark.parametrize("source", ["bytes", "file", "pipe"])
def test_an_export_is_read_from_any_stream(tmp_path, source):
    records = "".join(json.dumps({"id": number, "text": STORY}) + "\n" for number in range(3)).encode()
    if source == "bytes":
        stream = io.BytesIO(b"skipped" + records)
        stream.seek(7)
    elif source == "file":
        (tmp_path / "a.jsonl").write_bytes(b"skipped" + records)
        stream = (tmp_path / "a.jsonl").open("rb")
        stream.read(7)
    else:
        reading, writing = os.pipe()
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(records)
        stream = os.fdopen(reading, "rb")
        stream.peek(10)
    with stream:
        assert [draft.key for draft in formats.read_articles(stream, ".jsonl", "a.jsonl")] == ["0", "1", "2"]


def test_an_exports_articles_arrive_before_it_is_read_to_its_end(tmp_path):
    path = tmp_path / "large.jsonl"
    with open(path, "wb") as file:
        for number in range(20_000):
            file.write(json.dumps({"id": number, "text": STORY * 10}).encode() + b"\n")
    with open(path, "rb") as file:
        articles = formats.read_articles(file, ".jsonl", str(path))
        assert next(articles).key == "0"
        assert os.lseek(file.fileno(), 0, os.SEEK_CUR) < path.stat().st_size / 2
        articles.close()


# The processes


def test_a_process_serves_one_request_after_another(fresh_pool):
    numbers("1")
    (process,) = fresh_pool._idle
    numbers("2")
    assert fresh_pool._idle == [process]


def test_a_process_that_died_while_idle_is_replaced(fresh_pool):
    numbers("1")
    died = fresh_pool._idle[0]
    os.kill(died.pid, 9)
    died._process.wait()
    assert numbers("1 2") == ["1", "2"]
    assert fresh_pool._idle[0].pid != died.pid


def test_a_process_whose_answer_is_no_longer_wanted_is_ended(fresh_pool):
    items = sandbox.read_confined(
        readers_made.read_numbers, io.BytesIO(b"1 hang"), "a.txt", label="numbers", types=(Failure,)
    )
    assert next(items).source == "1"
    items.close()
    assert fresh_pool._idle == []


def test_files_may_be_read_by_many_threads(fresh_pool):
    kinds = {".pdf": article_pdf(), ".docx": docx_of(), ".epub": article_epub()}
    texts = []

    def read_all():
        texts.extend(read(data, suffix)[0].full_text for suffix, data in kinds.items())

    threads = [threading.Thread(target=read_all) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert texts == [BODY] * 12
    assert len(fresh_pool._idle) == sandbox._MOST_IDLE


def test_plain_text_and_markdown_need_no_process(fresh_pool, monkeypatch):
    monkeypatch.setattr(sandbox, "_Process", lambda: pytest.fail("is started"))
    assert [read(STORY.encode(), suffix)[0].full_text for suffix in (".txt", ".md")] == [STORY] * 2


def test_the_process_dies_with_the_one_that_started_it():
    code = "import os, sys; from index.readers import sandbox; print(sandbox._Process().pid, flush=True); os._exit(1)"
    pid = int(subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=60).stdout)
    until = time.monotonic() + 10
    while _runs(pid) and time.monotonic() < until:
        time.sleep(0.05)
    assert not _runs(pid)


def _runs(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True).stdout
    return bool(state) and not state.startswith("Z")


def test_a_program_that_ends_leaves_no_message_and_no_process():
    code = "import io; from index.readers import formats\n"
    code += (
        "try: list(formats.read_articles(io.BytesIO(b''), '.pdf', 'a.pdf'))\nexcept formats.ReadError: print('refused')"
    )
    done = subprocess.run([sys.executable, "-X", "dev", "-c", code], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, "refused\n", "")


@pytest.mark.skipif(not Path("/proc").exists(), reason="Only Linux shows another process's environment.")
def test_the_process_gets_no_passwords(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "hunter2")
    process = sandbox._Process()
    try:
        while not (environment := Path(f"/proc/{process.pid}/environ").read_bytes()):
            time.sleep(0.01)
        assert b"hunter2" not in environment
    finally:
        process.stop()
        gc.collect()
