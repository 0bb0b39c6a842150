"""The page of what a person or body said: as a program gets it, and as people read it in a real browser."""

import html
import json
import logging
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from starlette.testclient import TestClient

from assistant import Assistant
from assistant.render import KIND_WORDS
from assistant.web.app import build_app
from assistant.web.paths import said_path
from assistant.web.said_page import MOST_CHARACTERS, ON_A_PAGE
from index.remarks.speech_verbs import KINDS
from tests.conftest import words_settings
from tests.serving import ONRECORD, running

HOSTILE = "Bo <img src=x onerror=alert(1)> \"Nyström\" & 'sons'"
DAM = {
    "title": "Dam to be mended",
    "published": "2024-03-05",
    "publisher": "The Gazette",
    "url": "https://gazette.example/dam",
    "text": "Mayor Inge Tauber said on Tuesday that the dam would be mended. She denied that money was missing.",
}
INQUIRY = {
    "title": "Inquiry into the dam",
    "published": "2024-03-28",
    "publisher": "The <b>Mercury</b>",
    "url": "https://mercury.example/inquiry?a=1&b=2",
    "text": "Inge Tauber accused the contractor of lying about the dam. Bo Nyström, who built it, said nothing.",
}
FERRY = {
    "title": "Ferry late again",
    "published": "2024-04-09",
    "publisher": "The Mercury",
    "text": "Inge Tauber apologised to passengers of the ferry.",
}
UNDATED = {"title": "The wall", "text": "Inge Tauber promised that the wall would be finished."}
COPY = {**FERRY, "publisher": "The Ledger", "published": "2024-04-08"}


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    """The folder of an index with a few remarks of Inge Tauber; not to be changed."""
    folder = tmp_path_factory.mktemp("said")
    (folder / "news.json").write_text(json.dumps([DAM, INQUIRY, FERRY, UNDATED]), "utf-8")
    (folder / "copy.json").write_text(json.dumps([COPY]), "utf-8")
    assistant = Assistant(words_settings(folder / "index"))
    assert not assistant.ingest([folder / "news.json", folder / "copy.json"]).failed
    return folder / "index"


def client_of(assistant, **options):
    return TestClient(build_app(assistant), base_url="http://127.0.0.1:7860", follow_redirects=False, **options)


@pytest.fixture
def served(index):
    """Returns a client of the page with these settings."""
    return lambda **given: client_of(Assistant(words_settings(index, **given)))


@pytest.fixture(scope="module")
def client(index):
    return client_of(Assistant(words_settings(index, quota="1000/minute")))


def listed(response):
    """What the page lists: its months, and under them day, speaker and kind of each remark."""
    lines = re.findall(r"<h2[^>]*>(.*?)</h2>|<p class=\"facts\">(.*? · .*?)</p>", response.text)
    return [html.unescape(re.sub(r"<[^>]*>", "", month or facts)) for month, facts in lines]


def test_remarks_stand_under_their_months_newest_first_with_outlets_and_copies_once(client):
    assert listed(client.get("/said/Tauber")) == [
        "April 2024",
        "9 April 2024 · Inge Tauber apologised · The Mercury, The Ledger",
        "March 2024",
        "28 March 2024 · Inge Tauber accused · The <b>Mercury</b>",
        "5 March 2024 · Inge Tauber said · The Gazette",
        "5 March 2024 · Inge Tauber denied (here “She”) · The Gazette",
        "Undated",
        "undated · Inge Tauber promised · an unnamed outlet",
    ]


def test_a_remark_is_quoted_exactly_and_leads_to_its_place_in_the_article_and_to_the_original(client):
    page = client.get("/said/Inge%20Tauber?kind=deny").text
    assert "<blockquote>She <b>denied</b> that money was missing.</blockquote>" in page
    (path,) = re.findall(r'href="(/articles/\w+\?quote=[^"]+)"', page)
    assert '<mark id="quote1">She denied that money was missing.</mark>' in client.get(path).text
    assert 'href="https://gazette.example/dam#:~:text=She%20denied%20that%20money%20was%20missing."' in page
    record = json.loads(html.unescape(re.search(r'data-record="([^"]*)"', page)[1]))
    assert record["text"] == "Inge Tauber: She denied that money was missing. [1]"


def test_each_kind_has_a_word_for_readers():
    assert tuple(KIND_WORDS) == KINDS


