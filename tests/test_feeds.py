"""Feeds and sitemaps, with invented articles."""

import base64
import gzip
import html
import io
import time
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import ReadError
from index.readers import html_fragment
from index.web import feeds, sitemaps
from index.web.content_type import is_feed, is_sitemap
from index.web.feeds import FeedEntry
from index.web.fetcher import Fetcher
from index.web.sitemaps import Page, Sitemap
from tests.news_site import news_site

ADDRESS = "https://gazette.example/news/feed.xml"
PARAGRAPH = "The umpires of the district waited & waited, until the rain at last began to ease over the mill. "
LONG = f"<p>{html.escape(PARAGRAPH * 4)}</p><p>{html.escape(PARAGRAPH * 4)}</p>"
BLOCKS = tuple(html_fragment.fragment_paragraphs(LONG))
SUMMARY = "The umpires of the district waited &amp; waited."


def rss(*items, channel="<title>The Gazette</title>"):
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<?xml-stylesheet href="a.xsl"?>\n<!-- made by hand -->\n'
        '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:atom="http://www.w3.org/2005/Atom"'
        ' xmlns:media="http://search.yahoo.com/mrss/" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd">'
        f'<channel>{channel}<link>https://gazette.example/</link><atom:link rel="self" href="{ADDRESS}"/>'
        + "".join(f"<item>{item}</item>" for item in items)
        + "</channel></rss>"
    ).encode()


def atom(*entries):
    return (
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>The Gazette</title><updated>2025-01-01T00:00:00Z</updated>'
        + "".join(f"<entry>{entry}</entry>" for entry in entries)
        + "</feed>"
    ).encode()


def entries(data):
    return list(feeds.read_feed(io.BytesIO(data), ADDRESS))


def listed(data):
    return list(sitemaps.read_sitemap(io.BytesIO(data), MAP))


def only(data) -> FeedEntry:
    (entry,) = entries(data)
    return entry


LINK = "<link>https://gazette.example/1</link>"


# What is a feed, and what is a sitemap


@pytest.mark.parametrize(
    "data",
    [
        rss(),
        atom(),
        b"\n\n  " + rss(),
        b"\xef\xbb\xbf" + atom(),
        '<?xml version="1.0" encoding="utf-16"?><rss version="2.0"><channel/></rss>'.encode("utf-16"),
        b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">',
        b'<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://n.example/rss.dtd"><rss>',
    ],
)
def test_feeds_are_recognised_by_their_first_element(data):
    assert (is_feed(data), is_sitemap(data)) == (True, False)


@pytest.mark.parametrize("data", [b"<urlset>", b'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"/>'])
def test_sitemaps_are_recognised_by_their_first_element(data):
    assert (is_feed(data), is_sitemap(data)) == (False, True)


@pytest.mark.parametrize(
    "data",
    [
        *(b"", b"<", b"rss", b"<html><body><rss></body></html>", b'{"a": "<rss>"}', b"%PDF-1.4 <rss>", b"PK\x03\x04"),
        *(b"hello <rss>", b"\0\0<rss>", b"<!doctype html><feed>", b"<!-- <rss> -->", gzip.compress(rss())),
    ],
)
def test_other_content_is_neither_a_feed_nor_a_sitemap(data):
    assert (is_feed(data), is_sitemap(data)) == (False, False)


# Feeds


def test_an_article_of_rss_2():
    entry = only(
        rss(
            f"<title>Rain stops play</title>{LINK}<guid isPermaLink='false'>17</guid><dc:creator>Ada Orsk</dc:creator>"
            f"<pubDate>Tue, 05 Mar 2024 10:00:00 +0000</pubDate><description>{SUMMARY}</description>"
            f"<content:encoded><![CDATA[{LONG}]]></content:encoded>"
            "<media:title>A photo</media:title><media:content url='https://gazette.example/x.jpg'/>"
            "<itunes:author>Nobody</itunes:author>"
        )
    )
    assert entry == FeedEntry(
        address="https://gazette.example/1",
        title="Rain stops play",
        published=date(2024, 3, 5),
        author="Ada Orsk",
        publisher="The Gazette",
        blocks=BLOCKS,
    )


