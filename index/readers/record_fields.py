"""Makes an article of an object's or a row's fields, whose names differ from system to system."""

import hashlib
import re
from collections.abc import Iterable

from index.article import Draft
from index.errors import ReadError
from index.readers import html_fragment
from index.readers.draft import make_draft
from index.text import dates
from index.text.cleaning import normalise

MOST_CHARACTERS_OF_KEY = 200

_FIELDS = {
    "title": "title headline posttitle articletitle name".split(),
    "text": """articlebody fulltext articletext maintext bodytext body text content article posttext postcontent
    contentencoded contenthtml bodyhtml contenttext""".split(),
    "url": "url canonicalurl permalink link articleurl weburl".split(),
    "published": """published publishedat publishedon publisheddate datepublished publicationdate publishdate pubdate
    firstpublished firstpublishedat publicationtime publishedtime issued date postdate""".split(),
    "author": "author authors byline creator articleauthor".split(),
    "publisher": "publisher outlet sitename newspaper source".split(),
    "language": "language lang inlanguage".split(),
    "id": "id guid uuid articleid postid".split(),
}
"""Maps a field to the names that systems give it, without capitals and marks, the surest first.

Dates of an update, a crawl or the row in the database ("updated", "scraped", "created") are left out.
"""

_ALL_NAMES = frozenset(name for names in _FIELDS.values() for name in names)

_INNER = "rendered name text value content $oid $date $numberLong @value #text".split()
"""Where a field that is an object has its text: in WordPress, schema.org, editors with blocks, MongoDB."""

_LANGUAGE = re.compile(r"([a-z]{2})(?:[-_]|\Z)", re.ASCII | re.IGNORECASE)
_SURROGATE = re.compile("[\ud800-\udfff]")


def article(record: object, name: str) -> Draft:
    """Return the article that a record is, out of the file `name`. A date that can't be read leaves it undated.

    Raises ReadError for a record that isn't an object, and for one without a text.
    """
    if not isinstance(record, dict):
        raise ReadError("This is not an object with fields. Give each article as one.")
    while len(record) == 1 and isinstance(only := next(iter(record.values())), dict):
        record = only
    fields: dict[str, object] = {}
    for field, value in record.items():
        fields.setdefault(plain_name(field), value)
    title = html_fragment.fragment_line(_field(fields, "title"))
    blocks = html_fragment.fragment_paragraphs(_field(fields, "text", "\n\n"))
    if not any(character.isalnum() for block in blocks for character in block):
        raise ReadError(without_text(record, title))
    url, author = _field(fields, "url"), _field(fields, "author")
    published = dates.day(_field(fields, "published"))
    language = _LANGUAGE.match(_field(fields, "language"))
    return make_draft(
        title,
        blocks,
        name,
        url=url,
        publisher=_field(fields, "publisher"),
        author=author if re.search(r"[^\W\d_]", author) else None,  # WordPress gives a number
        published=published,
        published_by="field" if published else None,
        language=language[1].lower() if language else None,
        key=_key(_field(fields, "id") or url, title, blocks),
    )


def count_known_fields(names: Iterable[str]) -> int:
    """Return how many of the names belong to fields that are read."""
    return len(_ALL_NAMES.intersection(map(plain_name, names)))


def may_hold_text(name: str) -> bool:
    """Return True if a field of that name is an article's text."""
    return plain_name(name) in _FIELDS["text"]


def plain_name(name: str) -> str:
    """Return the name without capitals and marks: "full_text", "Full Text" and "fullText" are "fulltext"."""
    return re.sub(r"[\W_]+", "", name).lower()


def _field(fields: dict[str, object], kind: str, between: str = ", ") -> str:
    """Return the first field of that kind that isn't empty, as text."""
    return next((text for name in _FIELDS[kind] if (text := _as_text(fields.get(name), between).strip())), "")


def _as_text(value: object, between: str) -> str:
    if isinstance(value, str):
        return _SURROGATE.sub("\ufffd", value)
    if isinstance(value, dict):
        return next((text for name in _INNER if (text := _as_text(value.get(name), between))), "")
    if isinstance(value, list):
        return between.join(filter(None, (_as_text(part, between) for part in value)))
    return "" if value is None or isinstance(value, bool) else str(value)


def _key(id_or_url: str, title: str, blocks: list[str]) -> str:
    """Return the key by which articles of one export differ: id or address on one line, or a hash of title and text."""
    key = " ".join(normalise(id_or_url).split())
    if 0 < len(key) <= MOST_CHARACTERS_OF_KEY:
        return key
    return hashlib.sha256((key or "\n".join([title, *blocks])).encode()).hexdigest()


def without_text(record: Iterable[str], title: str = "") -> str:
    """Return the message for a record of which no field is a text."""
    names = ", ".join(" ".join(normalise(_as_text(name, "")).split())[:40] for name in list(record)[:20] if name)
    lacks = "A title without a text is no article" if title else "There is neither a title nor a text"
    return f"{lacks}. The fields are {names or 'none'}; call one of them {' or '.join(_FIELDS['text'][:5])}."
