"""Finds words for times in a text ("last week", "in March", "from 5 to 12 May 2024") and the days that they mean.

date-wrangler reads them. What it leaves alone ("tonight", "Christmas") is first rewritten to words that it knows.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from index.text.calendar_words import MONTH_PATTERN, WEEKDAYS

if TYPE_CHECKING:
    from date_wrangler import DateMatch

YEAR = r"(?:1[5-9]|20)\d\d"
"""Matches a year from 1500 to 2099."""

_MAY_BE_TIME = re.compile(
    r"\d|day|week|month|quarter|half|year|decade|ago\b|tomorrow|night|morning|evening|afternoon|christmas|spring|summer"
    rf"|autumn|\bfall\b|winter|\b{MONTH_PATTERN}",
    re.IGNORECASE,
)
"""A quick test, because loading date-wrangler takes a second."""

_PART_OF_DAY = r"(?:early\s)?(?:morning|lunchtime|afternoon|evening|night)"
_REWRITTEN = {
    rf"\b(?P<day>(?:{'|'.join(WEEKDAYS)}|yesterday|today|tomorrow))\s{_PART_OF_DAY}\b": r"\g<day>",
    rf"\btonight\b|\bthis\s{_PART_OF_DAY}\b": "today",
    r"\blast\snight\b": "yesterday",
    rf"\bthis\spast(?=\s(?:{'|'.join(WEEKDAYS)}|weekend))": "last",
    **{rf"\b(?P<which>last|past)\s{24 * days}\shours\b": rf"\g<which> {days} days" for days in (1, 2, 3)},
    r"\b(?:begin|close|end|finish|start)(?=\sin\s)": "",  # else "close in March" is read as the end of March
    r"\bchristmas\seve\b": "24 Dec",
    r"\bchristmas(?:\sday)?\b": "25 Dec",
    r"\bnew\syear[’']s\seve\b": "31 Dec",
    r"\bnew\syear[’']s\sday\b": "1 Jan",
}
"""Maps forms to words that mean the same and are no longer, so that the rest of the text keeps its offsets."""

_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
"""Maps a season to the month in which it begins, north of the equator."""

_SEASON = re.compile(
    rf"\b(?:(?P<since>since)\s)?(?:(?:the|this|last)\s)?(?P<name>{'|'.join(_SEASONS)})\b(?:\s(?:of\s)?(?P<year>{YEAR})\b)?",
    re.IGNORECASE,
)
_UNITS = r"(?:day|week|month|quarter|year|decade)s?"
_UP_TO_NOW = re.compile(rf"(?:the\s)?(?:past|last\s\w+)\s(?:\w+\s)?{_UNITS}|the\slast\s{_UNITS}", re.IGNORECASE)
"""Words for a time that ends today: "the past week", "last 3 months", but not "last week"."""

_BOUND = re.compile(r"^(?:since|after|before|by|until|till|from|up\sto)\s", re.IGNORECASE)
_WEEKLY = re.compile(rf"(?:this\s|the\s)?weekend|{'|'.join(WEEKDAYS)}", re.IGNORECASE)
_SHORT_WEEKDAY = re.compile(r"\b(?:mon|tues?|wed|thu(?:rs?)?|fri|sat|sun)\b(?!\D*\d)", re.IGNORECASE)
_CLOCK = r"(?:\d{1,2}(?:[:.]\d\d)?\s?(?:[ap]\.?m\b\.?|gmt\b)?|noon|midnight)"
_CLOCK_BEFORE = re.compile(rf"\b(?:{_CLOCK},?\s(?:on\s)?|early\s|late\s)$", re.IGNORECASE)
_CLOCK_AFTER = re.compile(rf"\s(?:at|by|around)\s{_CLOCK}", re.IGNORECASE)
_PLACE_AFTER = re.compile(r"last\s(?:week|month|year|weekend)(?=\sin\s)", re.IGNORECASE)
_PAPER_BEFORE = re.compile(r"\b(?:Mail|Independent|Scotland|Wales) on $")

_PARTLY_READ, _EITHER_ORDER = 0.5, 0.9
"""date-wrangler's confidence in words beside which it left some unread ("at noon on Friday"), and in "5/3/2024"."""


@dataclass(frozen=True, slots=True)
class Time:
    """Words for a time, `text[start:end]`, and its first and last day.

    `unit` is "day", "week", "month", "quarter", "half", "year" or "season". With a `bound` ("since", "after", "before",
    "until"), what is before or after that time is meant. `recurs` is "week" or "year" if there is a time with these
    words in each ("Monday", "March"); then it is the latest that has begun.
    """

    start: int
    end: int
    words: str
    first: date
    last: date
    unit: str
    bound: str | None = None
    recurs: str | None = None

    @property
    def core(self) -> str:
        """The words without a bound: "March" of "since March"."""
        return _BOUND.sub("", self.words)

    def moved(self, times: int) -> "Time":
        """Return the time with these words so many weeks or years later; an error if there is none."""
        if self.recurs == "week":
            return replace(self, first=self.first + timedelta(7 * times), last=self.last + timedelta(7 * times))
        end = self.last + timedelta(1)  # so that the end of February is that of a leap year too
        first, end = (day.replace(year=day.year + times) for day in (self.first, end))
        return replace(self, first=first, last=end - timedelta(1))


