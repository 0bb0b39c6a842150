"""Questions about speech are answered from the remarks of all articles."""

import pytest

from assistant import Assistant, Turn
from assistant.answering.candidates import candidates
from assistant.answering.speech_evidence import SpeechEvidence
from assistant.render import answer_text
from assistant.search.speech_question import SpeechQuestion
from assistant.web.answer_html import answer_html
from tests.conftest import words_settings
from tests.test_check import passage

ARTICLES = {
    "ferry": ("2024-01-10", "Kaja Brandt, head of the ferry line, denied that a boat had been sold."),
    "pay": ("2024-02-11", "The wages were discussed on Monday. Ms Brandt said that there was no secret fund."),
    "fares": ("2024-03-12", "“Fares will fall,” promised Brandt. Critics of Brandt denied that she could pay for it."),
    "pier": (
        "2024-04-13",
        "A source close to Brandt denied that the pier was unsafe. Oda Lie denied that she had seen it.",
    ),
    "wind": ("2024-05-14", "According to Mr Lie, wind was the cause. Moen rejected that. The storm was denied a name."),
}


@pytest.fixture
def press(empty, write):
    for name, (day, text) in ARTICLES.items():
        write(f"{name}.md", f"---\ntitle: Report on {name}\npublished: {day}\n---\n{text}\n")
    assert not empty.ingest([write("empty.txt", "Nothing\n\nNothing happened on that day.").parent]).failed
    return empty


def quoted(answer):
    return [citation.quote for citation in answer.citations]


def test_all_denials_of_a_speaker_in_several_articles_are_listed_newest_first_with_their_dates(press):
    answer = press.ask("what did Kaja Brandt deny?")
    assert quoted(answer) == [
        "Ms Brandt said that there was no secret fund.",
        "Kaja Brandt, head of the ferry line, denied that a boat had been sold.",
    ]
    assert "[11 February 2024]" in answer.text
    assert "[10 January 2024]" in answer.text
    assert all(
        citation.article.full_text[citation.start : citation.end] == citation.quote for citation in answer.citations
    )


def test_neither_a_source_close_to_somebody_nor_critics_speak_for_her(press):
    said = " ".join(quoted(press.ask("what did Brandt deny?")))
    assert "source" not in said
    assert "Critics" not in said


def test_who_denied_it_and_who_did_not(press):
    assert quoted(press.ask("what did Oda Lie deny?")) == ["Oda Lie denied that she had seen it."]
    assert press.ask("what did Brandt confirm?").refused
    assert press.ask("what did Nemo deny?").refused


def test_a_promise_in_an_inverted_quotation_is_found(press):
    assert quoted(press.ask("what did Brandt promise?")) == ["“Fares will fall,” promised Brandt."]


def test_a_follow_up_asks_the_same_of_another_speaker(press):
    question = "what did Oda Lie deny?"
    answer = press.ask("and Kaja Brandt?", history=[Turn(question, press.ask(question).text)])
    assert len(answer.sentences) == 2
    assert "Kaja Brandt" in answer.speakers


def test_only_articles_of_the_period_asked_for_are_looked_up(press):
    assert quoted(press.ask("what did Brandt deny?", after="2024-02-01")) == [
        "Ms Brandt said that there was no secret fund."
    ]


def test_several_remarks_are_a_list_with_links_to_all_that_was_said(press):
    answer = press.ask("what did Kaja Brandt deny?")
    page = answer_html(answer)
    assert page.count("<li>") >= 2
    assert '<a href="said/Kaja%20Brandt"' in page
    assert answer_text(answer).startswith("- Ms Brandt said")
    assert [each["speakers"] for each in answer.to_dict()["sentences"]] == [
        list(each.speakers) for each in answer.sentences
    ]


def test_without_a_parser_such_questions_are_read_as_any_other(tmp_path, write):
    assistant = Assistant(words_settings(tmp_path / "index", parser="none"))
    assistant.ingest([write("ferry.txt", "Ferry\n\nKaja Brandt denied that a boat had been sold.")])
    assert "denied" in assistant.ask("what did Kaja Brandt deny?").text


@pytest.mark.parametrize(
    ("kinds", "sentence", "may_answer"),
    [
        (("deny",), "The bank rejected the report.", True),
        (("deny",), "The mayor had no plans to sell the mill.", True),
        (("deny",), "The mayor opened the mill on Monday.", False),
        (("promise",), "Ms Roake pledged to mend the pier.", True),
        (("promise",), "Ms Roake denied that the pier was closed.", False),
        (("warn", "threaten"), "The coach cautioned his players.", True),
        ((), "The coach told his players so.", True),
        ((), "The coach and his players won the cup.", False),
    ],
)
def test_articles_that_are_not_yet_searched_for_remarks_are_read_by_their_words_of_speech(kinds, sentence, may_answer):
    told = passage(sentence)
    evidence = SpeechEvidence(SpeechQuestion((), kinds, ""), (), frozenset([told.article.id]))
    assert [evidence.may_answer(each) for each in candidates([told])] == [may_answer]


def test_articles_that_were_added_without_a_parser_answer_questions_about_speech(tmp_path, write):
    file = write("ferry.txt", "Ferry\n\nThe sea was calm. Kaja Brandt denied that a boat had been sold.")
    Assistant(words_settings(tmp_path / "index", parser="none")).ingest([file])
    assistant = Assistant(words_settings(tmp_path / "index"))
    assert quoted(assistant.ask("what did Kaja Brandt deny?")) == ["Kaja Brandt denied that a boat had been sold."]
    assert assistant.ask("what did Kaja Brandt promise?").refused
