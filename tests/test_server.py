"""The web application over HTTP, without a browser."""

import json
import logging

import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from assistant import Assistant
from assistant.web import logs
from assistant.web.app import build_app
from assistant.web.chat_page import SESSIONS_KEPT
from assistant.web.guard import MOST_BYTES, Guard
from assistant.web.visitors import check_access
from index.errors import SettingsError
from index.ingest import demo_folder
from tests.conftest import words_settings

INTRANET = "https://intranet.example.org"


@pytest.fixture(scope="module")
def client(demo):
    return TestClient(build_app(demo), base_url="http://127.0.0.1:7860")


@pytest.fixture(scope="module")
def served(demo):
    """Return a client of the demonstration served with other settings."""

    def served(address="127.0.0.1", **given):
        folder = demo.settings.index_dir
        app = build_app(Assistant(words_settings(folder, **given)))
        return TestClient(app, base_url="http://127.0.0.1:7860", client=(address, 50000))

    return served


def test_the_page_may_load_nothing_from_another_host(client):
    response = client.get("/")
    assert response.status_code == 200
    policy = response.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'self'" in policy
    assert "http" not in policy
    assert response.headers["x-content-type-options"] == "nosniff"
    for host in ("googleapis", "gstatic", "huggingface.co", "amazonaws"):
        assert host not in response.text.replace("https://huggingface.co/spaces", "")


def test_no_other_origin_is_let_in(client):
    response = client.get("/config", headers={"origin": "https://evil.example"})
    assert "access-control-allow-origin" not in response.headers
    preflight = client.options(
        "/gradio_api/queue/join", headers={"origin": "https://evil.example", "access-control-request-method": "POST"}
    )
    assert preflight.status_code == 400


def test_only_origins_on_the_list_may_frame_the_chat_and_call_it(served):
    client = served(origins=INTRANET)
    for path in ("/embed", "/articles/none", "/said"):
        assert client.get(path).headers["content-security-policy"].endswith(f"frame-ancestors 'self' {INTRANET}")
    assert client.get("/").headers["content-security-policy"].endswith("frame-ancestors 'self'")
    assert client.get("/config", headers={"origin": INTRANET}).headers["access-control-allow-origin"] == INTRANET
    assert "access-control-allow-origin" not in client.get("/config", headers={"origin": "https://x.example"}).headers


def test_a_page_of_another_origin_cant_ask_for_the_reader(served):
    client = served(origins=INTRANET)
    for origin, status in (
        ("https://evil.example", 403),
        ("null", 403),
        (INTRANET, 422),
        ("http://127.0.0.1:7860", 422),
    ):
        response = client.post("/gradio_api/queue/join", headers={"origin": origin}, content=b"{}")
        assert response.status_code == status, origin


def test_an_unknown_host_name_is_refused(client, served):
    """A page elsewhere can point its own name at 127.0.0.1 (DNS rebinding)."""
    assert client.get("/", headers={"host": "evil.example"}).status_code == 400
    assert served(hostnames="news.example.org").get("/", headers={"host": "news.example.org"}).status_code == 200


def test_a_websocket_never_reaches_the_pages(demo):
    async def pages(scope, receive, send):
        await send({"type": "websocket.accept"})

    client = TestClient(Guard(pages, demo.settings))
    with pytest.raises(WebSocketDisconnect), client.websocket_connect("/"):
        pass


@pytest.mark.parametrize(
    "path",
    ["upload", "upload_progress", "file=/etc/passwd", "file/etc/passwd", "proxy=http://x", "stream/x/y", "vibe-code/"],
)
def test_the_routes_for_files_are_closed(client, path):
    assert client.get(f"/gradio_api/{path}").status_code == 404
    assert client.post(f"/gradio_api/{path}", files={"files": b"x"}).status_code == 404
    assert client.get(f"/gradio_api//{path}").status_code == 404


def test_a_large_request_is_refused(client):
    assert client.post("/gradio_api/queue/join", content=b"x" * (MOST_BYTES + 1)).status_code == 413
    assert client.post("/gradio_api/queue/join", content=iter([b"x"])).status_code == 413


