"""Web pages as articles, from a web server on this machine."""

import gzip
import socket
import time
from http.server import BaseHTTPRequestHandler

import pytest

from index import fetch, ingest, readers
from tests.serving import http_server
from tests.test_readers import PAGE

STORM = b"Storm takes the mill\n\nThe storm took the roof of the mill on Monday. Mr. Orsk denied any neglect.\n"


class Site:
    """What the server says: a path's status, headers and parts of the body, sent one after another."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.pages: dict[str, tuple[int, dict[str, str], list[bytes | float]]] = {}
        self.asked: list[tuple[str, str]] = []

    def page(self, path, *parts, status=200, kind="text/plain", **headers):
        """Sets a page, and gives its address. A number among the parts is a pause in seconds."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        self.pages[path] = (status, {"content-type": kind, **sent} if kind else sent, list(parts))
        return self.address + path


@pytest.fixture
def site():
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            site.asked.append((self.headers["host"], self.path))
            status, headers, parts = site.pages.get(self.path.partition("?")[0], (404, {}, []))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            for part in parts:
                try:
                    time.sleep(part) if isinstance(part, float) else self.wfile.write(part)
                except (BrokenPipeError, ConnectionResetError):
                    return

        def log_message(self, *arguments):
            pass

    with http_server(Handler) as server:
        site = Site(f"http://127.0.0.1:{server.server_port}")
        yield site


@pytest.fixture
def reason(empty):
    """Adds a page that can't be added, and gives the reason."""

    def reason(url, **given):
        report = ingest.add(empty.collection, [url], **given)
        (failure,) = report.failed
        assert (report.added, report.updated, failure.source) == ((), (), url)
        assert "\n" not in failure.reason
        return failure.reason

    return reason


def test_a_page_becomes_an_article_under_the_address_that_it_declares(empty, site):
    url = site.page("/rain", PAGE.encode(), kind="text/html; charset=utf-8")
    assert len(empty.ingest([url]).added) == 1
    (article,) = empty.articles()
    assert (article.source, article.url) == (url, "https://g.example/1")
    assert (article.title, article.publisher) == ("Rain stops play", "The Gazette")
    assert empty.article(url) == article
    assert empty.search("umpires in the rain")


def test_a_page_that_declares_no_address_has_the_one_given(empty, site):
    url = site.page("/rain", PAGE.replace("canonical", "other").encode(), kind="text/html")
    empty.ingest([url])
    assert empty.articles()[0].url == url


@pytest.mark.parametrize(
    ("path", "kind", "body"),
    [
        ("/a", "text/plain", STORM),
        ("/a", "text/markdown; charset=UTF-8", b"# Storm takes the mill\n\nThe roof of the mill is gone.\n"),
        ("/raw/a.md", "text/plain", b"---\ntitle: Storm takes the mill\n---\nThe roof of the mill is gone.\n"),
    ],
)
def test_plain_text_and_markdown_are_read_too(empty, site, path, kind, body):
    empty.ingest([site.page(path, body, kind=kind)])
    assert empty.articles()[0].title == "Storm takes the mill"


def test_the_encoding_that_the_server_tells_outranks_the_pages(empty, site):
    page = PAGE.replace("<head>", '<head><meta charset="utf-8">').replace("umpires", "umpires’").encode("cp1252")
    empty.ingest([site.page("/rain", page, kind="text/html; charset=iso-8859-1")])
    assert "umpires’" in empty.articles()[0].full_text


@pytest.mark.parametrize("charset", ["unicode_escape", "idna", "punycode", "nonsense"])
def test_an_encoding_that_no_page_has_is_refused(reason, site, charset):
    url = site.page("/a", STORM + rb"\ud800", kind=f"text/plain; charset={charset}")
    assert f"unknown encoding, '{charset}'" in reason(url)


def test_the_same_page_again_is_unchanged_whatever_part_of_it_is_named(empty, site):
    url = site.page("/a", STORM)
    (added,) = empty.ingest([url]).added
    assert empty.ingest([url, f"{url}#part"]).unchanged == (added, added)


