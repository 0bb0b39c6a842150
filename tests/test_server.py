"""The web application over HTTP, without a browser."""

import pytest
from starlette.testclient import TestClient

from assistant.server import MOST_BYTES, build_app


@pytest.fixture(scope="module")
def client(demo):
    return TestClient(build_app(demo), base_url="http://127.0.0.1:7860")


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


def test_a_name_that_isnt_this_machines_is_refused(client):
    """A page elsewhere can point its own name at 127.0.0.1 (DNS rebinding)."""
    assert client.get("/", headers={"host": "evil.example"}).status_code == 400


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


def test_the_programs_interface_isnt_shown(client):
    for path in ("/docs", "/openapi.json", "/redoc", "/monitoring", "/login"):
        assert client.get(path).status_code == 404
