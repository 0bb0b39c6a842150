"""Makes documents as common programs write them: PDF, Word, EPUB and zip files."""

import io
import struct
import textwrap
import zipfile
import zlib
from datetime import datetime

import docx

TITLE = "Lavrov denies plans to attack"
BYLINE = "By Ada Orsk, 4 March 2022"
PARAGRAPHS = [
    "Foreign Minister Sergei Lavrov denied on Friday that Russia was planning to attack its neighbour, and called the "
    "warnings of the West hysterical.",
    "He told reporters in Moscow that nobody had threatened anybody. The talks with the American government would go "
    "on next week, he said, if the other side answered in writing, as it had been asked to do in December.",
    "In Kyiv the governor of the central bank said that well-known risks had been priced in. The currency fell by two "
    "per cent. “We are calm,” he said.",
]
BODY = "\n\n".join([BYLINE, *PARAGRAPHS])


def pdf_file(objects: list[bytes], trailer: bytes = b"") -> bytes:
    """A PDF file of these objects, the first of which is its catalog (ISO 32000-1, 7.5)."""
    file, places = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(file))
        file += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1)
    end = b"trailer\n<< /Size %d /Root 1 0 R %b >>\nstartxref\n%d\n%%%%EOF\n" % (len(places) + 1, trailer, len(file))
    return file + head + table + end


def pdf_stream(content: bytes, entries: bytes = b"") -> bytes:
    packed = zlib.compress(content)
    return b"<< /Length %d /Filter /FlateDecode %b >>\nstream\n%b\nendstream" % (len(packed), entries, packed)


def pdf(pages: list[list[tuple[str, float, float]]], trailer: bytes = b"", **properties: str) -> bytes:
    """A PDF file of printed lines: text, height on the page, size of the letters."""
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"
    information = " ".join(f"/{name} ({_pdf_text(value)})" for name, value in properties.items())
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"", font, f"<< {information} >>".encode("cp1252")]
    kids = []
    for page in pages:
        shown = "".join(f"BT /F1 {size} Tf 72 {height} Td ({_pdf_text(text)}) Tj ET\n" for text, height, size in page)
        kids.append(b"%d 0 R" % (len(objects) + 1))
        resources = b"<< /Font << /F1 3 0 R >> >>"
        content = b"%d 0 R" % (len(objects) + 2)
        objects.append(b"<< /Type /Page /Parent 2 0 R /Resources %b /Contents %b >>" % (resources, content))
        objects.append(pdf_stream(shown.encode("cp1252")))
    objects[1] = b"<< /Type /Pages /Count %d /Kids [%b] /MediaBox [0 0 595 842] >>" % (len(pages), b" ".join(kids))
    return pdf_file(objects, b"/Info 4 0 R " + trailer)


def _pdf_text(text: str) -> str:
    return text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")


def printed(
    paragraphs: list[str], *, title: str = "", head: str = "", foot: str = "", lines_a_page: int = 40
) -> list[list[tuple[str, float, float]]]:
    """Those paragraphs as a printer sets them: in lines of 70 letters, with a larger title and numbered pages."""
    lines: list[tuple[str, float, float]] = []
    for text, size in [(title, 20), *((paragraph, 11) for paragraph in paragraphs)]:
        wrapped = textwrap.wrap(text, 40 if size == 20 else 70, break_on_hyphens=True)
        lines += [(line, size * (2 if place == 0 else 1.2), size) for place, line in enumerate(wrapped)]
    pages = []
    for number, start in enumerate(range(0, len(lines), lines_a_page), 1):
        height, page = 760.0, [(head.format(number), 800, 8)] if head else []
        for text, step, size in lines[start : start + lines_a_page]:
            height -= step
            page.append((text, height, size))
        pages.append([*page, (foot.format(number), 30, 8)] if foot else page)
    return pages


def article_pdf(**properties: str) -> bytes:
    return pdf(printed([BYLINE, *PARAGRAPHS], title=TITLE), **properties)


def docx_of(build=None, **properties) -> bytes:
    """A Word file: the article, or what `build` puts into the empty document."""
    document = docx.Document()
    for name, value in properties.items():
        setattr(document.core_properties, name, value)
    if build is None:
        document.add_heading(TITLE, 0)
        for paragraph in [BYLINE, *PARAGRAPHS]:
            document.add_paragraph(paragraph)
    else:
        build(document)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def created(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 12)


