"""Pages in the manner of many publishing systems, all invented, and hostile ones."""

import json
import time
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.article import Draft
from index.errors import ReadError
from index.readers.web_page import read_html

PAGES = Path(__file__).parent / "data" / "pages"
EXPECTED = json.loads((PAGES / "expected.json").read_text("utf-8"))
FIELDS = ("title", "author", "publisher", "url", "language", "published_by")
TEXT = "".join(
    f"<p>The umpires of the district waited for hour {n}, until the rain began to ease.</p>" for n in range(9)
)


STORY = f"<article><h1>Rain stops play</h1>{TEXT}</article>"


def page(head="", body=STORY, html=""):
    return f"<!DOCTYPE html><html {html}><head><title>Rain stops play</title>{head}</head><body>{body}</body></html>"


def read(source, address=None):
    return read_html(source.encode(), "a.html", address)


def test_every_page_has_expectations():
    assert sorted(EXPECTED) == sorted(path.name for path in PAGES.glob("*.html"))
    assert len(EXPECTED) >= 25


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_page_gives_its_metadata_and_its_article_without_what_surrounds_it(name):
    expected = EXPECTED[name]
    draft = read_html((PAGES / name).read_bytes(), name)
    assert {field: getattr(draft, field) for field in FIELDS} == {field: expected[field] for field in FIELDS}
    assert (draft.published and draft.published.isoformat()) == expected["published"]
    blocks = draft.full_text.split("\n\n")
    assert len(blocks) == expected["paragraphs"]
    assert [text for text in expected["says"] if text not in blocks] == []
    assert [text for text in expected["lacks"] if text in draft.full_text] == []


@pytest.mark.parametrize(
    ("claimed", "address", "url"),
    [
        ("https://g.example/1", None, "https://g.example/1"),
        ("https://g.example/1", "https://www.g.example/1?x=2", "https://g.example/1"),
        ("/1", "https://g.example/1?utm_source=mail&id=2#top", "https://g.example/1"),
        ("https://bank.example/", "https://evil.example/1", "https://evil.example/1"),
        ("https://bank.co.uk/1", "https://evil.co.uk/1", "https://evil.co.uk/1"),
        ("https://mine.github.io/1", "https://yours.github.io/1", "https://yours.github.io/1"),
        ("https://g.example\\@evil.example/1", "https://g.example/2", "https://g.example/2"),
        ("https://g.example@evil.example/1", None, None),
        ("https://g.example/", "https://g.example/1", "https://g.example/1"),
        ("javascript:alert(1)", "https://g.example/1", "https://g.example/1"),
        ("data:text/html,x", None, None),
        ("/1", None, None),
        ("https://[bad/1", None, None),
        (None, "https://g.example/1?utm_medium=a&fbclid=b&gallery=3&id=", "https://g.example/1?gallery=3&id="),
        (None, "https://g.example/@orsk/1", "https://g.example/@orsk/1"),
    ],
)
def test_a_page_may_only_claim_an_address_of_its_own_site(claimed, address, url):
    link = f'<link rel="canonical" href="{claimed}">' if claimed else ""
    assert read(page(link), address).url == url


@pytest.mark.parametrize(
    ("written", "author"),
    [
        ("By Ada Orsk", "Ada Orsk"),
        ("ADA ORSK and BO LIND", "ADA ORSK, BO LIND"),
        ("Ada Orsk, Staff reporter, 3 hours ago", "Ada Orsk"),
        ("Ada Orsk in Geneva and Bo Lind in Paris", "Ada Orsk, Bo Lind"),
        ("Martin Oates, Jr.", "Martin Oates, Jr."),
        ("Von Grete Lohmann &amp; Jörg Anders", "Grete Lohmann, Jörg Anders"),
        ("https://social.example/orsk", None),
        ("admin", None),
        ("Staff reporter", None),
        ("The Gazette", None),
        ("news@g.example", None),
    ],
)
def test_authors_are_names(written, author):
    head = f'<meta property="og:site_name" content="The Gazette"><meta name="author" content="{written}">'
    assert read(page(head)).author == author


@pytest.mark.parametrize(
    ("head", "publisher"),
    [
        (
            '<meta property="og:site_name" content="g.example"><meta name="publisher" content="The Gazette">',
            "The Gazette",
        ),
        ('<meta property="og:site_name" content="g.example">', "g.example"),
        ('<meta property="article:publisher" content="https://social.example/gazette">', "thegazette.example"),
        ("", "thegazette.example"),
    ],
)
def test_a_publisher_has_the_name_that_readers_write(head, publisher):
    assert read(page(head), "https://www.thegazette.example/1").publisher == publisher


@pytest.mark.parametrize(
    ("html", "head", "language"),
    [
        ('lang="en-GB"', "", "en"),
        ('lang="de_DE"', "", "de"),
        ("", '<meta property="og:locale" content="fr_FR">', "fr"),
        ('lang="und"', "", "en"),
        ("", "", "en"),
    ],
)
def test_the_language_is_what_the_page_says_or_else_what_its_text_is_in(html, head, language):
    assert read(page(head, html=html)).language == language


