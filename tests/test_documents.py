"""PDF, Word and EPUB files as articles, in a process that hostile ones can only kill."""

import io
import time
from datetime import date

import pypdf
import pytest
from docx.enum.text import WD_BREAK
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import ReadError
from index.readers import document, formats, printed_lines
from index.readers.pdf import read_pdf
from tests.documents_made import (
    BODY,
    BYLINE,
    CONTAINER,
    ENTITY_BOMB,
    PARAGRAPHS,
    TITLE,
    article_epub,
    article_pdf,
    changed,
    chapter,
    created,
    docx_of,
    epub,
    packed_bomb,
    pdf,
    pdf_file,
    pdf_stream,
    printed,
    unzipped,
    zip_of,
    zip_with,
)

DAY = date(2022, 3, 4)
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def read(kind, data, name="articles/story"):
    (draft,) = formats.read_articles(io.BytesIO(data), kind, f"{name}{kind}")
    return draft


def reason(kind, data):
    """Why that document can't be read, in one line that names it."""
    began = time.monotonic()
    with pytest.raises(ReadError) as caught:
        read(kind, data)
    assert time.monotonic() - began < 15
    message = str(caught.value)
    assert message.startswith(f"articles/story{kind}")
    assert message.isprintable()
    return message


def word(body: str) -> bytes:
    """A Word file whose body is that markup."""
    document = f"<w:document {W}><w:body>{body}</w:body></w:document>"
    return changed(docx_of(), {"word/document.xml": document.encode()})


# PDF


def test_a_pdfs_title_paragraphs_and_author_are_read():
    draft = read(".pdf", article_pdf(Title=TITLE, Author="Ada Orsk"))
    assert (draft.title, draft.author, draft.full_text) == (TITLE, "Ada Orsk", BODY)
    assert (draft.published, draft.published_by, draft.url, draft.publisher) == (None, None, None, None)


@pytest.mark.parametrize("title", ["", "Microsoft Word - lavrov2.docx", "Untitled-1", "lavrov_final.indd", "Document1"])
def test_a_pdf_without_a_title_of_its_own_has_the_line_in_large_letters(title):
    draft = read(".pdf", article_pdf(Title=title))
    assert (draft.title, draft.full_text) == (TITLE, BODY)


def test_a_pdf_in_letters_of_one_size_is_titled_by_its_first_line():
    draft = read(".pdf", pdf(printed([TITLE, *PARAGRAPHS])))
    assert draft.title == TITLE
    assert draft.full_text == "\n\n".join(PARAGRAPHS)


def test_a_pdf_of_one_long_paragraph_is_titled_by_its_file_name():
    assert read(".pdf", pdf(printed([PARAGRAPHS[1] * 2]))).title == "story"


@pytest.mark.parametrize("file_date", ["D:20220304101500+01'00'", "D:20220304"])
def test_a_pdfs_date_counts_where_its_text_states_it(file_date):
    draft = read(".pdf", article_pdf(CreationDate=file_date))
    assert (draft.published, draft.published_by) == (DAY, "document")


@pytest.mark.parametrize("file_date", ["D:20240101101500Z", "yesterday", "D:99999999999999", ""])
def test_a_pdfs_creation_date_alone_isnt_the_date_of_publication(file_date):
    draft = read(".pdf", article_pdf(CreationDate=file_date, ModDate=file_date))
    assert (draft.published, draft.published_by) == (None, None)


@pytest.mark.parametrize(
    "line",
    [
        "4 March 2022",
        "Friday, 4 Mar. 2022",
        "March 4, 2022",
        "Mar 4 2022",
        "MARCH 4TH, 2022",
        "2022-03-04",
        "04 March, 2022",
    ],
)
def test_a_date_is_recognised_in_the_usual_forms(line):
    assert document._stated_date(f"Moscow, {line} (Reuters)", [created(2022, 3, 4)]) == DAY


