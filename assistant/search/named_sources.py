"""Finds the outlet or author whose articles a question is about: "What does the Herald say about the fire?"."""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from assistant.english.countries import canonical, is_country
from assistant.english.periods import Guess
from index.remarks.nouns import people_and_groups
from index.text.words import words

_SAYING = r"(?:say|says|said|tell|tells|told|claim|claims|claimed|think|thinks|thought)"
_WRITING = (
    r"(?:write|writes|wrote|written|writing|report|reports|reported|reporting|publish|publishes|published|print|prints"
    r"|printed|run|ran|carry|carried)"
)
_READING = (
    r"(?:cover|covers|covered|mention|mentions|mentioned|describe|describes|described|first|last|have|has|had|got)"
)
"""Words that stay in the question when the name goes, as those after an outlet or author: "has … covered the fire"."""

_AUXILIARY = r"\b(?:does|did|do|has|have|had|will|would|can|could)"
_ARTICLES = (
    r"(?:articles?|coverage|headlines?|news|stor(?:y|ies)|reports?|reporting|pieces?|journalists?|reporters?|authors?)"
)
_VIEW = r"(?:take|view|version|account|opinion|line|story)"
_THE = r"(?:the )?"

_ASKED_BEFORE = re.compile(rf"{_AUXILIARY} {_THE}$", re.I)
_TOLD_BEFORE = re.compile(
    rf"\b(?:what|how|everything|anything|all|that|which|articles|stories|things?) ({_THE})$", re.I
)
_MARKED_BEFORE = re.compile(
    rf"\b(?:(?P<sure>according to|as reported by)|(?P<by>by)|(?P<out>in|from)|of|for|at)"
    rf" (?P<the>{_THE})$",
    re.I,
)
_VERB_AFTER = re.compile(
    rf" (?:(?:ever|also|already|just) )?(?:(?P<say>{_SAYING})|(?P<write>{_WRITING})|(?P<stays>{_READING}))\b", re.I
)
_OWN_AFTER = re.compile(
    rf"[’']s? (?:(?P<view>{_VIEW}) (?=on|of|about)|(?=(?:[\w-]+ )?{_ARTICLES}\b))| (?={_ARTICLES}\b)", re.I
)
_GOES_ON = re.compile(r" [A-Z]")
_OF_ARTICLES = re.compile(rf"\b(?:{_ARTICLES}|{_WRITING}|anything|everything|something)\b", re.I)


class _Name(NamedTuple):
    """An outlet or author as a question names it, `question[start:end]`, by the full name or a part of it."""

    start: int
    end: int
    field: str
    value: str
    is_full: bool


def named_sources(
    question: str, publishers: Iterable[str], authors: Iterable[str], is_speaker: Callable[[str], bool]
) -> list[Guess]:
    """Return the outlet and the author whose articles the question is about, at most one each.

    An outlet is known by its whole name or, if only one ends so, by its last words ("the Herald"), an author by the
    surname too; case and accents don't count. Who `is_speaker` is asked for what they say, and not for their articles.
    """
    found: dict[str, Guess] = {}
    for name in _names(question, {"publisher": publishers, "author": authors}):
        span = _span(question, name, is_speaker)
        if span and name.field not in found:
            start, end = span
            found[name.field] = Guess(name.field, question[start:end], start, end, value=name.value)  # type: ignore[arg-type]
    return list(found.values())


def _names(question: str, known: dict[str, Iterable[str]]) -> Iterator[_Name]:
    """Yield the names in the question, the longest of those that begin at the same word."""
    spots = [(match.start(), match.end(), words(match.group())) for match in re.finditer(r"[^\W_]+", question)]
    asked = {word for _, _, own in spots for word in own}
    ways = {field: _ways_to_name(names, asked, parts=field == "publisher") for field, names in known.items()}
    at = 0
    while at < len(spots):
        step = 1
        for length in range(min(8, len(spots) - at), 0, -1):
            key = tuple(word for _, _, own in spots[at : at + length] for word in own)
            start, end = spots[at][0], spots[at + length - 1][1]
            fields = [field for field, names in ways.items() if names.get(key)]
            if fields:
                value = str(ways[fields[0]][key])
                yield _Name(start, end, fields[0], value, key == _key(value))
                step = length
                break
        at += step


def _ways_to_name(names: Iterable[str], asked: set[str], *, parts: bool) -> dict[tuple[str, ...], str | None]:
    """Return the names by their words, and by their last words where they are one name's alone; None for others."""
    full: dict[tuple[str, ...], str | None] = {}
    short: dict[tuple[str, ...], str | None] = {}
    for name in names:
        key = _key(name)
        if not key or key[-1] not in asked:
            continue
        full[key] = name
        for first in range(1, len(key)) if parts else [len(key) - 1] * (len(key) > 1):
            short[key[first:]] = None if key[first:] in short else name
    return short | full


def _key(name: str) -> tuple[str, ...]:
    own = tuple(words(name))
    return own[1:] if own[:1] == ("the",) else own


def _span(question: str, name: _Name, is_speaker: Callable[[str], bool]) -> tuple[int, int] | None:
    """Return where the words stand that make the name a source; None for a name that is mentioned otherwise."""
    before, after = question[: name.start], question[name.end :]
    is_outlet = name.field == "publisher"
    has_the = before.lower().endswith("the ")
    if not (name.is_full or question[name.start].isupper() or (is_outlet and has_the)):
        return None
    verb, own, marked = _VERB_AFTER.match(after), _OWN_AFTER.match(after), _MARKED_BEFORE.search(before)
    is_noun = question[name.start : name.end] in people_and_groups() and question != question.lower()
    may_say = not is_noun if is_outlet else name.is_full and not is_speaker(name.value)
    if verb and (may_say or not verb["say"]):
        end = name.end if verb["stays"] else name.end + verb.end()
        if asked := _ASKED_BEFORE.search(before):
            return asked.start(), end
        if told := _TOLD_BEFORE.search(before):
            return told.start(1), end
    start = name.start - 4 * has_the
    if own and (own.group().strip() or is_outlet):
        return start, name.end + len(own.group().rstrip())
    if marked and (is_outlet or marked["by"]):
        is_asked = marked["sure"] or _OF_ARTICLES.search(before + " " + after)
        is_name = name.is_full and (question[name.start].isupper() or question.islower())
        is_place = is_country(canonical(name.value).lower()) or _GOES_ON.match(after)
        if is_asked or (is_name and marked["out"] and marked["the"] and not is_place):
            return marked.start(), name.end
    return None
