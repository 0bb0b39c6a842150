"""Decides whether two quoted sentences say the same, so that they can be cited together."""

import re
from collections.abc import Sequence
from dataclasses import replace

from assistant.answering.candidates import Candidate
from assistant.checking.check import check_sentence
from assistant.checking.content_words import Word, words_of
from index.remarks.parser import Parser
from index.text.words import words

_PASSIVE = re.compile(r"\bby\s(?:the\s)?[A-Z]")
"""Matches the agent of a passive: "by Chelsea" in "was beaten by Chelsea"."""

_CIRCUMSTANCE = re.compile(
    r"\b(?:in|at|on|from|near|of|to|with|for|after|before|during|since|until|against)\s(?:the\s)?$"
)
"""Matches a preposition before a name that is neither agent nor object: "in Geneva"."""

SHARED = 0.75
"""Smallest share of content words in common at which two sentences are compared for exchanged roles. Not measured."""


def says_the_same(best: Candidate, other: Candidate, parser: Parser | None) -> bool:
    """Return True if the other sentence, alone, supports what the best one says, with everybody in the same role."""
    sentence = other.sentence
    alone = replace(other.passage, start=sentence.start, end=sentence.end, sentences=(sentence,))
    is_supported = check_sentence(best.text, [alone], [1], parser=parser).supported
    return is_supported and not roles_exchanged(best.text, other.text)


def roles_exchanged(one: str, other: str) -> frozenset[str]:
    """Return the names, in lower case, that have changed places between two sentences that otherwise say the same.

    "Chelsea beat Arsenal" and "Arsenal beat Chelsea": {"chelsea", "arsenal"}. "Arsenal was beaten by Chelsea" says the
    same as the first: none.
    """
    if not _say_nearly_the_same(words_of(one), words_of(other)):
        return frozenset()
    names, others = _actors(one), _actors(other)
    shared = [name for name in names if name in others]
    order = [name for name in others if name in shared]
    voices_differ = (_PASSIVE.search(one) is None) != (_PASSIVE.search(other) is None)
    exchanged = len(shared) > 1 and (shared != order) != voices_differ
    return frozenset(word for name in shared for word in words(name)) if exchanged else frozenset()


def _say_nearly_the_same(one: Sequence[Word], other: Sequence[Word]) -> bool:
    own, others = ({word.key for word in text if word.is_content} for text in (one, other))
    return len(own & others) >= SHARED * max(len(own), len(others), 1)


def _actors(sentence: str) -> list[str]:
    """Return the capitalised words that may have done something or had it done to them, each once, in order."""
    actors = []
    for match in re.finditer(r"\b[A-Z][\w’'-]*\w", sentence):
        is_content = any(word.is_content for word in words_of(match.group()))
        if is_content and not _CIRCUMSTANCE.search(sentence[: match.start()]):
            actors.append(match.group())
    return list(dict.fromkeys(actors))
