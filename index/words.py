"""Words and their stems, the same way everywhere that words are compared."""

import re
import unicodedata
from functools import lru_cache

import snowballstemmer

_WORD = re.compile(r"[^\W_]+(?:[.,][0-9]+)*(?:\.(?=[A-Za-z]\b)[A-Za-z])*", re.UNICODE)

STOP_WORDS = frozenset(
    """a about after again all also am an and any are as at be because been before being between both but by can could
    did do does doing done down during each else ever few for from further get give given gives had has have having he
    hear her here hers herself him himself his how i if in into is it its itself just know let me mean might more most
    much must my no nor not now of off on once only or other our out over own please s same say shall she should so some
    such t tell than that the their them then there these they this those through to too under until up us very was we
    were what when where which while who whom whose why will with would you your don doesn didn isn wasn won hasn haven
    hadn weren aren ve ll re d m""".split()
) - {"say", "no", "not", "before", "after", "us"}
"""Words that a question is no more about than any other question. "US" and "us" can't be told apart: kept."""


def words(text: str) -> list[str]:
    """The text's words in lower case without accents, in order; numbers keep their commas and points ("100,000")."""
    plain = unicodedata.normalize("NFKD", text.replace("’", "'"))
    plain = "".join(character for character in plain if not unicodedata.combining(character))
    return [word.replace(".", "") if word[0].isalpha() else word for word in _WORD.findall(plain.lower())]


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """The word's stem by Porter's algorithm (Porter 1980), the one that the lexical index uses: "denies" is "deni"."""
    return str(snowballstemmer.stemmer("porter").stemWord(word))  # a stemmer keeps state: one for each call


def stems(text: str, *, content_only: bool = False) -> list[str]:
    """The stems of the text's words, in order; with `content_only`, without stop words."""
    return [stem(word) for word in words(text) if not (content_only and word in STOP_WORDS)]
