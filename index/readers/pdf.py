"""Reads documents as articles: PDF, Word and EPUB files. Hostile ones are read by `index.confined`."""

import io
import posixpath
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import date, datetime
from html.entities import html5
from typing import TYPE_CHECKING
from urllib.parse import unquote

from lxml import etree

from index.article import Draft
from index.errors import ReadError
from index.readers import printed_lines, zip_archive
from index.readers.draft import draft
from index.text.calendar_words import MONTHS
from index.text.cleaning import paragraphs, split_headline

if TYPE_CHECKING:
    from pypdf import DocumentInformation, PageObject, PdfReader

MOST_PAGES = 1_000
MOST_CHARACTERS = 5_000_000
MOST_BYTES_A_MEMBER, MOST_BYTES = 50_000_000, 100_000_000
"""Unpacked: of one file in a Word or EPUB file, and of all together."""

_BEGINNING = 1_000
"""In so many characters an article tells its date, if it does."""

_LIGATURES = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"})
_NO_TITLE = re.compile(
    r"microsoft (?:word|powerpoint) - .*|(?:untitled|document|word document|title)\W*\d*|.*\.[a-z]{2,5}", re.IGNORECASE
)
_NO_AUTHOR = re.compile(
    r"python-docx|calibre.*|.*\buser|admin(?:istrator)?|author|owner|unknown|anonymous", re.IGNORECASE
)

_LOCKED_OR_OLD_WORD = bytes.fromhex("d0cf11e0a1b11ae1")
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_NAMESPACES = {"w": _W[1:-1], "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006"}
_SHOWN = etree.XPath(
    """.//w:r[not(w:rPr/w:vanish[not(@w:val = '0' or @w:val = 'false')])]
        [not(ancestor::w:del or ancestor::w:moveFrom or ancestor::w:txbxContent or ancestor::mc:Fallback)]
        /*[self::w:t or self::w:tab or self::w:br or self::w:cr or self::w:noBreakHyphen]""",
    namespaces=_NAMESPACES,
)
_ROWS = etree.XPath("w:tr | w:sdt/w:sdtContent/w:tr", namespaces=_NAMESPACES)
_CELLS = etree.XPath("w:tc | w:sdt/w:sdtContent/w:tc", namespaces=_NAMESPACES)
_WRAPPERS = {_W + tag for tag in ("sdt", "sdtContent", "customXml", "ins", "moveTo")}
_SIGNS = {_W + "tab": " ", _W + "br": "\n", _W + "cr": "\n", _W + "noBreakHyphen": "-"}

_BOOK_NAMESPACES = {"dc": "http://purl.org/dc/elements/1.1/", "opf": "http://www.idpf.org/2007/opf"}
_EPUB_TYPE = "{http://www.idpf.org/2007/ops}type"
_NO_ARTICLE = {"cover", "titlepage", "halftitlepage", "copyright-page", "toc", "landmarks", "index", "loi", "lot"}
_BLOCKS = "p h1 h2 h3 h4 h5 h6 li dt dd pre blockquote div section article table tr caption br hr".split()
_LEFT_OUT = "head script style nav aside figcaption svg math object iframe template".split()
_XML_ENTITIES = {"amp", "lt", "gt", "quot", "apos"}
_NEW_BLOCK = "\u2029"


def read_pdf(data: bytes, name: str) -> Draft:
    """A PDF file: its paragraphs without running heads, page numbers and hyphens at line ends.

    The title is the one that its properties tell, unless that is a file's name, or else the headline in large letters.
    Raises ReadError for a locked file, a scan, one without a character map and one that is too long. For a broken
    file pypdf raises what it likes.
    """
    import pypdf
    from pypdf.errors import DependencyError, FileNotDecryptedError

    try:
        document = pypdf.PdfReader(io.BytesIO(data))
        printed = printed_lines.without_running_heads(_printed_lines(document, name))
    except (DependencyError, FileNotDecryptedError) as error:
        raise ReadError(f"{name} is locked with a password. Save it without one and add it again.") from error
    text = "".join(line.text for line in printed)
    if not any(map(str.isalnum, text)):
        raise ReadError(
            f"{name} has no text in it, as a scan has none, or is damaged. Run text recognition (OCR) on it and add it."
        )
    if sum(map(_is_no_letter, text)) > len(text) / 5:
        raise ReadError(f"{name} doesn't tell which letters it is printed in. Give the article in another format.")
    told = document.metadata or pypdf.DocumentInformation()
    blocks = printed_lines.blocks(printed)
    headline = printed_lines.headline(blocks)
    return _finished(
        _unless(_NO_TITLE, told.title) or (printed_lines.joined([headline])[0] if headline else None),
        paragraphs("\n\n".join(printed_lines.joined(blocks))),
        name,
        author=_unless(_NO_AUTHOR, told.author),
        dates=_pdf_dates(told),
    )


