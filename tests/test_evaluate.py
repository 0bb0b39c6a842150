import json
import sys

import pytest

from assistant import Assistant, Turn
from assistant.cli import USERS_ERROR, main
from assistant.evaluation import scoring
from assistant.evaluation.measures import contains_answer, first_characters, paired_interval, token_f1
from assistant.evaluation.report import as_text, write
from index.errors import EvaluationError

MAYOR = "2024-04-15-opa-dunmarrow-mayor.md"
LINES = [
    {"question": "What did the Transport Ministry deny?", "answers": ["broken tender rules"], "gold": []},
    {
        "question": "Who was elected mayor of Dunmarrow?",
        "answers": ["Noor Elstrand"],
        "gold": ["2024-04-15-opa-dunmarrow-mayor.md"],
    },
    {"question": "What did Zelensky say?", "answers": []},
    {"question": "Who <script>alert(1)</script> won the world cup?", "answers": []},
    {"question": "how long did the dockers stay out", "answers": ["23 days"], "gold": ["https://nowhere.example"]},
]


@pytest.fixture(scope="module")
def score(demo, tmp_path_factory):
    path = tmp_path_factory.mktemp("questions") / "questions.jsonl"
    path.write_text("\n".join(json.dumps(line) for line in LINES))
    return scoring.evaluate(demo, scoring.read_examples(path)).as_json()


def test_a_score_counts_what_is_right(score):
    figures = score["figures"]
    assert (score["questions"], score["to be refused"]) == (5, 2)
    by_question = {outcome["question"]: outcome for outcome in score["outcomes"]}
    assert by_question[LINES[0]["question"]]["right"]
    assert by_question[LINES[2]["question"]]["right"]
    assert figures["right"] == sum(outcome["right"] for outcome in score["outcomes"]) / 5
    assert figures["citations that quote exactly"] == 1
    assert figures["gold article in first 5"] == 0.5
    assert figures["answer in first 10,000 characters"] == pytest.approx(2 / 3)
    assert set(score["seconds"]) == {"read", "search", "answer", "all"}
    json.dumps(score)


def test_risk_and_coverage_run_over_all_questions(score):
    curve = score["risk_coverage"]
    assert curve[-1][1] == 1
    assert curve[-1][2] >= 2 / 5
    assert [point[0] for point in curve] == sorted((point[0] for point in curve), reverse=True)


def test_an_older_score_is_compared_question_by_question(score):
    older = json.loads(json.dumps(score))
    older["outcomes"][0]["measures"]["right"] = 0.0
    changes = {change.measure: change for change in scoring.compare(older, score)}
    assert changes["right"].better == (LINES[0]["question"],)
    assert changes["right"].worse == ()
    assert changes["right"].low <= 0.2 <= changes["right"].high
    assert LINES[0]["question"] in as_text(score, list(changes.values()))
    with pytest.raises(EvaluationError, match="no question in common"):
        scoring.compare({"outcomes": []}, score)


def test_a_follow_up_is_asked_with_the_earlier_turns_and_distinguished_by_them(demo, tmp_path):
    class Recording(Assistant):
        def ask(self, question, history=(), **given):
            asked.append((question, history))
            return super().ask("What did the Transport Ministry deny?")

    asked, path = [], tmp_path / "questions.jsonl"
    histories = [[["Who is the mayor?", "Noor Elstrand. [1]"]], [["What did the ministry deny?", ""]]]
    lines = [{"question": "why?", "answers": ["tender"], "history": history} for history in histories]
    path.write_text("\n".join(json.dumps(line) for line in lines))
    new = scoring.evaluate(Recording(demo.settings), scoring.read_examples(path)).as_json()
    assert asked == [("why?", (Turn(*history[0]),)) for history in histories]
    older = json.loads(json.dumps(new))
    older["outcomes"][1]["measures"]["right"] = 0.0
    (change,) = [change for change in scoring.compare(older, new) if change.measure == "right"]
    assert change.better == ("What did the ministry deny? → why?",)


def test_the_report_is_one_page_that_loads_nothing_and_runs_nothing(score, tmp_path):
    write(tmp_path / "report.html", score, scoring.compare(score, score))
    page = (tmp_path / "report.html").read_text("utf-8")
    assert page.count("<svg") == 3
    assert "<script" not in page
    assert "src=" not in page
    assert page.index('class="wrong"') < page.index("Elstrand")
    with pytest.raises(EvaluationError, match="can't be written"):
        write(tmp_path / "no" / "folder.html", score, [])


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "has no question in it"),
        ('{"question": "a", "answers": []}\nnonsense', "line 2 is not JSON"),
        ('{"answers": []}', 'line 1 has no "question"'),
        ("[1]", 'line 1 has no "question"'),
        ('{"question": "a"}', "line 1 needs lists of strings"),
        ('{"question": "a", "answers": "b"}', "line 1 needs lists of strings"),
        ('{"question": "a", "answers": [], "history": "q"}', 'a list of pairs of strings as "history"'),
        ('{"question": "a", "answers": [], "history": [["q"]]}', 'a list of pairs of strings as "history"'),
        ('{"question": "a", "answers": [], "history": [["q", 5]]}', 'a list of pairs of strings as "history"'),
    ],
)
def test_a_file_that_cant_be_scored_is_refused_by_line(tmp_path, content, says):
    path = tmp_path / "questions.jsonl"
    path.write_text(content)
    with pytest.raises(EvaluationError, match=says):
        scoring.read_examples(path)
    with pytest.raises(EvaluationError, match="can't be read"):
        scoring.read_examples(tmp_path / "nowhere.jsonl")
    for older in (content, '[{"outcomes": 1}]', '{"outcomes": [{"question": "a", "measures": {}, "history": [5]}]}'):
        path.write_text(older)
        with pytest.raises(EvaluationError, match="is not a score"):
            scoring.read_score(path)


@pytest.mark.parametrize(("module", "options"), [("matplotlib", ["--report", "report.html"]), ("sklearn", [])])
def test_a_missing_package_is_named_with_the_command_that_installs_it(
    module, options, demo, tmp_path, monkeypatch, capsys
):
    (tmp_path / "questions.jsonl").write_text(json.dumps(LINES[0]))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ONRECORD_EMBEDDING_MODEL", "words")
    monkeypatch.setitem(sys.modules, module, None)
    assert main(["eval", "questions.jsonl", "--index", str(demo.settings.index_dir), *options]) == USERS_ERROR
    (line,) = [line for line in capsys.readouterr().err.splitlines() if "questions/s" not in line]
    message = f'Evaluation needs {module}, which isn\'t installed. Install it: pip install "onrecord[eval]"'
    assert line == f"onrecord: {message}"
    assert not (tmp_path / "report.html").exists()


def test_answers_are_compared_as_squad_does():
    assert token_f1("The Lady Brenna", "lady brenna!") == 1
    assert token_f1("a ferry", "boat") == 0
    assert token_f1("nine people died", "nine people") == pytest.approx(0.8)
    assert contains_answer("It was “the Nine People”, she said.", ["nine people"])
    assert not contains_answer("ninety people", ["nine people", "90"])


def test_longer_passages_win_nothing(demo):
    passages = demo.search("ferry", 5)
    assert sum(len(text) for _, text in first_characters(passages, 1_000)) == 1_000


def test_an_interval_of_equal_scores_is_a_point():
    assert paired_interval([0.0, 0.0, 0.0]) == (0.0, 0.0)
    low, high = paired_interval([1.0, 0.0] * 50)
    assert low < 0.5 < high
