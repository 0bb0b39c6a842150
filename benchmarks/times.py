"""Measures how words for times are read: `python -m benchmarks.times [--timeml DIR]`.

The table `tests/data/times.jsonl` has questions and sentences of news with the days that are right, written before the
code. `--timeml` names a folder of news whose relative dates people marked, in TimeML (TimeBank and AQUAINT, in the
edition of TempEval-3); half of it, every other file, was looked at while the code was written.
"""

import argparse
import json
import re
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from lxml import etree

from assistant.english.periods import find_periods
from assistant.english.relative_dates import resolve_dates
from assistant.english.times import unit_around
from index.remarks.parser import Parser
from index.text.sentences import sentence_spans

TABLE = Path(__file__).parent.parent / "tests" / "data" / "times.jsonl"

Days = tuple[date | None, date | None]


def main() -> None:
    """Print how many are right, left and wrong."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--timeml", type=Path, help="the folder with .tml files")
    arguments.add_argument("--smoke", action="store_true", help="for the other benchmarks' sake: the table alone")
    given = arguments.parse_args()
    parser = Parser()
    for use in ("question", "news"):
        counted = Counter(judge(row, found(row, parser)) for row in table() if row["use"] == use)
        print(f"{use}: {counted['right']} right, {counted['left']} left, {counted['wrong']} wrong")
    if given.timeml:
        for name, files in zip(("seen", "not seen"), halves(given.timeml), strict=True):
            print(f"marked news, {name}: {dict(compared(files, parser))}")


def table() -> list[dict[str, Any]]:
    """Return the rows of the table.

    `time` are the first and the last day that are right, none if nothing should be found; with `least`, all that is
    within `time` and has those days is right. `left` says why a row is left as it is.
    """
    return [json.loads(line) for line in TABLE.read_text("utf-8").splitlines()]


def found(row: dict[str, Any], parser: Parser) -> list[Days]:
    """Return the days that are read in a row."""
    day = date.fromisoformat(row["day"])
    if row["use"] == "question":
        return [(each.after, each.before) for each in find_periods(row["text"], day, parser=parser)]
    return [(each.first, each.last) for each in resolve_dates(row["text"], day, parser)]


def judge(row: dict[str, Any], read: list[Days]) -> str:
    """Return "right", "left" or "wrong" for the days that were read in a row."""
    if row["time"] is None or not read:
        return "right" if row["time"] is None and not read else "wrong" if read else "left"
    latest = date.fromisoformat(row["day"]) if row["use"] == "question" else date.max
    (first, last), (earliest, end), (begins, ends) = (
        (first or date.min, min(last or date.max, latest))
        for first, last in (read[0], _days(row["time"]), _days(row.get("least", row["time"])))
    )
    return "right" if len(read) == 1 and earliest <= first <= begins and ends <= last <= end else "wrong"


def _days(days: list[str | None]) -> Days:
    first, last = (date.fromisoformat(day) if day else None for day in days)
    return first, last


def halves(folder: Path) -> tuple[list[Path], list[Path]]:
    """Return every other file of marked news, in alphabetical order, and the rest."""
    files = sorted(path for path in folder.rglob("*.tml") if not path.name.startswith("."))
    return files[::2], files[1::2]


def compared(files: list[Path], parser: Parser) -> Counter[str]:
    """Return how often a relative date is as people marked it: days, and longer times."""
    counted: Counter[str] = Counter()
    for path in files:
        published, text, marked = marked_text(path)
        for start, end in sentence_spans(text) if published else ():
            sentence = text[start:end].replace("\n", " ")
            for each in resolve_dates(sentence, published, parser) if published else ():
                there = [value for at, to, value in marked if at < start + each.end and start + each.start < to]
                days = [span for value in there if (span := _marked_days(value))]
                kind = "days" if each.first == each.last else "longer times"
                is_right = (each.first, each.last) in days
                counted[f"{kind} {'right' if is_right else 'wrong' if days else 'marked as vague'}"] += 1
    return counted


def marked_text(path: Path) -> tuple[date | None, str, list[tuple[int, int, str]]]:
    """Return the day of publication, the text, and its marked times as `(start, end, value)`."""
    root = etree.parse(str(path)).getroot()
    pieces: list[str] = []
    marked: list[tuple[int, int, str]] = []

    def walk(element: Any) -> None:
        start = sum(map(len, pieces))
        pieces.append(element.text or "")
        for child in element:
            walk(child)
            pieces.append(child.tail or "")
        if element.tag == "TIMEX3":
            marked.append((start, sum(map(len, pieces)), element.get("value")))

    walk(root.find("TEXT"))
    text = "".join(pieces).replace("``", "““").replace("''", "””")
    try:
        return date.fromisoformat(root.find(".//DCT/TIMEX3").get("value")[:10]), text, marked
    except ValueError:
        return None, text, marked


def _marked_days(value: str) -> Days | None:
    """Return the days of a TimeML value that is a day, week, weekend, month or year."""
    if match := re.fullmatch(r"(\d{4})-W(\d\d)(-WE)?", value):
        monday = date.fromisocalendar(int(match[1]), int(match[2]), 1)
        return monday + timedelta(5 if match[3] else 0), monday + timedelta(6)
    if match := re.fullmatch(r"(\d{4}-\d\d-\d\d)(?:T.*)?", value):
        return date.fromisoformat(match[1]), date.fromisoformat(match[1])
    if re.fullmatch(r"\d{4}(?:-\d\d)?", value):
        first = date.fromisoformat(f"{value}-01" if "-" in value else f"{value}-01-01")
        return unit_around(first, "month" if "-" in value else "year")
    return None


if __name__ == "__main__":
    main()
