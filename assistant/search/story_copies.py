"""Keeps one of the passages that say the same, where several articles are copies of one story."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from assistant.english.number_words import MULTIPLES, SMALL_NUMBERS, TENS
from index.article import Passage
from index.text.near_duplicates import runs_of, share_in, words_of

SHARE = 0.9
"""So many of a passage's words stand in runs of the same words elsewhere; the others are a copy's small edits."""

_EXACT = frozenset({*SMALL_NUMBERS, *TENS, *MULTIPLES, "dozen", "half"}).union(
    "no not never none nor without cannot t".split()
)
"""Words that must have the same neighbours in both copies, as digits must. "t" is what is left of "didn't"."""


def one_of_each(passages: Sequence[Passage], story_of: Mapping[str, str]) -> list[Passage]:
    """The passages, best first as given, without those that better ones of the same story's articles make needless.

    `story_of` tells an article's story, both by id; an article that it lacks is a story of its own. Nothing is lost
    to who reads the passages kept: what stands elsewhere in an article, and isn't among them, makes none needless. Nor
    is one that has another number, negation or name: outlets differ, and readers are to see it. Where the text is the
    same to the letter, one is kept, whatever the stories.
    """
    articles = defaultdict(set)
    for passage in passages:
        articles[_story(passage, story_of)].add(passage.article.id)
    said: dict[str, _Said] = defaultdict(_Said)
    kept: dict[str, Passage] = {}
    for passage in passages:
        story, text = _story(passage, story_of), passage.text
        alone = len(articles[story]) == 1
        if text not in kept and (alone or said[story].adds(text)):
            kept[text] = passage
    return list(kept.values())


class _Said:
    """What a story's passages have said so far."""

    def __init__(self) -> None:
        self._runs: set[str] = set()
        self._words: set[str] = set()
        self._text = ""

    def adds(self, text: str) -> bool:
        """Whether the text says anything new, which is known from then on."""
        words = words_of(text)
        if self._has(text, words):
            return False
        self._runs.update(runs_of(words))
        self._words.update(words)
        self._text += f" {' '.join(words)} \n"
        return True

    def _has(self, text: str, words: list[str]) -> bool:
        return (
            share_in(self._runs, words) >= SHARE
            and self._words.issuperset(_names(text))
            and all(f" {' '.join(words[max(0, at - 1) : at + 2])} " in self._text for at in _exact(words))
        )


def _story(passage: Passage, story_of: Mapping[str, str]) -> str:
    return story_of.get(passage.article.id, passage.article.id)


def _names(text: str) -> list[str]:
    return words_of(" ".join(word for word in text.split() if not word.islower()))


def _exact(words: Sequence[str]) -> list[int]:
    """Where those words are that must have the same neighbours: 14 may be the toll, and a date somewhere else."""
    return [at for at, word in enumerate(words) if word in _EXACT or not word.isalpha()]
