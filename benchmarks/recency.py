"""Measures how close passages must be for the newest to come first: `python -m benchmarks.recency --data DIR`.

Losses are counted on questions about articles with random dates, which mean nothing. Gains are counted on made-up news
of events whose figures change (`tests/data/updates.jsonl`).
"""

import argparse
import json
import random
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from tqdm import tqdm

from assistant import Assistant, Settings
from assistant.search import retriever
from benchmarks.compare import hit
from benchmarks.data import QUESTIONS, Task, demonstration, squadshifts
from index.article import Passage

SHARES = (1.01, 1.0, 0.9, 0.7, 0.5, 0.3, 0.2, 0.1)
"""Shares of the better passage's score that are tried. Above 1 no passage is as good, so dates play no part."""

Search = Callable[[str], list[Passage]]

CHARACTERS = 1_000
"""Characters in which an answer is looked for."""

READ = 12
"""Passages that are read for an answer."""


def main() -> None:
    """Print a row for each share."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="the folder that holds reading/squadshifts_new_wiki.jsonl.gz")
    parser.add_argument("--questions", type=int, default=1_000, help="how many, drawn with a fixed seed")
    parser.add_argument("--smoke", action="store_true", help="only check that it runs, on the demonstration")
    given = parser.parse_args()
    if not given.smoke and not given.data:
        parser.error("give --data DIR, or --smoke")
    articles, tasks = demonstration() if given.smoke else squadshifts(given.data, "tune")
    draw = random.Random(0)  # noqa: S311
    tasks = draw.sample(tasks, 4 if given.smoke else min(given.questions, len(tasks)))
    dates = {title: date(2024, 1, 1) + timedelta(draw.randrange(700)) for title in sorted(articles)}
    events = [json.loads(line) for line in (QUESTIONS.parent / "updates.jsonl").read_text("utf-8").splitlines()]
    with tempfile.TemporaryDirectory() as folder:
        assistant = Assistant(Settings(index_dir=Path(folder) / "index"))
        assistant.ingest([_written(Path(folder) / "articles", articles, dates, events)])
        search = searcher(assistant)
        hits = {share: hits_at(share, search, tasks) for share in SHARES}
        print(f"{len(tasks)} questions, {len(events)} events")
        for share in SHARES:
            in_characters, in_passages = (_changes(hits[SHARES[0]], hits[share], at) for at in (0, 1))
            first = latest_first(share, search, events)
            print(f"{share:.2f}: {in_characters} in {CHARACTERS} characters, {in_passages} in {READ} passages", end="")
            print(f", latest first {first}")


def searcher(assistant: Assistant) -> Search:
    """Return the search of the product; what the model says of a question's passages is remembered."""

    @cache
    def remembered(question: str, texts: tuple[str, ...], headlines: tuple[str, ...]) -> list[float]:
        return assistant.reader.relevance(question, texts, headlines)

    def relevance(question: str, texts: Sequence[str], headlines: Sequence[str]) -> list[float]:
        return remembered(question, tuple(texts), tuple(headlines))

    return lambda question: retriever.retrieve(assistant.collection, question, READ, relevance=relevance)


@contextmanager
def close(share: float) -> Iterator[None]:
    """Inside this block, let passages count as equally good from this share of a better one's score."""
    before, retriever.AS_GOOD = retriever.AS_GOOD, share
    try:
        yield
    finally:
        retriever.AS_GOOD = before


def hits_at(share: float, search: Search, tasks: Sequence[Task]) -> list[tuple[bool, bool]]:
    """Return for each question whether its answer is in the first characters, and in the passages that are read."""
    with close(share):
        rankings = [search(task.question) for task in tqdm(tasks, mininterval=10)]
    spans = [[(passage.article.title, passage.start, passage.end) for passage in ranked] for ranked in rankings]
    return [
        (hit(task, ranked, CHARACTERS), hit(task, ranked, 100 * CHARACTERS))
        for task, ranked in zip(tasks, spans, strict=True)
    ]


def latest_first(share: float, search: Search, events: Sequence[dict]) -> int:
    """Return the number of events whose latest figure is in the first passage."""
    with close(share):
        return sum(event["latest"] in search(event["question"])[0].text for event in events)


def _changes(before: Sequence[tuple[bool, bool]], after: Sequence[tuple[bool, bool]], at: int) -> str:
    pairs = list(zip(before, after, strict=True))
    return f"{sum(n[at] > o[at] for o, n in pairs)} gained {sum(n[at] < o[at] for o, n in pairs)} lost"


def _written(folder: Path, articles: dict[str, str], dates: dict[str, date], events: Sequence[dict]) -> Path:
    news = [each for event in events for each in event["articles"]]
    rows = [*((title, dates[title], text) for title, text in articles.items())]
    rows += [(each["title"], each["published"], each["text"]) for each in news]
    folder.mkdir(parents=True)
    for number, (title, published, text) in enumerate(rows):
        (folder / f"{number}.md").write_text(f"---\ntitle: {title!r}\npublished: {published}\n---\n{text}\n", "utf-8")
    return folder


if __name__ == "__main__":
    main()
