"""Reads exports of content management systems (JSON Lines, JSON, CSV), one article after another."""

import codecs
import csv
import io
import re
from collections.abc import Generator, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, BinaryIO, NamedTuple

from index.article import Draft
from index.errors import ReadError
from index.readers import record_fields
from index.report import Failure
from index.text.encoding import MAX_BYTES

MAX_VALUES = 50_000
MAX_DEPTH = 50
"""The most values and levels of a record, which also has at most `MAX_BYTES`. An export may have any size."""

MOST_CHARACTERS_OF_HEADER = 100_000
MOST_FAILURES_IN_A_ROW = 10_000

NOTHING: Mapping[int, str] = MappingProxyType({})

_BYTES_AT_ONCE = 262_144

_ARRAYS = frozenset("articles items posts entries stories documents docs records rows results data news value".split())
"""Names for the array of articles in an object that has one."""

_HIGH, _LOW = rb"u[dD][89abAB][0-9a-fA-F]{2}", rb"u[dD][c-fC-F][0-9a-fA-F]{2}"
_HALVES = re.compile(rb"\\(?:(\\(?:\\\\){0,999}|%b\\%b)|%b|%b)" % (_HIGH, _LOW, _HIGH, _LOW))
"""Matches halves of surrogate pairs; and, as a group, what only looks like one: pairs, and escaped backslashes."""

_WHOLE_ESCAPES = re.compile(rb'.*(?:[^\\]{6}|[^\\]")', re.DOTALL)
"""No escape has six characters without a backslash before its end, and none has a quotation mark unescaped."""

_Events = Iterator[tuple[str, Any]]


class _Record(NamedTuple):
    source: str
    contents: object


def read_jsonl(stream: BinaryIO, name: str, leave_out: Mapping[int, str] = NOTHING) -> Iterator[Draft | Failure | None]:
    """Yield the articles of JSON Lines, an object a line; a Failure for a line that is no article.

    None stands for an exact duplicate of an earlier article. `leave_out` maps the numbers of records that aren't to be
    read to what is wrong with them; each is a Failure. Raises ReadError where there is no article at all, and after
    `MOST_FAILURES_IN_A_ROW`.
    """
    return _articles(_json_lines(stream, name), name, leave_out)


def read_json(stream: BinaryIO, name: str, leave_out: Mapping[int, str] = NOTHING) -> Iterator[Draft | Failure | None]:
    """Yield the articles of an array, of an object with an array named in `_ARRAYS`, or the one of an object.

    See `read_jsonl`; raises ReadError for bad JSON or a record beyond the limits too: what follows can't be read.
    """
    return _articles(_json(stream, name), name, leave_out)


def read_csv(stream: BinaryIO, name: str, leave_out: Mapping[int, str] = NOTHING) -> Iterator[Draft | Failure | None]:
    """Yield the articles of a table (RFC 4180; with commas, semicolons or tabs) whose first line names the columns.

    See `read_jsonl`; raises ReadError for a header without a text, bytes that aren't UTF-8 and a record beyond the
    limits too.
    """
    return _articles(_csv(stream, name), name, leave_out)


def _articles(
    records: Iterable[_Record | Failure], name: str, leave_out: Mapping[int, str]
) -> Iterator[Draft | Failure | None]:
    known: dict[int, int] = {}  # hashes of keys and articles: the articles may be more than memory holds
    failures, record = 0, None
    for number, record in enumerate(records):
        if number in leave_out:
            article: Draft | Failure | None = Failure(record.source, f"{record.source} {leave_out[number]}")
        else:
            article = record if isinstance(record, Failure) else _article(record, known, name)
        if article is not None:
            failures = failures + 1 if isinstance(article, Failure) else 0
        if failures > MOST_FAILURES_IN_A_ROW:
            raise ReadError(f"{name} has {failures:,} records in a row that are no articles. Give an export of them.")
        yield article
    if record is None:
        raise ReadError(f"{name} has no article in it. Give objects or rows with a title and a text.")


