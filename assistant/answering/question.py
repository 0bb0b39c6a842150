"""What a question asks for: by its words, and by the parser where there is one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from assistant.english.countries import canonical, is_country
from assistant.english.doers import named_doers
from assistant.english.names import TITLES
from assistant.english.times import YEAR
from index.remarks.nouns import people_and_groups
from index.remarks.parser import Parser
from index.remarks.speech_verbs import kind_of_verb
from index.text.words import STOP_WORDS, stem, words

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

ANYTHING = "anything"

_BY_WORD = {"who": "person", "whom": "person", "whose": "person", "when": "time"}
_BY_NOUN = {
    **dict.fromkeys("time day date month year week decade century hour season".split(), "time"),
    **dict.fromkeys("number amount percentage share proportion price cost age speed rate score".split(), "number"),
}
ASKING = ("WP", "WP$", "WRB", "WDT")
"""Tags of question words, in the Penn Treebank."""

_OPEN = re.compile(r"\b(?:who|whom|whose|what|which|when|where|why|how)\b", re.IGNORECASE)
_YES_OR_NO = re.compile(
    r"(?:^|, ?)(?:so |and |but )?"
    r"(?:did|does|do|has|have|had|is|was|were|are|will|would|can|could|should|may|might|must)\b",
    re.IGNORECASE,
)
_HOW_MANY = re.compile(r"\bhow many\b", re.IGNORECASE)
_CAPITALISED = re.compile(r"(?<=\w )[A-Z][\w’'-]*")
_YEAR = re.compile(rf"\b{YEAR}(?=s?\b)")


@dataclass(frozen=True, slots=True)
class Question:
    """The parts of a question.

    - `terms`: the stems of the words that it is about
    - `names`: its words that are names
    - `required`: the names that a text about it must have: countries, and the last of adjoining others
    - `asks`: the kind of answer, "person", "time", "number" or "anything"
    - `counts`: whether it asks how many there are of something
    - `doers`: who does what in it, as `named_doers` yields them, but for verbs of speech
    - `years`: the years that it names
    """

    text: str
    terms: frozenset[str]
    names: frozenset[str]
    required: frozenset[str]
    asks: str
    counts: bool
    doers: tuple[tuple[str, frozenset[str]], ...]
    years: frozenset[str]

    @property
    def is_keywords(self) -> bool:
        """True for words to search for ("the budget"): neither an open question nor one for a yes or a no."""
        return not self.is_open and _YES_OR_NO.search(self.text.lstrip()) is None

    @property
    def is_open(self) -> bool:
        """True for an open question ("who …?"); False for yes/no questions and bare keywords."""
        return _OPEN.search(self.text) is not None


def parse_question(
    text: str, known_names: frozenset[str], parser: Parser | None = None, *, about_speech: bool = False
) -> Question:
    """Return the parts of a question; `known_names` are the words (lower case) that the articles write as names.

    Of one about speech, the verb is no term: "denied it" and "said it wasn't so" both answer what was denied.
    """
    plain = canonical(text)
    tokens = words(plain)
    names = {word for word in tokens if word in known_names}
    names |= {word for capitalised in _CAPITALISED.findall(plain) for word in words(capitalised)}
    names -= STOP_WORDS | TITLES
    doc = parser.parse_one(text) if parser else None
    return Question(
        text=text,
        terms=frozenset(
            stem(word)
            for word in tokens
            if word not in STOP_WORDS | TITLES and not (about_speech and kind_of_verb(word))
        ),
        names=frozenset(names),
        required=frozenset(
            word
            for word, after in pairwise([*tokens, ""])
            if word in names and (after not in names or is_country(word))
        ),
        asks=_kind_asked_for(doc) if doc else ANYTHING,
        counts=_HOW_MANY.search(text) is not None,
        doers=tuple(each for each in named_doers(doc) if kind_of_verb(each[0]) is None) if doc else (),
        years=years_in(text),
    )


def years_in(text: str) -> frozenset[str]:
    """Return the years that a text names, and counts that look like years, with or without a comma."""
    return frozenset(_YEAR.findall(text.replace(",", "")))


def _kind_asked_for(doc: Doc) -> str:
    asking = next((token for token in doc if token.tag_ in ASKING and token.head.dep_ != "relcl"), None)
    if asking is None:
        return ANYTHING
    if asking.lower_ == "how":
        is_measure = asking.i + 1 < len(doc) and doc[asking.i + 1].pos_ in ("ADJ", "ADV", "DET")
        return "number" if is_measure else ANYTHING
    if kind := _BY_WORD.get(asking.lower_):
        return kind
    noun = _noun_asked_for(asking)
    name = noun.lemma_.lower() if noun else ""
    return _BY_NOUN.get(name, "person" if name in people_and_groups() else ANYTHING)


def _noun_asked_for(asking: Token) -> Token | None:
    """Return "company" for "which company owns it?" and for "what is the company that owns it?"."""
    if asking.dep_ == "det":
        return asking.head
    others = (child for child in asking.head.children if child.dep_ in ("nsubj", "attr") and child.i != asking.i)
    return next(others, None) if asking.head.lemma_ == "be" else None
