"""Reported speech: who is reported to say, deny, warn … in a sentence, by the order of names and verbs."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from assistant.names import TITLES, canonical
from index.words import stem, words

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
        r"\b(?:never|nothing|false|untrue|baseless|unfounded|groundless|rul(?:es|ed|ing)\sout"
        r"|no\s(?:plans?|intentions?|role|part|knowledge|evidence|truth|links?|ties|involvement|wish|interest)"
        r"|(?:has|have|had|was|were|is|are|did)(?:\snot|n[’']t))\b",
        re.IGNORECASE,
    ),
    "promise": re.compile(r"\b(?:will|would|guarantee\w*)\b", re.IGNORECASE),
    "predict": re.compile(r"\b(?:will|would|expect\w*)\b", re.IGNORECASE),
    "warn": re.compile(r"\b(?:risks?|dangers?|threat\w*|unless|could)\b", re.IGNORECASE),
    "say": re.compile(""),
}
_TOKEN = re.compile(r"[A-Za-zÀ-ɏ][\wÀ-ɏ-]*|[“”\",]")
_POSSESSIVE = re.compile(r"[’']s?\b")
_PRONOUNS = frozenset("he she they it who".split())
_DAYS_AND_MONTHS = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday january february march april may june july august "
    "september october november december".split()
)


@dataclass(frozen=True, slots=True)
class Act:
    """Somebody's reported speech: its kind ("say", "deny", …) and the names of who speaks, empty where not told."""

    kind: str
    speakers: frozenset[str]


def kind_of(word: str) -> str | None:
    """The kind of speech that a verb reports, None for any other word."""
    return _KINDS.get(stem(word.lower()))


def acts(sentence: str, lead: str, names: frozenset[str]) -> list[Act]:
    """The acts of speech in a sentence; `names` are its words that are names, `lead` the sentence before a pronoun.

    A negated statement that somebody is reported to make is his denial too.
    """
    before = [act.speakers for act in _acts(canonical(lead), frozenset(), names) if act.speakers]
    antecedent = before[0] if before else _first_name(canonical(lead), names)
    found = list(_acts(canonical(sentence), antecedent, names))
    implied = [
        Act(kind, act.speakers)
        for act in found
        if act.kind in ("say", "confirm")
        for kind, cue in _CUES.items()
        if cue.search(sentence)
    ]
    return found + [Act("say", act.speakers) for act in found] + implied


def _acts(text: str, antecedent: frozenset[str], names: frozenset[str]) -> Iterator[Act]:
    tokens = [(found.group(), _POSSESSIVE.match(text, found.end()) is not None) for found in _TOKEN.finditer(text)]
    for at, (token, _) in enumerate(tokens):
        kind = kind_of(token)
        if kind and token.islower():
            yield Act(kind, _speaker_after(tokens, at, names) or _speaker_before(tokens, at, antecedent, names))


def _speaker_before(
    tokens: list[tuple[str, bool]], verb: int, antecedent: frozenset[str], names: frozenset[str]
) -> frozenset[str]:
    for at in range(verb - 1, -1, -1):
        token, possessive = tokens[at]
        if token.lower() in _PRONOUNS and not possessive:
            return antecedent or _first_name(" ".join(token for token, _ in tokens[:at]), names)
        if _is_name(token, names) and not possessive:
            return _name_run(tokens, at, -1, names)
    return antecedent


def _speaker_after(tokens: list[tuple[str, bool]], verb: int, names: frozenset[str]) -> frozenset[str]:
    quoted_before = verb > 0 and tokens[verb - 1][0] in '“”",'
    follows = verb + 1 < len(tokens) and (_is_name(tokens[verb + 1][0], names) or tokens[verb + 1][0].lower() in TITLES)
    return _name_run(tokens, verb + 1, 1, names) if quoted_before and follows else frozenset()


def _name_run(tokens: list[tuple[str, bool]], at: int, step: int, names: frozenset[str]) -> frozenset[str]:
    run: set[str] = set()
    while 0 <= at < len(tokens):
        token = tokens[at][0]
        if _is_name(token, names):
            run.update(words(token))
        elif token.lower() not in TITLES and token not in ("and", "of", "the", "for"):
            break
        at += step
    return frozenset(run)


def _first_name(text: str, names: frozenset[str]) -> frozenset[str]:
    tokens = [(found.group(), False) for found in _TOKEN.finditer(text)]
    first = next((at for at, (token, _) in enumerate(tokens) if _is_name(token, names)), None)
    return frozenset() if first is None else _name_run(tokens, first, 1, names)


def _is_name(token: str, names: frozenset[str]) -> bool:
    word = token.lower()
    return token[0].isupper() and word in names and word not in _DAYS_AND_MONTHS and word not in TITLES
