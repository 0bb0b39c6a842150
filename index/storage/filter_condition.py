"""A Filter as a condition in SQL."""

from index.article import Filter


def filter_condition(filter: Filter) -> tuple[str, tuple[str, ...]]:
    """Return `(condition, parameters)` on the table `articles`; the condition is "1" where nothing is filtered.

    `Filter(publisher="The Gazette")` gives `("articles.publisher = ? COLLATE NOCASE", ("The Gazette",))`.
    """
    conditions = {
        "articles.published >= ?": filter.after.isoformat() if filter.after else None,
        "articles.published <= ?": filter.before.isoformat() if filter.before else None,
        "articles.publisher = ? COLLATE NOCASE": filter.publisher,
        "articles.author = ? COLLATE NOCASE": filter.author,
        "articles.id = ?": filter.article,
    }
    given = {condition: value for condition, value in conditions.items() if value is not None}
    return " AND ".join(given) or "1", tuple(given.values())
