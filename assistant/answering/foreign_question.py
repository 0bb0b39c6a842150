"""Whether a question is in another language than English."""

import re
import unicodedata
from functools import cache

from tokenizers import Tokenizer

from assistant.models.pair_model import MODELS
from index.collection import Collection
from index.text.language import english_probability
from index.text.words import words

UNLIKELY = 0.1
"""Probability of English below which a question may be in another language; see docs/log/answering.md."""

SHORTEST = 4
"""Letters of a word that is looked up; shorter ones are words of many languages."""

_ENGLISH = frozenset(
    """about any because before between could did does during from how its much not said should tell that the their
    them then there these they this those what when where which while who whom whose why with would you your""".split()
)
"""Words that no other European language has, so that a question with one of them is English."""


def is_foreign(question: str, collection: Collection) -> bool:
    """Return whether the question is in another language.

    A question in Latin letters is, if English is unlikely by its letters and most of its words (without names, by their
    capitals) are neither English nor in the articles: keywords such as "El Niño impact" aren't.
    """
    letters = [character for character in question if character.isalpha()]
    if sum("LATIN" in unicodedata.name(letter, "") for letter in letters) * 2 < len(letters):
        return True
    if _ENGLISH & set(words(question)) or english_probability(question) >= UNLIKELY:
        return False
    plain = [word for word in re.findall(r"[^\W\d_]+", question) if word.islower()]
    known = [word for word in plain if len(word) >= SHORTEST and _is_known(word, collection)]
    others = [word for word in plain if word not in known]
    return len(others) > len(known) and (len(others) > 2 or any(len(word) >= SHORTEST for word in others))


def _is_known(word: str, collection: Collection) -> bool:
    is_english = word.isascii() and _vocabulary().token_to_id(word) is not None
    return is_english or collection.lexical.has_word(words(word)[0])


@cache
def _vocabulary() -> Tokenizer:
    """Return the vocabulary of the models, in which common English words are single tokens."""
    return Tokenizer.from_file(str(MODELS / "tokenizer.json"))
