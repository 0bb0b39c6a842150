"""Which named doer does what in a parsed sentence."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from assistant.english.countries import canonical, with_governments
from index.text.words import words

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_SUBJECTS = ("nsubj", "csubj")


def named_doers(doc: Doc) -> Iterator[tuple[str, frozenset[str]]]:
    """Yield the lemma of each verb whose doer is a name, with the words of the name.

    A passive's doer stands after "by". Capitals stand for their countries as well.
    """
    for verb in doc:
        if verb.pos_ == "VERB":
            doers = _after_by(verb) if _is_passive(verb) else [each for each in verb.children if each.dep_ in _SUBJECTS]
            names = [each.text for doer in doers for each in doer.subtree if each.pos_ == "PROPN"]
            if names and all(doer.pos_ == "PROPN" for doer in doers):
                yield verb.lemma_.lower(), with_governments(words(canonical(" ".join(names))))


def _is_passive(verb: Token) -> bool:
    """Return True for "was offered" too where the parser takes the subject for the doer, as it does in questions."""
    helpers = {child.lemma_.lower() for child in verb.children if child.dep_ in ("aux", "auxpass")}
    return verb.tag_ in ("VBN", "VBD") and "be" in helpers


def _after_by(verb: Token) -> list[Token]:
    return [noun for by in verb.children if by.dep_ == "agent" for noun in by.children if noun.dep_ == "pobj"]
