"""Reads questions that were written by hand about invented news: the files of `written/`, a folder for each part.

A line is an article in JSON with `title`, `outlet`, `date`, `text` and `questions`, each with its text `q`, its
answer `a`, which stands once in the text, and its `kind`. Those of the kind "near" have no answer there.
"""

import json
from collections.abc import Iterator
from pathlib import Path

WRITTEN = Path(__file__).parent / "written"

PARTS = ("train", "fit", "test")
"""What a reading model may learn from, what scores are weighed on, and what is measured on.

The model that ships has learnt from none of it; see docs/log/reading-model.md.
"""


def written_articles(part: str, folder: Path = WRITTEN) -> Iterator[dict]:
    """Yield the articles of a part, as they are stored; no article is in two."""
    for path in sorted((folder / part).glob("*.jsonl")):
        yield from map(json.loads, path.read_text("utf-8").splitlines())


def spans_of(asked: dict, article: dict) -> tuple[tuple[int, int], ...]:
    """Return `(start, end)` of a question's answer in the article's text, in a tuple; an empty one for a near miss.

    Raises ValueError for an answer that doesn't stand there once.
    """
    text, answer = article["text"], asked["a"]
    if not answer:
        return ()
    if (times := text.count(answer)) != 1:
        given = f"{answer!r} stands {times} times in {article['title']!r}"
        raise ValueError(f"{given}. Give an answer that stands there once.")
    return ((text.index(answer), text.index(answer) + len(answer)),)
