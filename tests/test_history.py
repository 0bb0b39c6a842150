from dataclasses import replace

import pytest

from assistant.answer import Statement, Turn
from assistant.render import answer_html
from assistant.web.history import ANSWER_CHARACTERS, QUESTION_CHARACTERS, TURNS, turns

ASKED = "What did the Transport Ministry deny?"


def conversation(*pairs):
    """The messages of Gradio's chat."""
    roles = zip(("user", "assistant") * len(pairs), (text for pair in pairs for text in pair), strict=True)
    return [{"role": role, "content": [{"type": "text", "text": text}]} for role, text in roles]


@pytest.fixture(scope="module")
def answer(demo):
    return demo.ask(ASKED)


def test_a_turn_is_the_question_and_the_text_of_the_answer_with_its_marks(answer):
    assert answer.citations
    assert turns(conversation((ASKED, answer_html(answer)))) == [Turn(ASKED, answer.text)]


def test_a_follow_up_counts_as_the_question_that_it_was_read_as(answer):
    shown = answer_html(replace(answer, understood=ASKED))
    assert turns(conversation(("and the Transport Ministry?", shown))) == [Turn(ASKED, answer.text)]


def test_what_no_article_backs_is_not_carried_on(answer):
    flagged = replace(answer, sentences=(*answer.sentences, Statement("It paid 50 million.", flag="Nobody says so.")))
    assert turns(conversation((ASKED, answer_html(flagged)))) == [Turn(ASKED, answer.text)]


def test_a_refusal_and_a_problem_answer_nothing(demo):
    refusal = answer_html(demo.ask("what did Zelensky say?"))
    problem = '<div class="answer problem"><p class="said">The answer couldn\'t be written.</p></div>'
    assert turns(conversation(("a?", refusal), ("b?", problem))) == [Turn("a?", ""), Turn("b?", "")]


def test_only_the_last_turns_are_read_and_only_so_much_of_them(answer):
    shown = answer_html(answer)
    many = turns(conversation(*((f"{number}?", shown) for number in range(100))))
    assert [turn.question for turn in many] == [f"{number}?" for number in range(100 - TURNS, 100)]
    (long,) = turns(conversation(("x" * 100_000, f'<div class="answer"><p class="said">{"y" * 1_000_000}</p></div>')))
    assert len(long.question) == QUESTION_CHARACTERS
    assert 0 < len(long.answer) <= ANSWER_CHARACTERS


@pytest.mark.parametrize(
    "messages",
    [
        [None, 1, "a", [], {}],
        [{"role": "user"}, {"role": "assistant"}],
        [{"role": "user", "content": "a?"}, {"role": "assistant", "content": "Hello."}],
        [{"role": "user", "content": "a?"}, {"role": "user", "content": '<div class="answer">b</div>'}],
        [{"role": "user", "content": " "}, {"role": "assistant", "content": '<div class="answer">b</div>'}],
        [{"role": "user", "content": [{"path": "/etc/passwd"}]}, {"role": "assistant", "content": [[]]}],
        [{"role": "user", "content": {"text": "a?"}}, {"role": "assistant", "content": 5}],
        [{"role": "assistant", "content": '<div class="answer">b</div>'}, {"role": "user", "content": "a?"}],
    ],
)
def test_what_is_not_a_question_with_an_answer_of_ours_is_left_out(messages):
    assert turns(messages) == []


@pytest.mark.parametrize(
    ("shown", "said"),
    [
        (
            '<?xml version="1.0" encoding="utf-16"?><div class="answer"><p class="said">It rained.</p></div>',
            "It rained.",
        ),
        ('<div class="answer"><p class="said">It\0 rained.\ud800</p></div>', "It rained.?"),
        ('<div class="answer"><p class="said">It rained.', "It rained."),
        ('<div class="answer"><p class="said">It <b onclick=x>rained.</p></div>', "It rained."),
        (
            '<p class="said">Snow</p><div class="answer"><p class="said">It rained.</div><div class="answer">x',
            "It rained.",
        ),
        (f'<div class="answer"><p class="said">It rained.{"<div>" * 3_000}', "It rained."),
    ],
)
def test_broken_html_is_read_as_far_as_it_goes(shown, said):
    assert turns(conversation(("a?", shown))) == [Turn("a?", said)]


@pytest.mark.parametrize("shown", ["", "<!-- -->", "<p>", "<div class=answers>", "<div>" * 3_000, "\ufeff", "&", "]]>"])
def test_an_answer_without_our_markup_is_no_turn(shown):
    assert turns(conversation(("a?", shown))) == []
