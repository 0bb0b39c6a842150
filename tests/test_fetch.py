"""Fetching from web addresses, of a web server on this machine."""

import gzip
import io
import socket
import threading
import time
import zipfile
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from index.errors import GoneError, ReadError
from index.web import fetcher
from index.web.fetcher import Fetcher
from index.web.safe_network import SafeNetwork

STORM = b"<html><body><p>The storm took the roof of the mill on Monday. Mr. Orsk denied any neglect.</p></body></html>"
RSS = b'<?xml version="1.0"?>\n<rss version="2.0"><channel><title>The Gazette</title></channel></rss>'
SITEMAP = b'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"></urlset>'
HERE = frozenset({"127.0.0.1", "localhost"})


def get(address, hosts=HERE, **given):
    with Fetcher(hosts) as fetcher:
        return fetcher.get(address, **given)


def reason(address, hosts=HERE, **given):
    """Return why nothing can be fetched from there, in one line."""
    with pytest.raises(ReadError) as caught:
        get(address, hosts, **given)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def packed(*members):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in members:
            archive.writestr(name, content)
    return file.getvalue()


@pytest.fixture
def names(monkeypatch):
    """Gives a name addresses, one list for each time that it is looked up (the last for all further times)."""
    known = {}
    look_up_really = socket.getaddrinfo

    def look_up(host, port, *arguments, **named):
        if host not in known:
            return look_up_really(host, port, *arguments, **named)
        times = known[host]
        addresses = times.pop(0) if len(times) > 1 else times[0]
        return [
            (socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))
            for address in addresses
        ]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return known


# What comes back


def test_a_page_comes_with_its_bytes_kind_encoding_and_validators(site):
    modified = datetime(2024, 3, 5, 10, tzinfo=UTC)
    got = get(site.put("/rain", STORM, content_type="text/html; charset=ISO-8859-1", modified=modified))
    assert (got.address, got.data, got.kind, got.charset) == (f"{site.address}/rain", STORM, ".html", "iso-8859-1")
    assert got.etag == site.pages["/rain"].validators()["ETag"]
    assert got.modified == "Tue, 05 Mar 2024 10:00:00 GMT"


def test_the_fetcher_names_itself(site):
    get(site.put("/a", STORM))
    assert site.headers[0]["user-agent"].startswith("onrecord/0.")


def test_the_servers_encoding_outranks_the_pages_own(site):
    body = '<meta charset="utf-8"><p>Orsk’s mill</p>'.encode("cp1252")
    got = get(site.put("/a", body, content_type="text/html; charset=iso-8859-1"))
    assert got.page.decode("utf-8-sig") == '<meta charset="utf-8"><p>Orsk’s mill</p>'
    assert get(site.put("/b", body, content_type="text/html")).page == body


@pytest.mark.parametrize("charset", ["unicode_escape", "idna", "punycode", "nonsense"])
def test_an_encoding_that_no_page_has_is_refused(site, charset):
    got = get(site.put("/a", STORM, content_type=f"text/html; charset={charset}"))
    with pytest.raises(ReadError, match=f"unknown encoding, '{charset}'"):
        _ = got.page


def test_the_address_is_the_one_after_redirects_without_a_fragment(site):
    site.put("/new", STORM)
    url = site.put("/old", status=301, headers={"Location": "/new#x"})
    assert get(f"{url}#part").address == f"{site.address}/new"


# Kinds

DOCX = packed(("[Content_Types].xml", "<Types/>"), ("word/document.xml", "<w/>"))
EPUB = packed(("mimetype", "application/epub+zip"), ("META-INF/container.xml", "<c/>"))


