"""Each benchmark runs to its end; its figures aren't tested."""

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
        ("ranking", "first 1,000 characters"),
        ("support", "balanced accuracy"),
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


def test_a_missing_package_is_named_with_the_command_that_installs_it():
    program = "import sys, runpy; sys.modules['txtai'] = None; runpy.run_module('benchmarks.compare')"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr == 'The benchmarks need txtai, which isn\'t installed. Install it: pip install ".[benchmarks]"\n'
