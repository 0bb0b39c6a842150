"""With the real embedding model: answers, the served chat over `gradio_client`, and the page in a browser."""

import json
import os
import shutil
from pathlib import Path

import pytest
from gradio_client import Client

from assistant import Assistant, Settings
from index.ingest import demo_folder
from tests.conftest import ROOT, SAMPLE
from tests.serving import ONRECORD, running

pytestmark = pytest.mark.real

DENIED = "“never threatened the Ukrainian people” and has no plans to attack the country."


@pytest.fixture(scope="module")
def index(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("real")
    Assistant(Settings(index_dir=folder)).ingest([demo_folder()])
    return folder


@pytest.fixture(scope="module")
def assistant(index) -> Assistant:
    return Assistant(Settings(index_dir=index))


@pytest.mark.parametrize(
    ("question", "quoted"),
    [
        ("what did Lavrov deny?", DENIED),
        ("WHAT DID LAVROF DENY", DENIED),
        ("what did Moscow deny?", "denies preparing an invasion"),
        ("how many troops does Moscow have near Ukraine's borders?", "100,000 troops"),
        ("where did Blinken and Lavrov meet?", "met in Geneva"),
        ("when did Blinken and Lavrov meet?", "On Friday"),
        ("who accused NATO of conspiring against Russia?", "Mr Lavrov accused NATO"),
        ("how many vessels take part in the naval drills?", "more than 140 vessels"),
        ("which country is sending a frigate to the Baltic Sea?", "Denmark"),
        ("who is the president of France?", "Emmanuel Macron"),
        ("what did Liz Truss say?", "desist and step back"),
        ("What did the Transport Ministry deny?", "denied that it had broken tender rules"),
    ],
)
def test_plain_questions_are_answered_with_quotations_that_hold(assistant, question, quoted):
    answer = assistant.ask(question)
    assert quoted in answer.text
    for citation in answer.citations:
        assert citation.article.full_text[citation.start : citation.end] == citation.quote


@pytest.mark.parametrize(
    "question",
    [
        "how many troops has NATO stationed there?",
        "what did Blinken deny?",
        "what did NATO deny?",
        "how many warships is Spain deploying?",
        "what did Germany promise Ukraine?",
        "what is the capital of Ukraine?",
        "who won the world cup?",
    ],
)
def test_what_the_articles_almost_say_is_refused(assistant, question):
    answer = assistant.ask(question)
    assert answer.refused
    assert answer.passages


def test_questions_that_others_wrote_are_mostly_answered_right_or_refused_rightly(assistant):
    """40 questions about the sample article, written apart from the code; a guard, not a figure to quote."""
    rows = [json.loads(line) for line in (ROOT / "tests/data/questions/sample.jsonl").read_text("utf-8").splitlines()]
    answers = [(row["answers"], assistant.ask(row["question"])) for row in rows]
    right = [answer for wanted, answer in answers if any(words in answer.text for words in wanted)]
    refused = [answer for wanted, answer in answers if not wanted and answer.refused]
    assert len(right) >= 20
    assert len(refused) >= 11


@pytest.fixture(scope="module")
def chat(index):
    """The address of a chat served by a process of its own."""
    with running([str(ONRECORD), "serve"], index.parent, ONRECORD_INDEX_DIR=str(index)) as (
        address,
        _,
    ):
        yield address


def test_the_chat_answers_over_its_api(chat):
    client = Client(chat, verbose=False)
    answer = client.predict("what did Lavrov deny?", api_name="/ask")
    assert DENIED in answer["text"]
    assert DENIED in client.predict("what did Lavrov deny?", api_name="/chat")
    *_, last = client.submit("what did Lavrov deny?", api_name="/chat")
    assert "<mark>" in last
    full_text = SAMPLE.read_text("utf-8")
    assert all(citation["quote"] in full_text for citation in json.loads(json.dumps(answer))["citations"])
    with pytest.raises(Exception, match="The question is empty"):
        client.predict(" ", api_name="/ask")


CHROMIUM = shutil.which("chromium")


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    if not CHROMIUM:
        if os.environ.get("CI"):
            pytest.fail("There is no chromium on this machine: install Debian's package.")
        pytest.skip("There is no chromium on this machine.")
    flags = "--no-sandbox --disable-gpu --disable-background-networking --disable-component-update --disable-sync"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags.split())
        yield browser
        browser.close()


@pytest.fixture
def page(browser, chat):
    """The chat page, which must load without an error and from its own host alone."""
    page = browser.new_page(viewport={"width": 1000, "height": 860})
    requested, errors = [], []
    page.on("request", lambda request: requested.append(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.goto(chat)
    page.get_by_label("Ask a question").wait_for()
    yield page
    assert [url for url in requested if not url.startswith((chat, "data:", "blob:"))] == []
    assert errors == []
    page.close()


def ask(page, question):
    page.get_by_label("Ask a question").fill(question)
    page.keyboard.press("Enter")


def test_the_page_shows_a_cited_answer_with_its_quotation_highlighted(page):
    ask(page, "what did Lavrov deny?")
    page.locator("mark", has_text="no plans to attack the country").wait_for()
    assert page.locator("summary", has_text="Tensions in Ukraine").is_visible()
    assert page.get_by_text("The article is undated.").is_visible()


def test_an_example_question_is_asked_by_a_click(page):
    page.get_by_text("What did the Transport Ministry deny?").click()
    page.locator("mark").first.wait_for()
    link = page.get_by_role("link", name="original").first
    assert link.get_attribute("href").startswith("https://")
    assert link.get_attribute("rel") == "noopener noreferrer"


def test_a_refusal_shows_the_closest_passages(page):
    ask(page, "how many troops has NATO stationed there?")
    page.get_by_text("The articles don't say. These are the closest passages:").wait_for()
    assert page.locator("mark").count() == 0
    page.locator("summary").first.click()
    assert page.locator("blockquote").first.is_visible()


@pytest.mark.parametrize("question", ["<img src=x onerror=document.title='owned'>", "x" * 100_000, "hi"])
def test_whatever_is_typed_gets_a_reply_and_nothing_runs(page, question):
    ask(page, question)
    replies = {"x": "at most 1,000", "h": "Hello.", "<": "The articles don't say."}
    page.get_by_text(replies[question[0]]).first.wait_for()
    assert page.title() == "onrecord"
