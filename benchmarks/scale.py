"""How adding, searching and answering scale: `python -m benchmarks.scale --data FOLDER`, or `--smoke`.

Vectors of passages are generated, as mixtures of real ones, so that thousands of passages a second can be made. Texts
are real sentences in random order, with made-up words in place of rare ones, so that the vocabulary grows with the
collection as that of news does. Questions are real.

Each size has a folder in `--work`, and what was added there before is used again. Each question is asked of the
collections of all sizes in turn, so that other work on the machine slows all of them. Times are milliseconds of
processor time, with the files in the page cache. Answers are whole: the question read and embedded by the real model,
then search, the reading model and the checks.
"""

import argparse
import gzip
import itertools
import json
import multiprocessing
import random
import re
import shutil
import statistics
import tempfile
import time
import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from assistant import Assistant, Settings
from benchmarks.data import demonstration
from index.article import EVERYTHING, Draft, Filter
from index.collection import Collection
from index.embedding.embedder import PACKAGED, WORDS, Vectors, load_embedder
from index.ingest import PASSAGES_AT_ONCE
from index.storage.publishing import PendingArticle
from index.text.passages import passages
from index.text.sentences import sentence_spans, sentences
from index.text.words import words

SIZES = [1_000, 10_000, 100_000, 300_000]
REAL_VECTORS = 2_000
QUESTIONS = 200
ANSWERED = 50
"""Questions that whole answers are timed with, because each takes some 0.3 s."""
COUNT = 30
"""Passages that a search asks for, as many as retrieval does."""

ANSWER_FILTERS = ["no filter", "the earliest hundredth", "the largest publisher", "a small publisher", "one article"]
"""The filters that whole answers are timed with."""

_SETS = [
    "squadshifts_new_wiki",
    "squad2_12articles",
    "qamr_devtest",
    "squadshifts_reddit",
    "squadshifts_amazon_reviews",
]
_FIRST_DAY = date(2015, 1, 1)
_DAYS = 4_000
_PUBLISHERS = 100
_AUTHORS = 1_000
_RARE = 4
_SYLLABLES = [consonant + vowel for consonant in "bdfgklmnprstvz" for vowel in ("a", "e", "i", "o", "u", "an", "or")]


