"""Completes questions that leave out what the one before said: "and Blinken?", "why?", "the Russian one?"."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING

from assistant.conversation.mentions import Mention, mentions, referent
from assistant.english.countries import is_nation
from assistant.english.periods import find_restrictions
from index.remarks.speaker_phrases import SUBJECTS
from index.text.words import words

if TYPE_CHECKING:
    from spacy.tokens import Doc

_LEAD = re.compile(
    r"(?i)\s*(?:(?:and|but|or|so|then|also|ok(?:ay)?|well|no(?=,))\b[\s,]*)*"
    r"(?:(?:(?:what|how) about|what of|i meant?)\b[\s,]*)?"
)
_BARE = re.compile(
    r"(?i)(why|where|when|who|how|how (?:many|much|long|often)|(?:since|until) when|(?:by|with|from|to|for) whom"
    r"|(?:what|who|where) else)(?: (?:(?:is|was) (?:that|this|it)|(?:did|does) (?:that|this|it) happen|come|so))?"
)


def without_lead(question: str) -> str:
    """Return the question without "and", "but" or "what about" at its beginning: "and why?" becomes "why?"."""
    rest = _LEAD.sub("", question, count=1)
    return rest if words(rest) else question


def completed(question: str, earlier: Sequence[tuple[Doc, Doc]], parse: Callable[[str], Doc]) -> str | None:
    """Return a question of question words or a phrase alone completed from the one before; empty if nothing fits there.

    None is returned for any other question.
    """
    phrase = without_lead(question).strip(" ?.!")
    if bare := _BARE.fullmatch(phrase):
        return _asked_anew(bare[1], earlier)
    about = parse(f"What about {phrase}?")
    is_clause = any(each.pos_ == "AUX" or each.tag_[0] == "W" or each.dep_ in SUBJECTS for each in about[2:])
    is_led = phrase != question.strip(" ?.!") or question.rstrip().endswith("?")
    if is_clause or (about[2].tag_ == "VB" and " " in phrase) or not (is_led and words(phrase)):
        return None
    return _with_phrase(phrase, about, earlier[-1][0])


def _asked_anew(asks: str, earlier: Sequence[tuple[Doc, Doc]]) -> str:
    """Return the previous question with other question words: "Why" after "When did they march?"."""
    before, asks = earlier[-1][0], asks.capitalize()
    text, first, root = before.text.rstrip(" ?.!"), before[0], next(before.sents).root
    verb = next((each for each in before if each.pos_ == "AUX"), first)
    asked, again = before[max(verb.i - 1, 0)], f"{asks} {text[verb.idx :]}"
    if asks.endswith(" else") or (asks == "How many" and first.lower_ == "who"):
        return f"{asks}{text[len(first) :]}?" if asks.lower().startswith((first.lower_, "how")) else ""
    if first.tag_ in ("MD", "VBD", "VBP", "VBZ"):
        return f"{asks} {text[0].lower()}{text[1:]}?"
    if verb == root and first.lower_ == "who":
        who = referent("he", earlier, text) or referent("she", earlier, text)
        return f"{asks} {verb} {who}{text[verb.idx + len(verb) :]}?" if who else ""
    if verb == root or asks.startswith("How ") or first.tag_[0] != "W":
        return ""
    if verb.i and asked.dep_ not in SUBJECTS and (asked.tag_ == "WRB" or again.endswith(root.text)):
        return f"{again}?" if asked.tag_ == "WRB" else f"{again} that?"
    return f"{text}, and {asks.lower()}?"


def _with_phrase(phrase: str, about: Doc, before: Doc) -> str:
    """Return the previous question with the phrase after "What about" in the place of the one of the same kind."""
    text, own, named = before.text.rstrip(" ?.!"), mentions(before), mentions(about)
    for period in (phrase, f"in {phrase}"):
        if [each.words for each in find_restrictions(period, date.max)] == [period]:
            start, end = next(((each.start, each.end) for each in find_restrictions(text, date.max)), (len(text),) * 2)
            return f"{text[:start].rstrip()} {period}{text[end:]}?"
    if about[2].pos_ == "ADP":
        same = [each for each in own if each.root.head.lower_ == about[2].lower_]
        return _replaced(before, same[-1], phrase.partition(" ")[2]) if same else f"{text} {phrase}?"
    word = re.sub(r"^the | ones?$", "", phrase)
    kind = "amod" if re.search(r" ones?$", phrase) else "compound" if phrase.islower() and " " not in phrase else ""
    words_alike = [each for each in before if (is_nation(each.text) if is_nation(word) else each.dep_ == kind)]
    if len(words_alike) == 1:  # "Russian" after "the Ukrainian minister", "herring" after "the cod quota"
        return f"{text[: words_alike[0].idx]}{word}{text[words_alike[0].idx + len(words_alike[0]) :]}?"
    is_name, new = " " not in phrase or phrase[0].isupper(), named[-1].is_person if named else None
    similar = [
        each for each in own if (each.is_person is False) == (new is False) or (is_name and each.text[0].isupper())
    ]
    alike = [each for each in similar if each.is_person is new] or similar
    alike = alike if len(alike) < 2 else [each for each in alike if each.root.dep_ in SUBJECTS]
    return _replaced(before, alike[0], phrase) if len(alike) == 1 and kind != "amod" and phrase not in text else ""


def _replaced(before: Doc, slot: Mention, phrase: str) -> str:
    start, last, text = slot.start, before[slot.end - 1], before.text.rstrip(" ?.!")
    while start and before[start - 1].tag_ in ("DT", "PDT", "PRP$"):
        start -= 1
    if start and (before[start - 1].tag_[0] == "W" or before[start - 1].lower_ in ("many", "much")):
        phrase = re.sub(r"^(?:the|an?) ", "", phrase)  # "how many women"
    return f"{text[: before[start].idx]}{phrase}{text[last.idx + len(last) :]}?"