def test_an_article_of_atom():
    entry = only(
        atom(
            "<title type='html'>Rain &amp;lt; play</title><link rel='self' href='/feed/1'/>"
            "<link rel='enclosure' href='/1.mp3'/><link rel='alternate' type='text/html' href='/1'/><id>tag:1</id>"
            "<author><name>Ada Orsk</name><email>ada@gazette.example</email></author>"
            "<author><name>Bo Lund</name></author>"
            "<published>2024-03-05T10:00:00Z</published><updated>2025-01-01T00:00:00Z</updated>"
            f"<summary>{SUMMARY}</summary><content type='html'>{html.escape(LONG)}</content>"
        )
    )
    assert entry == FeedEntry(
        address="https://gazette.example/1",
        title="Rain < play",
        published=date(2024, 3, 5),
        author="Ada Orsk, Bo Lund",
        publisher="The Gazette",
        blocks=BLOCKS,
    )


def test_an_article_of_rss_1():
    data = (
        b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"'
        b' xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="https://gazette.example/"><title>The Gazette'
        b'</title></channel><item rdf:about="https://gazette.example/1"><title>Rain stops play</title>'
        b"<link>https://gazette.example/1</link><dc:date>2024-03-05T23:30:00-08:00</dc:date></item></rdf:RDF>"
    )
    entry = only(data)
    assert (entry.address, entry.title) == ("https://gazette.example/1", "Rain stops play")
    assert (entry.publisher, entry.published) == ("The Gazette", date(2024, 3, 5))


def test_an_article_of_rss_091_with_characters_of_its_dtd():
    data = (
        b'<?xml version="1.0"?><!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN"'
        b' "http://my.netscape.example/rss-0.91.dtd"><rss version="0.91"><channel><title>The Gazette</title><item>'
        b"<title>Caf&eacute; closes</title><link>https://gazette.example/1</link></item></channel></rss>"
    )
    assert only(data).title == "Café closes"


def test_full_text_in_xhtml_comes_as_html():
    inner = LONG.replace("<p>", "<x:p>").replace("</p>", "</x:p>")
    entry = only(
        atom(
            "<link href='/1'/><title>Rain</title><content type='xhtml'><x:div xmlns:x='http://www.w3.org/1999/xhtml'>"
            f"{inner}<x:br/></x:div></content>"
        )
    )
    assert entry.blocks == BLOCKS


def test_full_plain_text_comes_as_paragraphs():
    entry = only(
        atom(f"<link href='/1'/><content>{html.escape(PARAGRAPH * 4)}\n\n{html.escape(PARAGRAPH * 4)}</content>")
    )
    assert entry.blocks == BLOCKS


@pytest.mark.parametrize(
    ("summary", "content"),
    [
        (f"<description>{html.escape(LONG)}</description>", ""),
        ("", f"<content:encoded>{html.escape('<p>' + PARAGRAPH * 4 + '</p>')}</content:encoded>"),
        (f"<description>{html.escape(LONG)}</description>", f"<content:encoded>{html.escape(LONG)}</content:encoded>"),
        *(
            ("", f"<content:encoded>{html.escape(f'{LONG} {end}')}</content:encoded>")
            for end in [
                *("[…]", "[&#8230;]", "[...]", "and then …", '<a href="/1">Continue reading <span>Rain</span> →</a>'),
                *(
                    "Read more »",
                    "Read the full story",
                    "Keep reading on our site.",
                    "[…] The post Rain appeared first on G.",
                ),
            ]
        ),
        ("", f"<content:encoded>{html.escape('<script>' + LONG + '</script><p>Rain.</p>')}</content:encoded>"),
        ("", "<media:content>" + html.escape(LONG) + "</media:content>"),
        ("", "<content:encoded/>"),
    ],
)
def test_a_teaser_isnt_a_full_text(summary, content):
    assert only(rss(LINK + summary + content)).blocks is None


