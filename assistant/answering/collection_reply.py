"""Replies to questions about the collection, from the catalog and the index of words: counts, lists, bylines, dates."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from textwrap import shorten

from assistant.answer import Citation, Statement
from assistant.answering.about_collection import contents
from assistant.answering.collection_question import CollectionQuestion
from assistant.english.periods import Guess, label
from assistant.render import article_line
from assistant.search.filters import Narrowed, with_guess
from index.article import Filter, Passage, Sentence
from index.collection import Collection
from index.text.words import STOP_WORDS, stems, words

MOST_BYLINES = 5
"""Authors or outlets that are named."""

TOPIC_CHARACTERS = 80
"""Characters of a topic that a reply repeats."""

_QUOTES = "“”\"'‘’"


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply that needs no reading: its statements, the passages that they cite, and a notice for the reader.

    It is answered by "guide", or by "quotation" where its statements quote what articles say.
    """

    statements: tuple[Statement, ...]
    passages: tuple[Passage, ...] = ()
    notice: str = ""
    answered_by: str = "guide"


@dataclass(frozen=True, slots=True)
class _Matches:
    """The articles, by id, that are about a topic, or else mention it; and how many more only mention it."""

    ids: list[str]
    is_about: bool
    more: int = 0


def collection_reply(asked: CollectionQuestion, narrowed: Narrowed, collection: Collection) -> Reply | None:
    """Return the reply, of the articles that pass the question's restrictions; None where nobody wrote about a topic.

    The first statement counts the articles, or says whose or from when they are; the others name them.
    """
    filter, scope = _scope(narrowed)
    matches = _matches(asked, filter, collection)
    if not matches.ids:
        if asked.kind in ("authors", "outlets") and asked.topic:
            return None
        return _nothing(asked.topic, scope) if asked.topic else no_article_from_then(narrowed, collection)
    if asked.kind == "count" and not asked.topic and not scope:
        return Reply((Statement(contents(collection.catalog)),))
    if asked.kind == "span":
        return Reply((Statement(_span(matches.ids, scope, filter, collection)),))
    if not asked.topic and asked.kind in ("authors", "outlets"):
        bylines = _bylines(matches.ids, asked.kind, collection)
        return Reply((Statement(f"{_count(len(matches.ids))}{scope}: {bylines}."),))
    if asked.kind in ("authors", "outlets"):
        deed = "wrote about" if matches.is_about else "mentioned"
        opening = f"{_bylines(matches.ids, asked.kind, collection)} {deed} “{_short(asked.topic)}”{scope}"
    elif asked.topic:
        opening = _counted(asked.topic, matches, scope)
    else:
        opening = f"There {'is' if len(matches.ids) == 1 else 'are'} {_count(len(matches.ids))}{scope}"
    shown = matches.ids[: asked.most]
    if len(shown) < len(matches.ids):
        order = "oldest" if asked.oldest_first else "newest"
        opening += f"; the {order}" if len(shown) == 1 else f"; the {order} {len(shown)}"
    return _listing(f"{opening}:", shown, asked.topic, collection)


def no_article_from_then(narrowed: Narrowed, collection: Collection) -> Reply:
    """Return the reply that no article is from the period asked about, with the article that is nearest to it."""
    text, first_after = why_empty(narrowed, collection), _is_before_all(narrowed, collection)
    nearest = collection.lexical.articles_with([], narrowed.filter, oldest_first=first_after)[:1]
    return _listing(f"{text} The {'oldest' if first_after else 'newest'}:", nearest, "", collection)


def why_empty(narrowed: Narrowed, collection: Collection) -> str:
    """Return a sentence that says that no article is from the period or source asked about, and from when they are."""
    sources, periods = _labels(narrowed, is_period=False), _labels(narrowed, is_period=True)
    span = collection.catalog.publication_span(narrowed.filter)
    spans = f" The articles are from {span[0]:%-d %B %Y} to {span[1]:%-d %B %Y}." if span else ""
    return f"No article{sources} was published{periods}.{spans}"


def _is_before_all(narrowed: Narrowed, collection: Collection) -> bool:
    span = collection.catalog.publication_span(narrowed.filter)
    return any(span and guess.before and guess.before < span[0] for guess in narrowed.empty)


def _scope(narrowed: Narrowed) -> tuple[Filter, str]:
    """Return the filter with all restrictions of the question, and the restrictions in words."""
    filter = narrowed.filter
    for guess in narrowed.empty:
        filter = with_guess(filter, guess)
    period = _labels(narrowed, is_period=True)
    return filter, _labels(narrowed, is_period=False) + (f" published{period}" if period else "")


def _labels(narrowed: Narrowed, *, is_period: bool) -> str:
    guesses: list[Guess] = [*narrowed.guesses, *narrowed.empty]
    return "".join(f" {label(guess)}" for guess in guesses if (guess.field == "dates") == is_period)


