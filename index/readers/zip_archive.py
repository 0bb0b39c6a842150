"""Opens zip archives that anybody may have made; counts what is unpacked, whatever the archive says of itself."""

import io
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO, BinaryIO

from index.errors import ReadError
from index.report import Failure

MOST_MEMBERS = 10_000
MOST_BYTES_A_MEMBER = 2_000_000_000
MOST_BYTES = 4_000_000_000
"""The most bytes of a member, and of all together, unpacked."""
MOST_UNPACKED_A_BYTE = 200
"""How many bytes a packed byte may become: text packs 3 to 30 times, a bomb 1,000. The first million are free."""

MOST_DOCUMENT_PART_BYTES = 50_000_000
MOST_DOCUMENT_BYTES = 100_000_000
"""The most bytes of one part of a Word or EPUB file, and of all its parts together, unpacked."""

_FREE_BYTES = 1_000_000
_MOST_DIRECTORY_BYTES = 5_000_000
_PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""The packings that Python's zipfile unpacks piece by piece; a piece of the others may become gigabytes."""


def open_members(stream: BinaryIO, name: str) -> Iterator[tuple[str, BinaryIO] | Failure]:
    """Yield the files in a zip archive: each one's path in it and a stream of its bytes, or why it can't be read.

    A stream can be read until the next file is asked for. It raises ReadError where the bytes are broken, or more than
    a member or the archive may have; so an export of any length is read piece by piece. Hidden files and folders are
    left out. Raises ReadError for a stream that isn't a zip archive, and for an archive with too many members.
    """
    with open_zip(stream, name) as archive:
        allowance = Allowance(name, MOST_BYTES)
        seen: set[str] = set()
        for member in archive.infolist():
            path = member.filename
            if path.endswith("/") or any(part.startswith(".") or part == "__MACOSX" for part in _names(path)):
                continue
            problem = _problem(member) or ("is in the archive twice" if path in seen else None)
            seen.add(path)
            if problem:
                shown = _shown(path)
                yield Failure(f"{name}/{shown}", f"{shown} {problem}. Unpack {name} and add the files in it.")
                continue
            with open_member(archive, member, MOST_BYTES_A_MEMBER, allowance) as unpacked:
                yield path, unpacked


def open_zip(stream: BinaryIO, name: str) -> zipfile.ZipFile:
    """Return the archive in a seekable stream. Raises ReadError where there is none, or one that is too large."""
    try:
        archive = zipfile.ZipFile(_ShortReads(stream, name))
    except (zipfile.BadZipFile, struct.error, ValueError, NotImplementedError, OSError, OverflowError) as error:
        raise ReadError(
            f"{name} is damaged, or not the kind of file that its name says ({error}). Download or save it again."
        ) from error
    if len(archive.filelist) > MOST_MEMBERS:
        raise _too_many(name)
    return archive


def open_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, most_bytes: int, allowance: "Allowance") -> BinaryIO:
    """Return a stream of a member's bytes, which raises ReadError where they are broken or more than `most_bytes`."""
    return io.BufferedReader(_Unpacked(archive, member, most_bytes, allowance))


def document_part(archive: zipfile.ZipFile, member: zipfile.ZipInfo, allowance: "Allowance") -> bytes:
    """Return a part of a Word or EPUB file, unpacked. Raises ReadError where it is broken or too large."""
    with open_member(archive, member, MOST_DOCUMENT_PART_BYTES, allowance) as unpacked:
        return unpacked.read()


class Allowance:
    """Counts how many bytes may still be unpacked from an archive."""

    def __init__(self, name: str, most_bytes: int) -> None:
        self.name = name
        self._left = self._most_bytes = most_bytes

    def take(self, size: int) -> None:
        """Count bytes as unpacked. Raises ReadError where they are too many."""
        self._left -= size
        if self._left < 0:
            raise ReadError(f"{self.name} unpacks to more than {_megabytes(self._most_bytes)}. Split it.")


class _Unpacked(io.RawIOBase):
    def __init__(
        self, archive: zipfile.ZipFile, member: zipfile.ZipInfo, most_bytes: int, allowance: Allowance
    ) -> None:
        self._archive, self._member, self._allowance = archive, member, allowance
        self._name = f"{allowance.name}/{_shown(member.filename)}"
        self._most_bytes = most_bytes
        self._most_plausible = _FREE_BYTES + MOST_UNPACKED_A_BYTE * member.compress_size
        self._file: IO[bytes] | None = None
        self._size = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        try:
            self._file = self._file or self._archive.open(self._member)
            data = self._file.read(len(buffer))
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError) as error:
            raise ReadError(f"{self._name} is broken ({error}). Pack it again.") from error
        self._size += len(data)
        if self._size > self._most_bytes:
            raise ReadError(f"{self._name} is larger than {_megabytes(self._most_bytes)}. Split it.")
        if self._size > self._most_plausible:
            raise ReadError(f"{self._name} unpacks to more than {MOST_UNPACKED_A_BYTE} times its size. Leave it out.")
        self._allowance.take(len(data))
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        if self._file:
            self._file.close()
        super().close()


class _ShortReads:
    """A stream that refuses to be read in one long piece, as zipfile reads a directory of any claimed length."""

    def __init__(self, stream: BinaryIO, name: str) -> None:
        self._stream, self._name = stream, name
        self.seek, self.tell, self.seekable = stream.seek, stream.tell, stream.seekable

    def read(self, size: int = -1) -> bytes:
        if size > _MOST_DIRECTORY_BYTES:
            raise _too_many(self._name)
        return self._stream.read(size)


def _problem(member: zipfile.ZipInfo) -> str | None:
    """Return why a member must not be unpacked, or None."""
    path = member.filename
    if not path or not path.isprintable():
        return "has a name that can't be shown"
    if path.startswith("/") or "\\" in path or re.match("[A-Za-z]:", path) or ".." in path.split("/"):
        return "has a path outside the archive"
    if stat.S_ISLNK(member.external_attr >> 16):
        return "is a link to another file"
    if member.flag_bits & 0x1:
        return "is locked with a password"
    if member.compress_type not in _PACKINGS:
        return "is packed in another way than zip files commonly are"
    if path.lower().endswith(".zip"):
        return "is an archive in an archive"
    return None


def _names(path: str) -> list[str]:
    """Return the parts of a path that are names, and not steps out of the folder."""
    return [part for part in re.split(r"[/\\]", path) if part not in (".", "..")]


def _shown(path: str) -> str:
    return path if path.isprintable() else ascii(path)


def _too_many(name: str) -> ReadError:
    return ReadError(f"{name} has more than {MOST_MEMBERS:,} files in it. Split it.")


def _megabytes(size: int) -> str:
    return f"{size // 1_000_000:,} MB"
