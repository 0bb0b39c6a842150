"""A question is taken out of greetings, polite words and wishes for how to answer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answering.phrasing import Phrasing, plain_question


@pytest.mark.parametrize(
    ("typed", "question"),
    [
        ("Hi, could you tell me who won, please?", "Who won?"),
        ("Good morning! Who won?", "Who won?"),
        ("hey, got anything on cod?", "got anything on cod?"),
        ("I'd like to know what Lavrov denied", "What Lavrov denied"),
        ("i would really love to learn more about the wolves :)", "about the wolves"),
        ("I was wondering whether you could tell me what happened, thanks", "What happened"),
        ("Can you please tell me everything about the bridge?", "Everything about the bridge?"),
        ("Do you know who the mayor is?", "Who the mayor is?"),
        ("do you by any chance know who the mayor is?", "who the mayor is?"),
        ("do you know if the bridge is open", "is it true that the bridge is open"),
        ("Quick question: when did the tram crash?", "When did the tram crash?"),
        ("Can you briefly summarise the strike?", "Summarise the strike?"),
        ("I need a summary of the strike", "A summary of the strike"),
        ("so what did he say?", "what did he say?"),
        ("Who is the captain? Please answer in French.", "Who is the captain?"),
    ],
)
def test_polite_words_are_left_out(typed, question):
    assert plain_question(typed) == Phrasing(question)


@pytest.mark.parametrize(
    ("typed", "question", "sentences"),
    [
        ("In one sentence: what did the inquiry find?", "What did the inquiry find?", 1),
        ("Please summarise the strike in two sentences.", "Summarise the strike", 2),
        ("What is the cod quota? Answer in one word.", "What is the cod quota?", 1),
        ("What are the wolves doing? Keep it short.", "What are the wolves doing?", 0),
    ],
)
def test_a_wish_for_the_length_is_taken(typed, question, sentences):
    assert plain_question(typed) == Phrasing(question, sentences)


@pytest.mark.parametrize(
    "question",
    [
        "Hello",
        "please",
        "Thanks!",
        "What did Hi Fi say?",
        "Who said hello?",
        "Did he answer in German?",
        "Do you know the mayor of Telmouth?",
        "do you know anything about cod?",
        "Will you give me control over my data?",
        "Who is for us?",
        "",
    ],
)
def test_what_belongs_to_a_question_stays(question):
    assert plain_question(question) == Phrasing(question)


@given(
    st.text(max_size=80)
    | st.lists(st.sampled_from("hi please tell me who could you , ? in one word".split())).map(" ".join)
)
def test_something_is_left_of_any_text(typed):
    assert bool(plain_question(typed).question) == bool(typed.strip())