def find_times(text: str, day: date) -> list[Time]:
    """Return the words for times in a text of that day, in order and without overlaps."""
    if not _MAY_BE_TIME.search(text):
        return []
    known, rewritten = _rewritten(text)
    times: list[Time] = []
    for time in sorted((*_read(known, day), *_seasons(text, day)), key=lambda time: time.start):
        spans = [span for span in rewritten if span[0] < time.end and time.start < span[1]]
        start, end = min([time.start, *(span[0] for span in spans)]), max([time.end, *(span[1] for span in spans)])
        if (not times or start >= times[-1].end) and not _PAPER_BEFORE.search(text, 0, start):
            times.append(replace(time, start=start, end=end, words=text[start:end]))
    return times


def unit_around(day: date, unit: str) -> tuple[date, date]:
    """Return the first and last day of the "week" (from Monday), "month", "quarter", "half" or "year" with that day."""
    if unit in ("day", "week"):
        first = day - timedelta(day.weekday() if unit == "week" else 0)
        return first, first + timedelta(6 if unit == "week" else 0)
    months = {"month": 1, "quarter": 3, "half": 6, "year": 12}[unit]
    first = day.replace(month=(day.month - 1) // months * months + 1, day=1)
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    return first, date(year, month + 1, 1) - timedelta(1)


def days_in_words(first: date, last: date) -> str:
    """Return a stretch of days as "2024", "March 2024", "5 March 2024" or "28 February to 3 March 2024"."""
    if first == last:
        return f"{first:%-d %B %Y}"
    for unit, form in (("year", "%Y"), ("month", "%B %Y")):
        if (first, last) == unit_around(first, unit):
            return f"{first:{form}}"
    begins = "%-d %B %Y" if first.year != last.year else "%-d %B" if first.month != last.month else "%-d"
    return f"{first:{begins}} to {last:%-d %B %Y}"


def _rewritten(text: str) -> tuple[str, list[tuple[int, int]]]:
    """Return the text in words that date-wrangler knows, as long as before, and the spans that were changed."""
    spans = []
    for form, known in _REWRITTEN.items():
        for match in re.finditer(form, text, re.IGNORECASE):
            spans.append(match.span())
            text = text[: match.start()] + match.expand(known).ljust(len(match.group())) + text[match.end() :]
    return text, spans


def _read(text: str, day: date) -> Iterator[Time]:
    from date_wrangler import WranglerConfig, parse  # takes a second

    config = WranglerConfig(strictness="greedy")  # bare names of months and days too
    for match in parse(text, today=day, config=config):
        if match.confidence <= _PARTLY_READ and _is_whole(match, text):
            alone = parse(match.text, today=day, config=config)
            match = replace(match, confidence=alone[0].confidence if alone else _PARTLY_READ)
        if match.confidence in (_PARTLY_READ, _EITHER_ORDER) or _SHORT_WEEKDAY.search(match.text):
            continue
        try:
            time = _time(match, day)
            has_begun = time.first <= day and (time.last <= day or time.last <= unit_around(time.first, time.unit)[1])
            yield time if has_begun or not time.recurs else time.moved(-1)
        except (ValueError, OverflowError):  # 29 February in a year without one, or outside the calendar
            continue


def _is_whole(match: "DateMatch", text: str) -> bool:
    """Return True if what is unread beside the words is only the time of day, or where it was ("last week in Oslo")."""
    start, end = match.span
    clock = _CLOCK_BEFORE.search(text, max(0, start - 20), start) or _CLOCK_AFTER.match(text, end)
    return clock is not None or _PLACE_AFTER.match(text, start) is not None


def _time(match: "DateMatch", day: date) -> Time:
    from date_wrangler import YEAR_GUESSED, Anchor, WranglerConfig, parse

    days, unit, bound = match.range, match.range.grain.value, None
    if _UP_TO_NOW.fullmatch(match.text):
        (rolling,) = parse(match.text, today=day, config=WranglerConfig(anchor=Anchor.ROLLING))
        days = replace(rolling.range, end=day + timedelta(1))
    is_weekly = _WEEKLY.fullmatch(_BOUND.sub("", match.text))
    recurs = "year" if match.confidence <= YEAR_GUESSED else None
    if days.start and days.end:
        first, last = days.start, days.end - timedelta(1)
    else:
        bound = days.mod.value if days.mod else "since" if days.start else "until"
        edge = days.start or days.end or day
        first, last = unit_around(edge - timedelta(bound in ("after", "until")), unit)
    return Time(*match.span, match.text, first, last, unit, bound, "week" if is_weekly else recurs)


def _seasons(text: str, day: date) -> Iterator[Time]:
    for match in _SEASON.finditer(text):
        month = _SEASONS[match["name"].lower()]
        first = date(int(match["year"] or max(1, day.year - (month > day.month))), month, 1)
        last = unit_around(first + timedelta(62), "month")[1]  # the third month
        yield Time(*match.span(), match.group(), first, last, "season", "since" if match["since"] else None)