@pytest.mark.parametrize(
    ("query", "days"),
    [
        ("kind=accuse", ["28"]),
        ("publisher=the+gazette", ["5", "5"]),
        ("about=ferry", ["9"]),
        ("after=2024-03-28", ["9", "28"]),
        ("after=2024-03-06&before=2024-04-01", ["28"]),
        ("kind=deny&publisher=The+Gazette&about=money&before=2024-03-05", ["5"]),
    ],
)
def test_filters_choose_remarks_and_stay_in_the_form(client, query, days):
    response = client.get(f"/said/Tauber?{query}")
    assert [line.split()[0] for line in listed(response) if "·" in line] == days
    for field, value in (pair.split("=") for pair in query.replace("+", " ").split("&")):
        chosen = f'<option value="[^"]*" selected>|name="{field}" type="\\w+" value="{re.escape(value)}"'
        assert re.search(chosen, response.text), field


def test_the_form_leads_to_a_clean_address(client):
    response = client.get("/said?name=++Inge+Tauber&kind=deny&publisher=&about=&after=&before=")
    assert (response.status_code, response.headers["location"]) == (303, "/said/Inge%20Tauber?kind=deny")


def test_without_a_name_there_is_a_form_alone(client):
    for path in ("/said", "/said/", "/said?name=++"):
        response = client.get(path)
        assert response.status_code == 200
        assert '<form action="/said" role="search"' in response.text
        assert "<blockquote>" not in response.text


NAMES = [
    HOSTILE,
    "A/B",
    "/",
    "//evil.example/",
    "..",
    ".",
    "../../articles",
    "Élan & “Söhne”",
    "100% of it?",
    "a#b;c=d",
    "{{ 7 * 7 }}",
    "東京",
    "half \ud800 a pair",
]


@pytest.mark.parametrize("name", NAMES)
def test_whatever_a_name_holds_its_path_leads_to_its_page_where_it_is_text(client, name):
    response = client.get(f"/{said_path(name, kind='deny')}")
    shown = html.escape(name.encode(errors="replace").decode(), quote=False)
    assert response.status_code == 200
    assert f"<h1>{shown}</h1>" in response.text.replace("&#34;", '"').replace("&#39;", "'")
    assert '<option value="deny" selected>' in response.text
    assert "<img" not in response.text


def test_line_ends_in_a_name_are_spaces(client):
    assert "<h1>Inge Tauber</h1>" in client.get("/said/Inge%0A%0D%0ATauber%0A").text
    assert client.get("/said/Inge%00Tauber").status_code == 400


def test_markup_in_articles_is_text(client):
    page = client.get("/said/Tauber").text
    assert not re.findall(r"<script(?! src=)|<b>Mercury|<img", page)
    assert "The &lt;b&gt;Mercury&lt;/b&gt;" in page
    assert 'href="https://mercury.example/inquiry?a=1&amp;b=2#:~:text=' in page


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        ("/said/Nobody", 200, "The articles report no remarks of Nobody. Try a surname alone"),
        ("/said/%25%25", 200, "The articles report no remarks of %%."),
        ("/said/Tauber?kind=thank", 200, "No remark of Tauber passes these filters."),
        ("/said/Tauber?page=9", 200, "There are no more remarks."),
        ("/said/Tauber?kind=shout", 400, "'shout' is no kind of remark."),
        ("/said/Tauber?after=yesterday", 400, "after is 'yesterday', which is not a date. Write it as 2024-03-05."),
        ("/said/Tauber?after=2024-03-05&before=2024-03-01", 400, "Swap the two dates."),
        ("/said/Tauber?publisher=<b>", 400, "No article has the publisher '<b>'."),
        (f"/said/{'x' * (MOST_CHARACTERS + 1)}", 400, f"name has 201 characters; at most {MOST_CHARACTERS} are read."),
        (f"/said/Tauber?about={'x' * 300}", 400, "about has 300 characters"),
    ],
)
def test_what_there_is_to_say_is_one_plain_line_below_the_form(client, path, status, says):
    response = client.get(path)
    (line,) = re.findall(r'<p class="problem"[^>]*>([^<]*)', response.text)
    assert response.status_code == status
    assert says in html.unescape(line)
    assert "<blockquote>" not in response.text
    assert '<form action="/said"' in response.text


def test_where_remarks_are_turned_off_that_is_said_and_the_chat_has_no_link(served):
    off = served(parser="none")
    response = off.get("/said/Tauber")
    assert response.status_code == 503
    assert "Who said what isn&#39;t known here: the operator of this chat has turned that off." in response.text
    assert "Who said what" not in off.get("/config").text
    assert '<a href=\\"said\\" target=\\"_blank\\" rel=\\"noopener\\">Who said what</a>' in served().get("/config").text


