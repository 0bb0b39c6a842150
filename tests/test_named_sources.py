"""An outlet or author whose articles are asked about is found in the question; other names are left alone."""

import pytest

from assistant.english.periods import without_restrictions
from assistant.search.named_sources import named_sources

PUBLISHERS = ["Telmouth Herald", "Sarn Gazette", "The Washington Post", "Corvania Press Agency", "Circuit Weekly"]
PUBLISHERS += ["Touchline", "Élan", "People", "Nord-Kurier"]
AUTHORS = ["Ruth Mayer", "José Ángel Núñez", "Nadia Kern", "John Smith", "Ann Smith", "Paul Brandt"]


def named(question):
    """The source, and the question without it."""
    found = named_sources(question, PUBLISHERS, AUTHORS, is_speaker=lambda name: name == "Paul Brandt")
    return [guess.value for guess in found], without_restrictions(question, found)


@pytest.mark.parametrize(
    ("question", "source", "left"),
    [
        ("What does the Telmouth Herald say about the fire?", "Telmouth Herald", "What about the fire?"),
        ("what did the herald write about Veltra?", "Telmouth Herald", "what about Veltra?"),
        ("what does elan say about bread", "Élan", "what about bread"),
        ("What does Nord Kurier report about the wolf?", "Nord-Kurier", "What about the wolf?"),
        ("What did the press agency report on the roof?", "Corvania Press Agency", "What on the roof?"),
        ("What does the Herald say happened to the mill?", "Telmouth Herald", "What happened to the mill?"),
        ("Did the Post report that the brakes failed?", "The Washington Post", "That the brakes failed?"),
        ("Has the Post reported on the fire?", "The Washington Post", "On the fire?"),
        ("Has the Herald covered the fire?", "Telmouth Herald", "Covered the fire?"),
        ("How many articles did the Gazette publish?", "Sarn Gazette", "How many articles?"),
        ("How many Gazette articles mention cod?", "Sarn Gazette", "How many articles mention cod?"),
        ("what's Circuit Weekly's take on phones", "Circuit Weekly", "what's on phones"),
        ("Who writes for Touchline?", "Touchline", "Who writes?"),
        ("What did Ruth Mayer write about?", "Ruth Mayer", "What about?"),
        ("what has mayer written?", None, "what has mayer written?"),
        ("What has Mayer written?", "Ruth Mayer", "What?"),
        ("Ruth Mayer's articles", "Ruth Mayer", "Articles"),
        ("articles by jose angel nunez", "José Ángel Núñez", "articles"),
        ("What does Nadia Kern say about the coach?", "Nadia Kern", "What about the coach?"),
        ("What did Paul Brandt write?", "Paul Brandt", "What?"),
    ],
)
def test_a_source_is_named_by_whole_or_in_part(question, source, left):
    assert named(question) == ([source] if source else [], left)


@pytest.mark.parametrize(
    "question",
    [
        "What did Lavrov say about the war?",
        "What did Paul Brandt say about the wolves?",
        "What did Smith write?",
        "What did the people say about the Herald's fire?",
        "Who owns the Telmouth Herald?",
        "Who is Ruth Mayer?",
        "What does the Herald Tribune Company say?",
        "What do the herald and the gazette say?",
        "",
    ],
)
def test_other_names_are_no_sources(question):
    assert named(question) == ([], question)


def test_an_outlet_and_an_author_may_both_be_named():
    assert named("What did Ruth Mayer write in the Gazette?") == (["Ruth Mayer", "Sarn Gazette"], "What?")
