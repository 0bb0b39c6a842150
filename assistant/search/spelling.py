"""Misspelt names: read as the name in the articles that was surely meant."""

import re

from rapidfuzz import process
from rapidfuzz.distance import OSA

from assistant.english.names import names_in
from index.collection import Collection
from index.text.calendar_words import MONTHS, WEEKDAY_ABBREVIATIONS, WEEKDAYS
from index.text.words import STOP_WORDS, porter, words

SHORTEST = 5
"""Shorter words are too near to one another."""

_NEVER_NAMES = STOP_WORDS.union(MONTHS, WEEKDAYS, WEEKDAY_ABBREVIATIONS)


def correct(question: str, collection: Collection) -> tuple[str, str]:
    """`(question, notice)`: misspelt names replaced, and what was replaced; the notice is empty where nothing was.

    A word is replaced if no article has it, and one name in the articles is within one edit (two for eight letters
    or more; optimal string alignment distance) and begins with the same letter.
    """
    replaced: dict[str, str] = {}
    for word in re.findall(rf"[^\W\d_]{{{SHORTEST},}}", question):
        if word.lower() not in _NEVER_NAMES and not collection.lexical.has_word(words(word)[0]):
            name = _nearest_name(words(word)[0], collection)
            if name:
                replaced[word] = name
    for word, name in replaced.items():
        question = re.sub(rf"\b{re.escape(word)}\b", name, question)
    return question, "".join(f"“{word}” is read as “{name}”. " for word, name in replaced.items()).strip()


def _nearest_name(word: str, collection: Collection) -> str | None:
    furthest = 1 if len(word) < 8 else 2
    lengths = range(len(porter(word)) - furthest, len(porter(word)) + furthest + 1)
    among = collection.lexical.stems_like(word[0], lengths)
    found = process.extract(porter(word), among, scorer=OSA.distance, score_cutoff=furthest, limit=5)
    names = [name for term, _, _ in found if (name := _as_written(term, collection))]
    return names[0] if names else None


def _as_written(term: str, collection: Collection) -> str | None:
    texts = [passage.text for passage in collection.matching([term], 3)]
    names = {name for name in names_in(texts) if porter(name) == term}
    written = (word for text in texts for word in re.findall(r"[^\W\d_]+", text) if words(word)[0] in names)
    return next(written, None)
