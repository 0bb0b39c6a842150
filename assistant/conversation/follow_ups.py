"""Rewrites follow-up questions so that they stand alone: "and Blinken?" becomes "What did Blinken deny?"."""

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
from assistant.models.chat_models import stream_reply
from assistant.models.prompts import fill_prompt
from assistant.models.reading_model import Reader
from index.embedding.embedder import Encode
from index.errors import ModelError
from index.text.words import words

TURNS = 6
"""How many of the last turns are read. 8 gained nothing, 4 lost a little. The run is not recorded."""

QUESTION_CHARACTERS, ANSWER_CHARACTERS = 1_000, 600
"""Characters of a question and of an answer that are read. Not measured."""

SECONDS = 10
"""Seconds that a chat model may be silent, before its first word and between words; after them the rules rewrite."""

COMPARED_CHARACTERS = 300
"""Characters of each text that are compared in meaning, and of the previous question that are added to the search."""

COMPARED_TURNS = 2
RELATED = 0.27
"""Cosine from which on a question continues one of the last COMPARED_TURNS turns.

75% of follow-ups reach it, and 3% of other questions. The run is not recorded.
"""

TURN_DISTANCE = 2
"""Distance of a mention for each turn that it is back, in the unit of `mismatch_penalty`. Not measured."""

ANSWER_DISTANCE = 1
"""Distance of a mention in an answer from its question. Not measured."""

REPEATED = 2
"""Subtracted from the distance of a mention that occurs in several questions. Not measured."""

ANSWERED = 0.3
"""Odds from which on the reading model's short answer, taken from the last answer, is used. Not measured."""

ANSWER_WORDS = 10
"""Words that such a short answer has at most. Not measured."""

_ASKS_FOR_NAME = re.compile(r"(?:who|whom|which|where)\b", re.IGNORECASE)
_BEFORE_THAT = re.compile(r"\A(?:[\w’'-]+ ){1,3}(?=that\b)")
"""Matches words before a reported statement, such as a day: "Friday that Russia …"."""


@dataclass(frozen=True, slots=True)
class Condensed:
    """A rewritten follow-up: the `question` that is shown and answered, and a `context` of more words to search for.

    If the question continues the previous one, the context is both questions; otherwise it is empty.
    """

    question: str
    context: str = ""


def condense(question: str, history: Sequence[Turn], encode: Encode, reader: Reader) -> Condensed:
    """Return the question as it would be asked without the earlier turns; one that stands alone stays as it is.

    The turns' questions may be as typed: each is rewritten by those before it.
    """
    turns: list[Turn] = []
    for turn in history[-TURNS:]:
        typed, answer = (
            _line(turn.question)[:QUESTION_CHARACTERS],
            _line(without_citation_marks(turn.answer[:ANSWER_CHARACTERS])),
        )
        if typed:
            turns.append(Turn(_standalone(typed, turns, reader), answer))
    if not turns or not question.strip():
        return Condensed(question)
    whole = _standalone(question, turns, reader)
    if whole == question and not ellipsis.is_incomplete(question) and not _continues_topic(question, turns, encode):
        return Condensed(question)
    return Condensed(whole, f"{whole} {turns[-1].question[:COMPARED_CHARACTERS]}")


def condense_with(question: str, history: Sequence[Turn], model: BaseChatModel) -> str:
    """Return the question rewritten by a chat model. Raises ModelError if it fails, is slow or writes no question."""
    turns = "\n".join(
        f"Reader: {_fenced(turn.question, QUESTION_CHARACTERS)}\nAnswer: {_fenced(turn.answer, ANSWER_CHARACTERS)}"
        for turn in history[-TURNS:]
    )
    prompt = fill_prompt("condense", turns=turns, question=_fenced(question, QUESTION_CHARACTERS))
    question = "".join(stream_reply(prompt, model, SECONDS)).strip()
    if not question or "\n" in question or len(question) > QUESTION_CHARACTERS:
        raise ModelError(
            f"The chat model wrote {len(question):,} characters instead of one question on one line. "
            "Ask again, or set ONRECORD_LLM to another model."
        )
    return question


