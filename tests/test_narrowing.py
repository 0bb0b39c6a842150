"""What a question says of the articles that it means, from the words to the chip."""

from datetime import date

import pytest

from assistant import Assistant
from assistant.render import answer_text
from assistant.web.answer_html import answer_html
from tests.conftest import words_settings

TODAY = date(2024, 3, 20)


@pytest.fixture
def two_tolls(tmp_path, write):
    """An old and a new article of different publishers, and an undated one."""
    assistant = Assistant(words_settings(tmp_path / "index"), today=lambda: TODAY)
    write(
        "old.md",
        "---\npublished: 2021-05-02\npublisher: The Gazette\n---\n# Mill\n\nMr. Orsk sold the mill to the bank.",
    )
    write(
        "new.md",
        "---\npublished: 2024-03-13\npublisher: Reuters\n---\n# Mill again\n\nMr. Orsk sold the mill to Mr. Dorn.",
    )
    folder = write("undated.md", "# Barn\n\nMr. Falk burnt the barn to the ground.").parent
    assistant.ingest([folder])
    return assistant


@pytest.mark.parametrize(
    ("question", "quoted", "told"),
    [
        ("to whom did Orsk sell the mill last week?", "Dorn", "from 11 to 17 March 2024"),
        ("to whom did Orsk sell the mill in 2021?", "bank", "in 2021"),
        ("according to Reuters, to whom did Orsk sell the mill?", "Dorn", "from Reuters"),
    ],
)
def test_the_time_or_source_that_a_question_names_narrows_the_search_and_is_shown(two_tolls, question, quoted, told):
    answer = two_tolls.ask(question)
    assert {quoted in citation.quote for citation in answer.citations} == {True}, answer
    assert told in answer_html(answer)
    assert told in answer_text(answer)
    assert [guess["label"] for guess in answer.to_dict()["guesses"]] == [told]


def test_a_guess_that_is_ignored_is_neither_applied_nor_searched_for(two_tolls):
    answer = two_tolls.ask("to whom did Orsk sell the mill in 2021?", ignore=["dates"])
    assert answer.guesses == ()
    assert {citation.article.title for citation in answer.citations} >= {"Mill again"}
    assert answer.standalone_question == "to whom did Orsk sell the mill?"


def test_a_time_of_which_there_are_no_articles_is_no_guess(two_tolls):
    assert two_tolls.ask("to whom did Orsk sell the mill in 1998?").guesses == ()


def test_where_articles_of_that_time_dont_answer_all_are_searched_and_it_is_said(two_tolls):
    answer = two_tolls.ask("who burnt the barn in 2021?")
    assert [citation.article.title for citation in answer.citations] == ["Barn"]
    assert answer.notice.startswith("No article from that period answers this")


def test_a_source_that_doesnt_say_is_a_refusal_and_no_other_source_is_asked(two_tolls):
    answer = two_tolls.ask("according to Reuters, who burnt the barn?")
    assert answer.refused
    assert [guess.value for guess in answer.guesses] == ["Reuters"]


def test_what_is_given_is_not_guessed(two_tolls):
    answer = two_tolls.ask("to whom did Orsk sell the mill in 2021?", after="2024-01-01")
    assert answer.guesses == ()
    assert {citation.article.title for citation in answer.citations} <= {"Mill again"}


def test_a_relative_date_is_told_in_brackets_and_the_quotation_stays_exact(tmp_path, write):
    assistant = Assistant(words_settings(tmp_path / "index"))
    text = "Mr. Orsk denied on Friday that he had sold the mill."
    assistant.ingest([write("a.md", f"---\npublished: 2024-03-17\n---\n# Mill\n\n{text}")])
    answer = assistant.ask("what did Orsk deny?")
    assert "on Friday [15 March 2024]" in answer.text
    assert answer.citations[0].quote == text