def read_docx(data: bytes, name: str) -> Draft:
    """A Word file: its paragraphs and tables as they are shown, without notes, comments, text boxes and page heads.

    What is deleted under tracked changes is left out, what is inserted is in. Raises ReadError for a locked file and
    one that unpacks to too much. For a broken file python-docx raises what it likes.
    """
    import docx

    if data.startswith(_LOCKED_OR_OLD_WORD):
        raise ReadError(f"{name} is locked with a password, or an old .doc. Save it as .docx without a password.")
    document = docx.Document(_harmless(data, name))
    styles = {style.style_id: style.name or "" for style in document.styles}
    told = document.core_properties
    blocks = [(styles.get(style, ""), text) for style, text in _word_blocks(document.element.body)]
    blocks = [(style, text) for style, text in blocks if not re.match(r"toc \d|caption", style, re.IGNORECASE)]
    headline = next((text for style, text in blocks if style == "Title"), None) or next(
        (text for style, text in blocks[:3] if style == "Heading 1"), None
    )
    return _finished(
        headline or _unless(_NO_TITLE, told.title),
        paragraphs("\n\n".join(f"- {text}" if style.startswith("List ") else text for style, text in blocks)),
        name,
        author=_unless(_NO_AUTHOR, told.author),
        dates=[told.created, told.modified],
    )


def read_epub(data: bytes, name: str) -> Draft:
    """An EPUB file: its chapters in reading order, without covers, tables of contents, notes and captions.

    Raises ReadError for a locked file (DRM), one with parts missing, and one that unpacks to too much.
    Source: EPUB 3.3, https://www.w3.org/TR/epub-33/, and OPF 2.0.1 for the dates of older files.
    """
    with zip_archive.open_zip(io.BytesIO(data), name) as archive:
        book = _Book(archive, name)
        texts = [block for path in book.chapters() for block in _chapter_blocks(book.read(path))]
    package = book.package
    date_told = _first(package, "date[@opf:event='publication']") or _first(package, "date[not(@opf:event)]")
    language = (_first(package, "language") or "").partition("-")[0].lower()
    title = _first(package, "title")
    return draft(
        title,
        _not_too_long(_without_title(title, paragraphs("\n\n".join(texts))), name),
        name,
        url=next(
            (url for url in _all(package, "identifier") + _all(package, "source") if url.startswith("http")), None
        ),
        publisher=_first(package, "publisher"),
        author=_unless(_NO_AUTHOR, ", ".join(_all(package, "creator"))),
        published=_day(date_told),
        published_by="document" if _day(date_told) else None,
        language=language if re.fullmatch("[a-z]{2}", language) else None,
    )


def _finished(
    title: str | None, blocks: list[str], name: str, *, author: str | None, dates: Iterable[datetime | None]
) -> Draft:
    """A document of paper, whose title and date are told by its text as much as by its properties."""
    if title is None:
        title, text = split_headline("\n\n".join(blocks))
        blocks = text.split("\n\n")
    blocks = _without_title(title, blocks)
    published = _stated("\n".join(blocks)[:_BEGINNING], dates)
    return draft(
        title,
        _not_too_long(blocks, name),
        name,
        author=author,
        published=published,
        published_by="document" if published else None,
    )


def _without_title(title: str | None, blocks: list[str]) -> list[str]:
    """The paragraphs but for the title, where it is among the first: it is kept on its own."""
    said = [block for block in blocks[:3] if _plain(block) == _plain(title or "")]
    return [block for block in blocks[:3] if block not in said] + blocks[3:]


def _stated(beginning: str, dates: Iterable[datetime | None]) -> date | None:
    """The first of the dates that the article's beginning states too.

    A file's own dates tell when it was saved: years after publication, or when a template was made.
    """
    for moment in dates:
        if moment is None:
            continue
        day = rf"0?{moment.day}(?:st|nd|rd|th)?"
        month = rf"{MONTHS[moment.month - 1][:3]}[a-z]*\.?"
        stated = rf"\b(?:{day} {month},? {moment.year}|{month} {day},? {moment.year}|{moment:%Y-%m-%d})\b"
        if re.search(stated, beginning, re.IGNORECASE):
            return moment.date()
    return None


