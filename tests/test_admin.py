"""The admin page for operators, over HTTP, without a browser."""

import html
import io
import re
import sqlite3
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from assistant import Assistant
from assistant.cli import main
from assistant.web import admin, admin_actions, admin_secret, feedback, sessions
from assistant.web.app import build_app
from assistant.web.guard import Guard
from index.errors import SettingsError
from index.ingest import demo_folder
from index.web.fetcher import Fetched
from tests.conftest import words_settings

STORM = b"Storm takes the mill\n\nThe storm took the roof of the mill on Monday. Mr. Orsk denied any neglect.\n"
SECRET = "correct horse battery"
HOME = "http://127.0.0.1:7860"


@pytest.fixture(scope="module")
def hashed():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(admin_secret, "COST", 2**4)
        return admin_secret.hash_secret(SECRET)


@pytest.fixture
def assistant(tmp_path, hashed):
    return Assistant(words_settings(tmp_path / "index", admin_hash=hashed))


class Browser(TestClient):
    """A browser with the actions of the admin page."""

    def sign_in(self, given=SECRET, **more):
        return self.post("/admin/login", data={"secret": given}, follow_redirects=False, **more)

    def token(self):
        return re.search(r'name="form" value="([^"]+)"', self.get("/admin").text).group(1)

    def do(self, action, files=(), **fields):
        """Send a form of the page; return the page that it leads to."""
        files = [("files", (name, io.BytesIO(data))) for name, data in files]
        return self.post(f"/admin/{action}", data={"form": self.token(), **fields}, files=files or None).text


