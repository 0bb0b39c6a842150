"""The measures of one question's answer, and figures over many."""

import re
import string
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath

import numpy as np

from assistant.answer import Answer, Turn
from index.article import Article, Passage

BUDGETS = (1_000, 4_000, 10_000)
"""Answers are looked for in so many characters retrieved, so that longer passages win nothing."""

RANKS = (1, 5, 10)
ANSWER_CHARACTERS = 300


@dataclass(frozen=True, slots=True)
class Example:
    """A question to be scored: answers that are right, none where it must be refused, and the articles that have one.

    `gold` names articles by id, URL, path or file name. `history` are the turns before it.
    """

    question: str
    answers: tuple[str, ...]
    gold: frozenset[str]
    history: tuple[Turn, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a question.

    `found` are the passages of a deep search, closest first; `boldest` is the sentence that would have been said were
    nothing ever refused, and `score` its score.
    """

    example: Example
    answer: Answer
    found: tuple[Passage, ...]
    boldest: str
    score: float

    @property
    def right(self) -> bool:
        """Whether it was answered with a right answer, or refused where it must be."""
        if not self.example.answers:
            return self.answer.refused
        return holds(self.answer_text[:ANSWER_CHARACTERS], self.example.answers)

    @property
    def boldest_right(self) -> bool:
        """Whether the sentence that would have been said has a right answer in it."""
        return holds(self.boldest, self.example.answers)

    @property
    def answer_text(self) -> str:
        """The answer without its citation marks."""
        return " ".join(sentence.text for sentence in self.answer.sentences)

    @property
    def marked(self) -> str:
        """The words of the first quotation that are marked as the answer; the whole answer where none are."""
        citations = self.answer.citations
        return (citations[0].answer if citations else "") or self.answer_text

    def measures(self) -> dict[str, float]:
        """Each measure that applies to the question, from 0 to 1."""
        measured = {"right": float(self.right)}
        if self.example.answers:
            measured |= self._retrieval() | self._answer()
        return measured | self._citations()

    def _retrieval(self) -> dict[str, float]:
        gold, answers = self.example.gold, self.example.answers
        measured = {}
        if gold:
            rank = next((rank for rank, p in enumerate(self.found, 1) if is_gold(p.article, gold)), None)
            measured = {f"gold article in first {most}": float(rank is not None and rank <= most) for most in RANKS}
            measured["gold article, reciprocal rank"] = 1 / rank if rank else 0.0
        for budget in BUDGETS:
            read = first_characters(self.found, budget)
            from_gold = (text for article, text in read if not gold or is_gold(article, gold))
            measured[f"answer in first {budget:,} characters"] = float(any(holds(text, answers) for text in from_gold))
        return measured

    def _answer(self) -> dict[str, float]:
        answers, said = self.example.answers, self.answer_text[:ANSWER_CHARACTERS]
        return {
            "exact match of the marked words": float(any(normalised(self.marked) == normalised(a) for a in answers)),
            "token F1 of the marked words": max(token_f1(self.marked, answer) for answer in answers),
            f"answer in first {ANSWER_CHARACTERS} characters said": float(holds(said, answers)),
        }

    def _citations(self) -> dict[str, float]:
        citations = self.answer.citations
        if not citations:
            return {}
        exact = [c.article.full_text[c.start : c.end] == c.quote for c in citations]
        measured = {"citations that quote exactly": float(np.mean(exact))}
        if self.example.answers:
            holding = any(holds(citation.quote, self.example.answers) for citation in citations)
            measured["a quotation holds the answer"] = float(holding)
        return measured


def is_gold(article: Article, gold: frozenset[str]) -> bool:
    """Whether the article is one of those named."""
    return not gold.isdisjoint({article.id, article.url, article.source, PurePath(article.source).name})


def first_characters(passages: Iterable[Passage], budget: int) -> list[tuple[Article, str]]:
    """The first `budget` characters of the passages one after another: which article, and what was read of it."""
    read = []
    for passage in passages:
        text = passage.text[:budget]
        read.append((passage.article, text))
        budget -= len(text)
        if budget <= 0:
            break
    return read


def normalised(text: str) -> str:
    """Lower case without punctuation, articles and spare white space, as SQuAD compares (Rajpurkar et al. 2016)."""
    plain = "".join(character for character in text.lower() if character not in string.punctuation + "“”‘’—–…")
    return " ".join(re.sub(r"\b(?:a|an|the)\b", " ", plain).split())


def holds(text: str, answers: Iterable[str]) -> bool:
    """Whether one of the answers stands in the text, word for word but for case, punctuation and articles."""
    within = f" {normalised(text)} "
    return any(f" {wanted} " in within for answer in answers if (wanted := normalised(answer)))


def token_f1(text: str, answer: str) -> float:
    """The harmonic mean of the precision and recall of the answer's words (Rajpurkar et al. 2016)."""
    said, wanted = normalised(text).split(), normalised(answer).split()
    shared = (Counter(said) & Counter(wanted)).total()
    return 2 * shared / (len(said) + len(wanted)) if shared else 0.0


def means(measured: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """The mean of each measure over the questions that have it."""
    names = dict.fromkeys(name for measures in measured for name in measures)
    return {name: float(np.mean([each[name] for each in measured if name in each])) for name in names}


def refusal_figures(outcomes: Sequence[Outcome]) -> dict[str, float]:
    """Precision, recall and F1 of refusing, against the questions that must be refused."""
    from sklearn.metrics import precision_recall_fscore_support

    wanted = [not outcome.example.answers for outcome in outcomes]
    given = [outcome.answer.refused for outcome in outcomes]
    figures = precision_recall_fscore_support(wanted, given, average="binary", zero_division=0.0)
    return dict(zip(["refusal precision", "refusal recall", "refusal F1"], map(float, figures[:3]), strict=True))


def risk_coverage(outcomes: Sequence[Outcome]) -> list[tuple[float, float, float]]:
    """`(minimum score, coverage, risk)` for each minimum score that matters (El-Yaniv and Wiener 2010).

    Coverage is the share of questions answered, risk the share of those that are answered wrong, a question that must
    be refused included.
    """
    ranked = sorted(outcomes, key=lambda outcome: -outcome.score)
    curve, wrong = [], 0
    for answered, outcome in enumerate(ranked, 1):
        wrong += not outcome.boldest_right
        if answered == len(ranked) or ranked[answered].score < outcome.score:
            curve.append((outcome.score, answered / len(ranked), wrong / answered))
    return curve


def latencies(outcomes: Sequence[Outcome]) -> dict[str, dict[str, float]]:
    """Seconds at the 50th, 95th and 99th percentile of each step, and of the whole."""
    by_step: dict[str, list[float]] = {}
    for outcome in outcomes:
        seconds = outcome.answer.usage.get("seconds", {})
        for step, spent in [*seconds.items(), ("all", sum(seconds.values()))]:
            by_step.setdefault(step, []).append(spent)
    return {
        step: {f"p{percent}": float(np.percentile(spent, percent)) for percent in (50, 95, 99)}
        for step, spent in by_step.items()
    }


def paired_interval(differences: Sequence[float]) -> tuple[float, float]:
    """The 95% bootstrap interval (percentile method) of the mean of paired differences, with a fixed seed."""
    from scipy.stats import bootstrap

    values = np.asarray(differences, dtype=float)
    if len(values) < 2 or np.ptp(values) == 0:
        return float(values.mean()), float(values.mean())
    found = bootstrap((values,), np.mean, n_resamples=2_000, method="percentile", rng=np.random.default_rng(0))
    return float(found.confidence_interval.low), float(found.confidence_interval.high)