def _unless(pattern: re.Pattern[str], said: str | None) -> str | None:
    """What a property says, unless a program wrote it and nobody."""
    said = " ".join(said.split()) if isinstance(said, str) else ""
    return said if any(map(str.isalnum, said)) and not pattern.fullmatch(said) else None


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def _not_too_long(blocks: list[str], name: str) -> list[str]:
    if sum(map(len, blocks)) > MOST_CHARACTERS:
        raise _too_long(name)
    return blocks


def _too_long(name: str) -> ReadError:
    return ReadError(f"{name} has more than {MOST_CHARACTERS // 1_000_000} million letters in it. Split it.")


def _printed_lines(document: "PdfReader", name: str) -> list[printed_lines.Line]:
    if len(document.pages) > MOST_PAGES:
        raise ReadError(f"{name} has more than {MOST_PAGES:,} pages. Split it.")
    printed: list[printed_lines.Line] = []
    size = 0
    for number, page in enumerate(document.pages):
        for line in _page_lines(page, number):
            size += len(line.text)
            printed.append(line)
        if size > MOST_CHARACTERS:
            raise _too_long(name)
    return printed


def _page_lines(page: "PageObject", number: int) -> Iterator[printed_lines.Line]:
    """The page's lines, each where its first letters are. Pieces of text come one by one, a line's end in its last."""
    pieces: list[tuple[str, float, float]] = []

    def visit(text: str, cm: list[float], tm: list[float], font: object, font_size: float) -> None:
        height = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
        scale = abs((tm[0] * tm[3] - tm[1] * tm[2]) * (cm[0] * cm[3] - cm[1] * cm[2])) ** 0.5
        pieces.append((text, height, font_size * scale))

    page.extract_text(visitor_text=visit)
    line: list[tuple[str, float, float]] = []
    for text, height, size in [*pieces, ("\n", 0.0, 0.0)]:
        for ended in text.splitlines(keepends=True):
            line.append((ended, height, size))
            if ended.endswith("\n"):
                yield from _line(line, number)
                line = []


def _line(pieces: list[tuple[str, float, float]], number: int) -> Iterator[printed_lines.Line]:
    text = " ".join("".join(piece for piece, *_ in pieces).translate(_LIGATURES).split())
    if text:
        _, height, size = max(pieces, key=lambda piece: len(piece[0].strip()))
        yield printed_lines.Line(text, number, height, size or 1.0)


def _is_no_letter(character: str) -> bool:
    return character == "\ufffd" or unicodedata.category(character) in ("Cc", "Co", "Cn")


def _pdf_dates(told: "DocumentInformation") -> Iterator[datetime | None]:
    with suppress(ValueError, OverflowError):  # what isn't a date tells none
        yield told.creation_date
    with suppress(ValueError, OverflowError):
        yield told.modification_date


def _harmless(data: bytes, name: str) -> io.BytesIO:
    """The Word file packed anew without pictures and the like: python-docx unpacks without limits."""
    packed = io.BytesIO()
    allowance = zip_archive.Allowance(name, MOST_BYTES)
    with zip_archive.open_zip(io.BytesIO(data), name) as archive, zipfile.ZipFile(packed, "w") as harmless:
        for member in archive.infolist():
            text = member.filename.lower().endswith((".xml", ".rels"))
            unpacked = _unpacked(archive, member, allowance) if text else b""
            harmless.writestr(member.filename, unpacked)
    return packed


def _unpacked(archive: zipfile.ZipFile, member: zipfile.ZipInfo, allowance: zip_archive.Allowance) -> bytes:
    with zip_archive.open_member(archive, member, MOST_BYTES_A_MEMBER, allowance) as unpacked:
        return unpacked.read()


def _word_blocks(parent: etree._Element) -> Iterator[tuple[str | None, str]]:
    """The paragraphs in a body or cell, each with its style's id; a table's row is one."""
    for child in parent.iterchildren(etree.Element):
        if child.tag == _W + "p":
            yield child.style, "".join(_SIGNS.get(sign.tag, sign.text or "") for sign in _SHOWN(child))
        elif child.tag == _W + "tbl":
            for row in _ROWS(child):
                yield from _row_blocks([list(_word_blocks(cell)) for cell in _CELLS(row)])
        elif child.tag in _WRAPPERS:
            yield from _word_blocks(child)


def _row_blocks(cells: list[list[tuple[str | None, str]]]) -> Iterator[tuple[str | None, str]]:
    """A row of one cell that says something is there for the layout: its paragraphs stay apart."""
    texts = [" ".join(" ".join(text for _, text in cell).split()) for cell in cells]
    if sum(map(bool, texts)) == 1:
        for cell in cells:
            yield from cell
    else:
        yield None, " | ".join(texts)