def test_a_page_whose_advertisements_change_is_unchanged(empty, site):
    url = site.page("/rain", PAGE.encode(), kind="text/html")
    empty.ingest([url])
    site.page("/rain", PAGE.replace("<nav>", "<nav>Buy number 17! ").encode(), kind="text/html")
    assert len(empty.ingest([url]).unchanged) == 1


def test_a_changed_page_replaces_its_older_version(empty, site):
    url = site.page("/a", STORM)
    empty.ingest([url])
    site.page("/a", STORM.replace(b"roof", b"chimney"))
    assert len(empty.ingest([url]).updated) == 1
    assert empty.collection.matching(["roof"], 5) == []
    assert empty.collection.matching(["chimney"], 5)


def test_a_page_that_is_gone_leaves_its_article(empty, site):
    url = site.page("/a", STORM)
    empty.ingest([url])
    site.pages.clear()
    assert "answers 404 Not Found" in empty.ingest([url]).failed[0].reason
    assert empty.collection.matching(["roof"], 5)


def test_a_bad_page_among_good_sources_is_named_and_the_good_ones_go_in(empty, site, write):
    report = empty.ingest([f"{site.address}/nowhere", site.page("/a", STORM), write("b.txt", STORM)])
    assert (len(report.added), len(report.failed)) == (2, 1)


def test_five_redirects_are_followed_and_no_more(empty, reason, site):
    for number in range(1, 7):
        site.page(f"/{number}", status=302, Location=f"/{number - 1}")
    site.page("/0", STORM)
    assert "leads on more than 5 times" in reason(f"{site.address}/6")
    empty.ingest([f"{site.address}/5"])
    assert empty.articles()[0].source == f"{site.address}/5"


def test_a_redirect_in_circles_ends(reason, site):
    assert "leads on more than 5 times" in reason(site.page("/a", status=301, Location="/a"))


@pytest.mark.parametrize("to", ["file:///etc/passwd", "ftp://127.0.0.1/a", "http://[::bad", "gopher:x"])
def test_a_redirect_to_what_is_no_web_page_is_refused(reason, site, to):
    assert "can't be reached" in reason(site.page("/a", status=302, Location=to))


@pytest.mark.parametrize("to", ["http://169.254.169.254/latest/meta-data", "http://[fe80::1]/", "http://0.0.0.0/"])
def test_a_redirect_is_checked_like_an_address(reason, site, to):
    assert "from where no article is read" in reason(site.page("/a", status=302, Location=to))


def test_a_page_that_is_too_large_is_not_read_whole(reason, site):
    url = site.page("/a", *[b"x" * 1_000_000] * 30)
    assert "is larger than 20 MB" in reason(url)


def test_a_small_page_that_unpacks_to_a_huge_one_is_refused(reason, site, monkeypatch):
    monkeypatch.setattr(readers, "MAX_BYTES", 1_000_000)
    url = site.page("/a", gzip.compress(b"\0" * 500_000_000, 1), Content_Encoding="gzip")
    assert "is larger than 1 MB" in reason(url)


def test_a_packed_page_is_unpacked(empty, site):
    empty.ingest([site.page("/a", gzip.compress(STORM), Content_Encoding="gzip")])
    assert empty.articles()[0].title == "Storm takes the mill"


@pytest.mark.parametrize(
    ("packing", "body", "says"),
    [
        ("br", b"x", "packed as br"),
        ("gzip, gzip", b"x", "packed as gzip, gzip"),
        ("gzip", b"not packed", "not packed as it says"),
        ("gzip", gzip.compress(STORM)[:40], "broke off"),
    ],
)
def test_a_page_that_cant_be_unpacked_is_refused(reason, site, packing, body, says):
    assert says in reason(site.page("/a", body, Content_Encoding=packing))


def test_a_page_shorter_than_announced_is_refused(reason, site):
    assert "can't be reached" in reason(site.page("/a", STORM, Content_Length="500"))


@pytest.mark.parametrize("kind", ["application/pdf", "image/png", "application/json", "text/css", "nonsense", ""])
def test_what_is_no_page_of_text_is_refused(reason, site, kind):
    assert "not a page of text" in reason(site.page("/a", STORM, kind=kind))


def test_a_page_without_an_article_is_refused(reason, site):
    assert "no article text" in reason(site.page("/a", b"<html><body></body></html>", kind="text/html"))


