"""Who said what in an article: each test's sentences state the fact."""

from functools import cache

import pytest

from index.remarks.article_remarks import find_remarks
from index.remarks.parser import Parser
from index.remarks.quotations import quotations
from index.remarks.sentence_remarks import all_remarks, sentence_remarks
from index.remarks.speech_verbs import KINDS, may_report_speech, speech_verbs
from index.text.sentences import sentences


@cache
def parser():
    return Parser()


def remarks(text, title=""):
    """Return `(kind, speaker, name, quote)` of each remark in an article."""
    (found,) = find_remarks([(title, text, sentences(text))], parser())
    return [
        (each.kind, text[slice(*each.speaker)] if each.speaker else "", each.name, text[slice(*each.sentence)])
        for each in found
    ]


@pytest.mark.parametrize(
    ("sentence", "kind", "speaker"),
    [
        ("The harbour master denied the claim on Friday.", "deny", "The harbour master"),
        ("A source close to Smith denied that the deal was dead.", "deny", "A source close to Smith"),
        ("Critics of Smith warned that the bridge would fall.", "warn", "Critics of Smith"),
        ("According to Mr Orsk, the bridge will close in June.", "say", "Mr Orsk"),
        ("The bridge will close in June, according to two officials.", "say", "two officials"),
        ("“We never threatened anybody,” said Ms Roake on Monday.", "deny", "Ms Roake"),
        ("“The bridge,” she said, “is closed.”", "say", "she"),
        ("Ministers were accused of lying by the opposition on Tuesday.", "accuse", "the opposition"),
        ("Tesla unveiled a new car in Oslo on Tuesday.", "announce", "Tesla"),
        ("Núñez dismissed the report as an invention.", "deny", "Núñez"),
        ("Ada Lund, the finance minister, was quoted as saying that taxes would fall.", "say", "Ada Lund"),
        ("The Health Ministry declined to comment on the letter.", "no_comment", "The Health Ministry"),
        ("He did not deny that he had met the banker.", "say", "He"),
        ("The bank said it had no plans to sell the branch.", "deny", "the bank"),
        ("In a statement the club apologised to its supporters.", "apologise", "the club"),
        ("The minister's claim that Spain had lied caused a row.", "say", "The minister"),
        ("Lavrov: “We will not attack.”", "say", "Lavrov"),
        ("Moscow rejected the plan within an hour.", "deny", "Moscow"),
        ("The union called on drivers to stay at home.", "demand", "The union"),
        ("The minister, Ada Lund, promised to answer the letter.", "promise", "The minister, Ada Lund"),
    ],
)
def test_a_sentence_reports_who_says_something_in_which_way(sentence, kind, speaker):
    found = [(kind, speaker.lower()) for kind, speaker, _, _ in remarks(sentence)]
    assert (kind, speaker.lower()) in found


@pytest.mark.parametrize(
    "sentence",
    [
        "The firm added 200 jobs in the north last year.",
        "It is said that he fled over the border at night.",
        "Lavrov will deny the claim at a press conference tomorrow.",
        "If the mayor says so, the market will move.",
        "The alleged plot was planned in a kitchen.",
        "The plan announced on Friday will cost four million.",
        "Prices vary according to the season and the weather.",
        "The clock shows five and the shops are shut.",
        "She asked him to say nothing about the dog.",
    ],
)
def test_what_nobody_has_said_is_no_remark(sentence):
    assert [each for each in remarks(sentence) if each[0] != "demand"] == []


@pytest.mark.parametrize(
    ("sentence", "content"),
    [
        ("The vaccine protected most children, researchers said on Friday.", "The vaccine protected most children"),
        (
            "The yard will lay off nine welders by June, it said on Thursday.",
            "The yard will lay off nine welders by June",
        ),
        ("“Rain will come,” Ms Roake said on Monday.", "“Rain will come,”"),
        ("Ms Roake said on Monday that rain would come.", "that rain would come"),
    ],
)
def test_what_is_said_may_stand_before_the_speaker_and_a_day_is_no_part_of_it(sentence, content):
    (found,) = find_remarks([("", sentence, sentences(sentence))], parser())
    assert [sentence[slice(*each.content)] for each in found] == [content]


@pytest.mark.parametrize(
    "sentence",
    [
        "The banker is accused of hiding losses.",
        "It was claimed on Monday that the mill had been sold.",
        "Claims that the ferry was full have spread.",
    ],
)
def test_what_nobody_named_claims_is_found_apart_from_the_remarks_of_speakers(sentence):
    (doc,) = parser().parse([sentence])
    assert [each.speaker for each in all_remarks(doc, [])] == [None]
    assert sentence_remarks(doc, []) == []


def test_one_sentence_may_report_several_remarks():
    found = remarks("Mr Holm denied the claim and accused the press of inventing it.")
    assert [(kind, speaker) for kind, speaker, _, _ in found] == [("deny", "Mr Holm"), ("accuse", "Mr Holm")]


def test_a_quotation_goes_on_after_its_attribution_until_it_ends():
    text = "“We can't wait,” said Ms Roake. “The boats are old. Nobody repairs them.” The ferry left at six."
    found = remarks(text)
    assert [name for _, _, name, _ in found] == ["Roake"] * len(found)
    assert found[-1][3].endswith("repairs them.”")
    assert len(found) in (2, 3)


