"""The period, publisher or author to which a question restricts itself: "last week", "since March", "according to X".

A period is when articles were published. The small grammar accepts only what can hardly mean anything else: a
preposition and a whole date, or words such as "last week", followed by the question's end or by a word such as "what"
or "about". So "the 2018 Worlds", "more than 2020 people" and "since May resigned" are no periods.
"""

import re
from calendar import monthrange
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from assistant.english.countries import canonical, is_country
from assistant.english.number_words import SMALL_NUMBERS
from assistant.english.relative_dates import YEAR
from index.text.calendar_words import MONTH_ABBREVIATIONS, MONTHS, WEEKDAYS

LONGEST = 1_000
"""Characters of a question; in a longer one no restriction is looked for."""

_MONTH = rf"(?:{'|'.join(MONTHS)}|(?:{'|'.join(sorted(MONTH_ABBREVIATIONS, key=len, reverse=True))})\b\.?)"
_NUMBERS = SMALL_NUMBERS[1:13]
_COUNT = rf"(?P<count>\d{{1,3}}|an?|{'|'.join(_NUMBERS)})"
_UNIT = r"(?P<unit>day|week|month|year)s?"
_DAY = r"(?:the\s)?\d{1,2}(?:st|nd|rd|th)?"
_PART = r"(?:early|mid|late|the\s(?:beginning|start|middle|end)\sof)"
_THIRDS = {"early": 0, "beginning": 0, "start": 0, "mid": 1, "middle": 1, "late": 2, "end": 2}
_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
"""Maps a season to the month in which it begins, north of the equator."""

_WEEKDAY = "|".join(WEEKDAYS)
_RELATIVE = [
    r"(?P<yesterday>yesterday)",
    r"(?P<which>last|this)\s(?P<unit>week|month|year)",
    rf"(?:last|this\spast)\s(?P<weekday>{_WEEKDAY})",
    rf"last\s(?P<last_month>{_MONTH})",
]
_DATES = [
    rf"(?P<iso>{YEAR}-\d\d-\d\d)",
    rf"(?:(?:{_WEEKDAY}),?\s)?(?P<day>{_DAY})\s(?:of\s)?(?P<month>{_MONTH})(?:,?\s(?P<year>{YEAR}))?",
    rf"(?:(?:{_WEEKDAY}),?\s)?(?P<month>{_MONTH})\s(?P<day>{_DAY})(?:,?\s(?P<year>{YEAR}))?",
    rf"(?:(?P<part>{_PART})[\s-])?(?P<month>{_MONTH})(?:,?\s(?:of\s)?(?P<year>{YEAR}))?",
    rf"(?:the\s)?(?P<season>{'|'.join(_SEASONS)})\s(?:of\s)?(?P<year>{YEAR})",
    rf"(?:(?P<part>{_PART})[\s-])?(?P<year>{YEAR})",
    *_RELATIVE,
]
_WHOLE_DATES = [re.compile(form, re.IGNORECASE) for form in _DATES]
_DATE, _RELATIVE_DATE = (
    "(?:" + "|".join(re.sub(r"\?P<\w+>", "?:", form) for form in forms) + ")" for forms in (_DATES, _RELATIVE)
)

_FOLLOWS = r"""(?=\s?(?:$|[?!.,;:)…]|(?<=\s)(?:-\s|(?:and|or)\s(?!\d)|(?:what|which|who|whom|whose|why|how|where|when
    |did|does|do|was|were|is|are|has|have|had|the|a|an|about|on|in|at|by|for|with|against|regarding|concerning|according
    |from|before|after|since|until|mention\w*|say|says|said|happened|that|he|she|it|they|his|her|its|their|there)\b)))"""
_NEWS = r"(?:news|headlines|articles|stories|papers?|reports|coverage)"
_PERIODS = [
    re.compile(rf"\b{form}", re.IGNORECASE | re.VERBOSE)
    for form in (
        rf"(?P<words>(?:between|from)\s(?P<first>{_DATE}|{_DAY})\s(?:and|to|until|till|through)\s(?P<last>{_DATE}))"
        + _FOLLOWS,
        rf"(?P<words>(?:in|over|during|within|for)\sthe\s(?P<past>last|past)\s(?:{_COUNT}\s)?{_UNIT}){_FOLLOWS}",
        rf"(?P<words>(?P<how>in|during|throughout|on|at|since|after|before|until|till|up\sto)\s(?P<date>{_DATE}))"
        + _FOLLOWS,
        rf"(?P<words>since\s(?P<since>{_WEEKDAY})){_FOLLOWS}",
        rf"{_NEWS}\s(?P<words>(?P<how>from|of)\s(?P<date>{_DATE})){_FOLLOWS}",
        rf"(?P<words>{_COUNT}\s{_UNIT}\s(?P<ago>ago)){_FOLLOWS}",
        rf"(?<!the\s)(?P<words>(?:(?:from|earlier)\s)?(?P<date>{_RELATIVE_DATE}))"
        rf"(?:{_FOLLOWS}|(?P<own>[’']s)(?=\s{_NEWS}\b))",
        rf"(?P<words>(?P<today>today))(?:{_FOLLOWS}|(?P<own>[’']s)(?=\s{_NEWS}\b))",
    )
]
_BELONGS = re.compile(
    r"\b(?:than|as|like|unlike|with|to|about|over|nearly|almost|later|the|from|since|until|till|before|after|by|of|for|in"
    r"|at|on)\s$",
    re.IGNORECASE,
)
"""Words before a date that make it part of something else: "more than a year ago", "at the end of last year"."""

