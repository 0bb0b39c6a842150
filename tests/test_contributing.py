"""CONTRIBUTING.md is true: its example reader works, and the places that it names are there."""

import re
import textwrap
from dataclasses import replace

import pytest

from index.errors import ReadError
from index.readers import formats
from tests.conftest import ROOT

PAGE = (ROOT / "CONTRIBUTING.md").read_text("utf-8")


def test_the_example_reader_reads_files_once_it_is_in_the_table(tmp_path, monkeypatch):
    example = textwrap.dedent(re.search(r"```python\n(.*?)```", PAGE, re.DOTALL).group(1))
    line = re.search(r'`("\.lines": .*?),`', PAGE).group(1)
    namespace = {}
    exec(example, namespace)
    added = eval(f"{{{line}}}", {"Format": formats.Format} | namespace)
    # The confined process has the table of the files on disk, which the test doesn't change.
    here = {suffix: replace(each, is_confined=False) for suffix, each in added.items()}
    monkeypatch.setattr(formats, "READERS", formats.READERS | here)
    (tmp_path / "a.lines").write_text("Harbour closed\nIt closed on Monday.\nNobody was hurt.\n")
    (draft,) = formats.read_file(tmp_path / "a.lines")
    assert (draft.title, draft.full_text) == ("Harbour closed", "It closed on Monday.\n\nNobody was hurt.")
    (tmp_path / "empty.lines").write_text("")
    with pytest.raises(ReadError, match="has no text in it"):
        formats.read_file(tmp_path / "empty.lines")


def test_the_files_and_names_in_them_that_it_tells_to_change_exist():
    pairs = re.findall(r"`(\w+)` in `([\w/]+\.py)`", PAGE)
    assert len(pairs) >= 5
    for name, path in pairs:
        assert re.search(rf"^(?:class |def )?{name}\b", (ROOT / path).read_text("utf-8"), re.MULTILINE), (name, path)
