"""Training pairs for support: minimal changes are false, rewordings are true, and no premise is in both parts."""

import gzip
import json
import random
from datetime import date
from functools import cache

import pytest

spacy_tokens = pytest.importorskip("spacy.tokens", reason="made pairs need a parser, which only training installs")

from training.parsing import parser  # noqa: E402
from training.support.claim_changes import affirmed, certain, clauses_exchanged, condition_dropped, hedged, negated  # noqa: E402
from training.support.entailment import detokenised, entailment, letters, nearest_sentences  # noqa: E402
from training.support.number_changes import changed_number, moved_number, rounded_number  # noqa: E402
from training.support.rewordings import (  # noqa: E402
    adjunct_dropped,
    appositive_stated,
    clauses_reordered,
    date_resolved,
    name_shortened,
    one_clause,
    relative_clause_stated,
)
from training.support.roles import other_voice, roles, swapped, swapped_other_voice  # noqa: E402


@cache
def parse(text):
    return parser()(text)


def drawn(make, text, times=12):
    """Return all that a maker makes of a sentence over some seeds."""
    made = [make(parse(text), random.Random(seed)) for seed in range(times)]
    return {each.text: each.label for each in made if each}


@pytest.mark.parametrize(
    ("text", "exchanged", "true", "false"),
    [
        (
            "Smith shot Jones in Ohio on Monday.",
            "Jones shot Smith in Ohio on Monday.",
            "Jones was shot by Smith in Ohio on Monday.",
            "Smith was shot by Jones in Ohio on Monday.",
        ),
        (
            "The police have arrested two men in Paris.",
            "Two men have arrested the police in Paris.",
            "Two men have been arrested by the police in Paris.",
            "The police have been arrested by two men in Paris.",
        ),
        (
            "The mayor will be replaced by Anna Berg next year.",
            "Anna Berg will be replaced by the mayor next year.",
            "Anna Berg will replace the mayor next year.",
            "The mayor will replace Anna Berg next year.",
        ),
        (
            "He praised the ministers.",
            "The ministers praised him.",
            "The ministers were praised by him.",
            "He was praised by the ministers.",
        ),
    ],
)
def test_roles_are_exchanged_in_either_voice(text, exchanged, true, false):
    doc = parse(text)
    (clause,) = roles(doc)
    assert swapped(doc, clause) == exchanged
    assert other_voice(doc, clause) == true
    assert swapped_other_voice(doc, clause) == false


def test_a_denial_is_added_with_do_and_contradicts():
    made = drawn(negated, "The army left the city in May.")
    assert set(made) <= {"The army did not leave the city in May.", "The army didn't leave the city in May."}
    assert set(made.values()) == {"contradicted"}


def test_a_denial_is_removed_and_the_verb_takes_its_tense():
    assert drawn(affirmed, "The army did not leave the city.") == {"The army left the city.": "contradicted"}
    assert drawn(affirmed, "The bank has never opened a branch.") == {"The bank has opened a branch.": "contradicted"}


def test_a_number_is_rounded_and_the_words_before_it_say_so():
    made = drawn(rounded_number, "Floods killed 4,962 people in the valley.", 40)
    assert "Floods killed nearly 5,000 people in the valley." in made
    assert "Floods killed more than 4,900 people in the valley." in made
    assert set(made.values()) == {"follows"}


def test_a_number_after_more_than_is_only_raised_because_a_lower_one_stays_true():
    made = drawn(changed_number, "Floods killed more than 200 people in the valley.")
    numbers = [int(next(word for word in text.replace(",", "").split() if word.isdigit())) for text in made]
    assert numbers
    assert min(numbers) > 200


def test_numbers_of_two_things_change_places():
    assert drawn(moved_number, "Three people died and 12 soldiers were injured.") == {
        "12 people died and three soldiers were injured.": "contradicted"
    }


