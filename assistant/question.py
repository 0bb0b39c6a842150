"""What a question asks for, read off its words."""

import re
from dataclasses import dataclass
from itertools import pairwise

from assistant.names import canonical
from assistant.speech import kind_of
from index.words import STOP_WORDS, stem, words

_ASKS = {
    "number": r"how (?:many|much|old|long|far|often|large|big|high|tall|deep|fast|strong|heavy)\b"
    r"|(?:by |at )?what (?:number|percentage|share|proportion|speed|price)\b",
    "time": r"(?:since )?when\b|(?:at |by |in |on |since |until )?(?:what|which) (?:time|day|date|month|year)\b",
    "person": r"who\b|whom\b|whose\b",
    "place": r"where\b|(?:in |to |from )?(?:what|which) (?:city|town|country|place|region|hotel|port)\b",
}
_VERBS = r"(?:did|does|do|has|have|had|is|was|were|are|will|would|can|could)\b"
_COUNTED = re.compile(
    rf"how (?:many|much) (?:of )?(?:the |more |other )*(?:[\w-]+ly )?(?!{_VERBS})([\w-]+)", re.IGNORECASE
)
_AUXILIARY = re.compile(rf"\b{_VERBS}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Question:
    """A question's parts: `terms` are the stems that it is about, `names` the words in it that are names.

    `required` are the names that an answer can't do without: of adjoining ones ("Antony Blinken") the last.
    `asks` is "number", "time", "person", "place" or "anything"; `counted` what "how many" counts; `speech` the kind of
    speech asked about ("deny"), and `speakers` the names of who is asked to have spoken.
    """

    text: str
    terms: frozenset[str]
    names: frozenset[str]
    required: frozenset[str]
    asks: str
    counted: str | None
    speech: str | None
    speakers: frozenset[str]


def read_question(text: str, known_names: frozenset[str]) -> Question:
    """Reads a question; `known_names` are the words (lower case) that the articles write as names."""
    plain = canonical(text)
    tokens = words(plain)
    names = {word for word in tokens if word in known_names}
    names |= {word for found in re.findall(r"(?<=\w )[A-Z][\w’'-]*", plain) for word in words(found)}
    names -= STOP_WORDS
    speech, speakers = _speech(plain, names)
    asks = next(
        (kind for kind, form in _ASKS.items() if re.search(rf"(?:^|[,;] )(?:{form})", plain, re.IGNORECASE)),
        None,
    )
    counted = _COUNTED.search(plain)
    return Question(
        text=text,
        terms=frozenset(stem(word) for word in tokens if word not in STOP_WORDS and not (speech and kind_of(word))),
        names=frozenset(names),
        required=frozenset(word for word, after in pairwise([*tokens, ""]) if word in names and after not in names),
        asks=asks or "anything",
        counted=stem(counted.group(1).lower()) if counted else None,
        speech=speech,
        speakers=speakers,
    )


def _speech(text: str, names: set[str]) -> tuple[str | None, frozenset[str]]:
    auxiliary = _AUXILIARY.search(text)
    for found in re.finditer(r"[\w-]+", text):
        kind = kind_of(found.group())
        if kind and found.start() > 0:
            subject = text[auxiliary.end() : found.start()] if auxiliary and auxiliary.end() < found.start() else ""
            return kind, frozenset(word for word in words(subject) if word in names)
    return None, frozenset()
