"""Makes a follow-up question whole from the turns before it: "and Blinken?" is "What did Blinken deny?"."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from langchain_core.language_models import BaseChatModel

from assistant.answer import Turn, without_citation_marks
from assistant.conversation import ellipsis, pronouns
from assistant.conversation.mentions import Mention, full_name, mentions
from assistant.english.names import names_in
from assistant.models.chat_models import written
from assistant.models.prompts import fill
from assistant.models.reading_model import Reader
from index.embedding.embedder import Encode
from index.errors import ModelError
from index.text.words import words

TURNS = 6
"""So many turns, the last ones, are looked at: 8 gained nothing, 4 lost a little (see LOG.md)."""

QUESTION_CHARACTERS, ANSWER_CHARACTERS = 1_000, 600
"""So much of each is read."""

SECONDS = 10
"""A chat model that takes longer to its first word doesn't rewrite."""

COMPARED_CHARACTERS = 300
"""So much of each is compared in meaning, and of the question before is searched with."""

COMPARED_TURNS = 2
RELATED = 0.27
"""A question this like one of the last two turns goes on with it: 75% of follow-ups are, 3% of others (see LOG.md)."""

TURN_DISTANCE = 2
ANSWER_DISTANCE = 1
REPEATED = 2
"""A turn back is as far as a bad fit; what several questions speak of is nearer by a turn."""

ANSWERED = 0.3
"""The reading model's words of the last answer are believed from these odds on."""

ANSWER_WORDS = 10

_ASKS_FOR_NAME = re.compile(r"(?:who|whom|which|where)\b", re.IGNORECASE)
_BEFORE_THAT = re.compile(r"\A(?:[\w’'-]+ ){1,3}(?=that\b)")
"""A day or the like before what somebody said: "Friday that Russia …"."""


@dataclass(frozen=True, slots=True)
class Condensed:
    """A follow-up made whole: the `question` that is shown and answered, and a `context` to search with as well.

    The context is the question once more and the one before it, where it goes on with that; else it is empty.
    """

    question: str
    context: str = ""

    @property
    def search(self) -> str:
        """All the words to search with."""
        return f"{self.question} {self.context}".strip()


def condense(question: str, history: Sequence[Turn], encode: Encode, reader: Reader) -> Condensed:
    """The question as it would be asked without the turns before it; one that stands alone stays as it is.

    Turns may have their questions as typed: each is made whole by those before it.
    """
    turns: list[Turn] = []
    for turn in history[-TURNS:]:
        typed, answer = (
            _line(turn.question)[:QUESTION_CHARACTERS],
            _line(without_citation_marks(turn.answer[:ANSWER_CHARACTERS])),
        )
        if typed:
            turns.append(Turn(_whole(typed, turns, reader), answer))
    if not turns or not question.strip():
        return Condensed(question)
    whole = _whole(question, turns, reader)
    if whole == question and not ellipsis.is_incomplete(question) and not _goes_on(question, turns, encode):
        return Condensed(question)
    return Condensed(whole, f"{whole} {turns[-1].question[:COMPARED_CHARACTERS]}")


def condense_with(question: str, history: Sequence[Turn], model: BaseChatModel) -> str:
    """The same question by a chat model. Raises ModelError where it fails, is slow, or doesn't write one question."""
    turns = "\n".join(
        f"Reader: {_fenced(turn.question, QUESTION_CHARACTERS)}\nAnswer: {_fenced(turn.answer, ANSWER_CHARACTERS)}"
        for turn in history[-TURNS:]
    )
    prompt = fill("condense", turns=turns, question=_fenced(question, QUESTION_CHARACTERS))
    question = "".join(written(prompt, model, SECONDS)).strip()
    if not question or "\n" in question or len(question) > QUESTION_CHARACTERS:
        raise ModelError(
            f"The chat model wrote {len(question):,} characters where one question on one line was wanted. "
            "Ask again, or set ONRECORD_LLM to another model."
        )
    return question


