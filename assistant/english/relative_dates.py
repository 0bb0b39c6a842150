"""Explains relative dates in a quoted sentence ("on Friday", "last week") in brackets, by the day of publication.

A wrong date is worse than none, so only certain ones are explained. These stay as they are:
- direct speech, because its day is the speaker's;
- a sentence with a year, because its dates may count from that year;
- weekdays in a clause whose verb isn't certainly past or future ("would … on Friday", "votes on Friday");
- vague times: weeks, months and years "ago", seasons, weekends, "today's" and "tomorrow's".
"Earlier this week" is explained as its week.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from assistant.english.number_words import SMALL_NUMBERS
from index.text.calendar_words import MONTH_ABBREVIATIONS, MONTHS, WEEKDAYS

LONGEST = 1_000
"""Characters of a sentence; a longer one stays as it is."""

Tense = Literal["past", "future"]

_NUMBERS = SMALL_NUMBERS[1:11]
_WEEKDAYS = "|".join(name.capitalize() for name in WEEKDAYS)
_MONTHS = rf"(?:{'|'.join(name.capitalize() for name in (*MONTHS, *MONTH_ABBREVIATIONS))})\b"
YEAR = r"(?:1[5-9]|20)\d\d"
_YEAR = re.compile(rf"\b{YEAR}\b")
_FIRST_PERSON = re.compile(r"\b(?:I|[Ww]e|[Mm]y|[Oo]urs?|me|us|mine)\b")
# A single closing quote can't be distinguished from an apostrophe, so the quotation is taken to end at the last
# possible one.
_QUOTED = re.compile(
    r"“[^”]*(?:”|$)|^[^“”]*”|(?<!\S)\"[^\"]*(?:\"|$)|^[^\"]*(?<=\S)\"(?!\w)|(?<![\w’'])[‘'](?=\w)(?:.*[’'](?!\w)|.*)"
)

_PHRASE = re.compile(
    rf"""\b(?P<words>
      the\ day\ before\ yesterday | the\ day\ after\ tomorrow
    | (?<!like\ )(?<!only\ )yesterday | today | tonight | tomorrow | last\ night | this\ (?:morning|afternoon|evening)
    | (?<!the\ )(?<!past\ )(?<!this\ )(?P<which>last|this|next)\ (?P<unit>week|month|year)
    | (?<!than\ )(?<!about\ )(?<!some\ )(?<!nearly\ )(?<!over\ )(?<!almost\ )(?<!around\ )(?<!least\ )
      (?P<days>\d{{1,2}}|{"|".join(_NUMBERS)})\ days?\ ago
    )\b(?P<owner>[’']s\b)?""",
    re.VERBOSE | re.IGNORECASE,
)
_DAYS = {
    "the day before yesterday": -2,
    "yesterday": -1,
    "last night": -1,
    "today": 0,
    "tonight": 0,
    "this morning": 0,
    "this afternoon": 0,
    "this evening": 0,
    "tomorrow": 1,
    "the day after tomorrow": 2,
}
_WHICH = {"last": -1, "this": 0, "next": 1}

_WEEKDAY = re.compile(
    rf"(?:\b(?P<which>last|next|this\ past|this\ coming|this)\s)?\b(?P<day>{_WEEKDAYS})"
    r"(?:\s(?:morning|lunchtime|afternoon|evening|night))?\b(?P<owner>[’']s\b)?(?:\s(?:of\s)?(?P<week>last|this|next)\sweek\b)?"
)
_NO_DAY_BEFORE = re.compile(
    r"""(?:\b(?:the|an?|that|every|each|any|some|most|one|another|same|previous|following|preceding|first|second|final
        |and|or|to|through|between|on\ alternate)
    | \bweeks?\ (?:on|ago|ago\ on|from|after|before)
    | (?:Mail|Independent|Scotland|Wales|Ireland)\ on
    | [^\w\s’'”])\s$""",
    re.VERBOSE,
)
_NAME_BEFORE = re.compile(
    r"\b(?!(?:On|Since|Late|Early|Earlier|Later|Until|From|By|In|At|After|Before)\b)[A-Z][\w’'.-]*\s$"
)
_PLACE_BEFORE = re.compile(r"\b(?:in|at|near|with)\s(?:the\s)?(?:[A-Z][\w’'.-]*\s){1,3}$")
_NAMED_DAY = re.compile(
    r"\b(?:Ash|Big|Black|Bloody|Blue|Casual|Cyber|Easter|Fat|Freaky|Giving|Good|Great|Green|Holy|Joe|Man|Manic|Maundy"
    r"|Palm|Red|Ruby|Shrove|Spy|Super|White|Whit)\s$"
)
_NO_DAY_AFTER = re.compile(
    rf"""\s(?:Times|Telegraph|Mirror|Express|Mail|Post|World|Business|Independent|Herald|Star|Night|Morning|Sport|Politics)\b
    | \s?[-–/]\s?(?:{_WEEKDAYS}) | \s(?:to|through|and|or)\s(?:{_WEEKDAYS}) | \sweek\b
    | ,?\s\(?(?:the\s)?(?:\d|{_MONTHS})""",
    re.VERBOSE,
)
_OPEN_ENDED = re.compile(r"\b(?:until|till|by|for|from|before|through|ahead of)\s$|\bafter\s$", re.IGNORECASE)
"""Words before a weekday that may still come, even in a clause about the past: "warned of rain until Friday"."""

_CLAUSE_ENDS = re.compile(
    rf"""[,;()—–] | :(?!\d) | \s-\s
    | \band\b(?=\s[a-z]) | \b(?:saying|adding|but|or|while|whereas|although|though|because
        |when|that|which|who|whom|whose|where)\b
    | \b(?:(?<!soon\s)as(?!\ssoon)|before|until|till)\b(?!\s(?:{_WEEKDAYS}))""",
    re.VERBOSE,
)
_OPENING = re.compile(
    r"(?:(?:But|And|Then|Meanwhile|Later|Earlier|Late|Early|Speaking|Also|On|Since),?\s)+(?:on\s)?", re.IGNORECASE
)
_CONDITION = re.compile(r"\b(?:if|unless|whether|as soon as|once)\b", re.IGNORECASE)
_ADJACENT = re.compile(r"\s*(?:(?:late|early|earlier|later|again|back|only|on|since)\s+)*")

_ADVERBS = r"(?:(?:not|also|now|still|never|only|even|soon|both|all|[a-z]+ly)\s+){0,2}"
_ARRANGED = r"(?:due|set|expected|scheduled|planned|slated|likely|poised|supposed|meant|going|about)"
_VERB = r"(?:\s+(?:not|also|now|still|never|soon|be|been|have|[a-z]+ly)){0,3}(?:\s+[a-z]+)?"
_DUE_TO = (
    r"due\s+to\s+(?:be|vote|meet|begin|start|open|close|end|speak|appear|visit|arrive|leave|return|hold|take|make|give"
    r"|publish|release|decide|rule|discuss|travel|fly|play|face|go|come|announce|present|sign|launch|step|stand|resume"
    r"|expire|sail|become|address|testify|hear|deliver|run|finish|debate|host)\b"
)
_SCHEDULED = (
    "begin start open close end meet vote go appear arrive leave return face play visit launch take come expire resume "
    "host hold travel get run fly make become join sit hear decide sign kick speak"
).split()
"""Verbs whose present tense means the future in news: "the trial opens on Monday"."""

_WISH = r"(?:plan|hope|intend|expect|aim|want|prepare)s?\s+to\b" + _VERB
_FORWARD = (
    r"call(?:ed)?\sfor|agreed|promised|pledged|vowed|threatened|predicted|forecast|ordered|proposed|urged|asked|offered"
    "|invited|warned|decided"
)
"""Verbs in the past tense whose object may still come: "called for a strike on Friday"."""

_IRREGULAR = "|".join(
    """was were did had said told met held found began fell rose won lost left made took gave came went saw knew
    thought became brought bought built caught chose drew drove fought fled flew forgot froze got grew heard hid hit
    kept laid led lay lit meant paid put ran sank sang sat sent shook shot shut slept sold sought spent spoke spread
    stood stole struck swore swept swam taught threw understood withdrew woke wore wrote broke burst cut dealt drank
    ate felt rode rang quit beat sprang stuck swung tore wept done given taken seen gone driven known shown written
    spoken fallen risen broken chosen stolen beaten hidden sunk sworn torn thrown withdrawn worn flown grown born
    agreed freed""".split()
)
_PARTICIPLE = rf"(?:(?!(?:hundred|sacred|indeed|armed)\b)[a-z]+(?:[a-df-z]|tee)ed|{_IRREGULAR})"
_NO_INFINITIVE = (
    r"(?:the|an?|his|her|its|their|this|that|these|those|one|two|work|court|hospital|death|jail|prison|talks|reporters"
    r"|journalists|parliament|school|power|victory|life|office|people|lawmakers|members|voters)\b"
)
_VERBS = re.compile(
    rf"""\b(?:
      (?P<future>
        (?:(?:will|shall)\b{_VERB} | (?:is|are)\s+{_ADVERBS}{_DUE_TO}{_VERB}
        | (?:is|are)\s+{_ADVERBS}(?:due(?!\s+to\b)|(?:set|likely|poised|going|about)\s+to\b
            |set\s+for\b|(?:expected|scheduled|planned|slated)\b(?:\s+to\b(?!\s+have))?|to\b(?!\s+blame)){_VERB}
        | (?:it|he|she|they|who|which)\s+{_WISH}))
    | (?P<wish>{_WISH})
    | (?P<unsure>
        (?:would|could(?!\s+not\s+be\s+reached)|should|might|may|must|can|cannot)\b{_VERB}
        | (?:was|were|been)\s+{_ADVERBS}(?:(?:{_ARRANGED}|to)\b(?:\s+to\b)?{_VERB}|(?!missing\b|being\b)[a-z]+ing\b)
        | (?:is|are|am)\b(?:\s+{_ADVERBS}[a-z]+)?
        | (?:{_ARRANGED}|postponed|rescheduled|delayed|adjourned|booked|do|does)\b
        | (?:has|have)\b(?!\s+{_ADVERBS}{_PARTICIPLE}\b))
    | (?P<perhaps>
        to\s+(?!have\b)(?!{_NO_INFINITIVE})(?:be\s+)?[a-z]+
        | (?<!\d\s)(?<!\bthe\s)(?<!\ba\s)(?:{"|".join(_SCHEDULED)})(?:e?s)?\b)
    | (?P<forward>(?:{_FORWARD})\b)
    | (?P<past>(?:could\s+not\s+be\s+reached|{_PARTICIPLE}|(?:ha[sd]|have)\s+been)\b)
    )""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Resolution:
    """Relative words, `sentence[start:end]`, and the day, week, month or year that they mean."""

    start: int
    end: int
    words: str
    meaning: str


def resolve_dates(sentence: str, published: date) -> list[Resolution]:
    """Return the relative dates in the sentence whose meaning is certain, in order."""
    if len(sentence) > LONGEST or _YEAR.search(sentence):
        return []
    unquoted = _QUOTED.sub(lambda quotation: " " * len(quotation.group()), sentence)
    if _FIRST_PERSON.search(unquoted):
        return []
    dates = sorted([*_phrases(unquoted, published), *_weekdays(unquoted, published)], key=lambda each: each[0].start())
    return [
        Resolution(match.start(), match.end(), match.group(), meaning)
        for at, (match, meaning) in enumerate(dates)
        if at == 0 or match.start() >= dates[at - 1][0].end()
    ]


def _phrases(text: str, published: date) -> Iterator[tuple[re.Match[str], str]]:
    for match in _PHRASE.finditer(text):
        words = match["words"]
        begins = not text[: match.start()].strip()
        if not (words.islower() or (begins and words[1:].islower())):
            continue
        if words.lower() in ("today", "tonight", "tomorrow") and match["owner"]:
            continue
        if words.lower() in ("today", "tonight") and _tense(text, match.start(), match.end()) is None:
            continue
        try:
            meaning = _meaning(match, published)
        except (OverflowError, ValueError):  # before the first day of the calendar, or after its last
            continue
        if meaning:
            yield match, meaning


def _meaning(match: re.Match[str], published: date) -> str | None:
    words = match["words"].lower()
    if match["days"]:
        number = match["days"].lower()
        return _day(published, -(_NUMBERS.index(number) + 1 if number in _NUMBERS else int(number)))
    if words in _DAYS:
        return _day(published, _DAYS[words])
    which = _WHICH[match["which"].lower()]
    match match["unit"].lower():
        case "week":
            # Some weeks begin on Sunday: "last week" of that day is either of two.
            return f"the week of {_day(_monday(published), 7 * which)}" if published.isoweekday() < 7 else None
        case "month":
            year, month = divmod(published.year * 12 + published.month - 1 + which, 12)
            return f"{date(year, month + 1, 1):%B %Y}"
        case _:
            return str(date(published.year + which, 1, 1).year)


def _weekdays(text: str, published: date) -> Iterator[tuple[re.Match[str], str]]:
    for match in _WEEKDAY.finditer(text):
        before, after = text[max(0, match.start() - 60) : match.start()], text[match.end() : match.end() + 20]
        if _NO_DAY_BEFORE.search(before) or _NO_DAY_AFTER.match(after) or _is_named(before, text, match.end()):
            continue
        if re.match(r"\s[A-Z]", after) and not match["owner"] and not re.search(r"\b[Oo]n\s$", before):
            continue
        try:
            day = _weekday(match, text, published)
        except OverflowError:
            continue
        if day:
            yield match, f"{day:%-d %B %Y}"


def _is_named(before: str, text: str, end: int) -> bool:
    """Return True if a weekday may belong to the name before it: "Black Friday", but not "in Rome Friday"."""
    if not _NAME_BEFORE.search(before) or _NAMED_DAY.search(before):
        return _NAMED_DAY.search(before) is not None
    verb = _VERBS.match(text, end + 1)
    return not _PLACE_BEFORE.search(before) and (verb is None or verb.lastgroup not in ("past", "forward"))


def _weekday(match: re.Match[str], text: str, published: date) -> date | None:
    """Return the day that a weekday means, None if it could be another one."""
    index = WEEKDAYS.index(match["day"].lower())
    before = published - timedelta((published.weekday() - index - 1) % 7 + 1)
    after = published + timedelta((index - published.weekday() - 1) % 7 + 1)
    which = match["which"]
    if which in ("this past", "this coming"):
        return before if which == "this past" else after
    if match["week"] or which in ("last", "next"):
        in_week = _monday(published) + timedelta(7 * _WHICH[match["week"] or which] + index)
        # "Next Friday" is the coming one to some and the one after it to others.
        agreed = match["week"] or in_week == (before if which == "last" else after)
        return in_week if agreed and published.isoweekday() < 7 else None
    tense = _tense(text, match.start(), match.end())
    if tense == "future":
        return after if index != published.weekday() else None
    # Of an article dated Thursday, "said Friday" is dated a day early: six days ago would be "last Friday".
    if tense is None or _is_open_ended(match, text) or index == (published.weekday() + 1) % 7:
        return None
    return published if index == published.weekday() else before


def _is_open_ended(match: re.Match[str], text: str) -> bool:
    before = _OPEN_ENDED.search(text[max(0, match.start() - 20) : match.start()])
    return before is not None and not (match["owner"] and before.group().lower().startswith(("after", "for", "from")))


def _tense(text: str, start: int, end: int) -> Tense | None:
    """Return the tense of the clause around `text[start:end]`, None if its verbs don't decide that."""
    marks = list(_CLAUSE_ENDS.finditer(text))
    begins = max((mark.end() for mark in marks if mark.end() <= start), default=0)
    opens = _OPENING.fullmatch(text[begins:start].lstrip()) is not None and text[end : end + 1] == ","
    rest = end + opens
    ends = next((mark.start() for mark in marks if mark.start() >= rest), len(text))
    if _CONDITION.search(text, begins, start):
        return None
    verbs = list(_VERBS.finditer(text, begins, start))
    follows = next((verb for verb in _VERBS.finditer(text, rest, ends) if verb.lastgroup != "perhaps"), None)
    following = _tense_of(follows, adjacent=True) if follows else None
    if not verbs:
        return following
    adjacent = _ADJACENT.fullmatch(text, verbs[-1].end(), start) is not None
    tense = _tense_of(verbs[-1], adjacent)
    if verbs[-1].lastgroup == "wish" and any(verb.lastgroup in ("past", "forward") for verb in verbs):
        return None
    return tense if adjacent or not follows or tense == following else None


def _tense_of(verb: re.Match[str], adjacent: bool) -> Tense | None:
    if verb.lastgroup in ("future", "wish"):
        return "future"
    return "past" if verb.lastgroup == "past" or (verb.lastgroup == "forward" and adjacent) else None


def _monday(day: date) -> date:
    return day - timedelta(day.weekday())


def _day(day: date, days: int) -> str:
    return f"{day + timedelta(days):%-d %B %Y}"