def _article(record: _Record, known: dict[int, int], name: str) -> Draft | Failure | None:
    """Return the record's article; None for an exact duplicate of an earlier article."""
    try:
        article = record_fields.article(record.contents, name)
    except ReadError as error:
        return Failure(record.source, f"{record.source}: {error}")
    key, contents = hash(article.key), hash(article)
    if key not in known:
        known[key] = contents
        return article
    if known[key] == contents:
        return None
    kind = "url" if article.key == article.url else "id"
    return Failure(
        record.source,
        f"{record.source}: {name} has the {kind} {article.key} twice, for different articles. Only the first is read.",
    )


class _Source:
    """A stream whose records are kept within the limits: the parsers would take one of any size into memory."""

    def __init__(self, stream: BinaryIO, name: str) -> None:
        self.lines_read = 0
        self._stream = stream
        self._name = name
        self._begun = False
        self._rest = b""
        self.next_record()

    def next_record(self) -> None:
        self._bytes = self._values = 0

    def lines(self) -> Iterator[str]:
        """Yield the lines, with their ends. Raises ReadError."""
        while line := self._counted(self._stream.readline(MAX_BYTES + 1)):
            self.lines_read += 1
            if b"\0" in line:
                raise ReadError(f"{self._name} is a binary file. Give a file of text.")
            try:
                yield line.decode()
            except UnicodeDecodeError as error:
                raise ReadError(
                    f"{self._name} is not UTF-8 text (line {self.lines_read}). Save it as UTF-8 and add it again."
                ) from error

    def events(self) -> _Events:
        """Yield ijson's events of the JSON in the stream, one document or more. Raises ReadError."""
        depth = 0
        for event, value in self._parsed():
            depth += event.startswith("start_") - event.startswith("end_")
            self._values += 1
            if depth > MAX_DEPTH or self._values > MAX_VALUES:
                raise self._beyond(f"{MAX_DEPTH} levels or {MAX_VALUES:,} values")
            yield event, value

    def _parsed(self) -> _Events:
        import ijson

        events = ijson.sendable_list()
        # Without `use_float`, ijson's C code makes values of no type of large numbers.
        parser = ijson.basic_parse_coro(events, multiple_values=True, use_float=True)
        problem, data = None, b" "
        while data:
            data = self._whole_escapes()
            try:
                parser.send(data) if data else parser.close()
            except (ijson.JSONError, ValueError) as error:
                problem = error
            yield from events
            events.clear()
            if problem:
                reason = str(problem).removeprefix("b'").replace("\\n", "\n").partition("\n")[0]
                raise ReadError(f"{self._name} is not JSON in UTF-8 ({reason}). Fix it and add it again.") from problem

    def _whole_escapes(self) -> bytes:
        """Return the next bytes, without halves of surrogate pairs; none at the end. Raises ReadError.

        yajl would combine such a half and the escape after it into another character.
        """
        data, self._rest = self._rest, b""
        while part := self._counted(self._stream.read(_BYTES_AT_ONCE)):
            data += part
            if whole := _WHOLE_ESCAPES.match(data, max(0, len(data) - len(part) - 6)):
                data, self._rest = data[: whole.end()], data[whole.end() :]
                break
        return _HALVES.sub(lambda match: match[0] if match[1] else rb"\ufffd", data)

    def _counted(self, data: bytes) -> bytes:
        if not self._begun:
            data = _without_mark(data, self._name)
            self._begun = True
        self._bytes += len(data)
        if self._bytes > MAX_BYTES:
            raise self._beyond(f"{MAX_BYTES // 1_000_000} MB")
        return data

    def _beyond(self, limit: str) -> ReadError:
        return ReadError(
            f"{self._name} has a record of more than {limit}. "
            "Put one article in each record, and check for unclosed quotation marks."
        )


def _without_mark(data: bytes, name: str) -> bytes:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise ReadError(f"{name} is UTF-16 text. Save it as UTF-8 and add it again.")
    return data.removeprefix(codecs.BOM_UTF8)


