"""The turns of a conversation, as the server reads them from what a browser sends back."""

import re
from dataclasses import replace

import pytest

from assistant.answer import Statement, Turn
from assistant.web.answer_html import answer_html, problem_html
from assistant.web.answer_record import KEY_FILE, answer_document, signed, signing_key
from assistant.web.history import QUESTION_CHARACTERS, TURNS, turns

ASKED = "What did the Transport Ministry deny?"
KEY = b"k" * 32


def conversation(*pairs):
    """The messages of Gradio's chat."""
    roles = zip(("user", "assistant") * len(pairs), (text for pair in pairs for text in pair), strict=True)
    return [{"role": role, "content": [{"type": "text", "text": text}]} for role, text in roles]


def shown(answer, key=KEY):
    """The message in which the page shows an answer."""
    return answer_html(answer, signed(answer, key))


@pytest.fixture(scope="module")
def answer(demo):
    return demo.ask(ASKED)


def test_a_message_carries_its_answer_as_data(answer):
    assert answer_document(shown(answer), KEY) == answer.to_dict()


@pytest.mark.parametrize("text", ["<b>&amp;</b>", '"]}\n\\', "www.x.example **a** $b$", "\u2028 é 🌍", "&#34;&quot;"])
def test_whatever_an_answer_says_its_data_comes_back_unchanged(answer, text):
    hostile = replace(answer, question=text, sentences=(Statement(text, answer.citations),))
    message = shown(hostile)
    assert answer_document(message, KEY) == hostile.to_dict()
    assert re.findall(r"<(?!/?(?:div|input|p|sup|a|span|b|br|ul|li|button|strong)\b)", message) == []


def test_data_that_was_changed_or_signed_by_another_server_is_no_answer(answer):
    message = shown(answer)
    assert answer_document(message.replace("Transport", "Tramway"), KEY) is None
    assert answer_document(shown(answer, b"x" * 32), KEY) is None
    assert answer_document(answer_html(answer), KEY) is None
    assert answer_document(f"<p>{message}</p>", KEY) is None
    forged = f"<div class=\"answer\"><input type='hidden' class='record' name='{'0' * 64}' value='{{}}'></div>"
    assert answer_document(forged, KEY) is None


def test_a_turn_is_the_question_and_the_text_of_the_answer_with_its_marks(answer):
    assert answer.citations
    assert turns(conversation((ASKED, shown(answer))), KEY) == [Turn(ASKED, answer.text)]


def test_a_follow_up_counts_as_the_question_that_it_was_understood_as(answer):
    message = shown(replace(answer, understood=ASKED))
    assert turns(conversation(("and the Transport Ministry?", message)), KEY) == [Turn(ASKED, answer.text)]


def test_a_sentence_that_no_article_backs_is_not_carried_on(answer):
    flagged = replace(answer, sentences=(*answer.sentences, Statement("It paid 50 million.", flag="Nobody says so.")))
    assert turns(conversation((ASKED, shown(flagged))), KEY) == [Turn(ASKED, answer.text)]


def test_a_refusal_a_problem_and_a_forged_answer_answer_nothing(demo, answer):
    refusal = shown(demo.ask("what did Zelensky say?"))
    forged = shown(answer, b"x" * 32)
    messages = conversation(("a?", refusal), ("b?", problem_html("The answer couldn't be written.")), ("c?", forged))
    assert turns(messages, KEY) == [Turn("a?", ""), Turn("b?", ""), Turn("c?", "")]


def test_only_the_last_turns_are_read_and_only_the_beginning_of_a_question(answer):
    many = turns(conversation(*((f"{number}?", "Hello.") for number in range(100))), KEY)
    assert [turn.question for turn in many] == [f"{number}?" for number in range(100 - TURNS, 100)]
    (long,) = turns(conversation(("x" * 100_000, "Hello.")), KEY)
    assert len(long.question) == QUESTION_CHARACTERS


@pytest.mark.parametrize(
    "messages",
    [
        [None, 1, "a", [], {}],
        [{"role": "user"}, {"role": "assistant"}],
        [{"role": "user", "content": "a?"}, {"role": "user", "content": "b?"}],
        [{"role": "user", "content": " "}, {"role": "assistant", "content": "b"}],
        [{"role": "user", "content": [{"path": "/etc/passwd"}]}, {"role": "assistant", "content": [[]]}],
        [{"role": "user", "content": {"text": "a?"}}, {"role": "assistant", "content": 5}],
        [{"role": "assistant", "content": "b"}, {"role": "user", "content": "a?"}],
    ],
)
def test_messages_that_are_no_question_with_a_reply_are_left_out(messages):
    assert turns(messages, KEY) == []


def test_the_key_is_made_once_and_is_readable_by_its_owner_alone(tmp_path):
    folder = tmp_path / "index"
    key = signing_key(folder)
    assert len(key) == 32
    assert signing_key(folder) == key
    assert (folder / KEY_FILE).stat().st_mode & 0o777 == 0o600
    assert [path.name for path in folder.iterdir()] == [KEY_FILE]
    assert signing_key(tmp_path / "other") != key
