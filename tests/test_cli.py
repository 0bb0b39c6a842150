import io
import json
import re
import shutil
import socket
import subprocess
import sys
from hashlib import sha256

import pytest

from assistant import Answer, Assistant, Statement, Turn
from assistant.cli import main
from assistant.settings import Settings
from index.errors import SettingsError
from tests.conftest import ROOT, SAMPLE
from tests.serving import ONRECORD


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Runs a command in an empty folder: `(exit code, stdout, stderr)`."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ONRECORD_EMBEDDING_MODEL", "words")

    def run(*arguments):
        try:
            code = main([str(argument) for argument in arguments])
        except SystemExit as exit:
            code = exit.code
        output = capsys.readouterr()
        return code, output.out, output.err

    return run


def test_an_article_is_added_listed_shown_searched_asked_and_removed(run):
    assert run("add", SAMPLE)[0] == 0
    (article,) = json.loads(run("list", "--json")[1])
    shown = json.loads(run("show", article["id"][:4], "--json")[1])
    assert shown["full_text"].startswith("Sergei Lavrov")
    assert len(json.loads(run("search", "Lavrov", "-k", 2, "--json")[1])) == 2
    answer = json.loads(run("ask", "what did Lavrov deny?", "--json")[1])
    for citation in answer["citations"]:
        assert shown["full_text"][citation["start"] : citation["end"]] == citation["quote"]
    assert "no plans to attack" in answer["text"]
    assert answer["citations"][0]["article"]["digest"] == f"sha256:{sha256(shown['full_text'].encode()).hexdigest()}"
    assert json.loads(run("info", "--json")[1])["articles"] == 1
    assert json.loads(run("remove", article["id"], "--json")[1])["removed"] == [article["id"]]
    assert run("list")[1] == "No articles.\n"


def test_the_text_of_an_answer_has_its_sources_below(run):
    run("add", SAMPLE)
    code, out, err = run("ask", "what did Lavrov deny?")
    assert (code, err) == (0, "")
    source = "Tensions in Ukraine: Urgent discussions between the US and Russia in Geneva. (undated)"
    assert re.search(rf"^\[\d+\] {re.escape(source)}", out, re.MULTILINE)
    assert "has no plans to attack the country.”" in out


def test_a_refusal_is_an_answer(run):
    run("add", SAMPLE)
    code, out, _ = run("ask", "how many troops has NATO stationed there?")
    assert code == 0
    assert out.startswith("The articles don't say.\n\nThe closest passages:")


def test_the_demonstration_is_added_by_name(run):
    assert run("add", "--demo")[1].startswith("Articles: 33 added.")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["add"], "There is nothing to add."),
        (["add", "nowhere"], "nowhere doesn't exist. Give a file or a folder."),
        (["ask", "what?"], "There are no articles in"),
        (["list"], "There are no articles in"),
        (["chat"], "There are no articles in"),
        (["show", "abc"], "There are no articles in"),
        (["serve", "--host", "0.0.0.0"], "'0.0.0.0' is not a loopback address"),
        (["serve", "--port", "99999"], "ONRECORD_PORT is 99999"),
    ],
)
def test_a_users_mistake_is_one_line_and_exit_code_1(run, arguments, says):
    code, _, err = run(*arguments)
    assert code == 1
    assert err.startswith("onrecord: ")
    assert says in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["ask", ""], "The question is empty"),
        (["ask", "x" * 100_000], "has 100,000 characters"),
        (["show", "zzz"], "no article has this id or path"),
        (["show", ""], "no article has this id or path"),
        (["remove", "zzz"], "no article has this id or path"),
    ],
)
def test_mistakes_with_an_index_are_one_line_too(run, arguments, says):
    run("add", SAMPLE)
    code, _, err = run(*arguments)
    assert code == 1
    assert says in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    "arguments", [[], ["nonsense"], ["ask"], ["search", "x", "-k", "0"], ["search", "x", "-k", "many"]]
)
def test_wrong_usage_exits_with_2(run, arguments):
    assert run(*arguments)[0] == 2


def test_a_bad_file_among_good_ones_exits_with_1_and_the_good_ones_are_in(run, write):
    bad = write("bad.txt", b"\x00")
    shutil.copy(SAMPLE, bad.parent)
    code, out, err = run("add", bad.parent, "--json")
    assert code == 1
    assert len(json.loads(out)["added"]) == 1
    assert str(bad) in err


