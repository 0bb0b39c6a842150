"""Completes questions by the one before: "and Blinken?", "why?", "when did he say that?"."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING

from assistant.answer import Turn
from assistant.conversation.mentions import (
    Mention,
    free_pronouns,
    mentions,
    mentions_in_full,
    referent,
    without_pronouns,
)
from assistant.english.countries import is_nation
from assistant.english.times import find_times
from index.remarks.parser import LONGEST, Parser
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
_TO_TIME = re.compile(r"(?i)^(?:in|on|at|during) (?:the )?|\b(?:in|on|at|during) (?:the )?$")
_ANY_DAY = date(2000, 1, 1)  # it decides what words for a time mean, but not which words are for a time


def standalone(question: str, turns: Sequence[Turn], parser: Parser | None) -> tuple[str, bool]:
    """Return the question made whole where that is certain, and whether it can't be understood without the turns."""
    if not turns or parser is None or len(question) > LONGEST:
        return question, False
    parse = parser.parse_one
    doc, earlier = parse(question), [(parse(turn.question), parse(turn.answer)) for turn in turns]
    named = without_pronouns(doc, earlier)
    part = _completed(named, earlier, parse)
    if part or (part is None and named != question):
        whole = _without_lead(part or named).strip()
        whole = f"{whole[0].upper()}{whole[1:]}{'' if whole[-1] in '?.!' else '?'}"
        if _is_well_formed(parse(whole)):
            return whole, True
    return question, part is not None or named != question or any(free_pronouns(doc))


def _is_well_formed(doc: Doc) -> bool:
    """Return True for one clause with a verb and a subject; parsers take the verbs of some questions for nouns."""
    first, *others = doc.sents
    near = [first.root, *first.root.children]
    has_subject = any(each.dep_ in (*SUBJECTS, "attr", "pobj", "pcomp") or each.tag_ in ("NN", "VB") for each in near)
    return not others and has_subject and any(each.pos_ in ("VERB", "AUX") for each in near)


def _without_lead(question: str) -> str:
    """Return the question without "and", "but" or "what about" at its beginning: "and why?" becomes "why?"."""
    rest = _LEAD.sub("", question, count=1)
    return rest if words(rest) else question


def _completed(question: str, earlier: Sequence[tuple[Doc, Doc]], parse: Callable[[str], Doc]) -> str | None:
    """Return a fragment completed from the question before; empty if nothing fits there, None if it is no fragment."""
    phrase = _without_lead(question).strip(" ?.!")
    if bare := _BARE.fullmatch(phrase):
        return _asked_anew(bare[1], earlier)
    about = parse(f"What about {phrase}?")
    is_clause = any(each.pos_ == "AUX" or each.tag_[0] == "W" or each.dep_ in SUBJECTS for each in about[2:])
    is_led = phrase != question.strip(" ?.!") or question.rstrip().endswith("?")
    if is_clause or (about[2].tag_ == "VB" and " " in phrase) or not (is_led and words(phrase)):
        return None
    dated = _at_another_time(phrase, earlier[-1][0])
    return _with_phrase(phrase, about, earlier) if dated is None else dated


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
    if asked.pos_ in ("ADJ", "ADV"):  # "When did", "How much was"
        return f"{again}?"
    is_object = asked.tag_ == "WP" and asked.dep_ not in SUBJECTS and again.endswith(root.text)
    return f"{again} that?" if is_object else f"{text}, and {asks.lower()}?"


def _at_another_time(phrase: str, before: Doc) -> str | None:
    """Return the previous question with the phrase as its time; None if it is none, and empty if that isn't certain."""
    text, time = before.text.rstrip(" ?.!"), _TO_TIME.sub("", phrase)
    new, old = find_times(time, _ANY_DAY), next(iter(find_times(text, _ANY_DAY)), None)
    is_relative = re.match(r"(?:last|next|this) (?!ones?\b)", time)  # "last season"
    is_bare = phrase == time and (time[0].isupper() or time[0].isdigit())
    if not is_relative and [each.words for each in new] != [time]:
        return None
    if is_bare and not old and time[0].isupper():
        return ""  # "and May?" may ask for a person
    if is_bare and new[0].core == time:
        phrase = f"{'on' if new[0].unit == 'day' else 'in'} {time}"
    if old is None:
        return f"{text} {phrase}?"
    last = next(each for each in before if each.idx + len(each) >= old.end)
    if last.head.i > last.i and last.dep_ in ("amod", "compound", "nummod"):  # "the 2018 championship"
        return f"{text[: old.start]}{time}{text[old.end :]}?"
    return f"{_TO_TIME.sub('', text[: old.start]).rstrip()} {phrase}{text[old.end :]}?"


def _with_phrase(phrase: str, about: Doc, earlier: Sequence[tuple[Doc, Doc]]) -> str:
    """Return the previous question with the phrase after "What about" in the place of the one of the same kind."""
    before, named = earlier[-1][0], mentions(about)
    text, asked = before.text.rstrip(" ?.!"), mentions_in_full(before, earlier)
    if about[2].pos_ == "ADP":
        same = [each for each in asked if each.root.head.lower_ == about[2].lower_]
        return _replaced(before, same[-1], phrase.partition(" ")[2]) if same else f"{text} {phrase}?"
    word = re.sub(r"^the | ones?$", "", phrase)
    kind = "amod" if re.search(r" ones?$", phrase) else "compound" if phrase.islower() and " " not in phrase else ""
    alike = [each for each in before if (is_nation(each.text) if is_nation(word) else each.dep_ == kind)]
    if len(alike) == 1:  # "Russian" after "the Ukrainian minister", "herring" after "the cod quota"
        return f"{text[: alike[0].idx]}{word}{text[alike[0].idx + len(alike[0]) :]}?"
    is_name, new = " " not in phrase or about[-2].pos_ == "PROPN", named[-1].is_person if named else None
    slots = [each for each in asked if (each.is_person is False) == (new is False) or (is_name and each.is_name)]
    if new and not is_name:  # "the goalkeeper" takes the place of a subject, not of "for Rovik"
        slots = [each for each in slots if each.is_person or each.root.dep_ in SUBJECTS]
    if not slots and "’s " in phrase:
        return f"{'Who' if new else 'What'} is {phrase}?"
    best = [each for each in slots if (each.is_name if new is None else each.is_person is new)] or slots
    best = [each for each in best if len(best) == 1 or each.root.dep_ in SUBJECTS]
    return _replaced(before, best[0], phrase) if len(best) == 1 and kind != "amod" and phrase not in text else ""


def _replaced(before: Doc, slot: Mention, phrase: str) -> str:
    text, is_whole = before.text.rstrip(" ?.!"), slot.is_name or phrase[0].isupper() or " of " in phrase
    last = before[slot.end - 1] if is_whole else slot.root  # "the goalkeeper" for "the coach" leaves "of Rovik"
    if slot.start and (before[slot.start - 1].tag_[0] == "W" or before[slot.start - 1].lower_ in ("many", "much")):
        phrase = re.sub(r"^(?:the|an?) ", "", phrase)  # "how many women"
    return f"{text[: before[slot.start].idx]}{phrase}{text[last.idx + len(last) :]}?"
