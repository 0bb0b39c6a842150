"""What a new user does, on a fresh copy of the tree: the README's commands, and the wheel in an empty environment."""

import os
import re
import shutil
import subprocess
import sys
import urllib.request
import zipfile

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


def test_the_wheel_runs_in_an_empty_environment_from_another_folder(clone, tmp_path):
    build = [sys.executable, "-m", "build", "--wheel", "--outdir", str(tmp_path), str(clone)]
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert {"prompts/answer.md", "index/demo/tensions-in-ukraine.txt", "assistant/english/countries.tsv"} <= set(names)
    assert not [name for name in names if name.startswith("tests")]

    subprocess.run([sys.executable, "-m", "venv", tmp_path / "env"], check=True)
    pip = [tmp_path / "env" / "bin" / "pip", "install", "--quiet", "--constraint", clone / "constraints.txt"]
    subprocess.run([*pip, wheel], check=True)
    onrecord = tmp_path / "env" / "bin" / "onrecord"
    subprocess.run([onrecord, "add", "--demo"], check=True, cwd=tmp_path)
    asked = subprocess.run(
        [onrecord, "ask", "what did Lavrov deny?"], check=True, cwd=tmp_path, capture_output=True, text=True
    )
    assert "no plans to attack the country" in asked.stdout
    assert asked.stderr == ""
    prompted = "from assistant.prompts import fill; fill('answer', question='', passages='')"
    subprocess.run([tmp_path / "env" / "bin" / "python", "-c", prompted], check=True, cwd=tmp_path)
