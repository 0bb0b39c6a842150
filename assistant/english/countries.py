"""Names of countries and their people, written as one name for each country; and the capitals that speak for them.

The tables are written by tools/countries.py from published data (see DATA_LICENSES.txt); only UNIONS and SEATS are
written by hand. Of 241 questions in QAMR's development and test sets that ask for a country, the sentence with the
answer names one for 228; with a list of 59 countries it was 204.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from assistant.english.names import TITLES, given_names
from index.text.word_lists import word_list
from index.text.words import words

UNIONS = {"European Union": "EU", "United Nations": "UN"}
"""Maps the full names of unions of countries, which the tables don't have, to the short ones."""

SEATS = {"Brussels": "EU", "Kremlin": "Russia", "White House": "United States", "Downing Street": "United Kingdom"}
"""Maps seats of government that no table of capitals has to whom they speak for, in addition to the capitals."""

_THE_US = re.compile(r"\b(?:U\.S\.A?\.?|USA?|(?<=\b[Tt]he )us(?!\w))")
_WORD_BEFORE = re.compile(r"(?P<word>[^\W\d_]+)\.?[ -]$")
_WORD_AFTER = re.compile(r"[ -](?P<word>[A-Z][\w’']*)")


@dataclass(frozen=True, slots=True)
class _Tables:
    """Maps names in lower case to the one name of their country, and says which names need care."""

    names: Mapping[str, str]
    governments: Mapping[str, str]
    own_names: frozenset[str]
    lower: frozenset[str]
    given: frozenset[str]
    pattern: re.Pattern[str]


@lru_cache(maxsize=8_192)
def canonical(text: str) -> str:
    """Return the text with all names of one country and its people written as one word.

    "The Britons and the U.S." becomes "The UnitedKingdom and the UnitedStates". Capitals stay as they are, and so does
    a country's name within another one: "New Mexico", "Michael Jordan", "fine china".
    """
    text = _THE_US.sub("UnitedStates", text)
    in_lower_case = _is_in_lower_case(text)
    return _tables().pattern.sub(lambda match: _country_of(match, in_lower_case) or match.group(), text)


def countries_in(text: str) -> frozenset[str]:
    """Return the countries that the text names, as words of canonical text in lower case: "Nigerians" is "nigeria"."""
    text = _THE_US.sub("UnitedStates", text)
    in_lower_case = _is_in_lower_case(text)
    countries = (_country_of(match, in_lower_case) for match in _tables().pattern.finditer(text))
    return frozenset(_key(country) for country in countries if country and country not in UNIONS.values())


def government(name: str) -> str | None:
    """Return the country for which a capital or seat of government speaks, None for any other name.

    Both are in lower case and as one word: "moscow" gives "russia", "whitehouse" gives "unitedstates".
    """
    return _tables().governments.get(name)


def with_governments(names: Iterable[str]) -> frozenset[str]:
    """Return the names, as words in lower case, and the countries of the capitals among them.

    {"moscow", "lavrov"} becomes {"moscow", "lavrov", "russia"}.
    """
    own = frozenset(names)
    return own.union(filter(None, map(government, own)))


def words_of_name(name: str) -> frozenset[str]:
    """Return the words of a name, in lower case; a capital or seat of government that is all of it adds its country.

    "Moscow" gives "moscow" and "russia", "Moscow Dynamo" only its words.
    """
    country = government(_key(name))
    return frozenset(words(canonical(name))) | ({country} if country else set())


def ways_to_name(name: str) -> frozenset[str]:
    """Return what texts call a country, its capital included, given either; for anybody else the name alone.

    "Russia" gives "russia", "russian", "moscow", "kremlin" and more, in lower case.
    """
    key, tables = _key(canonical(name)), _tables()
    key = tables.governments.get(key, key)
    if not is_country(key):
        return frozenset({name})
    names = {written for written, country in tables.names.items() if _key(country) == key}
    return frozenset(names | {city for city, country in tables.governments.items() if country == key})


def is_country(word: str) -> bool:
    """Return True if the word, in lower case and from a canonical text, names a country or a union of countries."""
    return word in _countries()


