"""Behind a real nginx, with the configuration that ships: the chat is at /news/, and people sign in."""

import html
import http.client
import json
import os
import pwd
import re
import shutil
import subprocess
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from gradio_client import Client

from assistant.web.paths import said_path
from tests.conftest import ROOT
from tests.serving import ONRECORD, free_port, http_server, running, wait_for

pytestmark = pytest.mark.real

SHIPPED = (ROOT / "deploy/nginx.conf").read_text("utf-8")
NGINX = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
NAME = "news.localhost"
"""For browsers, every name below localhost is this machine."""
COOKIE = {"Cookie": "session=of-a-reporter"}
DENIED = "no plans to attack the country"


def filled(configuration: str, replaced: dict[str, str]) -> str:
    for shipped, here in replaced.items():
        assert configuration.count(shipped) == 1, shipped
        configuration = configuration.replace(shipped, here)
    return configuration


@contextmanager
def nginx(folder: Path, chat: str, replaced: dict[str, str]):
    """Run nginx as the user of the tests, with all its files in `folder`; yield the port."""
    if not NGINX:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("There is no nginx here: install Debian's nginx-light.")
    folder.mkdir()
    port = free_port()
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    configuration = filled(
        SHIPPED,
        {
            "listen 80;": f"listen 127.0.0.1:{port};",
            "http://127.0.0.1:7860/": f"{chat}/",
            "/var/log/nginx/access.log": "access.log",
            "http {": "http {\n" + "".join(f"{kind}_temp_path {kind};\n" for kind in kinds),
            **replaced,
        },
    )
    (folder / "nginx.conf").write_text(configuration, "utf-8")
    started = f"daemon off; pid nginx.pid; user {pwd.getpwuid(os.getuid()).pw_name};"
    command = [NGINX, "-p", f"{folder}/", "-c", f"{folder}/nginx.conf", "-e", "error.log", "-g", started]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        wait_for(port, process, folder / "error.log")
        yield port
    finally:
        process.terminate()
        process.wait(20)


class _SignIn(BaseHTTPRequestHandler):
    """An organisation's sign-in service, which knows users by a cookie."""

    def do_GET(self):
        known = COOKIE["Cookie"] in self.headers.get("cookie", "")
        self.send_response(202 if known else 401)
        if known:
            self.send_header("x-auth-request-user", "reporter")
        self.end_headers()

    def log_message(self, *arguments):
        pass


@pytest.fixture(scope="module")
def sign_in():
    with http_server(_SignIn) as server:
        yield f"http://127.0.0.1:{server.server_port}"


@pytest.fixture(scope="module")
def served(tmp_path_factory, real_index):
    """Yield the address of a chat that lets in users named by the proxy, and the file with its log."""
    folder = tmp_path_factory.mktemp("proxied")
    settings = {
        "ONRECORD_INDEX_DIR": str(real_index),
        "ONRECORD_ROOT_PATH": "/news",
        "ONRECORD_HOSTNAMES": NAME,
        "ONRECORD_PROXIES": "127.0.0.1",
        "ONRECORD_USER_HEADER": "X-Forwarded-User",
    }
    log = folder / "log"
    command = ["sh", "-c", f"exec '{ONRECORD}' serve 2>'{log}'"]
    with running(command, folder, **settings) as (address, _):
        yield address, log


@pytest.fixture(scope="module")
def proxy(tmp_path_factory, served, sign_in):
    """Yield the port of nginx, configured with the organisation's sign-in, and the folder with its log."""
    folder = tmp_path_factory.mktemp("nginx") / "signed-in"
    in_force = {
        "# auth_request /sign-in;": "auth_request /sign-in;",
        "# auth_request_set": "auth_request_set",
        "http://127.0.0.1:4180": sign_in,
    }
    with nginx(folder, served[0], in_force) as port:
        yield port, folder


