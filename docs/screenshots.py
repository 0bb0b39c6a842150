"""Takes the README's pictures: `python -m docs.screenshots`, with Debian's Chromium.

A real server answers from the demonstration articles. A site on another origin shows examples/intranet.html.
"""

import io
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, FrameLocator, Page, sync_playwright

from assistant import Assistant, Settings
from assistant.web.admin_secret import hash_secret
from index.ingest import demo_folder
from tests.browsing import settle
from tests.conftest import CHROMIUM, CHROMIUM_FLAGS, ROOT
from tests.serving import ONRECORD, http_server, running

DOCS = Path(__file__).parent
COLOURS = 128
SECRET = "correct horse battery"  # noqa: S105
SHIPPED = "http://127.0.0.1:7860"
EXAMPLE = (ROOT / "examples/intranet.html").read_text("utf-8")


class _Intranet(BaseHTTPRequestHandler):
    page = ""

    def do_GET(self) -> None:
        body = self.page.encode() if self.path == "/" else b""
        self.send_response(200 if body else 204)
        self.send_header("content-type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(body)


def ask(chat: Page | FrameLocator, *questions: str) -> None:
    """Ask one question after another, each after the previous one is answered."""
    for question in questions:
        answers = chat.locator(".answer").count()
        chat.get_by_label("Ask a question").fill(question)
        chat.get_by_label("Ask a question").press("Enter")
        chat.locator(".answer").nth(answers).wait_for()
        chat.get_by_test_id("submit-button").wait_for()
        settle(chat)


def save(page: Page, name: str) -> None:
    """Save a picture of the page, reduced to COLOURS colours."""
    picture = Image.open(io.BytesIO(page.screenshot()))
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(DOCS / f"{name}.png", optimize=True)


@contextmanager
def opened(browser: Browser, address: str, width: int, height: int, **options: bool | str) -> Iterator[Page]:
    """Open a page of that size in the block."""
    context = browser.new_context(viewport={"width": width, "height": height}, **options)
    page = context.new_page()
    page.goto(address)
    yield page
    context.close()


def take(browser: Browser, chat: str, intranet: str) -> None:
    """Take all the pictures."""
    with opened(browser, chat, 1280, 800) as page:
        ask(page, "who was elected mayor of Dunmarrow?", "when was she elected?")
        page.locator(".cite").last.click()
        page.frame_locator("#source iframe").locator("mark").first.wait_for()
        page.mouse.move(0, 0)
        settle(page)
        save(page, "chat")
    with opened(browser, chat, 900, 800) as page:
        ask(page, "how many troops has NATO stationed there?")
        save(page, "refusal")
    with opened(browser, f"{chat}/said/Jorun%20Haske", 900, 800) as page:
        settle(page)
        save(page, "said")
    with opened(browser, chat, 390, 800, color_scheme="dark", has_touch=True, is_mobile=True) as page:
        ask(page, "what did the Transport Ministry deny in March 2024?")
        page.locator(".cite").first.tap()
        save(page, "phone")
    with opened(browser, intranet, 1200, 800) as page:
        page.get_by_role("button", name="Ask the archive").click()
        page.locator("#panel[data-state=ready]").wait_for()
        ask(page.frame_locator("#panel iframe"), "What did Hollis Wyke say?")
        save(page, "widget")
    with opened(browser, f"{chat}/admin", 1000, 1200) as page:
        page.get_by_label("Secret").fill(SECRET)
        page.keyboard.press("Enter")
        article = {
            "name": "bridge.txt",
            "mimeType": "text/plain",
            "buffer": b"Bridge closed\n\nThe bridge closed on Monday.",
        }
        picture = {"name": "bridge.png", "mimeType": "image/png", "buffer": b"\x89PNG"}
        page.get_by_label("Files").set_input_files([article, picture])
        page.get_by_role("button", name="Add").click()
        page.get_by_text("couldn't be added").wait_for()
        save(page, "admin")


def main() -> None:
    """Start the servers and the browser, and take the pictures."""
    with tempfile.TemporaryDirectory() as folder, http_server(_Intranet) as site, sync_playwright() as playwright:
        Assistant(Settings(index_dir=Path(folder))).ingest([demo_folder()])
        intranet = f"http://localhost:{site.server_port}"
        settings = {"INDEX_DIR": folder, "ORIGINS": intranet, "ADMIN_HASH": hash_secret(SECRET), "QUOTA": "100/minute"}
        named = {f"ONRECORD_{name}": value for name, value in settings.items()}
        with running([str(ONRECORD), "serve"], Path(folder), **named) as (chat, _):
            _Intranet.page = EXAMPLE.replace(SHIPPED, chat)
            take(playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS), chat, intranet)


if __name__ == "__main__":
    main()
