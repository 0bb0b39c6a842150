"""Completes questions that leave out what the one before said: "and Blinken?", "why?", "the Russian one?"."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING

from assistant.conversation.mentions import Mention, known_mentions, mentions, referent
from assistant.english.countries import is_nation
from assistant.english.times import find_times
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

_LEADS_TO_TIME = re.compile(r"(?i)^(?:in|on|at|during) (?:the )?|\b(?:in|on|at|during) (?:the )?$")
_ANY_DAY = date(2000, 1, 1)
"""Stands for the day of asking, which says which days words for a time mean, but not which words are for a time."""


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
    return _with_phrase(phrase, about, earlier)


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


def _with_phrase(phrase: str, about: Doc, earlier: Sequence[tuple[Doc, Doc]]) -> str:
    """Return the previous question with the phrase after "What about" in the place of the one of the same kind."""
    before, named = earlier[-1][0], mentions(about)
    text, own = before.text.rstrip(" ?.!"), known_mentions(before, earlier)
    if dated := _at_another_time(phrase, before):
        return dated
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
    if len(alike) > 1 or (new and not is_name):  # "the goalkeeper" takes the place of a subject, not of "for Rovik"
        alike = [each for each in alike if each.is_person or each.root.dep_ in SUBJECTS]
    return _replaced(before, alike[0], phrase) if len(alike) == 1 and kind != "amod" and phrase not in text else ""


def _at_another_time(phrase: str, before: Doc) -> str:
    """Return the previous question with the phrase as its time; empty if the phrase is none for certain."""
    text, words = before.text.rstrip(" ?.!"), _LEADS_TO_TIME.sub("", phrase)
    times, old = find_times(words, _ANY_DAY), next(iter(find_times(text, _ANY_DAY)), None)
    if [each.words for each in times] != [words] or (times[0].recurs and phrase == words and not old):
        return ""  # "and May?" may ask for a person
    if phrase == words and not times[0].bound and (words[0].isdigit() or words[0].isupper()):
        phrase = f"{'on' if times[0].unit == 'day' else 'in'} {words}"
    if old is None:
        return f"{text} {phrase}?"
    last = next(each for each in before if each.idx + len(each) >= old.end)
    if last.head.i > last.i and last.dep_ in ("amod", "compound", "nummod"):  # "the 2018 championship"
        return f"{text[: old.start]}{words}{text[old.end :]}?"
    return f"{_LEADS_TO_TIME.sub('', text[: old.start]).rstrip()} {phrase}{text[old.end :]}?"


def _replaced(before: Doc, slot: Mention, phrase: str) -> str:
    start, text = slot.start, before.text.rstrip(" ?.!")
    is_whole = slot.root.pos_ == "PROPN" or phrase[0].isupper() or " of " in phrase  # else "of Rovik" stays
    last = before[slot.end - 1] if is_whole else slot.root
    while start and before[start - 1].tag_ in ("DT", "PDT", "PRP$"):
        start -= 1
    if start and (before[start - 1].tag_[0] == "W" or before[start - 1].lower_ in ("many", "much")):
        phrase = re.sub(r"^(?:the|an?) ", "", phrase)  # "how many women"
    return f"{text[: before[start].idx]}{phrase}{text[last.idx + len(last) :]}?"
