import io
import time
import unicodedata
from datetime import date

import pytest

from index.errors import ReadError
from index.readers.formats import read_articles, read_file
from index.text.cleaning import is_furniture, normalise, paragraphs
from tests.conftest import SAMPLE

MARKS = "\u0300\u0315\u0323"
PAGE = """<html><head><title>Rain stops play | The Gazette</title><meta property="og:title" content="Rain stops play">
<meta property="og:site_name" content="The Gazette"><meta name="author" content="Ada Orsk">
<meta property="article:published_time" content="2024-03-05T10:00:00Z"><link rel="canonical" href="https://g.example/1">
</head><body><nav><a href="/">Home</a></nav><p>We use cookies to improve this site.</p><article><h1>Rain stops play</h1>
<figure><img src="x.jpg"><figcaption>Ada Orsk at the ground in the rain on Monday, waiting for play.</figcaption>
</figure>{}</article><footer>All rights reserved</footer></body></html>""".format(
    "".join(
        f"<p>The umpires of the district waited for hour {n}, until the rain at last began to ease.</p>"
        for n in range(9)
    )
)


def test_the_sample_loses_its_furniture_and_keeps_its_headline():
    (draft,) = read_file(SAMPLE)
    assert draft.title == "Tensions in Ukraine: Urgent discussions between the US and Russia in Geneva."
    assert "Exit mobile version" not in draft.full_text
    assert draft.full_text.startswith("Sergei Lavrov\n\nOn Friday, US Secretary of State")


def test_markdown_gives_its_front_matter_and_plain_paragraphs(write):
    path = write(
        "a.md",
        "---\ntitle: Floods\npublished: 2024-03-17\npublisher: Coastline\nauthor: A. Orsk\nurl: https://c.example/1\n---\n"
        "The *river* rose\nby [two metres](https://evil.example).\n\n## Later\n\n- One bridge fell\n- Two held\n",
    )
    (draft,) = read_file(path)
    assert draft.full_text == "The river rose by two metres.\n\nLater\n\n- One bridge fell\n\n- Two held"
    assert (draft.title, draft.publisher, draft.author) == ("Floods", "Coastline", "A. Orsk")
    assert (draft.published, draft.url) == (date(2024, 3, 17), "https://c.example/1")


def test_markdown_without_front_matter_takes_its_first_heading(write):
    assert read_file(write("a.md", "# Floods\n\nThe river rose.\n"))[0].title == "Floods"


def test_a_web_page_gives_its_article_and_metadata(write):
    (draft,) = read_file(write("a.html", PAGE))
    assert (draft.title, draft.publisher, draft.author) == ("Rain stops play", "The Gazette", "Ada Orsk")
    assert (draft.published, draft.url) == (date(2024, 3, 5), "https://g.example/1")
    assert draft.full_text.count("umpires") == 9
    for furniture in ("Home", "cookies", "rights", "waiting for play"):
        assert furniture not in draft.full_text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings_that_say_what_they_are_can_be_read(write, encoding):
    (draft,) = read_file(write("a.txt", "Café crème\n\nThe café’s owner said “no” to them.".encode(encoding)))
    assert draft.title == "Café crème"


def test_a_web_page_is_read_in_the_encoding_that_it_names(write):
    page = PAGE.replace("<head>", '<head><meta charset="windows-1252">').replace("umpires", "umpires’")
    assert "umpires’" in read_file(write("a.html", page.encode("cp1252")))[0].full_text


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.txt", b"", "has no text"),
        ("a.txt", b" \n\n ... \n", "has no text"),
        ("a.txt", b"\x00\x01\x02PNG\x00", "is a binary file"),
        ("a.txt", "“Café” said Orsk.".encode("cp1252"), "is not utf-8 text (byte 0x93 at 0)"),
        ("a.txt", b"\xff\xfea", "is not utf-16 text"),
        ("a.jpg", b"\xff\xd8", "is not of a kind that can be read. Give one of .txt, .md, .html, .htm, .pdf"),
        ("a.html", b"<html><body></body></html>", "has no article text"),
        ("a.html", b'<html><head><meta charset="nonsense"></head></html>', "unknown encoding"),
        ("a.md", b"---\n{ not: yaml: at all\n---\nText here.", "front matter that is not YAML"),
        ("a.md", b"---\njust words\n---\nText here.", "front matter without fields"),
        ("a.md", b"---\ndate: last week\n---\nThe river rose.", "Write it as 2024-03-05"),
    ],
)
def test_an_unreadable_file_is_refused_in_one_line_that_names_it(write, name, content, says):
    path = write(name, content)
    with pytest.raises(ReadError) as refusal:
        read_file(path)
    assert says in str(refusal.value)
    assert str(path) in str(refusal.value)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Exit mobile version", True),
        ("Advertisement", True),
        ("Share this article", True),
        ("Read more: The storm in pictures", True),
        ("Photo: Ada Orsk/Gazette", True),
        ("© 2024 The Gazette", True),
        ("Share prices fell on Monday.", False),
        ("Print was dead, the editor of the Gazette said.", False),
        ("Copyright law was changed by the Assembly on Monday.", False),
        ("Sergei Lavrov", False),
    ],
)
def test_furniture_is_distinguished_from_sentences(line, expected):
    assert is_furniture(line) is expected


def test_wrapped_lines_are_joined_and_paragraphs_kept():
    assert paragraphs("One line\ngoes on.\n\nTwo.\n- a\n- b") == ["One line goes on.", "Two.", "- a", "- b"]
    assert paragraphs("One.\nTwo.") == ["One.", "Two."]


def test_a_lone_paragraph_has_the_file_name_as_its_headline(write):
    (draft,) = read_file(write("storm-notes.txt", "The storm came at night and took the roof of the old mill."))
    assert draft.title == "storm-notes"
    assert draft.full_text.startswith("The storm")


def test_an_article_cant_write_a_citation_mark_or_a_control_character(write):
    (draft,) = read_file(write("a.txt", "Storm\n\nThe roof fell. [1] It \x1b[31mwas\u202e old."))
    assert "[1]" not in draft.full_text
    assert "(1)" in draft.full_text
    assert not any(character in draft.full_text for character in "\x1b\u202e")


def test_only_web_addresses_are_kept_as_addresses(write):
    (draft,) = read_file(write("a.md", "---\ntitle: X\nurl: javascript:alert(1)\n---\nThe river rose.\n"))
    assert draft.url is None


def test_a_text_of_a_million_combining_marks_takes_no_longer_than_another():
    """Python puts them in order in a time that grows with the square of their number."""
    began = time.monotonic()
    (draft,) = read_articles(io.BytesIO(f"Rain\n\nIt rained{MARKS * 400_000}.".encode()), ".txt", "a.txt")
    assert time.monotonic() - began < 5
    assert draft.full_text.startswith("It raine\u1e0d")
    assert len(draft.full_text) < 50


def test_a_few_combining_marks_are_kept_and_composed():
    assert normalise("e\u0301 a" + MARKS) == "\u00e9 " + unicodedata.normalize("NFC", "a" + MARKS)
