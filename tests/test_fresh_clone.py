"""What a new user does with a fresh copy of the files: the README's commands, and installing the wheel as a tool."""

import os
import re
import shlex
import shutil
import subprocess
import sys
import urllib.request
import zipfile
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.chat_models import chat_model, says
from tests.conftest import ROOT, SAMPLE
from tests.serving import running

pytestmark = pytest.mark.real

COMMANDS = [
    line.split("#")[0].strip()
    for block in re.findall(r"```sh\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    for line in block.splitlines()
    if line.split("#")[0].strip()
]
WRITTEN = "Lavrov reaffirmed that Moscow has no plans to attack the country. [1]"
SERVING = ("make demo", ".venv/bin/onrecord serve")
"""They don't end by themselves; `make test` is what runs this."""


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    """The files of the tree as git would hand them out, in a folder of another name."""
    folder = tmp_path_factory.mktemp("elsewhere") / "my copy of it"
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in listed.stdout.splitlines():
        if (ROOT / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    articles = folder / "articles"
    articles.mkdir()
    shutil.copy(SAMPLE, articles)
    return folder


@pytest.fixture(scope="module")
def demonstrated(clone):
    """The copy after `make demo`, and what that printed."""
    with running(["make", "demo"], clone, PYTHON=sys.executable) as (address, printed):
        page = urllib.request.urlopen(address, timeout=30).read().decode()
    return clone, printed, page


def test_make_demo_shows_a_cited_answer_and_opens_the_chat(demonstrated):
    _, printed, page = demonstrated
    assert "“never threatened the Ukrainian people” and has no plans to attack the country. [" in printed
    assert "Tensions in Ukraine: Urgent discussions between the US and Russia in Geneva. (undated)" in printed
    assert "Answers from your news articles, every sentence quoted and cited." in page


@pytest.mark.parametrize("command", [command for command in COMMANDS if command not in (*SERVING, "make test")])
def test_the_readmes_commands_do_what_it_says(demonstrated, command):
    folder, _, _ = demonstrated
    with chat_model(says(WRITTEN)) as model:
        address = model.url.removesuffix("/v1")
        command = command.replace("http://127.0.0.1:8080", address)
        done = subprocess.run(
            command,
            shell=True,
            cwd=folder,
            env=os.environ | {"OLLAMA_HOST": address},
            capture_output=True,
            text=True,
            timeout=300,
            input="what did Lavrov deny?\n\n",
        )
    assert done.returncode == 0, done.stderr
    if ">" in command:
        assert "no plans to attack the country" in (folder / "answer.json").read_text("utf-8")
    elif "Lavrov deny" in command or command.endswith("chat"):
        assert "no plans to attack the country" in done.stdout
    if "ONRECORD_LLM" in command:
        assert "Written by o" in done.stdout


@pytest.fixture(scope="module")
def wheel(clone, tmp_path_factory):
    """The wheel, built from the copy."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--outdir", str(folder), str(clone)]
    subprocess.run(command, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    return wheel


@pytest.fixture
def tool_folder(tmp_path):
    """A folder for an installed tool, emptied afterwards: it takes 2 GB."""
    yield tmp_path / "tool"
    shutil.rmtree(tmp_path / "tool")


def program(name):
    """A program of the environment that runs the tests."""
    return str(Path(sys.executable).with_name(name))


def find_links():
    """uv's options for the folders of wheels that pip is configured with, which uv doesn't read."""
    configured = subprocess.run([sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True)
    folders = {folder for listed in re.findall(r"find-links='(.+?)'", configured.stdout) for folder in listed.split()}
    return [option for folder in folders for option in ("--find-links", folder)]


def test_the_wheel_holds_the_packages_their_data_and_the_licence(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {"prompts/answer.md", "index/demo/tensions-in-ukraine.txt", "assistant/models/reader.onnx"} <= names
    assert {
        "assistant/english/countries.tsv",
        "assistant/web/static/chat.js",
        "assistant/web/templates/article.html",
    } <= names
    assert {"assistant/py.typed", "index/py.typed"} <= names
    assert [name for name in names if name.endswith("dist-info/licenses/LICENSE")]
    assert {name.split("/")[0] for name in names if "dist-info" not in name} == {"assistant", "index", "prompts"}


def test_pipx_installs_the_wheel_which_answers_from_another_folder(clone, wheel, tool_folder, tmp_path):
    folders = {"PIPX_HOME": tool_folder, "PIPX_BIN_DIR": tool_folder / "bin", "PIPX_MAN_DIR": tool_folder / "man"}
    environment = os.environ | {name: str(folder) for name, folder in folders.items()}
    pipx = [program("pipx"), "install", "--backend", "pip", "--python", sys.executable]
    pip_args = f"--constraint {shlex.quote(str(clone / 'constraints.txt'))}"
    subprocess.run([*pipx, f"--pip-args={pip_args}", wheel], check=True, env=environment, capture_output=True)
    onrecord = tool_folder / "bin" / "onrecord"
    subprocess.run([onrecord, "add", "--demo"], check=True, cwd=tmp_path)
    asked = subprocess.run(
        [onrecord, "ask", "what did Lavrov deny?"], check=True, cwd=tmp_path, capture_output=True, text=True
    )
    assert "no plans to attack the country" in asked.stdout
    assert asked.stderr == ""
    python = tool_folder / "venvs" / "onrecord" / "bin" / "python"
    prompted = "from assistant.models.prompts import fill_prompt; fill_prompt('answer', question='', passages='')"
    subprocess.run([python, "-c", prompted], check=True, cwd=tmp_path)


def test_uv_installs_the_wheel_as_a_tool(clone, wheel, tool_folder, tmp_path):
    folders = {"UV_TOOL_DIR": tool_folder, "UV_TOOL_BIN_DIR": tool_folder / "bin"}
    environment = os.environ | {name: str(folder) for name, folder in folders.items()}
    uv = [program("uv"), "tool", "install", "--python", sys.executable, *find_links()]
    constraints = ["--constraints", clone / "constraints.txt"]
    subprocess.run([*uv, *constraints, wheel], check=True, env=environment, capture_output=True)
    command = [tool_folder / "bin" / "onrecord", "--version"]
    shown = subprocess.run(command, check=True, cwd=tmp_path, capture_output=True, text=True)
    assert shown.stdout.strip() == version("onrecord")
