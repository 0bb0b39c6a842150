"""Pronouns that refer to something outside their question, and their replacement by what they refer to."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.conversation.mentions import Mention, head, may_own, mentions, mismatch_penalty
from assistant.conversation.noun_phrases import AUXILIARIES, BE_OR_HAVE
from index.text.words import STOP_WORDS, words

GOOD_FIT = 1
"""The highest penalty at which a mention in the question itself is what a pronoun refers to. Not measured."""

_PRONOUN = re.compile(
    r"\b(?:he|him|his|she|hers?|they|them|theirs?|its?|there|(?P<pointing>this|that|these|those))\b(?!-)", re.IGNORECASE
)
_SUBJECTS = frozenset("he she they".split())
_OWNERS = frozenset("his her its their".split())
_OBJECT_HER = "hers"
"""Stands for "her" that isn't possessive, as in "who saw her?"."""

_GROUPS = (("he", "him", "his"), ("she", "her", "hers"), ("they", "them", "their", "theirs"), ("it", "its"))
_PREPOSITIONS = frozenset(
    "of about in on for by with after before during to from at against near around through outside inside".split()
)
_POINTING_AFTER = _PREPOSITIONS | frozenset("did does do is was has".split())
_CLAUSE = re.compile(
    r"\b(?:that|when|after|before|while|as|if|because|since|who|which|whose|and|but|or|to|where|why|how)\b",
    re.IGNORECASE,
)
_CLAUSE_FIRST = re.compile(r"(?:when|after|before|while|as|if|since|although|once)\b[^,]*,", re.IGNORECASE)
_RELATIVE = re.compile(r" (?:(?:that|which|whom|who) )?")
_SENTENCE_ENDS = re.compile(r"[.?!]\s")
_ENDS = re.compile(r"\s*(?:[?.!,;]|$)")
_NOUN = re.compile(r"\s+([^\W\d_][\w-]*)")
_MEANS_WHAT_FOLLOWS = re.compile(
    r"\bit(?: (?:is|was|be|been|would be)|[’']s| (?:isn|wasn)[’']t) (?:\w+ )?\w+ (?:that|to|for|whether|if)\b"
    r"|\b(?:is|was|be|isn[’']t|wasn[’']t) it (?:\w+ )?(?!\w*ed\b)\w+ (?:that|to|for|whether|if)\b(?!.* than )"
    r"|\b(?:is|was) it (?:true|possible|likely|known|raining|snowing)\b"
    r"|\bit (?:takes?|took|costs?) .*\bto\b",
    re.IGNORECASE,
)
_EXISTS = re.compile(
    r"\b(?:is|are|was|were|be|been|being|has|have|will|can|could|should|would|isn[’']t|aren[’']t|it) there\b"
    r"|\bthere(?:[’']s| (?:is|are|was|were|has|have|will|be))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Pronoun:
    """A pronoun at `question[start:end]`; for "that ferry", `noun` is "ferry" and lies within the offsets."""

    word: str
    start: int
    end: int
    noun: str = ""

    def is_same_as(self, other: "Pronoun") -> bool:
        """Return True if both refer to the same, as "he" and "his" in one question do."""
        return self.word == other.word or any(self.word in group and other.word in group for group in _GROUPS)


def free_pronouns(question: str, names: frozenset[str]) -> Iterator[Pronoun]:
    """Yield the pronouns whose referent isn't in the question; "it is raining" and "there are" are skipped."""
    own = mentions(question, names)
    empty = {
        place
        for pattern, word in ((_MEANS_WHAT_FOLLOWS, "it"), (_EXISTS, "there"))
        for phrase in pattern.finditer(question)
        for place in range(phrase.start(), phrase.end())
        if question[place : place + len(word)].lower() == word
    }
    for match in _PRONOUN.finditer(question):
        pronoun = None if match.start() in empty else _pronoun_at(question, match)
        if pronoun and not _is_bound(question, pronoun, own):
            yield pronoun


def referent(pronoun: Pronoun, candidates: Sequence[tuple[float, Mention]]) -> Mention | None:
    """Return the candidate with the lowest sum of distance and penalty, None if none fits the pronoun."""
    fitting = [
        (distance + penalty, at)
        for at, (distance, each) in enumerate(candidates)
        if (penalty := _penalty(pronoun, each)) is not None
    ]
    return candidates[min(fitting)[1]][1] if fitting else None


def replace_pronoun(question: str, pronoun: Pronoun, meant: Mention) -> str:
    """Return the question with the mention in the pronoun's place: "her party" becomes "Ada Lund’s party"."""
    before, text = question[: pronoun.start], meant.text
    if pronoun.word in _OWNERS:
        text += "’" if text.endswith("s") else "’s"
    led = words(before)[-1:]
    if pronoun.word == "there" and led and led[0] not in _PREPOSITIONS:
        text = f"{'in' if meant.kind == 'place' else 'at'} {text}"
    return f"{before}{text}{question[pronoun.end :]}"


def _pronoun_at(question: str, match: re.Match[str]) -> Pronoun | None:
    word, start, end = match.group().lower(), match.start(), match.end()
    if match["pointing"]:
        return _demonstrative(question, word, start, end)
    return Pronoun(_OBJECT_HER if word == "her" and not _noun_after(question[end:]) else word, start, end)


def _demonstrative(question: str, word: str, start: int, end: int) -> Pronoun | None:
    before, after = words(question[:start])[-1:], question[end:]
    if _ENDS.match(after):
        return Pronoun(word, start, end) if before and before[0] in _PREPOSITIONS else None
    noun = _noun_after(after)
    points = word != "that" or not before or before[0] in _POINTING_AFTER
    return Pronoun(word, start, end + noun.end(), noun.group(1).lower()) if noun and points else None


def _noun_after(after: str) -> re.Match[str] | None:
    noun = _NOUN.match(after)
    known = words(noun.group(1))[:1] if noun else []
    return noun if known and known[0] not in STOP_WORDS | AUXILIARIES | BE_OR_HAVE else None


def _is_bound(question: str, pronoun: Pronoun, own: Sequence[Mention]) -> bool:
    """Return True if the pronoun refers to something in the question itself, decided by where both stand."""
    if pronoun.noun:
        return False
    sentence = max((end.end() for end in _SENTENCE_ENDS.finditer(question, 0, pronoun.start)), default=0)
    if any(each.end <= sentence and mismatch_penalty(pronoun.word, each) is not None for each in own):
        return True
    fitting = [each for each in own if _may_bind(question, pronoun, each)]
    earlier = [each for each in fitting if each.end <= pronoun.start]
    if not earlier:
        clause = _CLAUSE_FIRST.match(question)
        return bool(fitting) and clause is not None and clause.end() > pronoun.start
    following = words(question[pronoun.end :])[:1]
    is_subject = pronoun.word in _SUBJECTS or (bool(following) and following[0] in AUXILIARIES | BE_OR_HAVE)
    between = question[earlier[-1].end : pronoun.start]
    return is_subject or pronoun.word in _OWNERS or _CLAUSE.search(between) is not None


def _may_bind(question: str, pronoun: Pronoun, mention: Mention) -> bool:
    if mention.end <= pronoun.start and _RELATIVE.fullmatch(question, mention.end, pronoun.start):
        return False  # "the plants they found": others than the plants
    if pronoun.word in ("its", "their"):
        return may_own(mention, pronoun.word)
    penalty = mismatch_penalty(pronoun.word, mention)
    return penalty is not None and penalty <= GOOD_FIT


def _penalty(pronoun: Pronoun, mention: Mention) -> int | None:
    if not pronoun.noun:
        return mismatch_penalty(pronoun.word, mention)
    own = head(mention.text)
    return 0 if own.removesuffix("s") == pronoun.noun.removesuffix("s") else None
