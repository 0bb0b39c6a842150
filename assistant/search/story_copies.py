"""Keeps one of several passages that say the same in copies of one story."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from assistant.english.number_words import MULTIPLES, SMALL_NUMBERS, TENS
from index.article import Passage
from index.text.near_duplicates import runs_of, share_in, words_of

SHARE = 0.9
"""Share of a passage's words that must occur in the same runs elsewhere; the rest are a copy's small edits.

Not measured.
"""

_EXACT = frozenset({*SMALL_NUMBERS, *TENS, *MULTIPLES, "dozen", "half"}).union(
    "no not never none nor without cannot t".split()
)
"""Words that must have the same neighbours in both copies, as digits must. "t" is what is left of "didn't"."""


def one_of_each(passages: Sequence[Passage], story_of: Mapping[str, str]) -> list[Passage]:
    """Return the passages in their order, without those that repeat better ones from copies of the same story.

    `story_of` maps an article's id to its story's id; an article without one is a story of its own. Only passages that
    are kept count, so nothing is lost to the reader. A passage with another number, negation or name is kept, because
    readers should see where outlets differ. Of passages with exactly the same text one is kept, whatever their stories.
    """
    articles = defaultdict(set)
    for passage in passages:
        articles[_story(passage, story_of)].add(passage.article.id)
    seen: dict[str, _Seen] = defaultdict(_Seen)
    kept: dict[str, Passage] = {}
    for passage in passages:
        story, text = _story(passage, story_of), passage.text
        alone = len(articles[story]) == 1
        if text not in kept and (alone or seen[story].adds(text)):
            kept[text] = passage
    return list(kept.values())


class _Seen:
    """The words of a story's passages so far."""

    def __init__(self) -> None:
        self._runs: set[str] = set()
        self._words: set[str] = set()
        self._text = ""

    def adds(self, text: str) -> bool:
        """Return True if the text says anything new, and remember it."""
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
    """Return the places of words that must have the same neighbours: 14 may be a toll here and a date elsewhere."""
    return [at for at, word in enumerate(words) if word in _EXACT or not word.isalpha()]
