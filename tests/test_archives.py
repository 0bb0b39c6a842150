"""Zip archives of articles: what is in them is given, and what would hurt is named."""

import io
import struct
import tracemalloc
import zipfile
from collections import deque

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import ReadError
from index.readers import zip_archive
from index.report import Failure
from tests.documents_made import packed_bomb, zip_of, zip_with

STORM = b"Storm takes the mill\n\nThe storm took the roof of the mill on Monday.\n"


def unpacked(data):
    """The archive's members with what is in them, and the failures by path."""
    texts, failures = {}, {}
    for member in zip_archive.open_members(io.BytesIO(data), "export.zip"):
        if isinstance(member, Failure):
            failures[member.source] = member.reason
        else:
            texts[member[0]] = member[1].read()
    return texts, failures


def reason(data):
    (failure,) = unpacked(data)[1].values()
    return failure


def test_every_file_is_given_by_its_path_in_the_archive():
    files = {"a.txt": STORM, "2022/märz/b.md": STORM * 2, "2022/empty.txt": b"", "what: a title?.html": STORM}
    assert unpacked(zip_of(files)) == (files, {})
    assert unpacked(zip_of(files, zipfile.ZIP_STORED)) == (files, {})


def test_folders_and_hidden_files_are_left_out():
    files = {"a/": b"", "__MACOSX/a/._b.txt": b"x", ".DS_Store": b"x", "a/.git/config": b"x", "a/b.txt": STORM}
    assert unpacked(zip_of(files)) == ({"a/b.txt": STORM}, {})


@pytest.mark.parametrize(
    "path", ["../a.txt", "a/../../b.txt", "/etc/passwd", "C:/a.txt", "c:a.txt", "..\\a.txt", "a\\b.txt", "//host/a.txt"]
)
def test_a_path_that_points_out_of_the_archive_is_refused_by_name(path):
    texts, failures = unpacked(zip_of({path: STORM, "good.txt": STORM}))
    assert texts == {"good.txt": STORM}
    assert failures == {
        f"export.zip/{path}": f"{path} has a path outside the archive. Unpack export.zip and add the files in it."
    }


@pytest.mark.parametrize("path", ["a\nb.txt", "a\x1b[31m.txt", "a\u202etxt.exe"])
def test_a_name_that_would_garble_the_screen_is_shown_in_letters(path):
    (source,) = unpacked(zip_of({path: STORM}))[1]
    assert source.isprintable()


def test_an_archive_in_an_archive_is_refused():
    assert "is an archive in an archive" in reason(zip_of({"inner.ZIP": zip_of({"a.txt": STORM})}))


def test_a_member_with_a_password_is_refused():
    assert "is locked with a password" in reason(zip_with("a.txt", STORM, len(STORM), packing=0, flags=1))


@pytest.mark.parametrize("packing", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_packing_that_cant_be_unpacked_piece_by_piece_is_refused(packing):
    assert "is packed in another way" in reason(zip_of({"a.txt": STORM}, packing))


def test_a_link_is_refused():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        link = zipfile.ZipInfo("a.txt")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    assert "is a link to another file" in reason(file.getvalue())


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_path_that_is_there_twice_is_refused_the_second_time():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a.txt", "first")
        archive.writestr("a.txt", "second")
    texts, failures = unpacked(file.getvalue())
    assert texts == {"a.txt": b"first"}
    assert list(failures.values()) == ["a.txt is in the archive twice. Unpack export.zip and add the files in it."]


@pytest.mark.parametrize("claimed_size", [1_000_000_000, 4_000_000])
def test_a_gigabyte_of_zeros_is_refused_while_it_is_unpacked_whatever_the_archive_says(claimed_size):
    """A member that says it is smaller is cut there by zipfile, and then doesn't have the checksum that it says."""
    bomb = zip_with("a.txt", packed_bomb(1_000), claimed_size)
    tracemalloc.start()
    members = zip_archive.open_members(io.BytesIO(bomb), "export.zip")
    _, stream = next(members)
    with pytest.raises(ReadError, match=r"times its size|is broken"):
        deque(iter(lambda: stream.read(100_000), b""), maxlen=0)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10_000_000


def test_an_export_that_packs_well_is_read(monkeypatch):
    monkeypatch.setattr(zip_archive, "_FREE_BYTES", 0)
    export = b"".join(
        b'{"title": "Storm %d", "text": "The storm took the roof."}\n' % number for number in range(50_000)
    )
    assert unpacked(zip_of({"export.jsonl": export}))[0] == {"export.jsonl": export}


def test_a_member_is_a_stream_that_is_read_line_by_line():
    for _, stream in zip_archive.open_members(io.BytesIO(zip_of({"a.txt": STORM})), "export.zip"):
        assert stream.readline() == b"Storm takes the mill\n"
        assert stream.read(5) == b"\nThe "


def test_a_member_that_is_too_large_is_refused(monkeypatch):
    monkeypatch.setattr(zip_archive, "MOST_BYTES_A_MEMBER", 100)
    with pytest.raises(ReadError, match=r"export.zip/a.txt is larger than"):
        unpacked(zip_of({"a.txt": STORM * 2}))


def test_members_that_are_too_large_together_are_refused(monkeypatch):
    monkeypatch.setattr(zip_archive, "MOST_BYTES", 200)
    with pytest.raises(ReadError, match=r"export.zip unpacks to more than"):
        unpacked(zip_of({f"{number}.txt": STORM for number in range(4)}))


def test_an_archive_of_too_many_files_is_refused():
    with pytest.raises(ReadError, match="more than 10,000 files"):
        unpacked(zip_of({f"{number}.txt": b"" for number in range(10_001)}))


def test_a_directory_of_a_hundred_megabytes_is_not_read():
    end = b"PK\5\6" + struct.pack("<HHHHLLH", 0, 0, 1, 1, 100_000_000, 0, 0)
    with pytest.raises(ReadError, match="more than 10,000 files"):
        unpacked(b"\0" * 100_000_000 + end)


@pytest.mark.parametrize("data", [b"", b"PK", b"not an archive" * 100, zip_of({"a.txt": STORM})[:-30]])
def test_a_broken_archive_is_refused(data):
    with pytest.raises(ReadError, match="is damaged, or not the kind of file that its name says"):
        unpacked(data)


def test_a_member_with_a_wrong_checksum_is_refused():
    data = zip_of({"a.txt": STORM}, zipfile.ZIP_STORED).replace(b"roof", b"door", 1)
    with pytest.raises(ReadError, match=r"a.txt is broken"):
        unpacked(data)


ARCHIVE = zip_of({"a.txt": STORM, "b/c.txt": STORM * 3})


@settings(max_examples=300, deadline=None)
@given(edits=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 20), st.binary(max_size=20)), min_size=1, max_size=4))
def test_a_damaged_archive_is_read_or_refused(edits):
    data = ARCHIVE
    for share, cut, put in edits:
        at = int(share * len(data))
        data = data[:at] + put + data[at + cut :]
    try:
        unpacked(data)
    except ReadError as error:
        assert "\n" not in str(error)  # noqa: PT017
