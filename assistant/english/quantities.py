"""Numbers in a text, in figures or words, as values with units; and whether one number agrees with another."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.english.number_words import FRACTIONS, MULTIPLES, SMALL_NUMBERS, VALUES

_SHORT = {"k": 1e3, "m": 1e6, "mn": 1e6, "bn": 1e9, "tn": 1e12}
_SECONDS = {"second": 1, "minute": 60, "hour": 3_600, "day": 86_400, "week": 604_800, "fortnight": 1_209_600}
_SECONDS |= {"month": 2_629_800, "year": 31_557_600, "decade": 315_576_000, "century": 3_155_760_000}

_WORD_VALUE = "|".join(sorted([*VALUES, *MULTIPLES], key=len, reverse=True))
_PART = rf"(?:{'|'.join(FRACTIONS)})s?"
_PATTERN = re.compile(
    rf"""(?<![\w.,-])(?:
        (?P<figure>(?:\d{{1,3}}(?:,\d{{3}})+|\d+)(?:\.\d+)?)(?P<short>\s?(?:k|m|mn|bn|tn)\b)?(?P<ordinal>st|nd|rd|th)?
      | (?P<of>(?:{_WORD_VALUE}))[ ](?:in|out[ ]of)[ ](?:every[ ])?(?P<whole>{_WORD_VALUE})\b
      | (?:(?P<parts>an?|{"|".join(SMALL_NUMBERS[1:10])})[ -])?(?P<part>{_PART})
      | (?P<words>(?:(?:an?[ ])?(?:{_WORD_VALUE})(?:[ -](?:and[ ])?)?)+)
    )(?![\w])""",
    re.VERBOSE | re.IGNORECASE,
)
_UNIT = re.compile(
    r"\s?(?P<percent>%|per\ ?cent\b|percent\b|percentage\b)"
    rf"|[\s-](?P<multiple>{'|'.join(MULTIPLES)})\b"
    r"|[\s-](?P<time>seconds?|minutes?|hours?|days?|weeks?|fortnights?|months?|years?|decades?|century|centuries)\b",
    re.IGNORECASE | re.VERBOSE,
)
_AND_A_HALF = re.compile(r"\ban? (hour|day|week|month|year|decade|century)\b( and a half)?", re.IGNORECASE)
_LOOSE = re.compile(
    r"\b(?:(?P<about>about|around|roughly|nearly|almost|some|approximately|close to|an estimated|just (?:over|under))"
    r"|(?P<over>more than|over|at least|above|upwards of|exceed\w*)"
    r"|(?P<under>less than|fewer than|under|below|at most|up to))"
    r"\s+(?:[$€£]\s?)?$",
    re.IGNORECASE,
)
NEARLY = 0.12
"""The share of a value by which a rounded number may differ from it: "nearly nine in ten" agrees with 87%.

Not measured.
"""

FARTHEST = 2.0
"""How many times larger a value may be than a number after "more than": "more than 10" doesn't agree with 30.

Not measured.
"""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number at `text[start:end]`: its value, in seconds or shares of one where the unit is "time" or "%".

    `number` is the value before its unit is applied; `loose` is "about", "over" or "under" if the words before say so.
    """

    text: str
    start: int
    end: int
    value: float
    unit: str = ""
    loose: str = ""
    number: float = 0.0

    @property
    def is_small(self) -> bool:
        """Return True for two or three in words, which readers count for themselves ("both", "the two of them")."""
        return not self.unit and self.value <= 3 and not any(letter.isdigit() for letter in self.text)

    @property
    def is_year(self) -> bool:
        """Return True if it looks like the number of a year."""
        return not self.unit and re.fullmatch(r"1[0-9]\d\d|20\d\d", self.text) is not None


def quantities(text: str) -> list[Quantity]:
    """Return the numbers of a text in order.

    A lone "one" doesn't count as a number, nor does a "second" that may be a time.
    """
    times = list(_bare_times(text))
    quantities: list[Quantity] = []
    for match in _PATTERN.finditer(text):
        past = max((each.end for each in quantities[-1:]), default=0)
        within_time = any(each.start <= match.start() < each.end for each in times)
        if match.start() >= past and not within_time and (quantity := _quantity_at(text, match)):
            quantities.append(quantity)
    return sorted([*quantities, *times], key=lambda quantity: quantity.start)


