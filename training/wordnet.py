"""Reads WordNet 3.0's files: `apt-get download wordnet-base && dpkg-deb -x wordnet-base_*.deb wordnet`."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

PARTS = {"n": "noun", "v": "verb", "a": "adj", "r": "adv"}
DOMINANT = 0.7
"""Share of a word's tagged uses that its first sense needs to count as the word's one meaning."""

USES = 4
"""Number of tagged uses from which a word or sense counts as frequent."""

_SENSE_TYPES = {"1": "n", "2": "v", "3": "a", "4": "r", "5": "a"}
_HYPERNYMS, _HYPONYMS, _SIMILAR, _HOLONYMS = ("@", "@i"), ("~", "~i"), ("&", "^"), ("#p", "#m")


@dataclass(frozen=True, slots=True)
class Synset:
    """One meaning: its words, its field ("verb.motion" is 38) and its links as `(symbol, key, from, to)`."""

    words: tuple[str, ...]
    field: int
    links: tuple[tuple[str, str, int, int], ...]

    def linked(self, symbols: tuple[str, ...]) -> Iterator[str]:
        """Yield the keys of the synsets that a link of one of the symbols leads to."""
        return (key for symbol, key, _, _ in self.links if symbol in symbols)


class WordNet:
    """Answers which words mean the same, the opposite or something of the same sort."""

    def __init__(self, folder: Path) -> None:
        self._synsets: dict[str, Synset] = {}
        self._senses: dict[tuple[str, str], tuple[str, ...]] = {}
        self._uses: dict[tuple[str, str], dict[int, int]] = defaultdict(dict)
        for part, name in PARTS.items():
            self._read_data(folder / f"data.{name}", part)
            self._read_index(folder / f"index.{name}", part)
        for line in (folder / "cntlist.rev").read_text().splitlines():
            key, sense, uses = line.split()
            lemma, rest = key.split("%")
            self._uses[lemma.replace("_", " "), _SENSE_TYPES[rest[0]]][int(sense)] = int(uses)

    def senses(self, lemma: str, part: str) -> list[Synset]:
        """Return the meanings of a lemma, the most frequent first; `part` is "n", "v", "a" or "r"."""
        return [self._synsets[key] for key in self._senses.get((lemma, part), ())]

    def uses(self, lemma: str, part: str) -> int:
        """Return how often the lemma was tagged in WordNet's corpus."""
        return sum(self._uses.get((lemma, part), {}).values())

    def field(self, lemma: str, part: str) -> int | None:
        """Return the number of the field of the first sense, such as 18 for a person and 14 for a group."""
        senses = self.senses(lemma, part)
        return senses[0].field if senses else None

    def dominant(self, lemma: str, part: str) -> Synset | None:
        """Return the first sense if nearly all tagged uses have it, otherwise None."""
        uses, senses = self._uses.get((lemma, part), {}), self.senses(lemma, part)
        total = sum(uses.values())
        if not senses or (len(senses) > 1 and (total < USES or uses.get(1, 0) < DOMINANT * total)):
            return None
        return senses[0]

    @lru_cache(maxsize=20_000)  # noqa: B019 one reader lives as long as the training
    def synonyms(self, lemma: str, part: str) -> tuple[str, ...]:
        """Return frequent words that share the one meaning of `lemma` and have no other frequent meaning."""
        sense = self.dominant(lemma, part)
        if sense is None:
            return ()
        among = [word for word in sense.words if word != lemma and " " not in word and self.uses(word, part) >= USES]
        return tuple(word for word in among if self.dominant(word, part) is sense)

    @lru_cache(maxsize=20_000)  # noqa: B019
    def antonyms(self, lemma: str, part: str) -> tuple[str, ...]:
        """Return the opposites of the first two senses of `lemma`."""
        opposites: list[str] = []
        for sense in self.senses(lemma, part)[:2]:
            for symbol, key, start, end in sense.links:
                if symbol == "!" and sense.words[start - 1] == lemma:
                    opposites.append(self._synsets[key].words[end - 1])
        return tuple(word for word in dict.fromkeys(opposites) if " " not in word)

    @lru_cache(maxsize=20_000)  # noqa: B019
    def kin(self, lemma: str, part: str) -> frozenset[str]:
        """Return every word that may mean the same as `lemma` or follow from it, in any sense."""
        words: set[str] = {lemma}
        for key in self._senses.get((lemma, part), ()):
            near = {key, *self._synsets[key].linked((*_HYPONYMS, *_SIMILAR, "*", ">", "$"))}
            near |= {similar for at in list(near) for similar in self._synsets[at].linked(_SIMILAR)}
            near |= self._above(key)
            words |= {word for at in near for word in self._synsets[at].words}
        return frozenset(words)

    def above(self, sense: Synset) -> frozenset[str]:
        """Return the words of all more general senses: "place" and "road" for the one of "street"."""
        keys: set[str] = set().union(*({key, *self._above(key)} for key in sense.linked(_HYPERNYMS)))
        return frozenset(word for key in keys for word in self._synsets[key].words)

    def wholes(self, lemma: str) -> frozenset[str]:
        """Return the places that a place is part of: "paris" has "france" and "europe"."""
        names: set[str] = set()
        for key in self._senses.get((lemma, "n"), ()):
            open_keys, seen = [key], {key}
            while open_keys:
                above = set(self._synsets[open_keys.pop()].linked(_HOLONYMS)) - seen
                seen |= above
                open_keys += above
            names |= {word.lower() for at in seen - {key} for word in self._synsets[at].words}
        return frozenset(names)

    def has_parts(self, lemma: str) -> bool:
        """Return True if something is part of the place, or the place is unknown."""
        senses = self.senses(lemma, "n")
        return not senses or any(link[0] == "%p" for sense in senses for link in sense.links)

    def _above(self, key: str) -> set[str]:
        above = set(self._synsets[key].linked(_HYPERNYMS))
        return above.union(*(self._above(each) for each in above)) if above else above

    def _read_data(self, path: Path, part: str) -> None:
        for line in path.read_text().splitlines():
            if line.startswith(" "):
                continue
            fields = line.split(" | ")[0].split()
            count = int(fields[3], 16)
            words = tuple(word.split("(")[0].replace("_", " ") for word in fields[4 : 4 + 2 * count : 2])
            at = 5 + 2 * count
            links = [fields[at + 4 * n : at + 4 * n + 4] for n in range(int(fields[4 + 2 * count]))]
            self._synsets[part + fields[0]] = Synset(
                words, int(fields[1]), tuple((s, _key(o, p), int(n[:2], 16), int(n[2:], 16)) for s, o, p, n in links)
            )

    def _read_index(self, path: Path, part: str) -> None:
        for line in path.read_text().splitlines():
            if not line.startswith(" "):
                fields = line.split()
                keys = tuple(part + offset for offset in fields[-int(fields[2]) :])
                self._senses[fields[0].replace("_", " "), part] = keys


def _key(offset: str, part: str) -> str:
    return ("a" if part == "s" else part) + offset