def test_without_articles_that_is_said(tmp_path):
    response = client_of(Assistant(words_settings(tmp_path / "nothing"))).get("/said/Tauber")
    assert response.status_code == 503
    assert "There are no articles to answer from yet." in response.text


def test_articles_that_are_yet_to_be_searched_are_counted(tmp_path, write):
    write("wall.json", json.dumps([UNDATED]))
    Assistant(words_settings(tmp_path / "index", parser="none")).ingest([tmp_path / "articles"])
    page = client_of(Assistant(words_settings(tmp_path / "index"))).get("/said/Tauber").text
    assert "The articles report no remarks of Tauber." in page
    assert '<p class="facts">1 article is yet to be searched for remarks.</p>' in page


def test_many_remarks_have_pages_that_follow_one_another(tmp_path, write, client):
    several = 2 * ON_A_PAGE + 1
    write("many.json", json.dumps([{
        "title": f"Matter {number}",
        "text": f"Inge Tauber denied that matter {number} was settled in house {number * 7}.",
        "published": f"{1940 + number}-01-01",
    } for number in range(several)]))  # fmt: skip
    assistant = Assistant(words_settings(tmp_path / "index", quota="100/minute"))
    assistant.ingest([tmp_path / "articles"])
    reader, path, seen = client_of(assistant), "/said/Tauber?kind=deny", []
    pages = 0
    while path:
        page = reader.get(path).text
        seen += re.findall(r">(Matter \d+)</a>", page)
        assert ('rel="prev"' in page) == (pages > 0)
        path = html.unescape("".join(re.findall(r'rel="next" href="([^"]*)"', page)))
        pages += 1
    assert seen == [f"Matter {number}" for number in reversed(range(several))]
    assert pages == 3
    first = html.unescape(re.search(r'rel="prev" href="([^"]*)"', reader.get("/said/Tauber?kind=deny&page=2").text)[1])
    assert first == "/said/Tauber?kind=deny"
    assert 'rel="next"' not in client.get("/said/Tauber").text
    for wrong in ("0", "-1", "x", "²", "9" * 40):
        assert reader.get("/said/Tauber", params={"page": wrong}).status_code == 200


def test_a_page_counts_towards_the_quota_and_a_form_alone_doesnt(served):
    reader = served(quota="2/minute")
    for path in ("/said", "/said/Tauber", "/said?name=Tauber", "/api/said"):
        assert reader.get(path).status_code in (200, 303)
    refused = reader.get("/said/Tauber")
    assert refused.status_code == 429
    assert 0 < int(refused.headers["retry-after"]) <= 60
    assert "You have asked as much as is allowed for now." in refused.text


def test_only_people_whom_the_proxy_names_are_let_in(served):
    assert served(user_header="X-User", proxies="10.0.0.0/8").get("/said/Tauber").status_code == 401


def test_its_headers_are_those_of_our_own_pages_and_it_may_be_framed_where_articles_may(served):
    reader = served(origins="https://intranet.example.org")
    headers, others = reader.get("/said/Tauber").headers, reader.get("/articles/none").headers
    assert headers["cache-control"] == "no-store"
    for name in ("content-security-policy", "x-content-type-options", "referrer-policy", "permissions-policy"):
        assert headers[name] == others[name]
    assert headers["content-security-policy"].endswith("frame-ancestors 'self' https://intranet.example.org")
    assert "no-store" in reader.get("/said?name=x").headers["cache-control"]


def test_below_the_path_of_a_proxy_all_links_stay_below_it(index):
    reader = client_of(Assistant(words_settings(index)), root_path="/news")
    page = reader.get("/news/said/Tauber").text
    ours = re.findall(r'(?:href|src|action)="(/[^"]*)"', page)
    assert len(ours) > 8
    assert all(link.startswith("/news/") for link in ours)
    assert reader.get("/news/said?name=a+b").headers["location"] == "/news/said/a%20b"


def test_the_log_doesnt_say_whose_remarks_were_read(client, caplog):
    caplog.set_level(logging.INFO, "onrecord")
    client.get("/said/Tau%0Aber")
    assert [record.facts["path"] for record in caplog.records if hasattr(record, "facts")] == ["/said/…"]


# In a browser


@pytest.fixture(scope="module")
def address(index):
    settings = {"ONRECORD_EMBEDDING_MODEL": "words", "ONRECORD_QUOTA": "1000/minute"}
    with running([str(ONRECORD), "serve"], index.parent, ONRECORD_INDEX_DIR=str(index), **settings) as (address, _):
        yield address


