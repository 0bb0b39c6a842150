"""Answers from three collections: the demonstration, reports from Wikinews, and news invented apart from the code.

Search goes by word counts instead of the embedding model; reading, parsing and scoring are those that ship. These were
right on 2026-12-01 and must stay so; how many of all are right is in test_typed_questions.py.
"""

import json

import pytest

from assistant import Assistant
from benchmarks.typed_questions import is_as_expected
from index.ingest import demo_folder
from tests.conftest import ROOT, words_settings

DATA = ROOT / "tests" / "data"
ARTICLES = {
    "demonstration": demo_folder(),
    "wikinews": DATA / "typed" / "wikinews" / "articles.jsonl",
    "league": DATA / "typed" / "league" / "articles.jsonl",
}
ANSWERED = [
    ("demonstration", "Who owns Fenwold Advisory?"),
    ("demonstration", "how old is edvin larch"),
    ("demonstration", "How many people did the Curlew save?"),
    ("wikinews", "What brought the javelins back to the throwers?"),
    ("wikinews", "In which city did Lungu fall ill on stage?"),
    ("wikinews", "How much did Greenpeace have to pay for the damaged reef?"),
    ("wikinews", "What does de Klerk deny?"),
    ("wikinews", "was anybody hurt by the chilean eruption"),
    ("wikinews", "How many articles mention Lungu?"),
    ("league", "Who coaches Rovik now?"),
    ("league", "When was Rovik founded?"),
    ("league", "Why did the roof collapse?"),
    ("league", "Who started Lumora?"),
    ("league", "which paper had the story that the fine was halved?"),
]
REFUSED = [
    ("demonstration", "what did Blinken deny?"),
    ("demonstration", "How many people died in the Tarnwick mine?"),
    ("wikinews", "what cartoons did charlie hebdo publish in 2009"),
    ("wikinews", "What did Southerland deny?"),
    ("wikinews", "who bought wee w"),
    ("league", "Who won the Crown League in 2019?"),
    ("league", "Why was Priya Nandal arrested?"),
]


@pytest.fixture(scope="module")
def assistants(tmp_path_factory):
    """An assistant for each collection, by its name."""
    made = {name: Assistant(words_settings(tmp_path_factory.mktemp(name))) for name in ARTICLES}
    for name, assistant in made.items():
        assert not assistant.ingest([ARTICLES[name]]).failed
    return made


def expected(name, question):
    """What the file of a collection's questions expects of the answer."""
    folder = DATA / "questions" / "demo.jsonl" if name == "demonstration" else DATA / "typed" / name / "questions.jsonl"
    rows = map(json.loads, folder.read_text("utf-8").splitlines())
    row = next(row for row in rows if row["question"] == question)
    return row.get("expect") or {"any": row["answers"]}


@pytest.mark.parametrize(("name", "question"), ANSWERED)
def test_a_question_is_answered_with_exact_quotations(assistants, name, question):
    answer = assistants[name].ask(question)
    assert is_as_expected(answer, expected(name, question)), answer.text
    for citation in answer.citations:
        assert citation.article.full_text[citation.start : citation.end] == citation.quote


@pytest.mark.parametrize(("name", "question"), REFUSED)
def test_what_an_article_nearly_says_is_refused(assistants, name, question):
    answer = assistants[name].ask(question)
    assert answer.refused, answer.text