@pytest.mark.parametrize(
    "line", ["14 March 2022", "4 March 2023", "March 14, 2022", "4 May 2022", "March 4", "3/4/2022"]
)
def test_another_date_is_not_recognised_as_it(line):
    assert document._stated_date(f"Moscow, {line} (Reuters)", [created(2022, 3, 4)]) is None


def test_running_heads_feet_and_page_numbers_are_left_out():
    paragraphs = [f"{'Well, ' * number}{paragraph}" for number in range(12) for paragraph in PARAGRAPHS]
    pages = printed(paragraphs, title=TITLE, head="The Gazette | 4 March 2022 | {}", foot="Page {} of 4")
    assert len(pages) > 3
    draft = read(".pdf", pdf(pages))
    assert "Gazette" not in draft.full_text
    assert "Page" not in draft.full_text
    assert " ".join(draft.full_text.split()) == " ".join(" ".join(paragraphs).split())


def test_the_rows_of_a_table_of_numbers_arent_running_heads():
    rows = [[(f"{page}{row} 4.{row}", 700 - 20 * row, 11) for row in range(1, 8)] for page in range(1, 5)]
    assert len(read(".pdf", pdf(rows)).full_text.split()) == 4 * 7 * 2


def test_a_paragraph_goes_on_over_the_page():
    pages = printed([BYLINE, *PARAGRAPHS], title=TITLE, lines_a_page=5, foot="{}")
    assert len(pages) > 2
    assert read(".pdf", pdf(pages)).full_text == BODY


@pytest.mark.parametrize(
    ("texts", "text"),
    [
        (["The govern-", "ment denied it."], "The government denied it."),
        (["The well-", "known man.", "He is well-known."], "The well-known man. He is well-known."),
        (["It was a long-", "standing plan, standing firm."], "It was a long-standing plan, standing firm."),
        (["The govern\u00ad", "ment denied it."], "The government denied it."),
        (["The Anglo-", "American talks."], "The Anglo-American talks."),
        (["From 2014-", "2015 they fought -", "and lost."], "From 2014-2015 they fought - and lost."),
    ],
)
def test_a_hyphen_at_a_lines_end_is_dropped_where_the_word_has_none(texts, text):
    paragraph = [printed_lines.Line(line, 0, 700 - 12 * number, 10) for number, line in enumerate(texts)]
    assert printed_lines.joined([paragraph]) == [text]


def test_ligatures_are_read_as_their_letters():
    unicode_of = b"1 beginbfchar\n<66> <FB01>\nendbfchar"
    cmap = b"/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <00> <ff> endcodespacerange\n"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
        b"<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        pdf_stream(b"BT /F1 11 Tf 72 700 Td (The fnance minister confrmed it.) Tj ET"),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Times-Roman /ToUnicode 6 0 R >>",
        pdf_stream(cmap + unicode_of + b"\nendcmap"),
    ]
    assert read(".pdf", pdf_file(objects)).full_text == "The finance minister confirmed it."


def encrypted(data, user="", owner="owner"):
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(data))
    writer.encrypt(user, owner, algorithm="RC4-128")
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


def test_a_pdf_with_a_password_is_refused():
    assert "is locked with a password" in reason(".pdf", encrypted(article_pdf(), user="secret"))


def test_a_pdf_whose_password_only_keeps_it_from_being_changed_is_read():
    assert read(".pdf", encrypted(article_pdf())).full_text == BODY


def test_a_pdf_locked_in_a_way_that_isnt_known_is_refused():
    lock = b"/ID [(a) (b)] /Encrypt << /Filter /Standard /V 5 /R 6 /Length 256 /O (%b) /U (%b) /OE (%b) /UE (%b) /P -4"
    lock += b" /Perms (%b) /CF << /StdCF << /CFM /AESV3 /Length 32 >> >> /StmF /StdCF /StrF /StdCF >>"
    message = reason(".pdf", pdf(printed(PARAGRAPHS), lock % (b"x" * 48, b"x" * 48, b"x" * 32, b"x" * 32, b"x" * 16)))
    assert "is locked with a password" in message


