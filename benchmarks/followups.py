"""Measures how well follow-ups are understood without an LLM: `python -m benchmarks.followups --data DIR`.

On MTRAG-UN's follow-ups, search with the rewritten question is compared with search for the question as typed, and with
the previous question put in front. On CAsT, rewritten questions are compared with those that people wrote. Finally,
questions that need no history are asked after an unrelated one. `DIR/conversation` and `DIR/reading` hold the files.
"""

import argparse
import gzip
import json
import random
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import bootstrap
from tqdm import tqdm

from assistant import Assistant, Turn
from assistant.conversation.follow_ups import condense
from assistant.evaluation.measures import normalised, token_f1
from assistant.search.retriever import retrieve
from benchmarks.data import demonstration, squadshifts
from benchmarks.systems import assistant_on, write_articles

FIRST = 5
"""Documents among which the right ones are looked for."""

DEPTH = 60
"""Passages retrieved: enough for more than five documents."""

STRANGERS = 500
"""Questions that are asked after an unrelated history."""


@dataclass(frozen=True)
class FollowUp:
    """A question in its conversation, with the documents that answer it (`mtragun`) or people's rewrite (`cast`)."""

    conversation: str
    question: str
    history: tuple[Turn, ...]
    gold: frozenset[str] = frozenset()
    rewrite: str = ""


def main() -> None:
    """Measure all three and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="the folder that holds `conversation/` and `reading/`")
    parser.add_argument("--half", choices=["tune", "report"], default="report")
    parser.add_argument("--smoke", action="store_true", help="only check that it runs, on the demonstration")
    given = parser.parse_args()
    if not given.smoke and not given.data:
        parser.error("give --data DIR, or --smoke")
    if given.smoke:
        documents, follow_ups, rewritten, alone = made_up()
    else:
        documents, follow_ups = mtragun(given.data, given.half)
        rewritten = cast(given.data, given.half)
        alone = [task.question for task in squadshifts(given.data, given.half)[1]]
    with tempfile.TemporaryDirectory() as folder:
        assistant = assistant_on(write_articles(Path(folder) / "articles", documents), Path(folder) / "index")
        print(f"{len(documents)} documents, {len(follow_ups)} follow-ups to search with")
        print(retrieval(assistant, follow_ups))
        print(likeness(assistant, rewritten))
        print(unrelated(assistant, alone, rewritten))


def retrieval(assistant: Assistant, follow_ups: Sequence[FollowUp]) -> str:
    """Return recall of the first five documents, reciprocal rank of the first right one, and gains with intervals."""
    condensed = [_condensed(assistant, each) for each in follow_ups]
    searches = {
        "as typed": [each.question for each in follow_ups],
        "after the one before": [f"{each.history[-1].question} {each.question}" for each in follow_ups],
        "rewritten question": [whole for whole, _ in condensed],
        "rewritten search": [" ".join(each).strip() for each in condensed],
    }
    golds = [each.gold for each in follow_ups]
    scored = {name: scores(assistant, asked, golds) for name, asked in searches.items()}
    changed = np.array([whole != each.question for (whole, _), each in zip(condensed, follow_ups, strict=True)])
    alone = np.array([mine == (each.question, "") for mine, each in zip(condensed, follow_ups, strict=True)])
    groups = {"all": changed | True, "rewritten": changed, "gone on": ~changed & ~alone, "alone": alone}
    lines = [f"{'':<24}{'MRR':>12}" + "".join(f"{f'{name} ({of.sum()})':>18}" for name, of in groups.items())]
    for name, (recall, rank) in scored.items():
        figures = "".join(f"{recall[of].mean() if of.any() else np.nan:18.3f}" for of in groups.values())
        lines.append(f"{name:<24}{rank.mean():12.3f}{figures}")
    conversations = [each.conversation for each in follow_ups]
    for name in list(searches)[:2]:
        for at, measure in enumerate((f"recall@{FIRST}", "MRR")):
            gain, low, high = gain_with_interval(scored["rewritten search"][at], scored[name][at], conversations)
            lines.append(f"{measure} over {name!r}: {gain:+.1%}, 95% interval {low:+.1%} to {high:+.1%}")
    return "\n".join(lines)


def scores(
    assistant: Assistant, searches: Iterable[str], golds: Sequence[frozenset[str]]
) -> tuple[np.ndarray, np.ndarray]:
    """Return `(recalls, reciprocal ranks)` of the searches, counted by document."""
    recalls, ranks = [], []
    for search, gold in zip(tqdm(searches, "search", mininterval=10, total=len(golds)), golds, strict=True):
        passages = retrieve(assistant.collection, search, DEPTH)
        titles = list(dict.fromkeys(passage.article.title for passage in passages))
        recalls.append(len(gold & set(titles[:FIRST])) / len(gold))
        ranks.append(next((1 / rank for rank, title in enumerate(titles, 1) if title in gold), 0.0))
    return np.array(recalls), np.array(ranks)


def gain_with_interval(
    ours: np.ndarray, theirs: np.ndarray, conversations: Sequence[str]
) -> tuple[float, float, float]:
    """Return the ratio of means minus 1, with its paired 95% bootstrap interval; whole conversations are drawn."""
    names = sorted(set(conversations))
    at = np.array([names.index(name) for name in conversations])
    sums = [np.bincount(at, weights=values, minlength=len(names)) for values in (ours, theirs)]

    def gain(one: np.ndarray, other: np.ndarray, axis: int = -1) -> np.ndarray:
        return one.sum(axis=axis) / other.sum(axis=axis) - 1

    drawn = bootstrap(sums, gain, paired=True, n_resamples=2_000, method="percentile", rng=np.random.default_rng(0))
    return float(gain(*sums)), float(drawn.confidence_interval.low), float(drawn.confidence_interval.high)


def likeness(assistant: Assistant, rewritten: Sequence[FollowUp]) -> str:
    """Return token F1 with people's rewrites, and the share left alone of the questions that people left alone."""
    changed = [each for each in rewritten if normalised(each.rewrite) != normalised(each.question)]
    same = [each for each in rewritten if normalised(each.rewrite) == normalised(each.question) and each.history]
    ours = [_condensed(assistant, each)[0] for each in changed]
    typed = np.mean([token_f1(each.question, each.rewrite) for each in changed])
    f1 = np.mean([token_f1(mine, each.rewrite) for mine, each in zip(ours, changed, strict=True)])
    exact = np.mean([normalised(mine) == normalised(each.rewrite) for mine, each in zip(ours, changed, strict=True)])
    kept = np.mean([_condensed(assistant, each)[0] == each.question for each in same])
    return (
        f"{len(changed)} questions that people rewrote: token F1 with theirs {f1:.3f}, as typed {typed:.3f}; "
        f"the same as theirs {exact:.1%}\n"
        f"{len(same)} follow-ups that they left as they were: {kept:.1%} left by us"
    )


