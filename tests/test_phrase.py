"""How quoted sentences are said: clauses, and brackets that are no quotation."""

from datetime import date

import pytest

from assistant.answering.annotations import (
    LONG_SENTENCE,
    Note,
    clause_around,
    pronoun_note,
    publication_note,
    span_with_notes,
    with_notes,
)
from assistant.answering.candidates import Candidate
from assistant.checking.check import without_notes
from index.article import Article, Passage, Sentence

NAMES = frozenset({"orsk", "lavrov", "moscow", "nato", "elstrand", "noor"})


def candidate(lead: str, text: str) -> Candidate:
    article = Article("a", "a.txt", "Mills", f"{lead} {text}", published=date(2024, 3, 5))
    sentence = Sentence(len(lead) + 1, len(lead) + 1 + len(text), 0, len(lead))
    return Candidate(1, Passage("p", article, 0, len(article.full_text), (sentence,)), sentence)


@pytest.mark.parametrize(
    ("lead", "text", "said"),
    [
        ("Mr Lavrov met NATO.", "He denied it.", "He [Mr Lavrov] denied it."),
        ("Noor Elstrand won on Monday.", "But she said little.", "But she [Noor Elstrand] said little."),
        ("Orsk spoke.", "“It was cold,” he said.", "“It was cold,” he [Orsk] said."),
        ("Moscow has 100,000 troops there.", "It denies any plan.", "It [Moscow] denies any plan."),
    ],
)
def test_a_pronoun_is_explained_in_brackets_by_the_name_that_the_sentence_before_begins_with(lead, text, said):
    assert with_notes(text, [pronoun_note(text, candidate(lead, text), NAMES)]) == said


@pytest.mark.parametrize(
    ("lead", "text"),
    [
        ("The press met Orsk and Lavrov.", "He denied it."),
        ("Moscow has 100,000 troops there.", "He denied it."),
        ("NATO met in Rome.", "She denied it."),
        ("Nobody was there.", "He denied it."),
        ("Orsk spoke.", "This was denied."),
        ("Orsk spoke.", "His mill fell."),
        ("Orsk and Lavrov spoke.", "He denied it."),
        ("Orsk’s mill fell.", "It was old."),
        ("The fever came to Moscow.", "It killed nine."),
        ("Lavrov conceded to Noor Elstrand.", "She demanded a recount."),
        ("Orsk met Lavrov in Tarn.", "He left at noon."),
        ("Noor Elstrand set up an inquiry.", "It reports in June."),
        ("Mr Orsk built a mill.", "It burnt down."),
    ],
)
def test_a_pronoun_that_could_mean_another_is_not_explained(lead, text):
    assert pronoun_note(text, candidate(lead, text), NAMES) is None


def test_of_a_very_long_sentence_the_clause_with_the_answer_is_said():
    first, second = (
        f"The council of the old town met {'again ' * 40}on Monday",
        "the mayor resigned after nine years in office",
    )
    text = f"{first}; {second}."
    at = text.index("nine years")
    assert len(text) > LONG_SENTENCE
    assert text[slice(*clause_around(text, (at, at + 10)))] == f"{second}."
    assert text[slice(*clause_around(text, (0, 11)))] == first
    assert clause_around("A short one; a clause.", (0, 7)) == (0, 22)


def test_brackets_that_tell_a_date_or_words_of_the_article_are_no_quotation():
    article = candidate("Mr Lavrov spoke.", "He denied it.").passage.article
    assert without_notes("He [Mr Lavrov] denied it.", article) == "He denied it."
    dated = with_notes("He denied it.", [publication_note("He denied it.", article)])
    assert dated == "He denied it. [5 March 2024]"
    assert without_notes(dated, article) == "He denied it."
    assert publication_note("It fell.", Article("b", "b", "B", "It fell.")) == Note(8, " [undated]")
    assert without_notes("He [that liar] denied it.", article) == "He [that liar] denied it."


@pytest.mark.parametrize("answer", ["On Friday", "Friday", "Friday he", "he denied", "it", "it on Monday."])
def test_the_words_that_answer_are_found_again_among_notes(answer):
    text = "On Friday he denied it on Monday."
    notes = [Note(9, " [21 January 2022]"), Note(12, " [Mr Lavrov]"), Note(len(text), " [5 March 2024]")]
    start = text.index(answer)
    shown = with_notes(text, notes)[slice(*span_with_notes((start, start + len(answer)), notes))]
    assert without_notes(shown, candidate("Mr Lavrov spoke.", text).passage.article).startswith(answer[:2])
    assert shown.replace(" [21 January 2022]", "").replace(" [Mr Lavrov]", "") == answer
