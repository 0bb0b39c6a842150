"""No payload in articles and questions runs, on a real server and in a real browser."""

import json
import re
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Error

from assistant import Assistant
from assistant.web.paths import said_path
from tests.conftest import ROOT, words_settings
from tests.serving import ONRECORD, running

pytestmark = pytest.mark.real

PAYLOADS = json.loads((ROOT / "tests/data/xss.json").read_text("utf-8"))
NAMES = "Abelard Bertold Crispin Dorward Eldred Fenwick Godric Hadrian Ismund Jorvik Kendrik Lothar Merrick".split()
NAMES += "Norbert Osgood Percival Quentin Roderick Sigmund Tancred".split()
REPORT = "XSS ran: "
REPORTER = f"""
    let seen;
    Object.defineProperty(window, "__xss", {{get: () => seen, set: (value) => {{
        seen = value;
        console.warn("{REPORT}" + value);
    }}}});
"""
"""Runs first in every page and frame: writes to the console what a payload sets."""

UNSAFE = """
import functools, sys
import gradio as gr
import assistant.web.answer_html, assistant.web.chat_page, assistant.web.templating
from assistant.cli import main

assistant.web.answer_html.escaped = lambda text: text
assistant.web.templating.TEMPLATES.autoescape = False
gr.Chatbot = functools.partial(gr.Chatbot, sanitize_html=False)
sys.exit(main(["serve"]))
"""


def numbered(payload, number):
    """Return the payload with its number, which it reports if it runs."""
    return payload.replace("xss=1", f"xss={number}")


def write_articles(folder: Path) -> dict[str, list[str]]:
    """Write an article for each name, with a share of the payloads; return each name's payloads."""
    hands = {name: [] for name in NAMES}
    for number, payload in enumerate(PAYLOADS):
        hands[NAMES[number % len(NAMES)]].append(numbered(payload, number))
    for name, hand in hands.items():
        (folder / f"{name}.md").write_text(article(name, hand), "utf-8")
    return hands


def article(name, hand):
    """Return an article with the payloads in each of its fields. NULs are replaced, as a file with one is refused."""
    every = " ".join(hand)
    fields = {
        "title": f"{name} denies the charge {every}",
        "publisher": f"The {name} Gazette {every}",
        "author": every,
        "url": f"https://evil.example/{re.sub(r'''[^!#-&(-;=?-~]''', '', every)}",
        "published": "2024-03-05",
    }
    written = "".join(f"{field}: {json.dumps(value)}\n" for field, value in fields.items())
    sentences = [
        f"Mayor {name} denied the charge of fraud {each} on Monday.".replace("\0", "\ufffd").replace("\n", " ")
        for each in hand
    ]
    return f"---\n{written}---\n~~~~~~~~\n" + "\n\n".join(sentences) + "\n~~~~~~~~\n"


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    """Return the index's folder, and each name's payloads."""
    folder = tmp_path_factory.mktemp("xss")
    (folder / "articles").mkdir()
    hands = write_articles(folder / "articles")
    report = Assistant(words_settings(folder / "index")).ingest([folder / "articles"])
    assert not report.failed
    assert len(report.added) == len(NAMES)
    return folder / "index", hands


@contextmanager
def served(command, index):
    settings = {"ONRECORD_INDEX_DIR": str(index), "ONRECORD_EMBEDDING_MODEL": "words", "ONRECORD_QUOTA": "1000/minute"}
    with running(command, ROOT, ONRECORD_MINIMUM_SCORE="0", **settings) as (address, _):
        yield address


class Watched:
    """A page of the browser that records what it must not do."""

    def __init__(self, browser, address):
        self.ran, self.dialogs, self.elsewhere = set(), [], set()
        self.context = browser.new_context()
        self.context.add_init_script(REPORTER)
        self.context.on("console", lambda message: self._hear(message.text))
        self.context.on("dialog", lambda dialog: (self.dialogs.append(dialog.message), dialog.dismiss()))
        self.context.on("requestfinished", lambda request: self._see(request, address))
        self.context.on("requestfailed", lambda request: self._see(request, address))
        self.page = self.context.new_page()
        self.page.set_default_timeout(20_000)
        self.page.goto(address)

    def _hear(self, text):
        if text.startswith(REPORT):
            self.ran.add(text.removeprefix(REPORT))

    def _see(self, request, address):
        """Record requests to other hosts; one that the page's policy stopped never left the browser."""
        elsewhere = not request.url.startswith((f"{address}/", "data:", "blob:", "about:"))
        if elsewhere and request.failure != "csp":
            self.elsewhere.add((request.url, request.failure))

    def ask(self, question):
        replies = self.page.locator(".answer").count()
        self.page.get_by_label("Ask a question").fill(question)
        self.page.keyboard.press("Enter")
        self.page.locator(".answer").nth(replies).wait_for()
        self.page.get_by_test_id("submit-button").wait_for()

    def check(self):
        """Assert that no payload has run, and that none would run at a click."""
        assert (self.ran, self.dialogs, self.elsewhere) == (set(), [], set())
        assert len(self.context.pages) == 1
        for frame in self.page.frames:
            assert frame.evaluate("window.__xss") is None
            assert frame.evaluate(LEADS_ASTRAY) == []


