"""Questions on who said what, asked with the real models: attribution is kept, and what is said is quoted."""

import json
import re

import pytest

from assistant import Assistant, Settings
from assistant.checking.check import without_notes
from index.ingest import demo_folder
from tests.conftest import ROOT

pytestmark = pytest.mark.real
QUESTIONS = ROOT / "tests" / "data" / "questions"


@pytest.fixture(scope="module")
def assistant(tmp_path_factory) -> Assistant:
    assistant = Assistant(Settings(index_dir=tmp_path_factory.mktemp("attribution")))
    assistant.ingest([demo_folder()])
    return assistant


@pytest.mark.parametrize(
    ("question", "quoted"),
    [
        ("what did Lavrov deny?", "no plans to attack the country"),
        ("what did Moscow deny?", "denies preparing an invasion"),
        ("did Lavrov deny planning an attack?", "no plans to attack the country"),
        ("how many troops does Moscow have near Ukraine's borders?", "100,000"),
        ("which countries are sending ships?", "Denmark"),
    ],
)
def test_a_speaker_s_own_words_answer(assistant, question, quoted):
    assert quoted in assistant.ask(question).text


@pytest.mark.parametrize(
    "question",
    ["what did Blinken deny?", "what did NATO deny?", "what did Macron deny?", "What did Putin's spokesman say?"],
)
def test_what_nobody_is_reported_to_have_said_is_refused(assistant, question):
    assert assistant.ask(question).refused


def test_of_two_speakers_each_has_his_turn(assistant):
    answer = assistant.ask("What did Tavrin and Lavrov say?")
    assert {"Tavrin", "Lavrov"} == {name for name in ("Tavrin", "Lavrov", "Blinken") if name in answer.text}
    assert len({sentence.text for sentence in answer.sentences}) == len(answer.sentences) <= 3


@pytest.mark.parametrize("name", ["demo", "sample", "attribution"])
def test_outside_brackets_every_sentence_and_earlier_value_is_a_slice_of_its_article(assistant, name):
    for line in (QUESTIONS / f"{name}.jsonl").read_text("utf-8").splitlines():
        answer = assistant.ask(json.loads(line)["question"])
        for sentence in answer.sentences:
            if sentence.text.startswith("Earlier: "):
                values = re.findall("“(.+?)”", sentence.text)
                quoted = zip(values, sentence.citations, strict=True)
                assert values
                assert all(value in citation.quote for value, citation in quoted)
            else:
                article = sentence.citations[0].article
                assert without_notes(sentence.text, article) in article.full_text
        for citation in answer.citations:
            assert citation.article.full_text[citation.start : citation.end] == citation.quote
            if citation.marked:
                assert citation.start <= citation.marked[0] < citation.marked[1] <= citation.end


def test_articles_that_differ_are_both_quoted_with_their_dates(assistant):
    text = assistant.ask("How many people died in the ferry disaster?").text
    assert "12" in text
    assert re.search(r"Nine people died.*\[26 March 2024\]", text)
    assert "(5 March 2024)" in text
