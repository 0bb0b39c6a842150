"""Articles added on the admin page: uploaded files, which are kept beside the index, and web pages."""

import io
import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

from starlette.datastructures import UploadFile

from assistant.assistant import Assistant
from assistant.web import state_db
from index import ingest
from index.article import Article
from index.errors import CollectionError, ReadError
from index.readers.formats import READERS, read_articles
from index.report import Failure, Report
from index.text.encoding import MAX_BYTES

MOST_NAME_BYTES = 255
"""The longest file name that file systems accept."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A file or page that couldn't be added, with the reason and the time."""

    source: str
    reason: str
    at: str


def add(assistant: Assistant, uploads: Sequence[UploadFile], url: str) -> Report:
    """Add files, and the page at `url` unless that is empty. A file replaces an older one of the same name.

    A failure is kept as a problem until the file or page is added or the problem is dismissed. Raises CollectionError
    if the index or its folder can't be written.
    """
    named = [(_safe_name(upload.filename or ""), upload) for upload in uploads]
    pages = [_web_address(url)] if url.strip() else []
    refused: list[Failure] = []
    files = _write_each(folder(assistant), named, refused)
    report = assistant.ingest(chain[str | Path](files, pages))
    failed = (*refused, *(_without_file(assistant, failure) for failure in report.failed))
    _keep_problems(assistant, [*(name for name, _ in named), *pages], failed)
    return replace(report, failed=failed)


def remove(assistant: Assistant, article_id: str) -> Article:
    """Remove an article, and its file if it was uploaded. Raises CollectionError if there is no such article."""
    article = assistant.collection.catalog.article(article_id)
    if article is None or article.id != article_id:
        raise CollectionError("This article isn't in the collection any more. Nothing was removed.")
    ingest.remove(assistant.collection, [article])
    if is_uploaded(assistant, article.source):
        Path(article.source).unlink(missing_ok=True)
    return article


def folder(assistant: Assistant) -> Path:
    """Return the folder of the uploaded files."""
    return assistant.collection.folder / "uploads"


def is_uploaded(assistant: Assistant, source: str) -> bool:
    """Return True if the source is the path of an uploaded file."""
    return Path(source).parent == folder(assistant)


def problems(assistant: Assistant) -> list[Problem]:
    """Return the problems that weren't dismissed, the latest first."""
    with state_db.connect(assistant.settings.index_dir) as database:
        rows = database.execute("SELECT source, reason, at FROM problems ORDER BY at DESC, source").fetchall()
    return [Problem(*row) for row in rows]


def dismiss_problems(assistant: Assistant) -> None:
    """Forget all problems."""
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


def _write_each(place: Path, named: Sequence[tuple[str, UploadFile]], refused: list[Failure]) -> Iterator[Path]:
    """Write the files and yield their paths; append a Failure to `refused` for each that can't be read.

    A file is written only when its path is asked for: by then ingesting holds the lock for writing.
    """
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
    """Write the file if it can be read as articles. Otherwise an older file of that name stays as it is."""
    suffix = path.suffix.lower()
    if suffix not in READERS:
        raise ReadError(f"{path.name} is not of a kind that can be read. Give one of {', '.join(READERS)}.")
    if len(path.name.encode()) > MOST_NAME_BYTES:
        raise ReadError(f"{path.name} has too long a name. Give it a shorter one.")
    data = upload.file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise ReadError(f"{path.name} is larger than {MAX_BYTES // 1_000_000} MB. Split it into articles.")
    items = list(read_articles(io.BytesIO(data), suffix, path.name))
    failures = [item.reason for item in items if isinstance(item, Failure)]
    if len(failures) == len(items):
        raise ReadError(failures[0] if failures else f"{path.name} holds no article. Give a file with articles.")
    try:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
    except OSError as error:
        raise CollectionError(f"{path.name} can't be kept in {path.parent}: {error.strerror}.") from error
    return path


def _without_file(assistant: Assistant, failure: Failure) -> Failure:
    """Return the failure under the name of its uploaded file, and delete that file."""
    path = Path(failure.source)
    if not is_uploaded(assistant, failure.source):
        return failure
    path.unlink(missing_ok=True)
    return Failure(path.name, failure.reason.replace(str(path), path.name))


def _safe_name(given: str) -> str:
    """Return a name for the file without folders or special characters: "../a:b.txt" becomes "a_b.txt"."""
    name = re.split(r"[/\\]", unicodedata.normalize("NFC", given))[-1]
    return re.sub(r"[^\w .,()'&+-]", "_", name).strip(" .") or "A file without a name"


def _web_address(url: str) -> str:
    """Return the address with a scheme, so that it can't be read as a path on this machine."""
    return url.strip() if re.match(r"https?://", url.strip(), re.IGNORECASE) else f"https://{url.strip()}"