def test_a_chat_answers_until_an_empty_line(run, monkeypatch):
    run("add", SAMPLE)
    monkeypatch.setattr(sys, "stdin", io.StringIO("what did Lavrov deny?\n" + "x" * 2_000 + "\n\nnot read\n"))
    code, out, _ = run("chat")
    assert code == 0
    assert "no plans to attack" in out
    assert "at most 1,000" in out


def test_a_chat_remembers_what_was_said(run, monkeypatch):
    class Recording(Assistant):
        def ask(self, question, history=(), **wanted):
            told.append(list(history))
            understood = "Who is two?" if question == "two" else ""
            return Answer(question, question, sentences=(Statement(f"{question} Yes."),), understood=understood)

    told = []
    run("add", SAMPLE)
    monkeypatch.setattr("assistant.assistant.Assistant", Recording)
    monkeypatch.setattr(sys, "stdin", io.StringIO("one\ntwo\nthree\n"))
    code, out, _ = run("chat")
    assert code == 0
    assert told == [[], [Turn("one", "one Yes.")], [Turn("one", "one Yes."), Turn("Who is two?", "two Yes.")]]
    assert "(Understood as: Who is two?)" in out


def test_a_port_in_use_is_a_clear_error(run):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        code, _, err = run("serve", "--port", port)
    assert code == 1
    assert f"127.0.0.1:{port} can't be served: address already in use. Give another port with --port." in err


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("ONRECORD_LMM", "ollama:x", "ONRECORD_LMM is not a setting. The settings are ONRECORD_INDEX_DIR"),
        ("ONRECORD_PASSAGES", "0", "ONRECORD_PASSAGES is '0'"),
        ("ONRECORD_MINIMUM_SCORE", "high", "ONRECORD_MINIMUM_SCORE is 'high'"),
    ],
)
def test_settings_that_are_unknown_or_out_of_bounds_are_refused(run, monkeypatch, name, value, says):
    monkeypatch.setenv(name, value)
    code, _, err = run("info")
    assert code == 1
    assert says in err


def test_settings_given_in_python_come_before_the_environment():
    found = Settings.from_environment({"ONRECORD_PORT": "1", "PATH": "x"}, index_dir="elsewhere")
    assert (found.port, str(found.index_dir)) == (1, "elsewhere")
    with pytest.raises(SettingsError, match="not a setting"):
        Settings(nonsense=1)


def test_the_command_starts_quickly_for_help():
    """Nothing heavy is imported before it is needed."""
    script = (
        "import sys; from assistant.cli import main\n"
        "try: main(['--help'])\nexcept SystemExit: pass\n"
        "heavy = {'torch', 'gradio', 'chromadb', 'sentence_transformers', 'langchain_core', 'trafilatura'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, cwd=ROOT)


def test_output_that_the_terminal_cant_show_is_no_error(run, tmp_path):
    run("add", SAMPLE)
    environment = {"PYTHONIOENCODING": "ascii", "ONRECORD_EMBEDDING_MODEL": "words"}
    command = [ONRECORD, "ask", "what did Lavrov deny?"]
    done = subprocess.run(command, check=True, capture_output=True, cwd=tmp_path, env=environment)
    assert b"has no plans to attack the country." in done.stdout


def test_output_that_nobody_reads_to_its_end_is_no_error(run, tmp_path):
    run("add", SAMPLE)
    command = [ONRECORD, "list", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=tmp_path) as process:
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0


def test_eval_scores_a_file_writes_a_page_and_compares(run, tmp_path):
    run("add", SAMPLE)
    questions = tmp_path / "questions.jsonl"
    questions.write_text('{"question": "what did Lavrov deny?", "answers": ["no plans to attack"], "gold": []}')
    older = tmp_path / "older.json"
    older.write_text(run("eval", questions, "--json")[1])
    assert json.loads(older.read_text())["figures"]["right"] == 1
    code, out, _ = run("eval", questions, "--report", tmp_path / "report.html", "--compare", older)
    assert code == 0
    assert "1 questions, 0 of them to be refused" in out
    assert "Since the older score" in out
    assert "what did Lavrov deny?" in (tmp_path / "report.html").read_text()
    assert run("eval", "nowhere.jsonl")[0] == 1
