"""With the real models: answers, and the served chat over `gradio_client`."""

import json

import pytest
from gradio_client import Client

from assistant import Assistant, Settings
from tests.conftest import ROOT, SAMPLE

pytestmark = pytest.mark.real

DENIED = "“never threatened the Ukrainian people” and has no plans to attack the country."


@pytest.fixture(scope="module")
def assistant(real_index) -> Assistant:
    return Assistant(Settings(index_dir=real_index))


@pytest.mark.parametrize(
    ("question", "quoted"),
    [
        ("what did Lavrov deny?", DENIED),
        ("WHAT DID LAVROF DENY", DENIED),
        ("what did Moscow deny?", "denies preparing an invasion"),
        ("how many troops does Moscow have near Ukraine's borders?", "100,000 troops"),
        ("where did Blinken and Lavrov meet?", "met in Geneva"),
        ("when did Blinken and Lavrov meet?", "On Friday"),
        ("who accused NATO of conspiring against Russia?", "Mr Lavrov accused NATO"),
        ("how many vessels take part in the naval drills?", "more than 140 vessels"),
        ("which country is sending a frigate to the Baltic Sea?", "Denmark"),
        ("who is the president of France?", "Emmanuel Macron"),
        ("what did Liz Truss say?", "desist and step back"),
        ("What did the Transport Ministry deny?", "denied that it had broken tender rules"),
    ],
)
def test_plain_questions_are_answered_with_quotations_that_hold(assistant, question, quoted):
    answer = assistant.ask(question)
    assert quoted in answer.text
    for citation in answer.citations:
        assert citation.article.full_text[citation.start : citation.end] == citation.quote


@pytest.mark.parametrize(
    "question",
    [
        "how many troops has NATO stationed there?",
        "what did Blinken deny?",
        "what did NATO deny?",
        "how many warships is Spain deploying?",
        "what did Germany promise Ukraine?",
        "what is the capital of Ukraine?",
        "who won the world cup?",
    ],
)
def test_what_the_articles_almost_say_is_refused(assistant, question):
    answer = assistant.ask(question)
    assert answer.refused
    assert answer.passages


def test_questions_that_others_wrote_are_mostly_answered_right_or_refused_rightly(assistant):
    """40 questions about the sample article, written apart from the code; a guard, not a figure to quote."""
    rows = [json.loads(line) for line in (ROOT / "tests/data/questions/sample.jsonl").read_text("utf-8").splitlines()]
    answers = [(row["answers"], assistant.ask(row["question"])) for row in rows]
    right = [answer for wanted, answer in answers if any(words in answer.text for words in wanted)]
    refused = [answer for wanted, answer in answers if not wanted and answer.refused]
    assert len(right) >= 20
    assert len(refused) >= 11


def test_the_chat_answers_over_its_api(chat):
    client = Client(chat, verbose=False)
    answer = client.predict("what did Lavrov deny?", api_name="/ask")
    assert DENIED in answer["text"]
    assert DENIED in client.predict("what did Lavrov deny?", api_name="/chat")
    *_, last = client.submit("what did Lavrov deny?", api_name="/chat")
    assert 'class="cite"' in last
    full_text = SAMPLE.read_text("utf-8")
    assert all(citation["quote"] in full_text for citation in json.loads(json.dumps(answer))["citations"])
    narrowed = client.predict("what did Lavrov deny?", before="1999-12-31", api_name="/ask")
    assert narrowed["refused"]
    with pytest.raises(Exception, match="Write it as 2024-03-05"):
        client.predict("what did Lavrov deny?", after="yesterday", api_name="/ask")
    with pytest.raises(Exception, match="The question is empty"):
        client.predict(" ", api_name="/ask")
