"""The README is true: its settings, its Python. Its commands are run in `test_fresh_clone.py`."""

import re

from assistant.settings import PREFIX, Settings
from tests.conftest import ROOT, SAMPLE

README = (ROOT / "README.md").read_text("utf-8")


def test_the_table_of_settings_is_that_of_the_program():
    rows = re.findall(rf"^\| `({PREFIX}\w+)` \| `?([^|`]+?)`? \|", README, re.MULTILINE)
    defaults = {
        PREFIX + name.upper(): "none" if field.default in ("", ()) else str(field.default)
        for name, field in Settings.model_fields.items()
    }
    assert dict(rows) == defaults


def test_the_python_example_runs(tmp_path, monkeypatch):
    example = re.search(r"```python\n(.*?)```", README, re.DOTALL).group(1)
    articles = tmp_path / "articles"
    articles.mkdir()
    (articles / "a.txt").write_bytes(SAMPLE.read_bytes())
    monkeypatch.chdir(tmp_path)
    namespace = {}
    exec(
        example.replace('Settings(index_dir="data")', 'Settings(index_dir="data", embedding_model="words")'), namespace
    )
    assert namespace["answer"].citations


def test_make_demo_and_make_test_are_the_first_lines():
    first = re.search(r"```sh\n(.*?)```", README, re.DOTALL)
    assert README.startswith("# onrecord\n\n```sh\nmake demo")
    assert [line.split("#")[0].strip() for line in first.group(1).splitlines()] == ["make demo", "make test"]
