"""The quality command calls a figure worse only if it fell by more than chance explains."""

import json

import pytest

from benchmarks import quality
from benchmarks.quality import COMMITTED, REFUSED, fallen, figure, read_figures, sampling_error, table
from benchmarks.support import MADE, balanced_accuracy


def share(right, of):
    return figure([1.0] * right + [0.0] * (of - right))


def test_the_sampling_error_of_a_share_is_two_standard_errors_of_the_difference():
    assert sampling_error(share(50, 100), share(50, 100)) == pytest.approx(2 * (2 * 0.25 / 100) ** 0.5)


def test_only_a_fall_beyond_the_sampling_error_is_worse():
    before = {"found": share(80, 100)}
    assert fallen(before, {"found": share(70, 100)}) == []
    assert fallen(before, {"found": share(100, 100)}) == []
    assert fallen(before, {"found": share(60, 100)}) == ["found"]
    assert "worse" in table(before, {"found": share(60, 100)})


def test_more_or_fewer_refusals_are_shown_and_not_judged():
    before, now = {REFUSED: share(80, 100)}, {REFUSED: share(10, 100)}
    assert fallen(before, now) == []
    assert "0.800" in table(before, now)


def test_a_figure_that_is_no_longer_measured_is_worse_and_a_new_one_is_not():
    assert fallen({"old": share(1, 2)}, {"new": share(1, 2)}) == ["old"]


def test_a_folder_without_data_is_named_in_one_line(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["quality", "--data", str(tmp_path)])
    with pytest.raises(SystemExit) as stopped:
        quality.main()
    assert stopped.value.code == 2
    message = capsys.readouterr().err
    assert message.startswith(f"{tmp_path} has no reading/squad2_12articles.jsonl.gz")
    assert message.count("\n") == 1


def test_written_figures_are_compared_with_the_next_ones(tmp_path, monkeypatch, capsys):
    committed = tmp_path / "quality.json"
    monkeypatch.setattr(quality, "COMMITTED", committed)
    monkeypatch.setattr(quality, "_problem", lambda folder: "")
    monkeypatch.setattr(quality, "measured", lambda folder: {"found": [1.0] * 90 + [0.0] * 10})
    monkeypatch.setattr("sys.argv", ["quality", "--write"])
    quality.main()
    assert json.loads(committed.read_text())["found"] == {"value": 0.9, "count": 100, "standard_error": 0.03}
    monkeypatch.setattr("sys.argv", ["quality"])
    quality.main()
    monkeypatch.setattr(quality, "measured", lambda folder: {"found": [1.0, 0.0] * 50})
    with pytest.raises(SystemExit, match="found"):
        quality.main()


def test_the_committed_figures_are_readable():
    assert REFUSED in read_figures(COMMITTED)


def test_balanced_accuracy_weighs_true_and_other_sentences_alike():
    statements = [MADE[0]] * 10 + [MADE[1]] * 90
    middle = balanced_accuracy(statements, [True] * 10 + [True] * 45 + [False] * 45)
    assert middle.startswith("0.750 (")
    assert balanced_accuracy(statements[:10], [True] * 10) == "-"
