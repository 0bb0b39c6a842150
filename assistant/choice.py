"""Reads which articles a reader wants searched."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import date

from index.collection import Collection
from index.errors import QuestionError
from index.records import EVERYTHING, Filter

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


def _day(field: str, value: date | str | None) -> date | None:
    if value is None or isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value.strip())
    except ValueError as error:
        raise QuestionError(f"{field} is {value!r}, which is no day. Write it as 2024-03-05.") from error


def _name(collection: Collection, field: str, value: date | str | None) -> str | None:
    if value is None:
        return None
    wanted = " ".join(str(value).split()).casefold()
    names = collection.catalog.names(field)
    if found := next((name for name in names if name.casefold() == wanted), None):
        return found
    raise QuestionError(f"No article has the {field} {value!r}. There are {_some(names)}.")


def _article(collection: Collection, value: date | str | None) -> str | None:
    if value is None:
        return None
    found = collection.catalog.article(str(value))
    return found.id if found else collection.article(str(value)).id


def _some(names: list[str]) -> str:
    shown = ", ".join(sorted(names)[:5]) or "none"
    return f"{shown} and {len(names) - 5} more" if len(names) > 5 else shown
