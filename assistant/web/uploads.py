"""Articles that come in by /admin: files, which are kept beside the index, and web pages; and what failed of them."""

import io
import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from starlette.datastructures import UploadFile

from assistant.assistant import Assistant
from assistant.web import state_db
from index import ingest
from index.article import Article
from index.errors import CollectionError, ReadError
from index.readers.formats import MAX_BYTES, READERS, read
from index.report import Failure, Report

MOST_NAME_BYTES = 255
"""The longest name that file systems take."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A file or page that wasn't added, why, and when."""

    source: str
    reason: str
    at: str


def add(assistant: Assistant, uploads: Sequence[UploadFile], url: str) -> Report:
    """Adds files, in place of older ones of the same names, and the page at `url` unless that is empty.

    What failed is kept as a problem, until it goes in or is dismissed. Raises CollectionError where the index or its
    folder can't be written.
    """
    named = [(_safe_name(upload.filename or ""), upload) for upload in uploads]
    pages = [_web_address(url)] if url.strip() else []
    refused: list[Failure] = []
    files = _written(folder(assistant), named, refused)
    report = assistant.ingest(_chained(files, pages))
    failed = (*refused, *(_without_file(assistant, failure) for failure in report.failed))
    _keep_problems(assistant, [*(name for name, _ in named), *pages], failed)
    return replace(report, failed=failed)


def remove(assistant: Assistant, article_id: str) -> Article:
    """Removes an article, and its file if it was uploaded. Raises CollectionError where there is no such article."""
    article = assistant.collection.catalog.article(article_id)
    if article is None or article.id != article_id:
        raise CollectionError("This article isn't in the collection any more. Nothing was removed.")
    ingest.remove(assistant.collection, [article])
    if is_uploaded(assistant, article.source):
        Path(article.source).unlink(missing_ok=True)
    return article


def folder(assistant: Assistant) -> Path:
    """Where uploaded files are kept."""
    return assistant.collection.folder / "uploads"


def is_uploaded(assistant: Assistant, source: str) -> bool:
    """Whether that is the path of an uploaded file."""
    return Path(source).parent == folder(assistant)


def problems(assistant: Assistant) -> list[Problem]:
    """What failed and wasn't dismissed, latest first."""
    with state_db.connect(assistant.settings.index_dir) as database:
        rows = database.execute("SELECT source, reason, at FROM problems ORDER BY at DESC, source").fetchall()
    return [Problem(*row) for row in rows]


def dismiss_problems(assistant: Assistant) -> None:
    """Forgets what failed."""
    with state_db.connect(assistant.settings.index_dir) as database:
        database.execute("DELETE FROM problems")


def _keep_problems(assistant: Assistant, tried: Collection[str], failed: Collection[Failure]) -> None:
    at = datetime.now(UTC).isoformat(timespec="seconds")
    with state_db.connect(assistant.settings.index_dir) as database:
        database.executemany("DELETE FROM problems WHERE source = ?", ((source,) for source in tried))
        database.executemany(
            "INSERT OR REPLACE INTO problems (source, reason, at) VALUES (?, ?, ?)",
            ((failure.source, failure.reason, at) for failure in failed),
        )


def _chained(files: Iterator[Path], pages: Sequence[str]) -> Iterator[str | Path]:
    yield from files
    yield from pages


def _written(place: Path, named: Sequence[tuple[str, UploadFile]], refused: list[Failure]) -> Iterator[Path]:
    """The paths of the files, each written when it is asked for, so that no two processes write at a time."""
    names: set[str] = set()
    for name, upload in named:
        try:
            if name in names:
                raise ReadError(f"{name} was given twice at once. Rename one of the two files.")
            names.add(name)
            yield _write(place / name, upload)
        except ReadError as error:
            refused.append(Failure(name, str(error)))


def _write(path: Path, upload: UploadFile) -> Path:
    """Keeps a file that can be read as an article; another leaves the older one of its name."""
    suffix = path.suffix.lower()
    if suffix not in READERS:
        raise ReadError(f"{path.name} is not of a kind that can be read. Give one of {', '.join(READERS)}.")
    if len(path.name.encode()) > MOST_NAME_BYTES:
        raise ReadError(f"{path.name} has too long a name. Give it a shorter one.")
    data = upload.file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise ReadError(f"{path.name} is larger than {MAX_BYTES // 1_000_000} MB. Split it into articles.")
    read_at_all = list(read(io.BytesIO(data), suffix, path.name))
    failures = [each.reason for each in read_at_all if isinstance(each, Failure)]
    if len(failures) == len(read_at_all):
        raise ReadError(failures[0] if failures else f"{path.name} holds no article. Give a file with articles.")
    try:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
    except OSError as error:
        raise CollectionError(f"{path.name} can't be kept in {path.parent}: {error.strerror}.") from error
    return path


def _without_file(assistant: Assistant, failure: Failure) -> Failure:
    """The failure under the name by which its file was uploaded; the file is kept no longer."""
    path = Path(failure.source)
    if not is_uploaded(assistant, failure.source):
        return failure
    path.unlink(missing_ok=True)
    return Failure(path.name, failure.reason.replace(str(path), path.name))


def _safe_name(given: str) -> str:
    """The file's name without folders, and with nothing that a file system or a shell could take for its own."""
    name = re.split(r"[/\\]", unicodedata.normalize("NFC", given))[-1]
    return re.sub(r"[^\w .,()'&+-]", "_", name).strip(" .") or "A file without a name"


def _web_address(url: str) -> str:
    """The address in full: what has no scheme isn't taken for a path on this machine."""
    return url.strip() if re.match(r"https?://", url.strip(), re.IGNORECASE) else f"https://{url.strip()}"
