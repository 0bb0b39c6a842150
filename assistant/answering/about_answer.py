"""What a reader says about the last answer, and not about the news: "tell me more", "are you sure?", "number 2"."""

import re
from typing import Literal, NamedTuple

from assistant.english.number_words import SMALL_NUMBERS
from index.text.words import STOP_WORDS, words

Kind = Literal["thanks", "doubt", "link", "one", "all", "more", "date"]

_KEYWORDS: dict[Kind, frozenset[str]] = {
    "thanks": frozenset("thanks thank thx cheers".split()),
    "doubt": frozenset("sure certain true really correct right accurate wrong false incorrect untrue no nope".split()),
    "link": frozenset("link links url address source sources reference citation proof evidence website".split()),
    "all": frozenset("all only everything complete".split()),
    "more": frozenset("more further detail details continue elaborate expand yes yeah yep".split()),
}
"""Maps each kind to words of which one is enough, if no other word of the question is about anything else."""

_WRONG = r"(?:wrong|false|incorrect|not true|that(?:['’]s| is| was) (?:not true|not right|wrong|false))"
_IDIOMS: dict[Kind, str] = {
    "doubt": rf"(?:no|nope|{_WRONG})[\s,.;:!–—-]+(?:it|that|this|he|she|they|there|you)\b[^?]*"
    rf"|{_WRONG}[,.;:!–—-]\s[^?]*",
    "link": r"who (?:says|said|wrote|reported) (?:so|that|this|it)|says who|according to whom?|how do you know\b.*"
    r"|where (?:is|was) (?:that|this) from|where (?:do|did) you (?:get|have|take) (?:that|this|it)(?: from)?",
    "more": r"(?:please )?(?:go on|keep going|carry on)",
    "date": r"when (?:was|is) (?:that|this)|when (?:did|was) (?:that|this|it) (?:happen|published|written|reported)"
    r"|what (?:date|day) was (?:that|this)",
}
_ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth".split()
_NUMBERS = {
    **{word: at for at, word in enumerate(_ORDINALS, start=1)},
    **{word: at for at, word in enumerate(SMALL_NUMBERS[:11]) if at > 1},
    **{str(at): at for at in range(1, 100)},
}
_FILLERS = STOP_WORDS | frozenset(
    "ok okay not one ones number item point article articles answer like want see show very".split()
)
_ASKING = frozenset("how why when which who whom whose he she him her his hers".split())
"""Words that make "more" or "all" a part of a question about the news: "How much more?"."""


class AboutAnswer(NamedTuple):
    """What a reader wants of the last answer; `number` is the mark or the place of the one that "number 2" means."""

    kind: Kind
    number: int = 0


def about_answer(question: str) -> AboutAnswer | None:
    """Return what a question says about the last answer; None if it is about anything else."""
    for kind, form in _IDIOMS.items():
        if re.fullmatch(rf"(?:(?:and|but|so|ok(?:ay)?),? )*(?:{form})", question.strip(" ?.!"), re.IGNORECASE):
            return AboutAnswer(kind)
    own = set(words(question))
    numbers = [_NUMBERS[word] for word in own - _ASKING if word in _NUMBERS]
    if own - _FILLERS - set(_NUMBERS) - frozenset().union(*_KEYWORDS.values()) or not own.isdisjoint(_ASKING):
        return None
    if len(numbers) == 1 and own <= _FILLERS | set(_NUMBERS) | _KEYWORDS["more"] | _KEYWORDS["link"]:
        return AboutAnswer("one", numbers[0])
    return next((AboutAnswer(kind) for kind, known in _KEYWORDS.items() if not own.isdisjoint(known)), None)
