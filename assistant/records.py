"""What comes back for a question."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from assistant.period import Guess
from index.records import EVERYTHING, Article, Filter, Passage


class Turn(NamedTuple):
    """A question asked before, and the text of its answer."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Citation:
    """An exact quotation: `article.full_text[start:end] == quote`. `number` is that of its passage, from 1.

    `marked` is the stretch of the article, within the quotation, that answers the question; None where none stands out.
    `also_in` names the other outlets that print the same story.
    """

    number: int
    quote: str
    start: int
    end: int
    article: Article
    marked: tuple[int, int] | None = None
    also_in: tuple[str, ...] = ()

    @property
    def answer(self) -> str:
        """The marked words; empty where none are."""
        return self.article.full_text[slice(*self.marked)] if self.marked else ""


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence of an answer with the quotations that back it."""

    text: str
    citations: tuple[Citation, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, or a growing snapshot of one.

    `answered_by` is "quotation" (no LLM), the name of the chat model, or "guide" for replies about onrecord itself,
    which cite nothing. A refusal has no sentences; `passages` then are the closest ones. Only articles that are
    `wanted` were searched; `guesses` are what of that the question's own words told. `usage` holds seconds by step
    under "seconds".
    """

    question: str
    standalone_question: str
    sentences: tuple[Statement, ...] = ()
    passages: tuple[Passage, ...] = ()
    refused: bool = False
    answered_by: str = "quotation"
    notice: str = ""
    wanted: Filter = EVERYTHING
    guesses: tuple[Guess, ...] = ()
    usage: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    @property
    def citations(self) -> tuple[Citation, ...]:
        """All quotations, in the order of the sentences, each once."""
        found = (citation for sentence in self.sentences for citation in sentence.citations)
        return tuple(dict.fromkeys(found))

    @property
    def text(self) -> str:
        """The answer as plain text with citation marks, "… [1]"; empty for a refusal."""
        return " ".join(
            " ".join([sentence.text, *(f"[{citation.number}]" for citation in sentence.citations)])
            for sentence in self.sentences
        )