def unrelated(assistant: Assistant, alone: Sequence[str], conversations: Sequence[FollowUp]) -> str:
    """Return the share of questions that an unrelated history changes, in what is shown and in what is searched."""
    chosen = random.Random(0)  # noqa: S311
    questions = chosen.sample(list(alone), min(STRANGERS, len(alone)))
    first = [each.question for each in conversations if not each.history]
    histories = [each for each in conversations if len(each.history) > 1]
    lines = []
    for name, asked in (("questions of SQuAD", questions), ("first questions of CAsT", first)):
        pairs = []
        for question in asked:
            other = chosen.choice([each for each in histories if each.history[0].question != question])
            pairs.append((question, condense(question, other.history, assistant.encode, assistant.collection.parser)))
        shown = np.mean([whole != question for question, (whole, _) in pairs])
        searched = np.mean([mine != (question, "") for question, mine in pairs])
        lines.append(
            f"{len(asked)} {name} after an unrelated history: "
            f"{shown:.1%} changed, {searched:.1%} searched with words of it"
        )
    return "\n".join(lines)


def mtragun(folder: Path, half: str) -> tuple[dict[str, str], list[FollowUp]]:
    """Return `(documents of all conversations, follow-ups of one half)`; halves are drawn with a fixed seed."""
    rows = list(_rows(folder / "conversation" / "mtragun_half.jsonl.gz"))
    documents = {each["document_id"]: each["text"].strip() for row in rows for each in row["contexts"]}
    chosen = _half(sorted({row["conversation_id"] for row in rows}), half)
    follow_ups = [_follow_up(row) for row in rows if row["conversation_id"] in chosen]
    return documents, [each for each in follow_ups if each.history and each.gold]


def _follow_up(row: dict[str, Any]) -> FollowUp:
    texts = [each["text"].strip() for each in row["input"]]
    turns = tuple(Turn(question, answer) for question, answer in zip(texts[:-1:2], texts[1::2], strict=True))
    gold = frozenset(each["document_id"] for each in row["contexts"])
    return FollowUp(row["conversation_id"], texts[-1], turns, gold)


def cast(folder: Path, half: str) -> list[FollowUp]:
    """Return CAsT's questions with people's rewrites. Their histories have no answers. Even topics are "tune"."""
    topics: dict[tuple[str, int], list[dict[str, Any]]] = defaultdict(list)
    for row in _rows(folder / "conversation" / "cast_2019_2020.jsonl.gz"):
        if row["topic"] % 2 == (half == "report"):
            topics[row["source"], row["topic"]].append(row)
    follow_ups = []
    for (source, topic), rows in topics.items():
        for at, row in enumerate(rows):
            history = tuple(Turn(each["utterance"].strip(), "") for each in rows[:at])
            follow_ups.append(
                FollowUp(f"{source} {topic}", row["utterance"].strip(), history, rewrite=row["rewrite"].strip())
            )
    return follow_ups


def made_up() -> tuple[dict[str, str], list[FollowUp], list[FollowUp], list[str]]:
    """Return the demonstration with two made-up conversations, only good for checking that the benchmark runs."""
    articles, tasks = demonstration()
    mayor = Turn("Who is the mayor of Dunmarrow?", "Noor Elstrand was elected mayor of Dunmarrow on Sunday. [1]")
    strike = Turn("When did the dockers' strike begin?", "The dockers walked out at 6 a.m. on Monday. [1]")
    of_mayor = frozenset(title for title in articles if "mayor" in title)
    of_strike = frozenset(title for title in articles if "strike" in title or "work" in title)
    asked = [
        FollowUp("1", mayor.question, (), of_mayor, mayor.question),
        FollowUp("1", "When was she elected?", (strike, mayor), of_mayor, "When was Noor Elstrand elected?"),
        FollowUp("2", "And why?", (mayor, strike), of_strike, "Why did the dockers' strike begin?"),
        FollowUp("2", "Who is the mayor of Kestrow?", (mayor, strike), of_mayor, "Who is the mayor of Kestrow?"),
    ]
    return articles, [each for each in asked if each.history], asked, [task.question for task in tasks[:20]]


def _condensed(assistant: Assistant, asked: FollowUp) -> tuple[str, str]:
    return condense(asked.question, asked.history, assistant.encode, assistant.collection.parser)


def _half(names: list[str], half: str) -> set[str]:
    random.Random(0).shuffle(names)  # noqa: S311
    return set(names[half == "report" :: 2])


def _rows(path: Path) -> Iterable[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


if __name__ == "__main__":
    main()
