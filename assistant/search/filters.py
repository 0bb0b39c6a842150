"""Decides which articles to search: by the filter that is given, and by restrictions in the question itself."""

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


def parse_filter(collection: Collection, filter: Mapping[str, date | str | None]) -> Filter:
    """Return the filter with these FIELDS; empty values count as not given.

    Raises QuestionError for an unknown field, for an invalid date, and for a publisher, author or article that
    the collection doesn't have.
    """
    given = {field: value for field, value in filter.items() if value}
    unknown = [field for field in given if field not in FIELDS]
    if unknown:
        raise QuestionError(f"{unknown[0]} is not a filter. The filters are {', '.join(FIELDS)}.")
    if not given:
        return EVERYTHING
    after, before = _day("after", given.get("after")), _day("before", given.get("before"))
    if after and before and after > before:
        raise QuestionError(f"after is {after}, which is later than before, {before}. Swap the two dates.")
    return Filter(
        after=after,
        before=before,
        publisher=_name(collection, "publisher", given.get("publisher")),
        author=_name(collection, "author", given.get("author")),
        article=_article(collection, given.get("article")),
    )


@dataclass(frozen=True, slots=True)
class Narrowed:
    """A question without the words that restrict the articles, the restrictions, and the filter that they make."""

    question: str
    guesses: tuple[Guess, ...]
    filter: Filter


def apply_restrictions(
    collection: Collection, question: str, filter: Filter, today: date, ignore: Names[str] = ()
) -> Narrowed:
    """Return the question with its own restrictions ("last week", "according to Reuters") moved into the filter.

    A restriction is ignored if `filter` has that field already, or if no article would be left. Those of the fields in
    `ignore` ("dates", "publisher", "author") are taken out of the question, but not applied.
    """
    guesses: list[Guess] = []
    left_out: list[Guess] = []
    names = collection.catalog.names
    for guess in find_restrictions(question, today, names("publisher"), names("author"), collection.parser):
        narrower = _with(filter, guess)
        given = (filter.after or filter.before) if guess.field == "dates" else getattr(filter, guess.field)
        is_first = guess.field not in {other.field for other in guesses}
        if guess.field in ignore:
            left_out.append(guess)
            continue
        if given and is_first:
            continue
        if collection.catalog.passage_ids(narrower, most=1):
            guesses.append(guess)
            filter = narrower
    return Narrowed(without_restrictions(question, [*guesses, *left_out]), tuple(guesses), filter)


def _with(filter: Filter, guess: Guess) -> Filter:
    if guess.field != "dates":
        return replace(filter, **{str(guess.field): guess.value})  # type: ignore[arg-type]
    starts, ends = [filter.after, guess.after], [filter.before, guess.before]
    return replace(
        filter,
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
        raise QuestionError(f"{field} is {_short(value)!r}, which is not a date. Write it as 2024-03-05.") from error


def _name(collection: Collection, field: str, value: date | str | None) -> str | None:
    if value is None:
        return None
    given = " ".join(str(value).split()).casefold()
    names = collection.catalog.names(field)
    if match := next((name for name in names if name.casefold() == given), None):
        return match
    known = f"Give one of these: {_some(names)}." if names else f"No article has a known {field}."
    raise QuestionError(f"No article has the {field} {_short(str(value))!r}. {known}")


def _article(collection: Collection, value: date | str | None) -> str | None:
    if value is None:
        return None
    article = collection.catalog.article(str(value))
    try:
        return article.id if article else collection.article(str(value)).id
    except CollectionError as error:
        raise QuestionError(
            f"No article has the id or URL {_short(str(value))!r}. Give that of an article in the collection."
        ) from error


def _some(names: list[str]) -> str:
    shown = ", ".join(map(_short, sorted(names)[:5]))
    return f"{shown} and {len(names) - 5} more" if len(names) > 5 else shown


def _short(name: str) -> str:
    return shorten(name, 60, placeholder=" …")
