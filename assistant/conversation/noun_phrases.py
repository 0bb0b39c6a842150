"""Finds noun phrases by rule: runs of words between stop words, verbs and punctuation.

The idea is from RAKE (Rose et al. 2010, "Automatic keyword extraction from individual documents"). In addition,
determiners, "of" and names join runs.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from assistant.english.names import TITLES
from index.text.calendar_words import MONTHS, WEEKDAYS
from index.text.words import STOP_WORDS, stem, words

AUXILIARIES = frozenset("did does do didn doesn don will would can could should may might must".split())
BE_OR_HAVE = frozenset("is are was were isn aren wasn weren has have had".split())
DETERMINERS = frozenset("the a an".split())

_TOKEN = re.compile(
    r"(?:Mr|Mrs|Ms|Dr|St|Gen|Sen|Rep|Lt|Col|Cmdr|Prof|[A-Z])\.(?=\s[A-Z])|[^\W_]+(?:[.’'-][^\W_]+)*(?:[’'](?=\s))?|\S"
)
_OWNER = re.compile(r"[’']s?$")
_CONTRACTED = re.compile(r"n[’']t$")
_BEGINNINGS = frozenset('.!?:;“"‘(')
_JOINERS = frozenset("of de van von al".split())


def _stems(verbs: str) -> frozenset[str]:
    return frozenset(map(stem, verbs.split()))


_VERBS = _stems(
    """affect agree allow appear arrive ask become begin believe belong bring build buy cause choose come compare
    contain decide describe develop die differ do eat elect enter evolve exist explain fail feel find follow forget get
    give go govern grow happen hear help hide hit include invite join keep kill know lead learn leave live lose make
    mean meet occur own pay prevent propose protect reduce refuse relate remain replace resign seem sell send show sink
    sit spend stand start stop support survive take tell think use win
    accuse acknowledge add admit announce argue blame call caution claim concede confirm declare demand deny disavow
    dismiss dispute forecast hail insist note pledge predict promise reaffirm refute reject repeat said say says state
    suggest told urge vow warn"""
)
"""Verbs that are hardly ever nouns; they end a noun phrase."""

_VERBS_AFTER_SUBJECTS = _stems(
    """attack call change cost end fight force hold land march move need order plan play report rule score sign stage
    strike test travel vote walk want work"""
)
"""Words that are nouns, but verbs after the subject of a question: "did the dockers [strike] in …"."""

_NO_NOUNS = frozenset(
    """also anyone currently else ever everyone example examples exactly kind kinds like lot no now often oh ok okay
    other others recently so someone still thanks then thing things today typical usually way ways wow yes
    yet""".split()
)
"""Words that "it" doesn't refer to."""

_SUBJECTS = frozenset("he she they it you we i who there how".split())
_DAYS_AND_MONTHS = frozenset({*WEEKDAYS, *MONTHS}) - {"may"}
"""May is left out because it is a name and a verb as well."""

_ENDS_PHRASES = STOP_WORDS | _DAYS_AND_MONTHS | AUXILIARIES | BE_OR_HAVE
_NO_NAMES = _DAYS_AND_MONTHS | _NO_NOUNS


class Token(NamedTuple):
    """A word, number or mark, `text[start:end]`."""

    text: str
    start: int
    end: int

    @property
    def word(self) -> str:
        """The token in lower case, without "'s" and "n't"."""
        return _CONTRACTED.sub("", self.bare).lower()

    @property
    def bare(self) -> str:
        """The token without "'s"."""
        return _OWNER.sub("", self.text)

    @property
    def is_owner(self) -> bool:
        """Return True if it ends with "'s"."""
        return _OWNER.search(self.text) is not None


class NounPhrase(NamedTuple):
    """The tokens of a noun phrase with its determiner, and the word before it, even one before a comma."""

    tokens: Sequence[Token]
    before: str


def noun_phrases(text: str, names: frozenset[str], *, only_names: bool = False) -> Iterator[NounPhrase]:
    """Yield the noun phrases of a question in order; of other texts use `only_names`, because only names are reliable.

    `names` are words, in lower case, that are names even if this text writes them without a capital.
    """
    sentence = _Sentence(text, names, only_names=only_names)
    at = 0
    while at < len(sentence.tokens):
        run = sentence.run(at)
        if run:
            yield NounPhrase(run if only_names else sentence.without_verb(at, run), sentence.before(at))
        at += max(len(run), 1)