def test_a_scan_is_refused_as_a_scan():
    image = pdf_stream(b"\xff" * 100, b"/Type /XObject /Subtype /Image /Width 10 /Height 10 /ColorSpace /DeviceGray")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
        b"<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources << /XObject << /I 5 0 R >> >> >>",
        pdf_stream(b"q 500 0 0 700 0 0 cm /I Do Q"),
        image,
    ]
    assert "has no text in it, as a scan has none" in reason(".pdf", pdf_file(objects))


def test_a_scan_with_page_numbers_is_refused_as_a_scan():
    assert "as a scan has none" in reason(".pdf", pdf([[(f"- {page} -", 30, 9)] for page in range(1, 5)]))


def test_a_pdf_without_a_character_map_is_refused():
    assert "has no character map" in reason(".pdf", pdf([[("a\x01\x02\x03\x04", 700, 11)]]))


def test_a_truncated_pdf_is_read_or_refused():
    data = article_pdf()
    for share in range(1, 10):
        is_read_or_refused(".pdf", data[: len(data) * share // 10])


def test_a_pdf_of_a_hundred_thousand_pages_is_refused():
    page = b"<< /Type /Page /Parent 2 0 R /Resources << /Font << /F1 4 0 R >> >> /Contents 5 0 R >>"
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
    kids = b"<< /Type /Pages /Count 100000 /Kids [" + b"3 0 R " * 99_000 + b"] >>"
    catalog = b"<< /Type /Catalog /Pages 2 0 R >>"
    message = reason(".pdf", pdf_file([catalog, kids, page, font, pdf_stream(b"BT /F1 9 Tf (again) Tj ET")]))
    assert "has more than 1,000 pages" in message


def test_a_pdf_page_that_unpacks_to_a_gigabyte_is_refused():
    bomb = b"\x78\x01" + packed_bomb(1_000, b" ")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
        b"<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources << /Font << >> >> >>",
        b"<< /Length %d /Filter /FlateDecode >>\nstream\n%b\nendstream" % (len(bomb), bomb),
    ]
    assert "can't be read as a PDF file" in reason(".pdf", pdf_file(objects))


def test_a_pdf_nested_too_deeply_is_refused():
    catalog = b"<< /Type /Catalog /Pages " + b"[" * 100_000 + b"]" * 100_000 + b" >>"
    assert "can't be read as a PDF file" in reason(".pdf", pdf_file([catalog]))


def test_a_pdf_with_too_many_letters_is_refused(monkeypatch):
    monkeypatch.setattr(document, "MOST_CHARACTERS", 500)
    with pytest.raises(ReadError, match="letters in it"):
        read_pdf(article_pdf(), "a.pdf")


# Word


def test_a_word_files_title_paragraphs_and_author_are_read():
    draft = read(".docx", docx_of(author="Ada Orsk"))
    assert (draft.title, draft.author, draft.full_text) == (TITLE, "Ada Orsk", BODY)


@pytest.mark.parametrize("author", ["python-docx", "Windows User", "Microsoft Office User", "admin", "-"])
def test_a_programs_name_isnt_an_author(author):
    assert read(".docx", docx_of(author=author)).author is None


def test_a_word_files_date_counts_where_its_text_states_it():
    assert read(".docx", docx_of(created=created(2022, 3, 4))).published == DAY
    assert read(".docx", docx_of(created=created(2024, 1, 1), modified=created(2022, 3, 4))).published == DAY
    assert read(".docx", docx_of(created=created(2024, 1, 1))).published is None


def test_the_date_of_the_template_isnt_the_date_of_publication():
    draft = read(".docx", docx_of())
    assert (draft.published, draft.published_by) == (None, None)


@pytest.mark.parametrize(
    ("style", "title_property", "title"),
    [
        ("Title", "Report template", TITLE),
        ("Heading 1", "Report template", TITLE),
        ("Normal", "Lavrov in Moscow", "Lavrov in Moscow"),
        ("Normal", "", TITLE),
        ("Normal", "Microsoft Word - a.doc", TITLE),
    ],
)
def test_the_title_that_a_reader_sees_outranks_the_property_and_that_the_first_line(style, title_property, title):
    def build(document):
        document.add_paragraph(TITLE, style)
        for paragraph in PARAGRAPHS:
            document.add_paragraph(paragraph)

    draft = read(".docx", docx_of(build, title=title_property))
    assert draft.title == title
    assert draft.full_text == "\n\n".join(([TITLE] if title != TITLE else []) + PARAGRAPHS)


def test_notes_comments_page_heads_and_captions_are_left_out():
    def build(document):
        document.sections[0].header.paragraphs[0].text = "The Gazette"
        document.sections[0].footer.paragraphs[0].text = "Page 1"
        paragraph = document.add_paragraph(PARAGRAPHS[0])
        document.add_comment(paragraph.runs, "Is this so?")
        document.add_paragraph("Mr. Lavrov in Moscow", "Caption")
        document.add_paragraph(PARAGRAPHS[1])

    draft = read(".docx", docx_of(build, title=TITLE))
    assert draft.full_text == "\n\n".join(PARAGRAPHS[:2])


def test_lists_have_bullets_and_lines_breaks():
    def build(document):
        document.add_paragraph("He said this:")
        document.add_paragraph("No attack", "List Bullet")
        document.add_paragraph("No threat", "List Number")
        document.add_paragraph().add_run("Moscow,").add_break(WD_BREAK.LINE)
        document.paragraphs[-1].add_run("on\tFriday")

    assert read(".docx", docx_of(build, title=TITLE)).full_text.split("\n\n") == [
        "He said this:",
        "- No attack",
        "- No threat",
        "Moscow, on Friday",
    ]


def test_a_tables_rows_are_lines_and_one_for_the_layout_isnt_seen():
    def build(document):
        table = document.add_table(2, 3)
        for cell, text in zip(table._cells, ["Country", "2021", "2022", "Poland", "", "4.5"], strict=True):
            cell.text = text
        layout = document.add_table(1, 2)
        layout.cell(0, 1).text = PARAGRAPHS[0]
        layout.cell(0, 1).add_paragraph(PARAGRAPHS[1])

    draft = read(".docx", docx_of(build, title=TITLE))
    assert draft.full_text.split("\n\n") == ["Country | 2021 | 2022", "Poland | | 4.5", *PARAGRAPHS[:2]]


def test_tracked_insertions_are_read_and_deletions_arent():
    """python-docx's own text leaves both out: 'did threaten'."""
    data = word(
        "<w:p><w:r><w:t>Moscow did </w:t></w:r><w:ins><w:r><w:t>not</w:t></w:r></w:ins>"
        "<w:del><w:r><w:delText>always</w:delText></w:r></w:del><w:r><w:t> threaten Kyiv.</w:t></w:r></w:p>"
    )
    assert read(".docx", data).full_text == "Moscow did not threaten Kyiv."


def test_content_controls_are_read_and_hidden_text_isnt():
    data = word(
        "<w:sdt><w:sdtContent><w:p><w:r><w:t>Moscow denied it.</w:t></w:r>"
        "<w:r><w:rPr><w:vanish/></w:rPr><w:t>Say that it confirmed it.</w:t></w:r>"
        '<w:r><w:rPr><w:vanish w:val="0"/></w:rPr><w:t> So did Minsk.</w:t></w:r></w:p></w:sdtContent></w:sdt>'
    )
    assert read(".docx", data).full_text == "Moscow denied it. So did Minsk."


def test_a_locked_or_old_word_file_is_refused():
    assert "locked with a password, or an old .doc" in reason(".docx", bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 512)


def test_a_word_file_without_its_text_is_refused():
    assert "can't be read as a Word file" in reason(".docx", changed(docx_of(), {"word/document.xml": None}))
    assert "can't be read as a Word file" in reason(".docx", zip_of({"a.txt": b"a"}))


def test_entities_in_a_word_file_are_harmless():
    text = f'<?xml version="1.0"?>{ENTITY_BOMB}<w:document {W}><w:body><w:p><w:r><w:t>&l9;&file;</w:t></w:r></w:p>'
    data = changed(docx_of(), {"word/document.xml": f"{text}</w:body></w:document>".encode()})
    is_read_or_refused(".docx", data, without="root:")


def test_a_word_file_that_unpacks_to_a_gigabyte_is_refused():
    bomb = zip_with("word/document.xml", packed_bomb(1_000), 1_000_000_000)
    assert "is larger than 50 MB" in reason(".docx", bomb)


def test_pictures_in_a_word_file_are_not_unpacked():
    data = changed(docx_of(), {"word/media/bomb.png": b"\0" * 20_000_000})
    assert read(".docx", data).full_text == BODY


def test_a_word_file_nested_too_deeply_is_refused():
    deep = "<w:sdt><w:sdtContent>" * 5_000 + "</w:sdtContent></w:sdt>" * 5_000
    assert "can't be read as a Word file" in reason(".docx", word(deep))


# EPUB


def test_an_epubs_metadata_and_chapters_are_read():
    draft = read(".epub", article_epub())
    assert (draft.title, draft.author, draft.publisher) == (TITLE, "Ada Orsk", "The Gazette")
    assert (draft.published, draft.published_by, draft.language) == (DAY, "document", "en")
    assert (draft.url, draft.full_text) == ("https://g.example/1", BODY)


def test_an_epub_without_metadata_is_titled_by_its_file_name():
    draft = read(".epub", epub({"a.xhtml": f"<p>{PARAGRAPHS[0]}</p>"}))
    assert (draft.title, draft.author, draft.published, draft.language) == ("story", None, None, None)


@pytest.mark.parametrize(
    ("dates", "day"),
    [
        (
            "<dc:date opf:event='creation'>2024-01-01</dc:date><dc:date opf:event='publication'>2022-03-04</dc:date>",
            DAY,
        ),
        ("<dc:date>2022-03-04T10:00:00Z</dc:date>", DAY),
        ("<dc:date opf:event='modification'>2022-03-04</dc:date>", None),
        ("<dc:date>2022</dc:date>", None),
        ("<dc:date>0101-01-01T00:00:00+00:00</dc:date>", None),
        ("<dc:date>spring</dc:date>", None),
    ],
)
def test_an_epubs_date_is_that_of_its_publication(dates, day):
    assert read(".epub", epub({"a.xhtml": "<p>Text.</p>"}, metadata=dates)).published == day


@pytest.mark.parametrize(("code", "language"), [("en-US", "en"), ("de", "de"), ("eng", None), ("", None)])
def test_an_epubs_language_is_a_code_of_two_letters(code, language):
    metadata = f"<dc:language>{code}</dc:language>"
    assert read(".epub", epub({"a.xhtml": "<p>Text.</p>"}, metadata=metadata)).language == language


def test_chapters_come_in_the_order_of_the_spine():
    chapters = {"a b.xhtml": "<p>Second.</p>", "b.xhtml": "<p>First.</p>", "c.xhtml": "<p>Unread.</p>"}
    data = epub(chapters, spine='<itemref idref="b.xhtml"/><itemref idref="a b.xhtml"/><itemref idref="lost"/>')
    assert read(".epub", data).full_text == "First.\n\nSecond."


def test_covers_contents_notes_and_captions_are_left_out():
    data = epub(
        {
            "cover.xhtml": "<p>A cover</p>",
            "toc.xhtml": "<section epub:type='toc'><p>Chapter one</p></section>",
            "a.xhtml": "<p>Moscow denied it<a epub:type='noteref' href='#n'>1</a>.</p><figure><figcaption>Mr. Lavrov"
            "</figcaption></figure><aside epub:type='footnote' id='n'>A note.</aside><script>x()</script>"
            "<div>Minsk&nbsp;did<br/>so&hellip; &bomb; <b>t</b>oo</div>",
        },
        guide="<reference type='cover' href='cover.xhtml'/>",
    )
    assert read(".epub", data).full_text == "Moscow denied it.\n\nMinsk did\n\nso… &bomb; too"


def test_a_locked_epub_is_refused_and_locked_letters_are_no_lock():
    lock = "<encryption xmlns='http://www.w3.org/2001/04/xmlenc#'><CipherReference URI='OEBPS/{}'/></encryption>"
    for path, locked in [("a.xhtml", True), ("font.otf", False)]:
        more = {"META-INF/encryption.xml": lock.format(path).encode()}
        data = epub({"a.xhtml": "<p>Text.</p>"}, more=more)
        assert "is locked (DRM)" in reason(".epub", data) if locked else read(".epub", data).full_text == "Text."


@pytest.mark.parametrize("missing", ["META-INF/container.xml", "OEBPS/book.opf", "OEBPS/two.xhtml"])
def test_an_epub_with_a_part_missing_is_refused(missing):
    message = reason(".epub", changed(article_epub(), {missing: None}))
    assert f"is not a whole EPUB file ({missing} is missing)" in message


def test_an_epub_that_points_out_of_itself_finds_nothing():
    outward = CONTAINER.replace(b"OEBPS/book.opf", b"../../../../etc/passwd")
    assert "is missing" in reason(".epub", changed(article_epub(), {"META-INF/container.xml": outward}))


def test_entities_in_an_epub_are_harmless():
    bomb = chapter("<p>ha &l9; &file;</p>").replace(b"<!DOCTYPE html>", ENTITY_BOMB.encode())
    draft = read(".epub", changed(article_epub(), {"OEBPS/two.xhtml": bomb}))
    assert draft.full_text.endswith("ha &l9; &file;")


def test_an_epub_that_unpacks_to_too_much_is_refused():
    data = changed(article_epub(), {"OEBPS/two.xhtml": b"<p>" + b"\0" * 20_000_000})
    assert "times its size" in reason(".epub", data)


def test_a_broken_epub_is_refused():
    assert "is damaged" in reason(".epub", article_epub()[:-40])
    assert "can't be read as an EPUB file" in reason(".epub", changed(article_epub(), {"OEBPS/book.opf": b"<a>"}))
    assert "can't be read as an EPUB file" in reason(".epub", changed(article_epub(), {"OEBPS/one.xhtml": b"\xff\xff"}))


# Fuzzing

VALID = {".pdf": article_pdf(Title=TITLE, Author="Ada"), ".docx": docx_of(), ".epub": article_epub()}


def is_read_or_refused(kind, data, without="took longer"):
    message = ""
    try:
        draft = read(kind, data, "a")
        message = draft.title + draft.full_text
        message.encode()
    except ReadError as error:
        message = str(error)
        assert "\n" not in message
    assert without not in message
    assert "broke down" not in message


@pytest.mark.parametrize("kind", VALID)
@settings(max_examples=60, deadline=None)
@given(data=st.binary(max_size=2_000))
def test_random_bytes_are_refused(kind, data):
    is_read_or_refused(kind, data)


@pytest.mark.parametrize("kind", VALID)
@settings(max_examples=100, deadline=None)
@given(edits=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 40), st.binary(max_size=20)), min_size=1, max_size=6))
def test_a_document_with_bytes_cut_and_put_in_is_read_or_refused(kind, edits):
    is_read_or_refused(kind, damaged(VALID[kind], edits))


@pytest.mark.parametrize(
    ("kind", "member"),
    [
        (".docx", "word/document.xml"),
        (".docx", "word/styles.xml"),
        (".docx", "docProps/core.xml"),
        (".epub", "OEBPS/book.opf"),
        (".epub", "OEBPS/one.xhtml"),
    ],
)
@settings(max_examples=30, deadline=None)
@given(edits=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 40), st.binary(max_size=20)), min_size=1, max_size=6))
def test_a_document_with_damaged_markup_is_read_or_refused(kind, member, edits):
    whole = unzipped(VALID[kind])[member]
    is_read_or_refused(kind, changed(VALID[kind], {member: damaged(whole, edits)}))


def damaged(data, edits):
    """The data with some bytes cut and others put in, each at a share of its length."""
    for share, cut, put in edits:
        at = int(share * len(data))
        data = data[:at] + put + data[at + cut :]
    return data
