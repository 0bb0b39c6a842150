"""Takes a question out of what is said around it: "Hi, could you tell me who won, please?" asks "who won?"."""

import re
from dataclasses import dataclass

from assistant.english.number_words import SMALL_NUMBERS, VALUES

_WHAT = r"(?:what|who|whom|whose|which|when|where|how|why)\b"
_MORE = (
    r"(?: (?:please|kindly|maybe|perhaps|possibly|also|just|really|briefly|quickly|very much|happen to"
    r"|by any chance))*"
)
_KNOW = r"(?:know|hear|learn|understand|ask(?: you)?|find out|see|be told)(?: more)?"
_TELL = rf"(?:(?:tell|inform|remind)(?: me| us)?|explain to (?:me|us)|(?:let|help) (?:me|us) {_KNOW})"
_YOU, _I = r"(?:you|anyone|anybody|somebody|someone)", r"(?:i|we)"
_IF_YOU_COULD = rf"(?:it )?(?:if|whether) {_YOU}(?: (?:can|could|might|would))?{_MORE} {_TELL}"
_OPENINGS = [
    # greetings
    r"(?:hi|hello|hey|hiya|greetings|good (?:morning|afternoon|evening|day)|dear [\w ]{2,20}(?=,))"
    rf"(?: (?:there|all|everyone|everybody|again))*(?=[,.!:;–-]| (?:i|please|can|could|do|{_WHAT})\b)",
    # "please", "a quick question", "so"
    r"(?:please|kindly|excuse me|pardon me|sorry|thanks|thank you)(?=[ ,:.!–-])",
    r"(?:i have )?(?:a |one )?(?:quick )?question(?=[ ,:.!–-])",
    r"(?:so|well|ok(?:ay)?|right|now|and|but|then|also)"
    rf"(?=,? (?:please|can|could|do|does|did|is|are|was|were|has|have|tell|{_WHAT})\b)",
    # "could you tell me", "may I ask", "do you know", "any idea"
    rf"(?:can|could|would|will|might|do) {_YOU}{_MORE} {_TELL}",
    rf"(?:can|could|may|might) {_I}{_MORE} {_KNOW}",
    rf"(?:do|does|did|would) {_YOU}{_MORE} know(?= (?:if\b|whether\b|{_WHAT}))",
    rf"{_TELL}|is it possible to (?:know|say|tell me)|(?:do you have )?any idea",
    # "I'd like to know", "I want you to tell me", "I was wondering if you could tell me"
    rf"{_I}(?:[’']d| would){_MORE} (?:like|love|appreciate|be (?:happy|glad|grateful|interested|curious)){_MORE}"
    rf" (?:(?:for )?you to {_TELL}|to {_KNOW}|{_IF_YOU_COULD})",
    rf"{_I}{_MORE} (?:want|need|wish|have|wanted|hope){_MORE} (?:you )?to (?:{_KNOW}|{_TELL})",
    rf"{_I}(?:[’']m| am| was| were|[’']re| are)?{_MORE}"
    rf" (?:(?:wonder|wondering|curious)(?: to {_KNOW})?|(?:interested|trying) to {_KNOW})(?: {_IF_YOU_COULD})?",
    # "can you" list, "I want" a summary
    rf"(?:can|could) you{_MORE}"
    r"(?= (?:(?:summari[sz]e|sum up|outline|compare|list|show|search|look up|count)\b"
    r"|(?:give|find|get|name) (?:me|us|all|any|every|(?:news )?(?:articles|stories))\b))",
    rf"{_I}(?:[’']d| would)?{_MORE} (?:like|want|need)(?: to (?:have|see|get|read))?"
    r"(?= (?:an?|the|all|some|any|every)\b)",
]
"""What stands before a question, as expressions; one may come after another."""

_OPENING = re.compile(rf"^(?:{'|'.join(_OPENINGS)})[\s,:;.!?–-]+", re.IGNORECASE)
_CLOSING = re.compile(
    r"[\s,;.?!–-]*\b(?:please|(?:many )?thanks|thank you|thx|if you (?:can|please)"
    r"|(?:thanks|thank you) (?:in advance|very much|a lot|so much))[\s.!?]*$",
    re.IGNORECASE,
)
_BETWEEN = re.compile(
    r"(?<=\byou )(?:by any chance|happen to|perhaps|possibly|maybe|kindly|please) (?=\w)", re.IGNORECASE
)
_SMILEY = re.compile(r"(?<=\w)\s*[:;]-?[()]+$")
_SIZE = rf"(?P<size>an?|single|\d|{'|'.join(SMALL_NUMBERS[1:10])}|a few|your own|plain|simple)"
_LENGTH = (
    rf"(?:in|with|using) (?:(?:just|only|at most|no more than|about) )?{_SIZE}(?: (?:single|short|simple))?"
    r" (?P<unit>sentence|line|word|term|paragraph|bullet point|point)s?"
)
_BRIEFLY = r"in (?:short|brief|detail|a nutshell)|briefly|be (?:brief|short|concise)|keep it (?:short|brief|simple)"
_REPLY = r"(?:answer|reply|respond|write|explain|say|tell me|put|summari[sz]e)(?: it| this| that| me| to me)*"
_WISH = rf"(?:please )?(?:(?:{_REPLY} )?(?:{_LENGTH}|{_BRIEFLY})|{_REPLY} in [a-z]+)"
_WISHES = [
    re.compile(rf"^{_WISH}[,:.]\s+", re.IGNORECASE),
    re.compile(rf"(?:(?<=[,;:.?!–-])|(?=\s(?:in|with|using)\b))\s*{_WISH}[\s.?!]*$", re.IGNORECASE),
]
"""Wishes for how to answer: "in one sentence", "briefly", "please answer in German"."""

_WHETHER = re.compile(r"(?:if|whether)(?: or not)? ", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Phrasing:
    """A question without what is said around it, and the most sentences that are wished for, 0 for any number."""

    question: str
    sentences: int = 0


def plain_question(typed: str) -> Phrasing:
    """Return the question without greetings, polite words, and wishes for how to answer.

    "Could you tell me whether it rained, in one sentence?" gives "Is it true that it rained?" and 1. What has no other
    words stays as it is.
    """
    question, sentences = _BETWEEN.sub("", _SMILEY.sub("", typed.strip())), 0
    forms = [*_WISHES, _CLOSING, _OPENING]
    while found := next(
        ((match, rest) for form in forms if (match := form.search(question)) and (rest := _without(question, match))),
        None,
    ):
        match, question = found
        sentences = sentences or _sentences(match)
    if question != typed.strip():
        question = _WHETHER.sub("is it true that ", question, count=1) if _WHETHER.match(question) else question
        question = question[0].upper() + question[1:] if typed.lstrip()[0].isupper() else question
    return Phrasing(question, sentences)


def _without(question: str, match: re.Match[str]) -> str:
    """Return the question without the match; empty where no word would be left."""
    rest = f"{question[: match.start()]}{question[match.end() :]}".strip(" ,;:–-")
    if not re.search(r"\w{2}", rest):
        return ""
    return rest if rest[-1] in ".?!" or "?" not in question else f"{rest}?"


def _sentences(match: re.Match[str]) -> int:
    groups = match.groupdict()
    size, unit = (groups.get("size") or "").lower(), (groups.get("unit") or "").lower()
    if unit not in ("sentence", "line", "word"):
        return 0
    numbers = VALUES | {"a": 1, "an": 1, "single": 1}
    return int(size if size.isdigit() else numbers.get(size, 0))