def zip_of(members: dict[str, bytes], packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", packing) as archive:
        for path, content in members.items():
            archive.writestr(path, content)
    return file.getvalue()


def unzipped(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {path: archive.read(path) for path in archive.namelist()}


def changed(data: bytes, members: dict[str, bytes | None]) -> bytes:
    """The zip archive with other contents at some paths; None takes a member out."""
    return zip_of({path: content for path, content in (unzipped(data) | members).items() if content is not None})


def packed_bomb(megabytes: int, byte: bytes = b"\0") -> bytes:
    """So many megabytes of one byte, deflated (RFC 1951): a packed piece that stands alone, repeated."""
    packer = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    piece = packer.compress(byte * 1_000_000) + packer.flush(zlib.Z_FULL_FLUSH)
    return piece * megabytes + packer.flush()


def zip_with(path: str, packed: bytes, size: int, *, packing: int = zipfile.ZIP_DEFLATED, flags: int = 0) -> bytes:
    """Return a zip archive of one packed member, with the given facts about it, true or not."""
    name = path.encode()
    facts = struct.pack("<HHHHHLLLHH", 20, flags, packing, 0, 33, 0, len(packed), size, len(name), 0)
    member = b"PK\3\4" + facts + name + packed
    entry = b"PK\1\2" + struct.pack("<H", 20) + facts + struct.pack("<HHHLL", 0, 0, 0, 0, 0) + name
    return member + entry + b"PK\5\6" + struct.pack("<HHHHLLH", 0, 0, 1, 1, len(entry), len(member), 0)


CONTAINER = b"""<?xml version="1.0"?>
<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container" version="1.0"><rootfiles>
<rootfile full-path="OEBPS/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>"""


def epub(
    chapters: dict[str, str],
    *,
    metadata: str = "",
    spine: str = "",
    guide: str = "",
    more: dict[str, bytes] | None = None,
) -> bytes:
    """An EPUB file of these chapters: what is in the body, by the file's name. All are in the spine by default."""
    items = "".join(f'<item id="{path}" href="{path}" media-type="application/xhtml+xml"/>' for path in chapters)
    spine = spine or "".join(f'<itemref idref="{path}"/>' for path in chapters)
    package = f"""<?xml version="1.0" encoding="utf-8"?>
        <package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id">
        <metadata xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:opf="http://www.idpf.org/2007/opf">{metadata}</metadata>
        <manifest><item id="nav" href="nav.xhtml" properties="nav"/>{items}</manifest>
        <spine><itemref idref="nav"/>{spine}</spine><guide>{guide}</guide></package>"""
    pages = {"nav.xhtml": "<nav epub:type='toc'><ol><li>Contents</li></ol></nav>", **chapters}
    files = {f"OEBPS/{path}": chapter(body) for path, body in pages.items()}
    return zip_of(
        {
            "mimetype": b"application/epub+zip",
            "META-INF/container.xml": CONTAINER,
            "OEBPS/book.opf": package.strip().encode(),
            **files,
            **(more or {}),
        }
    )


def chapter(body: str) -> bytes:
    return f"""<?xml version="1.0" encoding="utf-8"?><!DOCTYPE html>
        <html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops">
        <head><title/><style>p {{ color: red }}</style></head><body>{body}</body></html>""".encode()


def article_epub() -> bytes:
    metadata = """<dc:identifier id="id">urn:uuid:1</dc:identifier><dc:identifier>https://g.example/1</dc:identifier>
        <dc:title>Lavrov denies plans to attack</dc:title><dc:creator>Ada Orsk</dc:creator>
        <dc:publisher>The Gazette</dc:publisher><dc:language>en-GB</dc:language><dc:date>2022-03-04</dc:date>"""
    first, *others = [f"<p>{paragraph}</p>" for paragraph in [BYLINE, *PARAGRAPHS]]
    return epub({"one.xhtml": f"<h1>{TITLE}</h1>{first}", "two.xhtml": "\n".join(others)}, metadata=metadata)


LAUGHS = "".join(f'<!ENTITY l{level} "{f"&l{level - 1};" * 10}">' for level in range(1, 10))
ENTITY_BOMB = f'<!DOCTYPE bomb [<!ENTITY l0 "ha">{LAUGHS}<!ENTITY file SYSTEM "file:///etc/passwd">]>'
"""Unpacks to 2 GB of laughter where it is believed."""
