"""Exports of content management systems as articles; dates and fragments of HTML as they are written in them."""

import io
import json
import tracemalloc
from datetime import date
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.article import Draft
from index.errors import ReadError
from index.readers import exports, html_fragment
from index.report import Failure
from index.text.dates import day

READERS = {"json": exports.read_json, "jsonl": exports.read_jsonl, "csv": exports.read_csv}
TODAY = date(2024, 6, 1)

WORDPRESS = [
    {
        "id": 4711,
        "date": "2024-03-05T23:30:00",
        "date_gmt": "2024-03-06T04:30:00",
        "guid": {"rendered": "https://herald.example/?p=4711"},
        "modified": "2024-04-01T08:00:00",
        "status": "publish",
        "link": "https://herald.example/2024/03/mill",
        "title": {"rendered": "Storm takes the mill&#8217;s roof"},
        "content": {
            "rendered": "<p>The storm took the roof of the mill on <em>Monday</em>.</p>\n"
            "<figure><img src='a.jpg'><figcaption>The mill. Photo: A. Orsk</figcaption></figure>\n"
            "<p>Mr. Orsk denied any neglect.<br>\nHe has owned the mill since 1998.</p>\n<script>track(1)</script>",
            "protected": False,
        },
        "excerpt": {"rendered": "<p>The storm took &hellip;</p>"},
        "author": 3,
    }
]

CMS = (
    "\ufeffID;Überschrift;Headline;Full Text;Publication-Date;Byline;Permalink;Outlet;Lang;Updated\r\n"
    '17;;Storm takes the mill;"The storm took the roof; the mill ""stood"" on.\r\n\r\n'
    'Mr. Orsk denied any neglect.";25/12/2023;Jane Doe;https://herald.example/mill;The Herald;en-GB;2024-01-02\r\n'
    '18;;Rain;"It rained if 3 < 5.";03/05/2024;;;;;2024-05-03\r\n'
)

NEWSPAPER = "\n".join(
    json.dumps(record)
    for record in [
        {
            "uuid": "a-1",
            "headline": "Storm takes the mill",
            "articleBody": ["The storm took the roof.", "Mr. Orsk denied any neglect."],
            "datePublished": "March 5, 2024 at 9:15 a.m. EST",
            "dateModified": "2024-03-09",
            "author": [{"@type": "Person", "name": "Jane Doe"}, {"@type": "Person", "name": "John Roe"}],
            "publisher": {"@type": "Organization", "name": "The Herald"},
            "inLanguage": "en",
            "canonical_url": "https://herald.example/mill",
        },
        {"uuid": "a-2", "headline": "Rain", "articleBody": "It rained.", "scraped_at": "2024-03-05"},
    ]
)


def read(kind: str, data: str | bytes | list | dict) -> list[Draft | Failure]:
    data = json.dumps(data) if isinstance(data, list | dict) else data
    data = data.encode() if isinstance(data, str) else data
    return [article for article in READERS[kind](io.BytesIO(data), f"export.{kind}") if article]


def whole(kind: str, data: bytes) -> list[Draft | Failure]:
    """What is read, with the error that ends it as a Failure."""
    found: list[Draft | Failure] = []
    try:
        found.extend(article for article in READERS[kind](io.BytesIO(data), "export") if article)
    except ReadError as error:
        found.append(Failure("export", str(error)))
    return found


def one(record: dict) -> Draft | Failure:
    (found,) = read("json", [record])
    return found


def reason(found: Draft | Failure) -> str:
    assert isinstance(found, Failure)
    assert "\n" not in found.reason
    return found.reason


def texts(found: list[Draft | Failure]) -> list[str]:
    return [item.full_text if isinstance(item, Draft) else "failed" for item in found]


ARTICLE = {"id": 1, "title": "Rain", "text": "It rained."}


def test_an_export_of_wordpress_is_read_without_captions_and_scripts_and_with_the_local_day():
    assert read("json", WORDPRESS) == [
        Draft(
            title="Storm takes the mill’s roof",
            full_text="The storm took the roof of the mill on Monday.\n\n"
            "Mr. Orsk denied any neglect. He has owned the mill since 1998.",
            url="https://herald.example/2024/03/mill",
            published=date(2024, 3, 5),
            published_by="field",
            key="4711",
        )
    ]


