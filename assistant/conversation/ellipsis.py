"""Completes questions that leave out what the previous one said: "and Blinken?", "why?", "the Russian one?"."""

import re
from collections.abc import Sequence

from assistant.conversation.mentions import Mention, head, mentions
from assistant.conversation.noun_phrases import AUXILIARIES, BE_OR_HAVE
from assistant.english.countries import canonical, is_country
from index.text.calendar_words import MONTHS, WEEKDAYS
from index.text.words import words

MOST_WORDS = 7
"""Words that a fragment after "and" or "what about" has at most. Not measured."""

MOST_WORDS_ALONE = 2
"""Words that any other fragment has at most. Not measured."""

_AUXILIARY = r"(?:did|does|do|is|are|was|were|will|would|can|could|should|has|have|had)\b"
_DO = frozenset("did does do".split())
_QUESTION_WORDS = frozenset(
    "who whom whose what which when where why how tell describe explain list name compare".split()
)
_CONNECTIVE = re.compile(r"(?:(?:and|but|or|so|also|then|ok(?:ay)?|oh|well|yes|no|now),?\s+)+", re.IGNORECASE)
_ABOUT = re.compile(r"(?:(?:what|how) about|what of)\s+", re.IGNORECASE)
_BARE = re.compile(
    r"(?P<asks>(?:why|where|when|who|whom|how|how many|how much|how long|how often|since when|until when|by whom"
    r"|with whom|from where|to whom|(?:what|who|where) else))"
    r"(?: (?:is|was) (?:that|this|it)| (?:did|does) (?:that|this|it) (?:happen|occur)| come| so| exactly| then| not)?",
    re.IGNORECASE,
)
_WHO_IS = re.compile(r"who (?:is|was)\b", re.IGNORECASE)
_COUNTS_OR_NAMES = frozenset({"Who", "Whom", "How many", "How much"})
_INVERTED = re.compile(
    rf"(?:(?P<asks>(?:(?:in|at|on|to|from|by|for|with|since|until) )?(?:what|which|whose|whom|who|when|where|why|how)\b"
    rf"(?P<noun>(?: [\w’'-]+){{0,3}}?)) )?(?P<verb>{_AUXILIARY}) (?P<rest>.+)",
    re.IGNORECASE,
)
_SUBJECT = re.compile(r"(?P<asks>who|what|which [\w’'-]+|how (?:many|much)(?: [\w’'-]+)?) (?P<rest>.+)", re.IGNORECASE)
_ADVERBIAL = re.compile(r"(?:(?:since|until) )?(?:when|where|why)\b|how\b(?! (?:many|much))", re.IGNORECASE)
_PREPOSITIONAL = re.compile(
    r"(?P<preposition>in|at|on|from|to|by|for|with|after|before|during|since|until|about|near) (?P<object>.+)",
    re.IGNORECASE,
)
_TIME = re.compile(
    rf"(?:(?:in|on|since|during|last|this|next) )*(?:\d{{4}}|week|month|year|{'|'.join((*WEEKDAYS, *MONTHS))})\b"
    r"(?: \d{4})?",
    re.IGNORECASE,
)
_TIME_FIRST = re.compile(rf"(?:on|in) {_TIME.pattern} ", re.IGNORECASE)
_ONE = re.compile(
    rf"\b(?:(?P<determiner>the|an?|that|this|which) )?(?P<modifier>[\w’'-]+) (?P<one>ones?)\b"
    rf"(?=\s*[?.!,]|$| (?:in|at|on|from|for|and|or|that|who|which)\b| {_AUXILIARY})",
    re.IGNORECASE,
)
_NO_MODIFIERS = frozenset("the a an this that which what no any each every only some other".split())


def without_connective(question: str) -> str:
    """Return the question without "and", "but" or "ok" at its beginning: "and why?" becomes "why?"."""
    rest = _CONNECTIVE.sub("", question, count=1) if _CONNECTIVE.match(question) else question
    return rest if rest.strip(" ?.!") else question


def replace_one(question: str, before: str, names: frozenset[str]) -> str:
    """Return the question with the noun of the previous question, `before`, in the place of "one".

    After "Who is the Ukrainian foreign minister?", "the Russian one?" becomes "the Russian foreign minister?".
    """
    match, own = _ONE.search(question), mentions(before, names)
    if match is None or not own or match["modifier"].lower() in _NO_MODIFIERS:
        return question
    is_single = match["one"].lower() == "one"
    if _is_nation(match["modifier"]):
        noun = next((other for each in reversed(own) if (other := _without_nation(each.text))), head(own[-1].text))
    else:
        noun = head(own[-1].text).removesuffix("s") + ("" if is_single else "s")
        if is_single and not match["determiner"]:  # "how do I make one?"
            noun = f"{'an' if noun[:1] in 'aeiou' else 'a'} {noun}"
    return f"{question[: match.start('one')]}{noun}{question[match.end() :]}"


def is_incomplete(question: str) -> bool:
    """Return True for a bare "why?" or a fragment without a verb; a keyword alone is complete."""
    asked, fragment = _normalised(question), _fragment(question)
    own = words(fragment)
    if _BARE.fullmatch(asked):
        return True
    if not own or len(own) > MOST_WORDS or re.search(r"[.?!]\s", fragment):
        return False
    if not (AUXILIARIES | BE_OR_HAVE | _QUESTION_WORDS).isdisjoint(own):
        return False
    if _PREPOSITIONAL.match(fragment):
        return not _ABOUT.match(asked)
    is_led = fragment != question.strip().rstrip(" ?.!")
    return is_led or ("?" in question and (len(own) <= MOST_WORDS_ALONE or own[0] == "the"))


