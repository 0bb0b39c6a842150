"""Tells whether answers got worse: `python -m benchmarks.quality --data DIR`, or `make quality DATA=DIR`.

Figures are measured on small samples, drawn with a fixed seed, and compared with those in `quality.json`. The command
exits with 1 if a figure fell by more than its sampling error. `--write` takes today's figures as the new ones.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from tqdm import tqdm

from assistant import Assistant
from assistant.evaluation.measures import ANSWER_CHARACTERS, contains_answer
from assistant.models.reading_model import Reader
from benchmarks.data import WRITTEN, Task, drawn, squadshifts, wikinews
from benchmarks.ranking import ranked
from benchmarks.reading import read
from benchmarks.support import EVEN_ODDS, JUDGES, read_statements, scored, with_model
from benchmarks.systems import assistant_on, write_articles
from benchmarks.vetoes import asked_on_wikinews, barred_questions
from training.reading.sets import qamr, squad

COMMITTED = Path(__file__).with_name("quality.json")
SUPPORT = Path(__file__).parent.parent / "tests" / "data" / "support"

SETS = ("squad2_12articles", "qamr_devtest", "qasrl_gs", "squadshifts_new_wiki")
"""Files that are needed in `DIR/reading`."""

READ, RANKED, ANSWERED = 300, 150, 100
"""Questions of each set that are read, searched for and answered. With these all took 12 minutes beside a long training
on 2 cores, and 5 minutes of processor time."""

ERRORS = 2
"""Standard errors of the difference that a figure may fall without being called worse."""

REFUSED = "answers, Wikinews: refused"
"""The one figure that isn't judged, because neither more nor fewer refusals are better in themselves."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A mean over `count` questions or sentences, from 0 to 1, with its standard error. Higher is better."""

    value: float
    count: int
    standard_error: float


def main() -> None:
    """Measure, compare, and exit with 1 if a figure fell, or 2 if there is no data."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="the folder that holds reading/")
    parser.add_argument("--write", action="store_true", help="write today's figures to quality.json")
    given = parser.parse_args()
    if problem := _problem(given.data):
        print(problem, file=sys.stderr)
        sys.exit(2)
    now = {name: figure(values) for name, values in measured(given.data).items()}
    before = read_figures(COMMITTED)
    print(table(before, now))
    if given.write:
        rounded = {name: {key: round(each, 4) for key, each in asdict(now[name]).items()} for name in now}
        COMMITTED.write_text(json.dumps(rounded, indent=2) + "\n", "utf-8")
    elif worse := fallen(before, now):
        sys.exit(f"Worse than in {COMMITTED.name}: {'; '.join(worse)}.")


def read_figures(path: Path) -> dict[str, Figure]:
    """Return the figures of a file that `--write` wrote; none if there is no file."""
    return {name: Figure(**row) for name, row in json.loads(path.read_text("utf-8")).items()} if path.exists() else {}


def figure(values: Sequence[float]) -> Figure:
    """Return the mean of the values, one a question. For a share p of n, the standard error is that of p(1 - p)/n."""
    return Figure(float(np.mean(values)), len(values), float(np.std(values)) / len(values) ** 0.5)


def sampling_error(before: Figure, now: Figure) -> float:
    """Return how far two figures of the same quality may lie apart by chance."""
    return ERRORS * float(np.hypot(before.standard_error, now.standard_error))


def fallen(before: Mapping[str, Figure], now: Mapping[str, Figure]) -> list[str]:
    """Return the names of the figures that fell by more than their sampling error, or that are no longer measured."""
    return [
        name
        for name, old in before.items()
        if name != REFUSED and (name not in now or old.value - now[name].value > sampling_error(old, now[name]))
    ]


def table(before: Mapping[str, Figure], now: Mapping[str, Figure]) -> str:
    """Return a row for each figure: the committed one, today's, and the sampling error of their difference."""
    worse = fallen(before, now)
    lines = [f"{'':<56}{'committed':>10}{'now':>8}{'error':>8}"]
    for name in dict.fromkeys([*before, *now]):
        old, new = before.get(name), now.get(name)
        cells = [f"{each.value:.3f}" if each else "-" for each in (old, new)]
        error = f"{sampling_error(old, new):.3f}" if old and new else "-"
        lines.append(f"{name:<56}{cells[0]:>10}{cells[1]:>8}{error:>8}{'  worse' if name in worse else ''}")
    return "\n".join(lines)


