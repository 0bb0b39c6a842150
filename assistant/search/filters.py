"""Decides which articles to search: by the filter that is given, and by restrictions in the question itself."""

from collections.abc import Callable, Iterable, Mapping
from collections.abc import Collection as Names
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from functools import partial
from textwrap import shorten

from assistant.english.periods import Guess, find_periods, without_restrictions
from assistant.search.named_sources import named_sources
from index.article import EVERYTHING, Filter
from index.collection import Collection
from index.errors import CollectionError, QuestionError
from index.remarks.parser import Parser

LONGEST = 1_000
"""Characters of a question; in a longer one no restriction is looked for."""

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
    """A question without the words that restrict the articles, the restrictions, and the filter that they make.

    `empty` are the restrictions that would leave no article; they aren't applied, and their words stay, but not in
    `without_empty`.
    """

    question: str
    guesses: tuple[Guess, ...]
    filter: Filter
    empty: tuple[Guess, ...]
    without_empty: str

    @property
    def has_source(self) -> bool:
        """True if an outlet or an author is among the restrictions."""
        return any(guess.field != "dates" for guess in (*self.guesses, *self.empty))


def apply_restrictions(
    collection: Collection,
    question: str,
    filter: Filter,
    today: date,
    ignore: Names[str] = (),
    *,
    is_lasting: bool = False,
) -> Narrowed:
    """Return the question with its own restrictions ("last week", "according to Reuters") moved into the filter.

    A restriction is ignored if `filter` has that field already. Those of the fields in `ignore` ("dates", "publisher",
    "author") are taken out of the question, but not applied. What `is_lasting`, such as who holds an office, may have
    been reported long before a period, so that only the end of that counts. "In March" is the latest March, or else,
    if nothing was published then, the latest one with articles.
    """
    guesses: list[Guess] = []
    left_out: list[Guess] = []
    empty: list[Guess] = []
    catalog, parser = collection.catalog, collection.parser
    may_speak = partial(is_speaker, collection)
    for guess in find_restrictions(
        question, today, catalog.names("publisher"), catalog.names("author"), may_speak, parser
    ):
        if guess.any_year and not catalog.passage_ids(with_guess(filter, guess), most=1):
            guess = _in_archive(guess, question, collection, filter)
        if is_lasting and guess.before:
            guess = replace(guess, after=None)
        narrower = with_guess(filter, guess)
        given = (filter.after or filter.before) if guess.field == "dates" else getattr(filter, guess.field)
        is_first = guess.field not in {other.field for other in guesses}
        if guess.field in ignore:
            left_out.append(guess)
        elif given and is_first:
            continue
        elif catalog.passage_ids(narrower, most=1):
            guesses.append(guess)
            filter = narrower
        else:
            empty.append(guess)
    applied = [*guesses, *left_out]
    narrowed, without_empty = (without_restrictions(question, each) for each in (applied, [*applied, *empty]))
    return Narrowed(narrowed, tuple(guesses), filter, tuple(empty), without_empty)


def _in_archive(guess: Guess, question: str, collection: Collection, filter: Filter) -> Guess:
    """Return the latest period of the same name from which there are articles: "in March" of any year."""
    span = collection.catalog.publication_span(filter)
    days = [min(span[1], date(year, 12, 31)) for year in range(span[1].year, span[0].year - 1, -1)] if span else []
    for day in days:
        for then in find_periods(question, day, collection.parser):
            if then.start == guess.start and collection.catalog.passage_ids(with_guess(filter, then), most=1):
                return then
    return guess


def find_restrictions(
    question: str,
    today: date,
    publishers: Iterable[str] = (),
    authors: Iterable[str] = (),
    is_speaker: Callable[[str], bool] = lambda name: False,
    parser: Parser | None = None,
) -> list[Guess]:
    """Return the periods, the outlet and the author to which the question restricts itself, in its order.

    Who `is_speaker` is asked for what they say, and not for their articles.
    """
    if len(question) > LONGEST:
        return []
    found = find_periods(question, today, parser)
    for guess in named_sources(question, publishers, authors, is_speaker):
        if all(guess.end <= other.start or other.end <= guess.start for other in found):
            found.append(guess)
    return sorted(found, key=lambda guess: guess.start)


def is_speaker(collection: Collection, name: str) -> bool:
    """Return whether articles report what somebody of this name said."""
    return bool(collection.catalog.find_remarks([name]))


def with_guess(filter: Filter, guess: Guess) -> Filter:
    """Return the filter narrowed down to what the guess says."""
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