@pytest.fixture
def reading(browser, address):
    """Opens a page that must show without an error, from its own host alone, and fit its window."""
    contexts, wrong = [], []

    def reading(path, width=1100, **options):
        context = browser.new_context(viewport={"width": width, "height": 800}, base_url=address, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
        page.on("request", lambda request: wrong.append(request.url) if not request.url.startswith(address) else None)
        page.goto(path)
        return page

    yield reading
    for context in contexts:
        for page in context.pages:
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        context.close()
    assert wrong == []


def remarks(page):
    return page.locator("blockquote").all_inner_texts()


@pytest.mark.real
@pytest.mark.parametrize("width", [375, 1100])
def test_a_reader_finds_filters_and_copies_by_keyboard(reading, width):
    page = reading("/said", width, permissions=["clipboard-read", "clipboard-write"])
    page.keyboard.type("Tauber")
    page.keyboard.press("Enter")
    page.wait_for_url("**/said/Tauber")
    assert len(remarks(page)) == 5
    page.get_by_text("Filters", exact=True).focus()
    page.keyboard.press("Enter")
    page.get_by_label("Kind of remark").focus()
    page.keyboard.type("den")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.name") == "publisher"
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.get_by_role("button", name="Show").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/said/Tauber?kind=deny")
    assert remarks(page) == ["She denied that money was missing."]
    assert page.get_by_text("Filters: denied").is_visible()
    page.get_by_role("button", name="Copy with citation").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == (
        "Inge Tauber: She denied that money was missing. [1]\n\n"
        "[1] Dam to be mended — The Gazette, 5 March 2024\n    https://gazette.example/dam"
    )
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    page.locator("mark", has_text="She denied that money was missing.").wait_for()


@pytest.mark.real
def test_without_a_clipboard_it_is_copied_by_selection_and_the_focus_stays(reading):
    page = reading("/said/Tauber?kind=apologise")
    page.evaluate("""() => {
        navigator.clipboard.writeText = () => Promise.reject();
        document.execCommand = () => (window.copied = document.activeElement.value);
    }""")
    page.get_by_role("button", name="Copy with citation").click()
    page.get_by_role("button", name="Copied").wait_for()
    assert page.evaluate("copied").endswith("[1] Ferry late again — The Mercury, 9 April 2024 · also in The Ledger")
    assert page.evaluate("document.activeElement.className") == "copy"


@pytest.mark.real
def test_without_javascript_it_is_read_and_filtered_and_no_button_does_nothing(reading):
    page = reading("/said", 375, java_script_enabled=False)
    page.get_by_label("Name of a person or body").fill("Tauber")
    page.get_by_text("Filters", exact=True).click()
    page.get_by_label("Outlet").select_option("The Gazette")
    page.get_by_label("On or after").fill("2024-03-01")
    page.get_by_role("button", name="Show").click()
    page.wait_for_url("**/said/Tauber?publisher=The+Gazette&after=2024-03-01")
    assert len(remarks(page)) == 2
    assert page.get_by_role("button").all_inner_texts() == ["Show"]
    page.get_by_text("Filters: The Gazette, on or after 2024-03-01").click()
    right = page.locator("main > form").bounding_box()["x"] + page.locator("main > form").bounding_box()["width"]
    for field in ("Outlet", "About", "On or before"):
        box = page.get_by_label(field, exact=True).bounding_box()
        assert box["x"] + box["width"] <= right
    page.get_by_role("link", name="Inge Tauber").first.click()
    page.wait_for_url("**/said/Inge%20Tauber")
    assert len(remarks(page)) == 5


@pytest.mark.real
@pytest.mark.parametrize("look", ["light", "dark"])
@pytest.mark.parametrize("path", ["/said", "/said/Tauber", "/said/Tauber?after=x", "/said/Nobody?kind=deny"])
def test_axe_finds_nothing_and_it_is_dark_where_the_reader_wants_it_dark(browser, address, look, path):
    page = browser.new_page(color_scheme=look, base_url=address, viewport={"width": 375, "height": 800})
    page.goto(path)
    assert Axe().run(page).response["violations"] == []
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == {"light": "rgb(255, 255, 255)", "dark": "rgb(20, 22, 28)"}[look]
    page.context.close()


@pytest.mark.real
@pytest.mark.parametrize("path", ["/", "/embed"])
def test_a_link_in_the_chat_and_in_the_widget_opens_it_beside_them(reading, path):
    page = reading(path, 320)
    page.get_by_label("Ask a question").wait_for()
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Who said what").click()
    opened.value.get_by_label("Name of a person or body").wait_for()
    assert opened.value.url.endswith("/said")
    assert page.evaluate("document.documentElement.scrollHeight - innerHeight") <= (0 if path == "/embed" else 80)
