"""Kills a process that adds articles, and checks that nothing is lost: `python -m benchmarks.kills`, or `--smoke`.

Half of the kills come at random moments, half just before or after a step of the work (with a seed). After each kill,
everything that was reported as done must be found by meaning and by word, in one version; the next `add` must bring in
the rest.
"""

import argparse
import functools
import itertools
import multiprocessing
import os
import pkgutil
import random
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index import doctor, ingest
from index.collection import Collection
from index.embedding.embedder import WordEmbedder
from index.storage.catalog import Catalog

ARTICLES = 12
"""Articles in each of two folders."""

WRITING = """

index.storage.catalog:Catalog.create index.storage.catalog:Catalog.note_unpublished_passages
index.storage.vectors:VectorStore.add
chromadb:Collection.upsert index.storage.catalog:Catalog.publish index.storage.publishing:keep_older_version
index.storage.publishing:withdraw index.storage.publishing:_insert index.storage.publishing:insert_passages
index.storage.source_register:Sightings.add_validators index.storage.source_register:Sightings.save
index.storage.vectors:VectorStore.remove index.storage.catalog:Catalog.forget_passages
index.storage.source_register:SourceRegister.dismiss index.storage.catalog:Catalog.withdraw
""".split()
"""The functions that write, in the order of the work."""

Words = dict[str, str]
"""Maps an article's file to the one word that only this article in this version contains."""

multiprocessing.set_forkserver_preload(["chromadb", "index.doctor"])


@dataclass(frozen=True)
class Fault:
    """Where the process kills itself: before or after the given call of a function that writes."""

    function: str
    after: bool
    call: int

    def __str__(self) -> str:
        return f"{'after' if self.after else 'before'} call {self.call} of {self.function}"

    def arm(self) -> None:
        """Wrap the function, in this process, so that it kills the process at that call."""
        module, path = self.function.split(":")
        *within, name = path.split(".")
        owner = pkgutil.resolve_name(":".join([module, *within]))
        function, calls = getattr(owner, name), itertools.count(1)

        @functools.wraps(function)
        def faulty(*given: Any, **named: Any) -> Any:
            now = next(calls) == self.call
            if now and not self.after:
                os.kill(os.getpid(), signal.SIGKILL)
            result = function(*given, **named)
            if now:
                os.kill(os.getpid(), signal.SIGKILL)
            return result

        setattr(owner, name, faulty)


FAULTS = [Fault(function, after, call) for function in WRITING for after in (False, True) for call in (1, 2)]


class Work:
    """The work of the process that is killed: articles are added, changed, removed, and others are added."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files = {name: [folder / name / f"{at:02}.txt" for at in range(ARTICLES)] for name in ("a", "b")}
        self.steps = [self._add_a, self._change_a, self._remove_from_a, self._add_b]

    @property
    def log(self) -> Path:
        """The file with a line for each step that was reported as done."""
        return self._folder / "log"

    def write(self) -> None:
        """Write the articles' files."""
        for files in self._files.values():
            files[0].parent.mkdir()
            for file in files:
                self._write(file, 1)

    def states(self) -> list[Words]:
        """Return what must be found before the first step, and after each step."""
        states: list[Words] = [{}]
        states.append({str(file): _word(file, 1) for file in self._files["a"]})
        states.append(states[-1] | {str(file): _word(file, 2) for file in self._files["a"][::2]})
        states.append({file: word for file, word in states[-1].items() if file not in map(str, self._files["a"][-2:])})
        states.append(states[-1] | {str(file): _word(file, 1) for file in self._files["b"]})
        return states

    def on_disk(self) -> Words:
        """Return what the files hold now."""
        return {str(file): file.read_text("utf-8").split()[0] for files in self._files.values() for file in files}

    def open(self) -> Collection:
        """Open the index."""
        return Collection(self._folder / "index", WordEmbedder())

    def run(self, fault: Fault | None = None) -> None:
        """Do all steps, in this process."""
        if fault:
            fault.arm()
        collection = self.open()
        with self.log.open("a", encoding="utf-8", buffering=1) as log:
            log.write("began\n")
            for step in self.steps:
                step(collection)
                log.write("done\n")

    def mend(self, collection: Collection) -> None:
        """Do what a user does when the process has died: add everything again."""
        ingest.add(collection, [self._folder / name for name in self._files])

    def _add_a(self, collection: Collection) -> None:
        ingest.add(collection, [self._folder / "a"])

    def _change_a(self, collection: Collection) -> None:
        for file in self._files["a"][::2]:
            self._write(file, 2)
        self._add_a(collection)

    def _remove_from_a(self, collection: Collection) -> None:
        ingest.remove(collection, [collection.article(str(file)) for file in self._files["a"][-2:]])

    def _add_b(self, collection: Collection) -> None:
        ingest.add(collection, [self._folder / "b"])

    def _write(self, file: Path, version: int) -> None:
        word = _word(file, version)
        text = f"The harbour of {word} had {file.stem} ships in it, said Mr. {word} on Monday. " * 12
        new = file.with_suffix(".new")
        new.write_text(f"{word} reports\n\n{text}\n\nNobody in {word} was hurt, and the mill stands.\n", "utf-8")
        new.replace(file)


