"""Contradictions between a statement and the sentences that it is made from, each explained to a reader.

Only plain contradictions are found; a different wording may mean the same.
"""

import re
from collections.abc import Iterator, Sequence

from assistant.checking.changed_words import order_problem, replacement_problem
from assistant.checking.content_words import NO_NAMES, Evidence, initials, speaking_countries, words_of
from assistant.checking.speech import speech_problem
from assistant.english.countries import canonical, is_country
from assistant.english.quantities import agrees_with_any, quantities
from index.remarks.parser import Parser
from index.text.calendar_words import MONTH_ABBREVIATIONS, MONTHS
from index.text.words import words

_CAPITALISED = re.compile(r"(?<![.!?:] )(?<!^)(?<=[\w,;(’'–—-] )[A-Z][^\W\d_]+(?:[-’'](?!s\b)[^\W\d_]+)*(?!\d)")
_MONTHS = frozenset(name for name in MONTH_ABBREVIATIONS if len(name) == 3)
_QUOTED = re.compile(r"“([^“”]+)”|(?<!\w)\"([^\"]+)\"(?!\w)")

LONG_NAME = 6
"""Letters from which on two forms of a name may end differently: "Scottish", "Scotland". Not measured."""


def contradiction(
    statement: str,
    evidence: Sequence[Evidence],
    around: str,
    names: frozenset[str],
    parser: Parser | None = None,
    *,
    reworded: bool = False,
) -> str:
    """Return why the evidence contradicts a statement that is made from it; empty if it doesn't.

    `around` is the text from which the statement may take numbers, names and quotations: the passage and its headline.
    Without a `parser` who says what isn't compared. A `reworded` statement, which a model takes to follow, may also
    name a city's country and say "half" for 6 of 12.
    """
    findings = _findings(statement, evidence, around, names, parser, reworded)
    return next((finding for finding in findings if finding), "")


def _findings(
    statement: str,
    evidence: Sequence[Evidence],
    around: str,
    names: frozenset[str],
    parser: Parser | None,
    reworded: bool,
) -> Iterator[str]:
    yield _unknown_quotation(statement, around)
    yield _unknown_number(statement, around, reworded)
    yield _unknown_name(statement, around, reworded)
    if parser is not None:
        yield speech_problem(statement, evidence, parser)
    for each in evidence:
        yield replacement_problem(statement, each.text, names) or order_problem(statement, each.text)
    yield replacement_problem(statement, " ".join(each.text for each in evidence), names)


def _unknown_quotation(statement: str, around: str) -> str:
    known = _letters(around)
    for match in _QUOTED.finditer(statement):
        quotation = (match.group(1) or match.group(2)).strip()
        if _letters(quotation) not in known:
            return f"The passages don't have the words “{quotation}”."
    return ""


def _letters(text: str) -> str:
    return f" {' '.join(words(text))} "


def _unknown_number(statement: str, around: str, reworded: bool) -> str:
    known = quantities(around)
    for quantity in quantities(statement):
        if reworded and not any(map(str.isdigit, quantity.text)):
            continue
        if not quantity.is_small and not agrees_with_any(quantity, known):
            return f"The passages don't say {quantity.text}."
    return ""


def _unknown_name(statement: str, around: str, reworded: bool) -> str:
    known = {*words(around), *words(canonical(around)), *initials(around), *speaking_countries(around)}
    plain = canonical(statement)
    unknown = [name for name in _names_of(plain) if not _is_known(name, known)]
    if reworded:
        unknown = [name for name in unknown if not is_country(name.lower()) and name.lower() not in MONTHS]
    if not unknown:
        return ""
    as_written = [name for name in _names_of(statement) if name in unknown or name not in plain]
    return f"The passages don't name {(as_written or unknown)[0]}."


def _is_known(name: str, known: set[str]) -> bool:
    return all(word in known or _is_form(word, known) for word in words(name))


def _is_form(word: str, known: set[str]) -> bool:
    """Return True if a longer word begins like a known one: "Scottish" like "Scotland"."""
    if word[:3] in _MONTHS:
        return any(other.startswith(word[:3]) for other in known if other[:3] in _MONTHS)
    start = word[: LONG_NAME - 2]
    return len(start) == LONG_NAME - 2 and any(
        other.startswith(start) and max(len(word), len(other)) >= LONG_NAME for other in known
    )


def _names_of(text: str) -> list[str]:
    """Return the words that are certainly names: capitalised inside a sentence, or a country's."""
    names = _CAPITALISED.findall(text)
    names += [word.text for word in words_of(text)[:1] if is_country(canonical(word.text).lower())]
    return [name for name in names if name.lower() not in NO_NAMES]