def main() -> None:
    """Add to collections of each size, search them and ask them, and print a table for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="has `reading/squadshifts_new_wiki.jsonl.gz` and others")
    parser.add_argument("--work", type=Path, help="where the collections stay, to go on with; else they are temporary")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--smoke", action="store_true", help="only see that it runs, on the demonstration")
    given = parser.parse_args()
    if not given.smoke and given.data is None:
        parser.error("give the folder of the data with --data, or --smoke")
    with tempfile.TemporaryDirectory() as temporary:
        work = given.work or Path(temporary)
        sizes = [100, 300] if given.smoke else sorted(given.sizes)
        stock_file = _prepared(work, None if given.smoke else given.data)
        print("Vectors of passages are generated, so adding and searching don't include the encoder's time.")
        folders = [work / str(size) for size in sizes]
        added = [
            _once(folder / "added.json", _add, folder, stock_file, size)
            for size, folder in zip(sizes, folders, strict=True)
        ]
        searched = _in_a_process(_search, folders, stock_file)
        answered = _in_a_process(_answer, folders, stock_file, WORDS if given.smoke else PACKAGED)
        times = [search | answer for search, answer in zip(searched, answered, strict=True)]
        for figures, each in zip(added, times, strict=True):
            _print(figures, each, times[0])


def _prepared(work: Path, data: Path | None) -> Path:
    """Return the file of sentences, questions and their vectors, which is made once."""
    work.mkdir(parents=True, exist_ok=True)
    file = work / "stock.npz"
    if not file.exists():
        stock, questions = _demonstration() if data is None else _real(data)
        runs = [" ".join(stock[at : at + 3]) for at in range(0, len(stock), 3)]
        random.Random(0).shuffle(runs)  # noqa: S311
        embedder = load_embedder(WORDS if data is None else PACKAGED)
        real = embedder.encode(runs[:REAL_VECTORS], threads=multiprocessing.cpu_count())
        asked = embedder.encode(questions, threads=1)
        np.savez(file, stock=stock, questions=questions, real=real, asked=asked)
    return file


def _demonstration() -> tuple[list[str], list[str]]:
    articles, tasks = demonstration()
    stock = [text[sentence.start : sentence.end] for text in articles.values() for sentence in sentences(text)]
    return stock, [task.question for task in tasks]


def _real(data: Path) -> tuple[list[str], list[str]]:
    """Return `(sentences, questions)`: the sentences of all sets, and the questions about Wikipedia's articles."""
    contexts: dict[str, None] = {}
    questions: list[str] = []
    for name in _SETS:
        with gzip.open(data / "reading" / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
            rows = [json.loads(line) for line in lines]
        contexts |= dict.fromkeys(" ".join(row["context"].split()) for row in rows)
        questions += [row["question"] for row in rows] if name == _SETS[0] else []
    stock = [text[start:end] for text in contexts for start, end in sentence_spans(text) if 40 <= end - start <= 300]
    return stock, random.Random(0).sample(questions, QUESTIONS)  # noqa: S311


class GeneratedVectors:
    """An embedder that makes up the vectors of passages, and knows those of the questions."""

    name = "generated"

    def __init__(self, stock: Any) -> None:
        self._real = stock["real"]
        self._known = dict(zip(stock["questions"].tolist(), stock["asked"], strict=True))
        self._rng = np.random.default_rng(0)

    def encode(self, texts: Sequence[str], threads: int) -> Vectors:
        """Return the vector of a known question, or else a mixture of three real vectors with a little noise."""
        known = [self._known[text] for text in texts if text in self._known]
        if len(known) == len(texts):
            return np.array(known, np.float32)
        count, dimensions = len(texts), self._real.shape[1]
        mixed = sum(self._rng.uniform(0.1, 1, (count, 1)) * self._rng.choice(self._real, count) for _ in range(3))
        mixed = mixed + 0.35 * self._rng.standard_normal((count, dimensions)) / np.sqrt(dimensions)
        return np.asarray(mixed / np.linalg.norm(mixed, axis=1, keepdims=True), np.float32)


def made_up(stock: Sequence[str]) -> Iterator[Draft]:
    """Yield articles without end, of ten paragraphs each, most of them by a few publishers, over some eleven years."""
    rng = random.Random(0)  # noqa: S311
    frequency = Counter(word for sentence in stock for word in set(re.findall(r"[A-Za-z]{4,}", sentence)))

    def varied(sentence: str) -> str:
        return re.sub(r"[A-Za-z]{4,}", replaced, sentence)

    def replaced(found: re.Match[str]) -> str:
        common = frequency[found.group()] > _RARE or rng.random() < 0.3
        return found.group() if common else _word(int(1_500 * ((1 - rng.random()) ** -1.6 - 1)))

    for number in itertools.count():
        paragraphs = [" ".join(varied(sentence) for sentence in rng.choices(stock, k=3)) for _ in range(10)]
        yield Draft(
            title=" ".join(paragraphs[0].split()[:8]),
            full_text="\n\n".join(paragraphs),
            url=f"https://example.org/{number}",
            publisher=f"Publisher {min(int(rng.paretovariate(0.7)), _PUBLISHERS)}",
            author=f"Author {rng.randrange(_AUTHORS)}",
            published=_FIRST_DAY + timedelta(days=rng.randrange(_DAYS)),
        )


def _word(rank: int) -> str:
    """Return the made-up word of this rank; ranks of a Pareto distribution make a vocabulary that never ends."""
    number, parts = rank + len(_SYLLABLES), []
    while number:
        number, part = divmod(number, len(_SYLLABLES))
        parts.append(_SYLLABLES[part])
    return "".join(parts)


def _once(file: Path, measure: Callable[..., dict[str, Any]], *given: object) -> dict[str, Any]:
    """Return what was measured before, if the file has it, or measure it now."""
    if not file.exists():
        file.write_text(json.dumps(_in_a_process(measure, *given)), "utf-8")
    return dict(json.loads(file.read_text("utf-8")))


def _in_a_process(measure: Callable[..., Any], *given: object) -> Any:
    """Measure in a separate process, so that its memory is its own."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as process:
        return process.submit(measure, *given).result()


def _add(folder: Path, stock_file: Path, size: int) -> dict[str, Any]:
    shutil.rmtree(folder / "index", ignore_errors=True)  # of a run that was broken off
    stock = np.load(stock_file)
    collection = Collection(folder / "index", GeneratedVectors(stock))
    began, worked, memory, count = time.perf_counter(), time.process_time(), [_megabytes()], 0
    with collection.writing():
        articles = made_up(stock["stock"].tolist())
        while count < size:
            count += _publish(collection, articles, min(PASSAGES_AT_ONCE, size - count))
            memory.append(_megabytes())
    return {
        "passages": count,
        "passages added a second": count / (time.perf_counter() - began),
        "added a second of processor time": count / (time.process_time() - worked),
        "catalog, bytes a passage": _bytes(folder / "index", "catalog.db*") / count,
        "vectors, bytes a passage": _bytes(folder / "index" / "chroma", "**/*") / count,
        "memory after adding, MB": memory[-1],
        "grown while adding, MB": memory[-1] - memory[1],
    }


def _publish(collection: Collection, articles: Iterator[Draft], count: int) -> int:
    """Add articles of about `count` passages as `ingest` does. Return the number of passages added."""
    entries: list[PendingArticle] = []
    while sum(len(entry.passages) for entry in entries) < count:
        draft, version = next(articles), uuid.uuid4().hex[:12]
        split = list(passages(draft.full_text, sentences(draft.full_text)))
        entries.append(PendingArticle(version[:10], version, f"/made-up/{version}", version, draft, split))
    ids = [passage_id for entry in entries for passage_id in entry.passage_ids]
    collection.catalog.note_unpublished_passages(ids)
    collection.embed(ids, ids, collection.vectors)
    collection.catalog.publish(entries)
    return len(ids)


def _search(folders: Sequence[Path], stock_file: Path) -> list[dict[str, Any]]:
    """Return the times of all searches for each folder, by index and filter."""
    stock = np.load(stock_file)
    questions = stock["questions"].tolist()
    collections = [Collection(folder / "index", GeneratedVectors(stock)) for folder in folders]
    filters = [_filters(collection) for collection in collections]
    times: list[dict[str, list[float]]] = [defaultdict(list) for _ in collections]
    for question, name in itertools.product([questions[0], *questions], filters[-1]):
        for collection, kept, spent in zip(collections, filters, times, strict=True):
            if name in kept:
                asked = words(question)
                spent[f"words, {name}"].append(_milliseconds(collection.matching, asked, COUNT, kept[name]))
                spent[f"vectors, {name}"].append(_milliseconds(collection.nearest, question, COUNT, kept[name]))
    return [{name: _median_and_p95(spent[1:]) for name, spent in each.items()} for each in times]


def _answer(folders: Sequence[Path], stock_file: Path, model: str) -> list[dict[str, Any]]:
    """Return the times of whole answers for each folder, by filter."""
    questions = np.load(stock_file)["questions"].tolist()[:ANSWERED]
    embedder = load_embedder(model)
    embedder.encode(["ready"], threads=1)
    embedder.name = GeneratedVectors.name
    assistants = [Assistant(Settings(index_dir=folder / "index", embedding_model=WORDS)) for folder in folders]
    for assistant in assistants:
        assistant.collection = Collection(assistant.settings.index_dir, embedder)
        assistant.prepare()
    filters = [_filters(assistant.collection) for assistant in assistants]
    times: list[dict[str, list[float]]] = [defaultdict(list) for _ in folders]
    for question, name in itertools.product([questions[0], *questions], ANSWER_FILTERS):
        for assistant, each, spent in zip(assistants, filters, times, strict=True):
            if name in each:
                given = {field: value for field, value in asdict(each[name]).items() if value}
                spent[f"answer, {name}"].append(_milliseconds(assistant.ask, question, **given))
    return [{name: _median_and_p95(spent[1:]) for name, spent in each.items()} for each in times]


def _filters(collection: Collection) -> dict[str, Filter]:
    article = collection.catalog.articles(1)[0]
    filters = {
        "no filter": EVERYTHING,
        "the later half": Filter(after=_FIRST_DAY + timedelta(days=_DAYS // 2)),
        "the latest tenth": Filter(after=_FIRST_DAY + timedelta(days=_DAYS * 9 // 10)),
        "the latest twentieth": Filter(after=_FIRST_DAY + timedelta(days=_DAYS * 19 // 20)),
        "the earliest hundredth": Filter(before=_FIRST_DAY + timedelta(days=_DAYS // 100)),
        "the largest publisher": Filter(publisher="Publisher 1"),
        "a small publisher": Filter(publisher="Publisher 20"),
        "one author": Filter(author=article.author),
        "one article": Filter(article=article.id),
    }
    return {name: kept for name, kept in filters.items() if collection.catalog.passage_ids(kept, 1)}


def _milliseconds(call: Callable[..., object], *given: object, **named: object) -> float:
    began = time.process_time()
    call(*given, **named)
    return (time.process_time() - began) * 1_000


def _median_and_p95(spent: Sequence[float]) -> tuple[float, float]:
    return statistics.median(spent), statistics.quantiles(spent, n=20)[-1]


def _print(figures: dict[str, float], times: dict[str, tuple[float, float]], smallest: dict[str, Any]) -> None:
    print(f"\n{figures['passages']:,} passages")
    for name, figure in figures.items():
        if name != "passages":
            print(f"  {name:<36} {figure:10,.1f}")
    for name, (median, p95) in times.items():
        ratio = median / smallest[name][0] if name in smallest else float("nan")
        print(f"  {name:<36} median {median:7.2f} ms   95% {p95:7.2f} ms   {ratio:5.2f} times the smallest's")


def _bytes(folder: Path, pattern: str) -> int:
    return sum(file.stat().st_size for file in folder.glob(pattern) if file.is_file())


def _megabytes() -> float:
    fields = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text("ascii").splitlines())
    return int(fields["VmRSS"].split()[0]) / 1_024


if __name__ == "__main__":
    main()