_EVENT = re.compile(
    r"\b(?:accident|agreement|attack|bombing|conference|crash|deal|disaster|election|final|fire|flood|game|hearing"
    r"|invasion|match|meeting|protest|race|raid|rally|referendum|shooting|speech|storm|strike|summit|talk|treaty|trial"
    r"|visit|vote|war)s?\s$",
    re.IGNORECASE,
)
"""Nouns to which a date after them belongs: a later article may report "the meeting on 17 October"."""

_ASKS_FOR_TIME = re.compile(
    r"\bwhen(?:[’']s|\sexactly|\s(?:did|was|were|is|are|does|do|has|have|had|can|could|should|would))\b|^when\b(?!.*,)"
    r"|\b(?:what|which)\s(?:time|day|date|week|month|year|decade|century)\b|\bhow\s(?:long\sago|recently|soon)\b"
    r"|\bthe\sdate\sof\b",
    re.IGNORECASE,
)
_OF_THE_FUTURE = re.compile(r"^\W*Will\b|\b(?:will|would)\b|\w[’']ll\b|\bgoing to\b")
_OF_NEWS = re.compile(r"\b(?:did|was|were|said|reported|announced|happen\w*|new|news|headlines)\b", re.IGNORECASE)
"""Words that show that a question with "today" asks for news, and not for how things are nowadays."""

_MARKERS = re.compile(r"\b(?:according\sto|as\sreported\sby|by|in|from)\s(?P<the>the\s)?", re.IGNORECASE)
_PUBLISHED = re.compile(rf"\b(?:reported|published|written|article|story|report|{_NEWS})\s$", re.IGNORECASE)
_COMMON = frozenset(
    """atlantic express guardian herald hill independent ledger local mail mercury metro mirror money nation news
    observer people politics post press record science sport standard star sun time times today week world""".split()
)
"""Common words that are publishers' names as well; "in" or "from" before one doesn't make it a publisher."""


@dataclass(frozen=True, slots=True)
class Guess:
    """A restriction that a question makes with `words`, which are `question[start:end]`.

    For "dates", `after` and `before` are the first and the last day, both included; None means open. For "publisher"
    and "author", `value` is the name as the collection has it.
    """

    field: Literal["dates", "publisher", "author"]
    words: str
    start: int
    end: int
    after: date | None = None
    before: date | None = None
    value: str | None = None


def find_restrictions(
    question: str, today: date, publishers: Collection[str] = (), authors: Collection[str] = ()
) -> list[Guess]:
    """Return the restrictions in the question, in its order and without overlaps.

    A question that asks for a time ("when …") or about the future has no period.
    """
    if len(question) > LONGEST:
        return []
    apart: list[Guess] = []
    for guess in (*_periods(question, today), *_sources(question, publishers, authors)):
        if all(guess.end <= other.start or other.end <= guess.start for other in apart):
            apart.append(guess)
    return sorted(apart, key=lambda guess: guess.start)


def without_restrictions(question: str, guesses: Sequence[Guess]) -> str:
    """Return the question without the words of its restrictions, for searching.

    "What happened in March?" becomes "What happened?". The question itself is returned if no word would be left.
    """
    left = question
    for guess in sorted(guesses, key=lambda guess: -guess.start):
        left = left[: guess.start] + " " + left[guess.end :]
    left = re.sub(r"\s+", " ", left)
    left = re.sub(r" (?=[?!.,;:…])", "", left)
    left = re.sub(r"[,;:]+(?=[?!.,;:…])", "", left)
    left = re.sub(r"^[\s,;:]+|[\s,;:]+$", "", left)
    if not re.search(r"\w", left):
        return question
    return left[0].upper() + left[1:] if question.lstrip()[:1].isupper() else left


