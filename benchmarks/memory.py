"""Measures whether memory grows with the questions asked: `python -m benchmarks.memory`, or `--smoke`."""

import argparse
import tempfile
from pathlib import Path

from assistant import Assistant, Settings
from benchmarks.data import demonstration
from index.ingest import demo_folder


def main() -> None:
    """Ask the demonstration's questions over and over, every other time with a number, and print the memory."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=int, default=10_000)
    parser.add_argument("--smoke", action="store_true", help="only check that it runs, with 20 questions")
    given = parser.parse_args()
    count = 20 if given.smoke else given.questions
    questions = [task.question for task in demonstration()[1]]
    with tempfile.TemporaryDirectory() as folder:
        assistant = Assistant(Settings(index_dir=Path(folder)))
        assistant.ingest([demo_folder()])
        memory = {}
        for asked in range(1, count + 1):
            question = questions[asked % len(questions)]
            assistant.ask(f"{question} ({asked})" if asked // len(questions) % 2 else question)
            if asked in (count // 10, count):
                memory[asked] = _megabytes()
                print(f"after {asked:,} questions: {memory[asked]:.1f} MB", flush=True)
    first, last = memory.values()
    print(f"grown by {last - first:+.1f} MB")


def _megabytes() -> float:
    fields = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text("ascii").splitlines())
    return int(fields["VmRSS"].split()[0]) / 1_024


if __name__ == "__main__":
    main()