class _Sentence:
    def __init__(self, text: str, names: frozenset[str], *, only_names: bool) -> None:
        self.tokens = [Token(match.group(), match.start(), match.end()) for match in _TOKEN.finditer(text)]
        self._names = names
        self._only_names = only_names

    def run(self, at: int) -> Sequence[Token]:
        """Return the tokens of the noun phrase that begins at `at`; empty if none begins there."""
        first = last = at + (self.tokens[at].word in DETERMINERS)
        while last < len(self.tokens) and self._is_part(last, after_determiner=last == first > at):
            ends = self._only_names and self.tokens[last].is_owner
            last += 1
            if ends:
                break
            last += self._joiners(last)
        return self.tokens[at:last] if last > first else []

    def before(self, at: int) -> str:
        """Return the word before `at`, or before a comma there; empty if there is none."""
        at -= 1 + (at > 1 and self.tokens[at - 1].text == ",")
        return self.tokens[at].word if at >= 0 else ""

    def without_verb(self, at: int, run: Sequence[Token]) -> Sequence[Token]:
        """Return the run without the verb after a question's subject: "did [the dockers] march?"."""
        first = int(run[0].word in DETERMINERS)
        if len(run) - first < 2 or not self._is_inverted(at) or self._is_verb(at + len(run)):
            return run
        verbs = (place for place in range(first + 1, len(run)) if stem(run[place].word) in _VERBS_AFTER_SUBJECTS)
        verb = next(verbs, len(run) - 1)
        if self._is_name(at + verb):
            return run
        while verb > first + 1 and run[verb - 1].word in _JOINERS | DETERMINERS:
            verb -= 1
        return run[:verb]

    def _is_inverted(self, at: int) -> bool:
        before = self.tokens[at - 1].word if at else ""
        asked_for = any(token.word in ("who", "what", "which") for token in self.tokens[:at])
        return before in AUXILIARIES or (before in BE_OR_HAVE and not asked_for)

    def _joiners(self, at: int) -> int:
        """Return how many tokens at `at` ("of the", "and") join the phrase before them to the word after them."""
        joiner = self.tokens[at].word if at < len(self.tokens) else ""
        following = self.tokens[at + 1].word if at + 1 < len(self.tokens) else ""
        after = at + 1 + (joiner in _JOINERS and following in DETERMINERS)
        if after >= len(self.tokens):
            return 0
        if joiner in _JOINERS and self._is_part(after, after_determiner=True):
            return after - at
        pair = joiner == "and" and self._is_name(at - 1) and self._is_name(after)
        return int(pair and not self._only_names)

    def _is_part(self, at: int, *, after_determiner: bool) -> bool:
        return self._is_name(at) or (not self._only_names and self._is_noun(at, after_determiner=after_determiner))

    def _is_name(self, at: int) -> bool:
        written, plain = self.tokens[at].text, words(self.tokens[at].word)
        if not plain or written == "I" or plain[0] in _NO_NAMES:
            return False
        if not written[0].isupper():
            return plain[0] in self._names and plain[0] not in STOP_WORDS
        if plain[0] in STOP_WORDS and plain[0] not in self._names:
            return False
        begins = at == 0 or self.tokens[at - 1].text in _BEGINNINGS
        goes_on = at + 1 < len(self.tokens) and self.tokens[at + 1].text[0].isupper()
        return not begins or goes_on or plain[0] in self._names or plain[0] in TITLES

    def _is_noun(self, at: int, *, after_determiner: bool) -> bool:
        token = self.tokens[at]
        if not token.text[0].isalnum() or token.word in _ENDS_PHRASES:
            return False
        if after_determiner:
            return True
        before = self.tokens[at - 1].word if at else ""
        ends = at + 1 == len(self.tokens) or not self.tokens[at + 1].text[0].isalnum()
        is_exclamation = at == 0 and ends
        is_infinitive = before == "to" and not token.word.endswith("s")
        is_adverb = len(token.word) > 4 and token.word.endswith("ly")
        never = is_exclamation or is_infinitive or is_adverb or before in _SUBJECTS
        return not never and token.word not in _NO_NOUNS and not self._is_verb(at)

    def _is_verb(self, at: int) -> bool:
        word = self.tokens[at].word if at < len(self.tokens) else ""
        is_past = word.endswith("ed") and not word.endswith("eed") and len(word) > 3
        return is_past or word in AUXILIARIES or word in BE_OR_HAVE or stem(word) in _VERBS
