"""Measures how fast remarks are looked up: `python -m benchmarks.remark_scale --remarks 300000`.

The articles are made up: each has twenty remarks of twenty of 3,000 people with common and rare names.
"""

import argparse
import random
import statistics
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

from assistant import Assistant, Settings
from index.article import Draft, FoundRemark, Sentence
from index.remarks.speech_verbs import KINDS
from index.storage.publishing import PendingArticle

PEOPLE = 3_000
REMARKS_EACH = 20
AT_ONCE = 500


def main() -> None:
    """Print the milliseconds of look-ups of several sorts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--remarks", type=int, default=300_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        assistant = Assistant(Settings(index_dir=Path(folder), embedding_model="words"))
        with assistant.collection.writing():
            _fill(assistant, given.remarks)
        for label, asked in _questions().items():
            times = [_milliseconds(assistant, asked) for _ in range(9)]
            print(f"{label:<44} {statistics.median(times):7.1f} ms (longest {max(times):.1f})")


def _fill(assistant: Assistant, remarks: int) -> None:
    entries: list[PendingArticle] = []
    for number in range(remarks // REMARKS_EACH):
        entries.append(_article(number))
        if len(entries) == AT_ONCE:
            assistant.collection.catalog.publish(entries)
            entries = []
    assistant.collection.catalog.publish(entries)


def _article(number: int) -> PendingArticle:
    rng = random.Random(number)  # noqa: S311
    text, found, sentences = "", [], []
    for name in (_name(min(int(rng.paretovariate(0.6)), PEOPLE)) for _ in range(REMARKS_EACH)):
        kind, start = rng.choice(KINDS), len(text)
        text += f"{name} said that point {rng.randrange(10_000)} of the plan {rng.randrange(10_000)} was late. "
        span, end = (start, start + len(name)), len(text) - 1
        cue = (span[1] + 1, span[1] + 5)
        found.append(FoundRemark((start, end), kind, cue, span, span, name, (cue[1], end), False, None))
        sentences.append(Sentence(start, end, start, start))
    day = date(2010, 1, 1) + timedelta(days=number % 5_000)
    draft = Draft(title=f"Report {number}", full_text=text, published=day, publisher=f"Paper {number % 40}")
    source = f"report-{number}.txt"
    return PendingArticle(f"{number:010x}", f"{number:010x}.v", source, str(number), draft, [sentences], found)


def _name(number: int) -> str:
    return f"Given{number % 60} Family{number}"


def _questions() -> dict[str, dict[str, str]]:
    return {
        "somebody who speaks often": {"speaker": "Family1"},
        "the same, denials": {"speaker": "Family1", "kind": "deny"},
        "the same, of one year": {"speaker": "Family1", "after": "2012-01-01", "before": "2012-12-31"},
        "a given name that many have": {"speaker": "Given1"},
        "somebody who speaks seldom": {"speaker": "Given7 Family2107"},
        "nobody": {"speaker": "Nemo"},
        "all denials": {"kind": "deny"},
    }


def _milliseconds(assistant: Assistant, asked: dict[str, str]) -> float:
    start = time.perf_counter()
    assistant.said(limit=50, **asked)
    return (time.perf_counter() - start) * 1000


if __name__ == "__main__":
    main()