def test_a_table_with_semicolons_quoted_lines_and_a_mark_is_read():
    first, second = read("csv", CMS)
    assert first == Draft(
        title="Storm takes the mill",
        full_text='The storm took the roof; the mill "stood" on.\n\nMr. Orsk denied any neglect.',
        url="https://herald.example/mill",
        publisher="The Herald",
        author="Jane Doe",
        published=date(2023, 12, 25),
        published_by="field",
        language="en",
        key="17",
    )
    assert second == Draft(title="Rain", full_text="It rained if 3 < 5.", key="18")


def test_a_newspapers_lines_are_read_with_its_authors():
    first, second = read("jsonl", NEWSPAPER)
    assert first == Draft(
        title="Storm takes the mill",
        full_text="The storm took the roof.\n\nMr. Orsk denied any neglect.",
        url="https://herald.example/mill",
        publisher="The Herald",
        author="Jane Doe, John Roe",
        published=date(2024, 3, 5),
        published_by="field",
        language="en",
        key="a-1",
    )
    assert (second.published, second.published_by) == (None, None)


@pytest.mark.parametrize(
    "document",
    [
        [ARTICLE],
        ARTICLE,
        {"article": ARTICLE},
        {"articles": [ARTICLE]},
        {"data": {"items": [ARTICLE]}},
        {"version": "1", "title": "All our articles", "tags": [{"name": "a"}], "items": [ARTICLE], "next": None},
        {"meta": {"rows": 1}, "Results": [ARTICLE]},
        {**ARTICLE, "related": {"articles": [{"title": "Snow", "text": "It snowed."}]}},
    ],
)
def test_the_articles_are_found_wherever_they_usually_are(document):
    assert read("json", document) == [Draft(title="Rain", full_text="It rained.", key="1")]


def test_documents_that_follow_one_another_are_read_as_json_too():
    assert texts(read("json", '{"text": "One."}\n{"text": "Two."}[{"text": "Three."}]')) == ["One.", "Two.", "Three."]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_the_one_that_parts_the_names_in_the_header(delimiter):
    table = delimiter.join(["title", "text"]) + "\n" + delimiter.join(["Rain", '"It rained, it poured; it\tended."'])
    (found,) = read("csv", table)
    assert found.title == "Rain"


@pytest.mark.parametrize("name", ["full_text", "Full Text", "full-text", "fullText", "FULLTEXT", "article", "body"])
def test_a_fields_name_is_the_same_in_capitals_and_with_marks(name):
    assert one({"title": "Rain", name: "It rained."}).full_text == "It rained."


@pytest.mark.parametrize("name", ["updated", "modified", "crawled_at", "scraped", "fetched", "created_at", "timestamp"])
def test_a_date_of_something_else_than_publication_is_ignored(name):
    assert one({**ARTICLE, name: "2024-03-05"}).published is None


@pytest.mark.parametrize("written", ["03/05/2024", "yesterday", "0000-00-00 00:00:00", "2024-02-30", True, [], {}, 17])
def test_a_date_that_isnt_understood_leaves_the_article_undated(written):
    found = one({**ARTICLE, "published": written})
    assert (found.full_text, found.published, found.published_by) == ("It rained.", None, None)


def test_dates_as_numbers_and_as_databases_write_them_are_read():
    for written in (
        1709632800,
        1709632800000,
        {"$date": "2024-03-05T10:00:00Z"},
        {"$date": {"$numberLong": "1709632800000"}},
    ):
        assert one({**ARTICLE, "published": written}).published == date(2024, 3, 5)


def test_the_error_for_a_record_without_a_text_names_its_fields():
    assert "neither a title nor a text. The fields are Überblick, nr; call one" in reason(
        one({"Überblick": "x", "nr": 1})
    )
    assert "fulltext" in reason(one({"x": "y"}))
    assert "A title without a text is no article. The fields are title, text;" in reason(
        one({"title": "T", "text": ""})
    )
    assert reason(one({"title": "T", "text": "<figure>x</figure>"})).startswith(
        "export.json, record 1: A title without"
    )


