"""Fits the weights of an answer's score: `python -m training.weigh --data DIR`.

The questions are on encyclopedia articles and on news that the reading model wasn't trained on, and that nothing is
measured on. Each is asked with its article in the collection and without it. Prints the weights for
`assistant/answering/quoting.py`, and a table of risk and coverage.
"""

import argparse
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from tqdm import tqdm

from assistant import Assistant
from assistant.answering.candidates import candidates, known_names
from assistant.answering.question import parse_question
from assistant.answering.quoting import features
from assistant.evaluation.measures import contains_answer
from assistant.search.speech_question import speech_question
from benchmarks.data import WRITTEN, Task, drawn, squadshifts, wikinews
from benchmarks.systems import assistant_on, write_articles
from training.reading.sets import wiki

FOLDS = 5
"""Parts of the cross-validation."""

READ = 12
"""Passages read for a question, as the default setting has it."""

NEWS = 300
"""Questions on news, drawn from the tenth of QAMR's Wikinews sentences that is for tuning."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The features of a question's candidate sentences, and which of them are right."""

    features: np.ndarray
    right: np.ndarray
    answerable: bool


def main() -> None:
    """Print weights, risk and coverage."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder that holds `reading/`")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        encyclopedia = list(ask_wiki(given.data, Path(made) / "wiki"))
        news = list(ask_news(given.data, Path(made) / "news"))
    asked = [each for each in (*encyclopedia, *news) if len(each.features)]  # the others are refused with any weights
    count = sum(len(each.features) > 0 for each in encyclopedia)
    rows, right = (np.concatenate([getattr(each, name) for each in asked]) for name in ("features", "right"))
    rows, closest = rows[:, :-1], [each.features[0, -1] for each in asked]  # the same for all sentences of a question
    question = np.concatenate([np.full(len(each.features), at // 2) for at, each in enumerate(asked)])
    odds = np.zeros(len(rows))
    for fold in range(FOLDS):
        own = question % FOLDS == fold
        fit = LogisticRegression(C=10).fit(rows[~own], right[~own])
        odds[own] = fit.decision_function(rows[own])
    fit = LogisticRegression(C=10).fit(rows, right)
    bounds = np.cumsum([0, *(len(each.features) for each in asked)])
    tops = [_top(each, odds[first:last]) for each, first, last in zip(asked, bounds, bounds[1:], strict=False)]
    # Rescales the odds for best sentences: a score of 0.5 then means that half of such answers are right.
    pairs = [[top[0], cosine] for top, cosine in zip(tops, closest, strict=True)]
    best = LogisticRegression(C=10).fit(pairs, [top[1] for top in tops])
    scale, weight_of_closest = best.coef_[0]
    weights = [*scale * fit.coef_[0], weight_of_closest]
    bias = scale * fit.intercept_[0] + best.intercept_[0]
    print(f"{len(asked)} questions; weights {np.round(weights, 2)}, bias {bias:.2f}")
    tops = [(score, *top[1:]) for score, top in zip(best.predict_proba(pairs)[:, 1], tops, strict=True)]
    for name, each in (("Wikipedia", tops[:count]), ("news", tops[count:])):
        print(f"{name}\n{risk_and_coverage(each)}")


def risk_and_coverage(tops: Sequence[tuple[float, bool, bool]]) -> str:
    """Return a line for each minimum score, from `(score, right, answerable)` of each question's best sentence."""
    lines = []
    for minimum in np.arange(0.2, 0.8, 0.05):
        answered = [top for top in tops if top[0] >= minimum]
        refused = [top for top in tops if top[0] < minimum]
        rightly, unanswerable = (sum(not top[2] for top in each) for each in (refused, tops))
        coverage = sum(top[1] for top in answered) / sum(top[2] for top in tops)
        risk = 1 - sum(top[1] for top in answered) / max(len(answered), 1)
        lines.append(
            f"  minimum {minimum:.2f}: right of the answerable {coverage:.3f}, wrong of the answers given {risk:.3f},"
            f" refusal F1 {2 * rightly / (len(refused) + unanswerable):.3f}"
        )
    return "\n".join(lines)


def ask_wiki(folder: Path, work: Path) -> Iterator[Asked]:
    """Ask all questions of the development articles, each with its article in the collection and without."""
    articles, tasks = squadshifts(folder, "tune")
    kept = {example.title for example in wiki(folder / "reading", "dev")}
    yield from _ask_both(articles, [task for task in tasks if task.title in kept], work)


def ask_news(folder: Path, work: Path) -> Iterator[Asked]:
    """Ask questions of the development sentences, each with their articles in the collection and without."""
    articles, tasks = wikinews(folder, "dev")
    yield from _ask_both(articles, drawn([task for task in tasks if task.kind == WRITTEN], NEWS), work)


def _ask_both(articles: dict[str, str], tasks: Sequence[Task], work: Path) -> Iterator[Asked]:
    """Ask each question of all articles, and of those that no question is on."""
    asked = {task.title for task in tasks}
    rest = {title: text for title, text in articles.items() if title not in asked}
    whole, without = (
        assistant_on(write_articles(work / name / "articles", each), work / name / "index")
        for name, each in (("whole", articles), ("rest", rest))
    )
    for task in tqdm(tasks, mininterval=10):
        yield _asked(whole, task.question, [articles[task.title][start:end] for start, end in task.spans])
        yield _asked(without, task.question, [])


def _asked(assistant: Assistant, question: str, answers: Sequence[str]) -> Asked:
    among = candidates(assistant.search(question, READ))
    names = known_names(among)
    asked = parse_question(question, names, speech_question(question, assistant.collection.parser))
    rows = features(asked, among, names, assistant.encode, assistant.reader) if asked.is_read else []
    right = np.array([contains_answer(candidate.text, answers) for candidate, _, _ in rows], dtype=bool)
    return Asked(np.array([row for _, _, row in rows]), right, bool(answers))


def _top(asked: Asked, odds: np.ndarray) -> tuple[float, bool, bool]:
    return float(odds.max()), bool(asked.right[odds.argmax()]), asked.answerable


if __name__ == "__main__":
    main()