def test_pages_that_describe_the_server_are_closed(client):
    for path in ("/openapi.json", "/redoc", "/monitoring", "/login", "/api", "/docs/oauth2-redirect"):
        assert client.get(path).status_code == 404


def test_a_public_address_needs_a_sign_in_or_the_setting_anonymous():
    check_access(words_settings("x"))
    check_access(words_settings("x", host="0.0.0.0", anonymous=True))
    check_access(words_settings("x", host="0.0.0.0", user_header="X-User", proxies="10.0.0.1"))
    with pytest.raises(SettingsError, match="ONRECORD_ANONYMOUS"):
        check_access(words_settings("x", host="0.0.0.0"))
    with pytest.raises(SettingsError, match="ONRECORD_PROXIES"):
        check_access(words_settings("x", user_header="X-User"))


def test_with_a_user_header_only_people_named_by_the_proxy_are_let_in(served):
    signed_in = {"x-user": "anna"}
    through, around = (
        served(address, user_header="X-User", proxies="10.0.0.0/8") for address in ("10.1.2.3", "8.8.8.8")
    )
    assert through.get("/", headers=signed_in).status_code == 200
    assert through.get("/").status_code == 401
    assert around.get("/", headers=signed_in).status_code == 401
    assert around.get("/health").json() == {"status": "alive"}
    assert around.get("/articles/none").status_code == 401


def test_the_memory_of_open_pages_is_bounded(client):
    (gradio,) = [route.app for route in client.app.routes if hasattr(getattr(route, "app", None), "state_holder")]
    assert gradio.state_holder.capacity == SESSIONS_KEPT


def test_health_and_readiness(client, tmp_path):
    assert client.get("/ready").json() == {"status": "ready"}
    empty = TestClient(build_app(Assistant(words_settings(tmp_path))), base_url="http://127.0.0.1:7860")
    assert empty.get("/health").status_code == 200
    assert empty.get("/ready").status_code == 503


def test_an_articles_page_shows_its_text_with_the_quotation_highlighted(client, demo):
    article = demo.article(str(demo_folder() / "tensions-in-ukraine.txt"))
    start = article.full_text.index("no plans to attack")
    page = client.get(f"/articles/{article.id}?quote={start}-{start + 18}")
    assert '<mark id="quote1">no plans to attack</mark>' in page.text
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert client.get(f"/articles/{article.id}").text.count("<mark") == 0
    assert client.get("/articles/none").status_code == 404


def test_an_article_is_known_by_its_url(client, demo):
    article = next(article for article in demo.articles() if article.url)
    assert client.get("/articles", params={"article": article.url}).json()["title"] == article.title
    assert client.get("/articles", params={"article": "https://x.example/none"}).json() is None


@pytest.mark.parametrize(
    "path", ["/articles?article=%00", "/articles?article=x%00y", "/articles/%00", "/articles/x%00y"]
)
def test_a_nul_in_an_articles_address_is_refused_in_a_line(client, path):
    response = client.get(path)
    assert response.status_code == 400
    assert response.text == "There is a NUL character (%00) in the address. Send it without."


@pytest.mark.parametrize("quote", ["x", "5-3", "1-99999999", "3-9,5-12", "-1-4", "1-2," * 50])
def test_offsets_that_no_quotation_can_have_are_refused_in_a_line(client, demo, quote):
    article = demo.articles()[0]
    response = client.get(f"/articles/{article.id}", params={"quote": quote})
    assert response.status_code == 400
    assert response.text.startswith("?quote= must give offsets in this article")


def test_every_request_has_an_id_and_a_line_in_the_log(client, caplog):
    caplog.set_level(logging.INFO, "onrecord")
    assert client.get("/health", headers={"x-request-id": "given-by-proxy"}).headers["x-request-id"] == "given-by-proxy"
    made = client.get("/health", headers={"x-request-id": "<script>"}).headers["x-request-id"]
    assert made.isalnum()
    line = json.loads(logs.JsonFormatter().format(caplog.records[-1]))
    assert line["event"] == "request"
    assert line["id"] == made
    assert line["status"] == 200
