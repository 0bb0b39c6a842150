"""Whatever is named goes in by `Assistant.ingest`: files of every kind, pages, feeds, sitemaps, standard input."""

import csv
import io
import json
import socket
import subprocess
from datetime import date
from html import escape

import pytest

from assistant import Assistant
from assistant.cli import main
from index.sources import Found, SourceReader
from tests import documents_made as made
from tests.conftest import words_settings
from tests.serving import ONRECORD

TITLE, DAY = made.TITLE, date(2022, 3, 4)
RECORD = {"title": TITLE, "text": "\n\n".join(made.PARAGRAPHS), "published": "2022-03-04T09:30:00Z", "id": 7}
PARAGRAPHS = "".join(f"<p>{paragraph}</p>" for paragraph in made.PARAGRAPHS)
RSS = "application/rss+xml"
SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"


def page(title=TITLE, head="", paragraphs=PARAGRAPHS):
    body = f"<nav><a href='/'>Home</a></nav><article><h1>{title}</h1>{paragraphs}</article>"
    return (
        f"<!DOCTYPE html><html lang='en'><head><title>{title}</title>{head}</head><body>{body}</body></html>".encode()
    )


def dated(day):
    facts = {"@context": "https://schema.org", "@type": "NewsArticle", "headline": TITLE, "datePublished": day}
    return f'<script type="application/ld+json">{json.dumps(facts)}</script>'


def feed(*items):
    return (
        '<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/">'
        f"<channel><title>The Gazette</title>{''.join(items)}</channel></rss>"
    ).encode()


def item(address, day="Tue, 08 Mar 2022 10:00:00 GMT", full_text=""):
    content = f"<content:encoded>{escape(full_text)}</content:encoded>" if full_text else ""
    return (
        f"<item><title>{TITLE}</title><link>{escape(address)}</link><pubDate>{day}</pubDate>"
        f"<description>A teaser.</description>{content}</item>"
    )


def sitemap(*addresses, of="url", root="urlset"):
    listed = "".join(f"<{of}><loc>{escape(address)}</loc></{of}>" for address in addresses)
    return f'<?xml version="1.0"?><{root} xmlns="{SITEMAP}">{listed}</{root}>'.encode()


def table(*records):
    written = io.StringIO()
    rows = csv.DictWriter(written, RECORD)
    rows.writeheader()
    rows.writerows(records)
    return written.getvalue()


FRONT_MATTER = f"---\ntitle: {TITLE}\npublished: 2022-03-04\n---\n\n"
FILES = {
    "story.txt": (f"{TITLE}\n\n" + "\n\n".join(made.PARAGRAPHS), None),
    "story.md": (FRONT_MATTER + "\n\n".join(made.PARAGRAPHS), "field"),
    "story.html": (page(head=dated("2022-03-04")), "json-ld"),
    "story.htm": (page(head='<meta property="article:published_time" content="2022-03-04T09:30:00Z">'), "meta"),
    "story.pdf": (made.article_pdf(Title=TITLE, CreationDate="D:20220304093000Z"), "document"),
    "story.docx": (made.docx_of(created=made.created(2022, 3, 4)), "document"),
    "story.epub": (made.article_epub(), "document"),
    "story.json": (json.dumps([RECORD]), "field"),
    "story.jsonl": (json.dumps(RECORD) + "\n", "field"),
    "story.csv": (table(RECORD), "field"),
    "story.zip": (made.zip_of({"2022/story.md": FRONT_MATTER.encode() + made.BODY.encode()}), "field"),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_of_every_kind_is_an_article_with_title_date_and_text(empty, write, name):
    content, published_by = FILES[name]
    report = empty.ingest([write(name, content)])
    assert (report.failed, report.left_out) == ((), ())
    (article,) = empty.articles()
    assert (article.title, article.published, article.published_by) == (
        TITLE,
        DAY if published_by else None,
        published_by,
    )
    for paragraph in made.PARAGRAPHS:
        assert " ".join(paragraph.split()) in " ".join(article.full_text.split())
    assert "Home" not in article.full_text
    assert "hysterical" in empty.search("hysterical warnings of the West")[0].text


def test_a_folder_of_all_kinds_goes_in_at_once(empty, write):
    paths = [write(f"{number}/{name}", content) for number, (name, (content, _)) in enumerate(FILES.items())]
    report = empty.ingest([paths[0].parent.parent])
    assert (len(report.added), report.failed) == (len(FILES), ())


def test_each_record_of_an_export_is_an_article_of_its_own(empty, write):
    records = [{**RECORD, "id": number, "title": f"Story {number}"} for number in range(3)]
    path = write("many.jsonl", "".join(json.dumps(record) + "\n" for record in records))
    empty.ingest([path])
    assert {(article.title, article.source) for article in empty.articles()} == {
        (f"Story {number}", f"{path}#{number}") for number in range(3)
    }


@pytest.fixture
def piped(tmp_path, monkeypatch, capsys):
    """Pipes data into `onrecord add -`: `(exit code, report, stderr)`."""
    monkeypatch.setenv("ONRECORD_EMBEDDING_MODEL", "words")

    def piped(data):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data)))
        code = main(["add", "-", "--index", str(tmp_path / "index"), "--json"])
        output = capsys.readouterr()
        return code, json.loads(output.out), output.err

    return piped


