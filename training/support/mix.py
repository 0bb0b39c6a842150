"""Mixes made and written pairs with public sets to the pairs that the support model learns from, an epoch at a time."""

import random
from collections.abc import Iterator
from pathlib import Path

from training.support.entailment import Pair, entailment
from training.support.made_pairs import MadePairs
from training.support.true_sentences import parsed, true_sentences
from training.support.written import written
from training.wordnet import WordNet

PAIRS = 100_000
"""Pairs in an epoch."""

MADE = {1: 0.45, 2: 0.25, 3: 0.15}
"""Share of made pairs, by stage; half of them follow."""

WRITTEN, TWINS = {1: 0.0, 2: 0.55, 3: 0.3}, {1: 0.0, 2: 0.0, 3: 0.4}
"""Shares of pairs that were written by hand, by stage, and of the twins among them. Of these a third follows, and about
half of the others."""

FOLLOWS = 0.37
"""Share of the public pairs that follow, so that of all pairs 40 to 45 in 100 do."""

SHARES = {
    "snli_dev_test": 0.08,
    "cad_nli": 0.06,
    "breaking_nli": 0.02,
    "mnli_dev_binary": 0.09,
    "negation_nli": 0.02,
    "fever_docnli": 0.07,
    "fever_dev_rte": 0.06,
    "fever_symmetric": 0.01,
    "semiauto_wiki": 0.07,
    "wice_oracle": 0.015,
    "conjnli": 0.03,
    "scone": 0.01,
    "help_lex": 0.0075,
    "med": 0.0075,
}
"""Weight of each public set among them; of those made from templates it is small."""


class SupportData:
    """Draws the pairs of a stage from a folder with `entailment/` and `reading/`; parses are kept in `work`."""

    def __init__(self, folder: Path, wordnet: WordNet, work: Path, stage: int) -> None:
        self._shares = {"made": MADE[stage], "written": WRITTEN[stage], "twins": TWINS[stage]}
        self._public = {name: entailment(folder / "entailment", name, "train") for name in SHARES}
        by_hand = written("train")
        self._by_hand = {
            "written": [pair for pair in by_hand if pair.group != "written, twins"],
            "twins": [pair for pair in by_hand if pair.group == "written, twins"],
        }
        docs = {part: parsed(true_sentences(folder, part), work / f"{part}.spacy") for part in ("train", "test")}
        self._made = {part: MadePairs(docs[part], wordnet) for part in docs}

    def pairs(self, rng: random.Random, count: int = PAIRS) -> Iterator[Pair]:
        """Yield one epoch's pairs in random order; each call draws anew."""
        drawn: list[tuple[str, Pair | None]] = []
        public = (1 - sum(self._shares.values())) / sum(SHARES.values())
        for name, share in SHARES.items():
            drawn += [("", pair) for pair in balanced(self._public[name], round(count * share * public), rng)]
        for name, pairs in self._by_hand.items():
            drawn += [("", pair) for pair in _sampled(pairs, round(count * self._shares[name]), rng)]
        drawn += [("false", None), ("true", None)] * round(count * self._shares["made"] / 2)
        rng.shuffle(drawn)
        for kind, pair in drawn:
            yield pair or self.made("train", kind == "true", rng)

    def made(self, part: str, follows: bool, rng: random.Random) -> Pair:
        """Return a made pair of the part "train" or "test", of which no sentence or titled article is in both."""
        return self._made[part].true(rng) if follows else self._made[part].false(rng)


def balanced(pairs: list[Pair], count: int, rng: random.Random) -> list[Pair]:
    """Return about `count` of the pairs, of which the share FOLLOWS follows; none twice unless there are too few."""
    follows = [pair for pair in pairs if pair.label == "follows"]
    others = [pair for pair in pairs if pair.label != "follows"]
    wanted = round(count * FOLLOWS)
    return _sampled(follows, wanted, rng) + _sampled(others, count - wanted, rng)


def _sampled(pairs: list[Pair], count: int, rng: random.Random) -> list[Pair]:
    times, rest = divmod(count, len(pairs)) if pairs else (0, 0)
    return pairs * times + rng.sample(pairs, rest)
