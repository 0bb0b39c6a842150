"""Replaces misspelt words in a question by the words in the articles that they must mean.

A word is misspelt if neither the articles nor English have it. Then a name or another word in the articles is meant
that is one typing error away, two for a long one; of several, the one that most passages have.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from index.collection import Collection
from index.text.calendar_words import MONTHS, WEEKDAY_ABBREVIATIONS, WEEKDAYS
from index.text.words import STOP_WORDS, stem, words

SHORTEST = 5
"""Letters of a word. In one of four, only letters that have changed places are corrected ("fien")."""

LONG = 8
"""Letters from which a word in small letters may have two errors, and one with a capital be no name ("Mehicine")."""

RARER = 100
"""A word in small letters stands for one of its length that English has so many times more often: "mayer", "mayor"."""

OTHER_FIRST_LETTER = 0.1
"""How likely a typing error is in the first letter, beside elsewhere. Not measured."""

MOST_TERMS, PASSAGES = 20, 10
"""Words that are considered, and passages in which it is looked up how each is written."""

_NEVER = STOP_WORDS.union(MONTHS, WEEKDAYS, WEEKDAY_ABBREVIATIONS)
_WORD = re.compile(r"(?<![\w’'-])[^\W\d_]{4,}(?![\w-])")
_INSIDE_SENTENCE = re.compile(r"(?<=[\w,;:’'\-–—“\"(] )[^\W\d_]+")


def correct_names(question: str, collection: Collection) -> tuple[str, str]:
    """Return `(question, notice)`: the question with misspelt words replaced, and a notice, empty if nothing was.

    English words are never read as names, months and weekdays as nothing else.
    """
    replaced: dict[str, str] = {}
    for match in _WORD.finditer(question):
        word, is_name = match.group(), match.group()[0].isupper() and match.start() > 0
        plain = words(word)[0]
        if word.isupper() or plain in _NEVER or word in replaced or collection.lexical.has_word(plain):
            continue
        if meant := _meant(plain, is_name, collection):
            replaced[word] = meant
    for word, meant in replaced.items():
        question = re.sub(rf"\b{re.escape(word)}\b", meant, question)
    return question, "".join(f"“{word}” is read as “{meant}”. " for word, meant in replaced.items()).strip()


@cache
def _english() -> Mapping[str, int]:
    """Return the words of English, in small letters, with how often they occur in a corpus."""
    from spellchecker import SpellChecker  # reads 160,000 words

    return SpellChecker().word_frequency.dictionary


def _meant(word: str, is_name: bool, collection: Collection) -> str | None:
    """Return how the articles write the word that is meant, None if there is none."""
    is_english, is_short = word in _english(), len(word) < SHORTEST
    if is_english and (is_name or is_short):
        return None
    furthest = 1 if is_english or is_name or len(word) < LONG else 2
    near = _near_english(word, furthest)
    passages = collection.lexical.stems_like("", range(len(word) + furthest + 1))
    errors = {} if is_english or is_short else _near(stem(word), passages, furthest)
    errors |= {term: min(near[each], errors.get(term, furthest)) for each in near if (term := stem(each)) in passages}

    def unlikeliness(term: str) -> tuple[int, float]:
        return errors[term], -passages[term] * (1 if term[0] == word[0] else OTHER_FIRST_LETTER)

    unseen = None
    for term in sorted(errors, key=unlikeliness)[:MOST_TERMS]:
        forms = _forms(term, collection)
        for form in sorted(forms, key=lambda form: (OSA.distance(words(form)[0], word), -forms[form])):
            is_close = near.get(words(form)[0]) == 1
            may_be_name = form[0].isupper() and forms[form] >= forms[form.lower()]
            fits = is_close or not (is_english or is_short or OSA.distance(words(form)[0], word) > furthest)
            if fits and not form.isupper() and (not is_name or may_be_name or (is_close and len(word) >= LONG)):
                return form
        unseen = unseen or next((each for each in near if stem(each) == term and near[each] == 1), None)
    return None if is_name else unseen


def _near_english(word: str, furthest: int) -> dict[str, int]:
    """Return the words of English for which the word may stand, with the number of errors."""
    english, near = _english(), _near(word, _english(), furthest)
    if word in english:
        near = {each: 1 for each in near if len(each) == len(word) and english[each] >= RARER * english[word]}
    return {each: errors for each, errors in near.items() if len(word) >= SHORTEST or sorted(each) == sorted(word)}


def _forms(term: str, collection: Collection) -> Counter[str]:
    """Return how the articles write the words with this stem inside sentences, with how often."""
    texts = (passage.text for passage in collection.matching([term], PASSAGES))
    written = (form for text in texts for form in _INSIDE_SENTENCE.findall(text))
    return Counter(form for form in written if stem(words(form)[0]) == term)


def _near(word: str, among: Iterable[str], furthest: int) -> dict[str, int]:
    """Return the words that are at most so many typing errors away, with how many."""
    found = process.extract(word, list(among), scorer=OSA.distance, score_cutoff=furthest, limit=None)
    return {each: int(error) for each, error, _ in found}
