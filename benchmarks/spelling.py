"""Measures the correction of misspelt words: `python -m benchmarks.spelling --data DIR`.

Questions of ten sets are asked of all their passages together. As they are, nothing should be corrected, but for the
writers' own errors (`--show` prints all). Then one word that the passage has too gets a random typing error.
"""

import argparse
import json
import random
import re
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from tqdm import tqdm

from assistant import Assistant, Settings
from assistant.search.spelling import correct_names
from index.collection import Collection
from training.reading.sets import rows

SETS = """squadshifts_new_wiki squadshifts_reddit qed_nq_dev timeqa_human quoref_contrast squad2_12articles qamr_devtest
qadiscourse fairytaleqa policyqa""".split()

LETTERS = "abcdefghijklmnopqrstuvwxyz"

Asked = tuple[str, str]
"""A question and its passage."""


def main() -> None:
    """Print the share of false corrections, and of words that are repaired, left and read wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder that holds reading/")
    parser.add_argument("--questions", type=int, default=3_000, help="how many, drawn with a fixed seed")
    parser.add_argument("--show", action="store_true", help="print the questions that are corrected as they are")
    given = parser.parse_args()
    asked = sample(given.data / "reading", given.questions)
    with tempfile.TemporaryDirectory() as folder:
        collection = collected(asked, Path(folder))
        notices = [notice for question, _ in tqdm(asked) if (notice := correct_names(question, collection)[1])]
        print(f"corrected as they are: {len(notices)} of {len(asked)}")
        if given.show:
            print(*notices, sep="\n")
        report("names", asked, collection, r"(?<=\s)[A-Z][a-z]{4,}\b")
        report("names in small letters", asked, collection, r"(?<=\s)[A-Z][a-z]{4,}\b", str.lower)
        report("other words", asked, collection, r"\b[a-z]{5,}\b")


def sample(folder: Path, count: int) -> list[Asked]:
    """Return questions with their passages, as many of each set."""
    draw, asked = random.Random(1), []  # noqa: S311
    for name in SETS:
        known = [(row["question"], row["context"]) for row in rows(folder, name) if row.get("context")]
        asked += draw.sample(known, count // len(SETS))
    return asked


def collected(asked: list[Asked], folder: Path) -> Collection:
    """Return a collection of all passages."""
    passages = dict.fromkeys(passage for _, passage in asked)
    records = [{"id": str(number), "title": "Report", "text": text} for number, text in enumerate(passages)]
    (folder / "passages.jsonl").write_text("\n".join(map(json.dumps, records)), "utf-8")
    assistant = Assistant(Settings(index_dir=folder / "index", embedding_model="words", parser="none"))
    assistant.ingest([folder / "passages.jsonl"])
    return assistant.collection


def report(
    name: str, asked: list[Asked], collection: Collection, form: str, change: Callable[[str], str] = str
) -> None:
    """Print how many words of a form are repaired once they have a typing error."""
    draw = random.Random(2)  # noqa: S311
    counted: Counter[str] = Counter()
    for question, passage in tqdm(asked):
        there = [word for word in re.findall(form, question) if re.search(rf"\b{word}\b", passage)]
        if there:
            word = draw.choice(there)
            wrong = change(misspelt(word, draw))
            _, notice = correct_names(change(re.sub(rf"\b{word}\b", wrong, question, count=1)), collection)
            read = re.search(rf"“{re.escape(wrong)}” is read as “(.*?)”", notice)
            counted["left" if read is None else "right" if read[1].lower() == word.lower() else "wrong"] += 1
    total = counted.total()
    print(f"{name}, {total}:", ", ".join(f"{each} {counted[each] / total:.1%}" for each in ("right", "wrong", "left")))


def misspelt(word: str, draw: random.Random) -> str:
    """Return the word with a letter added, left out or changed, or two neighbours exchanged."""
    at = draw.randrange(len(word))
    before, letter, after = word[:at], word[at], word[at + 1 :]
    made = draw.choice(
        [
            before + draw.choice(LETTERS) + letter + after,
            before + after,
            before + draw.choice(LETTERS) + after,
            before + after[:1] + letter + after[1:],
        ]
    )
    return made if made.lower() != word.lower() else misspelt(word, draw)


if __name__ == "__main__":
    main()