def agrees_with_any(quantity: Quantity, others: Sequence[Quantity]) -> bool:
    """Return True if any other number agrees, exactly or as loosely as the words say ("nearly", "more than")."""
    return any(_agrees(quantity, other) for other in others)


def _agrees(one: Quantity, other: Quantity) -> bool:
    if one.unit != other.unit:
        return one.number == other.number
    value, known = one.value, other.value
    close = abs(value - known) <= 1e-9 * max(abs(value), abs(known), 1.0)
    if close or one.is_year:
        return close
    if one.loose == "over":
        return value <= known <= FARTHEST * value
    if one.loose == "under":
        return value / FARTHEST <= known <= value
    rounded = one.loose == "about" or other.loose == "about" or one.unit in ("time", "%")
    return rounded and abs(value - known) <= (NEARLY if one.loose == "about" else 0.01) * abs(known)


def _quantity_at(text: str, match: re.Match[str]) -> Quantity | None:
    value, unit = _value(match), ""
    if value is None:
        return None
    number = value
    start, end = match.span()
    end -= len(match.group()) - len(match.group().rstrip(" -"))
    if match["of"] or match["part"]:
        unit = "%"
        if per := re.match(
            r" an? (?=(?:hundred|thousand|million|billion|minute|hour|day|week|month|year|century)\b)", text[end:]
        ):
            end, unit = end + per.end() - 1, ""
        elif match["parts"] in ("a", "an") and not text.startswith(" of", end):
            return None  # "a third said"
    while following := _UNIT.match(text, end):
        if following["multiple"]:
            value *= MULTIPLES[following["multiple"].lower()]
            number = value
        elif following["percent"]:
            value, unit = value / 100, "%"
        else:
            value, unit = value * _seconds(following["time"]), "time"
        end = following.end()
        if unit:
            break
    loose = _LOOSE.search(text[:start])
    return Quantity(text[start:end], start, end, value, unit, (loose.lastgroup or "") if loose else "", number)


def _value(match: re.Match[str]) -> float | None:
    if match["figure"]:
        return float(match["figure"].replace(",", "")) * _SHORT.get((match["short"] or "").strip().lower(), 1.0)
    if match["of"]:
        whole = VALUES.get(match["whole"].lower(), 0.0)
        return VALUES.get(match["of"].lower(), 0.0) / whole if whole else None
    if match["part"]:
        part = match["part"].lower().removesuffix("s") if match["part"].lower() != "halves" else "half"
        if not match["parts"] and part != "half":
            return None  # "the third", "quarter" of a year
        return VALUES.get((match["parts"] or "one").lower(), 1.0) / FRACTIONS[part]
    words = re.findall(r"[a-z]+", match["words"].lower())
    words = [word for word in words if word not in ("a", "an", "and")]
    if words in (["one"], ["once"]):
        return None
    return _in_words(words)


def _in_words(words: Sequence[str]) -> float:
    total = group = 0.0
    for word in words:
        if word in VALUES:
            group = (group or 1.0) * 12 if word == "dozen" else group + VALUES[word]
        elif word == "hundred":
            group = (group or 1.0) * 100
        else:
            total, group = total + (group or 1.0) * MULTIPLES[word], 0.0
    return total + group


def _bare_times(text: str) -> Iterator[Quantity]:
    """Yield times without a number before them: "a week", "an hour and a half"."""
    for match in _AND_A_HALF.finditer(text):
        value = _seconds(match.group(1)) * (1.5 if match.group(2) else 1.0)
        yield Quantity(match.group(), *match.span(), value, "time", number=value / _seconds(match.group(1)))


def _seconds(unit: str) -> float:
    unit = unit.lower()
    return float(_SECONDS["century" if unit.startswith("centur") else unit.removesuffix("s")])