@pytest.mark.parametrize(
    ("content_type", "path", "body", "kind"),
    [
        ("text/html", "/a", STORM, ".html"),
        ("TEXT/HTML; charset=utf-8", "/a.pdf", STORM, ".html"),
        ("application/xhtml+xml", "/a", STORM, ".html"),
        ("text/markdown", "/a", b"# Storm", ".md"),
        ("text/plain", "/a", b"Storm takes the mill", ".txt"),
        ("text/plain", "/raw/a.MD", b"# Storm", ".md"),
        ("text/plain; charset=utf-8", "/a.csv", b"title,text", ".csv"),
        ("text/plain", "/feed", RSS, ".xml"),
        ("text/csv", "/a", b"title,text", ".csv"),
        ("application/pdf", "/a", b"%PDF-1.7", ".pdf"),
        ("application/octet-stream", "/a.docx", DOCX, ".docx"),
        ("application/octet-stream", "/a", DOCX, ".docx"),
        ("application/octet-stream", "/a", EPUB, ".epub"),
        ("application/zip", "/a", packed(("a.txt", "a")), ".zip"),
        ("application/zip", "/a.zip", packed(("a.txt", "a")), ".zip"),
        ("", "/a", b"%PDF-1.7", ".pdf"),
        ("", "/a", b"<!DOCTYPE html><html></html>", ".html"),
        ("application/json", "/a", b"[]", ".json"),
        ("application/x-ndjson", "/a", b"{}\n{}", ".jsonl"),
        ("application/octet-stream", "/a", b'\n[{"title": "Storm"}]', ".json"),
        ("application/octet-stream", "/a", b'{"title": "Storm"}\n{"title": "Rain"}\n', ".jsonl"),
        ("application/octet-stream", "/export.jsonl.gz", gzip.compress(b'{"a": 1}\n'), ".jsonl"),
        ("application/rss+xml", "/a", RSS, ".xml"),
        ("application/atom+xml", "/a", b'<feed xmlns="http://www.w3.org/2005/Atom"/>', ".xml"),
        ("text/xml", "/a", b'\xef\xbb\xbf<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>', ".xml"),
        ("text/html", "/feed", RSS, ".xml"),
        ("application/xml", "/sitemap.xml", SITEMAP, ".xml"),
        ("application/gzip", "/sitemap.xml.gz", gzip.compress(SITEMAP), ".xml"),
        ("text/xml", "/sitemap.xml.gz", gzip.compress(SITEMAP), ".xml"),
    ],
)
def test_the_kind_comes_from_the_server_then_the_address_then_the_first_bytes(site, content_type, path, body, kind):
    assert get(site.put(path, body, content_type=content_type)).kind == kind


@pytest.mark.parametrize("content_type", ["image/png", "text/css", "video/mp4", "nonsense", "", "a\x01b"])
def test_what_is_of_no_kind_that_is_read_is_refused(site, content_type):
    assert "which can't be read" in reason(site.put("/a", b"\x89PNG", content_type=content_type))


def test_xml_that_is_neither_a_feed_nor_a_sitemap_is_refused(site):
    assert "neither a feed nor a sitemap" in reason(site.put("/a", b"<invoice/>", content_type="text/xml"))


# Conditional requests


def test_a_page_that_hasnt_changed_is_not_sent_again(site):
    url = site.put("/a", STORM)
    etag = get(url).etag
    assert get(url, etag=etag) is None
    site.put("/a", STORM + b"more")
    assert get(url, etag=etag).data == STORM + b"more"
    assert [status for _, status in site.asked] == [200, 304, 200]


def test_a_page_with_a_date_alone_is_asked_for_by_it(site):
    url = site.put("/a", STORM, etag=False, modified=datetime(2024, 3, 5, 10, tzinfo=UTC))
    got = get(url)
    assert (got.etag, got.modified) == (None, "Tue, 05 Mar 2024 10:00:00 GMT")
    assert get(url, modified=got.modified) is None
    site.pages["/a"].modified += timedelta(seconds=1)
    assert get(url, modified=got.modified).data == STORM


def test_a_page_without_validators_has_none(site):
    got = get(site.put("/a", STORM, etag=False))
    assert (got.etag, got.modified) == (None, None)


def test_not_modified_is_a_failure_where_nobody_asked(site):
    assert "answers 304" in reason(site.put("/a", status=304))


@pytest.mark.parametrize("etag", ["x" * 5_000, "caf\xe9", '"a\tb"'])
def test_a_validator_that_cant_be_sent_back_is_none(site, etag):
    assert get(site.put("/a", STORM, headers={"ETag": etag})).etag is None


def test_a_page_that_moved_is_asked_for_conditionally_where_it_is_now(site):
    etag = get(site.put("/new", STORM)).etag
    assert get(site.put("/old", status=301, headers={"Location": "/new"}), etag=etag) is None


# Refusals of the server


@pytest.mark.parametrize("status", [404, 410])
def test_a_missing_page_is_a_gone_error(site, status):
    with pytest.raises(GoneError, match=f"answers {status}"):
        get(site.put("/a", status=status))


@pytest.mark.parametrize("status", [201, 204, 300, 401, 403, 429, 451, 500, 503, 599])
def test_a_page_that_cant_be_fetched_now_isnt_gone(site, status):
    with pytest.raises(ReadError, match=f"answers {status}") as caught:
        get(site.put("/a", status=status))
    assert not isinstance(caught.value, GoneError)