def test_a_record_whose_text_has_no_letter_is_one_failure():
    failure, article = read("json", [{"id": 1, "text": "..."}, ARTICLE | {"id": 2}])
    assert "neither a title nor a text" in reason(failure)
    assert article.full_text == "It rained."


def test_a_bad_line_is_named_and_reading_goes_on():
    lines = [
        b'{"text": "One."}',
        b"",
        b'{"text": "Two',
        b"[1]",
        b"7",
        b'{"text": "\xff"}',
        b'{"text": NaN}',
        b'{"a": 1}{}',
    ]
    found = read("jsonl", b"\r\n".join([*lines, b'{"text": "Three."}']))
    assert texts(found) == ["One.", *["failed"] * 6, "Three."]
    assert [item.source for item in found[1:-1]] == [f"export.jsonl, line {number}" for number in range(3, 9)]
    assert all(item.source in reason(item) for item in found[1:-1])


def test_a_bad_row_is_named_and_reading_goes_on():
    rows = ["title,text", 'Rain,"It\nrained."', "one", "", 'a,"b"c', "x,y,z", 'Snow,"It snowed."']
    found = read("csv", "\n".join(rows))
    assert texts(found) == ["It\n\nrained.", "failed", "failed", "failed", "It snowed."]
    assert [item.source for item in found[1:-1]] == [f"export.csv, line {line}" for line in (4, 6, 7)]


def test_the_same_id_twice_is_a_failure_and_the_same_article_twice_is_not():
    other = {**ARTICLE, "text": "It poured."}
    first, second = read("json", [ARTICLE, ARTICLE, other, ARTICLE])
    assert first.full_text == "It rained."
    assert "has the id 1 twice" in reason(second)
    linked = [{"url": "https://herald.example/a", "text": text} for text in ("One.", "Two.")]
    assert "has the url https://herald.example/a twice" in reason(read("json", linked)[1])


def test_articles_without_an_id_differ_by_their_text():
    first, second = read("json", [{"text": "One."}, {"text": "Two."}])
    assert first.key != second.key
    assert {len(first.key), len(one({"id": "x" * 5000, "text": "One."}).key)} == {64}


@pytest.mark.parametrize("kind", READERS)
@pytest.mark.parametrize("data", [b"", b"\n \n", b"\xef\xbb\xbf", b"[]", b"\0\0\0", '{"text": "x"}'.encode("utf-16")])
def test_a_file_without_an_article_is_refused_in_a_line(kind, data):
    found = whole(kind, data)
    assert found
    assert all(reason(item) for item in found)


@pytest.mark.parametrize(
    ("kind", "data", "says"),
    [
        ("json", b'[{"text": "One."}, {"text"', "export.json is not JSON in UTF-8 (parse error: premature EOF)"),
        ("json", b'[{"text": "\xff"}]', "invalid bytes in UTF8 string"),
        ("json", b'[{"text": "x", "a": ' + b"9" * 5000 + b"}]", "integer overflow"),
        ("json", b'[{"text": "x", "a": 1e99999999999999999999}]', "overflow"),
        ("json", b'[{"text": "x", "a": NaN}]', "lexical error"),
        ("json", b"[" * 100_000, "50 levels"),
        ("json", b'{"a":' * 100_000, "50 levels"),
        ("json", b"[[" + b"{}," * 60_000, "50,000 values"),
        ("json", b'{"text": "' + b"x" * 20_000_001, "more than 20 MB"),
        ("json", '[{"text": "x"}]'.encode("utf-16"), "is UTF-16 text. Save it as UTF-8"),
        ("csv", "title;text\nRéunion;x".encode("cp1252"), "is not UTF-8 text (line 2). Save it as UTF-8"),
        ("csv", b"a;b\n1;2\n", "export.csv, line 1: There is neither a title nor a text. The fields are a;b"),
        ("csv", b"," * 1_000_000, "has no header in its first line"),
        ("csv", b"title;text\nx;a\0b\n", "is a binary file"),
        ("csv", b'title;text\nx;"' + (b"x" * 999 + b"\n") * 20_001, "more than 20 MB"),
        ("csv", b"title,text\r1,2\r3,4", "neither a title nor a text"),
        ("jsonl", b"x\n" * 10_001, "10,001 records in a row"),
    ],
)
def test_a_file_that_breaks_off_is_an_error_that_says_why(kind, data, says):
    with pytest.raises(ReadError) as caught:
        read(kind, data)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_line_of_more_than_20_mb_is_passed_over():
    found = read("jsonl", b'{"text": "' + b"x" * 20_000_000 + b'"}\n{"text": "One."}\n')
    assert texts(found) == ["failed", "One."]
    assert "line 1 is longer than 20 MB" in reason(found[0])


