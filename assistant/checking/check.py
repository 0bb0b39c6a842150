"""Checks a written sentence against the passages: whether they say so, where, and if not why.

A sentence must keep to the words of at most two sentences of the passages, and nothing in it may contradict them. What
says the same in other words can't be told from what only seems to, and isn't supported.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.answer import date_in_words, without_citation_marks
from assistant.checking.content_words import Evidence, content, name_words, read, sentences_about, shown
from assistant.checking.contradictions import contradiction
from assistant.checking.prompt_injection import gives_orders
from assistant.english.relative_dates import resolve
from index.article import Article, Passage, Sentence
from index.text.cleaning import normalise

Quote = tuple[int, int, int]

LONGEST = 1_000
"""Characters; a longer sentence isn't checked."""

MARKED, UNMARKED = 0.75, 0.9
"""Of a sentence's words, those that its quotation must have: of a passage that the writer marked, and of another.

One word may be missing all the same.
"""

JOINED = 3
"""Words that a second quotation must add for a sentence to join the two; one of fewer may not miss any."""

_BRACKETS = re.compile(r"\s\[(?:(?=[^\[\]]*[^\W\d])[^\[\]]+|\d{4})\]")
_MARKUP = re.compile(
    r"!?\[[^\]]*\]\([^)]*\)|<[/!]?[a-z][^>]*>?|\b[a-z][a-z0-9+.-]*://|\b(?:javascript|data|mailto|file):\S"
    r"|(?<![\w.])[a-z][a-z0-9-]*(?:\.[a-z0-9-]+)*\.(?-i:[a-z]{2,})\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Support:
    """Whether the passages support a sentence; if not, the reason, for a reader.

    `quotes` are the sentences of the passages that support it: the passage's number, from 1, and where in its
    article's `full_text` each starts and ends.
    """

    supported: bool
    reason: str = ""
    quotes: tuple[Quote, ...] = ()


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


def check_sentence(sentence: str, passages: Sequence[Passage], numbers: Sequence[int]) -> Support:
    """The verdict on a sentence whose writer marked the passages of these numbers, counted from 1.

    The marked ones are tried first, each alone and then together; another one only stands in where it has nearly
    all of the sentence's words.
    """
    said = without_citation_marks(normalise(sentence)).strip()
    every = list(range(1, len(passages) + 1))
    if quotes := [quote for number in every for quote in _verbatim(said, number, passages[number - 1])]:
        own = [quote for quote in quotes if quote[0] in numbers]
        return Support(True, quotes=tuple(own or quotes[:1]))
    if reason := _unreadable(said, passages):
        return Support(False, reason)
    marked = [number for number in dict.fromkeys(numbers) if number in every]
    alone = [_read(said, passages, [number], MARKED) for number in marked]
    if supporting := [verdict for verdict in alone if verdict.supported]:
        return Support(True, quotes=tuple(quote for verdict in supporting for quote in verdict.quotes))
    together = [_read(said, passages, marked, MARKED)] if len(marked) > 1 else []
    others = (_read(said, passages, [number], UNMARKED) for number in every if number not in marked)
    found = next((verdict for verdict in (*together, *others) if verdict.supported), None)
    return found or next(iter(alone), Support(False, "No passage has nearly all of its words."))


def _read(said: str, passages: Sequence[Passage], numbers: Sequence[int], share: float) -> Support:
    sources = [source for number in numbers for source in _sources(number, passages[number - 1])]
    about = list(sentences_about(said, [source.evidence.text for source in sources]))
    chosen = [sources[at] for at in sorted(about)]
    evidence = [source.evidence for source in chosen]
    if any(gives_orders(each.text) for each in evidence):
        return Support(False, "Only an order to whoever writes the answer says so.")
    meant = " ".join(meaning for source in chosen for meaning in _dates(source))
    around = "\n".join([*(_text(passages[number - 1]) for number in numbers), *(each.lead for each in evidence), meant])
    names = name_words([said, *(source.evidence.text for source in sources)])
    if reason := contradiction(said, evidence, around, names):
        return Support(False, reason)
    if len(about) == 2 and (strayed := _strayed(said, *(sources[at].evidence for at in about))):
        return Support(False, f"The passages don't say this of “{strayed}”.")
    known = content(" ".join([*(f"{each.lead} {each.text}" for each in evidence), meant]))
    missing, wanted = content(said) - known, content(said)
    if len(missing) > max((1 - share) * len(wanted), len(wanted) >= JOINED):
        return Support(False, "It is put in other words than the passages, so it can't be checked.")
    return Support(True, quotes=tuple(source.quote for source in chosen))


def _strayed(said: str, main: Evidence, other: Evidence) -> str:
    """The few words of a sentence that its main quotation lacks and another has: who did what somebody else did."""
    has = content(f"{main.lead} {main.text}")
    added = [word for word in read(said) if word.is_content and word.key in content(other.text) - has]
    return shown(added) if len({word.key for word in added}) < JOINED else ""


def _sources(number: int, passage: Passage) -> list[_Source]:
    whole = Sentence(passage.start, passage.end, passage.start, passage.start)
    return [_Source(number, passage, sentence) for sentence in passage.sentences or (whole,)]


def _verbatim(said: str, number: int, passage: Passage) -> list[Quote]:
    """Whole sentences of the passage, where the sentence consists of these; a part may mean something else."""
    plain = without_brackets(said, passage.article)
    at = passage.article.full_text.find(plain, passage.start, passage.end) if content(plain) else -1
    if at < 0:
        return []
    end = at + len(plain)
    held = [source for source in _sources(number, passage) if source.sentence.start < end and source.sentence.end > at]
    is_whole = all(at <= source.sentence.start and source.sentence.end <= end for source in held)
    return [source.quote for source in held] if is_whole else []


def _unreadable(said: str, passages: Sequence[Passage]) -> str:
    """Why a sentence can't be checked at all; empty where it can."""
    if len(said) > LONGEST:
        return f"It has {len(said):,} characters; a sentence of more than {LONGEST:,} isn't checked."
    if not content(said):
        return "It says nothing that can be checked."
    if _MARKUP.search(said):
        return "It has a link or markup, which only a quotation may have."
    for word in re.findall(r"\w+", said):
        if not _is_latin(word) and not any(word in passage.text for passage in passages):
            return f"The passages don't have the word {word}."
    return ""


def _is_latin(word: str) -> bool:
    return all(not letter.isalpha() or unicodedata.name(letter, "").startswith("LATIN") for letter in word)


def _text(passage: Passage) -> str:
    """What a sentence may have its names and numbers from: the passage, its headline and its day."""
    article = passage.article
    return f"{article.title}\n{passage.text}\n{date_in_words(article)}"


def _dates(source: _Source) -> Iterator[str]:
    """The days that the relative dates of a sentence mean."""
    published = source.passage.article.published
    if published:
        yield from (each.meaning for each in resolve(source.evidence.text, published))


def without_brackets(said: str, article: Article) -> str:
    """The text less its bracketed explanations, if they tell a date or words of the article; else the text as it is."""
    plain = _BRACKETS.sub("", said)
    known = f"{article.title}\n{article.full_text}\n{date_in_words(article)}"
    dates = {each.meaning for each in resolve(plain, article.published)} if article.published else set()
    told = [found.strip()[1:-1] for found in _BRACKETS.findall(said)]
    return plain if all(each in dates or each in known for each in told) else said
