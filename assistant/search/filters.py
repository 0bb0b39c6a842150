"""Reads which articles a reader wants searched: as given, or as the question's own words tell."""

from collections.abc import Collection as Names
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from textwrap import shorten

from assistant.english.periods import Guess, find_restrictions, without_restrictions
from index.article import EVERYTHING, Filter
from index.collection import Collection
from index.errors import CollectionError, QuestionError

FIELDS = [field.name for field in fields(Filter)]


def read_filter(collection: Collection, wanted: Mapping[str, date | str | None]) -> Filter:
    """The filter of those FIELDS; empty ones count as not given.

    Raises QuestionError for another field, for what is no day, and for a publisher, author or article that isn't there.
    """
    given = {field: value for field, value in wanted.items() if value}
    unknown = [field for field in given if field not in FIELDS]
    if unknown:
        raise QuestionError(f"{unknown[0]} is nothing that articles are chosen by. Give one of {', '.join(FIELDS)}.")
    if not given:
        return EVERYTHING
    after, before = _day("after", given.get("after")), _day("before", given.get("before"))
    if after and before and after > before:
        raise QuestionError(f"There is no day after {after} and before {before}. Exchange the two.")
    return Filter(
        after=after,
        before=before,
        publisher=_name(collection, "publisher", given.get("publisher")),
        author=_name(collection, "author", given.get("author")),
        article=_article(collection, given.get("article")),
    )


@dataclass(frozen=True, slots=True)
class Narrowed:
    """A question less the words that only say which articles are meant, and what was understood of these."""

    question: str
    guesses: tuple[Guess, ...]
    wanted: Filter


def narrow(collection: Collection, question: str, wanted: Filter, today: date, ignore: Names[str] = ()) -> Narrowed:
    """Return what the question itself says of the articles meant ("last week", "according to Reuters").

    A field that `wanted` has already isn't guessed, nor one that would leave no article. Guesses of the fields in
    `ignore` ("dates", "publisher", "author") aren't applied, but their words are taken out of the question too.
    """
    guesses: list[Guess] = []
    left_out: list[Guess] = []
    names = collection.catalog.names
    for guess in find_restrictions(question, today, names("publisher"), names("author")):
        narrower = _with(wanted, guess)
        given = (wanted.after or wanted.before) if guess.field == "dates" else getattr(wanted, guess.field)
        is_first = guess.field not in {other.field for other in guesses}
        if guess.field in ignore:
            left_out.append(guess)
            continue
        if given and is_first:
            continue
        if collection.catalog.passage_ids(narrower, most=1):
            guesses.append(guess)
            wanted = narrower
    return Narrowed(without_restrictions(question, [*guesses, *left_out]), tuple(guesses), wanted)


def _with(wanted: Filter, guess: Guess) -> Filter:
    if guess.field != "dates":
        return replace(wanted, **{str(guess.field): guess.value})  # type: ignore[arg-type]
    starts, ends = [wanted.after, guess.after], [wanted.before, guess.before]
    return replace(
        wanted,
        after=max((day for day in starts if day), default=None),
        before=min((day for day in ends if day), default=None),
    )


def _day(field: str, value: date | str | None) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if value is None or isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value.strip())
    except ValueError as error:
        raise QuestionError(f"{field} is {_short(value)!r}, which is no day. Write it as 2024-03-05.") from error


def _name(collection: Collection, field: str, value: date | str | None) -> str | None:
    if value is None:
        return None
    wanted = " ".join(str(value).split()).casefold()
    names = collection.catalog.names(field)
    if found := next((name for name in names if name.casefold() == wanted), None):
        return found
    raise QuestionError(f"No article has the {field} {_short(str(value))!r}. There are {_some(names)}.")


def _article(collection: Collection, value: date | str | None) -> str | None:
    if value is None:
        return None
    found = collection.catalog.article(str(value))
    try:
        return found.id if found else collection.article(str(value)).id
    except CollectionError as error:
        raise QuestionError(f"No article is {_short(str(value))!r}. Give its id or URL.") from error


def _some(names: list[str]) -> str:
    shown = ", ".join(map(_short, sorted(names)[:5])) or "none"
    return f"{shown} and {len(names) - 5} more" if len(names) > 5 else shown


def _short(name: str) -> str:
    return shorten(name, 60, placeholder=" …")
