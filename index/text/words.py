"""Splits text into words and their stems, in the same way wherever words are compared."""

import re
import unicodedata
from functools import lru_cache

import snowballstemmer

_WORD = re.compile(r"[^\W_]+(?:[.,][0-9]+)*(?:\.(?=[A-Za-z]\b)[A-Za-z])*", re.UNICODE)

STOP_WORDS = frozenset(
    """a about after again all also am an and any are as at be because been before being between both but by can
    could did do does doing done down during each else ever few for from further get give given gives had has
    have having he hear her here hers herself him himself his how i if in into is it its itself just know let
    many me mean might more most much must my no nor not now of off on once only or other our out over own
    please s same say shall she should so some such t tell than that the their them then there these they this
    those through to too under until up us very was we were what when where which while who whom whose why will
    with would you your don doesn didn isn wasn won hasn haven hadn weren aren ve ll re d m""".split()
) - {"say", "no", "not", "before", "after", "us"}
"""Words that say nothing about a question's topic. "us" isn't among them: it can't be distinguished from "US"."""


_IRREGULAR = dict(
    pair.split(":")
    for pair in """became:become began:begin begun:begin bought:buy broke:break broken:break brought:bring built:build
    came:come caught:catch chose:choose chosen:choose cut:cut dealt:deal drew:draw drawn:draw drove:drive driven:drive
    fell:fall fallen:fall felt:feel fought:fight found:find fled:flee flew:fly flown:fly forbade:forbid forgot:forget
    gave:give given:give went:go gone:go grew:grow grown:grow heard:hear held:hold hid:hide hidden:hide kept:keep
    knew:know known:know laid:lay led:lead left:leave lent:lend lost:lose made:make meant:mean met:meet paid:pay ran:run
    rang:ring rose:rise risen:rise said:say saw:see seen:see sold:sell sent:send shook:shake shot:shoot shown:show
    sank:sink sunk:sink slept:sleep spoke:speak spoken:speak spent:spend stood:stand stole:steal stolen:steal
    struck:strike swore:swear sworn:swear swept:sweep swam:swim took:take taken:take taught:teach thought:think
    threw:throw thrown:throw told:tell understood:understand withdrew:withdraw withdrawn:withdraw won:win wore:wear
    wrote:write written:write died:die dying:die death:die deaths:die dead:die""".split()
)
"""Maps forms that Porter's algorithm can't reduce to their verb: irregular verbs, and nouns as "deaths" for "die"."""


def words(text: str) -> list[str]:
    """Return the text's words in lower case without accents, in order; numbers keep commas and points ("100,000")."""
    plain = text.replace("’", "'")
    if not plain.isascii():
        plain = unicodedata.normalize("NFKD", plain)
        plain = "".join(character for character in plain if not unicodedata.combining(character))
    return [word.replace(".", "") if word[0].isalpha() else word for word in _WORD.findall(plain.lower())]


def stem(word: str) -> str:
    """Return the word's stem: "deni" for "denies" and "denied"; irregular forms become their verb first."""
    return porter(_IRREGULAR.get(word, word))


@lru_cache(maxsize=50_000)
def porter(word: str) -> str:
    """Return the word's stem by Porter's algorithm alone (Porter 1980)."""
    return str(snowballstemmer.stemmer("porter").stemWord(word))  # a stemmer keeps state: one for each call


def stems(text: str) -> list[str]:
    """Return the stems of the text's words, in order."""
    return [stem(word) for word in words(text)]