class _Book:
    """An open EPUB file: its package document, and the paths of its chapters."""

    def __init__(self, archive: zipfile.ZipFile, name: str) -> None:
        self._archive, self._name = archive, name
        self._allowance = zip_archive.Allowance(name, MOST_BYTES)
        self._paths = {member.filename: member for member in archive.infolist()}
        container = _xml(self.read("META-INF/container.xml"))
        self._package_path = next((file.get("full-path", "") for file in container.iter("{*}rootfile")), "")
        self.package = _xml(self.read(self._package_path))

    def read(self, path: str) -> bytes:
        """A file in the book, unpacked. Raises ReadError where it isn't there or is too large."""
        if path not in self._paths:
            raise ReadError(
                f"{self._name} is not a whole EPUB file ({path or 'its contents'} is missing). Get it again."
            )
        return _unpacked(self._archive, self._paths[path], self._allowance)

    def chapters(self) -> list[str]:
        """The paths of the chapters, in reading order. Raises ReadError where one is locked."""
        manifest = {item.get("id"): item for item in self.package.iter("{*}item")}
        guide = {self._path(part) for part in self.package.iter("{*}reference") if part.get("type") in _NO_ARTICLE}
        order = [
            manifest[part.get("idref")] for part in self.package.iter("{*}itemref") if part.get("idref") in manifest
        ]
        pages = [self._path(item) for item in order if "nav" not in item.get("properties", "").split()]
        chapters = [path for path in dict.fromkeys(pages) if path not in guide]
        if "META-INF/encryption.xml" in self._paths:
            locked = _xml(self.read("META-INF/encryption.xml")).iter("{*}CipherReference")
            if {unquote(reference.get("URI", "")) for reference in locked} & set(chapters):
                raise ReadError(f"{self._name} is locked (DRM). Give a copy without a lock.")
        return chapters

    def _path(self, item: etree._Element) -> str:
        within = unquote(item.get("href", "")).partition("#")[0]
        return posixpath.normpath(posixpath.join(posixpath.dirname(self._package_path), within))


def _xml(data: bytes, recover: bool = False) -> etree._Element:
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, huge_tree=False, recover=recover, remove_comments=True, remove_pis=True
    )
    return etree.fromstring(data, parser)


def _chapter_blocks(data: bytes) -> list[str]:
    """The paragraphs of an XHTML page, none where it is a cover, a table of contents or the like."""
    text = data.decode("utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig")
    page = _xml(re.sub(r"&([\w.:-]+);", _as_number, text).encode(), recover=True)
    body = page.find("{*}body") if page is not None else None
    if body is None or any(_kinds(node) & _NO_ARTICLE for node in [body, *body]):
        return []
    for node in list(body.iter("{*}a", "{*}sup")):
        if "noteref" in _kinds(node):
            node.clear(keep_tail=True)
    etree.strip_elements(body, *(f"{{*}}{tag}" for tag in _LEFT_OUT), with_tail=False)
    for node in body.iter(*(f"{{*}}{tag}" for tag in _BLOCKS)):
        node.text = _NEW_BLOCK + (node.text or "")
        node.tail = _NEW_BLOCK + (node.tail or "")
    return [" ".join(block.split()) for block in "".join(body.itertext()).split(_NEW_BLOCK)]


def _kinds(node: etree._Element) -> set[str]:
    return set(node.get(_EPUB_TYPE, "").split())


def _as_number(entity: re.Match[str]) -> str:
    """HTML's named letters (&nbsp;) as XML has them; what the page itself names so is left as it is typed."""
    if entity[1] in _XML_ENTITIES:
        return entity[0]
    letters = html5.get(entity[1] + ";", entity[0])
    return "".join(f"&#{ord(letter)};" for letter in letters)


def _all(package: etree._Element, field: str) -> list[str]:
    found = package.xpath(f".//dc:{field}", namespaces=_BOOK_NAMESPACES)
    return [text for node in found if (text := " ".join("".join(node.itertext()).split()))]


def _first(package: etree._Element, field: str) -> str | None:
    return next(iter(_all(package, field)), None)


def _day(text: str | None) -> date | None:
    """The day that a book's date tells, if it tells one; calibre writes the year 101 where it knows none."""
    with suppress(ValueError):
        day = date.fromisoformat((text or "")[:10])
        return day if day.year > 1000 else None
    return None
