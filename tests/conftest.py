import os
import shutil
import sqlite3
from pathlib import Path

import pytest

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"

from assistant import Assistant, Settings
from index.ingest import demo_folder
from tests.news_site import news_site
from tests.serving import ONRECORD, running

ROOT = Path(__file__).parent.parent
CHROMIUM = shutil.which("chromium")
CHROMIUM_FLAGS = (
    "--no-sandbox --disable-gpu --disable-background-networking --disable-component-update --disable-sync".split()
)
SAMPLE = demo_folder() / "tensions-in-ukraine.txt"


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch):
    """No setting of the person who runs the tests reaches them."""
    for name in list(os.environ):
        if name.startswith(("ONRECORD_", "LANGSMITH_", "LANGCHAIN_", "OPENAI_")):
            monkeypatch.delenv(name)


def words_settings(folder: Path, **given) -> Settings:
    """Settings with word counts in place of the embedding model: everything else is real."""
    return Settings(index_dir=folder, embedding_model="words", **given)


@pytest.fixture
def empty(tmp_path) -> Assistant:
    return Assistant(words_settings(tmp_path / "index"))


@pytest.fixture
def site():
    """A small news site on loopback."""
    with news_site() as site:
        yield site


@pytest.fixture
def online(tmp_path) -> Assistant:
    """An empty collection that may read from that site."""
    return Assistant(words_settings(tmp_path / "index", fetch_hosts=("127.0.0.1",)))


@pytest.fixture(scope="session")
def demo(tmp_path_factory) -> Assistant:
    """All demonstration articles; not to be changed."""
    assistant = Assistant(words_settings(tmp_path_factory.mktemp("demo")))
    assistant.ingest([demo_folder()])
    return assistant


@pytest.fixture
def write(tmp_path):
    """Writes an article's file and returns its path."""

    def write(name: str, content: str | bytes) -> Path:
        path = tmp_path / "articles" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


@pytest.fixture
def columns_read(monkeypatch):
    """The columns that SQLite reads from now on, as `(table, column)`."""
    columns, connect = set(), sqlite3.connect

    def authorize(action, table, column, *rest):
        if action == sqlite3.SQLITE_READ:
            columns.add((table, column))
        return sqlite3.SQLITE_OK

    def connected(*arguments, **options):
        database = connect(*arguments, **options)
        database.set_authorizer(authorize)
        return database

    monkeypatch.setattr(sqlite3, "connect", connected)
    return columns


@pytest.fixture(scope="session")
def real_index(tmp_path_factory) -> Path:
    """All demonstration articles, with the real embedding model; not to be changed."""
    folder = tmp_path_factory.mktemp("real")
    Assistant(Settings(index_dir=folder)).ingest([demo_folder()])
    return folder


@pytest.fixture(scope="session")
def chat(real_index):
    """The address of a chat served by a process of its own."""
    quota = "1000/minute"
    with running(
        [str(ONRECORD), "serve"], real_index.parent, ONRECORD_INDEX_DIR=str(real_index), ONRECORD_QUOTA=quota
    ) as (
        address,
        _,
    ):
        yield address


@pytest.fixture(scope="session")
def browser():
    """Debian's Chromium; in continuous integration it must be there."""
    from playwright.sync_api import sync_playwright

    if not CHROMIUM:
        if os.environ.get("CI"):
            pytest.fail("There is no chromium on this machine: install Debian's package.")
        pytest.skip("There is no chromium on this machine.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser):
    """Opens a page of a chat, which must load without an error and from its own host alone."""
    opened = []

    def open_page(address, **options):
        context = browser.new_context(**({"viewport": {"width": 1280, "height": 860}} | options))
        context.set_default_timeout(60_000)
        page = context.new_page()
        requested, errors = [], []
        page.on("request", lambda request: requested.append(request.url))
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        opened.append((context, address, requested, errors))
        page.goto(address)
        page.get_by_label("Ask a question").wait_for()
        return page

    yield open_page
    for context, address, requested, errors in opened:
        context.close()
        assert [url for url in requested if not url.startswith((address, "data:", "blob:"))] == []
        assert errors == []
