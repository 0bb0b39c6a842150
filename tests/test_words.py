import re

import pytest

from index.embedding.embedder import WordEmbedder
from index.text.calendar_words import MONTH_PATTERN, WEEKDAY_PATTERN, month_number
from index.text.words import stem, words


@pytest.mark.parametrize(
    "forms", ["deny denies denied", "meet met meeting", "die died death", "send sent sends", "win won winning"]
)
def test_forms_of_a_word_share_their_stem(forms):
    assert len({stem(form) for form in forms.split()}) == 1


def test_words_are_lower_case_without_accents_and_keep_numbers_whole():
    assert words("Mr. Café’s U.S. plan: 100,000 troops, $3.5m") == [
        *("mr", "cafe", "s", "us", "plan", "100,000", "troops", "3.5", "m"),
    ]


def test_word_vectors_are_of_length_one_and_near_for_shared_words():
    near, far, empty = WordEmbedder().encode(["the roof fell", "roofs fall", ""]) @ WordEmbedder().encode(["roof"])[0]
    assert near > 0.5
    assert far > empty
    vectors = WordEmbedder().encode(["", "a", "…"])
    assert vectors.shape == (3, 512)
    assert (vectors**2).sum(axis=1) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("word", "number"),
    [("January", 1), ("may", 5), ("Sept.", 9), ("SEP", 9), ("dec.", 12), ("Mayor", None), ("", None)],
)
def test_a_months_name_or_abbreviation_gives_its_number(word, number):
    assert month_number(word) == number


def test_the_patterns_match_whole_names_before_abbreviations():
    text = "thurs. tuesday sept. marching march may"
    assert re.findall(WEEKDAY_PATTERN, text) == ["thurs.", "tuesday"]
    assert re.findall(rf"\b{MONTH_PATTERN}", text) == ["sept.", "march", "may"]
