"""Changes that a statement makes to its source sentence: opposites, negations, word order, certainty."""

import re
from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher
from functools import cache

from assistant.checking.content_words import Word, joined, key_of, words_of
from assistant.english.countries import canonical
from assistant.english.quantities import agrees_with_any, quantities
from index.text.word_lists import word_list
from index.text.words import words

_NEGATION = re.compile(r"\b(?:not|no|never|nobody|none|nothing|neither|nor|without|cannot)\b|n[’']t\b", re.IGNORECASE)
_DENIED = re.compile(
    rf"{_NEGATION.pattern}|\b(?:den(?:y|ies|ied|ying)|refus\w+|reject\w*|fail\w*|declin\w+|abandon\w*|lack\w*"
    r"|disput\w+|dismissed (?:claims?|reports?|suggestions?|accusations?)|ruled out|unable|unwilling"
    r"|cleared of|acquitted)\b",
    re.IGNORECASE,
)
_POSSIBLE = frozenset(
    """may might could should if unless alleg reportedli suspect suspicion possibl probabl perhap appar accus blame
    believ think""".split()
)
_REPORTED = frozenset("accord say claim insist argu state".split())
_DOUBTED = frozenset("might may plan hope consid".split())
_PLANNED = _POSSIBLE | frozenset(
    """would will can plan want hope intend expect seek aim consid propos appli ask call offer volunt promis pledg
    vow""".split()
)
_ORDINALS = frozenset("first second third fourth fifth sixth last next previous".split())

NEAR = 0.75
"""Share of a statement's words that must be in the source for the two to be compared word by word. Not measured."""

WHOLE = 0.6
"""Share of a sentence's words that a statement must have for their order to be compared. Not measured."""

SHORT = 4
"""Words by which the two may differ in one place; more is a different wording. Not measured."""


def replacement_problem(statement: str, evidence: str, names: frozenset[str]) -> str:
    """Return a message if a close statement replaces words of the evidence in one place; empty otherwise.

    "Jones won" for "Smith won" gives "The passages say “Smith”, not “Jones”.". `names` are the words that are names.
    """
    ours, theirs = words_of(statement), words_of(evidence)
    if not _is_near(ours, theirs):
        return ""
    match = SequenceMatcher(None, [word.key for word in theirs], [word.key for word in ours], autojunk=False)
    for kind, first, last, start, end in match.get_opcodes():
        if kind == "equal":
            continue
        old, new = theirs[first:last], ours[start:end]
        if last - first > SHORT or end - start > SHORT:
            reason = _omission_problem(old[-SHORT:], new) if end < len(ours) else ""
        else:
            reason = _changed_words_problem(old, new, names)
        if reason:
            return reason
    return ""


def _is_near(ours: Sequence[Word], theirs: Sequence[Word]) -> bool:
    keys = [word.key for word in ours if word.is_content]
    known = {word.key for word in theirs}
    return bool(keys) and sum(key in known for key in keys) >= NEAR * len(keys)


def _omission_problem(before: Sequence[Word], ours: Sequence[Word]) -> str:
    """Return a message if the statement drops words that deny or delay what follows: "denied that", "will"."""
    dropped, keys = joined(before), {word.key for word in ours}
    if _DENIED.search(dropped) and not _DENIED.search(joined(ours)):
        return f"The passages say “{dropped}”."
    if {word.key for word in before[-2:]} & _PLANNED and not keys & (_PLANNED | _REPORTED):
        return f"The passages say “{dropped}”, which is less than certain."
    return ""


