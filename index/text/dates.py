"""Reads dates in fields: returns the day that a timestamp names, or none where that would be a guess."""

import re
from datetime import UTC, date, datetime, timedelta

from index.text.calendar_words import MONTH_PATTERN, WEEKDAY_PATTERN, month_number

MOST_CHARACTERS = 100
EARLIEST = date(1600, 1, 1)
"""The first newspapers appeared in 1605."""

_EPOCH_SECONDS = range(631_152_000, 4_102_444_800)
"""1990 to 2100. In milliseconds, the same range doesn't overlap with it."""

_MONTH = f"(?P<month>{MONTH_PATTERN})"
_DAY = r"(?P<day>[0-9]{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>[0-9]{4})"
_WEEKDAY = rf"(?:{WEEKDAY_PATTERN},?\ )?"
_ZONE = r"(?:Z|[A-Z]{2,5}|(?:UTC|GMT)?[+-][0-9]{1,2}:?(?:[0-9]{2})?)"
_TIME = (
    r"(?:(?:T|,?\ (?:at\ |[-–—|·]\ )?|,)(?:[01]?[0-9]|2[0-4])(?:[:.][0-5][0-9]){0,2}(?:[.,][0-9]{1,9})?"
    rf"(?:\ ?[ap]\.?m\b\.?)?(?:,?\ ?{_ZONE})?(?:\ \([^()]{{1,40}}\))?)?"
)


def _form(day: str) -> re.Pattern[str]:
    return re.compile(_WEEKDAY + day + _TIME, re.ASCII | re.IGNORECASE)


_FORMS = [
    _form(rf"{_YEAR}(?P<mark>[-/.])(?P<month>[0-9]{{1,2}})(?P=mark)(?P<day>[0-9]{{1,2}})"),  # ISO 8601 and its kin
    _form(rf"{_DAY}(?:\ (?:of\ )?|-){_MONTH}(?:,?\ |-){_YEAR}"),  # RFC 2822 and British
    _form(rf"{_MONTH}\ {_DAY},?\ {_YEAR}"),  # American
]
_COMPACT = re.compile(r"(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})(?:T?[0-9]{4}(?:[0-9]{2})?Z?)?")
_EITHER_ORDER = _form(rf"(?P<one>[0-9]{{1,2}})(?P<mark>[-/.])(?P<other>[0-9]{{1,2}})(?P=mark){_YEAR}")
_EPOCH = re.compile(r"([0-9]{9,13})(?:\.[0-9]{1,9})?")


def day(text: str, today: date | None = None) -> date | None:
    """Return the day that a timestamp names, in the local time in which it is written.

    Reads ISO 8601, RFC 2822, seconds or milliseconds since 1970 (for 1990 to 2100, in UTC) and English long forms.
    None for any other text, for one in which day and month can't be distinguished ("03/05/2024"), and for a day that
    doesn't exist, is before 1600, or is more than one day after `today` (by default the machine's).
    """
    if len(text) > MOST_CHARACTERS:
        return None
    named = _named_day(" ".join(text.split()))
    latest = (today or datetime.now(UTC).date()) + timedelta(days=1)
    return named if named and EARLIEST <= named <= latest else None


def _named_day(text: str) -> date | None:
    for form in (*_FORMS, _COMPACT):
        if match := form.fullmatch(text):
            month = month_number(match["month"]) or int(match["month"])
            return _date(int(match["year"]), month, int(match["day"]))
    if match := _EITHER_ORDER.fullmatch(text):
        one, other, year = int(match["one"]), int(match["other"]), int(match["year"])
        orders = {_date(year, one, other), _date(year, other, one)} - {None}
        return orders.pop() if len(orders) == 1 else None
    if match := _EPOCH.fullmatch(text):
        number = int(match[1])
        seconds = number if number in _EPOCH_SECONDS else number // 1000
        return datetime.fromtimestamp(seconds, UTC).date() if seconds in _EPOCH_SECONDS else None
    return None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
