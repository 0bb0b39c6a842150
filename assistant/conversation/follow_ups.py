"""Rewrites follow-up questions so that they stand alone: "and Blinken?" becomes "What did Blinken deny?"."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING

from langchain_core.language_models import BaseChatModel

from assistant.answer import Turn, without_citation_marks
from assistant.conversation.mentions import Mention, mentions, mentions_in_full, referent, without_pronouns
from assistant.english.countries import is_nation
from assistant.english.times import find_times
from assistant.models.chat_models import stream_reply
from assistant.models.prompts import fill_prompt
from index.embedding.embedder import Encode
from index.errors import ModelError
from index.remarks.parser import LONGEST, Parser
from index.remarks.speaker_phrases import SUBJECTS
from index.remarks.speech_verbs import kind_of_verb

if TYPE_CHECKING:
    from spacy.tokens import Doc

TURNS, COMPARED_TURNS = 6, 2
"""How many of the last turns are read, and how many of them are compared in meaning. The run is not recorded."""

QUESTION_CHARACTERS, ANSWER_CHARACTERS, COMPARED_CHARACTERS = 1_000, 600, 300
"""Characters that are read of a question and of an answer, and that are compared in meaning. Not measured."""

SECONDS = 10
"""Seconds that a chat model may be silent, before its first word and between words."""

RELATED = 0.27
"""Cosine from which a question continues a turn: 75% of follow-ups and 3% of others reach it. No run is recorded."""

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


def condense(question: str, history: Sequence[Turn], encode: Encode, parser: Parser | None) -> tuple[str, str]:
    """Return the question as it would be asked without the earlier turns, and more words to search for with it.

    One that stands alone stays as it is; one on a new topic has no more words. Without a parser none is rewritten.
    """
    turns: list[Turn] = []
    for turn in history[-TURNS:]:
        typed = _line(turn.question)[:QUESTION_CHARACTERS]
        answer = _line(without_citation_marks(turn.answer[:ANSWER_CHARACTERS]))
        if typed:
            turns.append(Turn(_standalone(typed, turns, parser)[0], answer))
    if not turns or not question.strip():
        return question, ""
    line = _line(question)
    whole, goes_on = _standalone(line, turns, parser)
    texts = [text[:COMPARED_CHARACTERS] for turn in turns[-COMPARED_TURNS:] for text in turn if text]
    vectors = encode([question, *texts])
    if not goes_on and (vectors[1:] @ vectors[0]).max() < RELATED:
        return question, ""
    return question if whole == line else whole, f"{whole} {turns[-1].question[:COMPARED_CHARACTERS]}"


def condense_with(question: str, history: Sequence[Turn], model: BaseChatModel) -> str:
    """Return the question rewritten by a chat model. Raises ModelError if it fails, is slow or writes no question."""
    read = [(_line(turn.question[:QUESTION_CHARACTERS]), _line(turn.answer[:ANSWER_CHARACTERS])) for turn in history]
    turns = "\n".join(f"Reader: {asked}\nAnswer: {answer}" for asked, answer in read[-TURNS:])
    fenced = [re.sub(r"[<>]", " ", text) for text in (turns, _line(question[:QUESTION_CHARACTERS]))]
    prompt = fill_prompt("condense", turns=fenced[0], question=fenced[1])
    question = "".join(stream_reply(prompt, model, SECONDS)).strip()
    if question and "\n" not in question and len(question) <= QUESTION_CHARACTERS:
        return question
    problem = f"The chat model wrote {len(question):,} characters instead of one question on one line."
    raise ModelError(f"{problem} Ask again, or set ONRECORD_LLM to another model.")


def _standalone(question: str, turns: Sequence[Turn], parser: Parser | None) -> tuple[str, bool]:
    """Return the question made whole where that is certain, and whether it can't be understood without the turns."""
    if not turns or parser is None or len(question) > LONGEST:
        return question, False
    parse = parser.parse_one
    doc, earlier = parse(question), [(parse(turn.question), parse(turn.answer)) for turn in turns]
    named = without_pronouns(doc, earlier)
    part = _completed(named or question, earlier, parse)
    if part or (part is None and named not in (None, question)):
        whole = _LEAD.sub("", part or named or "", count=1).strip()
        whole = f"{whole[0].upper()}{whole[1:]}{'' if whole[-1] in '?.!' else '?'}"
        if _is_well_formed(parse(whole)):
            return whole, True
    return question, part is not None or named != question


def _is_well_formed(doc: Doc) -> bool:
    """Return True for one clause with a verb and a subject; parsers take the verbs of some questions for nouns."""
    first, *others = doc.sents
    near = [first.root, *first.root.children]
    has_subject = any(each.dep_ in (*SUBJECTS, "attr", "pobj", "pcomp") or each.tag_ in ("NN", "VB") for each in near)
    return not others and has_subject and any(each.pos_ in ("VERB", "AUX") for each in near)


def _completed(question: str, earlier: Sequence[tuple[Doc, Doc]], parse: Callable[[str], Doc]) -> str | None:
    """Return a fragment completed from the question before; empty if nothing fits there, None if it is no fragment."""
    phrase = _LEAD.sub("", question, count=1).strip(" ?.!")
    if bare := _BARE.fullmatch(phrase):
        return _asked_anew(bare[1], earlier)
    about = parse(f"What about {phrase}?")
    is_clause = any(each.pos_ == "AUX" or each.tag_[0] == "W" or each.dep_ in SUBJECTS for each in about[2:])
    is_led = phrase != question.strip(" ?.!") or question.rstrip().endswith("?")
    if is_clause or (about[2].tag_ == "VB" and " " in phrase) or not (is_led and phrase):
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
    before, named = earlier[-1][0], [each for each in mentions(about) if each.root.head.i == 1]
    text, asked = before.text.rstrip(" ?.!"), mentions_in_full(before, earlier)
    if about[2].pos_ == "ADP":
        same = [each for each in asked if each.root.head.lower_ == about[2].lower_]
        return _replaced(before, same[-1], phrase.partition(" ")[2]) if same else f"{text} {phrase}?"
    word = re.sub(r"^the | ones?$", "", phrase)
    kind = "amod" if re.search(r" ones?$", phrase) else "compound" if phrase.islower() and " " not in phrase else ""
    kind = "ROOT" if kind_of_verb(phrase) and kind_of_verb(next(before.sents).root.text) else kind  # "and admit?"
    alike = [each for each in before if (is_nation(each.text) if is_nation(word) else each.dep_ == kind)]
    if len(alike) == 1:  # "Russian" after "the Ukrainian minister", "herring" after "the cod quota"
        return f"{text[: alike[0].idx]}{word}{text[alike[0].idx + len(alike[0]) :]}?"
    is_name, new = " " not in phrase or (named and named[0].is_name), named[0].is_person if named else None
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
    is_of_name = before[slot.end - 1].pos_ == "PROPN"  # "the goalkeeper" for "the coach of Rovik" leaves "of Rovik"
    last = slot.root if is_of_name and not is_whole else before[slot.end - 1]
    if slot.start and (before[slot.start - 1].tag_[0] == "W" or before[slot.start - 1].lower_ in ("many", "much")):
        phrase = re.sub(r"^(?:the|an?) ", "", phrase)  # "how many women"
    return f"{text[: before[slot.start].idx]}{phrase}{text[last.idx + len(last) :]}?"


def _line(text: str) -> str:
    return " ".join(text.encode("utf-8", "replace").decode().split())
