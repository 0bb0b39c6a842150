"""Persons, places and things that a text mentions, and how well a pronoun could refer to them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from assistant.conversation.noun_phrases import NounPhrase, noun_phrases
from assistant.english.countries import canonical, is_country
from assistant.english.names import TITLES
from index.text.words import words

Kind = Literal["person", "place", "name", "thing"]

LONGEST = 80
"""Characters of a noun phrase; a longer one is no mention. Not measured."""

_OWNERS = frozenset("his her its their".split())
_WHERE = frozenset("in at to from near off outside inside into across around".split())
_DESCRIBES = re.compile(r"(?:the )?[\w-]+(?:ous|ible|ful|less|ual|ical|est|ique|eme)")
_RELATIONAL = frozenset(
    """advantage benefit cause characteristic con consequence cost danger definition disadvantage effect evidence
    example feature function history impact importance kind meaning name number origin part price pro purpose reason
    result risk role side sort symptom type use""".split()
)
"""Nouns before "of" that aren't the topic themselves: "the causes of the strike" is about the strike."""

_ROLES = TITLES | frozenset(
    """ambassador author boss candidate captain chairman chairwoman chief coach commissioner director editor founder
    governor head judge king lawyer leader man manager mayor owner premier prince princess prosecutor queen senator
    singer speaker spokesman spokeswoman suspect winner woman writer""".split()
)
_RANKS = _ROLES | frozenset("foreign prime first deputy defence defense interior finance former vice".split())
_GROUPS = frozenset(
    """agency alliance army association authority bank board chamber church club coalition commission committee
    company council court department federation firm fund gazette government group holdings hospital institute ministry
    museum office organisation organization parliament party police press school senate service society team times
    union university""".split()
)
_PEOPLE = frozenset("people children men women police voters".split())
_AGE = re.compile(r", \d\d,")
_MALE = frozenset("mr sir lord king prince chairman spokesman man".split())
_FEMALE = frozenset("mrs ms miss lady queen princess chairwoman spokeswoman woman".split())


@dataclass(frozen=True, slots=True)
class Mention:
    """A mention at `[start:end]` of a text, worded so that it can stand elsewhere: "his strike" becomes "the strike".

    A "name" is a person or a thing; the name alone doesn't say which.
    """

    text: str
    start: int
    end: int
    kind: Kind
    plural: bool


def mentions(text: str, names: frozenset[str], *, only_names: bool = False) -> list[Mention]:
    """Return what a question mentions, in order; `only_names` for other texts. `names` are in lower case."""
    everything = [
        each for phrase in noun_phrases(text, names, only_names=only_names) for each in _mentions(text, phrase, names)
    ]
    return [each for each in everything if len(each.text) <= LONGEST and not _DESCRIBES.fullmatch(each.text)]


def mismatch_penalty(pronoun: str, mention: Mention) -> int | None:
    """Return 0 if the mention fits the pronoun (in lower case) perfectly, up to 3 for a poor fit, None for no fit."""
    own = set(words(mention.text))
    match pronoun:
        case "he" | "him" | "his" | "she" | "her" | "hers":
            other = _FEMALE if pronoun in ("he", "him", "his") else _MALE
            human = mention.kind in ("person", "name") and not mention.plural and own.isdisjoint(other)
            return int(mention.kind == "name") if human else None
        case "they" | "them" | "their" | "theirs" | "these" | "those":
            return 0 if mention.plural else 1 if own & _GROUPS or mention.text.endswith("s") else 3
        case "there":
            return {"place": 0, "name": min(len(own), 2), "thing": 2, "person": None}[mention.kind]
        case "this" | "that":
            return int(mention.plural) if mention.kind == "thing" else None
        case _:
            return None if mention.kind == "person" else 3 if mention.plural else int(mention.kind != "thing")


def may_own(mention: Mention, pronoun: str) -> bool:
    """Return True if "its" or "their" later in the same question may refer to the mention.

    After "the name of the ship" the name is not what "its" refers to.
    """
    if head(mention.text).removesuffix("s") in _RELATIONAL:
        return False
    if pronoun == "their":
        return mention.plural or any(word.endswith("s") and len(word) > 3 for word in words(mention.text))
    penalty = mismatch_penalty(pronoun, mention)
    return penalty is not None and penalty <= 1


def head(phrase: str) -> str:
    """Return the main noun of the phrase in lower case: "mayor" of "the mayor of Harden"."""
    before = words(re.split(r"\s(?:of|in|for|on|at)\s", phrase)[0])
    return before[-1] if before else ""


def full_name(mention: Mention, others: Sequence[Mention]) -> Mention:
    """Return the mention with its name in full if one of the others has it: "Lavrov" becomes "Sergei Lavrov"."""
    own = words(mention.text)
    for other in others:
        name = _without_ranks(other.text)
        parts = words(name)
        is_fuller = len(own) < len(parts) <= 4 and parts[-len(own) :] == own
        if is_fuller and mention.kind != "thing" and other.kind in ("name", "person"):
            return replace(mention, text=name)
    return mention


def _without_ranks(name: str) -> str:
    """Return the name alone: "Russian Foreign Minister Sergei Lavrov" becomes "Sergei Lavrov"."""
    parts = name.split(" ")
    while len(parts) > 1 and (parts[0].lower() in _RANKS or is_country(canonical(parts[0]).lower())):
        parts = parts[1:]
    return " ".join(parts)


def _mentions(text: str, phrase: NounPhrase, names: frozenset[str]) -> Iterator[Mention]:
    """Yield the phrase as a mention, after its owner if it has one; or only the part after "of" (see _RELATIONAL)."""
    tokens, before = phrase
    start, end = tokens[0].start, tokens[-1].start + len(tokens[-1].bare)
    whole = text[start:end]
    if not any(character.isalpha() for character in whole):
        return
    of = whole.find(" of ")
    if of > 0 and head(whole[:of]).removesuffix("s") in _RELATIONAL:
        yield _mention(text, start + of + len(" of "), end, "of", names)
        return
    for owner in tokens[:-1]:
        if owner.is_owner:
            yield _mention(text, start, owner.start + len(owner.bare), before, names)
    yield _mention(text, start, end, before, names)


def _mention(text: str, start: int, end: int, before: str, names: frozenset[str]) -> Mention:
    phrase = text[start:end]
    core = head(phrase)
    named = core in names or any(part[:1].isupper() for part in phrase.split(" ") if core in words(part))
    kind = _kind(phrase, core, before, named=named)
    if kind == "name" and (before in _ROLES or _AGE.match(text, end)):  # "the captain, Edvin Larch, 58, …"
        kind = "person"
    ends_plural = core.endswith("s") and not core.endswith(("ss", "us", "is")) and (not named or _is_led(phrase))
    return Mention(
        text=f"the {phrase}" if before in _OWNERS else phrase,
        start=start,
        end=end,
        kind=kind,
        plural=core in _PEOPLE or ends_plural or " and " in phrase,
    )


def _kind(phrase: str, core: str, before: str, *, named: bool) -> Kind:
    own = words(phrase)
    if own[:1] and (own[0] in _MALE | _FEMALE | TITLES or core in _ROLES | _PEOPLE):
        return "person"
    if not named or _is_led(phrase) or not _GROUPS.isdisjoint(own):
        return "thing"
    if is_country("".join(words(canonical(phrase)))) or before in _WHERE:
        return "place"
    return "person" if own[0] in _RANKS else "name"


def _is_led(phrase: str) -> bool:
    return phrase.lower().startswith(("the ", "a ", "an "))