@pytest.mark.parametrize("status", [429, 503])
def test_a_host_that_asks_to_wait_isnt_asked_again(site, status):
    busy, other = site.put("/a", status=status, headers={"Retry-After": "120"}), site.put("/b", STORM)
    with Fetcher(HERE) as fetcher:
        with pytest.raises(ReadError, match=f"answers {status} .*: 127.0.0.1 asks to be left alone until .* UTC"):
            fetcher.get(busy)
        with pytest.raises(ReadError, match="/b was not asked"):
            fetcher.get(other)
    assert len(site.asked) == 1


def test_a_host_is_asked_again_after_its_time(site):
    busy = site.put("/a", status=503, headers={"Retry-After": "0"})
    with Fetcher(HERE) as fetcher:
        with pytest.raises(ReadError, match="answers 503"):
            fetcher.get(busy)
        site.put("/a", STORM)
        assert fetcher.get(busy)


def test_a_time_to_wait_may_be_a_date(site):
    later = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    assert "asks to be left alone" in reason(site.put("/a", status=429, headers={"Retry-After": later}))


@pytest.mark.parametrize(
    "retry_after", ["soon", "-5", "9" * 400, "Thu, 99 Foo 2024", "Mon, 01 Jan 0001 00:00:00 +2359", ""]
)
def test_an_invalid_time_to_wait_is_ignored(site, retry_after):
    assert "open to this machine" in reason(site.put("/a", status=429, headers={"Retry-After": retry_after}))


def test_the_longest_wait_is_a_day(site):
    until = fetcher._asked_to_wait("999999999")
    assert until < datetime.now(UTC) + timedelta(days=1, minutes=1)


# Redirects


def test_five_redirects_are_followed_and_no_more(site):
    for number in range(1, 7):
        site.put(f"/{number}", status=302, headers={"Location": f"/{number - 1}"})
    site.put("/0", STORM)
    assert "leads on more than 5 times" in reason(f"{site.address}/6")
    assert get(f"{site.address}/5").data == STORM


def test_a_redirect_in_circles_ends(site):
    assert "leads on more than 5 times" in reason(site.put("/a", status=301, headers={"Location": "/a"}))


@pytest.mark.parametrize("to", ["file:///etc/passwd", "ftp://127.0.0.1/a", "gopher://x/"])
def test_a_redirect_to_something_else_than_a_web_page_is_refused(site, to):
    assert "not the address of a web page" in reason(site.put("/a", status=302, headers={"Location": to}))


@pytest.mark.parametrize(
    "to", ["http://[::bad", "http://a:b:c/", "data:text/html,a", "javascript:alert(1)", "http://127.0.0.1:99999999/"]
)
def test_a_redirect_to_a_broken_address_is_refused(site, to):
    reason(site.put("/a", status=302, headers={"Location": to}))


def test_a_redirect_with_a_password_is_refused_without_repeating_it(site):
    assert "hunter2" not in reason(site.put("/a", status=302, headers={"Location": "http://ada:hunter2@127.0.0.1/"}))


@pytest.mark.parametrize("to", ["http://10.0.0.5/", "http://[::1]:9/", "http://127.1:9/", "//192.168.1.9/"])
def test_a_redirect_to_a_private_address_is_refused(site, to):
    assert "ONRECORD_FETCH_HOSTS" in reason(site.put("/a", status=302, headers={"Location": to}))


@pytest.mark.parametrize("to", ["http://169.254.169.254/latest/meta-data", "http://[fe80::1]/", "http://0.0.0.0/"])
def test_a_redirect_to_an_address_that_never_has_articles_is_refused(site, to):
    assert "an address that onrecord never fetches from" in reason(site.put("/a", status=302, headers={"Location": to}))


def test_the_body_of_a_redirect_is_not_read(site):
    url = site.put("/a", *[b"x" * 10_000, 0.05] * 100, status=302, headers={"Location": "/b"})
    site.put("/b", STORM)
    began = time.monotonic()
    assert get(url).data == STORM
    assert time.monotonic() - began < 2


def test_a_cookie_is_kept_on_the_way_to_a_page_and_no_longer(site):
    site.put("/b", STORM)
    url = site.put("/a", status=302, headers={"Location": "/b", "Set-Cookie": "visit=1"})
    with Fetcher(HERE) as fetcher:
        fetcher.get(url)
        fetcher.get(f"{site.address}/b")
    assert [headers.get("cookie") for headers in site.headers] == [None, "visit=1", None]


