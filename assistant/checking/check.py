"""Checks a written sentence against the passages: whether and where they support it, or why not.

A supported sentence follows from at most two sentences of the passages by the support model, and nothing in it
contradicts them. Without a model it must keep to their words, because rules can't tell whether others mean the same.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from assistant.answer import date_in_words, without_citation_marks
from assistant.checking.content_words import Evidence, content_keys, joined, name_words, sentences_about, words_of
from assistant.checking.contradictions import contradiction
from assistant.checking.prompt_injection import gives_orders
from assistant.english.relative_dates import possible_meanings, resolve_dates
from assistant.models.cross_encoders import Judge
from index.article import Article, Passage, Sentence
from index.remarks.parser import Parser
from index.text.cleaning import normalise
from index.text.language import is_foreign

Quote = tuple[int, int, int]

LONGEST = 1_000
"""Characters of a sentence; a longer one isn't checked."""

SHARE_IN_CITED, SHARE_IN_OTHER = 0.75, 0.9
"""Share of a sentence's words that its quotation must have, in a passage that the writer cited and in another one.

One word may be missing if the sentence has at least JOINED content words. At 0.75, 98 of 100 changed sentences are
refused, and so are all 50 paraphrases; at 0.5 94 and 44 (docs/log/checking.md).
"""

FOLLOWS = 0.6
"""Probability that a sentence follows, by the support model, from which it counts as supported."""

JOINED = 3
"""Content words that a second quotation must add for a sentence to join the two. Not measured."""

