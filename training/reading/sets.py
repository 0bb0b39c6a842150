"""Reads questions with passages from a folder of data sets, split for training, tuning and measuring."""

import gzip
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SQUAD_TEST = ("Huguenot", "Force", "Harvard_University")
SQUAD_DEV = ("1973_oil_crisis",)
WIKI_DEV = 4
"""Number of titles of the tuning half that aren't trained on, so that thresholds can be chosen on them."""


_SQUAD, _WIKI, _QAMR = "squad2_12articles", "squadshifts_new_wiki", "qamr_devtest"
_OTHERS = (
    "squadshifts_reddit",
    "squadshifts_amazon_reviews",
    "friendsqa",
    "qasrl_gs",
    "qanom",
    "qadiscourse",
    "qed_nq_dev",
    "timeqa_human",
    "quoref_contrast",
    "covidqa_windows",
    "policyqa",
    "fairytaleqa",
    "subjqa",
)


@dataclass(frozen=True, slots=True)
class ReadingExample:
    """A question on a passage. `spans` holds `(start, end)` of each answer in `context`; empty if there is none.

    `relevance` is 1 or 0 where it is known whether search should find the passage for the question.
    """

    question: str
    context: str
    spans: tuple[tuple[int, int], ...]
    title: str = ""
    group: str = ""
    relevance: float | None = None

    @property
    def answers(self) -> tuple[str, ...]:
        """The text of each answer."""
        return tuple(self.context[start:end] for start, end in self.spans)


def squad(folder: Path, part: str) -> list[ReadingExample]:
    """Return SQuAD 2.0's examples of the part "train", "dev" or "test", which share no article."""
    kept = {"test": SQUAD_TEST, "dev": SQUAD_DEV}
    apart = (*SQUAD_TEST, *SQUAD_DEV)
    return [
        _example(row)
        for row in rows(folder, _SQUAD)
        if (row["title"] in kept.get(part, ())) or (part == "train" and row["title"] not in apart)
    ]


def wiki(folder: Path, part: str) -> list[ReadingExample]:
    """Return SQuADShifts' Wikipedia examples: "train" and "dev" from the half that search was tuned on, or "test"."""
    every = list(rows(folder, _WIKI))
    titles = sorted({row["title"] for row in every})
    tuning = titles[::2]
    kept = {"train": tuning[WIKI_DEV:], "dev": tuning[:WIKI_DEV], "test": titles[1::2]}[part]
    return [_example(row) for row in every if row["title"] in kept]


def qamr(folder: Path, part: str) -> list[ReadingExample]:
    """Return QAMR's examples of a part; parts share no sentence. Of Wikinews a fifth is "test" and a tenth "dev"."""
    return [_example(row) for row in rows(folder, _QAMR) if _qamr_part(row) == part]


def others(folder: Path) -> list[ReadingExample]:
    """Return the examples of the sets that are used for training only.

    Sentences that QAMR's parts for tuning and measuring have are left out, whatever their spacing.
    """
    apart = {_letters(row["context"]) for row in rows(folder, _QAMR) if _qamr_part(row) != "train"}
    return [_example(row) for name in _OTHERS for row in rows(folder, name) if _letters(row["context"]) not in apart]


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.lower()))


def missing_files(folder: Path) -> list[str]:
    """Return the names of the files that training needs and that aren't in the folder."""
    return [path.name for name in (_SQUAD, _WIKI, _QAMR, *_OTHERS) if not (path := path_of(folder, name)).is_file()]


def _qamr_part(row: dict) -> str:
    if row["title"] != "wikinews":
        return "train"
    drawn = zlib.crc32(row["context"].encode()) % 10
    return "test" if drawn < 2 else "dev" if drawn == 2 else "train"


def rows(folder: Path, name: str) -> Iterator[dict]:
    """Yield the rows of a set, of questions or of pairs, as they are stored in `NAME.jsonl.gz`."""
    with gzip.open(path_of(folder, name), "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def path_of(folder: Path, name: str) -> Path:
    """Return the file of a set."""
    return folder / f"{name}.jsonl.gz"


def _example(row: dict) -> ReadingExample:
    spans = [(a["start"], a["start"] + len(a["text"])) for a in row["answers"]] if row["answerable"] else []
    return ReadingExample(row["question"].strip(), row["context"], tuple(spans), row["title"], row["dataset"])
