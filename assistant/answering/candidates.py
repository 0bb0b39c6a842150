"""The sentences of passages, as candidates for an answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from assistant.english.countries import canonical
from assistant.english.names import names_in
from index.article import Passage, Sentence


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may answer, in its passage; `number` is the passage's, from 1."""

    number: int
    passage: Passage
    sentence: Sentence

    @property
    def text(self) -> str:
        """The text of the sentence."""
        return self.passage.article.full_text[self.sentence.start : self.sentence.end]

    @property
    def around(self) -> str:
        """The headline, the lead, and the passage that the sentence is in."""
        return f"{self.passage.article.title} {self.lead} {self.passage.text}"

    @property
    def published(self) -> date:
        """When its article was published; the earliest of days if that isn't known."""
        return self.passage.article.published or date.min

    @property
    def lead(self) -> str:
        """The text of the earlier sentence that it needs to be understood; empty where it stands alone."""
        return self.passage.article.full_text[self.sentence.lead : self.sentence.lead_end]


def candidates(passages: Sequence[Passage]) -> list[Candidate]:
    """Return the sentences of the passages, each text once, however many articles print it."""
    by_text: dict[str, Candidate] = {}
    for number, passage in enumerate(passages, start=1):
        for sentence in passage.sentences:
            candidate = Candidate(number, passage, sentence)
            by_text.setdefault(candidate.text, candidate)
    return list(by_text.values())


def known_names(sentences: Sequence[Candidate]) -> frozenset[str]:
    """Return the words, in lower case, that the sentences write as names."""
    return names_in(canonical(candidate.text) for candidate in sentences)
