"""Replaces misspelt names in a question by the names in the articles that they must mean."""

import re

from rapidfuzz import process
from rapidfuzz.distance import OSA

from assistant.english.names import names_in
from index.collection import Collection
from index.text.calendar_words import MONTHS, WEEKDAY_ABBREVIATIONS, WEEKDAYS
from index.text.words import STOP_WORDS, porter, words

SHORTEST = 5
"""Letters of a word; shorter ones are too similar to one another to be corrected. Not measured."""

_NEVER_NAMES = STOP_WORDS.union(MONTHS, WEEKDAYS, WEEKDAY_ABBREVIATIONS)


def correct_names(question: str, collection: Collection) -> tuple[str, str]:
    """Return `(question, notice)`: the question with misspelt names replaced, and a notice, empty if nothing was.

    A word is replaced if no article has it, and a name in the articles begins with the same letter and is one edit away
    (two for words of eight letters or more; optimal string alignment distance). Months and weekdays are never replaced.
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
    nearest = process.extract(porter(word), among, scorer=OSA.distance, score_cutoff=furthest, limit=5)
    names = [name for term, _, _ in nearest if (name := _as_written(term, collection))]
    return names[0] if names else None


def _as_written(term: str, collection: Collection) -> str | None:
    texts = [passage.text for passage in collection.matching([term], 3)]
    names = {name for name in names_in(texts) if porter(name) == term}
    written = (word for text in texts for word in re.findall(r"[^\W\d_]+", text) if words(word)[0] in names)
    return next(written, None)
