"""Reads Markdown as an article, with the YAML front matter that many publishing systems write."""

import re
from datetime import date, datetime
from typing import TYPE_CHECKING

from index.article import Draft
from index.errors import ReadError
from index.readers.draft import make_draft
from index.text.cleaning import normalise, paragraphs, split_headline
from index.text.encoding import decode

if TYPE_CHECKING:
    from markdown_it.token import Token

_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?)\n---[ \t]*\n", re.DOTALL)


def read_markdown(data: bytes, name: str) -> Draft:
    """Return the article of a Markdown file.

    Its front matter may name title, published or date, publisher, author, url and language. Raises ReadError for
    front matter that can't be read.
    """
    text = normalise(decode(data, name))
    match = _FRONT_MATTER.match(text)
    fields = _front_matter(match.group(1), name) if match else {}
    title, blocks = _title_and_blocks(text[match.end() :] if match else text)
    if title is None and not fields.get("title"):
        title, rest = split_headline("\n\n".join(blocks))
        blocks = rest.split("\n\n")
    published = _date(fields.get("published") or fields.get("date"), name)
    return make_draft(
        fields.get("title") or title,
        paragraphs("\n\n".join(blocks)),
        name,
        url=fields.get("url"),
        publisher=fields.get("publisher"),
        author=fields.get("author"),
        published=published,
        published_by="field" if published else None,
        language=fields.get("language"),
    )


def _front_matter(text: str, name: str) -> dict[str, str]:
    import yaml

    try:
        fields = yaml.safe_load(text)
    except yaml.YAMLError as error:
        problem = str(error).split("\n", 1)[0]
        raise ReadError(f"{name} has front matter that is not YAML ({problem}). Fix or remove it.") from error
    if not isinstance(fields, dict):
        raise ReadError(f"{name} has front matter without fields. Write `title: …` or remove it.")
    return {str(key).lower(): str(value) for key, value in fields.items() if value is not None}


def _date(text: str | None, name: str) -> date | None:
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).date()
    except ValueError as error:
        raise ReadError(f"{name} has the publication date {text!r}. Write it as 2024-03-05.") from error


def _title_and_blocks(text: str) -> tuple[str | None, list[str]]:
    """Return the first heading, where the text begins with one, and the paragraphs, list items and code blocks."""
    from markdown_it import MarkdownIt

    title, blocks, bullet = None, [], ""
    tokens = MarkdownIt("commonmark", {"html": False}).parse(text)
    for before, token in zip([None, *tokens], tokens, strict=False):
        if token.type == "list_item_open":
            bullet = "- "
        elif token.type in ("fence", "code_block"):
            blocks.append(token.content)
        elif token.type == "inline":
            words = _inline_text(token)
            if title is None and not blocks and before is not None and before.tag == "h1":
                title = words
            elif words.strip():
                blocks.append(bullet + words)
            bullet = ""
    return title, blocks


def _inline_text(token: "Token") -> str:
    breaks = {"softbreak": " ", "hardbreak": " "}
    shown = ("text", "code_inline")
    return "".join(
        child.content if child.type in shown else breaks.get(child.type, "") for child in token.children or []
    )
