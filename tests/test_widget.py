"""The chat in other pages: the example page, on an origin of its own, in a real browser with a real server."""

import json
import re
import urllib.request
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler

import pytest

from assistant.web.article_pages import STATIC
from tests.browsing import settle
from tests.conftest import CHROMIUM, CHROMIUM_FLAGS, ROOT
from tests.serving import ONRECORD, free_port, http_server, running

pytestmark = pytest.mark.real

PATIENCE = 60_000
SERVE = [str(ONRECORD), "serve"]

EXAMPLE = (ROOT / "examples/intranet.html").read_text("utf-8")
SHIPPED = "http://127.0.0.1:7860"
SAID = "no sign that the ferry had been overloaded"
QUOTED = f"Dr. Hollis Wyke, the board’s lead investigator, said there was {SAID}."
LISTEN = """
    window.seen = [];
    for (const name of ["ready", "open", "close", "answer", "error"]) {
        addEventListener(`onrecord:${name}`, (event) => seen.push([name, event.detail]));
    }
"""
HIGHLIGHTED = "[...CSS.highlights.get('onrecord') ?? []].map((range) => range.toString().replace(/\\s+/g, ' '))"


class Site:
    """A site of its own, with its pages by their paths.

    It is at `localhost` and the chat at 127.0.0.1, so browsers take them for two sites, not just two origins.
    """

    def __init__(self, stack: ExitStack) -> None:
        self.pages = {}
        handler = type("Handler", (_Handler,), {"pages": self.pages})
        server = stack.enter_context(http_server(handler))
        self.address = f"http://localhost:{server.server_port}"


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        body = self.pages.get(self.path, "").encode()
        self.send_response(200 if body else 204)
        self.send_header("content-type", "text/css" if self.path.endswith(".css") else "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


@pytest.fixture(scope="module")
def sites():
    """Yield a site that may embed the chat, and one that may not."""
    with ExitStack() as stack:
        yield Site(stack), Site(stack)


@pytest.fixture(scope="module")
def settings(demo, sites):
    return {
        "ONRECORD_INDEX_DIR": str(demo.settings.index_dir),
        "ONRECORD_EMBEDDING_MODEL": "words",
        "ONRECORD_ORIGINS": sites[0].address,
        "ONRECORD_QUOTA": "1000/minute",
    }


@pytest.fixture(scope="module")
def chat(demo, settings):
    with running(SERVE, demo.settings.index_dir, **settings) as (address, _):
        yield address


def watched(page, *addresses):
    """Return the page, and a list that collects its errors and its requests to hosts other than those given."""
    page.set_default_timeout(PATIENCE)
    wrong = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.on("request", lambda request: wrong.append(request.url) if not request.url.startswith(own) else None)
    own = (*addresses, "data:", "blob:")
    page.add_init_script(LISTEN)
    return page, wrong


@pytest.fixture
def page(browser, sites, chat):
    """Yield a page in which there may be no error and no request to another host."""
    page, wrong = watched(browser.new_page(viewport={"width": 1200, "height": 800}), sites[0].address, chat)
    yield page
    page.close()
    assert wrong == []


@pytest.fixture
def embedding(sites, chat):
    """Make a copy of the example page that embeds this chat, with more `data-` attributes; return its address."""

    def embedding(attributes: str = "", *, chat: str = chat, site: Site = sites[0]) -> str:
        assert EXAMPLE.count(SHIPPED) == 1
        site.pages["/page"] = EXAMPLE.replace(f'{SHIPPED}/embed.js"', f'{chat}/embed.js" {attributes}')
        return f"{site.address}/page"

    return embedding


def launcher(page):
    return page.get_by_role("button", name="Ask the archive")


def opened(page):
    """Open the chat; return its frame once it is ready for questions."""
    if launcher(page).get_attribute("aria-expanded") == "false":
        launcher(page).click()
    page.locator("#panel[data-state=ready]").wait_for()
    return page.frame_locator("#panel iframe")


def ask(frame, question):
    frame.get_by_label("Ask a question").fill(question)
    frame.get_by_label("Ask a question").press("Enter")


def click_citation(frame):
    settle(frame)
    frame.locator(".cite").first.click()


def answers(page, count=1):
    """Return the details of the first `count` events `onrecord:answer`."""
    for _ in range(PATIENCE // 100):
        details = page.evaluate("seen.filter(([name]) => name === 'answer').map(([, detail]) => detail)")
        if len(details) >= count:
            return details
        page.wait_for_timeout(100)
    raise AssertionError(f"{len(details)} answers, not {count}")


def test_one_line_of_html_embeds_a_chat_that_answers_with_citations(page, embedding):
    assert re.findall(r"(?m)^.*<script.*$", EXAMPLE) == [
        f'<!-- The chat, in one line: --><script src="{SHIPPED}/embed.js" data-label="Ask the archive"></script>'
    ]
    page.goto(embedding())
    frame = opened(page)
    ask(frame, "What did Hollis Wyke say?")
    frame.locator(".said", has_text=SAID).wait_for()
    assert "Steering pump failed" in frame.locator(".sources").inner_text()


def test_the_frame_is_loaded_only_when_the_chat_is_first_opened(page, embedding, chat):
    loaded = []
    page.on("request", lambda request: loaded.append(request.url) if request.url.startswith(chat) else None)
    page.goto(embedding())
    page.wait_for_load_state("networkidle")
    assert loaded == [f"{chat}/embed.js"]
    assert page.locator("iframe").count() == 0
    opened(page)
    assert f"{chat}/embed?article=" in "".join(loaded)
    before = sum("/embed?" in url for url in loaded)
    launcher(page).click()
    opened(page)
    assert sum("/embed?" in url for url in loaded) == before == 1


def test_a_citation_of_another_article_opens_it_inside_the_frame(page, embedding):
    page.goto(embedding())
    frame = opened(page)
    ask(frame, "Who was elected mayor of Dunmarrow?")
    frame.locator(".cite").first.wait_for()
    click_citation(frame)
    article = frame.frame_locator("#source iframe")
    assert "Noor Elstrand" in article.locator("mark").first.inner_text()
    frame.locator("#source").get_by_role("button", name="Close").click()
    frame.locator("#source").wait_for(state="hidden")
    assert page.evaluate(HIGHLIGHTED) == []


def test_quotations_of_the_page_s_own_article_are_highlighted_in_it_and_scrolled_to(page, embedding):
    page.set_viewport_size({"width": 1200, "height": 500})
    page.goto(embedding())
    frame = opened(page)
    ask(frame, "What did Hollis Wyke say?")
    assert answers(page)[0]["citations"][0]["quote"] == QUOTED
    assert QUOTED in page.evaluate(HIGHLIGHTED)
    assert page.evaluate("scrollY") == 0
    click_citation(frame)
    page.wait_for_function("scrollY > 0")
    assert page.evaluate(HIGHLIGHTED) == [QUOTED]
    frame.locator("#source").wait_for(state="hidden")


def test_without_the_highlight_api_the_cited_quotation_is_selected(page, embedding):
    page.add_init_script("delete window.Highlight")
    page.goto(embedding())
    frame = opened(page)
    ask(frame, "What did Hollis Wyke say?")
    answers(page)
    assert " ".join(page.evaluate("getSelection().toString()").split()) == QUOTED


def test_the_page_can_open_ask_and_close_and_gets_an_event_for_each(page, embedding):
    page.goto(embedding())
    page.evaluate("onrecord.ask('Who was elected mayor of Dunmarrow?')")
    page.evaluate("onrecord.ask('how many troops has NATO stationed there?')")
    first, second = answers(page, 2)
    assert first["question"] == "Who was elected mayor of Dunmarrow?"
    assert first["text"].startswith("Noor Elstrand of the opposition Civic Reform Party was elected mayor")
    assert not first["refused"]
    (citation,) = first["citations"]
    assert citation["quote"] in first["text"].replace(" [14 April 2024]", "")
    assert {key: value for key, value in citation.items() if key not in ("quote", "article")} == {
        "number": 1,
        "title": "Civic Reform's Elstrand wins Dunmarrow mayoral race",
        "facts": "Orvenia Press Agency, 15 April 2024",
        "url": "https://wire.opa.example/2024/04/15/dunmarrow-mayor",
    }
    assert second["refused"]
    assert second["citations"] == []
    page.evaluate("onrecord.close()")
    page.evaluate("onrecord.ask('x'.repeat(2000))")
    page.wait_for_function("seen.at(-1)[0] === 'error'")
    assert "at most 1,000" in page.evaluate("seen.at(-1)[1].message")
    names = page.evaluate("seen.map(([name]) => name)")
    assert names == ["open", "ready", "answer", "answer", "close", "open", "error"]


def test_an_inline_chat_stands_where_the_page_wants_it(page, embedding):
    page.goto(embedding('data-mode="inline" data-target="aside"'))
    page.locator("aside #panel[data-state=ready]").wait_for()
    assert launcher(page).count() == 0
    assert page.evaluate("document.activeElement === document.body")
    ask(page.frame_locator("#panel iframe"), "Who was elected mayor of Dunmarrow?")
    answers(page)


def test_the_page_decides_on_greeting_starters_accent_and_look(page, embedding):
    page.goto(
        embedding(
            'data-greeting="Ask <b>us</b>" '
            'data-starters="Who was elected mayor of Dunmarrow?| | What did Hollis Wyke say?" '
            'data-accent="rgb(1, 2, 3)" data-look="dark" data-position="bottom-left" data-width="20rem"'
        )
    )
    frame = opened(page)
    frame.get_by_text("Ask <b>us</b>").wait_for()
    assert frame.locator("button.example").all_inner_texts() == [
        "Who was elected mayor of Dunmarrow?",
        "What did Hollis Wyke say?",
    ]
    assert frame.locator("body.dark").count() == 1
    assert frame.locator("body").evaluate("body => getComputedStyle(body).getPropertyValue('--color-accent')") == (
        "rgb(1, 2, 3)"
    )
    assert launcher(page).evaluate("button => getComputedStyle(button).backgroundColor") == "rgb(1, 2, 3)"
    assert page.locator("#panel").bounding_box() | {"y": 0, "height": 0} == {"x": 20, "y": 0, "width": 320, "height": 0}
    frame.locator("button.example").first.click()
    assert answers(page)[0]["question"] == "Who was elected mayor of Dunmarrow?"


def test_the_page_s_article_comes_first_until_the_reader_says_otherwise(page, embedding):
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "/queue/join" in request.url else None)
    page.goto(embedding())
    frame = opened(page)
    ask(frame, "How many people died?")
    assert "Nine people died" in answers(page)[0]["text"]
    frame.get_by_role("button", name="Ask all articles alike").click()
    before = len(asked)
    ask(frame, "How many people died?")
    answers(page, 2)
    assert frame.get_by_text("This article first").count() == 0
    assert all("article=https" in url for url in asked[:before])
    assert not any("article=" in url for url in asked[before:])


def test_who_said_what_opens_in_a_window_of_its_own(page, embedding, chat):
    page.goto(embedding('data-width="20rem"'))
    frame = opened(page)
    frame.get_by_role("button", name="Ask all articles alike").wait_for()
    with page.expect_popup() as popup:
        frame.get_by_role("link", name="Who said what").click()
    popup.value.get_by_label("Name of a person or body").wait_for()
    assert popup.value.url == f"{chat}/said"
    popup.value.close()


def test_a_page_of_an_origin_that_isn_t_on_the_list_gets_no_frame(browser, embedding, sites, chat):
    page, wrong = watched(browser.new_page(), sites[1].address, chat)
    page.goto(embedding(site=sites[1]))
    launcher(page).click()
    page.get_by_text("The chat can't be reached just now.").wait_for()
    assert any("frame-ancestors" in error for error in wrong)
    assert page.evaluate("seen.map(([name]) => name)") == ["open", "error"]
    assert "ONRECORD_ORIGINS" in page.evaluate("seen.at(-1)[1].message")
    page.close()


def test_only_pages_of_listed_origins_may_read_what_the_server_answers(sites, chat):
    allowed = [_response(f"{chat}/health", site.address)["access-control-allow-origin"] for site in sites]
    assert allowed == [sites[0].address, None]
    framing = _response(f"{chat}/embed", sites[1].address)["content-security-policy"].partition("frame-ancestors ")[2]
    assert framing.split() == ["'self'", sites[0].address]


def _response(url, origin):
    with urllib.request.urlopen(urllib.request.Request(url, headers={"Origin": origin}), timeout=30) as response:
        return response.headers


def test_messages_from_another_frame_move_neither_the_chat_nor_the_page(browser, embedding, sites, chat):
    """One of the page's own origin posts to the chat, one of another origin to the page."""
    listed, other = sites
    other.pages["/intruder"] = """<script>
        for (const type of ["ready", "answer", "cite", "close", "error"]) {
            parent.postMessage({ onrecord: 1, type, citations: [] }, "*");
        }
    </script>"""
    page, wrong = watched(browser.new_page(), listed.address, other.address, chat)
    page.goto(embedding())
    frame = opened(page)
    before = page.evaluate("seen.length")
    replies = page.evaluate(
        """async (intruder) => {
            const newFrame = (src) => Object.assign(document.createElement("iframe"), { src });
            const addFrame = (src) => document.body.appendChild(newFrame(src));
            const heard = [];
            const own = addFrame("about:blank").contentWindow;
            own.addEventListener("message", (event) => heard.push(event.data));
            const chat = document.body.lastElementChild.previousElementSibling.shadowRoot.querySelector("iframe");
            const post = own.eval("(chat, message) => chat.postMessage(message, '*')");
            for (const type of ["init", "ask", "focus", "shown"]) {
                post(chat.contentWindow, { onrecord: 1, type, question: "What did Lavrov deny?" });
            }
            await new Promise((loaded) => addFrame(intruder).addEventListener("load", loaded));
            await new Promise((waited) => setTimeout(waited, 2000));
            return heard;
        }""",
        f"{other.address}/intruder",
    )
    assert replies == []
    assert page.evaluate("seen.length") == before
    assert page.locator("#panel").is_visible()
    assert frame.locator('[data-testid="user"]').count() == 0
    assert wrong == []
    page.close()


def test_no_message_goes_to_a_page_that_opens_the_chat_in_a_window(browser, sites, chat):
    sites[1].pages["/opener"] = f"""<button onclick="window.chat = window.open('{chat}/embed')">Open</button><script>
        window.got = [];
        addEventListener("message", (event) => got.push(event.data));
    </script>"""
    page, _ = watched(browser.new_page(), sites[1].address, chat)
    page.goto(f"{sites[1].address}/opener")
    with page.expect_popup() as popup:
        page.get_by_role("button").click()
    popup.value.get_by_label("Ask a question").wait_for(timeout=PATIENCE)
    page.evaluate("chat.postMessage({ onrecord: 1, type: 'ask', question: 'What did Lavrov deny?' }, '*')")
    page.wait_for_timeout(1000)
    assert page.evaluate("got") == []
    assert popup.value.locator('[data-testid="user"]').count() == 0
    page.context.close()


def test_it_works_where_third_party_cookies_are_blocked(browser, embedding, sites, chat, tmp_path):
    """Chromium then forbids the frame all storage too: reading its own `localStorage` is an error."""
    (tmp_path / "Default").mkdir()
    blocked = {"profile": {"block_third_party_cookies": True, "cookie_controls_mode": 1}}
    (tmp_path / "Default/Preferences").write_text(json.dumps(blocked), "utf-8")
    context = browser.browser_type.launch_persistent_context(tmp_path, executable_path=CHROMIUM, args=CHROMIUM_FLAGS)
    page, wrong = watched(context.new_page(), sites[0].address, chat)
    sites[0].pages["/bare"] = f'<iframe src="{chat}/articles/none"></iframe>'
    page.goto(f"{sites[0].address}/bare")
    touched = page.frames[1].evaluate("(() => { try { return String(localStorage) } catch (e) { return e.name } })()")
    assert touched == "SecurityError"
    wrong.clear()
    page.goto(embedding())
    frame = opened(page)
    ask(frame, "Who was elected mayor of Dunmarrow?")
    frame.locator(".cite").first.wait_for()
    click_citation(frame)
    frame.frame_locator("#source iframe").locator("mark").first.wait_for()
    assert wrong == []
    context.close()


@pytest.mark.parametrize("rule", ["div:empty { display: none }", "div { display: none !important; opacity: .1 }"])
def test_a_pages_rules_for_its_own_elements_hide_neither_the_button_nor_the_chat(page, sites, chat, rule):
    script = f'<script src="{chat}/embed.js" data-label="Ask the archive"></script>'
    sites[0].pages["/hiding"] = f'<!doctype html><link rel="icon" href="data:,"><style>{rule}</style><p>x</p>{script}'
    page.goto(f"{sites[0].address}/hiding")
    assert launcher(page).bounding_box()["width"] > 50
    assert launcher(page).evaluate("button => getComputedStyle(button.getRootNode().host).opacity") == "1"
    opened(page).get_by_label("Ask a question").wait_for()


def test_it_works_in_a_page_with_a_strict_content_security_policy(page, sites, chat):
    policy = f"default-src 'none'; script-src {chat}; frame-src {chat}; style-src 'self'"
    sites[0].pages["/page.css"] = "body { margin: 2rem; }"
    sites[0].pages["/strict"] = (
        f'<!doctype html><meta http-equiv="content-security-policy" content="{policy}">'
        '<link rel="stylesheet" href="page.css">'
        '<link rel="canonical" href="https://gazette.kestrow.example/2024/03/26/ferry-preliminary-report">'
        f'<p>{QUOTED}</p><script src="{chat}/embed.js" data-label="Ask the archive" data-accent="teal"></script>'
    )
    page.goto(f"{sites[0].address}/strict")
    assert launcher(page).evaluate("button => getComputedStyle(button).backgroundColor") == "rgb(0, 128, 128)"
    frame = opened(page)
    ask(frame, "What did Hollis Wyke say?")
    answers(page)
    assert page.evaluate(HIGHLIGHTED) == [QUOTED]


def test_while_the_server_is_down_the_chat_says_so_and_retry_works_once_it_is_up(browser, embedding, settings, demo):
    port = free_port()
    at_port = [*SERVE, "--port", str(port)]
    folder = demo.settings.index_dir
    page, _ = watched(browser.new_page())
    with running(at_port, folder, **settings):
        page.goto(embedding(chat=f"http://127.0.0.1:{port}"))
    launcher(page).click()
    page.get_by_text("Opening the chat …").wait_for()
    page.get_by_text("The chat can't be reached just now.").wait_for()
    assert page.evaluate("seen.map(([name]) => name)") == ["open", "error"]
    with running(at_port, folder, **settings):
        page.get_by_role("button", name="Retry").click()
        ask(opened(page), "Who was elected mayor of Dunmarrow?")
        answers(page)
    page.evaluate("onrecord.ask('What did Lavrov deny?')")
    page.wait_for_function("seen.at(-1)[0] === 'error'")
    assert "Connection" in page.evaluate("seen.at(-1)[1].message")
    page.close()


def test_the_script_is_small_and_names_no_other_host():
    script = _script("embed.js")
    assert len(script.encode()) <= 15_000
    assert set(re.findall(r"\w+://[^\s/]*", script)) == {"https://HOST"}
    for name in ("embed.js", "frame.js"):
        assert not re.search(r"innerHTML|outerHTML|insertAdjacent|document\.write|\beval\b|Function\(", _script(name))


def _script(name):
    return (STATIC / name).read_text("utf-8")


def test_it_can_be_used_by_keyboard_alone(page, embedding):
    page.goto(embedding())
    assert launcher(page).get_attribute("aria-expanded") == "false"
    launcher(page).focus()
    page.keyboard.press("Enter")
    assert launcher(page).get_attribute("aria-expanded") == "true"
    frame = opened(page)
    frame.locator("textarea:focus").wait_for()
    page.keyboard.type("Who was elected mayor of Dunmarrow?")
    page.keyboard.press("Enter")
    answers(page)
    frame.locator(".cite").first.focus()
    page.keyboard.press("Enter")
    frame.locator("#source").get_by_role("button", name="Close").wait_for()
    for still_open in (frame.locator("#source"), page.locator("#panel")):
        still_open.wait_for()
        page.keyboard.press("Escape")
        still_open.wait_for(state="hidden")
    assert launcher(page).get_attribute("aria-expanded") == "false"
    assert launcher(page).evaluate("button => button.getRootNode().activeElement === button")


def test_escape_closes_it_while_it_loads_too(page, embedding):
    page.goto(embedding())
    launcher(page).click()
    page.keyboard.press("Escape")
    page.locator("#panel").wait_for(state="hidden")
    assert launcher(page).evaluate("button => button.getRootNode().activeElement === button")
    opened(page)


def test_on_a_phone_it_fills_the_screen_and_a_citation_opens_the_article_there(page, embedding):
    page.set_viewport_size({"width": 390, "height": 780})
    page.goto(embedding())
    frame = opened(page)
    assert page.locator("#panel").bounding_box() == {"x": 0, "y": 0, "width": 390, "height": 780}
    ask(frame, "What did Hollis Wyke say?")
    answers(page)
    assert frame.locator("html").evaluate("html => html.scrollWidth") <= 390
    click_citation(frame)
    frame.frame_locator("#source iframe").locator("mark", has_text=SAID).wait_for()
    page.wait_for_timeout(500)
    assert frame.locator("#source").is_visible()
    page.locator("#panel").get_by_role("button", name="Close").click()
    assert launcher(page).is_visible()