def measured(folder: Path) -> dict[str, list[float]]:
    """Return every figure's values, one a question or sentence."""
    return _reading(folder / "reading") | _support() | _vetoes(folder / "reading") | _search_and_answers(folder)


def _reading(folder: Path) -> dict[str, list[float]]:
    reader = Reader()
    encyclopedia, news = (
        read(name, reader, drawn(examples, READ))
        for name, examples in (("SQuAD 2.0", squad(folder, "test")), ("QAMR", qamr(folder, "test")))
    )
    return {
        "reading, SQuAD 2.0: F1 with refusals": list(encyclopedia.f1_with_refusals),
        "reading, SQuAD 2.0: F1 of answerable questions": list(encyclopedia.f1[encyclopedia.answerable]),
        "reading, QAMR: F1": list(news.f1),
    }


def _support() -> dict[str, list[float]]:
    values: dict[str, list[float]] = {}
    judges = JUDGES | {"check": with_model()["model and rules"]}
    for path in (SUPPORT / "development.jsonl", SUPPORT / "held_out.jsonl"):
        statements = read_statements(path)
        for judge_name, judge in judges.items():
            for each, score in zip(statements, scored(judge, statements), strict=True):
                right = "supported accepted" if each.supported else "unsupported refused"
                name = f"{judge_name}, {path.stem}: {each.wording}, {right}"
                values.setdefault(name, []).append(float((score >= EVEN_ODDS) == each.supported))
    return dict(sorted(values.items()))


def _vetoes(folder: Path) -> dict[str, list[float]]:
    barred = barred_questions(asked_on_wikinews(folder))
    return {"answers, QAMR: right sentences not barred": [float(not is_barred) for _, _, is_barred in barred]}


def _search_and_answers(folder: Path) -> dict[str, list[float]]:
    with tempfile.TemporaryDirectory() as work:
        articles, tasks = squadshifts(folder, "report")
        wikipedia = _search("SQuADShifts", _assistant(articles, Path(work) / "wikipedia"), tasks)
        articles, tasks = wikinews(folder)
        written = [task for task in tasks if task.kind == WRITTEN]
        assistant = _assistant(articles, Path(work) / "wikinews")
        news = _search("Wikinews", assistant, written)
        return wikipedia | news | _answers(assistant, articles, drawn(written, ANSWERED))


def _assistant(articles: dict[str, str], work: Path) -> Assistant:
    return assistant_on(write_articles(work / "articles", articles), work / "index")


def _search(collection: str, assistant: Assistant, tasks: Sequence[Task]) -> dict[str, list[float]]:
    return {
        f"{ranker}, {collection}: answer in {depth}": list(map(float, hits))
        for ranker, result in ranked(assistant, drawn(tasks, RANKED)).items()
        for depth, hits in result.hits.items()
    }


def _answers(assistant: Assistant, articles: Mapping[str, str], tasks: Iterable[Task]) -> dict[str, list[float]]:
    contains, refused = [], []
    for task in tqdm(tasks, "answers", mininterval=10):
        answer = assistant.ask(task.question)
        shown = " ".join(sentence.text for sentence in answer.sentences)[:ANSWER_CHARACTERS]
        right = [articles[task.title][start:end] for start, end in task.spans]
        contains.append(float(contains_answer(shown, right)))
        refused.append(float(answer.refused))
    return {"answers, Wikinews: contain the answer": contains, REFUSED: refused}


def _problem(folder: Path | None) -> str:
    """Return in one line what is missing; empty if nothing is."""
    wanted = "Give a folder with the data sets that MODEL_CARD.md names: make quality DATA=DIR"
    if folder is None:
        return f"No data to measure with. {wanted}"
    missing = [f"reading/{name}.jsonl.gz" for name in SETS if not (folder / "reading" / f"{name}.jsonl.gz").is_file()]
    return f"{folder} has no {', '.join(missing)}. {wanted}" if missing else ""


if __name__ == "__main__":
    main()
