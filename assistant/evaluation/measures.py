"""Measures of one question's answer, and their summary over many questions."""

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
"""Numbers of retrieved characters in which an answer is looked for: characters, so that long passages win nothing."""

RANKS = (1, 5, 10)
"""Numbers of passages in which the gold article is looked for."""

ANSWER_CHARACTERS = 300
"""Only this many first characters of an answer are compared, so that long answers gain nothing."""


@dataclass(frozen=True, slots=True)
class Example:
    """A question to be scored.

    `answers` are the right ones; empty if the question must be refused. `gold` names the articles that have one, by
    id, URL, path or file name. `history` holds the earlier turns, oldest first.
    """

    question: str
    answers: tuple[str, ...]
    gold: frozenset[str]
    history: tuple[Turn, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer to a question, with what is needed to measure it.

    `ranking` holds the passages of a deep search, best first. `best_sentence` is the sentence that would be the answer
    if nothing were ever refused; `score` is its score.
    """

    example: Example
    answer: Answer
    ranking: tuple[Passage, ...]
    best_sentence: str
    score: float

    @property
    def is_right(self) -> bool:
        """True if the answer contains a right one, or if a question that must be refused was refused."""
        if not self.example.answers:
            return self.answer.refused
        return contains_answer(self.answer_text[:ANSWER_CHARACTERS], self.example.answers)

    @property
    def best_sentence_is_right(self) -> bool:
        """True if the best sentence contains a right answer."""
        return contains_answer(self.best_sentence, self.example.answers)

    @property
    def answer_text(self) -> str:
        """The answer without its citation marks."""
        return " ".join(sentence.text for sentence in self.answer.sentences)

    @property
    def marked(self) -> str:
        """The first words of a quotation that are marked as the answer; the whole answer if none are."""
        return next((citation.answer for citation in self.answer.citations if citation.answer), self.answer_text)

    def measures(self) -> dict[str, float]:
        """Return each measure that applies to the question, from 0 to 1."""
        measured = {"right": float(self.is_right)}
        if self.example.answers:
            measured |= self._retrieval() | self._answer()
        return measured | self._citations()

    def _retrieval(self) -> dict[str, float]:
        gold, answers = self.example.gold, self.example.answers
        measured = {}
        if gold:
            rank = next((rank for rank, p in enumerate(self.ranking, 1) if is_gold(p.article, gold)), None)
            measured = {f"gold article in first {most}": float(rank is not None and rank <= most) for most in RANKS}
            measured["gold article, reciprocal rank"] = 1 / rank if rank else 0.0
        for budget in BUDGETS:
            read = first_characters(self.ranking, budget)
            from_gold = (text for article, text in read if not gold or is_gold(article, gold))
            measured[f"answer in first {budget:,} characters"] = float(
                any(contains_answer(text, answers) for text in from_gold)
            )
        return measured

    def _answer(self) -> dict[str, float]:
        answers, shown = self.example.answers, self.answer_text[:ANSWER_CHARACTERS]
        return {
            "exact match of the marked words": float(any(normalised(self.marked) == normalised(a) for a in answers)),
            "token F1 of the marked words": max(token_f1(self.marked, answer) for answer in answers),
            f"answer in first {ANSWER_CHARACTERS} characters shown": float(contains_answer(shown, answers)),
        }

    def _citations(self) -> dict[str, float]:
        citations = self.answer.citations
        if not citations:
            return {}
        exact = [c.article.full_text[c.start : c.end] == c.quote for c in citations]
        measured = {"citations that quote exactly": float(np.mean(exact))}
        if self.example.answers:
            is_quoted = any(contains_answer(citation.quote, self.example.answers) for citation in citations)
            measured["a quotation holds the answer"] = float(is_quoted)
        return measured


def is_gold(article: Article, gold: frozenset[str]) -> bool:
    """Return True if `gold` names the article."""
    return not gold.isdisjoint({article.id, article.url, article.source, PurePath(article.source).name})


def first_characters(passages: Iterable[Passage], budget: int) -> list[tuple[Article, str]]:
    """Return `(article, text)` for the first `budget` characters of the passages, read one after another."""
    read = []
    for passage in passages:
        text = passage.text[:budget]
        read.append((passage.article, text))
        budget -= len(text)
        if budget <= 0:
            break
    return read


def normalised(text: str) -> str:
    """Return the text as SQuAD compares it (Rajpurkar et al. 2016): "The  Lady Brenna!" becomes "lady brenna"."""
    plain = "".join(character for character in text.lower() if character not in string.punctuation + "“”‘’—–…")
    return " ".join(re.sub(r"\b(?:a|an|the)\b", " ", plain).split())


def contains_answer(text: str, answers: Iterable[str]) -> bool:
    """Return True if the text contains one of the answers, compared by whole words as `normalised` writes them."""
    words = f" {normalised(text)} "
    return any(f" {answer} " in words for answer in map(normalised, answers) if answer)


def token_f1(text: str, answer: str) -> float:
    """Return the harmonic mean of precision and recall of the answer's words in the text (Rajpurkar et al. 2016)."""
    words, right_words = normalised(text).split(), normalised(answer).split()
    shared = (Counter(words) & Counter(right_words)).total()
    return 2 * shared / (len(words) + len(right_words)) if shared else 0.0


def means(measured: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Return the mean of each measure over the questions that it applies to."""
    names = dict.fromkeys(name for measures in measured for name in measures)
    return {name: float(np.mean([each[name] for each in measured if name in each])) for name in names}


def refusal_figures(outcomes: Sequence[Outcome]) -> dict[str, float]:
    """Return precision, recall and F1 of the refusals."""
    from sklearn.metrics import precision_recall_fscore_support

    must_refuse = [not outcome.example.answers for outcome in outcomes]
    is_refused = [outcome.answer.refused for outcome in outcomes]
    figures = precision_recall_fscore_support(must_refuse, is_refused, average="binary", zero_division=0.0)
    return dict(zip(["refusal precision", "refusal recall", "refusal F1"], map(float, figures[:3]), strict=True))


def risk_coverage(outcomes: Sequence[Outcome]) -> list[tuple[float, float, float]]:
    """Return `(minimum score, coverage, risk)` for each minimum score that matters (El-Yaniv and Wiener 2010).

    Coverage is the share of questions that would be answered. Risk is the share of these answers that are wrong; to
    answer a question that must be refused is wrong.
    """
    ranked = sorted(outcomes, key=lambda outcome: -outcome.score)
    curve, wrong = [], 0
    for answered, outcome in enumerate(ranked, 1):
        wrong += not outcome.best_sentence_is_right
        if answered == len(ranked) or ranked[answered].score < outcome.score:
            curve.append((outcome.score, answered / len(ranked), wrong / answered))
    return curve


def latencies(outcomes: Sequence[Outcome]) -> dict[str, dict[str, float]]:
    """Return the 50th, 95th and 99th percentile of the seconds of each step, and of all steps together."""
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
    """Return the 95% bootstrap interval (percentile method, fixed seed) of the mean of paired differences."""
    from scipy.stats import bootstrap

    values = np.asarray(differences, dtype=float)
    if len(values) < 2 or np.ptp(values) == 0:
        return float(values.mean()), float(values.mean())
    drawn = bootstrap((values,), np.mean, n_resamples=2_000, method="percentile", rng=np.random.default_rng(0))
    return float(drawn.confidence_interval.low), float(drawn.confidence_interval.high)
