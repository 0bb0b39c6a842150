"""Questions that people type, on collections apart from the code; see tests/data/typed/README.md."""

from pathlib import Path

import pytest

from assistant import Answer, Assistant, Settings
from benchmarks.typed_questions import asked, is_as_expected

TYPED = Path(__file__).parent / "data" / "typed"


@pytest.mark.real
@pytest.mark.parametrize(("collection", "least"), [("league", 90), ("wikinews", 39)])
def test_most_questions_that_people_type_are_answered_as_expected(tmp_path, collection, least):
    """On 2026-12-01, 95 of 119 and 42 of 60; a few less are allowed, for changes that bring more elsewhere."""
    right = [is_right for _, _, is_right in asked(TYPED / collection, Assistant(Settings(index_dir=tmp_path)))]
    assert sum(right) >= least


@pytest.mark.parametrize(
    ("text", "refused", "expect", "right"),
    [
        ("She left in May. [1]", False, {"any": ["may", "june"]}, True),
        ("She left in July. [1]", False, {"any": ["may", "june"]}, False),
        ("She left in May, he in June.", False, {"all": ["may", "june"], "not": ["april"]}, True),
        ("She left in May, not in April.", False, {"any": ["may"], "not": ["april"]}, False),
        ("", True, {"refuse": True}, True),
        ("She left.", False, {"refuse": True}, False),
        ("Nobody left.", False, {"refuse": True, "any": ["nobody"]}, True),
    ],
)
def test_an_answer_is_as_expected_if_it_says_so_or_is_rightly_refused(text, refused, expect, right):
    answer = Answer("?", "?", sentences=(), refused=refused, notice=text)
    assert is_as_expected(answer, expect) is right