def label(guess: Guess) -> str:
    """Return the restriction in plain words: "from 16 to 22 November 2026", "since 1 March 2021", "by Ada Lund"."""
    if guess.field != "dates":
        return f"{'from' if guess.field == 'publisher' else 'by'} {guess.value}"
    first, last = guess.after, guess.before
    if first is None or last is None:
        return f"since {first:%-d %B %Y}" if first else f"until {last:%-d %B %Y}"
    if first == last:
        return f"on {first:%-d %B %Y}"
    if (first, last) == _year(first.year):
        return f"in {first.year}"
    if (first, last) == _month(first.year, first.month):
        return f"in {first:%B %Y}"
    same_year = first.year == last.year
    begins = f"{first:%-d}" if same_year and first.month == last.month else f"{first:%-d %B}"
    return f"from {begins if same_year else f'{first:%-d %B %Y}'} to {last:%-d %B %Y}"


def _periods(question: str, today: date) -> Iterator[Guess]:
    if _ASKS_FOR_TIME.search(question) or _OF_THE_FUTURE.search(question):
        return
    for form in _PERIODS:
        for match in form.finditer(question):
            groups = match.groupdict()
            start, end = match.start("words"), match.end("own" if groups.get("own") else "words")
            before = question[max(0, start - 15) : start]
            if (not groups.get("own") and _BELONGS.search(before)) or (groups.get("how") and _EVENT.search(before)):
                continue
            try:
                days = _days(match, question, today)
            except (ValueError, OverflowError):  # 31 February, or before the calendar's first day
                continue
            if days:
                yield Guess("dates", question[start:end], start, end, *days)


def _days(match: re.Match[str], question: str, today: date) -> tuple[date | None, date | None] | None:
    """Return the first and the last day of a period, None for open ones; None for no period."""
    groups = match.groupdict()
    if "first" in groups:
        return _between(groups["first"], groups["last"], today)
    if "past" in groups:
        return _back(today, _number(groups["count"] or "a"), groups["unit"]), today
    if "ago" in groups:
        return _around(_back(today, _number(groups["count"]), groups["unit"]), groups["unit"])
    if "today" in groups:
        return (today, today) if groups["own"] or _OF_NEWS.search(question) else None
    if "since" in groups:
        return _last(groups["since"], today), None
    span = _span(groups["date"], today)
    how = (groups.get("how") or "in").lower()
    if span is None or (
        how.split()[0] in ("before", "after", "until", "till", "up") and _may_be_no_month(groups["date"])
    ):
        return None
    return _bounded(how, *span, today)


def _bounded(how: str, first: date, last: date, today: date) -> tuple[date | None, date | None] | None:
    match how:
        case "since":
            return first, None
        case "after":
            return (last + timedelta(1), None) if last < today else None
        case "before":
            return None, first - timedelta(1)
        case "in" | "during" | "throughout" | "at" | "from" | "of":
            return first, last
        case "on":
            return (first, last) if first == last else None
        case _:
            return None, last


def _between(first: str, last: str, today: date) -> tuple[date, date] | None:
    """Return the days from the first date to the last one, whose year the first takes if it has none.

    "5 and 12 March 2024" are both in March 2024, "March and May 2023" both in 2023.
    """
    ends = _span(last, today)
    if ends is None:
        return None
    if re.fullmatch(_DAY, first, re.IGNORECASE):
        if ends[0] != ends[1]:
            return None
        first = f"{first} {ends[1]:%B %Y}"
    begins = _span(first, ends[1])
    return (begins[0], ends[1]) if begins and begins[0] <= ends[1] else None


def _span(text: str, today: date) -> tuple[date, date] | None:
    """Return the first and last day of a date in words, None for one in the future.

    A date without a year is the latest one that has begun by `today`. Raises ValueError for a day that doesn't exist.
    """
    match = next(match for form in _WHOLE_DATES if (match := form.fullmatch(text)))
    span = _days_of_date(match.groupdict(), today)
    return span if span and span[0] <= today else None


def _days_of_date(groups: dict[str, str | None], today: date) -> tuple[date, date] | None:
    iso, day, month, year, part = (groups.get(name) for name in ("iso", "day", "month", "year", "part"))
    if iso:
        return date.fromisoformat(iso), date.fromisoformat(iso)
    if day and month:
        number = int(re.sub(r"\D", "", day))
        return _latest_day(number, month, int(year) if year else None, today)
    if month:
        if not year and month.lower().rstrip(".") in MONTH_ABBREVIATIONS:
            return None  # "Jan" and "Mar" may be names
        span = _month(int(year), _month_of(month)) if year else _latest_month(month, today)
        return _third(*span, part) if part else span
    if year and (season := groups.get("season")):
        begins = date(int(year), _SEASONS[season.lower()], 1)
        return begins, _back(begins, -3, "month") - timedelta(1)
    if year:
        return _third(*_year(int(year)), part) if part else _year(int(year))
    if unit := groups.get("unit"):
        return _around(_back(today, 1 if str(groups["which"]).lower() == "last" else 0, unit), unit)
    if weekday := groups.get("weekday"):
        return _around(_last(weekday, today), "day")
    if last_month := groups.get("last_month"):
        return _latest_month(last_month, _month(today.year, today.month)[0] - timedelta(1))
    return _around(today - timedelta(1), "day")


