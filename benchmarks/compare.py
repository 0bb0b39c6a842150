"""Compares onrecord with other recipes in one run: `python -m benchmarks.compare --data DIR`, or `--smoke`.

Quality is the share of questions whose answer's character span lies in the first 1,000, 4,000 and 10,000 characters
retrieved. Each system runs in a process of its own, so that its memory can be measured. Ratios are onrecord's figure to
the other's.
"""

import argparse
import json
import multiprocessing
import resource
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from assistant.evaluation.measures import BUDGETS, paired_interval
from benchmarks.data import Task, demonstration, squadshifts
from benchmarks.systems import SYSTEMS, Found


def main() -> None:
    """Measure every system and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="the folder that holds reading/squadshifts_new_wiki.jsonl.gz")
    parser.add_argument("--half", choices=["tune", "report"], default="report")
    parser.add_argument("--smoke", action="store_true", help="only check that it runs, on the demonstration")
    parser.add_argument("--systems", nargs="+", choices=SYSTEMS, default=list(SYSTEMS))
    given = parser.parse_args()
    if not given.smoke and not given.data:
        parser.error("give --data DIR, or --smoke")
    articles, tasks = demonstration() if given.smoke else squadshifts(given.data, given.half)
    print(f"{len(articles)} articles, {sum(map(len, articles.values())):,} characters, {len(tasks)} questions")
    print(table({name: measured(name, articles, tasks) for name in given.systems}))


def measured(name: str, articles: dict[str, str], tasks: list[Task]) -> dict[str, Any]:
    """Measure one system: adding in one process, then starting and searching in another. Return the figures."""
    with tempfile.TemporaryDirectory() as folder:
        added = _in_a_process(_add, name, folder, articles)
        began = time.perf_counter()
        searched = _in_a_process(_search, name, folder, tasks, began)
        size = sum(path.stat().st_size for path in (Path(folder) / "index").rglob("*") if path.is_file())
    return added | searched | {"bytes a passage": size / added["passages"]}


def table(results: dict[str, dict[str, Any]]) -> str:
    """Return a table: a row for each figure, a column for each system, and the paired differences to the first."""
    names = list(results)
    first = results[names[0]]
    lines = [f"{'':<44}" + "".join(f"{name:>12}" for name in names)]
    for budget in BUDGETS:
        hits = {name: np.array(result["hits"][str(budget)], dtype=float) for name, result in results.items()}
        lines.append(
            f"{f'answer in first {budget:,} characters':<44}" + "".join(f"{hits[n].mean():12.3f}" for n in names)
        )
        for name in names[1:]:
            low, high = paired_interval(list(hits[names[0]] - hits[name]))
            lines.append(f"    {names[0]} less {name}, 95% interval: {low:+.3f} to {high:+.3f}")
    for figure in [key for key in first if key != "hits"]:
        lines.append(f"{figure:<44}" + "".join(f"{result[figure]:12.4g}" for result in results.values()))
        lines.append(
            f"{'    ratio':<44}" + "".join(f"{first[figure] / result[figure]:12.2f}" for result in results.values())
        )
    return "\n".join(lines)


def _in_a_process(work: Any, *arguments: Any) -> dict[str, Any]:
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(sender, work, *arguments))
    process.start()
    sender.close()
    try:
        return json.loads(receiver.recv())
    finally:
        process.join()


def _work(sender: Any, work: Any, *arguments: Any) -> None:
    result = work(*arguments) | {f"{work.__name__.strip('_')}: peak MB": _peak_megabytes()}
    sender.send(json.dumps(result))


def _peak_megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024


def _add(name: str, folder: str, articles: dict[str, str]) -> dict[str, Any]:
    system = SYSTEMS[name](Path(folder))
    system.add({"warm up": "The model is loaded before time is taken. " * 3})
    began = time.perf_counter()
    passages = system.add(articles)
    seconds = time.perf_counter() - began
    return {
        "passages": passages,
        "passages added a second": passages / seconds,
        "characters added a second": sum(map(len, articles.values())) / seconds,
    }


def _search(name: str, folder: str, tasks: list[Task], began: float) -> dict[str, Any]:
    system = SYSTEMS[name](Path(folder))
    system.respond(tasks[0].question)
    started = time.perf_counter() - began
    hits: dict[str, list[bool]] = {str(budget): [] for budget in BUDGETS}
    seconds = []
    for task in tasks:
        began = time.perf_counter()
        found = system.search(task.question)
        seconds.append(time.perf_counter() - began)
        for budget in BUDGETS:
            hits[str(budget)].append(hit(task, found, budget))
    return {
        "hits": hits,
        "start to first answer or passages, s": started,
        "search p50, ms": 1_000 * float(np.percentile(seconds, 50)),
        "search p95, ms": 1_000 * float(np.percentile(seconds, 95)),
    }


def hit(task: Task, found: Found, budget: int) -> bool:
    """Return True if the answer lies in the first `budget` characters of the passages found."""
    for title, start, end in found:
        end = min(end, start + budget)
        if title == task.title and any(start <= first and last <= end for first, last in task.spans):
            return True
        budget -= end - start
        if budget <= 0:
            return False
    return False


if __name__ == "__main__":
    main()
