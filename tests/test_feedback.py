"""Verdicts on answers: what is kept of them, and the evaluation file made of them."""

import json

import pytest

from assistant.cli import main
from assistant.evaluation.scoring import read_examples
from assistant.web import feedback
from assistant.web.answer_html import answer_html
from assistant.web.answer_record import signed
from tests.conftest import words_settings

QUESTION = "What did the Transport Ministry deny?"
KEY = b"k" * 32


def conversation(question, answer):
    """A conversation as Gradio hands it over, an answer's HTML as a part of its message."""
    return [
        {"role": "user", "content": [{"type": "text", "text": question}]},
        {"role": "assistant", "content": [{"type": "text", "text": answer_html(answer, signed(answer, KEY))}]},
    ]


@pytest.fixture
def shown(demo):
    return conversation(QUESTION, demo.ask(QUESTION))


def test_a_verdict_holds_what_was_asked_and_said_without_the_marks(demo, shown):
    verdict = feedback.verdict_on(shown, 1, True, KEY)
    answer = demo.ask(QUESTION)
    assert verdict.question == QUESTION
    assert verdict.said == answer.sentences[0].text
    assert verdict.articles == (answer.citations[0].article.id,)
    assert not verdict.refused
    assert verdict.verdict == feedback.GOOD


def test_a_good_answer_becomes_an_example_with_its_words_and_article(shown):
    verdict = feedback.verdict_on(shown, 1, True, KEY)
    wanted = list(verdict.marked) or [verdict.said]
    assert verdict.example == {"question": QUESTION, "answers": wanted, "gold": list(verdict.articles)}


def test_a_good_refusal_and_a_wrong_answer_become_examples_to_refuse(demo, shown):
    refusal = conversation("who?", demo.ask("what did Zelensky say?"))
    assert feedback.verdict_on(refusal, 1, True, KEY).example == {"question": "what did Zelensky say?", "answers": []}
    assert feedback.verdict_on(shown, 1, feedback.SHOULD_REFUSE, KEY).example == {"question": QUESTION, "answers": []}


def test_a_bad_answer_tells_nothing_of_the_right_one(shown):
    assert feedback.verdict_on(shown, 1, False, KEY).verdict == feedback.BAD
    assert feedback.verdict_on(shown, 1, False, KEY).example is None
    assert feedback.verdict_on(shown, 1, "Wrong answer", KEY).example is None


@pytest.mark.parametrize(
    "messages",
    [
        [],
        [{}, {}],
        ["a", "b"],
        [{"content": "q"}, {"content": "no answer of ours"}],
        [{"content": "q"}, {"content": [{"type": "file"}]}],
        [{"content": "q"}, {"content": None}],
    ],
)
def test_what_isnt_an_answer_gets_no_verdict(messages):
    assert feedback.verdict_on(messages, 1, True, KEY) is None


def test_a_verdict_on_an_answer_that_was_never_given_is_refused(demo):
    """Anybody can send messages to the page's server, and verdicts become test questions."""
    answer = demo.ask(QUESTION)
    forged = [
        answer_html(answer),
        answer_html(answer, signed(answer, b"x" * 32)),
        answer_html(answer, signed(answer, KEY)).replace("Transport", "Tramway"),
    ]
    for message in forged:
        messages = [{"role": "user", "content": QUESTION}, {"role": "assistant", "content": message}]
        assert feedback.verdict_on(messages, 1, True, KEY) is None


@pytest.mark.parametrize("index", [-1, 0, 2, 10**9])
def test_a_place_outside_the_conversation_gets_no_verdict(shown, index):
    assert feedback.verdict_on(shown, index, True, KEY) is None


def test_an_unknown_reason_counts_as_bad(shown):
    assert feedback.verdict_on(shown, 1, "<script>", KEY).verdict == feedback.BAD


def test_verdicts_are_kept_and_exported_as_an_evaluation_file(tmp_path, shown, capsys):
    folder = words_settings(tmp_path / "index").index_dir
    for liked in (True, False, feedback.SHOULD_REFUSE, feedback.SHOULD_REFUSE):
        feedback.save(folder, feedback.verdict_on(shown, 1, liked, KEY))
    assert [verdict.verdict for verdict in feedback.verdicts(folder)] == ["good", "bad", feedback.SHOULD_REFUSE]
    out = tmp_path / "judged.jsonl"
    assert main(["feedback", "--index", str(folder), "--export", str(out), "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert [row["verdict"] for row in printed] == ["good", "bad", feedback.SHOULD_REFUSE]
    assert [example.question for example in read_examples(out)] == [QUESTION, QUESTION]


def test_without_verdicts_that_is_said_and_no_file_is_written(tmp_path, capsys):
    out = tmp_path / "none.jsonl"
    assert main(["feedback", "--index", str(tmp_path), "--export", str(out)]) == 1
    assert "no verdicts" in capsys.readouterr().err
    assert not out.exists()
