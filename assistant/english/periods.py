"""The period to which a question restricts itself: "last week", "since March", "in 2021".

A period is when articles were published. Words for a time are taken for one only if they can hardly mean anything
else. "The 2018 Worlds", "more than 2020 people", "the meeting on 17 October" and "since May resigned" are no periods.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from assistant.english.times import Time, days_in_words, find_times, unit_around
from index.remarks.parser import Parser
from index.text.words import STOP_WORDS

if TYPE_CHECKING:
    from spacy.tokens import Doc

_REPORTED_LATER = ("quarter", "half")
"""Units whose results are reported in the quarter after them."""

_NEWS = r"(?:news|headlines|articles|stories|papers?|reports|coverage)"
_LEADING = re.compile(
    rf"(?:\b(?:{_NEWS}(?:\s(?:is|are|was|were|come|date))?|you\shave)\s(?P<of>from|of)|(?<!\bthan\s)(?<!\bas\s)(?<!\blike\s)"
    r"\b(?P<how>in|during|throughout|on|at|over|within|for|earlier))\s(?:the\s)?$",
    re.IGNORECASE,
)
"""Words before a time that make it a period."""

_OWNER = re.compile(rf"[’']s(?=\s{_NEWS}\b)", re.IGNORECASE)

_STANDS_ALONE = re.compile(
    r"(?:between|from|since|after|before|until|till|up\sto)\s.*|.*\b(?:ago|last|past|this|today|yesterday|tonight|date)\b.*"
    r"|(?!\d{4}$).*\d.*",
    re.IGNORECASE,
)
"""Words for a time that are a period without others before them: "last week" and "May 2024", but not "2024"."""

_BELONGS = re.compile(
    r"\b(?:than|as|like|unlike|with|to|about|over|nearly|almost|later|the|from|since|until|till|before|after|by|of|for|in"
    r"|at|on)\s$",
    re.IGNORECASE,
)
"""Words before such a time that make it part of something else: "more than a year ago", "the 1990 treaty"."""

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
_BETWEEN = re.compile(r"\s(?:and|or|than|vs\.?|versus)\s(?:in\s)?", re.IGNORECASE)
_NEXT_WORD = re.compile(r"\s(?:(?:and|or)\s)?(?P<word>[^\W\d]+)")
_ENDS = re.compile(r"\s?(?:$|[?!.,;:)…])|\s-\s")
_MAY_BE_NAME = re.compile(r"april|august|jan|march|may", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Guess:
    """A restriction that a question makes with `words`, which are `question[start:end]`.

    For "dates", `after` and `before` are the first and the last day, both included; None means open. For "publisher"
    and "author", `value` is the name as the collection has it. `kept` words are searched for as well, because articles
    have them too: "in the first quarter". One of `any_year` names none ("in March"), so that the latest is meant.
    """

    field: Literal["dates", "publisher", "author"]
    words: str
    start: int
    end: int
    after: date | None = None
    before: date | None = None
    value: str | None = None
    kept: bool = False
    any_year: bool = False


def find_periods(question: str, today: date, parser: Parser | None = None) -> list[Guess]:
    """Return the periods to which the question restricts itself, in its order.

    A question that asks for a time ("when …") or about the future has none.
    """
    return list(_periods(question, today, parser))


def without_restrictions(question: str, guesses: Sequence[Guess]) -> str:
    """Return the question without the words of its restrictions, for searching.

    "What happened in March?" becomes "What happened?". The question itself is returned if no word would be left.
    """
    left = question
    for guess in sorted((guess for guess in guesses if not guess.kept), key=lambda guess: -guess.start):
        left = left[: guess.start] + " " + left[guess.end :]
    left = re.sub(r"\s+", " ", left)
    left = re.sub(r" (?=[?!.,;:…])", "", left)
    left = re.sub(r"[,;:]+(?=[?!.,;:…])|^[\s,;:]+|[\s,;:]+$", "", left)
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
    words = days_in_words(first, last)
    return f"{'on' if first == last else 'from' if ' to ' in words else 'in'} {words}"


def _periods(question: str, today: date, parser: Parser | None) -> Iterator[Guess]:
    if _ASKS_FOR_TIME.search(question) or _OF_THE_FUTURE.search(question):
        return
    times = find_times(question, today)
    doc = next(parser.parse([question])) if parser and times else None
    listed = {  # "2019 and 2020" are no one period
        time for pair in pairwise(times) if question[pair[0].end : pair[1].start] in (" and ", " or ") for time in pair
    }
    for time in times:
        owner = _OWNER.match(question, time.end)
        leading = None if owner else _LEADING.search(question, 0, time.start)
        is_led = _is_led(time, leading, question) and _goes_on(time, question, doc)
        if time.first > today or (time in listed and not time.bound):
            continue
        if not owner and not (is_led and _is_settled(time, question, doc)):
            continue
        start = leading.start(leading.lastgroup or 0) if leading else time.start
        end = owner.end() if owner else time.end
        kept, any_year = time.unit in _REPORTED_LATER, time.recurs == "year" and not time.bound
        yield Guess("dates", question[start:end], start, end, *_bounds(time), kept=kept, any_year=any_year)


def _is_settled(time: Time, question: str, doc: Doc | None) -> bool:
    """Return True if it is certain that the words mean a time, and which one."""
    words, tags = time.words.lower(), {token.tag_ for token in doc or ()}
    is_present = not tags.isdisjoint({"VBP", "VBZ"}) and "VBD" not in tags
    if words.startswith("by ") or time.recurs is None:
        return not words.startswith("by ") and not (words == "today" and is_present)  # "who lives there today?"
    if question[: time.start].lower().endswith("the "):  # "the march"
        return False
    if time.unit in _REPORTED_LATER:
        return re.search(r"[qh]\d", words) is not None  # not "who scored in the second half?"
    if time.bound:
        return time.bound == "since" or not _MAY_BE_NAME.fullmatch(time.core)
    is_weekday = time.recurs == "week" and "weekend" not in words  # which Monday? that of an article, perhaps
    return not (is_weekday or is_present)  # "what happens in March?"


def _goes_on(time: Time, question: str, doc: Doc | None) -> bool:
    """Return True if the word after a time isn't one that the time describes ("in 2022 World Cup qualifiers")."""
    if _ENDS.match(question, time.end):
        return True
    following = _NEXT_WORD.match(question, time.end)
    if following is None or following["word"].lower() in STOP_WORDS | {"according", "after", "before", "since"}:
        return following is not None
    span = doc.char_span(*following.span("word")) if doc and not _MAY_BE_NAME.fullmatch(time.core) else None
    return span is not None and span[0].pos_ in ("ADP", "ADV", "AUX", "SCONJ", "VERB")


def _is_led(time: Time, leading: re.Match[str] | None, question: str) -> bool:
    """Return True if what stands before a time makes it a period, and not the time of an event."""
    if leading is None and (_BELONGS.search(question, 0, time.start) or not _STANDS_ALONE.fullmatch(time.words)):
        return False
    start = leading.start("how") if leading and leading["how"] else time.start
    return not ((time.bound or start < time.start) and _EVENT.search(question, 0, start))


def _bounds(time: Time) -> tuple[date | None, date | None]:
    first, last, day = time.first, time.last, timedelta(1)
    match time.bound:
        case "since" | "after":
            return first if time.bound == "since" else last + day, None
        case "before" | "until":
            return None, last if time.bound == "until" else first - day
    return first, unit_around(last + day, "quarter")[1] if time.unit in _REPORTED_LATER else last
