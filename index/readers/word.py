"""Reads Word files (.docx) as articles."""

import io
import re
import zipfile
from collections.abc import Iterator
from functools import cache
from typing import Any

from index.article import Draft
from index.errors import ReadError
from index.readers import document, zip_archive

_LOCKED_OR_OLD_WORD = bytes.fromhex("d0cf11e0a1b11ae1")
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_NAMESPACES = {"w": _W[1:-1], "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006"}
_SHOWN = """.//w:r[not(w:rPr/w:vanish[not(@w:val = '0' or @w:val = 'false')])]
    [not(ancestor::w:del or ancestor::w:moveFrom or ancestor::w:txbxContent or ancestor::mc:Fallback)]
    /*[self::w:t or self::w:tab or self::w:br or self::w:cr or self::w:noBreakHyphen]"""
_ROWS = "w:tr | w:sdt/w:sdtContent/w:tr"
_CELLS = "w:tc | w:sdt/w:sdtContent/w:tc"
_WRAPPERS = {_W + tag for tag in ("sdt", "sdtContent", "customXml", "ins", "moveTo")}
_SIGNS = {_W + "tab": " ", _W + "br": "\n", _W + "cr": "\n", _W + "noBreakHyphen": "-"}

_Block = tuple[str | None, str]
"""A paragraph's style and its text."""


def read_docx(data: bytes, name: str) -> Draft:
    """Return the article of a Word file: its paragraphs and tables, without notes, comments, text boxes, page heads.

    What is deleted under tracked changes is left out, what is inserted is in. Raises ReadError for a locked file and
    one that unpacks to too much. For a broken file python-docx may raise any exception, which the sandbox
    reports.
    """
    import docx

    if data.startswith(_LOCKED_OR_OLD_WORD):
        raise ReadError(f"{name} is locked with a password, or an old .doc. Save it as .docx without a password.")
    file = docx.Document(_repacked(data, name))
    styles = {style.style_id: style.name or "" for style in file.styles}
    properties = file.core_properties
    blocks = [(styles.get(style, ""), text) for style, text in _blocks(file.element.body)]
    blocks = [(style, text) for style, text in blocks if not re.match(r"toc \d|caption", style, re.IGNORECASE)]
    headline = next((text for style, text in blocks if style == "Title"), None) or next(
        (text for style, text in blocks[:3] if style == "Heading 1"), None
    )
    return document.make_document_draft(
        headline or document.title_property(properties.title),
        document.text_blocks(f"- {text}" if style.startswith("List ") else text for style, text in blocks),
        name,
        author=document.author_property(properties.author),
        dates=[properties.created, properties.modified],
    )


def _repacked(data: bytes, name: str) -> io.BytesIO:
    """Return the file packed again without pictures and the like, because python-docx unpacks without limits."""
    repacked = io.BytesIO()
    allowance = zip_archive.Allowance(name, zip_archive.MOST_DOCUMENT_BYTES)
    with zip_archive.open_zip(io.BytesIO(data), name) as archive, zipfile.ZipFile(repacked, "w") as harmless:
        for member in archive.infolist():
            is_text = member.filename.lower().endswith((".xml", ".rels"))
            unpacked = zip_archive.document_part(archive, member, allowance) if is_text else b""
            harmless.writestr(member.filename, unpacked)
    return repacked


def _blocks(parent: Any) -> Iterator[_Block]:  # noqa: ANN401 (lxml has no types)
    """Yield the paragraphs in a body or cell, each with its style's id; a table's row is one."""
    for child in parent.iterchildren("*"):
        if child.tag == _W + "p":
            yield child.style, "".join(_SIGNS.get(sign.tag, sign.text or "") for sign in _xpath(_SHOWN)(child))
        elif child.tag == _W + "tbl":
            for row in _xpath(_ROWS)(child):
                yield from _row_blocks([list(_blocks(cell)) for cell in _xpath(_CELLS)(row)])
        elif child.tag in _WRAPPERS:
            yield from _blocks(child)


def _row_blocks(cells: list[list[_Block]]) -> Iterator[_Block]:
    """Yield a table row as one line; a row with text in only one cell is layout, so its paragraphs stay apart."""
    texts = [" ".join(" ".join(text for _, text in cell).split()) for cell in cells]
    if sum(map(bool, texts)) == 1:
        for cell in cells:
            yield from cell
    else:
        yield None, " | ".join(texts)


@cache
def _xpath(expression: str) -> Any:  # noqa: ANN401
    from lxml import etree

    return etree.XPath(expression, namespaces=_NAMESPACES)
