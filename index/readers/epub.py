"""Reads EPUB files as articles.

Source: EPUB 3.3, https://www.w3.org/TR/epub-33/, and OPF 2.0.1 for the dates of older files.
"""

import io
import posixpath
import re
import zipfile
from contextlib import suppress
from datetime import date
from html.entities import html5
from typing import Any
from urllib.parse import unquote

from index.article import Draft
from index.errors import ReadError
from index.readers import document, zip_archive
from index.readers.draft import make_draft
from index.text.urls import is_web_address

_NAMESPACES = {"dc": "http://purl.org/dc/elements/1.1/", "opf": "http://www.idpf.org/2007/opf"}
_EPUB_TYPE = "{http://www.idpf.org/2007/ops}type"
_NO_ARTICLE = {"cover", "titlepage", "halftitlepage", "copyright-page", "toc", "landmarks", "index", "loi", "lot"}
_BLOCKS = "p h1 h2 h3 h4 h5 h6 li dt dd pre blockquote div section article table tr caption br hr".split()
_LEFT_OUT = "head script style nav aside figcaption svg math object iframe template".split()
_XML_ENTITIES = {"amp", "lt", "gt", "quot", "apos"}
_NEW_BLOCK = "\u2029"
_EARLIEST_YEAR = 1_000
"""calibre writes the year 101 for a date that it doesn't know."""


def read_epub(data: bytes, name: str) -> Draft:
    """Return the article of an EPUB file: its chapters in reading order, without covers, contents, notes, captions.

    Raises ReadError for a locked file (DRM), one with parts missing, and one that unpacks to too much.
    """
    with zip_archive.open_zip(io.BytesIO(data), name) as archive:
        book = _Book(archive, name)
        texts = [block for path in book.chapter_paths() for block in _chapter_blocks(book.part(path))]
    package = book.package
    published = _day(
        _metadata(package, "date[@opf:event='publication']") or _metadata(package, "date[not(@opf:event)]")
    )
    language = (_metadata(package, "language") or "").partition("-")[0].lower()
    title = _metadata(package, "title")
    addresses = _all_metadata(package, "identifier") + _all_metadata(package, "source")
    return make_draft(
        title,
        document.limited(document.without_title(title, document.text_blocks(texts)), name),
        name,
        url=next(filter(is_web_address, addresses), None),
        publisher=_metadata(package, "publisher"),
        author=document.author_property(", ".join(_all_metadata(package, "creator"))),
        published=published,
        published_by="document" if published else None,
        language=language if re.fullmatch("[a-z]{2}", language) else None,
    )


class _Book:
    """An open EPUB file: `package` is its package document."""

    def __init__(self, archive: zipfile.ZipFile, name: str) -> None:
        self._archive, self._name = archive, name
        self._allowance = zip_archive.Allowance(name, zip_archive.MOST_DOCUMENT_BYTES)
        self._members = {member.filename: member for member in archive.infolist()}
        container = _parsed_xml(self.part("META-INF/container.xml"))
        self._package_path = next((file.get("full-path", "") for file in container.iter("{*}rootfile")), "")
        self.package = _parsed_xml(self.part(self._package_path))

    def part(self, path: str) -> bytes:
        """Return a file of the book, unpacked. Raises ReadError where it is missing or too large."""
        if path not in self._members:
            raise ReadError(
                f"{self._name} is not a whole EPUB file ({path or 'its contents'} is missing). Get it again."
            )
        return zip_archive.document_part(self._archive, self._members[path], self._allowance)

    def chapter_paths(self) -> list[str]:
        """Return the chapters' paths in reading order. Raises ReadError where a chapter is locked."""
        manifest = {item.get("id"): item for item in self.package.iter("{*}item")}
        guide = {self._path(part) for part in self.package.iter("{*}reference") if part.get("type") in _NO_ARTICLE}
        order = [
            manifest[part.get("idref")] for part in self.package.iter("{*}itemref") if part.get("idref") in manifest
        ]
        pages = [self._path(item) for item in order if "nav" not in item.get("properties", "").split()]
        chapters = [path for path in dict.fromkeys(pages) if path not in guide]
        if "META-INF/encryption.xml" in self._members:
            locked = _parsed_xml(self.part("META-INF/encryption.xml")).iter("{*}CipherReference")
            if {unquote(reference.get("URI", "")) for reference in locked} & set(chapters):
                raise ReadError(f"{self._name} is locked (DRM). Give a copy without a lock.")
        return chapters

    def _path(self, item: Any) -> str:  # noqa: ANN401 (lxml has no types)
        relative = unquote(item.get("href", "")).partition("#")[0]
        return posixpath.normpath(posixpath.join(posixpath.dirname(self._package_path), relative))


def _parsed_xml(data: bytes, recover: bool = False) -> Any:  # noqa: ANN401
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, huge_tree=False, recover=recover, remove_comments=True, remove_pis=True
    )
    return etree.fromstring(data, parser)


def _chapter_blocks(data: bytes) -> list[str]:
    """Return the paragraphs of an XHTML page; none where it is a cover, a table of contents or the like."""
    from lxml import etree

    text = data.decode("utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig")
    page = _parsed_xml(re.sub(r"&([\w.:-]+);", _numbered_entity, text).encode(), recover=True)
    body = page.find("{*}body") if page is not None else None
    if body is None or any(_types(node) & _NO_ARTICLE for node in [body, *body]):
        return []
    for node in list(body.iter("{*}a", "{*}sup")):
        if "noteref" in _types(node):
            node.clear(keep_tail=True)
    etree.strip_elements(body, *(f"{{*}}{tag}" for tag in _LEFT_OUT), with_tail=False)
    for node in body.iter(*(f"{{*}}{tag}" for tag in _BLOCKS)):
        node.text = _NEW_BLOCK + (node.text or "")
        node.tail = _NEW_BLOCK + (node.tail or "")
    return [" ".join(block.split()) for block in "".join(body.itertext()).split(_NEW_BLOCK)]


def _types(node: Any) -> set[str]:  # noqa: ANN401
    return set(node.get(_EPUB_TYPE, "").split())


def _numbered_entity(entity: re.Match[str]) -> str:
    """Return HTML's named characters by number, as XML has them: "&nbsp;" becomes "&#160;"; others stay as they are."""
    if entity[1] in _XML_ENTITIES:
        return entity[0]
    letters = html5.get(entity[1] + ";", entity[0])
    return "".join(f"&#{ord(letter)};" for letter in letters)


def _all_metadata(package: Any, field: str) -> list[str]:  # noqa: ANN401
    nodes = package.xpath(f".//dc:{field}", namespaces=_NAMESPACES)
    return [text for node in nodes if (text := " ".join("".join(node.itertext()).split()))]


def _metadata(package: Any, field: str) -> str | None:  # noqa: ANN401
    return next(iter(_all_metadata(package, field)), None)


def _day(text: str | None) -> date | None:
    with suppress(ValueError):
        day = date.fromisoformat((text or "")[:10])
        return day if day.year > _EARLIEST_YEAR else None
    return None