# Size and packing


def test_a_page_that_is_too_large_is_not_read_whole(site):
    assert "is larger than 20 MB" in reason(site.put("/a", *[b"x" * 1_000_000] * 30))


@pytest.mark.parametrize(
    "given",
    [{"headers": {"Content-Encoding": "gzip"}}, {"content_type": "application/gzip"}],
)
def test_a_small_file_that_unpacks_to_a_huge_one_is_refused(site, monkeypatch, given):
    monkeypatch.setattr(fetcher, "MAX_BYTES", 1_000_000)
    assert "is larger than 1 MB" in reason(site.put("/a", gzip.compress(b"\0" * 200_000_000, 1), **given))


def test_two_layers_of_gzip_are_unpacked_and_a_third_is_not(site):
    headers = {"Content-Encoding": "gzip"}
    twice = gzip.compress(gzip.compress(SITEMAP))
    assert get(site.put("/a.xml.gz", twice, content_type="text/xml", headers=headers)).data == SITEMAP
    reason(site.put("/a.xml.gz", gzip.compress(twice), content_type="text/xml", headers=headers))


MEMBERS = gzip.compress(STORM[:40]) + gzip.compress(b"") + gzip.compress(STORM[40:])


@pytest.mark.parametrize("after", [b"", b"\0" * 100, b"\x1f", b"not packed"])
def test_all_members_of_a_gzip_file_are_read(site, after):
    """RFC 1952, 2.2. As gzip itself does, what follows and is no member is left out."""
    packed_page = site.put("/a.html.gz", MEMBERS + after, content_type="application/gzip")
    assert get(packed_page).data == STORM
    sent_in_parts = [part for byte in MEMBERS for part in (bytes([byte]), 0.0)]
    assert get(site.put("/b", *sent_in_parts, headers={"Content-Encoding": "gzip"})).data == STORM


def test_the_members_of_a_gzip_file_are_limited_together(site, monkeypatch):
    monkeypatch.setattr(fetcher, "MAX_BYTES", 1_000_000)
    members = gzip.compress(b"x" * 400_000) * 3
    assert "is larger than 1 MB" in reason(site.put("/a.txt.gz", members, content_type="application/gzip"))


def test_a_million_empty_gzip_members_take_seconds():
    began = time.monotonic()
    assert b"".join(fetcher._unpacked([gzip.compress(b"") * 500_000], "a")) == b""
    assert time.monotonic() - began < 15


@pytest.mark.parametrize(
    ("packing", "body", "says"),
    [
        ("br", b"x", "packed as br"),
        ("gzip, gzip", b"x", "packed as gzip, gzip"),
        ("gzip", b"not packed", "not packed as it says"),
        ("gzip", gzip.compress(STORM)[:40], "broke off"),
    ],
)
def test_a_page_that_cant_be_unpacked_is_refused(site, packing, body, says):
    assert says in reason(site.put("/a", body, headers={"Content-Encoding": packing}))


def test_a_page_shorter_than_announced_is_refused(site):
    url = site.put("/a", STORM, 0.0, headers={"Content-Length": "500"})
    assert "can't be reached" in reason(url)


# Time


def test_a_silent_server_times_out(site, monkeypatch):
    monkeypatch.setattr(fetcher, "SECONDS_A_STEP", 0.2)
    assert "took longer" in reason(site.put("/a", STORM, 0.8, STORM))


def test_a_server_that_dribbles_its_page_times_out(site, monkeypatch):
    monkeypatch.setattr(fetcher, "SECONDS", 0.3)
    began = time.monotonic()
    assert "took longer" in reason(site.put("/a", *[b"x", 0.05] * 40))
    assert time.monotonic() - began < 1.5


