"""Which nouns are people, groups and places."""

from functools import cache

from index.text.word_lists import word_list


@cache
def people() -> frozenset[str]:
    """Return nouns for people, in lower case, as are all of these."""
    return _table("people.txt")


@cache
def people_and_groups() -> frozenset[str]:
    """Return nouns for people and groups of people."""
    return people() | _table("groups.txt")


@cache
def groups_and_places() -> frozenset[str]:
    """Return nouns and names of groups and places."""
    return _table("groups_and_places.txt")


def _table(name: str) -> frozenset[str]:
    return frozenset(word_list("index.remarks", name))