def test_a_silent_server_is_given_up(reason, site, monkeypatch):
    monkeypatch.setattr(fetch, "SECONDS_A_STEP", 0.2)
    assert "took longer" in reason(site.page("/a", STORM, 0.8, STORM))


def test_a_server_that_dribbles_is_given_up(reason, site, monkeypatch):
    monkeypatch.setattr(fetch, "SECONDS", 0.3)
    began = time.monotonic()
    assert "took longer" in reason(site.page("/a", *[b"x", 0.05] * 40))
    assert time.monotonic() - began < 1.5


def test_nobody_there_is_a_clear_error(reason):
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    assert "can't be reached" in reason(f"http://127.0.0.1:{port}/a")


@pytest.mark.parametrize(
    "url",
    ["file:///etc/passwd", "ftp://g.example/a", "gopher://g.example", "http://", "https:///a", "HTTP+X://g.example/"],
)
def test_what_is_no_address_of_a_web_page_is_refused(reason, url):
    assert "is not the address of a web page" in reason(url)


@pytest.mark.parametrize("url", ["http://[::bad/", "http://g.example/\x07"])
def test_a_broken_address_is_refused(reason, url):
    assert "is not an address" in reason(url)


def test_a_port_that_cant_be_is_refused(reason):
    assert "no address is known" in reason("http://127.0.0.1:99999999999999999999/")


def test_an_address_with_a_password_is_refused_without_repeating_it(empty):
    (failure,) = empty.ingest(["https://ada:hunter2@g.example/a"]).failed
    assert "hunter2" not in failure.reason


@pytest.mark.parametrize(
    "address",
    [
        *("169.254.169.254", "0.0.0.0", "224.0.0.1", "255.255.255.255", "100.100.100.200", "0xA9FEA9FE", "2852039166"),
        *("[fe80::1]", "[ff02::1]", "[::]", "[::ffff:169.254.169.254]", "[64:ff9b::a9fe:a9fe]", "[fd00:ec2::254]"),
    ],
)
def test_addresses_at_which_no_article_is_are_refused(reason, address):
    assert "from where no article is read" in reason(f"http://{address}/a")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "127.1"])
def test_this_machines_own_pages_are_refused_where_that_is_said(reason, host):
    assert "from where no article is read" in reason(f"http://{host}:9/a", loopback=False)


@pytest.mark.parametrize("address", ["10.0.0.5", "192.168.1.9", "172.16.0.1", "fd12::5", "93.184.215.14", "2606::1"])
def test_private_and_public_addresses_may_be_asked(address):
    assert fetch._may_be_asked(address, loopback=False)


def test_the_address_that_was_checked_is_the_one_that_is_asked(empty, site, monkeypatch):
    """A name may have another address at each look-up (DNS rebinding)."""
    port = int(site.address.rpartition(":")[2])
    answers = iter(["127.0.0.1", "169.254.169.254"])

    def look_up(host, port, *arguments, **named):
        address = next(answers) if host == "news.example" else host
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    site.page("/a", STORM)
    report = empty.ingest([f"http://news.example:{port}/a"])
    assert (len(report.added), report.failed) == (1, ())
    assert site.asked == [(f"news.example:{port}", "/a")]


def test_a_name_with_one_bad_address_among_good_ones_is_refused(reason, monkeypatch):
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 80)) for address in ("10.0.0.5", "169.254.169.254")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *arguments, **named: found)
    assert "169.254.169.254" in reason("http://news.example/a")


def test_a_name_without_an_address_is_a_clear_error(reason, monkeypatch):
    def look_up(*arguments, **named):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    assert "no address is known for news.example" in reason("http://news.example/a")


def test_a_second_address_is_tried_where_the_first_is_silent(empty, site, monkeypatch):
    port = int(site.address.rpartition(":")[2])

    def look_up(host, port, *arguments, **named):
        addresses = ["::1", "127.0.0.1"] if host == "news.example" else [host]
        return [
            (socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))
            for address in addresses
        ]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    site.page("/a", STORM)
    assert len(empty.ingest([f"http://news.example:{port}/a"]).added) == 1
