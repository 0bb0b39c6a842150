"""Explains relative dates in quoted sentences ("on Friday", "last week") in brackets, by the day of publication.

A wrong date is worse than none, so only certain ones are explained. These stay as they are:
- direct speech, because its day is the speaker's;
- a sentence with a year, because its dates may count from that year;
- weekdays and months in a clause that isn't certainly past or future ("would … on Friday", "votes on Friday");
- vague times: weeks, months and years "ago", seasons, quarters, "today's" and "tomorrow's".
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import get_args

from assistant.english.tenses import Tense, tense_of
from assistant.english.times import YEAR, Time, days_in_words, find_times, unit_around
from index.remarks.parser import Parser
from index.text.calendar_words import MONTH_PATTERN, WEEKDAYS

LONGEST = 1_000
"""Characters of a sentence; a longer one stays as it is."""

_YEAR = re.compile(rf"\b{YEAR}\b")
_FIRST_PERSON = re.compile(r"\b(?:I|[Ww]e|[Mm]y|[Oo]urs?|me|us|mine)\b")
# A single closing quote can't be distinguished from an apostrophe, so the quotation is taken to end at the last
# possible one.
_QUOTED = re.compile(
    r"“[^”]*(?:”|$)|^[^“”]*”|(?<!\S)\"[^\"]*(?:\"|$)|^[^\"]*(?<=\S)\"(?!\w)|(?<![\w’'])[‘'](?=\w)(?:.*[’'](?!\w)|.*)"
)
_WEEKDAY = f"(?:{'|'.join(WEEKDAYS)})"
_DAY = re.compile(
    r"(?:(?:the\s)?day\sbefore\s)?yesterday|today|tonight|(?:(?:the\s)?day\safter\s)?tomorrow|last\snight"
    rf"|this\s(?:morning|afternoon|evening)|\w+\sdays?\sago|{_WEEKDAY}\s(?:of\s)?(?:last|this|next)\sweek",
    re.IGNORECASE,
)
_PERIOD = re.compile(
    r"(?:.*\s)?(?<!\bthe\s)(?<!\bhalf\sof\s)(?:last|this|next)\s(?P<unit>week|month|year)", re.IGNORECASE
)
_WHICH_DAY = re.compile(rf"(?:last|next|(?:this\s)?(?P<sure>past|coming))\s(?:{_WEEKDAY}|weekend)", re.IGNORECASE)
_MONTH = re.compile(
    rf"(?:(?:early|mid|late|the\s(?:start|beginning|middle|end)\sof)[\s-])?{MONTH_PATTERN}", re.IGNORECASE
)
_OF_OTHERS = re.compile(r"\b(?:like|only|past|same)\s$", re.IGNORECASE)
_OF_OTHER_DAYS = re.compile(r"\b(?:each|every|that)\s$", re.IGNORECASE)
_ROUGHLY = re.compile(r"\b(?:about|almost|around|least|nearly|over|some|than)\s$", re.IGNORECASE)
_MAY_BE_AHEAD = re.compile(
    r"\b(?:until|till|by|for|from|to|through|before|after|of|effective|ended|ending)\s(?:the\s)?$", re.IGNORECASE
)
"""Words before a day that may still come, even in a clause about the past: "warned of rain until Friday"."""


@dataclass(frozen=True, slots=True)
class Resolution:
    """Relative words, `sentence[start:end]`, and the first and last day of the time that they mean."""

    start: int
    end: int
    words: str
    first: date
    last: date

    @property
    def meaning(self) -> str:
        """That day, week, month or year in words."""
        is_week = self.first != self.last and (self.first, self.last) == unit_around(self.first, "week")
        return f"{'the week of ' if is_week else ''}{days_in_words(self.first, self.first if is_week else self.last)}"


def resolve_dates(sentence: str, published: date, parser: Parser | None = None) -> list[Resolution]:
    """Return the relative dates in the sentence whose meaning is certain, in order.

    Without a parser, weekdays and months, which need the tense, are left.
    """
    times = _times(sentence, published)
    doc = next(parser.parse([sentence])) if parser and times else None
    resolved = []
    for time in times:
        owner = re.match(r"[’']s\b", sentence[time.end :])
        tense = tense_of(doc, time.start, time.end) if doc else None
        is_nowadays = owner or (doc and tense is None and time.words.lower() == "today")
        if is_nowadays and re.fullmatch("today|tonight|tomorrow", time.words, re.IGNORECASE):
            continue
        if days := _days(time, sentence[: time.start], published, tense):
            end = time.end + (owner.end() if owner else 0)
            resolved.append(Resolution(time.start, end, sentence[time.start : end], *days))
    return resolved


def possible_meanings(sentence: str, published: date) -> frozenset[str]:
    """Return what the relative dates in the sentence may mean, in the past or the future tense."""
    times, tenses = _times(sentence, published), get_args(Tense)
    days = (_days(time, sentence[: time.start], published, tense) for time in times for tense in tenses)
    return frozenset(Resolution(0, 0, "", *each).meaning for each in days if each)


def _times(sentence: str, published: date) -> list[Time]:
    if len(sentence) > LONGEST or _YEAR.search(sentence):
        return []
    unquoted = _QUOTED.sub(lambda quotation: " " * len(quotation.group()), sentence)
    times = [] if _FIRST_PERSON.search(unquoted) else find_times(unquoted, published)
    return [time for time in times if not (time.recurs and sentence.startswith(" (", time.end))]  # "Friday (4 May)"


def _days(time: Time, before: str, published: date, tense: Tense | None) -> tuple[date, date] | None:
    """Return the first and last day that the words after `before` certainly mean."""
    is_title = before.strip() and re.match("[TLN]", time.core) and not time.recurs  # "USA Today"
    if is_title or _OF_OTHERS.search(before) or (time.core.endswith("ago") and _ROUGHLY.search(before)):
        return None
    try:
        return _by_tense(time, before, published, tense) if time.recurs else _by_words(time, published)
    except (ValueError, OverflowError):  # outside the calendar
        return None


def _by_words(time: Time, published: date) -> tuple[date, date] | None:
    if _DAY.fullmatch(time.core):
        return time.first, time.last
    # Some weeks begin on Sunday: "last week" of that day is either of two.
    if (period := _PERIOD.fullmatch(time.core)) and (period["unit"].lower() != "week" or published.isoweekday() < 7):
        return unit_around(time.first, period["unit"].lower())
    if day := _WHICH_DAY.fullmatch(time.core):
        # "Next Friday" is the coming one to some and the one after it to others.
        is_agreed = published.isoweekday() < 7 and unit_around(time.first, "week") != unit_around(published, "week")
        is_near = abs((time.first - published).days) <= 7
        return (time.first, time.last) if day["sure"] or (is_agreed and is_near) else None
    return None


def _by_tense(time: Time, before: str, published: date, tense: Tense | None) -> tuple[date, date] | None:
    """Return the days of the last or the next Monday, weekend or March."""
    if tense is None or (time.core.islower() and "weekend" not in time.core) or _OF_OTHER_DAYS.search(before):
        return None
    if tense == "future":
        is_certain = time.first != published  # that day, or one later
        time = time.moved(1) if time.last < published else time
    else:
        # Of an article of Thursday, "said Friday" is dated a day early. A month of the year before would have its year.
        age = (published - time.last).days
        is_old = age == 6 if time.recurs == "week" else time.last.year < published.year and age > 92
        is_certain = not (is_old or time.bound in ("until", "before", "after") or _MAY_BE_AHEAD.search(before))
    if not is_certain or (time.recurs == "year" and time.first != time.last and not _MONTH.fullmatch(time.core)):
        return None
    return unit_around(time.first, "month") if _MONTH.fullmatch(time.core) else (time.first, time.last)