def test_a_real_pipe_is_read(empty, tmp_path):
    command = [ONRECORD, "add", "-", "--index", tmp_path / "index"]
    text = f"{TITLE}\n\n{made.BODY}".encode()
    run = subprocess.run(
        command, input=text, capture_output=True, env={"ONRECORD_EMBEDDING_MODEL": "words"}, timeout=60
    )
    assert (run.returncode, run.stderr) == (0, b"")
    assert [article.title for article in empty.articles()] == [TITLE]


@pytest.mark.parametrize(
    ("data", "titles"),
    [
        (f"{TITLE}\n\n{made.BODY}".encode(), {TITLE}),
        (
            b"".join(json.dumps({**RECORD, "id": n, "title": f"Story {n}"}).encode() + b"\n" for n in (1, 2)),
            {"Story 1", "Story 2"},
        ),
        (page(), {TITLE}),
        (made.article_pdf(Title=TITLE), {TITLE}),
    ],
    ids=["text", "json-lines", "page", "pdf"],
)
def test_articles_come_in_by_standard_input(empty, piped, data, titles):
    code, report, errors = piped(data)
    assert (code, errors, len(report["added"])) == (0, "", len(titles))
    assert {article.title for article in empty.articles()} == titles
    again = piped(data)[1]
    assert (again["added"], len(again["unchanged"])) == ([], len(titles))


def test_what_came_by_standard_input_hasnt_vanished_when_something_else_comes(empty, piped):
    piped(b"Storm takes the mill\n\nThe storm took the roof of the mill on Monday.")
    report = piped(b"Fair weather\n\nThe sun shone on the harbour all day long.")[1]
    assert (len(report["added"]), report["vanished"]) == (1, [])
    assert empty.sync(prune=True).removed == ()
    assert len(empty.articles()) == 2


@pytest.mark.parametrize("data", [b"", b"\0\1", b"{]"], ids=["empty", "binary", "broken"])
def test_standard_input_without_an_article_is_one_clear_line(piped, data):
    code, _, errors = piped(data)
    assert code == 1
    assert errors.startswith("onrecord: standard input")
    assert errors.count("\n") == 1


def test_a_page_is_an_article_with_its_address_and_when_it_was_read(site, online):
    address = site.put("/2022/03/04/lavrov", page())
    assert online.ingest([address]).failed == ()
    (article,) = online.articles()
    assert (article.url, article.source, article.title) == (address, address, TITLE)
    assert (article.published, article.published_by) == (DAY, "url")
    assert article.fetched is not None


def test_a_host_is_named_by_name_too(site, tmp_path):
    site.put("/lavrov", page())
    online = Assistant(words_settings(tmp_path / "index", fetch_hosts=("localhost",)))
    address = site.address.replace("127.0.0.1", "localhost") + "/lavrov"
    assert len(online.ingest([address]).added) == 1
    assert len(online.ingest([site.address + "/lavrov"]).failed) == 1


def test_a_document_of_the_web_has_its_address(site, online):
    address = site.put("/lavrov.pdf", made.article_pdf(Title=TITLE), content_type="application/pdf")
    online.ingest([address])
    (article,) = online.articles()
    assert (article.url, article.title) == (address, TITLE)


def test_a_page_added_twice_with_tracking_parameters_is_one_article(site, online):
    address = site.put("/lavrov", page())
    first = online.ingest([address, f"{address}?utm_source=feed&fbclid=1", f"{address}#comments"])
    second = online.ingest([f"{address}?utm_campaign=x"])
    assert (len(first.added), first.unchanged, second.added, second.unchanged) == (1, (), (), first.added)
    assert [article.url for article in online.articles()] == [address]


def test_the_pages_of_a_feed_are_read_where_it_has_teasers(site, online):
    address = site.put("/lavrov", page())
    report = online.ingest([site.put("/feed", feed(item(address)), content_type=RSS)])
    assert (len(report.added), report.failed) == (1, ())
    (article,) = online.articles()
    assert (article.url, article.published, article.published_by) == (address, date(2022, 3, 8), "feed")
    assert "A teaser" not in article.full_text
    assert [path for path, _ in site.asked] == ["/feed", "/lavrov"]


