import pytest

from assistant.answering.question import parse_question
from assistant.english.names import names_in
from assistant.english.synonyms import concept

NAMES = frozenset("lavrov blinken nato russia truss liz britain biden putin denmark unitedstates orsk".split())


@pytest.mark.parametrize(
    ("question", "asks"),
    [
        ("how many troops are there?", "number"),
        ("When did they meet?", "time"),
        ("by what date is it due", "time"),
        ("Who said so?", "person"),
        ("where is it?", "place"),
        ("in which city did they meet?", "place"),
        ("what did Lavrov deny?", "anything"),
        ("tell me about somewhere", "anything"),
    ],
)
def test_the_kind_of_answer_is_read_off_the_question(question, asks):
    assert parse_question(question, NAMES).asks == asks


@pytest.mark.parametrize(
    ("text", "is_read"),
    [
        ("Is Tavrin going to resign?", True),
        ("According to the police, was anybody arrested?", True),
        ("should teachers strike", True),
        ("what did Lavrov deny?", True),
        ("the budget", False),
        ("ferry disaster", False),
        ("Isaac Lind", False),
    ],
)
def test_a_question_is_read_and_a_keyword_isnt(text, is_read):
    assert parse_question(text, NAMES).is_read == is_read


def test_how_many_names_what_is_counted():
    assert concept("vessels") in parse_question("how many of the ships left?", NAMES).counted
    assert parse_question("how much did they pay?", NAMES).counted == frozenset()


def test_years_are_read_off_the_question():
    assert parse_question("who led in the 1640s and in 2019?", NAMES).years == {"1640", "2019"}
    assert parse_question("how many of the 1,200 came by 10:30?", NAMES).years == frozenset()


def test_a_name_that_no_article_has_is_still_a_name_by_its_capital():
    assert parse_question("what did Zelensky say?", NAMES).required == {"zelensky"}


def test_of_a_full_name_the_last_is_required():
    assert parse_question("what did Liz Truss say?", NAMES).required == {"truss"}


def test_a_country_is_required_before_another_name_too():
    assert parse_question("who is the German Orsk?", NAMES).required == {"germany", "orsk"}


@pytest.mark.parametrize(
    ("question", "subject", "deed"),
    [
        ("When did Mr Lavrov leave Geneva?", {"lavrov"}, "left"),
        ("how many troops does NATO have?", {"nato"}, "have"),
        ("when did the talks end?", set(), None),
        ("when did Putin's spokesman leave?", set(), None),
    ],
)
def test_the_doer_and_the_deed_are_read_off_the_question(question, subject, deed):
    found = parse_question(question, NAMES)
    assert (found.subject, found.deed) == (subject, deed and concept(deed))


def test_names_are_the_words_that_are_never_written_small_inside_a_sentence():
    texts = ["Then Mr Lavrov met the president.", "It said President Biden and Nato left.", "Rain fell."]
    assert names_in(texts) == {"lavrov", "biden", "nato"}


def test_synonyms_and_forms_of_a_word_are_one_concept():
    assert len({concept(word) for word in ("ship", "ships", "vessels", "boat")}) == 1
    assert concept("met") == concept("talks")
    assert concept("ship") != concept("plane")
