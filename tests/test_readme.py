"""The README is short, begins with the two commands, and its links work. `test_fresh_clone.py` runs its commands."""

import re

from tests.conftest import ROOT

README = (ROOT / "README.md").read_text("utf-8")


def test_make_demo_and_make_test_are_the_first_lines():
    first = re.search(r"```sh\n(.*?)```", README, re.DOTALL)
    assert README.startswith("# onrecord\n\n```sh\nmake demo")
    assert [line.split("#")[0].strip() for line in first.group(1).splitlines()] == ["make demo", "make test"]


def test_it_has_at_most_150_lines():
    assert len(README.splitlines()) <= 150


def test_nobody_has_to_scroll_sideways_to_read_its_source():
    prose = [line for line in README.splitlines() if not line.startswith(("|", "!", "make"))]
    assert [line for line in prose if len(line) > 120] == []
