"""Editorial notes in quoted sentences, in square brackets: "He [Mr Lavrov] said on Friday [21 January 2022] …"."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from assistant.answer import Span, date_in_words
from assistant.answering.candidates import Candidate
from assistant.english.countries import canonical, government, is_country
from assistant.english.names import TITLES
from assistant.english.relative_dates import resolve_dates
from index.article import Article
from index.remarks.nouns import groups_and_places
from index.remarks.parser import Parser
from index.text.words import words

LONG_SENTENCE = 320
"""Characters. Of a longer sentence, only the clause with the answer is quoted. Not measured."""

SHORTEST_CLAUSE = 40
"""Characters. A shorter clause isn't quoted alone. Not measured."""

_CLAUSE_ENDS = re.compile(r";\s+|\s[—–]\s|,\s+(?=(?:but|while|whereas|although)\b)")
_PRONOUN = re.compile(
    r"(?:^(?:(?:But|And|Yet|Then|Later|Meanwhile),?\s+)?|[”\"’]\s+)(?P<it>He|She|It|They|he|she|it|they)\b(?![’'])"
)
_NAME = re.compile(r"[A-Z][\w’'-]*\w(?:(?:\s(?:of|the|de|van|von|al))*\s[A-Z][\w’'-]*\w)*")


class Note(NamedTuple):
    """A note that stands after `text[:at]` of a quoted text; its own text has the brackets, " [21 January 2022]"."""

    at: int
    text: str


def with_notes(text: str, notes: Iterable[Note]) -> str:
    """Return the text with its notes put in."""
    parts, start = [], 0
    for at, note in sorted(notes):
        parts += [text[start:at], note]
        start = at
    return "".join([*parts, text[start:]])


def span_with_notes(span: Span, notes: Sequence[Note]) -> Span:
    """Return where a stretch of a text stands once the notes are put in."""
    start, end = span
    before = sum(len(note.text) for note in notes if note.at <= start)
    inside = sum(len(note.text) for note in notes if start < note.at < end)
    return start + before, end + before + inside


def clause_around(sentence: str, answer: Span) -> Span:
    """Return the stretch of the sentence to quote: all of it, or of a very long one the clause with the answer."""
    if len(sentence) <= LONG_SENTENCE:
        return 0, len(sentence)
    start = 0
    for separator in [*_CLAUSE_ENDS.finditer(sentence), None]:
        end = separator.start() if separator else len(sentence)
        if start <= answer[0] and answer[1] <= end and end - start >= SHORTEST_CLAUSE:
            return start, end
        start = separator.end() if separator else len(sentence)
    return 0, len(sentence)


def relative_date_notes(
    sentence: str, published: date | None, parser: Parser | None, part: Span | None = None
) -> list[Note]:
    """Return the notes on relative dates in the sentence, each date once: "on Friday" gets " [21 January 2022]".

    With `part`, only notes within that stretch are returned, and they count from its start. An undated article has
    none. Weekdays and months need a parser.
    """
    start, end = part or (0, len(sentence))
    notes: dict[str, Note] = {}
    for each in resolve_dates(sentence, published, parser) if published else []:
        if start <= each.start and each.end <= end:
            notes.setdefault(each.meaning, Note(each.end - start, f" [{each.meaning}]"))
    return list(notes.values())


def pronoun_note(quote: str, candidate: Candidate, names: frozenset[str]) -> Note | None:
    """Return the note that names whom the pronoun at the head of the quotation means: "He" gets " [Mr Lavrov]".

    None where the sentence before doesn't settle it: that must begin with one name, its subject, which is no person's
    for "it", and for "he" and "she" it must name no other person.
    """
    pronoun = _PRONOUN.search(quote)
    name = _subject(candidate.lead, names)
    if pronoun is None or name is None:
        return None
    meant = pronoun["it"].lower()
    if meant == "it" and _may_be_person(name) and words(name)[-1] not in groups_and_places():
        return None
    others = candidate.lead[candidate.lead.index(name) + len(name) :]
    if meant in ("he", "she") and not (_may_be_person(name) and not any(_persons(others, names))):
        return None
    return Note(pronoun.end(), f" [{name}]")


def _may_be_person(name: str) -> bool:
    plain = canonical(name).lower()
    return not is_country(plain) and government(plain) is None and not name.isupper()


def _persons(text: str, names: frozenset[str]) -> Iterator[str]:
    """Yield the names in a text that may be persons'."""
    for match in _NAME.finditer(text):
        if (name := _name_in(match.group(), names)) and _may_be_person(name):
            yield name


def publication_note(quote: str, article: Article) -> Note:
    """Return the note with the article's date at the end of the quotation, for answers that differ by date."""
    return Note(len(quote), f" [{date_in_words(article)}]")


def _subject(sentence: str, names: frozenset[str]) -> str | None:
    """Return the name that begins the sentence; None for one of several ("X and Y") or an owner ("X's mill")."""
    match = _NAME.match(sentence)
    if (
        match is None
        or re.match(r"[’']|\s(?:and|or)\b|,\s[A-Z]", sentence[match.end() :])
        or re.search(r"[’']s?$", match.group())
    ):
        return None
    return _name_in(match.group(), names) or None


def _name_in(capitalised: str, names: frozenset[str]) -> str:
    """Return the words from the first name or title on: "Noor Elstrand" of "Monday Noor Elstrand"."""
    parts = capitalised.split(" ")
    known = [bool(set(words(part)) & names) for part in parts]
    begin = next((at for at, part in enumerate(parts) if known[at] or part.lower() in TITLES), len(parts))
    return " ".join(parts[begin:]) if any(known) else ""