def complete(question: str, before: str, names: frozenset[str], answer: str) -> str | None:
    """Return an incomplete question completed from the previous one, `before`; None if nothing in that one fits.

    `answer` is a short answer to the previous question, empty if unknown.
    """
    bare, earlier = _BARE.fullmatch(_normalised(question)), before.strip().rstrip(" ?.!")
    if bare:
        asks = bare["asks"].capitalize()
        return (
            _previous_question_with(asks, earlier, names, _TIME_FIRST.sub("", answer))
            or f"{earlier}, and {asks.lower()}?"
        )
    fragment = _fragment(question)
    return _substituted(fragment, earlier, names) or (
        None if _ABOUT.match(_normalised(question)) else f"What about {fragment}?"
    )


def _normalised(question: str) -> str:
    return without_connective(question.strip()).strip().rstrip(" ?.!")


def _fragment(question: str) -> str:
    return (
        _ABOUT.sub("", _normalised(question), count=1) if _ABOUT.match(_normalised(question)) else _normalised(question)
    )


def _previous_question_with(asks: str, before: str, names: frozenset[str], answer: str) -> str | None:
    """Return the previous question asked anew: "Why" after "When did they march" becomes "Why did they march?"."""
    inverted, subject = _INVERTED.fullmatch(before), _SUBJECT.fullmatch(before)
    if asks.endswith(" else"):
        kind = asks.removesuffix(" else")
        return f"{asks}{before[len(kind) :]}?" if before.lower().startswith(f"{kind.lower()} ") else None
    doer = next((each for each in mentions(inverted["rest"], names) if each.start == 0), None) if inverted else None
    if inverted and doer:
        one_is_asked = _WHO_IS.match(before) is not None
        return _inverted_again(asks, inverted, doer, _name_alone(answer, names) if one_is_asked else answer)
    if subject is None:
        return None
    if asks == "How many" and subject["asks"].lower() == "who":
        return f"How many {subject['rest']}?"
    if subject["rest"].startswith("happened") and _ADVERBIAL.match(asks):
        return f"{asks} did that happen{subject['rest'].removeprefix('happened')}?"
    return None


def _inverted_again(asks: str, before: re.Match[str], doer: Mention, answer: str) -> str | None:
    verb, rest = before["verb"].lower(), before["rest"]
    if asks in _COUNTS_OR_NAMES:
        return None
    if not before["asks"] or _ADVERBIAL.match(before["asks"]):
        return f"{asks} {verb} {rest}?"
    if verb in _DO:  # "What did Lavrov deny?", but not "What did Lavrov say about it?"
        ends_with_verb = len(rest[doer.end :].split()) == 1 and not before["noun"].strip()
        return f"{asks} {verb} {rest} {answer or 'that'}?" if ends_with_verb else None
    return f"{asks} {verb} {answer} {rest}?" if answer else None  # "Who is the mayor?"


def _name_alone(answer: str, names: frozenset[str]) -> str:
    """Return the name at the beginning of an answer such as "Ada Lund of the Reform Party"; else the whole answer."""
    name = next((each for each in mentions(answer, names, only_names=True) if each.start == 0), None)
    return name.text if name else answer


def _substituted(fragment: str, before: str, names: frozenset[str]) -> str | None:
    """Return the previous question with the fragment in the place of the part that is most like it."""
    own = mentions(before, names)
    if _TIME.fullmatch(fragment):
        time = _TIME.search(before)
        return f"{before[: time.start()]}{fragment}{before[time.end() :]}?" if time else f"{before} {fragment}?"
    prepositional = _PREPOSITIONAL.fullmatch(fragment)
    if prepositional:
        led = f" {prepositional['preposition'].lower()} "
        same = [each for each in own if before[: each.start].lower().endswith(led)]
        return _replaced(before, same[-1], prepositional["object"]) if same else f"{before} {fragment}?"
    slot, inverted = _slot(fragment, own, names), _INVERTED.fullmatch(before)
    if slot is None or slot.text.lower() == fragment.lower():
        return None
    if inverted and slot.end <= inverted.end("noun"):  # "Which embassy was closed?"
        verb = inverted["verb"].lower()
        return None if verb in _DO else f"{verb.capitalize()} {fragment} {inverted['rest']}?"
    return _replaced(before, slot, fragment)


def _slot(fragment: str, own: Sequence[Mention], names: frozenset[str]) -> Mention | None:
    """Return the part of the previous question that the fragment replaces: same noun, or also a country or a name."""
    own_words = words(fragment)
    same_noun = [each for each in own if head(each.text) == head(fragment)]
    nations = [each for each in own if _is_nation(each.text)]
    named = [each for each in own if each.kind != "thing" or any(part[:1].isupper() for part in each.text.split(" "))]
    is_name = fragment[:1].isupper() or not names.isdisjoint(own_words)
    is_name = is_name or (len(own_words) == 1 and not own_words[0].endswith("s"))
    is_person = any(each.kind == "person" for each in mentions(fragment, names))
    if same_noun:
        return same_noun[-1]
    if nations and _is_nation(fragment):
        return nations[-1]
    if is_name or (is_person and named):
        return next(iter([*named, *own]), None)
    return own[0] if len(own) == 1 and not named and own_words[0] == "the" else None


def _replaced(before: str, slot: Mention, text: str) -> str:
    return f"{before[: slot.start]}{text}{before[slot.end :]}?"


def _without_nation(phrase: str) -> str:
    """Return the phrase without its determiner and nation; empty if it has no nation."""
    parts = re.sub(r"^(?:the|an?) ", "", phrase).split(" ")
    others = [part for part in parts if not _is_nation(part)]
    return " ".join(others) if 0 < len(others) < len(parts) else ""


def _is_nation(phrase: str) -> bool:
    return is_country("".join(words(canonical(phrase))))
