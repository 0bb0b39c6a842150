"""Reads off a question what it asks about the collection itself: how many articles, which ones, by whom, from when."""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from assistant.english.number_words import SMALL_NUMBERS
from index.text.words import STOP_WORDS, words

Kind = Literal["count", "list", "authors", "outlets", "span"]

MOST_LISTED = 10
"""Articles that are listed, unless the question names a smaller number."""

_ARTICLES = frozenset("article articles headlines coverage".split())
_STORIES = frozenset(
    "story stories report reports piece pieces item items text texts entry entries post posts headline".split()
)
_ANYTHING = frozenset("anything something nothing everything information info material".split())
_HERE = frozenset("you your archive collection database index corpus library".split())
_ANY = frozenset("there here any every all list show find search got written published".split())
"""Words beside which stories or "anything" are the collection's own, as beside those of _HERE: "list all stories"."""

_AUTHORS = frozenset("author authors journalist journalists reporter reporters writer writers".split())
_OUTLETS = frozenset(
    "outlet outlets newspaper newspapers paper papers publisher publishers publication publications source sources"
    " magazine magazines".split()
)
_WRITING = frozenset("wrote write writes written writing published publish printed reported covered had ran".split())
_COUNTING = frozenset("many number count often total large big".split())
_NEWEST, _OLDEST = frozenset("newest latest last most".split()), frozenset("oldest earliest first".split())
_OTHERS = frozenset(
    """a about altogether also among an and anybody anyone anywhere are at available be been by can come contain could
    cover currently data date dates did do does each else ever exist far back for from full give go has have hold how i
    in individual is it know long made me more my name names news now of old on one online or our out over per period
    print range reach recent run s so some span still stored that the these thing this time times timespan to under
    until up us was we were what when where which who whole whose with word would year years
    """.split()
)
_KNOWN = frozenset().union(
    *(_ARTICLES, _STORIES, _ANYTHING, _HERE, _ANY, _AUTHORS, _OUTLETS, _WRITING, _COUNTING, _NEWEST, _OLDEST, _OTHERS),
    SMALL_NUMBERS,
)
"""Words of talk about a collection. A question with any other word outside its topic is about something else."""

_MENTIONS = (
    r"(?<!the )mention(?:s|ing|ed)?|(?:(?<=articles )|(?<=that ))(?:contain|feature|name|quote|include)|containing"
)
_ABOUT = (
    rf"{_MENTIONS}|about|(?<!wrote )(?<!wrote [“\"])on|regarding|concerning|cover(?:s|ed|ing)?|deal(?:s|ing)? with"
    r"|related to|(?:(?<=coverage )|(?<=coverage is there ))of|(?:(?<=story )|(?<=article ))that"
)
_IS = r"(?:is|are|was|were|has|have|had)"
_TOPICS = [
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"(?P<talk>.*\b(?:articles?|stor(?:y|ies))\b.*?) (?:in which|where) (?P<topic>.+?) (?:{_IS} )?"
        r"(?P<marker>mentioned|named|discussed|appears?|occurs?|comes? up)(?P<more>.*)",
        rf"(?P<talk>.*\barticles) (?:{_IS}|do|does|did) (?P<topic>(?!there\b).+?) "
        r"(?:been )?(?P<marker>mentioned|named|discussed|appear|occur|come up)\b(?P<more>.*)",
        rf"(?P<talk>how often|how many times|) ?\b{_IS} (?P<topic>(?!there\b)\S+(?: \S+){{0,4}}?) "
        r"(?:been )?(?:ever )?(?P<marker>mentioned|written about|reported on)\b(?P<more>.*)",
        rf"(?P<talk>.+?)\b(?P<marker>{_ABOUT}) (?P<topic>(?!(?:to|for|with|as|in) ).+)(?P<more>)",
        rf"(?P<talk>)(?P<marker>{_ABOUT}) (?P<topic>.+)(?P<more>)",
        r"(?P<talk>(?:search|look) (?:for|up))(?P<marker>) (?P<topic>.+)(?P<more>)",
        rf"(?P<talk>(?:which|what) (?:{'|'.join(_OUTLETS)})(?: {_IS})?) (?P<marker>reported|covered|broke)"
        r" (?P<topic>.+)(?P<more>)",
    )
]
"""Where the topic stands: "articles where X appears", "is X mentioned?", "articles about X", "search for X"."""