def _changed_words_problem(theirs: Sequence[Word], ours: Sequence[Word], names: frozenset[str]) -> str:
    old, new = joined(theirs), joined(ours)
    if any(_opposed(one, other) for one in theirs for other in ours):
        return f"The passages say “{old}”, not “{new}”."
    if bool(_DENIED.search(old)) != bool(_DENIED.search(new)):
        return f"The passages say “{old}”, not “{new}”." if old and new else f"Only one of the two says “{old or new}”."
    keys, others = {word.key for word in theirs}, {word.key for word in ours}
    if any(keys & less and not others & (less | _REPORTED) for less in (_POSSIBLE, _PLANNED)):
        return f"The passages say “{old}”, which is less than certain."
    if others & _DOUBTED and not keys & (_PLANNED | _REPORTED):
        return f"The passages don't say “{new}”."
    if ours and (_both_named(theirs, ours, names) or _both_counted(old, new) or _both_ordered(theirs, ours)):
        return f"The passages say “{old}”, not “{new}”."
    return ""


def _both_named(theirs: Sequence[Word], ours: Sequence[Word], names: frozenset[str]) -> bool:
    """Return True if both have a capital and one is a name; a capital alone may only begin a sentence."""
    old, new = ([word for word in some if word.text[0].isupper() and word.is_content] for some in (theirs, ours))
    is_name = any(set(words(canonical(word.text))) & names for word in (*old, *new))
    return bool(old) and bool(new) and is_name


def _both_counted(old: str, new: str) -> bool:
    return (
        bool(quantities(old))
        and bool(quantities(new))
        and not all(agrees_with_any(q, quantities(old)) for q in quantities(new))
    )


def _both_ordered(theirs: Sequence[Word], ours: Sequence[Word]) -> bool:
    one, other = ({word.text.lower() for word in some} & _ORDINALS for some in (theirs, ours))
    return bool(one) and bool(other) and one != other


def order_problem(statement: str, sentence: str) -> str:
    """Return a message if parts of a sentence have changed places in a statement close to it; empty otherwise."""
    return _swapped_numbers_problem(statement, sentence) or _swapped_words_problem(statement, sentence)


def _swapped_numbers_problem(statement: str, sentence: str) -> str:
    """Return a message if two numbers of a sentence have changed places: "from 2 to 6" for "from 6 to 2"."""
    ours, theirs = ([quantity.value for quantity in quantities(text)] for text in (statement, sentence))
    kept = [value for value in ours if ours.count(value) == theirs.count(value) == 1]
    if not _is_near(words_of(statement), words_of(sentence)) or kept == sorted(kept, key=theirs.index):
        return ""
    return "The passages have these numbers in another order."


def _swapped_words_problem(statement: str, sentence: str) -> str:
    """Return a message if words before and after another word have changed places: who did it to whom.

    Sentences with "by" are left out, because a passive says the same in the other order.
    """
    ours, theirs = ([word for word in words_of(text) if word.is_content] for text in (statement, sentence))
    if not _is_near(ours, theirs) or "by" in {word.text for text in (statement, sentence) for word in words_of(text)}:
        return ""
    counts = Counter(word.key for word in theirs), Counter(word.key for word in ours)
    place = {word.key: at for at, word in enumerate(theirs) if counts[0][word.key] == counts[1][word.key] == 1}
    kept = [word for word in ours if word.key in place]
    if len(kept) < WHOLE * len(theirs):
        return ""
    for at, pivot in enumerate(kept):
        if pivot.text[0].isupper() or not pivot.text.isalpha():
            continue
        middle = place[pivot.key]
        before = [word for word in kept[:at] if place[word.key] > middle]
        after = [word for word in kept[at + 1 :] if place[word.key] < middle]
        if before and after and max(len(before), len(after)) > 1:
            return f"In the passages “{joined(after)}” stands before “{pivot.text}”, and “{joined(before)}” after it."
    return ""


def _opposed(one: Word, other: Word) -> bool:
    return (one.key, other.key) in _opposites()


@cache
def _opposites() -> frozenset[tuple[str, str]]:
    pairs = [line.split() for line in word_list("assistant.checking", "opposites.txt")]
    keyed = [(key_of(pair[0]), key_of(pair[1])) for pair in pairs if len(pair) == 2]
    return frozenset(pair for pair in [*keyed, *(pair[::-1] for pair in keyed)] if pair[0] != pair[1])
