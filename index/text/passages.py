"""Groups an article's sentences into passages, which are what search finds."""

from collections.abc import Iterator

from index.article import Sentence

PASSAGE_CHARACTERS = 400
"""The most characters of a passage. Measured from 300 to 900: the fewer, the better the search, and the more there is
to keep; see docs/log/search.md."""


def passages(full_text: str, sentences: list[Sentence], size: int = PASSAGE_CHARACTERS) -> Iterator[list[Sentence]]:
    """Yield runs of whole sentences of at most `size` characters, each with the leads that its sentences need.

    A run that is at least half full ends with its paragraph. Only a lead is in two runs.
    """
    first = 0
    while first < len(sentences):
        last = first
        while last + 1 < len(sentences) and sentences[last + 1].end - sentences[first].start <= size:
            ends_paragraph = "\n\n" in full_text[sentences[last].end : sentences[last + 1].start]
            if ends_paragraph and sentences[last].end - sentences[first].start >= size / 2:
                break
            last += 1
        yield sentences[first : last + 1]
        if last + 1 == len(sentences):
            return
        lead = _index_of_lead(sentences, last + 1)
        first = lead if lead > first else last + 1


def _index_of_lead(sentences: list[Sentence], at: int) -> int:
    lead = sentences[at].lead
    while at and sentences[at].start > lead:
        at -= 1
    return at
