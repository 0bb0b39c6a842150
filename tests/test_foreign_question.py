"""A question in another language is told so; English ones, names and keywords aren't taken for one."""

from pathlib import Path

import pytest

from assistant.answering.foreign_question import is_foreign

ROWS = [line.split("\t") for line in (Path(__file__).parent / "data/foreign_questions.tsv").read_text().splitlines()]
ENGLISH = [
    *("Lavrov", "who is Mayor Müller?", "What did Le Monde say about Macron?", "Die Welt on the strike", "news"),
    *("San Francisco de Asis", "El Niño impact", "Real Madrid transfer", "Rio de Janeiro floods", "Der Spiegel"),
    *("Les Misérables review", "Champs-Élysées protest", "Ursula von der Leyen", "Xi Jinping Taiwan", "tl;dr"),
    *("What does “Schadenfreude” mean?", "who is the mayor? please answer in german", "hw many ppl died", "sum up"),
    *("What did Лавров say?", "Łódź mayor", "Nord Stream 2", "orsk mill roof", "2024?", "?", "", "🙂"),
]


def test_nineteen_in_twenty_foreign_questions_are_told(demo):
    told = [language for language, question in ROWS if is_foreign(question, demo.collection)]
    assert len(told) >= 0.94 * len(ROWS)
    for language in ("de", "fr", "es", "it", "pl", "tr", "ru", "zh", "ar"):
        assert told.count(language) >= 0.85 * sum(row[0] == language for row in ROWS), language


@pytest.mark.parametrize("question", ENGLISH)
def test_english_questions_and_names_are_not_foreign(question, demo):
    assert not is_foreign(question, demo.collection)


def test_names_of_the_articles_are_not_foreign(empty, write):
    empty.ingest([write("a.md", "# Veltra\n\nImra Sund leads the shipping company Veltra in Telmouth.")])
    assert not is_foreign("imra sund veltra", empty.collection)


def test_the_reply_says_which_language_is_read(demo):
    answer = demo.ask("Wie viele Menschen starben bei dem Brand?")
    assert (answer.answered_by, answer.refused) == ("guide", False)
    assert "English" in answer.text
