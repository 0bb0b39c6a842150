"""Writes the tables of nouns in `index/remarks/` from WordNet.

apt-get download wordnet-base && dpkg-deb -x wordnet-base_*.deb wordnet
python -m tools.nouns wordnet/usr/share/wordnet
"""

import argparse
from collections.abc import Iterable
from pathlib import Path

from training.wordnet import WordNet

TABLES = Path(__file__).resolve().parent.parent / "index" / "remarks"

GROUP, PLACE, OBJECT, PERSON = 14, 15, 17, 18
"""The numbers of WordNet's fields of nouns; rivers and islands are objects."""

BUILT = {"structure", "way", "facility"}
"""Nouns above those of buildings and streets."""

SENSES = 2
"""The most frequent senses that count: "dresser" is a person in the fifth."""

_SOURCE = "Made by tools/nouns.py from WordNet 3.0 (Copyright 2006 by Princeton University, WordNet License)."


def main() -> None:
    """Write the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("wordnet", type=Path)
    given = parser.parse_args()
    wordnet = WordNet(given.wordnet)
    nouns = [line.split()[0].replace("_", " ") for line in _lines(given.wordnet / "index.noun")]
    single = [noun for noun in nouns if noun.isalpha() and len(noun) > 2]
    _write("people.txt", "Nouns for people", [noun for noun in single if _is_sort_of(wordnet, noun, PERSON)])
    _write("groups.txt", "Nouns for groups", [noun for noun in single if _is_sort_of(wordnet, noun, GROUP)])
    named = [noun for noun in nouns if _is_group_or_place(wordnet, noun)]
    _write("groups_and_places.txt", "Nouns and names of groups and places", named)


def _lines(path: Path) -> Iterable[str]:
    return (line for line in path.read_text().splitlines() if not line.startswith(" "))


def _is_sort_of(wordnet: WordNet, noun: str, field: int) -> bool:
    """Return True if one of the frequent senses of the noun is of the field, and it isn't just a name there."""
    return any(sense.field == field and noun in sense.words for sense in wordnet.senses(noun, "n")[:SENSES])


def _is_group_or_place(wordnet: WordNet, noun: str) -> bool:
    senses = wordnet.senses(noun, "n")[:SENSES]
    return any(sense.field in (GROUP, PLACE, OBJECT) or not BUILT.isdisjoint(wordnet.above(sense)) for sense in senses)


def _write(name: str, what: str, nouns: Iterable[str]) -> None:
    (TABLES / name).write_text("\n".join((f"# {what}, in lower case. {_SOURCE}", *sorted(nouns), "")))


if __name__ == "__main__":
    main()
