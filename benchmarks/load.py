"""Measures many people at once: `python -m benchmarks.load --people 50 --seconds 120 --every 20`, or `--smoke`.

onrecord's chat without a language model, and that of the plain recipe, run in a process of their own and are asked the
same questions about the same articles. Time is measured from a question to its whole answer. Memory is the resident set
of the server and its children, before, during and after the second of two such loads. Ratios are onrecord's figure to
the recipe's.
"""

import argparse
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import psutil

from benchmarks.data import demonstration

SECONDS_TO_START = 180
ONRECORD = str(Path(sys.executable).with_name("onrecord"))
PEOPLE = Path(__file__).with_name("load_people.py")
Figures = dict[str, float]


def main() -> None:
    """Measure both, one after the other, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--every", type=float, default=20, help="seconds between a person's questions")
    parser.add_argument("--rest", type=float, default=30, help="seconds after the load until memory is measured again")
    parser.add_argument("--smoke", action="store_true", help="only check that it runs: 2 people, 6 seconds")
    given = parser.parse_args()
    if given.smoke:
        given.people, given.seconds, given.every, given.rest = 2, 6, 2, 1
    print(f"{given.people} people, a question every {given.every:g} s each, for {given.seconds:g} s", flush=True)
    results = {name: measured(name, given) for name in ("onrecord", "recipe")}
    print(table(*results.values()))


def measured(name: str, given: argparse.Namespace) -> Figures:
    """Serve the chat, let the people ask, and return the figures."""
    with tempfile.TemporaryDirectory() as folder, _served(name, Path(folder)) as (address, server):
        _asked(address, Path(folder), given)  # a first load, so that models are loaded and caches are full
        (Path(folder) / "times.jsonl").unlink()
        before = _megabytes(server)
        with _watched(server) as peak:
            times = _asked(address, Path(folder), given)
        time.sleep(given.rest)
        after = _megabytes(server)
    answered = [each for each in times if not each["problem"]]
    for problem in sorted({each["problem"] for each in times if each["problem"]})[:3]:
        print(f"{name}: {problem[:300]}", file=sys.stderr)
    began = min(each["at"] - each["ms"] / 1000 for each in times)
    p50, p95, p99 = np.percentile([each["ms"] for each in answered], [50, 95, 99])
    return {
        "questions": len(times),
        "errors": len(times) - len(answered),
        "answers a second": len(answered) / (max(each["at"] for each in times) - began),
        "p50, ms": p50,
        "p95, ms": p95,
        "p99, ms": p99,
        "memory before, MB": before,
        "memory, peak, MB": max(peak),
        f"memory {given.rest:g} s after, MB": after,
    }


def table(onrecord: Figures, recipe: Figures) -> str:
    """Return a table with a row for each figure."""
    lines = [f"{'':<28}{'onrecord':>12}{'recipe':>12}{'ratio':>8}"]
    for figure, value in onrecord.items():
        ratio = f"{value / recipe[figure]:8.2f}" if recipe[figure] else f"{'':>8}"
        lines.append(f"{figure:<28}{value:12.4g}{recipe[figure]:12.4g}{ratio}")
    return "\n".join(lines)


@contextmanager
def _served(name: str, folder: Path) -> Iterator[tuple[str, psutil.Process]]:
    index, port = folder / "index", _free_port()
    environment = os.environ | {
        "GRADIO_ANALYTICS_ENABLED": "False",
        "ONRECORD_INDEX_DIR": str(index),
        "ONRECORD_PORT": str(port),
        "ONRECORD_USER_HEADER": "X-User",
        "ONRECORD_PROXIES": "127.0.0.1",
    }
    if name == "onrecord":
        subprocess.run([ONRECORD, "add", "--demo"], env=environment, check=True, stdout=subprocess.DEVNULL)  # noqa: S603
        command = [ONRECORD, "serve"]
    else:
        command = [sys.executable, "-m", "benchmarks.load_recipe", str(port), str(index)]
    with (folder / "printed").open("w+") as printed:
        server = subprocess.Popen(command, env=environment, stdout=printed, stderr=subprocess.STDOUT)  # noqa: S603
        try:
            _wait_for(f"http://127.0.0.1:{port}", server, folder / "printed")
            yield f"http://127.0.0.1:{port}", psutil.Process(server.pid)
        finally:
            server.terminate()
            server.wait(30)


def _wait_for(address: str, server: subprocess.Popen, printed: Path) -> None:
    request = urllib.request.Request(address, headers={"X-User": "whoever-starts-it"})  # noqa: S310
    for _ in range(SECONDS_TO_START * 2):
        try:
            urllib.request.urlopen(request, timeout=30).read()  # noqa: S310
            return
        except (urllib.error.URLError, ConnectionError):
            if server.poll() is not None:
                break
            time.sleep(0.5)
    raise SystemExit(f"The server doesn't start:\n{printed.read_text()}")


def _asked(address: str, folder: Path, given: argparse.Namespace) -> list[dict]:
    questions, times = folder / "questions.json", folder / "times.jsonl"
    questions.write_text(json.dumps([each.question for each in demonstration()[1]]), "utf-8")
    command = [sys.executable, "-m", "locust", "--locustfile", PEOPLE, "--headless", "--only-summary"]
    command += ["--users", given.people, "--spawn-rate", given.people, "--run-time", f"{given.seconds:g}s"]
    command += ["--stop-timeout", 120, "--exit-code-on-error", 0, "--host", address, "--loglevel", "WARNING"]
    command += ["--every", given.every, "--questions", questions, "--times", times]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode or not times.exists():
        raise SystemExit(f"locust failed:\n{done.stdout}{done.stderr}")
    return [json.loads(line) for line in times.read_text("utf-8").splitlines()]


@contextmanager
def _watched(server: psutil.Process) -> Iterator[list[float]]:
    """Measure the server's memory until the end of the block, and yield the list of measurements."""
    seen, over = [_megabytes(server)], threading.Event()

    def watch() -> None:
        while not over.wait(0.2):
            seen.append(_megabytes(server))

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield seen
    finally:
        over.set()
        thread.join()


def _megabytes(server: psutil.Process) -> float:
    return sum(process.memory_info().rss for process in [server, *server.children(recursive=True)]) / 1e6


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    main()