def test_a_server_that_dribbles_its_headers_times_out(monkeypatch):
    monkeypatch.setattr(fetcher, "SECONDS", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as server:

        def dribble():
            connection, _ = server.accept()
            with connection:
                connection.sendall(b"HTTP/1.1 200 OK\r\n")
                try:
                    for number in range(60):
                        connection.sendall(b"x-%d: y\r\n" % number)
                        time.sleep(0.05)
                except OSError:
                    pass

        thread = threading.Thread(target=dribble)
        thread.start()
        began = time.monotonic()
        assert "took longer" in reason(f"http://127.0.0.1:{server.getsockname()[1]}/a")
        assert time.monotonic() - began < 1.5
        thread.join()


def test_a_closed_port_is_a_clear_error():
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    assert "can't be reached" in reason(f"http://127.0.0.1:{port}/a")


@pytest.mark.parametrize(
    "answer", [b"", b"hello\r\n\r\n", b"HTTP/1.1 999999 X\r\n\r\n", b"HTTP/1.1 200 OK\r\na" * 9_999]
)
def test_a_server_that_doesnt_speak_http_is_a_clear_error(answer):
    with socket.create_server(("127.0.0.1", 0)) as server:

        def speak():
            connection, _ = server.accept()
            with connection:
                connection.recv(4_096)
                connection.sendall(answer)

        thread = threading.Thread(target=speak)
        thread.start()
        assert "can't be reached" in reason(f"http://127.0.0.1:{server.getsockname()[1]}/a")
        thread.join()


# Addresses


@pytest.mark.parametrize(
    "url",
    ["file:///etc/passwd", "ftp://g.example/a", "gopher://g.example", "http://", "https:///a", "HTTP+X://g.example/"],
)
def test_an_address_of_something_else_than_a_web_page_is_refused(url):
    assert "is not the address of a web page" in reason(url)


@pytest.mark.parametrize("url", ["http://[::bad/", "http://g.example/\x07", "http://0177.0.0.1/"])
def test_a_broken_address_is_refused(url):
    assert "is not an address" in reason(url)


def test_an_endless_address_is_refused():
    assert len(reason("http://g.example/" + "a" * 10_000)) < 300


def test_an_impossible_port_is_refused():
    assert "no address is known" in reason("http://127.0.0.1:99999999999999999999/")


def test_an_address_with_a_password_is_refused_without_repeating_it():
    assert "hunter2" not in reason("https://ada:hunter2@g.example/a")


METADATA = [
    *("169.254.169.254", "0.0.0.0", "224.0.0.1", "255.255.255.255", "100.100.100.200", "0xA9FEA9FE", "2852039166"),
    *("168.63.129.16", "[fe80::1]", "[ff02::1]", "[::]", "[::ffff:169.254.169.254]", "[64:ff9b::a9fe:a9fe]"),
    *("[fd00:ec2::254]", "[fd20:ce::254]", "[2002:a9fe:a9fe::1]"),
]


@pytest.mark.parametrize("address", METADATA)
def test_addresses_that_never_have_articles_are_refused(address):
    assert "an address that onrecord never fetches from" in reason(f"http://{address}/a")


@pytest.mark.parametrize("address", ["169.254.169.254", "100.100.100.200", "fe80::1", "fd00:ec2::254", "0.0.0.0"])
def test_no_name_makes_the_clouds_metadata_readable(names, address):
    names["news.example"] = [[address]]
    assert "an address that onrecord never fetches from" in reason(
        "http://news.example/", hosts=frozenset({"news.example", address})
    )


@pytest.mark.parametrize(
    ("host", "whose"),
    [
        *((host, "this machine") for host in ["127.0.0.1", "localhost", "127.1", "2130706433", "0x7f000001"]),
        *((host, "this machine") for host in ["[::1]", "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]"]),
        *(
            (host, "a private network")
            for host in ["10.0.0.5", "192.168.1.9", "172.16.0.1", "100.64.0.1", "198.18.0.1"]
        ),
        *(
            (host, "a private network")
            for host in ["192.0.2.1", "[fd12::5]", "[fec0::1]", "[2001:db8::1]", "[2001::1]"]
        ),
        *((host, "a private network") for host in ["[::ffff:10.0.0.5]", "[64:ff9b::a00:5]", "[2002:a00:5::]"]),
        *((host, "a private network") for host in ["[64:ff9b:1::a00:5]", "[::10.0.0.5]", "192.88.99.1", "[100::1]"]),
    ],
)
def test_an_address_that_the_internet_doesnt_reach_is_refused_and_the_setting_named(host, whose):
    message = reason(f"http://{host}:9/a", hosts=frozenset())
    assert f"an address of {whose}. To read from there, name the host in ONRECORD_FETCH_HOSTS." in message


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f::1", "64:ff9b::5db8:d70e", "::ffff:93.184.215.14"])
def test_a_public_address_may_be_asked(address):
    SafeNetwork(frozenset())._check_address(address, "g.example")


def test_a_host_allowed_by_name_may_be_at_a_private_address(site, names):
    names["news.intranet.example"] = [["127.0.0.1"]]
    url = site.put("/a", STORM).replace("127.0.0.1", "News.Intranet.example")
    assert get(url, hosts=frozenset({"news.intranet.example"})).data == STORM


@pytest.mark.parametrize("hosts", [{"intranet.example"}, {"example"}, {"127.0.0.1"}, {"a.news.intranet.example"}])
def test_only_the_very_name_is_allowed(site, names, hosts):
    names["news.intranet.example"] = [["127.0.0.1"]]
    url = site.put("/a", STORM).replace("127.0.0.1", "news.intranet.example")
    assert "ONRECORD_FETCH_HOSTS" in reason(url, hosts=frozenset(hosts))


def test_the_address_that_was_checked_is_the_one_that_is_asked(site, names):
    """A name may have another address at each look-up (DNS rebinding)."""
    names["news.example"] = [["127.0.0.1"], ["169.254.169.254"]]
    url = site.put("/a", STORM).replace("127.0.0.1", "news.example")
    with Fetcher(frozenset({"news.example"})) as fetcher:
        assert fetcher.get(url).data == STORM
    assert site.headers[0]["host"] == url.split("/")[2]


def test_a_name_that_turns_to_a_private_address_is_refused(names, site):
    names["news.example"] = [["127.0.0.1"]]
    url = site.put("/a", status=302, headers={"Location": site.address.replace("127.0.0.1", "news.example")})
    assert "news.example is at 127.0.0.1" in reason(url)


def test_a_name_with_one_bad_address_among_good_ones_is_refused(names):
    names["news.example"] = [["93.184.215.14", "10.0.0.5"]]
    assert "news.example is at 10.0.0.5" in reason("http://news.example/a")


def test_a_name_without_an_address_is_a_clear_error(monkeypatch):
    def look_up(*arguments, **named):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    assert "no address is known for news.example" in reason("http://news.example/a")


def test_a_second_address_is_tried_where_the_first_is_silent(site, names):
    names["news.example"] = [["::1", "127.0.0.1"]]
    url = site.put("/a", STORM).replace("127.0.0.1", "news.example")
    assert get(url, hosts=frozenset({"news.example"})).data == STORM


# Private hosts, which only sources that the operator named may lead to


@pytest.fixture
def private(names, monkeypatch):
    """A name at a private address, while the site on loopback counts as public."""
    monkeypatch.setattr("index.web.safe_network.is_public", lambda ip: str(ip) == "127.0.0.1")
    names["intranet.example"] = [["10.0.0.5"]]
    return "intranet.example"


def test_a_redirect_from_a_public_host_to_an_allowed_private_host_is_refused(site, private):
    url = site.put("/a", status=302, headers={"Location": f"http://{private}/secret"})
    message = reason(url, hosts=frozenset({private}))
    assert "to which only sources of that host itself may lead. Add an address of intranet.example." in message


def test_a_redirect_to_a_private_host_that_isnt_allowed_names_the_setting(site, private):
    url = site.put("/a", status=302, headers={"Location": f"http://{private}/secret"})
    assert "name the host in ONRECORD_FETCH_HOSTS" in reason(url, hosts=HERE)


def test_a_redirect_on_an_allowed_private_host_is_followed(site, names):
    names["news.intranet.example"] = [["127.0.0.1"]]
    site.put("/new", STORM)
    url = site.put("/old", status=302, headers={"Location": "/new"}).replace("127.0.0.1", "news.intranet.example")
    assert get(url, hosts=frozenset({"news.intranet.example"})).data == STORM


def test_an_open_connection_to_a_private_host_is_of_no_use_to_a_public_source(site):
    url = site.put("/a", STORM)
    with Fetcher(HERE) as fetcher:
        assert fetcher.get(url, root=url).data == STORM
        with pytest.raises(ReadError, match="only sources of that host itself"):
            fetcher.get(url, root="https://public.example/feed.xml")
    assert len(site.asked) == 1


# Connections


def test_pages_of_one_host_share_a_connection(site):
    urls = [site.put(f"/{number}", STORM) for number in range(5)]
    with Fetcher(HERE) as fetcher:
        etags = [fetcher.get(url).etag for url in urls]
        assert [fetcher.get(url, etag=etag) for url, etag in zip(urls, etags, strict=True)] == [None] * 5
    assert site.connections == 1


def test_a_name_doesnt_share_another_names_connection(site, names):
    names["news.example"] = [["127.0.0.1"]]
    url = site.put("/a", STORM)
    with Fetcher(HERE | {"news.example"}) as fetcher:
        fetcher.get(url)
        fetcher.get(url.replace("127.0.0.1", "news.example"))
    assert site.connections == 2