def test_a_feed_with_the_full_text_is_enough(site, online):
    report = online.ingest(
        [site.put("/feed", feed(item(f"{site.address}/lavrov", full_text=PARAGRAPHS)), content_type=RSS)]
    )
    assert len(report.added) == 1
    (article,) = online.articles()
    assert (article.title, article.url, article.publisher) == (TITLE, f"{site.address}/lavrov", "The Gazette")
    assert (article.published, article.published_by) == (date(2022, 3, 8), "feed")
    assert article.full_text == "\n\n".join(made.PARAGRAPHS)
    assert [path for path, _ in site.asked] == ["/feed"]


@pytest.mark.parametrize("full_text", ["", PARAGRAPHS], ids=["teaser", "full-text"])
@pytest.mark.parametrize("order", [1, -1], ids=["feed-first", "page-first"])
def test_an_article_by_feed_and_by_hand_is_one(site, online, full_text, order):
    address = site.put("/lavrov", page())
    given = [site.put("/feed", feed(item(address, full_text=full_text)), content_type=RSS), address][::order]
    report = online.ingest(given)
    assert (len(report.added), report.updated, report.unchanged) == (1, (), ())
    assert len(online.articles()) == 1


@pytest.mark.parametrize(
    ("path", "head", "day", "told_by"),
    [
        ("/2022/03/01/lavrov", "", date(2022, 3, 8), "feed"),
        ("/2022/03/01/lavrov", dated("2022-03-04"), DAY, "json-ld"),
        ("/lavrov", "", date(2022, 3, 8), "feed"),
    ],
)
def test_a_feeds_day_outranks_that_of_the_address_but_not_the_pages_own(site, online, path, head, day, told_by):
    address = site.put(path, page(head=head))
    online.ingest([site.put("/feed", feed(item(address)), content_type=RSS)])
    assert [(article.published, article.published_by) for article in online.articles()] == [(day, told_by)]
    again = online.ingest([address])
    assert (again.updated, len(again.unchanged)) == ((), 1), "the day that the feed gave is kept"


def test_a_sitemap_and_those_it_lists_are_read(site, online):
    pages = [site.put(f"/{name}", page(title=f"Story {name}")) for name in "abc"]
    inner = site.put("/inner.xml", sitemap(*pages[:2]), content_type="application/xml")
    other = site.put("/other.xml", sitemap(pages[2]), content_type="application/xml")
    index = site.put("/index.xml", sitemap(inner, other, of="sitemap", root="sitemapindex"), content_type="text/xml")
    report = online.ingest([index])
    assert (len(report.added), report.failed) == (3, ())
    assert {article.url for article in online.articles()} == set(pages)


def test_unreadable_pages_of_a_feed_or_sitemap_are_named_and_the_rest_is_added(site, online):
    good = site.put("/good", page())
    site.put("/empty", b"<html><body></body></html>")
    bad = [f"{site.address}/empty", f"{site.address}/missing"]
    report = online.ingest([site.put("/sitemap.xml", sitemap(good, *bad), content_type="text/xml")])
    assert len(report.added) == 1
    assert [failure.source for failure in report.failed] == bad
    broken = sitemap(good).replace(b"</url>", b"")
    report = online.ingest(
        [
            site.put("/broken.xml", broken, content_type="text/xml"),
            site.put("/foreign.xml", sitemap("https://elsewhere.example/a"), content_type="text/xml"),
            site.put("/index.xml", sitemap(good, of="sitemap", root="sitemapindex"), content_type="text/xml"),
            good,
        ]
    )
    assert (len(report.failed), len(report.unchanged)) == (3, 1)
    assert all("\n" not in failure.reason for failure in report.failed)


def test_too_many_sitemaps_are_a_failure_that_says_so(site, online, monkeypatch):
    monkeypatch.setattr("index.web.sitemaps.MOST_SITEMAPS", 2)
    for name in "abc":
        site.put(f"/{name}.xml", sitemap(site.put(f"/{name}", page(title=name))), content_type="text/xml")
    further = [f"{site.address}/{name}.xml" for name in "bc"]
    nested = site.put("/n.xml", sitemap(*further, of="sitemap", root="sitemapindex"), content_type="text/xml")
    top = [f"{site.address}/a.xml", nested]
    (failure,) = online.ingest(
        [site.put("/top.xml", sitemap(*top, of="sitemap", root="sitemapindex"), content_type="text/xml")]
    ).failed
    assert "more than 2 sitemaps" in failure.reason