def test_a_full_text_may_be_a_body_of_xhtml():
    """As in feeds of the early 2000s: feedparser's own tests have them."""
    entry = only(rss(f"{LINK}<body xmlns='http://www.w3.org/1999/xhtml'>{LONG}</body>"))
    assert entry.blocks == BLOCKS


@pytest.mark.parametrize("given", ["type='application/pdf'", "type='image/png'", "mode='base64'"])
def test_content_in_base64_isnt_a_full_text(given):
    content = base64.b64encode(b"%PDF-1.4" * 200).decode()
    assert only(atom(f"<link href='/1'/><content {given}>{content}</content>")).blocks is None


def test_a_title_and_an_author_may_be_of_dublin_core():
    entry = only(rss(f"{LINK}<dc:title>Rain stops play</dc:title><dc:author>Ada Orsk</dc:author>"))
    assert (entry.title, entry.author) == ("Rain stops play", "Ada Orsk")


def test_a_full_text_may_end_as_wordpress_ends_it():
    credit = '<p>The post <a href="/1">Rain stops play</a> appeared first on <a href="/">The Gazette</a>.</p>'
    assert only(rss(f"{LINK}<content:encoded>{html.escape(LONG + credit)}</content:encoded>")).blocks


@pytest.mark.parametrize(
    ("written", "published"),
    [
        ("Tue, 05 Mar 2024 23:30:00 -0800", date(2024, 3, 5)),
        ("Wed, 06 Mar 2024 00:30:00 +0900", date(2024, 3, 6)),
        ("5 Mar 2024 10:00 GMT", date(2024, 3, 5)),
        ("2024-03-05T10:00:00Z", date(2024, 3, 5)),
        *(
            (written, None)
            for written in ["Tue, 32 Mar 2024 10:00:00 GMT", "yesterday", "", "0000-00-00", "03/05/2024"]
        ),
    ],
)
def test_the_day_is_the_one_written_or_none(written, published):
    assert only(rss(f"{LINK}<pubDate>{written}</pubDate>")).published == published


@pytest.mark.parametrize(
    "updated",
    [
        "<atom:updated>2024-03-05T10:00:00Z</atom:updated>",
        "<lastBuildDate>Tue, 05 Mar 2024 10:00:00 GMT</lastBuildDate>",
    ],
)
def test_a_day_of_change_is_not_a_day_of_publication(updated):
    assert only(rss(LINK + updated)).published is None


@pytest.mark.parametrize(
    ("author", "name"),
    [
        ("<author>ada@gazette.example (Ada Orsk)</author>", "Ada Orsk"),
        ("<author>Ada Orsk</author>", "Ada Orsk"),
        ("<author>ada@gazette.example</author>", None),
        ("<author/>", None),
        (
            "<author>x@y.example (Desk)</author><dc:creator>Ada Orsk</dc:creator><dc:creator>Bo Lund</dc:creator>",
            "Ada Orsk, Bo Lund",
        ),
    ],
)
def test_an_author_is_a_name(author, name):
    assert only(rss(LINK + author)).author == name


@pytest.mark.parametrize(
    ("source", "publisher"),
    [
        ("<source url='https://wire.example/feed'>The Wire</source>", "The Wire"),
        ("<atom:source><atom:title>The Wire</atom:title></atom:source>", "The Wire"),
        ("<source url='https://wire.example/feed'/>", "The Gazette"),
    ],
)
def test_the_publisher_is_the_articles_source_or_the_feed(source, publisher):
    assert only(rss(LINK + source)).publisher == publisher


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("Rain &amp;amp; &lt;b&gt;wind&lt;/b&gt;\n  in\u00a0June", "Rain & wind in June"),
        ("<![CDATA[Orsk &amp; Sons]]>", "Orsk & Sons"),
        ("Is 5 &lt; 6?", "Is 5 < 6?"),
        ("AT&amp;T", "AT&T"),
        (" ", None),
    ],
)
def test_a_title_is_plain_text_on_one_line(written, title):
    assert only(rss(f"{LINK}<title>{written}</title>")).title == title