def test_what_may_happen_is_not_said_to_happen():
    assert drawn(certain, "The company may close two plants.") == {"The company will close two plants.": "not_said"}
    assert drawn(certain, "The city plans to build a bridge.") == {"The city has built a bridge.": "not_said"}
    made = hedged(parse("The minister resigned on Friday."), random.Random(0))
    assert (made.text, made.label) == ("The minister resigned on Friday.", "not_said")
    assert made.premise != made.text


def test_clauses_change_their_order_truly_and_their_roles_falsely():
    text = "After the bank closed, the shops opened."
    assert drawn(clauses_reordered, text) == {"The shops opened after the bank closed.": "follows"}
    assert set(drawn(clauses_exchanged, text)) == {
        "The bank closed after the shops opened.",
        "After the shops opened, the bank closed.",
    }


def test_a_condition_is_not_dropped_without_saying_more():
    text = "If the strike continues, the airline will cancel flights."
    assert drawn(condition_dropped, text) == {"The airline will cancel flights.": "not_said"}


@pytest.mark.parametrize(
    ("make", "text", "true"),
    [
        (name_shortened, "Reporters met Maria Lopez in Madrid.", "Reporters met Lopez in Madrid."),
        (adjunct_dropped, "The rebels attacked the base in March.", "The rebels attacked the base."),
        (relative_clause_stated, "Maria Ruiz, who leads the party, met voters.", "Maria Ruiz leads the party."),
        (appositive_stated, "Maria Ruiz, the mayor of Lisbon, met voters.", "Maria Ruiz was the mayor of Lisbon."),
    ],
)
def test_less_is_said_and_it_stays_true(make, text, true):
    assert drawn(make, text) == {true: "follows"}


def test_one_of_two_clauses_is_kept():
    made = drawn(one_clause, "The court rejected the appeal and the minister resigned.")
    assert set(made) == {"The court rejected the appeal.", "The minister resigned."}


def test_a_weekday_becomes_the_last_such_day_before_publication():
    made = date_resolved(parse("The mayor resigned on Monday."), date(2019, 5, 15), random.Random(0))
    assert made.text in (
        "The mayor resigned on 13 May.",
        "The mayor resigned on May 13.",
        "The mayor resigned on 13 May 2019.",
    )


def test_text_in_tokens_reads_as_it_was_written():
    assert detokenised("Ann Lee -LRB- a singer -RRB- , 41 , did n't sing .") == "Ann Lee (a singer), 41, didn't sing."


def test_a_long_premise_keeps_the_sentences_that_share_words_with_the_hypothesis():
    premise = " ".join(
        [*(f"Filler number {n} says nothing of use here at all." for n in range(20)), "Ruiz won a prize."]
    )
    assert "Ruiz won a prize." in nearest_sentences(premise, "A prize went to Ruiz.")
    assert len(nearest_sentences(premise, "A prize went to Ruiz.")) < 200


def _write(folder, name, rows):
    with gzip.open(folder / f"{name}.jsonl.gz", "wt") as lines:
        for premise, hypothesis in rows:
            lines.write(json.dumps({"premise": premise, "hypothesis": hypothesis, "label": "entailment"}) + "\n")


def test_no_premise_and_no_claim_is_in_both_parts(tmp_path):
    rows = [(f"Premise {n} of the set .", f"Claim {n % 60} of the set .") for n in range(200)]
    _write(tmp_path, "fever_docnli", rows)
    _write(tmp_path, "fever_dev_rte", [(premise.upper(), claim) for premise, claim in rows])
    _write(tmp_path, "fever_symmetric", rows[:50])
    _write(tmp_path, "ling_in_loop_val", [("Premise 7 of the set.", "It is a premise.")])
    parts = {
        part: [pair for name in ("fever_docnli", "fever_dev_rte") for pair in entailment(tmp_path, name, part)]
        for part in ("train", "test")
    }
    assert all(parts.values())
    for of in ("premise", "hypothesis"):
        train, test = ({letters(getattr(pair, of)) for pair in parts[part]} for part in ("train", "test"))
        assert train.isdisjoint(test)
