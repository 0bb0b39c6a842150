"""Who holds an office is answered from the newest article that says so, whatever older ones say."""

import json
from datetime import date

import pytest

from assistant import Assistant
from assistant.answering.office import office_question
from index.remarks.parser import Parser
from tests.conftest import words_settings

PARSER = Parser()
REPORTS = [
    (
        "2021-04-06",
        "Ferris Cray is the new harbour master of Olm",
        "The port of Olm named Ferris Cray as its harbour master on Tuesday. He succeeds Dora Wick, who had led the"
        " port for ten years.",
    ),
    (
        "2024-09-12",
        "Port of Olm dismisses its harbour master",
        "The port of Olm has dismissed its harbour master Ferris Cray after two ships ran aground. Sunniva Lasko, until"
        " now a pilot, takes over at once. Cray declined to comment.",
    ),
    (
        "2022-01-20",
        "Vicar of Ashcombe blesses the well",
        "The vicar of Ashcombe, Piers Ellery, blessed the restored well on Sunday. About 200 people came.",
    ),
    (
        "2025-02-03",
        "Ashcombe says goodbye",
        "Piers Ellery retires as vicar of Ashcombe after thirty years. The parish gave him a clock.",
    ),
    (
        "2022-06-14",
        "Orla Finn takes the chair of Dunmore Dairies",
        "Dunmore Dairies elected Orla Finn to its chair on Tuesday. She follows Hew Abbot, who had chaired the dairies"
        " since 2015.",
    ),
    (
        "2025-01-30",
        "Dunmore Dairies parts with Finn",
        "Orla Finn left Dunmore Dairies on Thursday after a quarrel over milk prices. Tove Baran replaces her at once.",
    ),
    (
        "2023-05-01",
        "Tarn Rangers win the cup",
        "Tarn Rangers won the cup on Sunday. Their coach, Ngozi Abara, praised the goalkeeper.",
    ),
]


@pytest.fixture(scope="module")
def offices(tmp_path_factory) -> Assistant:
    folder = tmp_path_factory.mktemp("offices")
    lines = [json.dumps({"published": day, "title": title, "text": text}) for day, title, text in REPORTS]
    (folder / "reports.jsonl").write_text("\n".join(lines))
    assistant = Assistant(words_settings(folder / "index"))
    assert not assistant.ingest([folder / "reports.jsonl"]).failed
    return assistant


@pytest.mark.parametrize(
    ("question", "about"),
    [
        ("Who is the harbour master of Olm?", "Who is the harbour master of Olm?"),
        ("Who leads Veltra?", "Who leads Veltra?"),
        ("who heads Veltra", "who heads Veltra"),
        ("Who currently chairs the water board?", "Who currently chairs the water board?"),
        ("Which person chairs the inquiry?", "Which person chairs the inquiry?"),
        ("Who is in charge of the police?", "Who is in charge of the police?"),
        ("Does Cray run the port?", "Who runs the port?"),
        ("Does Ibarra manage Rovik?", "Who manages Rovik?"),
        ("Is Lund still the mayor of Sarn?", "Who is the mayor of Sarn?"),
        ("Is Lund still head coach?", "Who is the head coach?"),
        ("is tessa okoro still mayor?", "Who is the mayor?"),
        ("is harald pinch the mayor of Olm", "Who is the mayor of Olm?"),
        ("Is the chairman still the mayor?", None),
        ("Is Sund still finance director at Veltra?", "Who is the finance director at Veltra?"),
        ("Does Lund still lead Veltra?", "Who leads Veltra?"),
        ("does she lead Veltra?", None),
        ("Is Lund still in charge of the port?", "Who is in charge of the port?"),
        ("veltra boss", "Who is the veltra boss?"),
        ("Who was the vicar in 2021?", "Who was the vicar in 2021?"),
        ("Who is Ferris Cray?", None),
        ("Who led the port before Cray?", None),
        ("Who was the first mayor?", None),
        ("Who is the man who shot the mayor?", None),
        ("Who won the race?", None),
        ("Is the harbour open?", None),
        ("Is Veltra still profitable?", None),
        ("the bridge", None),
        ("", None),
    ],
)
def test_questions_who_holds_an_office_are_told_from_others(question, about):
    assert office_question(question, PARSER) == about


@pytest.mark.parametrize(
    "question",
    ["Who is the harbour master of Olm?", "Who runs the port of Olm?", "Is Cray still the harbour master of Olm?"],
)
def test_the_newest_change_is_quoted_with_its_date_and_the_older_holder_is_not(offices, question):
    answer = offices.ask(question)
    assert "Sunniva Lasko, until now a pilot, takes over at once. [12 September 2024]" in answer.text
    assert "dismissed its harbour master Ferris Cray" in answer.text
    assert "named Ferris Cray" not in answer.text


@pytest.mark.parametrize("question", ["Who chairs Dunmore Dairies?", "Does Abbot chair Dunmore Dairies?"])
def test_who_followed_a_successor_is_found_too(offices, question):
    answer = offices.ask(question)
    assert "Tove Baran replaces her at once." in answer.text
    assert "Hew Abbot" not in answer.text


def test_who_held_an_office_before_somebody_is_quoted(offices):
    assert "He succeeds Dora Wick" in offices.ask("Who was harbour master of Olm before Ferris Cray?").text
    assert "She follows Hew Abbot" in offices.ask("Whom did Finn succeed at Dunmore Dairies?").text


def test_an_office_that_somebody_left_is_answered_by_that(offices):
    assert "Piers Ellery retires as vicar of Ashcombe" in offices.ask("Who is the vicar of Ashcombe?").text


def test_who_held_an_office_in_a_period_may_have_been_reported_before_it(offices):
    answer = offices.ask("Who was the harbour master of Olm in 2023?")
    assert "named Ferris Cray as its harbour master" in answer.text
    assert answer.filter.before == date(2023, 12, 31)
    assert answer.filter.after is None