def _word(file: Path, version: int) -> str:
    return f"Zq{file.parent.name}{file.stem}v{version}"


def killed(work: Work, kill: Fault | float, start: str = "forkserver") -> int:
    """Run the work in a process that is killed by the fault, or after some seconds. Return the number of steps done.

    `start` is the start method of multiprocessing: "forkserver" is fast, "spawn" needs no socket.
    """
    processes: Any = multiprocessing.get_context(start)
    process = processes.Process(target=work.run, args=(kill if isinstance(kill, Fault) else None,))
    process.start()
    while not work.log.exists() and process.is_alive():
        time.sleep(0.002)
    if not isinstance(kill, Fault):
        process.join(kill)
        process.kill()
    process.join(60)
    if process.exitcode not in (0, -signal.SIGKILL):
        raise AssertionError(f"{kill}: the process ended with {process.exitcode}")
    process.close()
    return work.log.read_text("utf-8").count("done")


def problems(work: Work, done: int) -> Iterator[str]:
    """Yield what is wrong after a kill, if `done` steps were reported as done, and after the next `add`."""
    with _opened(work) as collection:
        states = work.states()
        before, after = states[done], states[min(done + 1, len(states) - 1)]
        path = collection.folder / "catalog.db"
        if done or (path.exists() and Catalog(path).exists):
            yield from _unlike(collection, lambda file, word: word in (before.get(file), after.get(file)))
            yield from _half_visible(collection)
        work.mend(collection)
        expected = work.on_disk()
        yield from _unlike(collection, lambda file, word: word == expected[file])
        yield from (f"after mending: {finding.what}" for finding in doctor.check(collection, repair=False))


@contextmanager
def _opened(work: Work) -> Iterator[Collection]:
    collection = work.open()
    try:
        yield collection
    finally:
        collection.close()


def _unlike(collection: Collection, is_right: Callable[[str, str | None], bool]) -> Iterator[str]:
    """Yield articles that are in the wrong version, or that aren't found by meaning or by word."""
    work = Work(collection.folder.parent)
    texts = {article.source: article.full_text for article in collection.catalog.articles()}
    for file in work.on_disk():
        words = {_word(Path(file), version) for version in (1, 2)}
        word = next((word for word in words if word in texts.get(file, "")), None)
        if not is_right(file, word):
            yield f"{file} is in as {word}"
        matching = {word for word in words if any(hit.article.source == file for hit in collection.matching([word], 2))}
        if matching != {word} - {None}:
            yield f"{file} is in as {word}, and by word it is found as {matching}"
        if word and file not in {hit.article.source for hit in collection.nearest(f"The harbour of {word}", 2)}:
            yield f"{file} isn't found by meaning"


def _half_visible(collection: Collection) -> Iterator[str]:
    """Yield passages without a vector, and vectors without a passage that the next run won't remove."""
    passages = set(collection.catalog.passage_ids())
    vectors = {vector for ids in collection.vectors.ids() for vector in ids}
    unwanted = set(collection.catalog.unwanted_passages())
    yield from (f"{passage} has no vector" for passage in passages - vectors)
    yield from (f"{each} is left over" for each in vectors - passages if each not in unwanted)


def main() -> None:
    """Kill over and over, and print what was lost; it should be nothing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--smoke", action="store_true", help="only check that it runs, with 6 kills")
    given = parser.parse_args()
    rng, began = random.Random(0), time.perf_counter()  # noqa: S311
    count, lost, steps = 6 if given.smoke else given.kills, 0, [0] * 4
    seconds = undisturbed()
    while sum(steps) < count:
        kill = rng.choice(FAULTS) if sum(steps) % 2 else rng.uniform(0, seconds)
        with tempfile.TemporaryDirectory() as folder:
            work = Work(Path(folder))
            work.write()
            done = killed(work, kill)
            if done == len(work.steps):
                continue  # the work ended before the kill
            lost_now = list(problems(work, done))
        steps[done] += 1
        lost += bool(lost_now)
        for problem in lost_now:
            print(f"killed {kill}, {done} steps done: {problem}", flush=True)
    print(f"{count} kills after 0 to 3 steps {steps}, {time.perf_counter() - began:.0f} s: {lost} with something lost")


def undisturbed() -> float:
    """Return the seconds that the work takes if nothing kills it."""
    with tempfile.TemporaryDirectory() as folder:
        work = Work(Path(folder))
        work.write()
        began = time.perf_counter()
        killed(work, 60.0)
        return time.perf_counter() - began


if __name__ == "__main__":
    main()
