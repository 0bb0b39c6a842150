"""Scores the assistant on a file of questions, and compares a score with an older one."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.answer import Turn, passage_facts
from assistant.answering.candidates import candidates
from assistant.assistant import Assistant
from assistant.evaluation import extra
from assistant.evaluation.measures import (
    Example,
    Outcome,
    latencies,
    means,
    paired_interval,
    refusal_figures,
    risk_coverage,
)
from index.errors import EvaluationError

SEARCHED = 30
"""How many passages are retrieved for the figures of search: enough for 10,000 characters."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The outcome of each question of a file."""

    outcomes: tuple[Outcome, ...]

    def figures(self) -> dict[str, float]:
        """Return the mean of each measure over the questions that it applies to, and the figures of refusing."""
        return means([outcome.measures() for outcome in self.outcomes]) | refusal_figures(self.outcomes)

    def as_json(self) -> dict[str, Any]:
        """Return figures, curves and all questions as JSON values."""
        return {
            "questions": len(self.outcomes),
            "to be refused": sum(not outcome.example.answers for outcome in self.outcomes),
            "figures": self.figures(),
            "seconds": latencies(self.outcomes),
            "risk_coverage": [list(point) for point in risk_coverage(self.outcomes)],
            "outcomes": [_outcome_json(outcome) for outcome in self.outcomes],
        }


@dataclass(frozen=True, slots=True)
class Change:
    """The change of a measure on the questions that two scores share.

    `old` and `new` are means; `low` and `high` bound the 95% interval of their difference. `better` and `worse` list
    the questions that changed.
    """

    measure: str
    old: float
    new: float
    low: float
    high: float
    better: tuple[str, ...]
    worse: tuple[str, ...]


def read_examples(path: Path) -> list[Example]:
    """Return the questions of a file of JSON lines. Raise EvaluationError, naming the line, if one can't be used."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeError) as error:
        raise EvaluationError(f"{path} can't be read ({error}). Give a file of JSON lines.") from error
    examples = [_example(line, f"{path}, line {at}") for at, line in enumerate(lines, 1) if line.strip()]
    if not examples:
        raise EvaluationError(f"{path} has no question in it. Write one on each line: {_FORM}")
    return examples


def read_score(path: Path) -> dict[str, Any]:
    """Return an older score, as `onrecord eval --json` printed it. Raise EvaluationError if the file isn't one."""
    try:
        score: dict[str, Any] = json.loads(path.read_text("utf-8"))
        if all(_is_outcome(outcome) for outcome in score["outcomes"]):
            return score
        raise KeyError("measures")
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise EvaluationError(f"{path} is not a score. Give the output of `onrecord eval FILE --json`.") from error


def evaluate(assistant: Assistant, examples: Iterable[Example]) -> Evaluation:
    """Ask every question, and search deeper than an answer needs. Raise EvaluationError if the extra is missing."""
    extra.require("sklearn", "scipy")
    return Evaluation(tuple(_outcome(assistant, example) for example in examples))


def compare(old: dict[str, Any], new: dict[str, Any]) -> list[Change]:
    """Return the changes from one score to another (both as JSON values), question by question."""
    before = {_conversation(outcome): outcome["measures"] for outcome in old["outcomes"]}
    after = {name: outcome["measures"] for outcome in new["outcomes"] if (name := _conversation(outcome)) in before}
    if not after:
        raise EvaluationError("The two scores have no question in common. Give the older score of the same file.")
    names = dict.fromkeys(name for measures in after.values() for name in measures)
    return [change for name in names if (change := _change(name, before, after))]


_FORM = '{"question": "…", "answers": ["…"] or [], "history": [["question", "answer"]], "gold": ["url or article id"]}'


def _example(line: str, place: str) -> Example:
    try:
        fields = json.loads(line)
    except json.JSONDecodeError as error:
        raise EvaluationError(f"{place} is not JSON ({error}). Write {_FORM}") from error
    if not isinstance(fields, dict) or not isinstance(fields.get("question"), str) or not fields["question"].strip():
        raise EvaluationError(f'{place} has no "question". Write {_FORM}')
    lists = [fields.get("answers"), fields.get("gold", [])]
    if not all(isinstance(each, list) and all(isinstance(item, str) for item in each) for each in lists):
        raise EvaluationError(f'{place} needs lists of strings as "answers" and "gold". Write {_FORM}')
    history = fields.get("history", [])
    if not isinstance(history, list) or not all(_is_turn(pair) for pair in history):
        raise EvaluationError(f'{place} needs a list of pairs of strings as "history". Write {_FORM}')
    turns = tuple(Turn(*pair) for pair in history)
    return Example(fields["question"], tuple(fields["answers"]), frozenset(fields.get("gold", [])), turns)


def _is_outcome(outcome: dict[str, Any]) -> bool:
    turns = all(_is_turn(pair) for pair in outcome.get("history", []))
    return isinstance(outcome["measures"], dict) and isinstance(outcome["question"], str) and turns


def _is_turn(pair: object) -> bool:
    return isinstance(pair, list) and len(pair) == 2 and all(isinstance(each, str) for each in pair)


def _conversation(outcome: Mapping[str, Any]) -> str:
    """Return the question with the earlier ones before it, because a follow-up such as "why?" may occur twice."""
    return " → ".join([*(question for question, _ in outcome.get("history", [])), outcome["question"]])


def _outcome(assistant: Assistant, example: Example) -> Outcome:
    answer = assistant.ask(example.question, example.history)
    ranked = assistant.scorer.ranked(answer.standalone_question, candidates(answer.passages))
    passages = tuple(assistant.search(answer.standalone_question, SEARCHED))
    if not ranked:
        return Outcome(example, answer, passages, "", 0.0)
    best = ranked[0].candidate
    return Outcome(example, answer, passages, f"{best.lead} {best.text}", ranked[0].score)


def _outcome_json(outcome: Outcome) -> dict[str, Any]:
    return {
        "question": outcome.example.question,
        "history": [list(turn) for turn in outcome.example.history],
        "answers": list(outcome.example.answers),
        "gold": sorted(outcome.example.gold),
        "said": outcome.answer.text,
        "marked": outcome.marked,
        "refused": outcome.answer.refused,
        "right": outcome.is_right,
        "score": round(outcome.score, 4),
        "measures": outcome.measures(),
        "passages": [passage_facts(*pair) for pair in enumerate(outcome.answer.passages, 1)],
    }


def _change(name: str, before: dict[str, dict[str, float]], after: dict[str, dict[str, float]]) -> Change | None:
    both = {
        question: (before[question][name], after[question][name])
        for question in after
        if name in before[question] and name in after[question]
    }
    if not both:
        return None
    olds, news = zip(*both.values(), strict=True)
    low, high = paired_interval([new - old for old, new in both.values()])
    return Change(
        name,
        sum(olds) / len(olds),
        sum(news) / len(news),
        low,
        high,
        better=tuple(question for question, (old, new) in both.items() if new > old),
        worse=tuple(question for question, (old, new) in both.items() if new < old),
    )
