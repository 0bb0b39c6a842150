"""What a question about speech asks for is read off it."""

import pytest

from assistant.search.speech_question import MOST_SPEAKERS, speech_question
from index.remarks.parser import Parser

PARSER = Parser()


@pytest.mark.parametrize(
    ("question", "speakers", "kind", "about", "form"),
    [
        ("what did Lavrov deny?", ["Lavrov"], "deny", "", "what"),
        ("what did lavrov deny?", ["lavrov"], "deny", "", "what"),
        (
            "What did Foreign Minister Sergei Lavrov say about the treaty?",
            ["Sergei Lavrov"],
            None,
            "the treaty",
            "what",
        ),
        ("What did Çelik-Ibáñez promise?", ["Çelik-Ibáñez"], "promise", "", "what"),
        ("Who did not comment on the fire?", [], "no_comment", "the fire", "what"),
        ("Who declined to comment?", [], "no_comment", "", "what"),
        ("Who would not confirm the sale?", [], "no_comment", "the sale", "what"),
        ("What did Ms Roake and Tilda Venn predict?", ["Roake", "Tilda Venn"], "predict", "", "what"),
        ("What was denied by Moscow?", ["Moscow"], "deny", "", "what"),
        ("Which charges did Halden deny?", ["Halden"], "deny", "charges", "what"),
        ("What have the Haske Works said?", ["Haske Works"], None, "", "what"),
        ("Who denied the plan to sell it?", [], "deny", "the plan to sell it", "what"),
        ("Who said the bridge was unsafe?", [], None, "the bridge was unsafe", "what"),
        ("Did Orsk confirm the deal with the union?", ["Orsk"], None, "the deal with the union", "whether"),
        ("Why did Lund deny the claim?", ["Lund"], "deny", "the claim", "other"),
        ("Has Ada Lund changed her mind on the bridge?", ["Ada Lund"], None, "the bridge", "change"),
    ],
)
def test_speakers_kind_and_topic_are_found(question, speakers, kind, about, form):
    asked = speech_question(question, PARSER)
    assert (list(asked.speakers), asked.kinds[0] if asked.kinds else None) == (speakers, kind)
    assert (asked.about, asked.form) == (about, form)


@pytest.mark.parametrize(
    "question",
    [
        "what does Putin want?",
        "which state voted first?",
        "which US state did Biden win?",
        "what is the old mill called?",
        "who is to blame?",
        "when was the budget announced?",
        "What did he deny?",
        "Did the storm damage the bridge?",
        "Did the union appeal?",
        "Has Tollhaven appealed against the fine?",
        "How many people were reported missing?",
        "Did and and say?",
        "",
    ],
)
def test_other_questions_ask_for_no_speech(question):
    assert speech_question(question, PARSER) is None


@pytest.mark.parametrize(
    ("question", "noun"),
    [("what did Putin's spokesman deny?", "spokesman"), ("What did the minister promise?", "minister")],
)
def test_a_speaker_who_is_only_described_is_no_name(question, noun):
    asked = speech_question(question, PARSER)
    assert (asked.speakers, asked.described) == ((), noun)


def test_of_many_speakers_only_a_few_are_asked_about():
    asked = speech_question(f"What did {'Lavrov, Blinken, Moscow, Haske, ' * 30}and Lavrov say?", PARSER)
    assert asked is None or len(asked.speakers) <= MOST_SPEAKERS


def test_without_a_parser_no_question_asks_for_speech():
    assert speech_question("what did Lavrov deny?", None) is None
