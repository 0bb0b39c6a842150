"""Countries, their people and their capitals: names of one country are one, and a capital counts only as a speaker."""

import re
import time
from importlib.resources import files

import pytest

from assistant.answering.candidates import candidates, has_kind, known_names, may_answer
from assistant.answering.question import parse_question
from assistant.english.countries import canonical, countries_in, government, is_country
from tests.test_check import check, passage

ROWS = [
    line.split("\t")
    for line in (files("assistant.english") / "countries.tsv").read_text("utf-8").splitlines()
    if not line.startswith("#")
]


def test_every_country_is_known_by_its_name_and_its_demonyms():
    assert len(ROWS) > 250
    for name, _, demonyms, *_ in ROWS:
        for each in (name, *filter(None, demonyms.split("|"))):
            assert len(countries_in(f"They met envoys of {each} there.")) == 1, each


def test_a_capital_has_a_government_and_is_no_country():
    assert government("nairobi") == "kenya"
    assert government("abudhabi") == "unitedarabemirates"
    assert government("harden") is None
    assert not any(is_country(city) for city in ("nairobi", "abudhabi", "moscow", "paris"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Britain and the Britons", "the UK and the British"),
        ("Ivorian cocoa", "Côte d'Ivoire cocoa"),
        ("Burma’s generals", "Myanmar’s generals"),
        ("the Poles", "the Polish"),
        ("Czech hops", "Czechia hops"),
        ("the U.S.A. and the us", "the United States and America"),
        ("the European Union", "the EU"),
    ],
)
def test_the_names_of_one_country_and_its_people_are_one_name(one, other):
    assert canonical(one).removeprefix("the ") != one.removeprefix("the ")
    assert re.sub(r"\bthe ", "", canonical(one)) == re.sub(r"\bthe ", "", canonical(other))


@pytest.mark.parametrize(
    "text",
    [
        "Paris Hilton opened the hotel.",
        "She lives in Paris and works in Nairobi.",
        "Chad Barlow and Jordan Ames won.",
        "Georgia Okafor leads the party.",
        "The council of Michael Jordan met.",
        "Kathy Ireland sold the firm.",
        "They drove through New Mexico and New England.",
        "The rig stands in the Gulf of Mexico.",
        "The children keep a guinea pig and two guinea fowl.",
        "Guinea pigs are kept there.",
        "He sold fine china and a turkey.",
        "We polish it and let us go.",
        "Farmers in Latin America and South America agreed.",
        "Two poles fell.",
        "Korea was divided.",
        "The British Isles are wet.",
    ],
)
def test_other_words_and_longer_names_are_no_country(text):
    assert not countries_in(text) - {"southkorea", "northkorea"}


@pytest.mark.parametrize(
    ("text", "countries"),
    [
        ("King Hussein of Jordan spoke.", {"jordan"}),
        ("Chad President Idriss Orbane left.", {"chad"}),
        ("In Georgia, voters queued.", {"georgia"}),
        ("South Korea met North Korea.", {"southkorea", "northkorea"}),
        ("Papua New Guinea and Guinea-Bissau agreed.", {"papuanewguinea", "guineabissau"}),
        ("Northern Ireland beat Ireland.", {"northernireland", "ireland"}),
        ("which treaty did china sign?", {"china"}),
        ("Which treaty did turkey sign?", {"turkiye"}),
        ("The Nigerien army isn't the Nigerian one.", {"niger", "nigeria"}),
    ],
)
def test_a_country_is_known_beside_names_that_are_like_it(text, countries):
    assert countries_in(text) == countries


def answers(question: str, text: str, check=may_answer) -> bool:
    among = candidates([passage(text)])
    names = known_names(among)
    asked = parse_question(question, names)
    return any(check(asked, candidate, names) for candidate in among)


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("Which country won the regatta?", "Nigeria won the regatta on the last day."),
        ("Which country sent doctors?", "The Ghanaian doctors came by ship."),
        ("Which countries signed the pact?", "Sri Lanka and Botswana signed the pact."),
        ("Which nation recalled its envoy?", "The Uruguayans recalled their envoy."),
        ("From which country did the ship come?", "The ship came from Tuvalu."),
    ],
)
def test_any_country_answers_which_country(question, text):
    assert answers(question, text)
    assert answers(question, text, has_kind)


@pytest.mark.parametrize(
    "text",
    [
        "Paris Hilton won the regatta.",
        "Chad Barlow won the regatta.",
        "A crew of New Mexico won the regatta.",
        "A crew of London won the regatta.",
        "Michael Jordan won the regatta.",
    ],
)
def test_persons_and_other_places_dont_answer_which_country(text):
    assert not answers("Which country won the regatta?", text)


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("What did Russia deny?", "Moscow denied that it had sent the ship."),
        ("What did Moscow deny?", "Russia denied that it had sent the ship."),
        ("What did Kenya deny?", "“It is false,” said a letter, and Nairobi denied the sale."),
        ("What did Peru deny?", "The sale was denied on Monday by Lima."),
        ("What did the United States say?", "The White House said that talks would go on."),
    ],
)
def test_a_capital_speaks_for_its_government(question, text, empty, write):
    empty.ingest([write("a.txt", f"Report\n\n{text}")])
    assert [sentence.text for sentence in empty.ask(question).sentences] == [text]


@pytest.mark.parametrize(
    ("sentence", "country"),
    [
        ("Paris Hilton denied the report.", "France"),
        ("Officials in Moscow denied the report.", "Russia"),
        ("A shop owner from Nairobi denied the report.", "Kenya"),
        ("Denzel Washington denied the report.", "the United States"),
        ("Mr Madrid Alvarez denied the report.", "Spain"),
    ],
)
def test_a_person_or_a_place_named_like_a_capital_doesnt_speak_for_a_country(sentence, country, empty, write):
    empty.ingest([write("a.txt", f"Report\n\n{sentence}")])
    assert empty.ask(f"What did {country} deny?").refused


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("Russia denied the sale.", "Moscow denied the sale on Monday."),
        ("Nairobi has denied the sale.", "Kenya has denied the sale of the port."),
        ("Peru later denied the sale.", "Lima later denied the sale of the port."),
        ("Canada said that the port was closed.", "On Monday Ottawa said that the port was closed."),
    ],
)
def test_the_check_takes_a_capital_that_speaks_for_its_country(said, text):
    assert check(said, [passage(text)], [1]).supported


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("The writer lives in France with two sons.", "The writer lives in Paris with two sons."),
        ("The bakers of Kenya went on strike.", "The bakers of Nairobi went on strike."),
        ("A storm flooded Peru on Monday.", "A storm flooded Lima on Monday."),
        ("Canada Denzel won the race.", "Ottawa Denzel won the race."),
    ],
)
def test_the_check_doesnt_take_a_capital_as_a_place_for_its_country(said, text):
    assert not check(said, [passage(text)], [1]).supported


def test_a_long_text_full_of_ambiguous_words_is_read_fast():
    text = "china " * 50_000
    started = time.perf_counter()
    assert countries_in(f"{text}Nigeria") == {"nigeria"}
    assert time.perf_counter() - started < 5