def test_what_was_read_before_an_error_is_there():
    reading = exports.read_json(io.BytesIO(b'[{"text": "One."}, {"text": "Two."}, x, {'), "export.json")
    assert texts(list(islice(reading, 2))) == ["One.", "Two."]
    with pytest.raises(ReadError):
        next(reading)


def test_broken_characters_become_text_that_can_be_stored():
    data = (
        rb'{"id": "\ud800", "title": "\ud83d\u2026\u0000x", "text": "a\udfffb\u0000\ud83d\ude00", "author": "\ud83dJ"}'
    )
    for kind in ("json", "jsonl"):
        (found,) = read(kind, data)
        assert (found.title, found.full_text, found.author) == ("\ufffd…x", "a\ufffdb😀", "\ufffdJ")
        for written in (found.title, found.full_text, found.author or "", found.key):
            assert "\0" not in written
            assert written.encode()


@pytest.mark.parametrize("padding", range(14))
def test_escapes_stay_whole_wherever_the_parts_of_a_file_part_them(padding):
    written = r"\ud83d\ude00 \\ud83d \\\ud83d\" \ude00\u2026\n\t x \u00e9\ud83d"
    data = '[{"text": "' + "x" * (262_100 + padding) + written * 3_000 + '"}]'
    (found,) = read("json", data)
    expected = '😀 \\ud83d \\\ufffd" \ufffd… x é\ufffd'
    assert found.full_text.replace("\n", " ").replace("  ", " ").lstrip("x") == (expected * 3_000)


def test_of_the_same_key_twice_the_last_counts():
    assert texts(read("json", '[{"text": "One.", "text": "Two."}]')) == ["Two."]