@pytest.mark.parametrize("address", ["http://127.0.0.1:1/a", "ftp://example.org/a", "http://", "http://[::1/a"])
def test_an_address_that_cant_be_read_is_one_clear_line(online, address):
    (failure,) = online.ingest([address]).failed
    assert "\n" not in failure.reason
    assert failure.reason.endswith(".")


def test_a_host_that_asks_to_wait_isnt_asked_for_another_page(site, online):
    busy = [site.put(f"/{n}", b"", status=503, headers={"Retry-After": "600"}) for n in range(3)]
    assert len(online.ingest(busy).failed) == 3
    assert len(site.asked) == 1


# The confined process


@pytest.mark.parametrize("what", ["page", "feed", "sitemap", "export", "saved page"])
def test_a_source_whose_parsing_hangs_is_one_failure_and_the_rest_is_added(site, online, write, monkeypatch, what):
    sources = {
        "page": lambda: site.put("/a", page()),
        "feed": lambda: site.put("/feed", feed(item(f"{site.address}/a", full_text=PARAGRAPHS)), content_type=RSS),
        "sitemap": lambda: site.put("/sitemap.xml", sitemap(f"{site.address}/a"), content_type="text/xml"),
        "export": lambda: write("a.json", json.dumps([RECORD])),
        "saved page": lambda: write("a.html", page()),
    }
    monkeypatch.setattr("index.readers.sandbox.SECONDS", 0.00001)
    report = online.ingest([sources[what](), write("b.txt", FILES["story.txt"][0])])
    (failure,) = report.failed
    assert len(report.added) == 1
    assert "took longer than 1e-05 seconds to read" in failure.reason
    assert "\n" not in failure.reason


@pytest.mark.parametrize("suffix", [".jsonl", ".zip"])
def test_progress_counts_the_bytes_that_were_read_of_a_large_file(write, suffix):
    records = [json.dumps({**RECORD, "id": number}) + "\n" for number in range(5_000)]
    members = {f"{number}.txt": FILES["story.txt"][0].encode() for number in range(500)}
    path = write(f"many{suffix}", made.zip_of(members) if suffix == ".zip" else "".join(records))
    with SourceReader(frozenset()) as reader:
        counts = [reader.bytes_read for event in reader.read(str(path)) if isinstance(event, Found)]
        assert reader.bytes_read == path.stat().st_size
    assert counts == sorted(counts)
    assert 0 < counts[0] < counts[-1] / 2


# Private hosts


@pytest.fixture
def intranet(monkeypatch, tmp_path):
    """A collection that may read from intranet.example at a private address; the site on loopback counts as public."""
    look_up = socket.getaddrinfo

    def addresses(host, port, *arguments, **named):
        return look_up("10.0.0.5" if host == "intranet.example" else host, port, *arguments, **named)

    monkeypatch.setattr(socket, "getaddrinfo", addresses)
    monkeypatch.setattr("index.web.safe_network.is_public", lambda ip: str(ip) == "127.0.0.1")
    return Assistant(words_settings(tmp_path / "index", fetch_hosts=("intranet.example",)))


@pytest.mark.parametrize("make", ["feed", "redirect"])
def test_a_public_source_doesnt_lead_to_an_allowed_private_host(site, intranet, make):
    secret = "http://intranet.example/secret"
    if make == "feed":
        address = site.put("/feed", feed(item(secret)), content_type=RSS)
    else:
        address = site.put("/a", status=302, headers={"Location": secret})
    report = intranet.ingest([address])
    (failure,) = report.failed
    assert (report.added, failure.source) == ((), secret if make == "feed" else address)
    assert "only sources of that host itself may lead" in failure.reason


def test_a_public_sitemap_doesnt_lead_to_an_allowed_private_host(site, intranet):
    listed = sitemap("http://intranet.example/secret", site.put("/a", page()))
    report = intranet.ingest([site.put("/sitemap.xml", listed, content_type="text/xml")])
    assert (len(report.added), report.failed) == (1, ())


@pytest.mark.parametrize("make", [feed, sitemap])
def test_a_named_private_source_leads_to_pages_of_its_own_host_even_by_redirects(site, online, make):
    site.put("/new", page())
    old = site.put("/old", status=301, headers={"Location": "/new"})
    listed = make(item(old)) if make is feed else make(old)
    site.put("/feed-new", listed, content_type="text/xml")
    report = online.ingest([site.put("/feed", status=301, headers={"Location": "/feed-new"})])
    assert (len(report.added), report.failed) == (1, ())
