"""The served chat as a process: it stops at once with tabs open, and its log has no questions."""

import json
import signal
import subprocess
import time

import pytest

from tests.serving import ONRECORD, environment, free_port

pytestmark = pytest.mark.real


@pytest.fixture
def served(real_index):
    """Yield the process of a served chat, and its address."""
    port = free_port()
    process = subprocess.Popen(
        [str(ONRECORD), "serve", "--port", str(port), "--index", str(real_index)],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert "The chat is open" in process.stdout.readline()
    yield process, f"http://127.0.0.1:{port}"
    process.kill()
    process.communicate()


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_at_once_with_a_tab_open_and_logs_no_error(served, browser, by):
    process, address = served
    page = browser.new_page()
    page.goto(address)
    page.get_by_label("Ask a question").wait_for(timeout=60_000)
    began = time.monotonic()
    process.send_signal(by)
    _, log = process.communicate(timeout=20)
    assert time.monotonic() - began < 4  # one second of grace, and room for a busy machine
    page.close()
    lines = [json.loads(line) for line in log.splitlines()]
    assert [line for line in lines if "Traceback" in json.dumps(line) or line["level"] == "error"] == []


def test_the_log_has_an_answers_id_and_not_its_question(served, browser):
    process, address = served
    page = browser.new_page()
    page.goto(address)
    page.get_by_label("Ask a question").fill("what did Lavrov deny?")
    page.keyboard.press("Enter")
    page.locator(".cite").first.wait_for(timeout=60_000)
    page.close()
    process.send_signal(signal.SIGTERM)
    _, log = process.communicate(timeout=20)
    lines = [json.loads(line) for line in log.splitlines()]
    (answer,) = [line for line in lines if line["event"] == "answer"]
    assert answer["citations"] == 1
    assert answer["id"] in {line["id"] for line in lines if line["event"] == "request"}
    assert "Lavrov" not in log
