"""English names of months and weekdays, as plain data and as pieces of regular expressions."""

MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

MONTH_ABBREVIATIONS = {
    **{name[:3]: number for number, name in enumerate(MONTHS, 1) if name != "may"},
    "sept": 9,
}
"""Maps each abbreviation to its month's number: "jan" to 1, "sep" and "sept" to 9. "May" has none."""

WEEKDAY_ABBREVIATIONS = {
    **{name[:3]: number for number, name in enumerate(WEEKDAYS)},
    **{"tues": 1, "thur": 3, "thurs": 3},
}
"""Maps each abbreviation to its weekday's number, as `date.weekday()` counts: "mon" to 0, "thurs" to 3."""

_NUMBERS = {name: number for number, name in enumerate(MONTHS, 1)} | MONTH_ABBREVIATIONS

MONTH_PATTERN = "(?:" + "|".join(sorted(_NUMBERS, key=len, reverse=True)) + r")\b\.?"
"""Matches a month's name or abbreviation and the full stop after it, in lower case unless case is ignored."""

WEEKDAY_PATTERN = "(?:" + "|".join(sorted((*WEEKDAYS, *WEEKDAY_ABBREVIATIONS), key=len, reverse=True)) + r")\b\.?"
"""Matches a weekday's name or abbreviation and the full stop after it, in lower case unless case is ignored."""


def month_number(word: str) -> int | None:
    """Return the month's number (1 to 12) for its name or abbreviation, in any case and with or without a full stop.

    `month_number("Sept.")` is 9; a word that is no month gives None.
    """
    return _NUMBERS.get(word.lower().removesuffix("."))