@pytest.mark.parametrize(
    ("links", "address"),
    [
        ("<link>/2024/rain</link>", "https://gazette.example/2024/rain"),
        ("<link>rain?a=1&amp;b=2#top</link>", "https://gazette.example/news/rain?a=1&b=2#top"),
        ("<link><![CDATA[ https://gazette.example/a?x=1&y=2 ]]></link>", "https://gazette.example/a?x=1&y=2"),
        ("<link>//wire.example/1</link>", "https://wire.example/1"),
        ("<link xml:base='https://wire.example/x/'>1</link>", "https://wire.example/x/1"),
        ("<guid>https://gazette.example/1</guid>", "https://gazette.example/1"),
        ("<link>javascript:alert(1)</link><guid>https://gazette.example/1</guid>", "https://gazette.example/1"),
        ("<atom:link rel='replies' href='/1#comments'/><link>/1</link>", "https://gazette.example/1"),
    ],
)
def test_links_are_resolved(links, address):
    assert only(rss(links)).address == address


@pytest.mark.parametrize(
    "links",
    [
        "",
        *(
            f"<link>{link}</link>"
            for link in [
                *("javascript:alert(1)", "data:text/html,a", "file:///etc/passwd", "ftp://gazette.example/1"),
                *(
                    "http://",
                    "http://[::bad",
                    "http://ada:secret@gazette.example/",
                    "https://gazette.example/" + "a" * 3_000,
                ),
            ]
        ),
        "<guid isPermaLink='false'>https://gazette.example/1</guid>",
        "<guid>17</guid>",
    ],
)
def test_entries_without_a_web_address_are_left_out(links):
    assert entries(rss(links)) == []


def test_a_full_text_of_atom_without_a_link_is_at_its_id():
    content = f"<content type='html'>{html.escape(LONG)}</content>"
    assert only(atom(f"<id>https://gazette.example/1</id>{content}")).address == "https://gazette.example/1"
    assert entries(atom("<id>https://gazette.example/1</id><title>Rain</title>")) == []
    assert entries(atom(f"<id>tag:17</id>{content}")) == []


@pytest.mark.parametrize(
    "broken",
    [
        rss(f"{LINK}<title>Rain & wind: caf&eacute;s &amp; mills</title>"),
        rss(f"{LINK}<title>Rain & wind: cafés & mills</title>")[:-25],
        rss(f"{LINK}<title>Rain & wind: cafés & mills</title><description>5 < 6</description>"),
        rss(f"{LINK}<title><![CDATA[Rain & wind: cafés & mills]]></title><description>a & b &nbsp;</description>"),
        rss(f"{LINK}<title>Rain &amp; wind: cafés &amp; mills</title><dc:x/>").replace(b"xmlns:dc", b"xmlns:dd"),
    ],
)
def test_what_is_readable_of_a_broken_feed_is_read(broken):
    entry = only(broken)
    assert (entry.address, entry.title) == ("https://gazette.example/1", "Rain & wind: cafés & mills")


def test_a_bare_ampersand_in_a_link_stays():
    assert only(rss("<link>/a?x=1&y=2&copy=3</link><title>&eacute;</title>")).address.endswith("/a?x=1&y=2&copy=3")


@pytest.mark.parametrize(
    "dtd",
    [
        "<!ENTITY a 'boom'>"
        + "".join(f"<!ENTITY {b} '{f'&{a};' * 10}'>" for a, b in zip("abcdefgh", "bcdefghi", strict=True)),
        "<!ENTITY i SYSTEM 'file:///etc/passwd'>",
        "<!ENTITY % p SYSTEM 'http://127.0.0.1:9/x.dtd'> %p; <!ENTITY i 'x'>",
    ],
)
@pytest.mark.parametrize("where", ["<title>&i;</title>", "<title a='&i;'/>", "<description>&i;</description>"])
def test_entities_of_a_feeds_own_are_never_expanded(dtd, where):
    item = rss(LINK + where).partition(b"<rss")[2].decode()
    began = time.monotonic()
    try:
        found = entries(f"<!DOCTYPE rss [{dtd}]><rss{item}".encode())
    except ReadError:
        found = []
    assert time.monotonic() - began < 2
    assert not any("root:" in repr(entry) or "boom" in repr(entry) for entry in found)