def get(port, path, headers=(), source="127.0.0.1"):
    """Return status, headers and body of the response to a request from the address `source`."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30, source_address=(source, 0))
    try:
        connection.request("GET", path, headers={"Host": NAME, **dict(headers)})
        response = connection.getresponse()
        return response.status, response.headers, response.read().decode()
    finally:
        connection.close()


@pytest.fixture
def page(browser, proxy):
    """Yield a page of a signed-in reader, which must load without errors and only from below the prefix."""
    port, _ = proxy
    address = f"http://{NAME}:{port}/news/"
    page = browser.new_page(base_url=address, extra_http_headers=COOKIE)
    page.set_default_timeout(20_000)
    wrong = []
    page.on("pageerror", lambda error: wrong.append(str(error)))

    def hear(message):  # failed loads are for `see`; the icon of the site, which browsers ask for, isn't ours
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            wrong.append(message.text)

    def see(response):
        if response.status >= 400 or not response.url.startswith((address, "data:", "blob:")):
            wrong.append(f"{response.status} {response.url}")

    page.on("console", hear)
    page.on("response", see)
    yield page
    assert wrong == []
    page.close()


def ask(page, question):
    page.get_by_label("Ask a question").fill(question)
    page.keyboard.press("Enter")


def test_a_question_is_answered_and_its_source_opens_under_the_prefix(page):
    page.goto("")
    ask(page, "what did Lavrov deny?")
    page.locator(".said", has_text=DENIED).first.wait_for()
    page.locator(".sources a.source").first.click()
    page.frame_locator("#source iframe").locator("mark", has_text=DENIED).first.wait_for()


def test_the_widgets_page_and_script_are_there_under_the_prefix(page, proxy):
    status, headers, _ = get(proxy[0], "/news/embed.js", COOKIE)
    assert (status, headers.get_content_type()) == (200, "text/javascript")
    page.goto("embed")
    ask(page, "what did Lavrov deny?")
    page.locator(".said", has_text=DENIED).first.wait_for()


@pytest.mark.parametrize(
    "name", ["Élan & “Söhne”", "A/B", "..", "../x", "100%", "%2e%2e%2fx", "a?b#c;d", "a\\b", "a  b"]
)
def test_a_name_in_the_path_of_its_page_comes_through_as_it_is(proxy, name):
    status, _, page = get(proxy[0], f"/news/{said_path(name)}", COOKIE)
    assert status == 200
    assert f"<h1>{html.escape(' '.join(name.split()))}</h1>" in page


def test_the_prefix_without_its_slash_leads_to_the_page(proxy):
    status, headers, _ = get(proxy[0], "/news")
    assert (status, headers["location"]) == (301, "/news/")


def test_events_come_one_by_one_and_not_all_at_the_end(proxy):
    """The first comes before the answer is complete: nginx holds nothing back."""
    connection = http.client.HTTPConnection("127.0.0.1", proxy[0], timeout=30)
    asked = json.dumps({"data": ["what did Lavrov deny?", None]})
    headers = {**COOKIE, "Host": NAME, "Content-Type": "application/json"}
    connection.request("POST", "/news/gradio_api/call/chat", asked, headers)
    event = json.load(connection.getresponse())["event_id"]
    connection.request("GET", f"/news/gradio_api/call/chat/{event}", headers=headers)
    response = connection.getresponse()
    came = []
    while line := response.readline():
        came.append((time.perf_counter(), line.decode()))
    connection.close()
    assert DENIED in came[-2][1] or DENIED in came[-3][1]
    assert [line for _, line in came].count("event: generating\n") > 1
    assert came[-1][0] - came[0][0] > 0.02


def test_programs_ask_under_the_prefix_too(proxy):
    client = Client(f"http://127.0.0.1:{proxy[0]}/news/", verbose=False, headers=COOKIE)
    assert DENIED in client.predict("what did Lavrov deny?", api_name="/ask")["text"]


def test_nobody_gets_in_without_a_sign_in(proxy, served, tmp_path):
    claimed = {"X-Forwarded-User": "reporter"}
    assert get(proxy[0], "/news/", COOKIE)[0] == 200
    assert get(proxy[0], "/news/", claimed)[0] == 401
    with nginx(tmp_path / "as-shipped", served[0], {}) as port:
        assert get(port, "/news/", claimed | COOKIE)[0] == 401
        assert get(port, "/news/health")[0] == 200


def test_headers_that_didnt_come_through_the_proxy_are_ignored(served):
    port = int(served[0].rpartition(":")[2])
    claimed = {"X-Forwarded-User": "reporter", "X-Forwarded-For": "127.0.0.1"}
    assert get(port, "/", claimed, source="127.0.0.2")[0] == 401
    assert get(port, "/", claimed, source="127.0.0.1")[0] == 200


def test_a_host_name_that_isnt_in_the_settings_is_refused(proxy):
    assert get(proxy[0], "/news/", COOKIE | {"Host": "evil.example"})[0] == 400


def test_a_long_conversation_passes(proxy):
    """nginx accepts only 1 MB by default."""
    connection = http.client.HTTPConnection("127.0.0.1", proxy[0], timeout=30)
    body = json.dumps({"data": ["x" * 3_000_000, None]})
    headers = {**COOKIE, "Host": NAME, "Content-Type": "application/json"}
    connection.request("POST", "/news/gradio_api/call/chat", body, headers)
    assert connection.getresponse().status == 200
    connection.close()


def test_one_id_is_in_both_logs_and_in_the_response(proxy, served):
    port, folder = proxy
    _, headers, _ = get(port, "/news/ready", COOKIE | {"X-Request-ID": "chosen-by-the-client"})
    request_id = headers["x-request-id"]
    assert re.fullmatch("[0-9a-f]{32}", request_id)
    assert '"GET /news/ready HTTP/1.1" 200 ' in next(
        line for line in lines(folder / "access.log") if request_id in line
    )
    logged = next(json.loads(line) for line in lines(served[1]) if request_id in line)
    assert (logged["event"], logged["status"]) == ("request", 200)
    assert logged["path"].endswith("/ready")


def lines(path):
    time.sleep(0.2)
    return path.read_text("utf-8").splitlines()
