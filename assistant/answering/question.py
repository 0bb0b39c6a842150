"""What a question asks for, by its words."""

import re
from dataclasses import dataclass
from itertools import pairwise

from assistant.english.countries import canonical, is_country
from assistant.english.names import TITLES, without_possessives
from assistant.english.synonyms import concept
from assistant.english.times import YEAR
from assistant.search.speech_question import SpeechQuestion
from index.remarks.speech_verbs import kind_of_verb
from index.text.words import STOP_WORDS, words

_ASKS = {  # the kinds of answer, each with the beginning of a question or clause that asks for it
    "number": r"how (?:many|much|old|long|far|often|large|big|high|tall|deep|fast|strong|heavy)\b"
    r"|(?:by |at )?what (?:number|percentage|share|proportion|speed|price)\b",
    "time": r"(?:since )?when\b|(?:at |by |in |on |since |until )?(?:what|which) (?:time|day|date|month|year)\b",
    "person": r"who\b|whom\b|whose\b",
    "country": r"(?:in |to |from )?(?:what|which)(?: [\w-]+){0,2} (?:country|countries|nation|nations)\b",
    "reason": r"why\b",
    "place": r"where\b|(?:in |to |from )?(?:what|which) (?:city|town|place|region|hotel|port)\b",
}
_OPEN = re.compile(r"\b(?:who|whom|whose|what|which|when|where|why|how)\b", re.IGNORECASE)
_VERBS = r"(?:did|does|do|has|have|had|is|was|were|are|will|would|can|could)\b"
_YES_OR_NO = re.compile(rf"(?:^|, ?)(?:so |and |but )?(?:{_VERBS}|(?:should|may|might|must)\b)", re.IGNORECASE)
_COUNTED = re.compile(
    rf"how (?:many|much) (?:of )?(?:the |more |other )*(?!{_VERBS})([\w-]+(?: [\w-]+)?)", re.IGNORECASE
)
_DOES = re.compile(r"\b(?:did|does|do|has|have|had) (?=(.+))", re.IGNORECASE)
_YEAR = re.compile(rf"\b{YEAR}(?=s?\b)")
_ROLE = re.compile(r"who (?:is|was|are|were) (?:the )?(?:[\w-]+ )*?([\w-]+) of (?:the )?([\w-]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Question:
    """The parts of a question.

    - `terms`: the concepts that it is about
    - `names`: its words that are names
    - `required`: the names that an answer must have: countries, and the last of adjoining others ("Antony *Blinken*")
    - `asks`: the kind of answer, a key of the table above or "anything"
    - `counted`: the concepts that "how many" counts
    - `speech`: whose remarks it asks for, if any
    - `subject`: the names of the doer asked about, and `deed` the concept of what was done
    - `role`: two concepts that must stand close together ("president", "france")
    - `years`: the years that it names
    """

    text: str
    terms: frozenset[str]
    names: frozenset[str]
    required: frozenset[str]
    asks: str
    counted: frozenset[str]
    speech: SpeechQuestion | None
    subject: frozenset[str]
    deed: str | None
    role: tuple[str, str] | None
    years: frozenset[str]

    @property
    def is_open(self) -> bool:
        """True for an open question ("who …?"); False for yes/no questions and bare keywords."""
        return _OPEN.search(self.text) is not None

    @property
    def is_read(self) -> bool:
        """True if it is a question for words, or for a yes or a no, that the reading model can be asked."""
        return self.is_open or _YES_OR_NO.search(self.text.lstrip()) is not None


def parse_question(text: str, known_names: frozenset[str], speech: SpeechQuestion | None = None) -> Question:
    """Return the parts of a question; `known_names` are the words (lower case) that the articles write as names."""
    plain = canonical(text)
    tokens = words(plain)
    names = {word for word in tokens if word in known_names}
    names |= {word for capitalised in re.findall(r"(?<=\w )[A-Z][\w’'-]*", plain) for word in words(capitalised)}
    names -= STOP_WORDS | TITLES
    required = {
        word for word, after in pairwise([*tokens, ""]) if word in names and (after not in names or is_country(word))
    }
    asks = next((kind for kind, form in _ASKS.items() if re.search(rf"(?:^|[,;] )(?:{form})", plain, re.I)), "anything")
    counted, role = _COUNTED.search(plain), _ROLE.search(plain)
    subject, deed = _subject(plain, names)
    return Question(
        text=text,
        terms=frozenset(
            concept(word)
            for word in tokens
            if word not in STOP_WORDS | TITLES and word not in names - required and not (speech and kind_of_verb(word))
        ),
        names=frozenset(names),
        required=frozenset(required),
        asks=asks,
        counted=frozenset(concept(word) for word in words(counted.group(1))) - STOP_WORDS if counted else frozenset(),
        speech=speech,
        subject=frozenset(subject),
        deed=deed,
        role=(concept(role.group(1).lower()), concept(role.group(2).lower())) if role else None,
        years=years_in(text),
    )


def years_in(text: str) -> frozenset[str]:
    """Return the years that a text names, and counts that look like years, with or without a comma."""
    return frozenset(_YEAR.findall(text.replace(",", "")))


def _subject(text: str, names: set[str]) -> tuple[set[str], str | None]:
    """Return the names of who did it, and the concept of what: "What did Orsk sell?" is {"orsk"}, "sell"."""
    does = _DOES.search(text)
    after = words(without_possessives(does.group(1))) if does else []
    subject: set[str] = set()
    for word in after:
        if word in names:
            subject.add(word)
        elif word not in TITLES | {"the", "and"}:
            return subject, concept(word) if subject else None
    return set(), None