class _Conversation:
    """Mentions in the turns so far, and how near each is."""

    def __init__(self, turns: Sequence[Turn], reader: Reader) -> None:
        self.before = turns[-1].question
        self._turns = turns
        self._reader = reader
        self.names = names_in(text for turn in turns for text in (turn.question, turn.answer))

    @cached_property
    def answer(self) -> str:
        """The words of the last answer that answer its question; empty if they are many or unlikely."""
        turn = self._turns[-1]
        if not turn.answer:
            return ""
        (reading,) = self._reader.read(turn.question, [turn.answer])
        text = _BEFORE_THAT.sub("", reading.text)
        is_usable = reading.score >= ANSWERED and len(text.split()) <= ANSWER_WORDS
        return text.strip(" .,;:“”\"'’") if is_usable else ""

    @cached_property
    def answered_names(self) -> list[Mention]:
        """The names in the answers, the last answer's first."""
        return [each for turn in reversed(self._turns) for each in self._in_answer(turn)]

    @cached_property
    def candidates(self) -> list[tuple[float, Mention]]:
        """The mentions that a pronoun may refer to, each after its distance."""
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
            # The earlier in a text, the likelier: the subject, or a name in the first sentence.
            for at, each in enumerate(mentions(turn.question, self.names)):
                yield TURN_DISTANCE * age + at / 10, each
            for at, each in enumerate(self._in_answer(turn)):
                yield TURN_DISTANCE * age + ANSWER_DISTANCE + at / 10, each

    def _in_answer(self, turn: Turn) -> list[Mention]:
        return mentions(turn.answer, self.names, only_names=True)


def _standalone(question: str, turns: Sequence[Turn], reader: Reader) -> str:
    """Return the question with its pronouns replaced and its omissions filled in."""
    if not turns or len(question) > QUESTION_CHARACTERS:
        return question
    earlier = _Conversation(turns, reader)
    whole = ellipsis.replace_one(_without_pronouns(question, earlier), earlier.before, earlier.names)
    if ellipsis.is_incomplete(whole):
        whole = ellipsis.complete(whole, earlier.before, earlier.names, earlier.answer) or whole
    if whole == question or len(whole) > QUESTION_CHARACTERS:
        return question
    whole = ellipsis.without_connective(whole.strip())
    return f"{whole[0].upper()}{whole[1:]}{'' if whole[-1] in '?.!' else '?'}"


def _without_pronouns(question: str, earlier: _Conversation) -> str:
    """Return the question with the first pronoun for each person or thing replaced by its name."""
    free = list(pronouns.free_pronouns(question, earlier.names))
    if not free:
        return question
    meanings: list[tuple[pronouns.Pronoun, Mention]] = []
    candidates = [pair for pair in earlier.candidates if pair[1].text.lower() not in question.lower()]
    for pronoun in free:
        named = any(pronoun.is_same_as(other) for other, _ in meanings)
        meant = None if named else pronouns.referent(pronoun, candidates)
        if meant:
            meanings.append((pronoun, meant))
            candidates = [pair for pair in candidates if pair[1].text != meant.text]
    for pronoun, meant in reversed(meanings):
        question = pronouns.replace_pronoun(question, pronoun, full_name(meant, earlier.answered_names))
    return question


def _continues_topic(question: str, turns: Sequence[Turn], encode: Encode) -> bool:
    """Return True if the question is like one of the last turns in meaning, and no change of topic."""
    texts = [text[:COMPARED_CHARACTERS] for turn in turns[-COMPARED_TURNS:] for text in turn if text]
    vectors = encode([question, *texts])
    return bool((vectors[1:] @ vectors[0]).max() >= RELATED)


def _key(mention: Mention) -> str:
    return mention.text.lower().removeprefix("the ")


def _line(text: str) -> str:
    return " ".join(text.encode("utf-8", "replace").decode().split())


def _fenced(text: str, most: int) -> str:
    return re.sub(r"[<>]", " ", _line(text[:most]))