def test_a_surname_stands_for_the_full_name_in_the_article():
    text = "Sergei Lavrov, the foreign minister, spoke in Geneva on Friday. Mr Lavrov denied that troops had moved."
    assert [name for kind, _, name, _ in remarks(text) if kind == "deny"] == ["Sergei Lavrov"]


def test_a_surname_that_two_people_have_stands_for_neither():
    text = "Ada Lund said hello to Bo Lund on the quay. Lund denied that troops had moved."
    assert [name for kind, _, name, _ in remarks(text) if kind == "deny"] == [None]


def test_a_pronoun_means_the_only_person_named_before_it():
    text = "Dessa Quillan said the club was sound. She denied that money was missing."
    assert [name for kind, _, name, _ in remarks(text) if kind == "deny"] == ["Dessa Quillan"]


def test_a_pronoun_of_the_other_sex_means_nobody_known():
    text = "Tomas Reiner told reporters that he had sold his boat. She denied that money was missing."
    assert [name for kind, _, name, _ in remarks(text) if kind == "deny"] == [None]


def test_an_unnamed_speaker_has_no_name():
    assert [name for _, _, name, _ in remarks("Officials in Kyiv blamed Moscow for the blast.")] == [None]


def test_accents_and_titles_stay_as_written_in_the_speaker_and_titles_leave_the_name():
    ((_, speaker, name, _),) = remarks("President José Núñez denied the claim on Friday.")
    assert (speaker, name) == ("President José Núñez", "José Núñez")


@pytest.mark.parametrize(
    ("text", "is_open", "found", "goes_on"),
    [
        ('He said "no" and "yes".', False, ['"no"', '"yes"'], False),
        ('"A," he said. "B', False, ['"A,"', '"B'], True),
        ('B" he said', True, ['B"'], False),
        ('fly away," said Kevin', False, ['fly away,"'], False),
        ("“A” and “B", False, ["“A”", "“B"], True),
        ("plain", True, ["plain"], True),
        ("«Non», dit-il", False, ["«Non»"], False),
    ],
)
def test_quotations_are_found_whatever_their_marks(text, is_open, found, goes_on):
    spans, still_open = quotations(text, is_open=is_open)
    assert ([text[start:end] for start, end in spans], still_open) == (found, goes_on)


def test_each_verb_of_the_table_has_a_kind_and_a_need_that_are_known():
    verbs = speech_verbs()
    assert len(verbs) > 250
    assert {verb.kind for verb in verbs.values()} <= set(KINDS)
    assert {verb.needs for verb in verbs.values()} <= {
        "any",
        "clause",
        "complement",
        "document",
        "infinitive",
        "person",
        "quote",
    }


def test_sentences_without_a_word_of_speech_are_not_parsed():
    assert not may_report_speech("The ferry left the quay at six.")
    assert may_report_speech("The master denied it.")
    assert not may_report_speech("The ferry, “old but dry”, left at six.")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "“",
        '"' * 500,
        "said " * 300,
        ": “",
        "He said: ",
        "中" * 400,
        "According to",
        "X’s claim that",
        "\u200b said.",
    ],
)
def test_odd_texts_break_nothing(text):
    remarks(text)


@pytest.mark.parametrize(
    "sentence",
    [
        "K+S said it would close the mine.",
        "M*A*S*H said goodbye, and CBS said it would rerun the show.",
        "“I hate him,” the f****r said on Monday.",
        "Mr **** said he was sorry.",
        "President 🇺🇸 said it was over.",
        "MI5(UK) said it was closed.",
        "C++ said that it was late.",
        f"{'A ' * 300} is here. {'A' * 30} said that it would close.",
    ],
)
def test_odd_names_break_nothing_and_take_no_time(sentence, caplog):
    assert remarks(sentence)
    assert caplog.text == ""


@pytest.mark.parametrize(
    ("sentence", "kinds"),
    [
        ("Ada Lund said there was no doubt that the bank had stolen it.", ["say"]),
        ("Hana Lind said she was not surprised that it was late.", ["say"]),
        ("Mr Lund said it wasn't just the money.", ["say"]),
        ("Mr Lund said that he could not replace a river.", ["say"]),
        ("Ms Doll said that she no longer supported the dam.", ["say"]),
        ("“Nobody won,” Ms Lie said.", ["say"]),
        ("“I have never met him,” Ms Lie said.", ["deny"]),
        ("Ms Lie said that there were no plans to sell.", ["deny"]),
        ("Fay Moss denied having said that it was true.", ["deny"]),
        ("Dora Pike rejected claims that she threatened the witness.", ["deny"]),
        ("Bo Reed was falsely quoted as saying that it was true.", []),
        ("Bo Reed allegedly threatened to leave.", []),
        ("Did Ada Lund deny it?", []),
        ("Emil Korn pleaded guilty to theft but not to murder.", ["admit"]),
        ("Emil Korn pleaded not guilty to theft.", ["deny"]),
    ],
)
def test_nobody_is_said_to_deny_or_admit_what_she_did_not(sentence, kinds):
    assert [kind for kind, *_ in remarks(sentence)] == kinds
