"""Reads public sets of premises and hypotheses, split so that no premise or claim stands in both parts."""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from training.reading.sets import path_of, rows

FEVER = ("fever_docnli", "fever_dev_rte", "fever_symmetric")
SETS = (
    *("snli_dev_test", "cad_nli", "scone", "breaking_nli", "mnli_dev_binary", "negation_nli", *FEVER),
    *("semiauto_wiki", "wice_oracle", "conjnli", "help_lex", "med"),
)
TEST_ONLY = ("ling_in_loop_val",)
TEST_SHARE = 10
"""One premise of this many is for testing."""

LONGEST = 600
"""Characters of the longest premise that stays whole; a longer one is cut to the sentences nearest the hypothesis."""

KEPT_SENTENCES = 3
TOO_LONG = 1_200
"""Characters above which a premise is left out, even if cut."""

_LABELS = {
    "entailment": "follows",
    "contradiction": "contradicted",
    "neutral": "not_said",
    "not_entailment": "unsupported",
}
_BRACKETS = {"-LRB-": "(", "-RRB-": ")", "-LSB-": "[", "-RSB-": "]", "-LCB-": "{", "-RCB-": "}", "--": "–"}
_SENTENCE_END = re.compile(r"(?<=[.!?])[\"”’)]*\s+(?=[\"“(]?[A-Z0-9#])")


@dataclass(frozen=True, slots=True)
class Pair:
    """A premise, a hypothesis and whether it "follows", is "contradicted", "not_said" or "unsupported" (either)."""

    premise: str
    hypothesis: str
    label: str
    group: str = ""


def entailment(folder: Path, name: str, part: str) -> list[Pair]:
    """Return a set's pairs of the part "train" or "test"; no premise, and no FEVER claim, is in both.

    Long premises are cut to the sentences nearest the hypothesis; those that stay too long are left out.
    """
    pairs = (pair for pair in _pairs(folder, name) if _part(pair, folder) == part)
    cut = (replace(pair, premise=nearest_sentences(pair.premise, pair.hypothesis)) for pair in pairs)
    return [pair for pair in cut if len(pair.premise) <= TOO_LONG]


def letters(text: str) -> str:
    """Return the letters and digits of a text in lower case, to compare texts whatever their spaces and signs."""
    return re.sub(r"[\W_]", "", re.sub(r"-[LR][RSC]B-", "", text)).lower()


def detokenised(text: str) -> str:
    """Return a text without the spaces of tokens: "Lee -LRB- a singer -RRB- , 41 ." -> "Lee (a singer), 41."."""
    for token, sign in _BRACKETS.items():
        text = text.replace(token, sign)
    text = re.sub(r"``|''", '"', text.replace("\\'", "'"))
    text = re.sub(r'" ([^"]*?) "', r'"\1"', text)
    text = re.sub(r" ([,.;:!?%)\]}]|'(?:s|re|ve|ll|d|m)\b|n't\b|')(?=[\s,.;:!?)\"]|$)", r"\1", text)
    text = re.sub(r"([(\[{$£€]) ", r"\1", text)
    return re.sub(r"\s+", " ", re.sub(r" ([)\]}])", r"\1", text)).strip()


def nearest_sentences(premise: str, hypothesis: str) -> str:
    """Return the sentences of a long premise that share most words with the hypothesis, in their order."""
    if len(premise) <= LONGEST:
        return premise
    wanted = _words(hypothesis)
    sentences = list(dict.fromkeys(_SENTENCE_END.split(premise)))
    ranked = sorted(range(len(sentences)), key=lambda at: -len(wanted & _words(sentences[at])))
    return " ".join(sentences[at] for at in sorted(ranked[:KEPT_SENTENCES]))


def is_test(text: str) -> bool:
    """Return True for the tenth of all texts that is for testing."""
    return zlib.crc32(letters(text).encode()) % TEST_SHARE == 0


def _pairs(folder: Path, name: str) -> Iterator[Pair]:
    seen = set()
    for row in rows(folder, name):
        premise, hypothesis = detokenised(row["premise"]), detokenised(row["hypothesis"])
        pair = Pair(premise, hypothesis, _LABELS[row["label"]], name)
        if premise and hypothesis and pair not in seen:
            seen.add(pair)
            yield pair


def _part(pair: Pair, folder: Path) -> str | None:
    """Return the part of a pair. A FEVER pair with a claim of the test part and another premise is in neither."""
    if is_test(pair.premise) or letters(pair.premise) in _test_premises(folder):
        return "test"
    if pair.group in FEVER and letters(pair.hypothesis) in _test_claims(folder):
        return None
    return "train"


@cache
def _test_premises(folder: Path) -> frozenset[str]:
    names = [name for name in TEST_ONLY if path_of(folder, name).is_file()]
    return frozenset(letters(row["premise"]) for name in names for row in rows(folder, name))


@cache
def _test_claims(folder: Path) -> frozenset[str]:
    names = [name for name in FEVER if path_of(folder, name).is_file()]
    pairs = (pair for name in names for pair in _pairs(folder, name))
    return frozenset(letters(pair.hypothesis) for pair in pairs if is_test(pair.premise))


def _words(text: str) -> set[str]:
    return set(re.findall(r"[a-z0-9]{3,}", text.lower()))
