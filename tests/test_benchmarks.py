"""The benchmarks run; what they measure isn't a test's business."""

import subprocess
import sys

import pytest

from tests.conftest import ROOT

pytestmark = pytest.mark.real


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("compare", "onrecord less txtai"),
        ("speed", "onrecord's speed is"),
        ("memory", "grown by"),
        ("reading", "answerable: F1"),
        ("chain", "refusal F1"),
        ("load", "answers a second"),
        ("duplicates", "precision"),
        ("kills", "with something lost"),
        ("scale", "times the smallest's"),
        ("followups", "token F1 with theirs"),
        ("recency", "latest first"),
    ],
)
def test_a_smoke_run_ends_with_its_figures(name, says):
    command = [sys.executable, "-m", f"benchmarks.{name}", "--smoke"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=400)
    assert done.returncode == 0, done.stderr
    assert says in done.stdout