def test_the_language_of_a_short_text_isnt_guessed():
    assert read(page(body="<article><p>Nein, sagte er. No, she said. The end came.</p></article>")).language is None


def test_a_sentence_that_begins_like_a_button_stays():
    sentence = "Share this view of Moscow, he said, and you are lost."
    assert sentence in read(page(body=f"<article>{TEXT}<p>{sentence}</p></article>")).full_text


def test_text_nested_too_deeply_is_kept():
    assert read(page(body="<div>" * 5_000 + TEXT)).full_text.count("umpires") == 9


def test_an_article_stays_whatever_the_class_of_its_element():
    body = f'<div class="newsletter-open share related comments"><h1>Rain</h1>{TEXT}</div>'
    assert read(page(body=body)).full_text.count("umpires") == 9
    assert read(page(body=f'<article class="tag-social comment">{TEXT}</article>')).full_text.count("umpires") == 9


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "has no article text"),
        (b"<html><body></body></html>", "has no article text"),
        (b"\0\0", "is a binary file"),
        (b'<meta charset="nonsense"><p>x', "unknown encoding"),
        (b'<meta charset="unicode-escape"><p>x', "unknown encoding"),
        (b"<p>" + "é".encode("cp1252"), "is not utf-8 text"),
        (b"<p>x" * 40_000, "has more than 30,000 elements"),
    ],
)
def test_a_page_without_an_article_is_refused_in_one_line(data, says):
    with pytest.raises(ReadError, match=says) as refusal:
        read_html(data, "a.html")
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_a_byte_order_mark_gives_the_encoding(encoding):
    source = page(body=f"<article>{TEXT}<p>The café’s owner waited with them, and said nothing.</p></article>")
    assert "café’s" in read_html(source.encode(encoding), "a.html").full_text


def test_a_stray_byte_doesnt_cost_the_page():
    source = page(body=f"<article>{TEXT}<p>The café waited.</p></article>" + " " * 2_000)
    broken = source.encode().replace("é".encode(), b"\xe9")
    assert "The caf\ufffd waited." in read_html(broken, "a.html").full_text


@pytest.mark.parametrize(
    "source",
    [
        "<meta" * 1_000_000,
        "<meta " * 800_000,
        f"<div {' '.join(f'a{n}' for n in range(600_000))}>{TEXT}",
        f"<div class='{'share ' * 800_000}'>{TEXT}",
        f"<p>{' ' * 5_000_000}</p>{TEXT}",
        f"<title>{'a - ' * 1_000_000}</title>{TEXT}",
        f"<script type='application/ld+json'>{'[' * 1_000_000}</script>{TEXT}",
        f"<script type='application/ld+json'>{' ' * 1_900_000}</script>{TEXT}",
        '<script type="application/ld+json">{"a":' + "9" * 1_000_000 + f"}}</script>{TEXT}",
        TEXT + "<!--" * 1_000_000,
        TEXT + "<a b='" * 800_000,
        TEXT + "<" * 3_000_000,
        TEXT + "&amp;" * 1_000_000,
    ],
    ids=lambda source: source[:12],
)
def test_five_megabytes_of_malice_take_seconds(source):
    begun = time.perf_counter()
    with suppress(ReadError):
        read(source)
    assert time.perf_counter() - begun < 10


PIECES = st.sampled_from(
    [
        *(
            "<p>",
            "</p>",
            "<div class='share'>",
            "</div>",
            "<article>",
            "<h1>",
            "<table>",
            "<tr>",
            "<td>",
            "<ul>",
            "<li>",
        ),
        *(
            "<time datetime='2024-03-05'>",
            "<br>",
            "<a ",
            "<meta name=date content='5 ",
            "<title>",
            "<form>",
            "<header>",
        ),
        *(
            "<footer>",
            "<span class=byline>",
            "<script type='application/ld+json'>",
            "</script>",
            "<!--",
            "-->",
            "<![CDATA[",
        ),
        *(
            '{"@type":"NewsArticle",',
            '"author":[[{',
            '"url":"//["',
            '"headline":1}',
            "]]>",
            "&#0;",
            "&#xD800;",
            "&amp;",
        ),
        *("\0", "é", "By Ada", "<link rel=canonical href='", "https://[", "'>", " - ", "|", "Published 2024", "<base>"),
        *(
            '<ahref="https:',
            "<a:b>",
            "<é>",
            "&#1;",
            "</html>",
            "</body>",
            "<html>",
            "<body class=x>",
            "<div class='a&#2;'>",
        ),
    ]
)


@given(st.one_of(st.binary(max_size=300), st.lists(PIECES, max_size=60).map(lambda parts: " ".join(parts).encode())))
def test_any_bytes_are_an_article_or_a_read_error(data):
    for address in (None, "https://g.example/1"):
        with suppress(ReadError):
            assert isinstance(read_html(data, "a.html", address), Draft)