@pytest.mark.parametrize(
    "unit", ["<", "<a", "&", "<!--", "<![CDATA[", "<a>", "\n<!ENTITY ", "\n", " b='c'", "<item>", '<a b="']
)
@pytest.mark.parametrize("before", ["", "<rss><channel><item><title>", "<rss><item><link>http://a/</link><content>"])
def test_time_grows_with_the_length_and_not_with_its_square(unit, before):
    data = (before + unit * (300_000 // len(unit))).encode()
    began = time.process_time()
    try:
        entries(data)
    except ReadError as error:
        assert "\n" not in str(error)  # noqa: PT017
    assert time.process_time() - began < 3


def test_a_feed_that_is_too_large_is_refused(monkeypatch):
    monkeypatch.setattr(feeds, "MOST_FEED_BYTES", 1_000_000)
    with pytest.raises(ReadError, match="more than 1 MB"):
        entries(rss() + b" " * 1_000_000)


def test_a_feed_of_too_many_articles_is_refused(monkeypatch):
    monkeypatch.setattr(feeds, "MOST_ENTRIES", 10)
    assert len(entries(rss(*[LINK] * 10))) == 10
    with pytest.raises(ReadError, match="more than 10 articles"):
        entries(rss(*[LINK] * 11))


# Sitemaps

MAP = "https://gazette.example/sitemap.xml"


def sitemap(*urls, name="urlset"):
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><{name} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
        ' xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'
        ' xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">' + "".join(urls) + f"</{name}>"
    ).encode()


def test_a_sitemap_lists_pages():
    pages = listed(
        sitemap(
            "<url><loc>\n https://gazette.example/1?a=1&amp;b=2\n</loc><lastmod>2024-03-05T10:00:00+00:00</lastmod></url>",
            "<url><image:image><image:loc>https://gazette.example/x.jpg</image:loc></image:image>"
            "<loc>http://Gazette.example/2</loc></url>",
        )
    )
    assert pages == [Page("https://gazette.example/1?a=1&b=2", None), Page("http://gazette.example/2", None)]


def test_a_news_sitemap_gives_the_day_of_publication():
    news = "<news:news><news:publication_date>2024-03-05T23:30:00-08:00</news:publication_date></news:news>"
    (page,) = listed(sitemap(f"<url><loc>https://gazette.example/1</loc>{news}</url>"))
    assert page.published == date(2024, 3, 5)


def test_an_index_lists_sitemaps():
    data = sitemap("<sitemap><loc>https://gazette.example/a.xml.gz</loc></sitemap>", name="sitemapindex")
    assert listed(data) == [Sitemap("https://gazette.example/a.xml.gz")]


def test_a_sitemap_without_a_namespace_is_read():
    assert len(listed(b"<urlset><url><loc>https://gazette.example/1</loc></url></urlset>")) == 1


def test_an_empty_sitemap_lists_nothing():
    assert listed(sitemap()) == []


@pytest.mark.parametrize(
    "location",
    [
        *(
            "https://other.example/1",
            "https://www.gazette.example/1",
            "/1",
            "javascript:alert(1)",
            "ftp://gazette.example/1",
        ),
        *("", "https://gazette.example@other.example/", "https://ada:secret@gazette.example/1"),
    ],
)
def test_only_pages_of_the_same_host_are_listed(location):
    good = "<url><loc>https://gazette.example/2</loc></url>"
    pages = listed(sitemap(f"<url><loc>{location}</loc></url>", "<url/>", good))
    assert [page.address for page in pages] == ["https://gazette.example/2"]


def test_a_sitemap_of_another_hosts_pages_alone_is_refused():
    with pytest.raises(ReadError, match=r"lists only pages of other hosts than gazette\.example"):
        listed(sitemap("<url><loc>https://www.gazette.example/1</loc></url>"))


def test_too_many_pages_or_sitemaps_are_refused(monkeypatch):
    monkeypatch.setattr(sitemaps, "MOST_ENTRIES", 10)
    url = "<url><loc>https://gazette.example/1</loc></url>"
    assert len(listed(sitemap(*[url] * 10))) == 10
    with pytest.raises(ReadError, match="more than 10 pages"):
        listed(sitemap(*[url] * 11))
    monkeypatch.setattr(sitemaps, "MOST_SITEMAPS", 2)
    with pytest.raises(ReadError, match="more than 2 sitemaps"):
        listed(sitemap(*[url.replace("url>", "sitemap>")] * 3, name="sitemapindex"))


def test_a_broken_sitemap_is_refused():
    with pytest.raises(ReadError, match="is a broken sitemap"):
        listed(sitemap("<url><loc>https://gazette.example/?a=1&b=2</loc></url>"))


def test_entities_in_a_sitemap_are_never_expanded():
    bomb = "".join(f"<!ENTITY {b} '{f'&{a};' * 10}'>" for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    for dtd in (bomb, "<!ENTITY i SYSTEM 'file:///etc/passwd'>"):
        data = f"<!DOCTYPE urlset [{dtd}]><urlset><url><loc>https://gazette.example/&i;</loc></url></urlset>"
        began = time.monotonic()
        try:
            assert listed(data.encode()) == []
        except ReadError as error:
            assert "is a broken sitemap" in str(error)  # noqa: PT017
        assert time.monotonic() - began < 2


def test_a_packed_sitemap_of_a_site_is_fetched_and_read():
    with news_site() as site:
        pages = sitemap(f"<url><loc>{site.address}/1</loc></url>")
        address = site.put("/sitemap.xml.gz", gzip.compress(pages), content_type="application/gzip")
        with Fetcher(frozenset({"127.0.0.1"})) as fetcher:
            got = fetcher.get(address)
        pages = sitemaps.read_sitemap(io.BytesIO(got.data), got.address)
        assert list(pages) == [Page(f"{site.address}/1", None)]


# Anything

TAGS = """rss channel item entry feed title link guid id source author name content content:encoded description summary
pubDate dc:creator dc:date published authors links urlset sitemapindex url sitemap loc lastmod a:b""".split()


def tags(inner):
    attributes = st.sampled_from(
        ["", " href='/1'", " type='xhtml'", " xml:base='http://['", " url='x'", " isPermaLink='a'"]
    )
    return st.builds(
        lambda tag, attribute, parts: f"<{tag}{attribute}>{''.join(parts)}</{tag}>",
        st.sampled_from(TAGS),
        attributes,
        st.lists(inner, max_size=4),
    )


TEXT = st.one_of(
    st.text(max_size=20), st.sampled_from(["https://gazette.example/1", "2024-03-05", "&amp;", "&x;", "]]>", LONG])
)
TREES = st.recursive(TEXT, tags, max_leaves=20)
STARTS = st.sampled_from(
    ["<rss><item>", "<feed xmlns='http://www.w3.org/2005/Atom'><entry>", "<urlset>", "<sitemapindex>", ""]
)
ANYTHING = st.one_of(
    st.binary(max_size=200),
    st.builds(lambda start, tree: (start + tree).encode("utf-8", "replace"), STARTS, TREES),
    st.builds(
        lambda data, at, byte: data[:at] + byte + data[at:],
        st.just(rss(LINK + LONG)),
        st.integers(0, 900),
        st.binary(max_size=3),
    ),
)


@settings(deadline=None, max_examples=200, database=None)
@given(ANYTHING)
def test_any_bytes_give_a_list_or_an_error_for_the_user(data):
    for read in (entries, listed):
        try:
            read(data)
        except ReadError as error:
            assert "\n" not in str(error)  # noqa: PT017


def test_a_link_that_counts_visits_is_that_of_the_page_itself():
    counted = rss("<link>https://gazette.example/1?id=7&amp;utm_source=rss&amp;fbclid=x</link>")
    assert only(counted).address == "https://gazette.example/1?id=7"
