"""docs/architecture.md is true: its tree lists the files, and the files that its text names exist."""

import re
import subprocess

from tests.conftest import ROOT

PAGE = (ROOT / "docs/architecture.md").read_text("utf-8")
TREE = re.search(r"## The tree\n.*?```\n(.*?)```", PAGE, re.DOTALL).group(1)


def listed_paths(tree):
    """The paths of a tree whose folders are indented: `index/` above `  text/` above `    words.py`."""
    folders = []
    for line in filter(None, tree.splitlines()):
        name = line.split()[0]
        depth = (len(line) - len(line.lstrip())) // 2
        folders[depth:] = [name]
        yield "".join(folders)


def files_of_the_repository():
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return [path for path in listed.stdout.splitlines() if (ROOT / path).exists()]


def differences(paths, files):
    """The lines to add to the tree and the lines to remove from it, as text; empty where it is true."""
    folders = [path for path in paths if path.endswith("/")]
    closed = [folder for folder in folders if not any(path.startswith(folder) for path in paths if path != folder)]
    covered = {
        file for file in files if file in paths or file.startswith(tuple(closed)) or file.endswith("/__init__.py")
    }
    missing = sorted(set(files) - covered)
    stale = sorted(path for path in paths if not any(file.startswith(path) for file in files))
    twice = sorted({path for path in paths if paths.count(path) > 1})
    named = [("missing from the tree", missing), ("no longer a file", stale), ("listed twice", twice)]
    return "\n".join(f"{what}: {path}" for what, group in named for path in group)


def test_the_tree_has_one_line_for_each_file():
    report = differences(list(listed_paths(TREE)), files_of_the_repository())
    assert not report, f"Edit the tree in docs/architecture.md:\n{report}"


def test_a_missing_and_a_stale_line_are_named():
    tree = "app.py  the chat\nindex/  ARTICLES\n  gone.py  a file that was removed\n  demo/  the articles\n"
    files = ["app.py", "index/__init__.py", "index/new.py", "index/demo/one.txt"]
    report = differences(list(listed_paths(tree)), files)
    assert report == "missing from the tree: index/new.py\nno longer a file: index/gone.py"


def test_every_file_that_the_text_names_exists():
    named = set(re.findall(r"`((?:[\w.-]+/)+[\w.-]*|[A-Za-z]\w*\.(?:py|md|toml))`", PAGE.replace(TREE, "")))
    assert len(named) > 30
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


def test_the_layers_are_those_of_the_contract():
    contract = (ROOT / "pyproject.toml").read_text("utf-8").split("layers = [")[1].split("]")[0]
    layers = [line.split(" | ") for line in re.findall(r'"(.+)"', contract)]
    rows = re.findall(r"^\| (`(?:assistant|index)\.[^|]+) \|", PAGE, re.MULTILINE)
    assert [re.findall(r"`([\w.]+)`", row) for row in rows] == layers
