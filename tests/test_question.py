import pytest

from assistant.answering.question import parse_question
from assistant.answering.several_questions import single_questions
from assistant.english.names import names_in
from index.remarks.parser import Parser

NAMES = frozenset("lavrov blinken nato russia truss liz britain biden putin denmark unitedstates orsk".split())
PARSER = Parser()


@pytest.mark.parametrize(
    ("question", "asks"),
    [
        ("How many troops are there?", "number"),
        ("what percentage of the votes did she win?", "number"),
        ("When did they meet?", "time"),
        ("By what date is it due?", "time"),
        ("Who said so?", "person"),
        ("Which minister opened the ward?", "person"),
        ("What did Lavrov deny?", "anything"),
        ("How did the team win?", "anything"),
        ("the budget", "anything"),
    ],
)
def test_the_kind_of_answer_is_read_off_the_question(question, asks):
    assert parse_question(question, NAMES, PARSER).asks == asks


def test_without_a_parser_the_kind_of_answer_is_not_known():
    assert parse_question("When did they meet?", NAMES).asks == "anything"


def test_years_are_read_off_the_question():
    assert parse_question("who led in the 1640s and in 2019?", NAMES).years == {"1640", "2019"}
    assert parse_question("how many of the 1,200 came by 10:30?", NAMES).years == frozenset()


def test_a_name_that_no_article_has_is_still_a_name_by_its_capital():
    assert parse_question("what did Zelensky say?", NAMES).required == {"zelensky"}


def test_of_a_full_name_the_last_is_required():
    assert parse_question("what did Liz Truss say?", NAMES).required == {"truss"}


def test_a_country_is_required_before_another_name_too():
    assert parse_question("who is the German Orsk?", NAMES).required == {"germany", "orsk"}


def test_names_are_the_words_that_are_never_written_small_inside_a_sentence():
    texts = ["Then Mr Lavrov met the president.", "It said President Biden and Nato left.", "Rain fell."]
    assert names_in(texts) == {"lavrov", "biden", "nato"}


@pytest.mark.parametrize(
    ("question", "single"),
    [
        ("Who won the race and when was it?", ("Who won the race?", "When was it?")),
        ("Where and when was it signed?", ("Where was it signed?", "When was it signed?")),
        ("how and why did the ship sink", ("How did the ship sink?", "Why did the ship sink?")),
        ("When did the strike end, and why?", ("When did the strike end?", "Why did the strike end?")),
        ("Did the mayor resign and when?", ("Did the mayor resign?", "When did the mayor resign?")),
        ("Who is the mayor? When was she elected?", ("Who is the mayor?", "When was the mayor elected?")),
        ("When did the strike end and what did it cost?", ("When did the strike end?", "What did the strike cost?")),
        ("Who won the cup and which clubs went down?", ("Who won the cup?", "Which clubs went down?")),
        (
            "How many jobs is Olm Bank cutting and how much did its profit fall?",
            ("How many jobs is Olm Bank cutting?", "How much did Olm Bank’s profit fall?"),
        ),
        ("What caused the flood and who paid for it?", ("What caused the flood?", "Who paid for it?")),
        ("How many died and how many were injured?", ("How many died?", "How many were injured?")),
    ],
)
def test_two_questions_in_one_are_asked_one_after_the_other(question, single):
    assert single_questions(question, PARSER) == single


@pytest.mark.parametrize(
    ("question", "sides"),
    [
        ("Is milk cheaper in Bern or in Basel?", ("Is milk cheaper in Bern?", "Is milk cheaper in Basel?")),
        ("Compare inflation in 2023 and 2024", ("What is inflation in 2023?", "What is inflation in 2024?")),
        ("Did France or Germany win?", ("Did France win?", "Did Germany win?")),
        ("Turnout in Olm vs Sarn?", ("Turnout in Olm?", "Turnout in Sarn?")),
        ("Veltra's workforce in 2023 vs 2026?", ("Veltra's workforce in 2023?", "Veltra's workforce in 2026?")),
        ("Olm v Sarn turnout", ("Olm turnout?", "Sarn turnout?")),
        (
            "the fine of the court versus that of the council",
            ("The fine of the court?", "The fine of the council?"),
        ),
        ("the old toll vs the new toll", ("The old toll?", "The new toll?")),
        ("Rovik v Brannock", ("Rovik v Brannock",)),
        ("Compare the cod and the herring quota", ("What is the cod quota?", "What is the herring quota?")),
        (
            "What's the difference between Lund's fine and that of Orsk?",
            ("What is Lund's fine?", "What is fine of Orsk?"),
        ),
        ("difference between the old and the new contract", ("What is the old contract?", "What is the new contract?")),
        ("Which is bigger, the moon or the sun?", ("Which is bigger, the moon?", "Which is bigger, the sun?")),
    ],
)
def test_a_comparison_is_asked_once_for_each_side(question, sides):
    assert single_questions(question, PARSER) == sides


@pytest.mark.parametrize(
    "question",
    [
        "How many people were killed and injured?",
        "Who asked why the ferry and the train were late?",
        "What did he say about when and where they met?",
        "What did Tavrin and Lavrov say?",
        "What did the council reject and why?",
        "Who said what and to whom?",
    ],
)
def test_one_question_with_two_nouns_or_verbs_is_left_whole(question):
    assert single_questions(question, PARSER) == (question,)


def test_without_a_parser_a_question_is_left_whole():
    assert single_questions("Who won and when was it?", None) == ("Who won and when was it?",)
