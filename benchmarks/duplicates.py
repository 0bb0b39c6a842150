"""Measures how well copies of a story are recognised: `python -m benchmarks.duplicates --data DIR`, or `--smoke`.

An article is made of paragraphs of `DIR/reading` on one subject. Copies and near misses are made from it, with a fixed
seed. The constants of `index/text/near_duplicates.py` were chosen on the "tune" half, which is every other article.
"""

import argparse
import gzip
import json
import random
import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks.data import demonstration
from index.text.near_duplicates import SHORT, band_keys, same_story_as, signature

FILES = ["squadshifts_new_wiki", "squad2_12articles", "squadshifts_amazon_reviews", "squadshifts_reddit"]
LENGTHS = (120, 900)
"""The smallest and the largest number of words that an article should have."""

EDITED = 0.05
"""Share of the words that are changed in a lightly edited copy."""

COLLECTION = 100_000
"""Number of articles for which the costs are extrapolated."""

ALIKE = 12
"""How many hashes two signatures must share at least. Of copies that are trimmed, edited and added to at once,
99 in 100 share 25 or more; articles that share a twentieth of their runs share some 6."""

SYNONYMS = dict(
    pair.split(":")
    for pair in """said:stated told:informed began:started big:large people:persons many:numerous also:too while:whilst
    however:nevertheless because:since show:display help:assist use:employ got:received bought:purchased""".split()
)


class MadeArticle(NamedTuple):
    """An article: its subject and its sentences."""

    subject: str
    sentences: list[str]


@dataclass
class Tally:
    """Counts the pairs of a kind: all, those recognised, and those lost for lack of a common key or of likeness."""

    pairs: int = 0
    found: int = 0
    no_key: int = 0
    unlike: int = 0


Maker = Callable[[random.Random, MadeArticle, MadeArticle], tuple[str, str]]
"""Makes a pair of texts from an article and another one on the same subject."""


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="the folder that holds `reading/`")
    parser.add_argument("--half", choices=["tune", "report"], default="report")
    parser.add_argument("--smoke", action="store_true", help="only check that it runs, on the demonstration")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    if not given.smoke and not given.data:
        parser.error("give --data DIR, or --smoke")
    chance = random.Random(given.seed)  # noqa: S311
    articles = of_demonstration() if given.smoke else of_paragraphs(chance, given.data / "reading", given.half)
    print(table(tallies(chance, articles, COPIES), tallies(chance, articles, NEAR_MISSES)))
    print(costs(articles))