def _matches(asked: CollectionQuestion, filter: Filter, collection: Collection) -> _Matches:
    """Return the articles on the topic, or all where there is none.

    An article is about a topic that has all its words in the headline or the first passage. It mentions a topic if its
    words follow one another somewhere; where no article has them so, if all of them stand in it.
    """
    find = partial(collection.lexical.articles_with, filter=filter, oldest_first=asked.oldest_first)
    if not asked.topic:
        return _Matches(find([]), is_about=True)
    alternatives = [_without_article(each) for each in re.split(r" or ", _unquoted(asked.topic))]
    is_one_phrase = len(alternatives) > 1 or asked.topic[0] in _QUOTES
    every_word = [alternatives] if is_one_phrase else [[word] for word in _words_of(asked.topic)]
    mentioning = find(every_word)
    if not asked.is_mention and (about := find(every_word, in_lead=True)):
        return _Matches(about, is_about=True, more=len(mentioning) - len(about))
    return _Matches(find([alternatives]) or mentioning, is_about=False)


def _words_of(topic: str) -> list[str]:
    own = list(dict.fromkeys(words(topic)))
    return [word for word in own if word not in STOP_WORDS] or own


def _unquoted(topic: str) -> str:
    return topic.strip(f"{_QUOTES} ")


def _without_article(topic: str) -> str:
    first, _, rest = topic.partition(" ")
    return rest if rest and first.lower() in ("the", "a", "an", "both", "either") else topic


def _nothing(topic: str, scope: str) -> Reply:
    return Reply((Statement(f"No article{scope} mentions “{_short(topic)}”."),))


def _counted(topic: str, matches: _Matches, scope: str) -> str:
    """Return how many articles are on a topic: "2 articles are about “cod”, and 1 more mentions it"."""
    one = len(matches.ids) == 1
    verb = ("is about" if one else "are about") if matches.is_about else ("mentions" if one else "mention")
    more = f", and {matches.more} more {'mentions' if matches.more == 1 else 'mention'} it" if matches.more else ""
    return f"{_count(len(matches.ids))}{scope} {verb} “{_short(topic)}”{more}"


def _count(number: int) -> str:
    return f"{number} article{'s' if number != 1 else ''}"


def _short(topic: str) -> str:
    return shorten(_unquoted(topic), TOPIC_CHARACTERS, placeholder=" …")


def _bylines(ids: Sequence[str], kind: str, collection: Collection) -> str:
    """Return who wrote the articles, "Ada Lund (The Gazette, 3 articles)", or which outlets printed them."""
    counts: Counter[tuple[str, ...]] = Counter()
    for author, publisher, count in collection.catalog.bylines(ids):
        outlet = publisher or "an unnamed outlet"
        counts[(author, outlet) if author and kind == "authors" else (outlet,)] += count
    named = []
    for (who, *outlets), count in counts.most_common(MOST_BYLINES):
        facts = ", ".join([*outlets, *([_count(count)] if len(counts) > 1 else [])])
        named.append(f"{who} ({facts})" if facts else who)
    others = len(counts) - MOST_BYLINES
    named += [f"{others} others"] if others > 0 else []
    return " and ".join(filter(None, [", ".join(named[:-1]), named[-1]]))


def _span(ids: Sequence[str], scope: str, filter: Filter, collection: Collection) -> str:
    span = collection.catalog.publication_span(filter)
    dated = f"from {span[0]:%-d %B %Y} to {span[1]:%-d %B %Y}" if span else "undated"
    return f"The {_count(len(ids))}{scope} {'is' if len(ids) == 1 else 'are'} {dated}."


def _listing(opening: str, ids: Sequence[str], topic: str, collection: Collection) -> Reply:
    """Return the opening, and each article's headline, which cites a sentence with words of the topic."""
    statements, passages = [Statement(opening)], []
    for id_ in ids:
        if place := _place(id_, topic, collection):
            passage, (start, end, _, _) = place
            article = passage.article
            passages.append(passage)
            citation = Citation(len(passages), article.full_text[start:end], start, end, article)
            statements.append(Statement(f"“{article.title.rstrip('.')}” ({article_line(article)}).", (citation,)))
    return Reply(tuple(statements), tuple(passages))


def _place(id_: str, topic: str, collection: Collection) -> tuple[Passage, Sentence] | None:
    """Return the article's sentence with most words of the topic, and its passage; None where it has no sentence."""
    asked = set(stems(topic))
    passages = collection.catalog.first_passages([id_], -1 if topic else 1)
    return max(
        ((passage, sentence) for passage in passages for sentence in passage.sentences),
        key=lambda place: len(asked & set(stems(place[0].article.full_text[place[1].start : place[1].end]))),
        default=None,
    )
