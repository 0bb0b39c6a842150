"""Questions with passages, from a folder of data: to learn from, to tune on, and only to measure on."""

import gzip
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SQUAD_TEST = ("Huguenot", "Force", "Harvard_University")
SQUAD_DEV = ("1973_oil_crisis",)
WIKI_DEV = 4
"""So many of the tuning half's titles are kept from training, to choose thresholds on."""


_SQUAD, _WIKI, _QAMR = "squad2_12articles", "squadshifts_new_wiki", "qamr_devtest"
_OTHERS = ("squadshifts_reddit", "squadshifts_amazon_reviews", "friendsqa")


@dataclass(frozen=True, slots=True)
class Example:
    """A question on a passage: `spans` are its answers' `(start, end)` in `context`, none where it has none."""

    question: str
    context: str
    spans: tuple[tuple[int, int], ...]
    title: str = ""
    group: str = ""

    @property
    def answers(self) -> tuple[str, ...]:
        """The answers' words."""
        return tuple(self.context[start:end] for start, end in self.spans)


def squad(folder: Path, part: str) -> list[Example]:
    """SQuAD 2.0's articles: "train", "dev" or "test", whole articles apart."""
    kept = {"test": SQUAD_TEST, "dev": SQUAD_DEV}
    apart = (*SQUAD_TEST, *SQUAD_DEV)
    rows = _rows(folder, _SQUAD)
    return [
        _example(row)
        for row in rows
        if (row["title"] in kept.get(part, ())) or (part == "train" and row["title"] not in apart)
    ]


def wiki(folder: Path, part: str) -> list[Example]:
    """SQuADShifts' Wikipedia articles: "train" and "dev" are of the half that search was tuned on; "test" the other."""
    rows = list(_rows(folder, _WIKI))
    titles = sorted({row["title"] for row in rows})
    tuning = titles[::2]
    kept = {"train": tuning[WIKI_DEV:], "dev": tuning[:WIKI_DEV], "test": titles[1::2]}[part]
    return [_example(row) for row in rows if row["title"] in kept]


def qamr(folder: Path, part: str) -> list[Example]:
    """QAMR's sentences, whole sentences apart: a fifth of those from Wikinews are "test", and a tenth "dev"."""
    return [_example(row) for row in _rows(folder, _QAMR) if _qamr_part(row) == part]


def others(folder: Path) -> dict[str, list[Example]]:
    """Sets that are only learnt from."""
    return {name: [_example(row) for row in _rows(folder, name)] for name in _OTHERS}


def lacking(folder: Path) -> list[str]:
    """The files that training needs and the folder hasn't."""
    return [path.name for name in (_SQUAD, _WIKI, _QAMR, *_OTHERS) if not (path := _path(folder, name)).is_file()]


def _qamr_part(row: dict) -> str:
    if row["title"] != "wikinews":
        return "train"
    drawn = zlib.crc32(row["context"].encode()) % 10
    return "test" if drawn < 2 else "dev" if drawn == 2 else "train"


def _rows(folder: Path, name: str) -> Iterator[dict]:
    with gzip.open(_path(folder, name), "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _path(folder: Path, name: str) -> Path:
    return folder / f"{name}.jsonl.gz"


def _example(row: dict) -> Example:
    spans = [(a["start"], a["start"] + len(a["text"])) for a in row["answers"]] if row["answerable"] else []
    return Example(row["question"].strip(), row["context"], tuple(spans), row["title"], row["dataset"])