def web_app(assistant):
    """Return an application with the admin page only; Gradio's takes a second to build."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(Guard, settings=assistant.settings)
    app.router.routes.extend(admin.routes(assistant))
    return app


@pytest.fixture
def stranger(assistant):
    return Browser(web_app(assistant), base_url=HOME)


@pytest.fixture
def browser(stranger):
    assert stranger.sign_in().status_code == 303
    return stranger


def notice(page):
    return html.unescape(re.search(r'<p class="notice[^>]*>(.*?)</p>', page).group(1))


# Signing in


def test_the_secret_opens_the_page(stranger):
    assert "Sign in" in stranger.get("/admin").text
    response = stranger.sign_in()
    assert (response.status_code, response.headers["location"]) == (303, "/admin")
    page = stranger.get("/admin").text
    assert "Add articles" in page
    assert "There are no articles yet" in page


@pytest.mark.parametrize("given", ["", "wrong horse battery", SECRET.upper(), SECRET + " ", "\x00", "é" * 300])
def test_a_wrong_secret_and_a_missing_one_get_the_same_answer(stranger, given):
    response = stranger.sign_in(given)
    assert response.status_code == 403
    assert notice(response.text) == "This is not the secret."
    assert "set-cookie" not in response.headers
    assert stranger.post("/admin/login").text == response.text


def test_the_sixth_attempt_in_a_minute_waits_even_with_the_secret(stranger):
    for _ in range(5):
        assert stranger.sign_in("wrong").status_code == 403
    response = stranger.sign_in()
    assert response.status_code == 429
    assert 0 < int(response.headers["retry-after"]) <= 60
    assert "set-cookie" not in response.headers


def test_right_secrets_are_not_counted(stranger):
    assert [stranger.sign_in().status_code for _ in range(7)] == [303] * 7


def test_the_wait_is_over_after_the_minute(stranger, monkeypatch):
    for _ in range(6):
        stranger.sign_in("wrong")
    later = time.time() + 61
    monkeypatch.setattr("time.time", lambda: later)
    assert stranger.sign_in().status_code == 303


def test_failures_from_many_addresses_make_no_other_address_wait(assistant):
    app = web_app(assistant)
    for number in range(250):
        assert Browser(app, base_url=HOME, client=(f"10.0.0.{number}", 1)).sign_in("wrong").status_code == 403
    assert Browser(app, base_url=HOME, client=("10.0.1.1", 1)).sign_in().status_code == 303


def test_behind_a_proxy_the_address_that_fails_is_the_forwarded_one(tmp_path, hashed):
    settings = words_settings(tmp_path, admin_hash=hashed, proxies="10.0.0.1", anonymous=True)
    browser = Browser(web_app(Assistant(settings)), base_url=HOME, client=("10.0.0.1", 1))
    for _ in range(6):
        response = browser.sign_in("wrong", headers={"x-forwarded-for": "8.8.8.8"})
    assert response.status_code == 429
    assert browser.sign_in(headers={"x-forwarded-for": "8.8.8.8"}).status_code == 429
    assert browser.sign_in(headers={"x-forwarded-for": "9.9.9.9"}).status_code == 303


def test_an_address_that_only_claims_to_be_another_waits_all_the_same(stranger):
    statuses = [stranger.sign_in("wrong", headers={"x-forwarded-for": f"8.8.8.{n}"}).status_code for n in range(6)]
    assert statuses == [403] * 5 + [429]


def test_one_address_has_one_secret_checked_at_a_time(assistant, monkeypatch):
    monkeypatch.setattr(admin_actions, "is_secret", lambda given, hashed: time.sleep(0.2))
    browser = Browser(web_app(assistant), base_url=HOME)
    with ThreadPoolExecutor(4) as threads:
        statuses = [*threads.map(lambda _: browser.sign_in("wrong").status_code, range(4))]
    assert sorted(statuses) == [403, 429, 429, 429]


def test_secrets_from_many_addresses_are_hashed_one_at_a_time(assistant, monkeypatch):
    now = most = 0

    def slow(given, hashed):
        nonlocal now, most
        now += 1
        most = max(most, now)
        time.sleep(0.02)
        now -= 1
        return given == SECRET

    app = web_app(assistant)
    monkeypatch.setattr(admin_actions, "is_secret", slow)
    browsers = [Browser(app, base_url=HOME, client=(f"10.0.0.{number}", 1)) for number in range(12)]
    with ThreadPoolExecutor(12) as threads:
        statuses = [*threads.map(lambda browser: browser.sign_in("wrong").status_code, browsers)]
    assert statuses == [403] * 12
    assert most == 1


def test_a_long_secret_or_a_file_is_refused_unread(stranger):
    assert stranger.sign_in("x" * 10_000).status_code == 400
    assert stranger.post("/admin/login", files={"secret": b"x"}).status_code == 400


def test_the_cookie_is_for_this_page_only_and_not_for_scripts(stranger):
    cookie = stranger.sign_in().headers["set-cookie"]
    for flag in ("HttpOnly", "SameSite=strict", "Path=/admin", "Max-Age=28800"):
        assert flag in cookie
    assert "Secure" not in cookie


def test_over_https_the_cookie_is_for_https_only(assistant):
    browser = Browser(web_app(assistant), base_url="https://127.0.0.1:7860")
    assert "Secure" in browser.sign_in().headers["set-cookie"]


def test_behind_a_proxy_the_cookie_and_links_are_for_its_path(tmp_path, hashed):
    settings = words_settings(tmp_path, admin_hash=hashed, root_path="/news", proxies="10.0.0.0/8", anonymous=True)
    browser = Browser(web_app(Assistant(settings)), base_url=HOME, client=("10.0.0.1", 1), root_path="/news")
    response = browser.sign_in(headers={"x-forwarded-proto": "https"})
    assert response.headers["location"] == "/news/admin"
    assert "Path=/news/admin" in response.headers["set-cookie"]
    assert "Secure" in response.headers["set-cookie"]
    assert 'action="/news/admin/login"' in browser.get("/admin").text


def test_only_a_trusted_proxy_says_that_it_is_https(stranger):
    cookie = stranger.sign_in(headers={"x-forwarded-proto": "https"}).headers["set-cookie"]
    assert "Secure" not in cookie


def test_only_the_digest_of_a_session_is_kept(browser, assistant):
    kept = b"".join(path.read_bytes() for path in assistant.settings.index_dir.glob("state.db*"))
    assert browser.cookies["onrecord_admin"].encode() not in kept


def test_signing_out_ends_the_session_everywhere(browser):
    cookie = browser.cookies["onrecord_admin"]
    assert "Sign in" in browser.do("logout")
    assert "Sign in" in browser.get("/admin", headers={"cookie": f"onrecord_admin={cookie}"}).text


def test_a_session_ends_after_eight_hours(browser, monkeypatch):
    later = time.time() + sessions.SECONDS + 1
    monkeypatch.setattr(sessions.time, "time", lambda: later)
    assert "Sign in" in browser.get("/admin").text


def test_a_new_secret_ends_the_sessions_of_the_old_one(browser, assistant):
    other = assistant.settings.model_copy(update={"admin_hash": admin_secret.hash_secret("another secret")})
    changed = Browser(web_app(Assistant(other)), base_url=HOME, cookies=browser.cookies)
    assert "Sign in" in changed.get("/admin").text


# What a stranger can't do


@pytest.mark.parametrize("action", ["add", "remove", "dismiss", "logout"])
@pytest.mark.parametrize("cookie", [None, "made up", "é"])
def test_nothing_is_done_without_a_session(stranger, assistant, action, cookie):
    headers = {"cookie": f"onrecord_admin={cookie}".encode()} if cookie else {}
    files = {"files": ("storm.txt", STORM)}
    response = stranger.post(
        f"/admin/{action}", data={"form": ""}, files=files, headers=headers, follow_redirects=False
    )
    assert (response.status_code, response.headers["location"]) == (303, "/admin")
    assert not (assistant.settings.index_dir / "uploads").exists()


@pytest.mark.parametrize("token", [None, "", "wrong", "é"])
def test_a_form_without_the_sessions_token_is_refused(browser, assistant, token):
    fields = {} if token is None else {"form": token}
    response = browser.post("/admin/add", data=fields, files={"files": ("storm.txt", STORM)})
    assert response.status_code == 403
    assert not (assistant.settings.index_dir / "uploads").exists()


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:7861"])
def test_a_form_of_another_origin_is_refused(browser, assistant, origin):
    fields = {"form": browser.token()}
    files = {"files": ("storm.txt", STORM)}
    response = browser.post("/admin/add", data=fields, files=files, headers={"origin": origin})
    assert response.status_code == 403
    assert browser.sign_in(headers={"origin": origin}).status_code == 403
    assert browser.post("/admin/add", data=fields, files=files, headers={"origin": HOME}).status_code == 200


def test_the_page_lets_browsers_send_its_origin_and_keep_no_copy(browser):
    headers = browser.get("/admin").headers
    assert (headers["referrer-policy"], headers["cache-control"]) == ("same-origin", "no-store")
    assert "frame-ancestors 'self'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]


def test_the_page_needs_no_script_and_no_style_of_its_own(browser):
    assert not re.search(r"<script|<style|style=|\bon\w+=", browser.get("/admin").text)


def test_actions_are_not_done_by_following_a_link(browser):
    response = browser.get("/admin/remove?id=x", follow_redirects=False)
    assert (response.status_code, response.headers["location"]) == (303, "/admin")


def test_the_whole_application_has_the_page(assistant):
    browser = Browser(build_app(assistant), base_url=HOME)
    browser.sign_in()
    assert notice(browser.do("add", [("storm.txt", STORM)])) == "Articles: 1 added."
    assert browser.get("/web/admin.css").status_code == 200
    assert browser.get("/admin/", follow_redirects=False).headers["location"] == "/admin"


def test_without_a_secret_there_is_no_page(demo):
    client = TestClient(build_app(demo), base_url=HOME)
    for path in ("/admin", "/admin/", "/admin/login", "/admin/add"):
        assert client.get(path).status_code == 404
        assert client.post(path, data={"secret": ""}).text.startswith("There is no admin page")


@pytest.mark.parametrize(
    "bad", [SECRET, "scrypt:16:8:3:c2FsdA==:", "scrypt:17:8:3:c2FsdA==:aGFzaA==", "scrypt:0:0:0:x:x"]
)
def test_a_setting_that_isnt_a_hash_is_refused_at_the_start(tmp_path, bad):
    with pytest.raises(SettingsError, match="ONRECORD_ADMIN_HASH is not the hash"):
        web_app(Assistant(words_settings(tmp_path, admin_hash=bad)))


# Adding and removing


def test_an_uploaded_file_is_an_article(browser, assistant):
    page = browser.do("add", [("storm.txt", STORM), ("fair.md", b"# Fair weather\n\nThe sun shone on the harbour.\n")])
    assert notice(page) == "Articles: 2 added."
    assert "Storm takes the mill" in page
    assert "2 articles · 2 passages" in page
    assert assistant.search("roof of the mill")
    assert notice(browser.get("/admin").text + '<p class="notice">none</p>') == "none"


def test_a_file_of_the_same_name_replaces_the_older_one(browser, assistant):
    browser.do("add", [("storm.txt", STORM)])
    assert notice(browser.do("add", [("storm.txt", STORM)])) == "Articles: 1 unchanged."
    assert notice(browser.do("add", [("storm.txt", STORM.replace(b"roof", b"chimney"))])) == "Articles: 1 updated."
    assert len(assistant.articles()) == 1
    assert "chimney" in assistant.articles()[0].full_text


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("bad.txt", b"\x00\x01", "bad.txt is a binary file."),
        ("empty.txt", b"", "empty.txt has no text in it."),
        ("words.txt", b"Mill", "words.txt has no whole sentence in it."),
        ("picture.png", b"x", "picture.png is not of a kind that can be read."),
        ("no-suffix", b"x", "no-suffix is not of a kind"),
        (".txt", b"x", "txt is not of a kind"),
        ("..", b"x", "A file without a name is not of a kind"),
        ("x" * 300 + ".txt", STORM, "has too long a name"),
        ("large.txt", b"x" * 20_000_001, "large.txt is larger than 20 MB."),
    ],
)
def test_a_file_that_cant_be_added_is_a_problem_until_it_is_dismissed(browser, assistant, name, data, says):
    page = browser.do("add", [(name, data), ("storm.txt", STORM)])
    assert notice(page) == "Articles: 1 added. 1 couldn't be added: see the problems below."
    assert says in page
    assert str(assistant.settings.index_dir) not in page
    assert [path.name for path in (assistant.settings.index_dir / "uploads").iterdir()] == ["storm.txt"]
    assert says in browser.get("/admin").text
    assert says not in browser.do("dismiss")


def test_a_problem_is_over_when_its_file_goes_in(browser):
    assert "is a binary file" in browser.do("add", [("storm.txt", b"\x00")])
    assert "is a binary file" not in browser.do("add", [("storm.txt", STORM)])


def test_a_bad_file_leaves_the_older_one_of_its_name(browser, assistant):
    browser.do("add", [("storm.txt", STORM)])
    browser.do("add", [("storm.txt", b"\x00")])
    assert (assistant.settings.index_dir / "uploads" / "storm.txt").read_bytes() == STORM
    assert len(assistant.articles()) == 1


def test_two_files_of_one_name_at_once_are_a_problem(browser, assistant):
    page = browser.do("add", [("a/storm.txt", STORM), ("b/storm.txt", b"Other\n\nThe sun shone on the harbour.\n")])
    assert "storm.txt was given twice at once" in page
    assert [article.title for article in assistant.articles()] == ["Storm takes the mill"]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../evil.txt", "evil.txt"),
        ("/etc/cron.d/evil.txt", "evil.txt"),
        ("..\\..\\evil.txt", "evil.txt"),
        ("C:\\evil.txt", "evil.txt"),
        (".evil.txt", "evil.txt"),
        ("a\x00b\n$(rm -rf ~)<b>;.txt", "a_b__(rm -rf _)_b__.txt"),
        ("a:b.txt", "a_b.txt"),
        ("Żółw łódź.TXT", "Żółw łódź.TXT"),
    ],
)
def test_file_names_stay_in_the_folder_for_uploads(browser, assistant, tmp_path, given, kept):
    before = set(tmp_path.rglob("*"))
    name = given.encode().decode("latin-1") if "\x00" in given else given
    browser.do("add", [(name, STORM)])
    folder = assistant.collection.folder
    assert [path.name for path in (folder / "uploads").iterdir()] == [kept] or "\x00" in given
    assert all(path.is_relative_to(folder) for path in set(tmp_path.rglob("*")) - before)


def test_an_empty_form_gets_a_notice(browser):
    assert notice(browser.do("add")) == "There is nothing to add. Choose files, or give the address of a page."
    assert "nothing to add" in notice(browser.do("add", [("", b"")], url="  "))


@pytest.mark.parametrize(
    "url",
    [
        *("/etc/passwd", "file:///etc/passwd", "../articles", "a/b ://c", "http://localhost:9/", "http://127.0.0.1/"),
        *("http://169.254.169.254/", "[::1]", "http://[::bad", str(demo_folder()), "javascript:alert(1)"),
    ],
)
def test_an_address_that_isnt_a_public_web_page_is_a_problem_and_never_a_path(browser, assistant, url, monkeypatch):
    def look_up(host, *arguments, **named):
        address = "127.0.0.1" if host in ("localhost", "127.0.0.1", "::1") else host
        if not re.fullmatch(r"[\d.]{7,}", address):
            raise OSError
        return [(2, 1, 6, "", (address, 80))]

    monkeypatch.setattr("socket.getaddrinfo", look_up)
    page = browser.do("add", url=url)
    assert notice(page) == "1 couldn't be added: see the problems below."
    assert assistant.collection.catalog.articles() == []


def test_a_page_is_added_under_its_address(browser, assistant, monkeypatch):
    text = "The storm took the roof of the mill on Monday. " * 6
    html = f"<html><body><article><h1>Storm</h1><p>{text}</p></article></body>"
    fetched = Fetched("https://news.example/storm", html.encode(), ".html", None, None, None)
    monkeypatch.setattr("index.web.fetcher.Fetcher.get", lambda fetcher, address, **known: fetched)
    page = browser.do("add", url=" news.example/storm ")
    assert notice(page) == "Articles: 1 added."
    assert 'href="https://news.example/storm"' in page
    assert "web page" in page
    assert assistant.articles()[0].source == "https://news.example/storm"


def test_removing_removes_the_article_and_its_uploaded_file(browser, assistant):
    browser.do("add", [("storm.txt", STORM), ("fair.txt", b"Fair weather\n\nThe sun shone on the harbour.\n")])
    (storm,) = [article for article in assistant.articles() if "Storm" in article.title]
    page = browser.do("remove", id=storm.id)
    assert notice(page) == "Removed “Storm takes the mill”."
    assert assistant.collection.matching(["roof"], 5) == []
    assert [path.name for path in (assistant.settings.index_dir / "uploads").iterdir()] == ["fair.txt"]
    assert "isn't in the collection any more" in notice(browser.do("remove", id=storm.id))


def test_removing_leaves_a_file_that_was_not_uploaded(browser, assistant, write):
    path = write("storm.txt", STORM)
    assistant.ingest([path])
    browser.do("remove", id=assistant.articles()[0].id)
    assert path.exists()
    assert "There are no articles yet" in browser.get("/admin").text


@pytest.mark.parametrize("name", ["", "storm", "../storm.txt", "%"])
def test_only_a_whole_id_removes(browser, assistant, name):
    browser.do("add", [("storm.txt", STORM)])
    assert "Nothing was removed" in notice(browser.do("remove", id=name or assistant.articles()[0].id[:4]))
    assert len(assistant.articles()) == 1


def test_while_another_process_writes_nothing_is_added_and_the_notice_says_why(browser, assistant):
    with Assistant(assistant.settings).collection.writing():
        page = browser.do("add", [("storm.txt", STORM)])
    assert "is being written by process" in notice(page)
    assert not (assistant.settings.index_dir / "uploads").exists()


def test_an_index_that_cant_be_used_is_named_in_a_notice(browser, assistant):
    browser.do("add", [("storm.txt", STORM)])
    with sqlite3.connect(assistant.settings.index_dir / "catalog.db") as database:
        database.execute("UPDATE facts SET value = 'other' WHERE name = 'embedding_model'")
    database.close()
    again = Browser(web_app(Assistant(assistant.settings)), base_url=HOME, cookies=browser.cookies)
    assert "was made with the embedding model 'other'" in notice(again.get("/admin").text)


# What the page shows


def test_the_list_is_searched_by_title_and_publisher_and_paged(browser, assistant, write):
    for number in range(60):
        publisher = "The Gazette" if number % 2 else "Coastline"
        write(
            f"{number}.md", f"---\ntitle: Report {number}\npublisher: {publisher}\n---\nThe river rose by {number} m.\n"
        )
    assistant.ingest([write("0.md", "# Report 0\n\nThe river rose.\n").parent])
    listed = re.compile(r'/articles/\w+">(.*?)</a>')
    first, second = (listed.findall(browser.get(f"/admin?page={page}").text) for page in (1, 2))
    assert (len(first), len(second), len({*first, *second})) == (25, 25, 50)
    assert listed.findall(browser.get("/admin?q=gazette+REPORT+17").text) == ["Report 17"]
    assert "30 found" in browser.get("/admin?q=gazette").text
    assert "0 found" in browser.get("/admin?q=nothing").text
    for page in ("0", "99", "-1", "x", "9" * 5000, "²"):
        assert browser.get("/admin", params={"page": page}).status_code == 200


def test_the_list_and_its_search_read_no_text(browser, assistant, write, columns_read):
    browser.do("add", [("storm.txt", STORM)])
    columns_read.clear()
    for path in ("/admin", "/admin?q=storm"):
        assert "/articles/" in browser.get(path).text
    assert ("articles", "title") in columns_read
    assert ("articles", "full_text") not in columns_read


def test_what_articles_files_and_readers_say_is_shown_as_text(browser, assistant, write):
    attack = "<img src=x onerror=alert(1)>"
    browser.do(
        "add", [(f"{attack}.png", b"x"), ("a.md", f"---\ntitle: '{attack}'\n---\nThe roof fell down.\n".encode())]
    )
    verdict = feedback.Verdict(attack, attack, (), (f'"{attack}',), False, attack, attack)
    feedback.save(assistant.settings.index_dir, verdict)
    for page in (browser.get("/admin").text, browser.get("/admin", params={"q": f'"{attack}'}).text):
        assert "<img" not in page
        assert "&lt;img src=x" in page


def test_an_address_that_isnt_of_the_web_is_never_a_link(browser, assistant):
    browser.do("add", [("a.md", b"---\ntitle: X\nurl: javascript:alert(1)\n---\nThe roof fell down.\n")])
    assert "javascript:" not in browser.get("/admin").text


def test_the_latest_verdicts_are_shown_first(browser, assistant):
    for number in range(55):
        verdict = "good" if number % 2 else "Wrong answer"
        feedback.save(
            assistant.settings.index_dir,
            feedback.Verdict(f"Question {number}?", "He said so.", (), ("abc",), False, verdict, "2024-03-05T10:00:00"),
        )
    page = browser.get("/admin").text
    shown = re.findall(r"Question (\d+)\?", page)
    assert (shown[0], shown[-1], len(shown)) == ("54", "5", 50)
    assert "Good answer" in page
    assert "Wrong answer" in page


# The secret


def test_a_hash_knows_its_secret_and_has_its_own_salt(monkeypatch):
    monkeypatch.setattr(admin_secret, "COST", 2**4)
    one, other = admin_secret.hash_secret("a secret café"), admin_secret.hash_secret("a secret café")
    assert one != other
    assert admin_secret.is_secret("a secret cafe\u0301", one)
    assert not admin_secret.is_secret("a secret cafe", one)
    assert re.fullmatch(r"[\w:=-]+", one)


def test_checking_a_new_hash_takes_32_megabytes():
    assert admin_secret.COST * admin_secret.BLOCK_SIZE * 128 >= 32_000_000


def test_the_command_prints_the_hash_of_a_line(monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdin", io.StringIO(SECRET + "\n"))
    assert main(["secret"]) == 0
    assert admin_secret.is_secret(SECRET, capsys.readouterr().out.strip())


def test_the_command_refuses_a_short_secret(monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdin", io.StringIO("short\n"))
    assert main(["secret"]) == 1
    assert capsys.readouterr().err == (
        "onrecord: The secret has 5 characters; at least 12 are needed. Give a longer one.\n"
    )


@pytest.mark.parametrize(("again", "code"), [(SECRET, 0), ("something else", 1)])
def test_at_a_terminal_the_secret_is_typed_twice_unseen(monkeypatch, again, code):
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    typed = iter([SECRET, again])
    monkeypatch.setattr("getpass.getpass", lambda prompt: next(typed))
    assert main(["secret"]) == code