def _last(weekday: str, today: date) -> date:
    """Return the latest day before today with this weekday."""
    index = WEEKDAYS.index(weekday.lower())
    return today - timedelta((today.weekday() - index - 1) % 7 + 1)


def _latest_day(day: int, month: str, year: int | None, today: date) -> tuple[date, date]:
    """Return the day twice, as a span; without a year it is the latest one up to today."""
    number = _month_of(month)
    if year is None:
        year = today.year if (number, day) <= (today.month, today.day) else today.year - 1
    return date(year, number, day), date(year, number, day)


def _latest_month(month: str, today: date) -> tuple[date, date]:
    number = _month_of(month)
    return _month(today.year if number <= today.month else today.year - 1, number)


def _third(first: date, last: date, part: str) -> tuple[date, date]:
    """Return the early, middle or late third of a month (to the 10th, to the 20th) or of a year (four months)."""
    third = next(_THIRDS[word] for word in part.lower().split() if word in _THIRDS)
    if first.month == last.month:
        return first.replace(day=10 * third + 1), last if third == 2 else first.replace(day=10 * third + 10)
    return first.replace(month=4 * third + 1), _month(first.year, 4 * third + 4)[1]


def _may_be_no_month(text: str) -> bool:
    """Return True for a word that may be a person or a procession: "before May", "after march"."""
    return text.lower() in ("may", "april", "august") or text == "march"


def _back(day: date, count: int, unit: str) -> date:
    """Return the day `count` units earlier; a month's last day if that month has no such day."""
    if unit.lower() in ("day", "week"):
        return day - timedelta(count * (7 if unit.lower() == "week" else 1))
    months = day.year * 12 + day.month - 1 - count * (12 if unit.lower() == "year" else 1)
    year, month = divmod(months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _around(day: date, unit: str) -> tuple[date, date]:
    """Return the first and last day of the day itself, of its week from Monday to Sunday, its month or its year."""
    match unit.lower():
        case "day":
            return day, day
        case "week":
            monday = day - timedelta(day.weekday())
            return monday, monday + timedelta(6)
        case "month":
            return _month(day.year, day.month)
        case _:
            return _year(day.year)


def _year(year: int) -> tuple[date, date]:
    return date(year, 1, 1), date(year, 12, 31)


def _month(year: int, month: int) -> tuple[date, date]:
    return date(year, month, 1), date(year, month, monthrange(year, month)[1])


def _month_of(name: str) -> int:
    """Return the number of the month with this name or abbreviation, 1 to 12."""
    return [month[:3] for month in MONTHS].index(name[:3].lower()) + 1


def _number(count: str) -> int:
    count = count.lower()
    if count in ("a", "an"):
        return 1
    return int(count) if count.isdigit() else _NUMBERS.index(count) + 1


def _sources(question: str, publishers: Collection[str], authors: Collection[str]) -> Iterator[Guess]:
    """Yield the publishers and authors named after words such as "according to"; the longer one if two names fit."""
    known: list[tuple[str, Literal["publisher", "author"], str]] = [
        *((re.sub(r"^the\s+", "", name.strip(), flags=re.IGNORECASE), "publisher", name) for name in publishers),
        *((name.strip(), "author", name) for name in authors),
    ]
    longest_first = sorted((each for each in known if each[0]), key=lambda each: -len(each[0]))
    for marker in _MARKERS.finditer(question):
        for name, field, value in longest_first:
            end = marker.end() + len(name)
            if question[marker.end() : end].casefold() != name.casefold() or re.match(r"[\w’'-]", question[end:]):
                continue
            if _is_meant(question, marker, name, field):
                yield Guess(field, question[marker.start() : end], marker.start(), end, value=value)
            break


def _is_meant(question: str, marker: re.Match[str], name: str, field: str) -> bool:
    """Return True if the words before a name show that it is a source; "in", "from" and "by" alone may not."""
    how = marker.group().split()[0].lower()
    is_phrase = " " in name
    if how in ("according", "as"):
        return field == "publisher"
    if how == "by":
        published = _PUBLISHED.search(question[max(0, marker.start() - 12) : marker.start()]) is not None
        return published or (field == "author" and is_phrase)
    goes_on = re.match(r"\s[A-Z]", question[marker.end() + len(name) :])
    common = name.lower() in _COMMON or is_country(canonical(name).lower())
    return field == "publisher" and not common and not goes_on and (how == "from" or is_phrase or bool(marker["the"]))
