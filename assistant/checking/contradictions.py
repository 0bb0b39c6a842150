"""Contradictions between a statement and the sentences that it is made from, each explained to a reader.

Only plain contradictions are found; a different wording may mean the same.
"""

import re
from collections.abc import Iterator, Sequence

from assistant.checking.changed_words import order_problem, replacement_problem
from assistant.checking.content_words import NO_NAMES, Evidence, content_keys, speaking_countries, words_of
from assistant.english.countries import canonical, government, is_country
from assistant.english.quantities import agrees_with_any, quantities
from assistant.english.reported_speech import speech_acts, speech_kind
from index.text.calendar_words import MONTH_ABBREVIATIONS, MONTHS
from index.text.words import words

_CAPITALISED = re.compile(r"(?<![.!?:] )(?<!^)(?<=[\w,;(’'–—-] )[A-Z][^\W\d_]+(?:[-’'](?!s\b)[^\W\d_]+)*(?!\d)")
_MONTHS = frozenset(name for name in MONTH_ABBREVIATIONS if len(name) == 3)
_QUOTED = re.compile(r"“([^“”]+)”|(?<!\w)\"([^\"]+)\"(?!\w)")
_OPPOSITES = {"confirm": "deny", "deny": "confirm"}
_NOUNS = {"confirm": "a confirmation", "deny": "a denial"}

_ATTRIBUTED = re.compile(r"\b(?:according to|in the words of|in \w+[’']s? (?:view|account|words))\b", re.IGNORECASE)

LONG_NAME = 6
"""Letters from which on two forms of a name may end differently: "Scottish", "Scotland". Not measured."""

_SAID_BEFORE = re.compile(r"[,”\"’]\s*(?:\S+\s+){0,6}$")
"""Matches text before a verb of speech that ends a quotation: “…,” Ms Roake (said)."""

BRIEF = 3
"""If at least this many content words follow the verb, they are the reported statement. Not measured."""

SPOKEN = 0.3
"""Share of a reported statement's words that a sentence must have to be the report of it. Not measured."""


def contradiction(
    statement: str, evidence: Sequence[Evidence], around: str, names: frozenset[str], *, reworded: bool = False
) -> str:
    """Return why the evidence contradicts a statement that is made from it; empty if it doesn't.

    `around` is the text from which the statement may take numbers, names and quotations: the passage and its headline.
    A `reworded` one, which a model takes to follow, may also name a city's country and say "half" for 6 of 12.
    """
    findings = (
        _unknown_quotation(statement, around),
        _unknown_number(statement, around, reworded),
        _unknown_name(statement, around, reworded),
        _wrong_speaker(statement, evidence, names),
        *(_stated_as_fact(statement, each, names) for each in evidence),
        *(replacement_problem(statement, each.text, names) or order_problem(statement, each.text) for each in evidence),
        replacement_problem(statement, " ".join(each.text for each in evidence), names),
    )
    return next((finding for finding in findings if finding), "")


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
    known = {*words(around), *words(canonical(around)), *_initials(around), *speaking_countries(around)}
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


def _initials(text: str) -> Iterator[str]:
    for run in re.findall(r"(?:[A-Z][\w-]+ (?:(?:of|the|and|for) )*)+[A-Z][\w-]+", text):
        letters = "".join(word[0] for word in run.split() if word[0].isupper()).lower()
        yield from (letters[start:end] for start in range(len(letters)) for end in range(start + 2, len(letters) + 1))


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


def _wrong_speaker(statement: str, evidence: Sequence[Evidence], names: frozenset[str]) -> str:
    """Return a message if another speaker, or the opposite act, is reported in the evidence; else empty."""
    for act in speech_acts(statement, "", names):
        reported_words = content_keys(statement) - content_keys(" ".join(act.speakers))
        shared = {each: len(reported_words & content_keys(each.text)) for each in evidence}
        sources = sorted(evidence, key=lambda each: shared[each], reverse=True)
        sources = [each for each in sources if shared[each] >= SPOKEN * len(reported_words)] or sources[:1]
        reported = [other for each in sources for other in speech_acts(each.text, each.lead, names)]
        speakers = {speaker for other in reported for speaker in other.speakers}
        there = {word for each in sources for word in words(canonical(f"{each.lead} {each.text}"))}
        unnamed = any(content_keys(_subject(each.text)) - content_keys(statement) for each in sources)
        if reported and act.speakers and (speakers or unnamed) and act.speakers.isdisjoint(speakers | there):
            speaker = _named(act.speakers, [Evidence(statement)])
            return f"In the passages {_named(speakers, sources)} says so, not {speaker}."
        kinds = {other.kind for other in reported}
        opposite = _OPPOSITES.get(act.kind)
        if opposite in kinds and act.kind not in kinds:
            return f"The passages report {_NOUNS[str(opposite)]}, not {_NOUNS[act.kind]}."
    return ""


def _stated_as_fact(statement: str, evidence: Evidence, names: frozenset[str]) -> str:
    """Return a message if the statement presents as a fact what somebody only says in the evidence; else empty."""
    if speech_acts(statement, "", names) or _ATTRIBUTED.search(statement):
        return ""
    stated = content_keys(statement)
    for verb in re.finditer(r"[a-z]+", evidence.text):
        if speech_kind(verb.group()) in (None, "confirm"):
            continue
        earlier, later = evidence.text[: verb.start()], evidence.text[verb.end() :]
        before, after = content_keys(earlier), content_keys(later)
        is_before = _SAID_BEFORE.search(earlier) and len(after) < BRIEF and not later.startswith(" that ")
        reported = before - after if is_before else after - before
        if 2 * len(stated & reported) >= len(stated):
            return f"The passages don't state this as fact: somebody “{verb.group()}” it."
    return ""


def _subject(sentence: str) -> str:
    """Return the text before the sentence's first verb of speech."""
    verb = next((match for match in re.finditer(r"[a-z]+", sentence) if speech_kind(match.group())), None)
    return sentence[: verb.start()] if verb else ""


def _named(speakers: frozenset[str] | set[str], sources: Sequence[Evidence]) -> str:
    some = [word for each in sources for word in words_of(f"{each.lead} {each.text}") if word.text[0].isupper()]
    named = [word.text for word in some if {*words(canonical(word.text)), government(word.text.lower())} & speakers]
    return " ".join(dict.fromkeys(named)) or "somebody else"
