"""How a quoted sentence is said: a clause of a very long one, and what a reader needs to know in brackets."""

import re

from assistant.answer import date_in_words
from assistant.answering.candidates import Candidate
from assistant.english.countries import canonical, government, is_country
from assistant.english.names import TITLES
from index.article import Article
from index.text.words import words

LONG = 320
"""Characters; of a longer sentence the clause with the answer is said."""

SHORTEST = 40
_CLAUSE_ENDS = re.compile(r";\s+|\s[—–]\s|,\s+(?=(?:but|while|whereas|although)\b)")
_PRONOUN = re.compile(
    r"(?:^(?:(?:But|And|Yet|Then|Later|Meanwhile),?\s+)?|[”\"’]\s+)(?P<it>He|She|It|They|he|she|it|they)\b(?![’'])"
)
_NAME = re.compile(r"[A-Z][\w’'-]*\w(?:(?:\s(?:of|the|de|van|von|al))*\s[A-Z][\w’'-]*\w)*")


def clause(text: str, marked: tuple[int, int]) -> tuple[int, int]:
    """The part of the sentence to quote, `(start, end)` in `text`: all of it unless it is very long."""
    if len(text) <= LONG:
        return 0, len(text)
    start = 0
    for found in [*_CLAUSE_ENDS.finditer(text), None]:
        end = found.start() if found else len(text)
        if start <= marked[0] and marked[1] <= end and end - start >= SHORTEST:
            return start, end
        start = found.end() if found else len(text)
    return 0, len(text)


def explained(text: str, candidate: Candidate, names: frozenset[str]) -> str | None:
    """The sentence with its pronoun explained in brackets, "He [Mr Lavrov] said …".

    None where the sentence before doesn't tell whom it means: it must begin with one name, its subject.
    """
    pronoun = _PRONOUN.search(text)
    meant = _subject(candidate.lead, names)
    if pronoun is None or meant is None:
        return None
    name = canonical(meant).lower()
    is_person = not is_country(name) and government(name) is None and not meant.isupper()
    if pronoun["it"].lower() in ("he", "she") and not is_person:
        return None
    return f"{text[: pronoun.end()]} [{meant}]{text[pronoun.end() :]}"


def dated(text: str, article: Article) -> str:
    """The sentence with its article's date in brackets, for answers that differ."""
    return f"{text} [{date_in_words(article)}]"


def _subject(lead: str, names: frozenset[str]) -> str | None:
    """The name that the sentence begins with; None for one of several ("X and Y") or an owner ("X's mill")."""
    found = _NAME.match(lead)
    if (
        found is None
        or re.match(r"[’']|\s(?:and|or)\b|,\s[A-Z]", lead[found.end() :])
        or re.search(r"[’']s?$", found.group())
    ):
        return None
    return _named(found.group(), names) or None


def _named(capitalised: str, names: frozenset[str]) -> str:
    """The capitalised words from the first on that is a name or a title: "Monday Noor Elstrand" is "Noor Elstrand"."""
    parts = capitalised.split(" ")
    known = [bool(set(words(part)) & names) for part in parts]
    begins = next((at for at, part in enumerate(parts) if known[at] or part.lower() in TITLES), len(parts))
    return " ".join(parts[begins:]) if any(known) else ""
