"""The documents are true: links lead somewhere, the settings are those of the program, the Python examples run."""

import os
import re
import subprocess

import pytest

from assistant.settings import PREFIX, Settings
from tests.conftest import ROOT, SAMPLE

DOCS = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]


@pytest.mark.parametrize("path", DOCS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_to_a_file_leads_to_one(path):
    targets = re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", path.read_text("utf-8"))
    assert [target for target in targets if not (path.parent / target).exists()] == []


def test_the_table_of_settings_is_that_of_the_program():
    page = (ROOT / "docs/settings.md").read_text("utf-8")
    rows = re.findall(rf"^\| `({PREFIX}\w+)` \| `?([^|`]+?)`? \|", page, re.MULTILINE)
    defaults = {
        PREFIX + name.upper(): "none" if field.default in ("", ()) else str(field.default)
        for name, field in Settings.model_fields.items()
    }
    assert dict(rows) == defaults


def test_the_python_examples_run_one_after_another(tmp_path, monkeypatch, capsys):
    page = (ROOT / "docs/python.md").read_text("utf-8")
    code = "\n".join(re.findall(r"```python\n(.*?)```", page, re.DOTALL))
    articles = tmp_path / "articles"
    articles.mkdir()
    (articles / "a.txt").write_bytes(SAMPLE.read_bytes())
    monkeypatch.chdir(tmp_path)
    namespace = {}
    exec(code.replace('Settings(index_dir="data")', 'Settings(index_dir="data", embedding_model="words")'), namespace)
    assert namespace["answer"].citations
    assert "Tensions in Ukraine" in capsys.readouterr().out


def test_code_mentions_only_pages_of_the_log_that_exist():
    command = ["git", "grep", "--untracked", "-hoE", r"docs/log/[a-z-]+\.md"]
    mentioned = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, env=os.environ)
    missing = {name for name in mentioned.stdout.split() if not (ROOT / name).is_file()}
    assert missing == set()


def test_each_page_of_the_log_begins_with_its_verdicts_one_line_each():
    for path in ROOT.glob("docs/log/[a-z]*.md"):
        lines = path.read_text("utf-8").splitlines()
        assert [line for line in lines if len(line) > 120] == [], path.name
        assert lines[2] == "## Verdicts", path.name
        verdicts = lines[4 : lines.index("## Entries")]
        assert len([line for line in verdicts if line.startswith("- ")]) >= 3, path.name
        assert re.search(r"^### 2026-\d\d-\d\d · .+", "\n".join(lines), re.MULTILINE), path.name


def test_the_index_of_the_log_names_every_page():
    linked = re.findall(r"\[([a-z-]+\.md)\]\(\1\)", (ROOT / "docs/log/README.md").read_text("utf-8"))
    assert sorted(linked) == sorted(path.name for path in ROOT.glob("docs/log/[a-z]*.md"))
