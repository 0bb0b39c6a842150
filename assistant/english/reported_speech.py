"""Reported speech in a sentence that isn't in the index, such as a chat model's, decided by the order of words."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from assistant.english.countries import canonical, government, is_country
from assistant.english.names import TITLES
from index.text.calendar_words import MONTHS, WEEKDAYS
from index.text.words import stem, words

_VERBS = {
    "deny": "deny reject refute dismiss dispute disavow",
    "accuse": "accuse blame",
    "warn": "warn caution",
    "promise": "promise pledge vow",
    "predict": "predict forecast",
    "confirm": "confirm admit acknowledge concede",
    "say": "say said says state tell told claim announce add declare insist reaffirm repeat suggest argue explain note "
    "describe call hail demand urge",
}
_KINDS = {stem(verb): kind for kind, verbs in _VERBS.items() for verb in verbs.split()}

_CUES = {
    "deny": re.compile(
        r"\b(?:never|nothing|false|untrue|baseless|unfounded|groundless|rul(?:es|ed|ing) out"
        r"|no (?:plans?|intentions?|role|part|knowledge|evidence|truth|links?|ties|involvement|wish|interest)"
        r"|(?:has|have|had|was|were|is|are|did)(?: not|n[’']t)(?! (?:say|comment|answer|recall|remember|know)))\b",
        re.IGNORECASE,
    ),
    "promise": re.compile(r"\b(?:will|would|guarantee\w*)\b", re.IGNORECASE),
    "predict": re.compile(r"\b(?:will|would|expect\w*)\b", re.IGNORECASE),
    "warn": re.compile(r"\b(?:risks?|dangers?|threat\w*|unless|could)\b", re.IGNORECASE),
}
_TOKEN = re.compile(r"[A-Za-zÀ-ɏ][\wÀ-ɏ-]*|[“”\",]")
_POSSESSIVE = re.compile(r"[’']s?\b")
_PRONOUNS = frozenset("he she they it".split())
BEFORE_VERBS = frozenset("has have had also later then again repeatedly been".split())
BEFORE_PLACES = frozenset("in at from near to into outside inside around across through via".split())
_BE = frozenset("is are was were be been being".split())
PARTICIPLE = re.compile(r"\w+ed|said|told", re.IGNORECASE)
_NEGATIONS = frozenset("not never neither nor didn doesn hasn haven hadn won wouldn declined refused".split())
_DAYS_AND_MONTHS = frozenset({*MONTHS, *WEEKDAYS})


@dataclass(frozen=True, slots=True)
class Act:
    """One act of reported speech: its kind ("say", "deny", …) and the words of the speakers' names, if known."""

    kind: str
    speakers: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    start: int
    possessive: bool


def speech_kind(word: str) -> str | None:
    """Return the kind of speech that a verb reports ("denied" gives "deny"), None for any other word."""
    return _KINDS.get(stem(word.lower()))


def speech_acts(sentence: str, lead: str, names: frozenset[str]) -> list[Act]:
    """Return the acts of speech in a sentence.

    `names` are the words in it that are names; `lead` is the earlier sentence that shows whom a pronoun means. A
    negated statement that somebody is reported to make counts as a denial as well; "did not deny" is no denial.
    """
    before = [act.speakers for act in _acts(lead, frozenset(), names) if act.speakers]
    antecedent = before[0] if before else _first_name(_tokens(canonical(lead)), names)
    own = list(_acts(sentence, antecedent, names))
    return own + [Act("say", act.speakers) for act in own]


def _acts(sentence: str, antecedent: frozenset[str], names: frozenset[str]) -> Iterator[Act]:
    text = canonical(sentence)
    tokens = _tokens(text)
    for at, token in enumerate(tokens):
        kind = speech_kind(token.text) if token.text.islower() else None
        if kind is None or any(before.text.lower() in _NEGATIONS for before in tokens[max(0, at - 3) : at]):
            continue
        speakers = _speaker(tokens, at, antecedent, names)
        yield Act(kind, speakers)
        if kind in ("say", "confirm"):
            stated_before = at + 1 == len(tokens) or any(mark in text[: token.start] for mark in '”"')
            content = text if stated_before else text[token.start :]
            yield from (Act(implied, speakers) for implied, cue in _CUES.items() if cue.search(content))


def _tokens(text: str) -> list[_Token]:
    return [
        _Token(match.group(), match.start(), _POSSESSIVE.match(text, match.end()) is not None)
        for match in _TOKEN.finditer(text)
    ]


