"""Checks later whether the articles still have an answer's quotations."""

import re
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from textwrap import shorten
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError, from_json

from assistant.answer import text_digest
from index.errors import DocumentError
from index.storage.catalog import Catalog
from index.text.cleaning import normalise

MOST_BYTES = 5_000_000
"""Bytes of a document; no answer has so many."""

MOST_QUOTATIONS = 1_000
SHOWN_CHARACTERS = 100
"""Characters of a quotation and of a title in a line of the report."""

Status = Literal["as quoted", "moved", "changed", "missing", "gone"]


@dataclass(frozen=True, slots=True)
class Check:
    """The present state of a quotation.

    - "as quoted" or "moved": the article still has it, at `start` to `end`.
    - "changed": only an older version of the article has it, fetched at `version`.
    - "missing": no version that is kept has it.
    - "gone": its article is no longer in the collection.

    `start` and `end` are None in the last three. `edited` is True if the article's text has changed since, None if
    unknown.
    """

    number: int
    quote: str
    article: str
    title: str
    status: Status
    start: int | None = None
    end: int | None = None
    edited: bool | None = None
    version: datetime | None = None


@dataclass(frozen=True, slots=True)
class Verification:
    """The present state of all of an answer's quotations."""

    checks: tuple[Check, ...]

    @property
    def stands(self) -> bool:
        """Return True if the articles still have all of them."""
        return all(check.start is not None for check in self.checks)

    def to_dict(self) -> dict[str, Any]:
        """Return the same as JSON values."""
        versions = (check.version.isoformat() if check.version else None for check in self.checks)
        quotations = [asdict(check) | {"version": at} for check, at in zip(self.checks, versions, strict=True)]
        return {"stands": self.stands, "quotations": quotations}


def read_document(name: str) -> Any:  # noqa: ANN401
    """Return the JSON values in a file, or in standard input for "-". Raises DocumentError."""
    try:
        data = _first_bytes(name)
    except OSError as error:
        raise DocumentError(f"{name} can't be read: {error.strerror}. {_EXPECTED}") from error
    if len(data) > MOST_BYTES:
        raise DocumentError(f"{name} has more than {MOST_BYTES:,} bytes, too many for an answer. {_EXPECTED}")
    try:
        return from_json(data, allow_inf_nan=False)
    except ValueError as error:
        raise DocumentError(f"{name} is not JSON ({error}). {_EXPECTED}") from error


def _first_bytes(name: str) -> bytes:
    if name == "-":
        return sys.stdin.buffer.read(MOST_BYTES + 1)
    with Path(name).open("rb") as file:
        return file.read(MOST_BYTES + 1)


def verify(catalog: Catalog, document: Mapping[str, Any]) -> Verification:
    """Look for each quotation of an answer's document (`Answer.to_dict`) in the articles that the catalog has now.

    An article is found by its id, or else by its URL. Raises DocumentError if the document isn't an answer's.
    """
    try:
        answer = _Answer.model_validate(document)
    except ValidationError as error:
        raise DocumentError(f"This document isn't an answer ({_first_problem(error)}). {_EXPECTED}") from error
    quoted = (*answer.citations, *(citation for sentence in answer.sentences for citation in sentence.citations))
    return Verification(tuple(_check(catalog, citation) for citation in dict.fromkeys(quoted)))


def as_text(verification: Verification) -> str:
    """Return a line for each quotation."""
    return "\n".join(_line(check) for check in verification.checks) or "The answer quotes nothing."


_EXPECTED = "Give the JSON that `onrecord ask --json` or the server's API returned."

_Offset = Annotated[int, Field(strict=True, ge=0, le=2**31)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class _Article(_Part):
    id: str
    title: str = ""
    url: str | None = None
    digest: str | None = None


class _Citation(_Part):
    number: _Offset
    quote: str = Field(min_length=1)
    start: _Offset
    end: _Offset
    article: _Article

    @model_validator(mode="after")
    def _check_length(self) -> Self:
        if self.end - self.start != len(self.quote):
            raise PydanticCustomError("length", "Its offsets don't match its length")
        return self


_Citations = Annotated[tuple[_Citation, ...], Field(max_length=MOST_QUOTATIONS)]


class _Sentence(_Part):
    citations: _Citations


class _Answer(_Part):
    citations: _Citations
    sentences: Annotated[tuple[_Sentence, ...], Field(max_length=MOST_QUOTATIONS)] = ()


def _first_problem(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    problem = "Input should be an object" if first["type"] == "model_type" else first["msg"]
    place = ".".join(map(str, first["loc"]))
    return f"{place}: {problem}" if place else problem


def _check(catalog: Catalog, cited: _Citation) -> Check:
    about = cited.article
    article = catalog.article(about.id) or (catalog.article(about.url) if about.url else None)
    if article is None:
        return Check(cited.number, cited.quote, about.id, about.title, "gone")
    newest, *older = catalog.versions(article)
    edited = text_digest(newest) != about.digest if about.digest else None
    at = _place(cited, newest.full_text)
    if at is not None:
        status: Status = "as quoted" if at == cited.start else "moved"
        stretch = (at, at + len(cited.quote))
        return Check(cited.number, cited.quote, article.id, article.title, status, *stretch, edited=edited)
    version = next((version for version in older if cited.quote in version.full_text), None)
    status, fetched = ("changed", version.fetched) if version else ("missing", None)
    return Check(cited.number, cited.quote, article.id, article.title, status, edited=edited, version=fetched)


def _place(cited: _Citation, text: str) -> int | None:
    """Return where the text has the quotation, the place nearest to its old one; None if nowhere."""
    if text.startswith(cited.quote, cited.start):
        return cited.start
    places = (match.start() for match in re.finditer(re.escape(cited.quote), text))
    return min(places, key=lambda at: abs(at - cited.start), default=None)


def _line(check: Check) -> str:
    quote, title = (shorten(normalise(text), SHOWN_CHARACTERS, placeholder=" …") for text in (check.quote, check.title))
    return f"[{check.number}] {_explained(check)}: “{quote}” ({title})"


def _explained(check: Check) -> str:
    if check.status == "moved":
        return f"moved to {check.start}-{check.end}"
    if check.status == "changed":
        fetched = f", fetched {check.version:%Y-%m-%d %H:%M} UTC" if check.version else ""
        return f"changed, only an older version of the article has it{fetched}"
    if check.status == "missing":
        return "missing, no kept version of the article has it"
    if check.status == "gone":
        return "gone, its article is no longer in the collection"
    return "as quoted, though the article has changed elsewhere" if check.edited else "as quoted"