_FIRST_PERSON = re.compile(r"\b(?:I|[Mm]e|[Mm]y|[Ww]e|[Oo]ur|us|[Yy]ou|[Yy]our)\b")
_QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"")
_BRACKETS = re.compile(r"\s\[(?:(?=[^\[\]]*[^\W\d])[^\[\]]+|\d{4})\]")
_MARKUP = re.compile(
    r"!?\[[^\]]*\]\([^)]*\)|<[/!]?[a-z][^>]*>?|\b[a-z][a-z0-9+.-]*://|\b(?:javascript|data|mailto|file):\S"
    r"|(?<![\w.])[a-z][a-z0-9-]*(?:\.[a-z0-9-]+)*\.(?-i:[a-z]{2,})\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Support:
    """Whether the passages support a sentence; if not, `reason` explains it to a reader.

    `quotes` are the supporting sentences: the passage's number, from 1, and the offsets in its article's `full_text`.
    A sentence that `is_quoted` stands in them word for word.
    """

    supported: bool
    reason: str = ""
    quotes: tuple[Quote, ...] = ()
    is_quoted: bool = False


Check = Callable[[str, Sequence[Passage], Sequence[int]], Support]
"""Returns whether the passages support a sentence, as `check_sentence` does with its models given."""


@dataclass(frozen=True, slots=True)
class _Source:
    """A sentence of a numbered passage."""

    number: int
    passage: Passage
    sentence: Sentence

    @property
    def evidence(self) -> Evidence:
        text, sentence = self.passage.article.full_text, self.sentence
        return Evidence(text[sentence.start : sentence.end], text[sentence.lead : sentence.lead_end])

    @property
    def quote(self) -> Quote:
        return self.number, self.sentence.start, self.sentence.end


def check_sentence(
    sentence: str,
    passages: Sequence[Passage],
    numbers: Sequence[int],
    judge: Judge | None = None,
    parser: Parser | None = None,
) -> Support:
    """Return whether the passages support a sentence whose writer marked the passages with these numbers, from 1.

    The marked passages are tried first, each alone and then together. Another passage counts only if it has nearly all
    of the sentence's words. With a `judge`, what keeps to the words must follow too, and other words will do. With a
    `parser`, who says what is compared.
    """
    statement = without_citation_marks(normalise(sentence)).strip()
    by_words = _check_words(statement, passages, numbers, parser)
    if judge is None or by_words.is_quoted or _unreadable(statement, passages):
        return by_words
    marked = [number for number in dict.fromkeys(numbers) if 1 <= number <= len(passages)]
    supporting = {number for number, _, _ in by_words.quotes}
    return _check_meaning(statement, passages, sorted(supporting) or marked, by_words, judge, parser)


def _check_meaning(
    statement: str,
    passages: Sequence[Passage],
    numbers: Sequence[int],
    by_words: Support,
    judge: Judge,
    parser: Parser | None,
) -> Support:
    """Return whether the statement follows from at most two sentences of the passages with these numbers."""
    sources = [source for number in numbers for source in _sources(number, passages[number - 1])]
    sources = [source for source in sources if not gives_orders(source.evidence.text)]
    if not sources or is_foreign(statement) or _FIRST_PERSON.search(_QUOTED.sub("", statement)):
        return by_words  # the support model learnt neither other languages nor what a chat model says of itself
    odds = [judged.follows for judged in judge([(_premise([source]), statement) for source in sources])]
    best = sorted(sorted(range(len(sources)), key=lambda at: -odds[at])[:2])
    chosen = [sources[max(best, key=lambda at: odds[at])]]
    highest = max(odds)
    if len(best) == 2:
        (both,) = judge([(_premise([sources[at] for at in best]), statement)])
        if both.follows > highest:
            highest, chosen = both.follows, [sources[at] for at in best]
    if highest < FOLLOWS:
        reason = by_words.reason or "No sentence of the passages says this."
        return Support(False, reason)
    if by_words.supported:
        return by_words
    evidence, around, names = _known(statement, passages, numbers, chosen, sources, parser)
    days = " ".join(day for source in sources for day in _possible_dates(source.evidence.text, source.passage.article))
    if reason := contradiction(statement, evidence, f"{around}\n{days}", names, parser, reworded=True):
        return Support(False, reason)
    return Support(True, quotes=tuple(source.quote for source in chosen))


def _premise(sources: Sequence[_Source]) -> str:
    """Return the sentences after the headline and date of their article, each on a line of its own."""
    text = " ".join(f"{each.evidence.lead} {each.evidence.text}".strip() for each in sources)
    return as_premise(sources[0].passage.article, text)


def as_premise(article: Article, text: str) -> str:
    """Return a text of the article as the support model reads it: after the headline and the date, where known.

    A headline that gives orders to a model is left out.
    """
    headline = "" if gives_orders(article.title) else article.title
    return "\n".join(filter(None, (headline, date_in_words(article) if article.published else "", text)))


def _check_words(statement: str, passages: Sequence[Passage], numbers: Sequence[int], parser: Parser | None) -> Support:
    every = list(range(1, len(passages) + 1))
    if quotes := [quote for number in every for quote in _verbatim(statement, number, passages[number - 1])]:
        own = [quote for quote in quotes if quote[0] in numbers]
        return Support(True, quotes=tuple(own or quotes[:1]), is_quoted=True)
    if reason := _unreadable(statement, passages):
        return Support(False, reason)
    marked = [number for number in dict.fromkeys(numbers) if number in every]
    alone = [_support_by(statement, passages, [number], SHARE_IN_CITED, parser) for number in marked]
    if supporting := [verdict for verdict in alone if verdict.supported]:
        return Support(True, quotes=tuple(quote for verdict in supporting for quote in verdict.quotes))
    together = [_support_by(statement, passages, marked, SHARE_IN_CITED, parser)] if len(marked) > 1 else []
    others = (
        _support_by(statement, passages, [number], SHARE_IN_OTHER, parser) for number in every if number not in marked
    )
    supporting_one = next((verdict for verdict in (*together, *others) if verdict.supported), None)
    return supporting_one or next(iter(alone), Support(False, "No passage has nearly all of its words."))


def _support_by(
    statement: str, passages: Sequence[Passage], numbers: Sequence[int], share: float, parser: Parser | None
) -> Support:
    sources = [source for number in numbers for source in _sources(number, passages[number - 1])]
    about = list(sentences_about(statement, [source.evidence.text for source in sources]))
    chosen = [sources[at] for at in sorted(about)]
    if any(gives_orders(source.evidence.text) for source in chosen):
        return Support(False, "Only text that gives instructions to the model says this.")
    evidence, around, names = _known(statement, passages, numbers, chosen, sources, parser)
    if reason := contradiction(statement, evidence, around, names, parser):
        return Support(False, reason)
    if len(about) == 2 and (added := _words_only_in_second(statement, *(sources[at].evidence for at in about))):
        return Support(False, f"The passages don't say this of “{added}”.")
    meant = (meaning for source in chosen for meaning in _dates(source, parser))
    known = content_keys(" ".join([*(f"{each.lead} {each.text}" for each in evidence), *meant]))
    missing, needed = content_keys(statement) - known, content_keys(statement)
    if len(missing) > max((1 - share) * len(needed), len(needed) >= JOINED):
        return Support(False, "Its wording differs too much from the passages to be checked.")
    return Support(True, quotes=tuple(source.quote for source in chosen))


def _known(
    statement: str,
    passages: Sequence[Passage],
    numbers: Sequence[int],
    chosen: Sequence[_Source],
    sources: Sequence[_Source],
    parser: Parser | None,
) -> tuple[list[Evidence], str, frozenset[str]]:
    """Return what a statement is compared with: the chosen sentences, the text around them, and all names."""
    evidence = [source.evidence for source in chosen]
    meant = " ".join(meaning for source in chosen for meaning in _dates(source, parser))
    around = "\n".join([*(_text(passages[number - 1]) for number in numbers), *(each.lead for each in evidence), meant])
    return evidence, around, name_words([statement, *(source.evidence.text for source in sources)])


def _words_only_in_second(statement: str, main: Evidence, other: Evidence) -> str:
    """Return the few words that only the second quotation supports: they may describe somebody else's action."""
    has = content_keys(f"{main.lead} {main.text}")
    added = [word for word in words_of(statement) if word.is_content and word.key in content_keys(other.text) - has]
    return joined(added) if len({word.key for word in added}) < JOINED else ""


def _sources(number: int, passage: Passage) -> list[_Source]:
    whole = Sentence(passage.start, passage.end, passage.start, passage.start)
    return [_Source(number, passage, sentence) for sentence in passage.sentences or (whole,)]


def _verbatim(statement: str, number: int, passage: Passage) -> list[Quote]:
    """Return the passage's sentences if the sentence consists of whole ones; a part of one may mean something else."""
    plain = without_notes(statement, passage.article)
    at = passage.article.full_text.find(plain, passage.start, passage.end) if content_keys(plain) else -1
    if at < 0:
        return []
    end = at + len(plain)
    held = [source for source in _sources(number, passage) if source.sentence.start < end and source.sentence.end > at]
    is_whole = all(at <= source.sentence.start and source.sentence.end <= end for source in held)
    return [source.quote for source in held] if is_whole else []


def _unreadable(statement: str, passages: Sequence[Passage]) -> str:
    """Return why a sentence can't be checked at all; empty if it can."""
    if len(statement) > LONGEST:
        return f"It has {len(statement):,} characters; a sentence of more than {LONGEST:,} isn't checked."
    if not content_keys(statement):
        return "It says nothing that can be checked."
    if _MARKUP.search(statement):
        return "It has a link or markup, which only a quotation may have."
    for word in re.findall(r"\w+", statement):
        if not _is_latin(word) and not any(word in passage.text for passage in passages):
            return f"The passages don't have the word {word}."
    return ""


def _is_latin(word: str) -> bool:
    return all(not letter.isalpha() or unicodedata.name(letter, "").startswith("LATIN") for letter in word)


def _text(passage: Passage) -> str:
    """Return the text from which a sentence may take names and numbers: the passage, its headline and its date."""
    article = passage.article
    return f"{article.title}\n{passage.text}\n{date_in_words(article)}"


def _dates(source: _Source, parser: Parser | None) -> Iterator[str]:
    """Yield the dates that relative dates in a sentence mean."""
    published = source.passage.article.published
    if published:
        yield from (each.meaning for each in resolve_dates(source.evidence.text, published, parser))


def _possible_dates(text: str, article: Article) -> frozenset[str]:
    """Return the dates that relative dates in a text may mean, in the past or the future tense."""
    return possible_meanings(text, article.published) if article.published else frozenset()


def without_notes(statement: str, article: Article) -> str:
    """Return the text without its bracketed explanations if these are dates or words of the article; else unchanged."""
    plain = _BRACKETS.sub("", statement)
    known = f"{article.title}\n{article.full_text}\n{date_in_words(article)}"
    dates = _possible_dates(plain, article)
    explanations = [bracket.strip()[1:-1] for bracket in _BRACKETS.findall(statement)]
    return plain if all(each in dates or each in known for each in explanations) else statement
