"""The sentences that were written by hand to train the support model on."""

import pytest

from training.support.written import WRITTEN, written


def test_no_article_is_in_both_parts_and_both_labels_are_in_each():
    parts = [written("train"), written("test")]
    first, second = ({pair.premise for pair in part} for part in parts)
    assert len(first) + len(second) == 2_000
    assert not first & second
    for part in parts:
        follows = sum(pair.label == "follows" for pair in part)
        assert 0.4 < follows / len(part) < 0.6


def test_a_premise_has_headline_date_and_evidence_as_the_check_gives_them(tmp_path):
    block = "H 2017-03-02 | Dam to be mended\nE The council voted on it.\n+ It voted.\n! It was mended.\n"
    (tmp_path / "local.txt").write_text(block)
    pairs = written("train", tmp_path) + written("test", tmp_path)
    assert [(pair.premise, pair.hypothesis, pair.label) for pair in pairs] == [
        ("Dam to be mended\n2 March 2017\nThe council voted on it.", "It voted.", "follows"),
        ("Dam to be mended\n2 March 2017\nThe council voted on it.", "It was mended.", "unsupported"),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("H 2017-03-02 | Dam\nThe council voted.\n+ It voted.", "Give H, E and sentences, a line each."),
        ("H 2017-03-02 | Dam\nE The council voted.\n? It voted.", r"Begin it with one of \+, ~, -, !, x, =\."),
    ],
)
def test_a_line_that_cant_be_read_is_named(tmp_path, text, message):
    (tmp_path / "local.txt").write_text(text)
    with pytest.raises(ValueError, match=message):
        written("train", tmp_path)


def test_the_files_have_no_line_twice():
    for path in WRITTEN.glob("*.txt"):
        lines = [line for line in path.read_text("utf-8").splitlines() if line]
        assert len(lines) == len(set(lines)), path.name