def _speaker(tokens: list[_Token], verb: int, antecedent: frozenset[str], names: frozenset[str]) -> frozenset[str]:
    if _is_passive(tokens, verb, names):
        return _speaker_by(tokens, verb, names)
    return _speaker_after(tokens, verb, names) or _speaker_before(tokens, verb, antecedent, names)


def _is_passive(tokens: list[_Token], verb: int, names: frozenset[str]) -> bool:
    """Return True for a verb in the passive: "was (repeatedly) told", "denied by Mr Lavrov"."""
    if not PARTICIPLE.fullmatch(tokens[verb].text):
        return False
    before = [token.text.lower() for token in tokens[max(0, verb - 2) : verb]]
    if before and before[-1].endswith("ly"):
        before.pop()
    after = tokens[verb + 1 : verb + 3]
    is_by_name = len(after) == 2 and (_is_name(after[1], names) or after[1].text.lower() in TITLES)
    return not _BE.isdisjoint(before[-1:]) or (is_by_name and after[0].text == "by")


def _speaker_by(tokens: list[_Token], verb: int, names: frozenset[str]) -> frozenset[str]:
    """Return the name soon after the verb and "by": "was denied on Friday by the minister, Ada Lund"."""
    by = next((at for at in range(verb + 1, min(verb + 4, len(tokens))) if tokens[at].text == "by"), len(tokens))
    name = next((at for at in range(by + 1, min(by + 5, len(tokens))) if _is_name(tokens[at], names)), None)
    return frozenset() if name is None else _name_run(tokens, name, 1, names)


def _speaker_before(
    tokens: list[_Token], verb: int, antecedent: frozenset[str], names: frozenset[str]
) -> frozenset[str]:
    at = _before_apposition(tokens, verb - 1, names)
    while at >= 0:
        token = tokens[at]
        if token.text.lower() in _PRONOUNS and not token.possessive:
            return antecedent or _first_name(tokens[:at], names)
        if _is_name(token, names) and not token.possessive:
            return _name_run(tokens, at, -1, names)
        at -= 1
    return antecedent


def _before_apposition(tokens: list[_Token], at: int, names: frozenset[str]) -> int:
    """Return the place before an apposition between a subject and its verb: ", founder of the company,".

    If only a name stands between the commas, it is the subject: "The minister, Ada Lund, denied it".
    """
    while at >= 0 and tokens[at].text.lower() in BEFORE_VERBS:
        at -= 1
    if at >= 0 and tokens[at].text == ",":
        opening = next((other for other in range(at - 1, -1, -1) if tokens[other].text == ","), -1)
        inside = tokens[opening + 1 : at]
        if inside and all(_is_name(token, names) or token.text.lower() in TITLES for token in inside):
            return at - 1
        return opening - 1 if opening > 0 else at
    return at


def _speaker_after(tokens: list[_Token], verb: int, names: frozenset[str]) -> frozenset[str]:
    quoted_before = verb > 0 and tokens[verb - 1].text in '“”",'
    follows = verb + 1 < len(tokens) and (_is_name(tokens[verb + 1], names) or tokens[verb + 1].text.lower() in TITLES)
    return _name_run(tokens, verb + 1, 1, names) if quoted_before and follows else frozenset()


def _name_run(tokens: list[_Token], at: int, step: int, names: frozenset[str]) -> frozenset[str]:
    """Return the words of the names that stand in a row from `at` on; a capital alone adds its country.

    "Moscow denied it" gives "moscow" and "russia"; "officials in Moscow" and "Paris Hilton" have no country.
    """
    run: list[str] = []
    before = at - 1
    while 0 <= at < len(tokens):
        token = tokens[at]
        if _is_name(token, names):
            run.extend(words(token.text))
        elif token.text.lower() not in TITLES and token.text not in ("and", "of", "the", "for"):
            break
        at += step
    before = at if step < 0 else before
    is_place = before >= 0 and tokens[before].text.lower() in BEFORE_PLACES
    country = government("".join(run[::step]))
    return frozenset(run) | ({country} if country and not is_place else set())


def _first_name(tokens: list[_Token], names: frozenset[str]) -> frozenset[str]:
    first = next((at for at, token in enumerate(tokens) if _is_name(token, names)), None)
    return frozenset() if first is None else _name_run(tokens, first, 1, names)


def _is_name(token: _Token, names: frozenset[str]) -> bool:
    word = token.text.lower()
    is_known = word in names or is_country(word) or government(word) is not None
    return token.text[0].isupper() and is_known and word not in _DAYS_AND_MONTHS and word not in TITLES