class Endless(io.RawIOBase):
    """A stream that repeats the same bytes for ever, and counts how many were read."""

    def __init__(self, begin: bytes, again: bytes) -> None:
        self.count, self._begin, self._again = 0, begin, again

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        data = (self._begin + self._again * (len(buffer) // len(self._again) + 1))[: len(buffer)]
        data = data[: data.rfind(self._again[-1:]) + 1] or data
        self._begin = b""
        buffer[: len(data)] = data
        self.count += len(data)
        return len(data)


ENDLESS = {
    "json": (b"[", json.dumps({"text": "It rained. " * 20}).encode() + b","),
    "jsonl": (b"", json.dumps({"text": "It rained. " * 20}).encode() + b"\n"),
    "csv": (b"title,text\n", b'Rain,"It\nrained."\n'),
}


@pytest.mark.parametrize("kind", READERS)
def test_the_first_article_comes_before_the_file_is_read_to_its_end(kind):
    stream = Endless(*ENDLESS[kind])
    assert isinstance(next(READERS[kind](io.BufferedReader(stream), "endless")), Draft)
    assert stream.count <= 600_000


@pytest.mark.parametrize("kind", READERS)
def test_memory_does_not_grow_with_the_file(kind):
    def article(number: int) -> str:
        record = {"id": number, "title": "Rain", "text": "It rained. " * 400}
        row = f'{number},Rain,"{record["text"]}"\n'
        return {"json": json.dumps(record) + ",", "jsonl": json.dumps(record) + "\n", "csv": row}[kind]

    begin, end = {"json": ("[", "0]"), "jsonl": ("", ""), "csv": ("id,title,text\n", "")}[kind]
    data = (begin + "".join(map(article, range(800))) + end).encode()
    assert len(data) > 3_500_000
    next(READERS[kind](io.BytesIO(data), "warm"))
    tracemalloc.start()
    try:
        count = sum(isinstance(found, Draft) for found in READERS[kind](io.BytesIO(data), "export"))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert count == 800
    assert peak < 2_000_000


def check(kind: str, data: bytes) -> None:
    for found in whole(kind, data):
        if isinstance(found, Draft):
            assert found.full_text
            assert "\n".join([found.title, found.full_text, found.author or "", found.key, repr(found)]).encode()
        else:
            assert reason(found).encode()


KINDS = st.sampled_from(sorted(READERS))
NAMES = st.sampled_from(["title", "text", "id", "url", "date", "author", "articles", "data", "\ud800", "x"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=6),
    max_leaves=25,
)


@settings(deadline=None, max_examples=300)
@given(KINDS, st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(kind, data):
    check(kind, data)


@settings(deadline=None, max_examples=300)
@given(KINDS, VALUES, st.integers(0, 200), st.binary(max_size=3))
def test_any_json_whole_or_damaged_is_read_or_refused(kind, value, at, damage):
    data = json.dumps(value).encode()
    check(kind, data)
    check(kind, data[:at] + damage + data[at + 1 :])


@settings(deadline=None, max_examples=300)
@given(st.lists(st.text('ab<&;,"\t\r\n\0é ', max_size=15), max_size=6))
def test_any_table_is_read_or_refused(rows):
    check("csv", "\n".join(["title;text", *rows]).encode())


@settings(deadline=None, max_examples=300)
@given(st.text("<>/pbr!-&#;x=\"' \n\0\ud800", max_size=60) | st.text(st.characters(), max_size=60))
def test_any_fragment_becomes_paragraphs(fragment):
    for text in (fragment, f"<p>{fragment}"):
        assert all(paragraph.strip() == paragraph != "" for paragraph in html_fragment.fragment_paragraphs(text))
        assert "\n" not in html_fragment.fragment_line(text)


@pytest.mark.parametrize(
    ("fragment", "paragraphs"),
    [
        ("If a < b and c > d.", ["If a < b and c > d."]),
        ("<p>If a < b &amp; c.</p>", ["If a < b & c."]),
        ("He wrote to <a@b.org>.", ["He wrote to <a@b.org>."]),
        ("AT&amp;T &copy=1", ["AT&T &copy=1"]),
        ("One.\n\nTwo.", ["One.", "Two."]),
        ("One.\n\nTwo <em>x</em>\nwrapped.\n\n<h2>Head</h2>Three.", ["One.", "Two x wrapped.", "Head", "Three."]),
        ("<p>One\n\n two <b>th</b>ree.</p>four", ["One two three.", "four"]),
        ("One.<br><br/>Two.<br>Three.", ["One.", "Two. Three."]),
        ("<ul><li>a</li><li>b</li></ul>", ["a", "b"]),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", ["a b", "c"]),
        ("<nav>Home</nav><style>p{}</style><script>'<p>x</p>'</script><p>One.</p><aside>Ad</aside>", ["One."]),
        ("<figure><p>x</p><figcaption>y</figcaption></figure><p>One.</p><!-- no -->", ["One."]),
        ("<p>Share this</p><p>One.</p>", ["One."]),
        ("<p>It cites [1] and &nbsp; &#8220;x&#8221;.</p>", ["It cites (1) and “x”."]),
        ("<?xml version='1.0' encoding='utf-16'?><p>é</p>", ["é"]),
        ("", []),
        ("<p> </p>", []),
    ],
)
def test_a_fragment_of_html_becomes_its_paragraphs(fragment, paragraphs):
    assert html_fragment.fragment_paragraphs(fragment) == paragraphs


@pytest.mark.parametrize(
    ("fragment", "says"),
    [
        ("<b>" * 20_000 + "</i>" * 20_000, "elements within more than 500"),
        ("<br>" * 60_000, "more than 50,000 elements"),
        ("x" * 20_000_001, "longer than 20 million characters"),
    ],
)
def test_a_fragment_beyond_the_limits_is_refused(fragment, says):
    with pytest.raises(ReadError, match=says):
        html_fragment.fragment_paragraphs(fragment)


def test_an_image_within_a_fragment_costs_no_text():
    assert html_fragment.fragment_paragraphs(f"<p>One.<img src='data:{'x' * 11_000_000}'> Two.</p>") == ["One. Two."]


@pytest.mark.parametrize(
    "written",
    """2024-03-05 | 2024-3-5 | 2024/03/05 | 2024.03.05 | 20240305 | 20240305T100000Z | 20240305100000
    2024-03-05T10:00:00Z | 2024-03-05T10:00 | 2024-03-05 10:00:00+01:00 | 2024-03-05T10:00:00.123456789Z
    2024-03-05 10:00:00 UTC | 2024-03-05 10:00:00 +0000 | 2024-03-05T23:59:59-1200 | 2024-03-05T24:00:00
    Tue, 05 Mar 2024 10:00:00 +0000 | Tue, 5 Mar 2024 10:00:00 GMT | 05-Mar-2024
    Tue Mar 05 2024 10:00:00 GMT+0100 (Central European Standard Time)
    5 March 2024 | 5th of March 2024 | March 5, 2024 | march 5 2024 | Tuesday, March 5th, 2024, 9:15 PM ET
    Mar. 5, 2024 at 9:15 a.m. EST | 5 March 2024 9:15pm | 5 Mar 2024, 10.15 GMT | 5 March 2024 - 10:00
    1709632800 | 1709632800000 | 1709632800.5""".replace("\n", "|").split("|"),
)
def test_the_day_is_read_from_every_usual_form(written):
    assert day(written, TODAY) == date(2024, 3, 5)


@pytest.mark.parametrize(
    ("written", "named"),
    [
        ("25/12/2023", date(2023, 12, 25)),
        ("12/25/2023", date(2023, 12, 25)),
        ("05/05/2024", date(2024, 5, 5)),
        ("Sept. 5, 2023", date(2023, 9, 5)),
        ("29 February 2024", date(2024, 2, 29)),
        ("1600-01-01", date(1600, 1, 1)),
        ("631152000", date(1990, 1, 1)),
        ("2024-06-02", date(2024, 6, 2)),
        ("5\u00a0March\u202f2024", date(2024, 3, 5)),
    ],
)
def test_an_unambiguous_day_is_read(written, named):
    assert day(written, TODAY) == named


@pytest.mark.parametrize(
    "written",
    [
        *(
            "",
            " ",
            "03/05/2024",
            "3.5.2024",
            "05/03/24",
            "5 Mar 24",
            "2024",
            "2024-03",
            "March 2024",
            "5 March",
            "yesterday",
        ),
        *("2024-02-30", "30 February 2024", "2023-02-29", "2024-13-01", "13/13/2024", "0000-00-00", "2024-00-01"),
        *("1599-12-31", "2024-06-03", "2999-01-01", "4102444800", "0", "631151999", "-1709632800", "12345678"),
        *("2024-03-05T25:00", "2024-03-05T10:99", "2024-03-05 or so", "on 5 March 2024 and 6 March 2024"),
        *(
            "٢٠٢٤-٠٣-٠٥",
            "²024-03-05",
            "\uff12\uff10\uff12\uff14-03-05",
            "ſept 5, 2023",
            "2024-03-05\0",
            "\0",
            "\ud800",
            "1.7096328e9",
        ),
        *("9" * 99, "9" * 10_000_000, "2024-03-05" + " " * 10_000_000, "(" * 99, "March " * 16),
    ],
)
def test_a_day_is_empty_rather_than_guessed(written):
    assert day(written, TODAY) is None


def test_without_a_today_it_is_the_machines():
    assert day("2024-03-05") == date(2024, 3, 5)
    assert day("9999-12-31") is None


@settings(max_examples=500)
@given(
    st.text(max_size=100)
    | st.text("0123456789-/.:TZ+ ", max_size=40)
    | st.from_regex(r"[0-9]{1,2} [JM]a[a-z]{1,6}\.? [0-9]{4}.{0,20}")
)
def test_any_text_is_a_day_in_the_past_or_none(written):
    found = day(written, TODAY)
    assert found is None or date(1600, 1, 1) <= found <= date(2024, 6, 2)


@settings(max_examples=200)
@given(st.dates(date(1600, 1, 1), TODAY))
def test_every_day_is_read_as_it_was_written(named):
    assert day(named.isoformat(), TODAY) == named
    assert day(f"{named:%d} {named:%B} {named.year}", TODAY) == named
    assert day(f"{named:%b}. {named.day}, {named.year}", TODAY) == named