LEADS_ASTRAY = """() => [...document.querySelectorAll("*")].flatMap((element) =>
    [...element.attributes].filter(({name, value}) =>
        name.startsWith("on") || name === "srcdoc" || name === "formaction"
        || (/href$|^src$|^action$|^data$/.test(name) && /^[^a-z]*(java|vb)script:|^\\s*data:text/i.test(value))
    ).map(({name, value}) => `${element.tagName} ${name}=${value}`))"""


@pytest.fixture(scope="module")
def chat(index):
    with served([str(ONRECORD), "serve"], index[0]) as address:
        yield address


@pytest.fixture
def watched(browser, chat):
    watched = Watched(browser, chat)
    yield watched
    watched.check()
    watched.context.close()


def chunks(payloads, most=900):
    """Yield the payloads joined into few questions."""
    chunk = ""
    for payload in payloads:
        if len(chunk) + len(payload) > most:
            yield chunk
            chunk = ""
        chunk += f" {payload}"
    yield chunk


def test_a_hundred_payloads_differ():
    assert len(set(PAYLOADS)) >= 100


def test_no_payload_in_an_answer_a_source_a_refusal_or_the_history_runs(watched, index):
    page = watched.page
    watched.ask(f"who is Zebedee of Nowhere? {PAYLOADS[0]} {PAYLOADS[15]}")
    for name in NAMES:
        watched.ask(f"what did {name} deny?")
    watched.check()
    shown = page.locator("#conversation").inner_text()
    assert [name for name in NAMES if f"{name} denies the charge" not in shown] == []
    page.locator(".sources a.source").last.click()
    page.frame_locator("#source iframe").locator("mark").first.wait_for()
    watched.check()
    page.reload()
    page.get_by_label("Ask a question").wait_for()
    page.get_by_text("who is Zebedee").first.click()
    page.locator(".answer").nth(len(NAMES)).wait_for()
    watched.check()


def test_no_payload_in_a_question_runs(watched):
    for question in chunks(PAYLOADS):
        watched.ask(question)


def test_no_payload_runs_on_the_page_of_an_article(watched, index, chat):
    folder, hands = index
    for article in Assistant(words_settings(folder)).articles():
        watched.page.goto(f"{chat}/articles/{article.id}?quote=0-20#quote1")
        body = watched.page.locator("article").inner_text()
        assert all(hand.split("<")[0][:10].strip() in body for hand in hands[article.title.split()[0]])
        watched.check()


def test_no_payload_runs_on_the_page_of_who_said_what(watched, index, chat):
    for name in NAMES:
        watched.page.goto(f"{chat}/said/{name}")
        assert watched.page.locator("blockquote").count() > 0, name
        watched.check()
    for payload in PAYLOADS[::10]:
        watched.page.goto(f"{chat}/{said_path(payload.replace(chr(0), ''), about=payload[:100].replace(chr(0), ''))}")
        watched.page.get_by_label("Name of a person or body").wait_for()
        watched.check()


def test_no_payload_runs_in_the_widget(watched, chat):
    watched.page.goto(f"{chat}/embed")
    watched.ask(f"what did {NAMES[0]} deny? {PAYLOADS[15]}")


def test_the_same_payloads_do_run_where_nothing_is_escaped(browser, index):
    """The tests above would therefore notice a payload that runs."""
    with served([sys.executable, "-c", UNSAFE], index[0]) as address:
        ran = set()
        for name in NAMES[:6]:
            watched = Watched(browser, address)
            try:
                watched.ask(f"what did {name} deny?")
                watched.page.wait_for_timeout(300)
            except Error:
                pass  # a payload broke the page
            ran |= watched.ran
            watched.context.close()
    assert len(ran) >= 10, ran