def _json_lines(stream: BinaryIO, name: str) -> Iterator[_Record | Failure]:
    number = 0
    while line := stream.readline(MAX_BYTES + 1):
        number += 1
        line = _without_mark(line, name) if number == 1 else line
        place = f"{name}, line {number}"
        if len(line) > MAX_BYTES:
            yield Failure(place, f"{place} is longer than {MAX_BYTES // 1_000_000} MB. Give an article in each line.")
            while line and not line.endswith(b"\n"):
                line = stream.readline(MAX_BYTES)
        elif line.strip():
            yield _json_line(line, place)


def _json_line(line: bytes, place: str) -> _Record | Failure:
    events = _Source(io.BytesIO(line), place).events()
    try:
        record = _Record(place, _value(events))
        more = next(events, None)
    except ReadError as error:
        return Failure(place, str(error))
    return Failure(place, f"{place} has more than one object. Give one in each line.") if more else record


def _json(stream: BinaryIO, name: str) -> Iterator[_Record]:
    source = _Source(stream, name)
    for number, value in enumerate(_documents(source.events()), 1):
        source.next_record()
        yield _Record(f"{name}, record {number}", value)


def _documents(events: _Events) -> Iterator[object]:
    for event in events:
        if event[0] == "start_array":
            yield from _elements(events)
        elif event[0] == "start_map":
            value, has_articles = yield from _members(events)
            if not has_articles:
                yield value
        else:
            yield event[1]


def _elements(events: _Events) -> Iterator[object]:
    for event in events:
        if event[0] == "end_array":
            return
        yield _value(events, event)


def _members(events: _Events) -> Generator[object, None, tuple[dict[str, object], bool]]:
    """Yield the articles of arrays in an object whose start was read; return its other members, and if it had any."""
    others: dict[str, object] = {}
    has_articles = is_article = False
    for event, name in events:
        if event == "end_map":
            break
        value = next(events)
        if is_article or value[0] not in ("start_map", "start_array"):
            others[name] = _value(events, value)
            is_article |= record_fields.may_hold_text(name)
        elif value[0] == "start_map":
            others[name], within = yield from _members(events)
            has_articles |= within
        elif record_fields.plain_name(name) in _ARRAYS:
            yield from _elements(events)
            has_articles = True
        else:
            others[name] = _value(events, value)
    return others, has_articles and not is_article


def _value(events: _Events, event: tuple[str, Any] | None = None) -> object:
    """Return the value that begins with that event, or with the next."""
    from ijson import ObjectBuilder

    builder = ObjectBuilder()
    builder.event(*(event or next(events)))
    while builder.containers:
        builder.event(*next(events))
    return builder.value


def _csv(stream: BinaryIO, name: str) -> Iterator[_Record | Failure]:
    csv.field_size_limit(MAX_BYTES)
    source = _Source(stream, name)
    lines = source.lines()
    header = next((line for line in lines if line.strip()), "")
    if len(header) > MOST_CHARACTERS_OF_HEADER:
        raise ReadError(f"{name} has no header in its first line. Give one that names the columns, as: title,text.")
    delimiter = max(",;\t", key=lambda mark: record_fields.count_known_fields(_columns(header, mark)))
    columns = _columns(header, delimiter)
    if not any(map(record_fields.may_hold_text, columns)):
        raise ReadError(f"{name}, line {source.lines_read}: {record_fields.without_text(columns)}")
    rows = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        place = f"{name}, line {source.lines_read + 1}"
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield Failure(place, f"{place} is not CSV ({error}). Double the quotation marks within fields.")
            row = []
        source.next_record()
        if len(row) == len(columns):
            yield _Record(place, dict(zip(columns, row, strict=True)))
        elif any(row):
            yield Failure(place, f"{place} has {len(row)} fields, and the header {len(columns)}. Give as many.")


def _columns(header: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([header], delimiter=delimiter), [])
    except csv.Error:  # line ends of a Mac before 2001
        return []