def is_nation(phrase: str) -> bool:
    """Return True if a phrase is a country's name or its adjective: "Russia", "Russian"."""
    return is_country("".join(words(canonical(phrase))))


def _country_of(match: re.Match[str], in_lower_case: bool) -> str | None:
    """Return the one name of the country that is meant, None if something else is."""
    country = _tables().names.get(match.group().lower())
    if country is None or _is_other_word(match.group(), in_lower_case) or _is_person(match):
        return None
    return country


def _is_in_lower_case(text: str) -> bool:
    """Return True for a text without capitals, and for a question with one at its start only."""
    return text.islower() or (text.rstrip().endswith("?") and text[1:].islower())


def _is_other_word(name: str, in_lower_case: bool) -> bool:
    """Return True for a word such as "china" or "polish" in lower case.

    In a text that is typed in lower case throughout, a country's own name is taken for the country.
    """
    tables = _tables()
    if name[0].isupper() or name.lower() not in tables.lower:
        return False
    return not (in_lower_case and name.lower() in tables.own_names)


def _is_person(match: re.Match[str]) -> bool:
    """Return True if a given name stands before the country's name ("Michael Jordan"), or it is one ("Chad Smith")."""
    name, text = match.group(), match.string
    if name.islower():
        return False
    before = _WORD_BEFORE.search(text, max(0, match.start() - 20), match.start())
    if before and before["word"][0].isupper() and before["word"].lower() in given_names():
        return True
    after = _WORD_AFTER.match(text, match.end())
    return name.lower() in _tables().given and after is not None and after["word"].lower() not in TITLES


@cache
def _tables() -> _Tables:
    names: dict[str, str] = {}
    governments: dict[str, str] = {}
    own_names: set[str] = set()
    care: dict[str, set[str]] = {"lower": set(), "given": set()}
    for line in word_list("assistant.english", "countries.tsv"):
        columns = [column.split("|") if column else [] for column in line.split("\t")]
        (name,), others, demonyms, cities, careful = columns
        names |= {each.lower(): _joined(name) for each in (name, *others, *demonyms)}
        governments |= {_key(city): _key(name) for city in cities}
        own_names.update(each.lower() for each in (name, *others))
        for reason, _, each in (entry.partition(":") for entry in careful):
            care[reason].add(each.lower())
    del names["us"]  # "us" is hardly ever the country, and "US" is read before
    names |= {each.lower(): short for full, short in UNIONS.items() for each in (full, short)}
    names |= {_joined(name).lower(): _joined(name) for name in names.values()}
    governments |= {_key(seat): _key(country) for seat, country in SEATS.items()}
    lower, given = frozenset(care["lower"]), frozenset(care["given"])
    other_names = word_list("assistant.english", "names_with_countries.txt")
    others = [form for name in other_names for form in (name.lower(), f"{name.lower()}s")]
    return _Tables(names, governments, frozenset(own_names), lower, given, _any_of([*names, *others]))


@cache
def _countries() -> frozenset[str]:
    return frozenset(_key(name) for name in _tables().names.values())


def _key(name: str) -> str:
    """Return a name as one word in lower case without accents: "Côte d’Ivoire" is "cotedivoire"."""
    return "".join(words(name))


def _joined(name: str) -> str:
    """Return a country's name as one word: "South Africa" is "SouthAfrica"."""
    return re.sub(r"\W+", "", name)


def _any_of(names: Iterable[str]) -> re.Pattern[str]:
    return re.compile(rf"\b{_trie(set(names))}(?!\w)", re.IGNORECASE)


def _trie(endings: Collection[str]) -> str:
    """Return a pattern that matches the longest of the endings, letter by letter.

    For 1,900 names it takes 0.45 µs a character, where a plain list of alternatives took 13 µs.
    """
    following: dict[str, set[str]] = defaultdict(set)
    for ending in filter(None, endings):
        following[ending[0]].add(ending[1:])
    branches = "|".join(re.escape(letter) + _trie(rest) for letter, rest in sorted(following.items()))
    return f"(?:{branches}){'?' if '' in endings else ''}" if branches else ""