def of_paragraphs(chance: random.Random, folder: Path, half: str) -> list[MadeArticle]:
    """Return one half of the articles made from the paragraphs on each subject; their lengths are drawn at random."""
    subjects: dict[str, list[str]] = {}
    for name in FILES:
        with gzip.open(folder / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
            for row in map(json.loads, lines):
                subjects.setdefault(f"{name} {row['title']}", []).append(row["context"])
    articles: list[MadeArticle] = []
    for subject in sorted(subjects):
        sentences: list[str] = []
        length = chance.randint(*LENGTHS)
        for paragraph in dict.fromkeys(subjects[subject]):
            sentences += in_sentences(paragraph)
            if words_in(sentences) >= length:
                articles.append(MadeArticle(subject, sentences))
                sentences, length = [], chance.randint(*LENGTHS)
    return articles[half == "report" :: 2]


def of_demonstration() -> list[MadeArticle]:
    """Return the demonstration as articles on one subject. Its real copies of stories count as wrong matches."""
    texts = demonstration()[0].values()
    return [MadeArticle("", in_sentences(text)) for text in texts if words_in([text]) >= 2 * SHORT]


def tallies(chance: random.Random, articles: list[MadeArticle], kinds: dict[str, Maker]) -> dict[str, Tally]:
    """For each kind, make a pair from each article, and count how many are recognised."""
    on_subject = defaultdict(list)
    for article in articles:
        on_subject[article.subject].append(article)
    counted = {kind: Tally() for kind in kinds}
    for article in articles:
        others = [other for other in on_subject[article.subject] if other is not article]
        other = chance.choice(others or [other for other in articles if other is not article])
        for kind, make in kinds.items():
            count(counted[kind], *make(chance, article, other))
    return counted


def count(tally: Tally, text: str, other: str) -> None:
    """Count the pair as recognised, or by the step that loses it."""
    tally.pairs += 1
    one, two = signature(text), signature(other)
    if set(band_keys(one)).isdisjoint(band_keys(two)):
        tally.no_key += 1
    elif not may_be_same(one, two):
        tally.unlike += 1
    elif same_story_as(text)(other):
        tally.found += 1


def may_be_same(signature: bytes, other: bytes) -> bool:
    """Return True if the signatures are alike enough to try `same_story_as`, which takes a hundred times as long."""
    if len(signature) != len(other) or len(signature) <= 1 + 8:
        return signature == other
    hashes, others = (np.frombuffer(each, "<u4", offset=1) for each in (signature, other))
    return int(np.count_nonzero(hashes == others)) >= ALIKE


def table(copies: dict[str, Tally], near_misses: dict[str, Tally]) -> str:
    """Return a table with a row for each kind, and precision and recall over all kinds."""
    lines = [f"{'':<44}{'pairs':>8}{'found':>8}{'share':>8}{'no key':>8}{'unlike':>8}"]
    for kind, tally in (copies | near_misses).items():
        share = tally.found / tally.pairs
        lines.append(f"{kind:<44}{tally.pairs:8}{tally.found:8}{share:8.3f}{tally.no_key:8}{tally.unlike:8}")
    right, wrong = (sum(tally.found for tally in kinds.values()) for kinds in (copies, near_misses))
    recall = right / sum(tally.pairs for tally in copies.values())
    lines.append(f"precision {right / (right + wrong):.4f}, recall {recall:.4f}")
    return "\n".join(lines)


def costs(articles: list[MadeArticle]) -> str:
    """Return microseconds by step, and how many of 100,000 unlike articles would share a key with a new one."""
    texts = [" ".join(article.sentences) for article in articles]
    began = time.perf_counter()
    signatures = [signature(text) for text in texts]
    signing = (time.perf_counter() - began) / len(texts)
    pairs = sharing_a_key(signatures)
    began = time.perf_counter()
    compared = [(one, two) for one, two in pairs if may_be_same(signatures[one], signatures[two])]
    looking = (time.perf_counter() - began) / max(1, len(pairs))
    began = time.perf_counter()
    for text in texts:
        same_story_as(text)(texts[0])
    comparing = (time.perf_counter() - began) / len(texts)
    scale = COLLECTION * 2 / (len(texts) * (len(texts) - 1))
    return "\n".join(
        [
            f"{len(texts)} articles of {sum(map(len, texts)) // len(texts):,} characters: {1e6 * signing:.0f} µs to "
            f"sign one, {1e6 * looking:.1f} to compare two signatures, {1e6 * comparing:.0f} two texts",
            f"of {COLLECTION:,} articles {scale * len(pairs):.1f} share a key with a new one, "
            f"and {scale * len(compared):.1f} are compared with it word for word",
        ]
    )


def sharing_a_key(signatures: list[bytes]) -> set[tuple[int, int]]:
    """Return the pairs of signatures, by number, that have a key in common."""
    holders = defaultdict(list)
    for number, each in enumerate(signatures):
        for key in set(band_keys(each)):
            holders[key].append(number)
    return {pair for numbers in holders.values() for pair in combinations(numbers, 2)}


def in_sentences(text: str) -> list[str]:
    """Split a text into sentences, well enough to make articles from."""
    return [sentence for sentence in re.split(r"(?<=[.!?])\s+", text) if sentence]


def words_in(sentences: list[str]) -> int:
    """Return the number of words."""
    return sum(len(sentence.split()) for sentence in sentences)


def trimmed(sentences: list[str], share: float) -> list[str]:
    """Return the beginning that has `share` of the words, cut off even within a sentence."""
    words = " ".join(sentences).split()
    return in_sentences(" ".join(words[: round(share * len(words))]))


def thinned(chance: random.Random, sentences: list[str], share: float) -> list[str]:
    """Return sentences from anywhere, in their order, that have about `share` of the words."""
    room, kept = (share + 0.02) * words_in(sentences), []
    for number in chance.sample(range(len(sentences)), len(sentences)):
        words = words_in([sentences[number]])
        if words <= room:
            room -= words
            kept.append(number)
    return [sentences[number] for number in sorted(kept)]


def edited(chance: random.Random, sentences: list[str], share: float) -> list[str]:
    """Leave out, double or replace `share` of the words, and change all synonyms and some numbers."""
    return [" ".join(_edited(chance, sentence, share)) for sentence in sentences]


def restyled(chance: random.Random, sentences: list[str]) -> list[str]:
    """Change quotation marks, dashes and spaces, and some sentences to capitals."""
    text = "\n\n".join(chance.choice([str, str, str.upper, str.title])(sentence) for sentence in sentences)
    for mark, other in {"'": "’", '"': "”", " - ": " — ", ", ": " , ", "-": "‑"}.items():
        text = text.replace(mark, other)
    return [text]


def added_to(chance: random.Random, sentences: list[str], other: list[str], words: int) -> list[str]:
    """Insert a paragraph of about `words` words of the other sentences at a random place."""
    at = chance.randint(0, len(sentences))
    return [*sentences[:at], *trimmed(other, words / max(words, words_in(other))), *sentences[at:]]


def text_of(*parts: list[str]) -> str:
    """Join the sentences of all parts to one text."""
    return " ".join(sentence for part in parts for sentence in part)


def _edited(chance: random.Random, sentence: str, share: float) -> Iterator[str]:
    for word in sentence.split():
        word = SYNONYMS.get(word, word)
        if chance.random() >= share:
            yield word
        elif word[0].isdigit():
            yield str(chance.randint(2, 99))
        else:
            yield from chance.choice([[], [word, word], ["local"], ["a", word], [word[::-1]]])


def _reheaded(chance: random.Random, article: MadeArticle, other: MadeArticle) -> tuple[str, str]:
    dateline = (
        ["KESTROW, March 5 (OPA) — "],
        ["From our correspondent in Dunmarrow, with additional reporting by agencies"],
    )
    return text_of(dateline[0], article.sentences), text_of(other.sentences[:1], article.sentences, dateline[1])


def _cut_short(chance: random.Random, article: MadeArticle, other: MadeArticle) -> tuple[str, str]:
    return text_of(article.sentences), text_of(trimmed(article.sentences, chance.uniform(0.4, 0.9)))


def _cut_anywhere(chance: random.Random, article: MadeArticle, other: MadeArticle) -> tuple[str, str]:
    return text_of(article.sentences), text_of(thinned(chance, article.sentences, chance.uniform(0.4, 0.9)))


def _lightly_edited(chance: random.Random, article: MadeArticle, other: MadeArticle) -> tuple[str, str]:
    return text_of(article.sentences), text_of(edited(chance, article.sentences, EDITED))


def _restyled(chance: random.Random, article: MadeArticle, other: MadeArticle) -> tuple[str, str]:
    return text_of(article.sentences), text_of(restyled(chance, article.sentences))


def _with_a_paragraph(chance: random.Random, article: MadeArticle, other: MadeArticle) -> tuple[str, str]:
    words = min(80, words_in(article.sentences) // 4)
    return text_of(article.sentences), text_of(added_to(chance, article.sentences, other.sentences, words))


def _all_at_once(chance: random.Random, article: MadeArticle, other: MadeArticle) -> tuple[str, str]:
    cut = thinned(chance, article.sentences, chance.uniform(0.4, 0.7))
    longer = added_to(chance, edited(chance, cut, EDITED), other.sentences, words_in(cut) // 5)
    return text_of(article.sentences), text_of(other.sentences[:1], restyled(chance, longer))


def _same_subject(chance: random.Random, article: MadeArticle, other: MadeArticle) -> tuple[str, str]:
    return text_of(article.sentences), text_of(other.sentences)


def _same_boilerplate(chance: random.Random, article: MadeArticle, other: MadeArticle) -> tuple[str, str]:
    notice = [f"Notice {number} of our terms holds for every article of this paper." for number in range(5)]
    return text_of(article.sentences, notice), text_of(other.sentences, notice)


def _same_press_conference(chance: random.Random, article: MadeArticle, other: MadeArticle) -> tuple[str, str]:
    return _sharing(chance, article, other, chance.uniform(0.2, 0.25))


def _rewritten_update(chance: random.Random, article: MadeArticle, other: MadeArticle) -> tuple[str, str]:
    return _sharing(chance, article, other, chance.uniform(0.3, 0.4))


def _sharing(chance: random.Random, article: MadeArticle, other: MadeArticle, share: float) -> tuple[str, str]:
    """Return the article's text and another as long that shares about `share` of it, in whole sentences."""
    shared = thinned(chance, article.sentences, share)
    own = (other.sentences * 9)[: len(article.sentences) * 9]
    new = trimmed(own, (words_in(article.sentences) - words_in(shared)) / words_in(own))
    for sentence in shared:
        new.insert(chance.randint(0, len(new)), sentence)
    return text_of(article.sentences), text_of(new)


COPIES: dict[str, Maker] = {
    "other headline, dateline and credit": _reheaded,
    "trimmed at the end, to 40 to 90%": _cut_short,
    "trimmed anywhere, to 40 to 90%": _cut_anywhere,
    "lightly edited": _lightly_edited,
    "capitals, quotation marks, dashes": _restyled,
    "a paragraph added": _with_a_paragraph,
    "all of that, trimmed to 40 to 70%": _all_at_once,
}
NEAR_MISSES: dict[str, Maker] = {
    "not: the same subject": _same_subject,
    "not: the same boilerplate": _same_boilerplate,
    "not: 20 to 25% the same (a press conference)": _same_press_conference,
    "not: 30 to 40% the same (an update)": _rewritten_update,
}

if __name__ == "__main__":
    main()