_AFTER_TOPIC = re.compile(
    r",?\s(?:(?:do|did) you have|have you(?: got)?|(?:are|is|were|was) there|exist"
    r"|(?:in|from|of|among) (?:the|this|your|these|our) (?:archive|collection|database|index|corpus|library|articles)"
    r"|(?:(?:have|has|were|was) )?(?:(?:ever )?been )?(?:published|written|printed|available)"
    r"|can (?:i|you|we) (?:find|read|see)|so far|in total|altogether|at all|anywhere|here|yet|to date)$",
    re.IGNORECASE,
)
_THE_WORD = re.compile(r"^(?:the |both )?(?:words?|names?|terms?|phrases?|topics?|subjects?)(?: of)? ", re.IGNORECASE)
_OPEN = re.compile(r"(?:what|which|who|whom|whose|when|where|why|how)\b", re.IGNORECASE)
_WHAT_YOU_HAVE = re.compile(r"what (?:else )?(?:do you have|have you(?: got)?|can (?:i|you) (?:find|read))", re.I)
_ONE = re.compile(r"\b(?:the|this|that) (?:article|headline|story|report|paper|piece|item|text|entry|post)\b", re.I)
"""One article, as that of the page, or a report or text that articles tell of."""

_ASKS_FOR_SPAN = re.compile(
    r"how (?:recent|old|current|far back|up to date)\b|(?:from |since |until )?when\b"
    r"|(?:from )?(?:what|which) (?:time ?)?(?:period|span|range|dates?|years?)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class CollectionQuestion:
    """What is asked about the collection.

    `topic` is what the articles must be about, or if `is_mention` only mention; empty for all articles. At most `most`
    are listed, the newest first unless `oldest_first`.
    """

    kind: Kind
    topic: str = ""
    is_mention: bool = False
    most: int = MOST_LISTED
    oldest_first: bool = False


def collection_question(question: str, *, has_source: bool = False) -> CollectionQuestion | None:
    """Return what the question asks about the collection; None for any other question.

    "How many articles mention the fire?" is `CollectionQuestion("count", "the fire", is_mention=True)`. One that
    `has_source` named an outlet or an author, and comes without that name: "Has the Herald reported on the fire?" as
    "On the fire?".
    """
    text = " ".join(question.split()).strip("?!. ")
    for form in _TOPICS:
        if match := form.fullmatch(text):
            topic, after = _topic_and_rest(match["topic"])
            talk, marker = (
                _Talk(f"{match['talk']} {match['more']} {after}".strip(), has_source),
                match["marker"].lower(),
            )
            if not STOP_WORDS.issuperset(words(topic)) and (kind := _kind_with_topic(talk, marker)):
                is_mention = marker not in ("about", "on") and not marker.startswith(("cover", "deal"))
                return CollectionQuestion(kind, topic, is_mention, *_order(talk))
    whole = _Talk(text, has_source)
    return CollectionQuestion(kind, "", False, *_order(whole)) if (kind := _kind_of_all(whole)) else None


@dataclass(frozen=True)
class _Talk:
    """The words of a question outside its topic."""

    text: str
    has_source: bool

    def has(self, *groups: frozenset[str]) -> bool:
        """Return whether a word of each of the groups is there."""
        return all(not self.words.isdisjoint(group) for group in groups)

    @cached_property
    def words(self) -> frozenset[str]:
        return frozenset(words(self.text))

    @property
    def is_of_collection(self) -> bool:
        return all(word in _KNOWN or (word.isdigit() and len(word) < 3) for word in self.words)

    @property
    def is_open(self) -> bool:
        return _OPEN.match(self.text) is not None

    @property
    def is_of_articles(self) -> bool:
        """True for talk of articles; an open question with "anything" ("what has everything?") may be of others."""
        return self.has(_ARTICLES) or self.has(_STORIES if self.is_open else _STORIES | _ANYTHING, _HERE | _ANY)

    @property
    def is_of_one(self) -> bool:
        """True for talk of one article or report, unless "you have" it or are to show it."""
        return _ONE.search(self.text) is not None and (self.is_open or not self.has(_HERE | _ANY))


def _kind_with_topic(talk: _Talk, marker: str) -> Kind | None:
    if not talk.is_of_collection or (talk.is_of_one and not talk.has(_OUTLETS | {"who"})):
        return None
    tells = talk.is_of_articles or talk.has(_WRITING) or marker.startswith(("mention", "cover", "reported", "broke"))
    if talk.has(_OUTLETS) and talk.is_open:
        return "outlets" if tells and "who" not in talk.words else None
    if talk.has(_AUTHORS | {"who"}):
        writes = talk.has(_WRITING) and "the report" not in talk.text
        return "authors" if writes or talk.is_of_articles or (talk.is_open and tells and talk.has(_AUTHORS)) else None
    if talk.has(frozenset({"number", "count", "often", "times"})) or "how many" in talk.text.lower():
        return "count" if talk.is_of_articles or marker == "mentioned" else None
    is_asked = (
        talk.is_of_articles
        or talk.has(_HERE - {"you", "your"})
        or talk.has(_WRITING, frozenset({"anyone", "anybody"}))
        or (talk.has_source and (not talk.words or not talk.words <= {"what", "how", "is", "s"}))
        or (not talk.is_open and marker in ("mentioned", "written about", "reported on", ""))
        or _WHAT_YOU_HAVE.fullmatch(talk.text)
    )
    return "list" if is_asked else None


def _kind_of_all(talk: _Talk) -> Kind | None:
    """Return the kind of a question without a topic."""
    is_ordered = talk.has(_NEWEST | _OLDEST, _ARTICLES | _STORIES)
    if not talk.words or not talk.is_of_collection or (talk.is_of_one and not is_ordered):
        return None
    is_here = talk.has(_HERE) or talk.has_source
    is_of_articles = talk.has(frozenset({"articles", "headlines"})) or (is_here and talk.is_of_articles)
    if talk.has(_OUTLETS) and (is_of_articles or is_here or "there" in talk.words):
        return "outlets"
    if talk.has(_AUTHORS | {"who"}) and (
        is_of_articles or talk.has_source or talk.has(frozenset({"authors", "writers"}))
    ):
        return "authors"
    if _ASKS_FOR_SPAN.match(talk.text) and not is_ordered:
        return "span" if is_of_articles or is_here else None
    if talk.has(_COUNTING) and (is_of_articles or is_here):
        return "count"
    is_anything = talk.has(_ANYTHING) and (talk.is_of_articles or talk.has_source)
    is_published = talk.words <= {"what", "which", "was", "were", "is", "has", "been", "published", "printed", "news"}
    is_asked = is_of_articles or is_ordered or is_anything or (talk.has_source and talk.is_open)
    return "list" if is_asked or (is_published and talk.has(frozenset({"published", "printed"}))) else None


def _topic_and_rest(text: str) -> tuple[str, str]:
    """Return the topic, and the words after it that say where or whether there are articles on it."""
    topic = text
    while (match := _AFTER_TOPIC.search(topic)) and match.start():
        topic = topic[: match.start()]
    return _THE_WORD.sub("", topic).strip(" ,;:"), text[len(topic) :]


def _order(talk: _Talk) -> tuple[int, bool]:
    """Return how many articles to list at most, and whether the oldest come first."""
    if not talk.has(_NEWEST | _OLDEST):
        return MOST_LISTED, False
    values = {word: number for number, word in enumerate(SMALL_NUMBERS) if number > 1}
    numbers = [int(word) if word.isdigit() else values[word] for word in talk.words if word.isdigit() or word in values]
    is_one = talk.has(frozenset("article headline story report piece thing".split()))
    return min([*numbers, 1 if is_one else MOST_LISTED]), talk.has(_OLDEST)
