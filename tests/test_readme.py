"""The README is true: its tree, its settings, its Python. Its commands are run in `test_fresh_clone.py`."""

import re
import subprocess

from assistant.settings import PREFIX, Settings
from tests.conftest import ROOT, SAMPLE

README = (ROOT / "README.md").read_text("utf-8")
ONE_LINE = ("index/demo/", "tests/")


def tree_in_readme():
    block = re.search(r"## The tree\n\n```\n(.*?)```", README, re.DOTALL).group(1)
    folder = ""
    for line in block.splitlines():
        name = line.split()[0]
        if not line.startswith(" "):
            folder = name if name.endswith("/") else ""
            if name in ("index/", "assistant/", "benchmarks/", "training/"):
                continue
        yield name if not line.startswith(" ") else folder + name


def test_the_tree_has_one_line_for_each_file():
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    files = {path for path in listed.stdout.splitlines() if (ROOT / path).exists()}
    files = {next((folder for folder in ONE_LINE if path.startswith(folder)), path) for path in files}
    assert sorted(tree_in_readme()) == sorted(
        files - {"README.md", *(f"{folder}/__init__.py" for folder in ("index", "assistant", "benchmarks", "training"))}
    )


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