class _Conversation:
    """What the turns speak of."""

    def __init__(self, turns: Sequence[Turn], reader: Reader) -> None:
        self.before = turns[-1].question
        self._turns = turns
        self._reader = reader
        self.names = names_in(text for turn in turns for text in (turn.question, turn.answer))

    @cached_property
    def answer(self) -> str:
        """The words of the last answer that answer its question; empty where they are many or unlikely."""
        turn = self._turns[-1]
        if not turn.answer:
            return ""
        (reading,) = self._reader.read(turn.question, [turn.answer])
        text = _BEFORE_THAT.sub("", reading.text)
        believed = reading.score >= ANSWERED and len(text.split()) <= ANSWER_WORDS
        return text.strip(" .,;:“”\"'’") if believed else ""

    @cached_property
    def answered_names(self) -> list[Mention]:
        """The names in the answers, those of the last one first."""
        return [each for turn in reversed(self._turns) for each in self._in_answer(turn)]

    @cached_property
    def candidates(self) -> list[tuple[float, Mention]]:
        """What a pronoun may mean, and how far back it is."""
        persons = {words(each.text)[-1] for each in self.answered_names if each.kind == "person"}
        seen = Counter(_key(each) for turn in self._turns for each in mentions(turn.question, self.names))
        return [
            (
                far - REPEATED * (seen[_key(each)] > 1),
                replace(each, kind="person") if each.kind == "name" and words(each.text)[-1] in persons else each,
            )
            for far, each in self._by_distance()
        ]

    def _by_distance(self) -> Iterator[tuple[float, Mention]]:
        if _ASKS_FOR_NAME.match(self.before):
            person = self.before.lower().startswith("who")
            for each in mentions(self.answer, self.names, only_names=True)[:1]:
                yield -ANSWER_DISTANCE, replace(each, kind="person") if person and each.kind == "name" else each
        for age, turn in enumerate(reversed(self._turns)):
            # The sooner it is said, the likelier it is meant: a subject, or the first sentence's.
            for at, each in enumerate(mentions(turn.question, self.names)):
                yield TURN_DISTANCE * age + at / 10, each
            for at, each in enumerate(self._in_answer(turn)):
                yield TURN_DISTANCE * age + ANSWER_DISTANCE + at / 10, each

    def _in_answer(self, turn: Turn) -> list[Mention]:
        return mentions(turn.answer, self.names, only_names=True)


def _whole(question: str, turns: Sequence[Turn], reader: Reader) -> str:
    """The question with what its pronouns mean and with what it leaves out."""
    if not turns or len(question) > QUESTION_CHARACTERS:
        return question
    said = _Conversation(turns, reader)
    whole = ellipsis.with_noun(_without_pronouns(question, said), said.before, said.names)
    if ellipsis.is_incomplete(whole):
        whole = ellipsis.completed(whole, said.before, said.names, said.answer) or whole
    if whole == question or len(whole) > QUESTION_CHARACTERS:
        return question
    whole = ellipsis.without_connective(whole.strip())
    return f"{whole[0].upper()}{whole[1:]}{'' if whole[-1] in '?.!' else '?'}"


def _without_pronouns(question: str, said: _Conversation) -> str:
    """The question with each thing that its pronouns mean named once, where it is first meant."""
    free = list(pronouns.free_pronouns(question, said.names))
    if not free:
        return question
    meanings: list[tuple[pronouns.Pronoun, Mention]] = []
    candidates = [pair for pair in said.candidates if pair[1].text.lower() not in question.lower()]
    for pronoun in free:
        named = any(pronoun.is_same_as(other) for other, _ in meanings)
        meant = None if named else pronouns.meant_by(pronoun, candidates)
        if meant:
            meanings.append((pronoun, meant))
            candidates = [pair for pair in candidates if pair[1].text != meant.text]
    for pronoun, meant in reversed(meanings):
        question = pronouns.put_in(question, pronoun, full_name(meant, said.answered_names))
    return question


def _goes_on(question: str, turns: Sequence[Turn], encode: Encode) -> bool:
    """Whether the question is like one of the last turns in meaning, and no change of topic."""
    said = [text[:COMPARED_CHARACTERS] for turn in turns[-COMPARED_TURNS:] for text in turn if text]
    vectors = encode([question, *said])
    return bool((vectors[1:] @ vectors[0]).max() >= RELATED)


def _key(mention: Mention) -> str:
    return mention.text.lower().removeprefix("the ")


def _line(text: str) -> str:
    return " ".join(text.encode("utf-8", "replace").decode().split())


def _fenced(text: str, most: int) -> str:
    return re.sub(r"[<>]", " ", _line(text[:most]))
