"""Overviews, in the articles' own sentences: of one article, of the news, and of what changed with time."""

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date
from textwrap import shorten
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from assistant.answering.annotations import dated
from assistant.answering.candidates import Candidate, candidates, known_names
from assistant.answering.question import read_question
from assistant.english.relative_dates import bracketed
from assistant.english.synonyms import canonical, concept, concepts
from assistant.search.retriever import DEPTH, retrieve
from index.article import Article, Filter, Passage
from index.collection import Collection
from index.embedding.embedder import Encode
from index.text.words import STOP_WORDS, words

MOST_OF_ARTICLE, MOST_ARTICLES = 3, 5
"""So many sentences sum up an article, and so many articles give one each to news and changes."""

LEAD = 0.3
"""What a sentence of the first paragraph gets on top, of the highest score: news says the most important first."""

THRESHOLD = 0.3
"""Of the way from the smallest cosine to the largest; lower ones count for nothing in centrality."""

NEAR = 0.5
"""A story is about a topic without a name if its cosine is this share of the closest one's: "strike" is a common word,
and where the demonstration's dockers strike (0.25 to 0.33) a ferry strikes a rock (0.07)."""

COPIES = 10
"""So many articles are looked through for one story, as wire stories have copies."""

Kind = Literal["summary", "news", "changes", "comparison"]

_THIS = r"(?:this|that|it|(?:this|that|the) (?:article|story|report|piece|page|text))"
_THE_ARTICLE = r"(?:the|an|that) (?:article|story|report|piece)"
_PLEASE = r"(?:please,? )?(?:(?:can|could|would|will) you )?(?:please )?"
_GIVE = rf"{_PLEASE}(?:(?:give|show|tell) me |i (?:want|need) |is there |what(?:[’']s| is) )?"
_SHORT = r"(?:(?:a|the|an) )?(?:short |brief |quick )?"
_QUOTED = r"[“\"‘'](?P<topic>.+)[”\"’']"
_ABOUT = r"(?:about|on|of|from|in|with|regarding|concerning)"
_NEWS = r"(?:news|headlines|stories|articles|reports|developments)"
_OUTLETS = r"(?P<one>.+) and (?P<other>.+)"
_FORMS: dict[Kind, list[str]] = {
    "summary": [
        rf"{_PLEASE}(?:summari[sz]e|sum up|outline)(?: {_THIS})?(?: for me)?(?:,? please)?",
        rf"{_GIVE}{_SHORT}(?:summary|outline|overview|gist)(?: of {_THIS})?(?:,? please)?",
        rf"what(?:[’']s| is| are) the (?:main|key|most important) (?:points?|facts?)(?: (?:of|in|from) {_THIS})?",
        rf"what(?:[’']s| is) {_THIS} about|what does {_THIS} say|tl;?dr",
        rf"{_PLEASE}(?:summari[sz]e|sum up|outline) (?:{_THE_ARTICLE} )?{_QUOTED}",
        rf"{_GIVE}{_SHORT}(?:summary|outline|overview|gist) of (?:{_THE_ARTICLE} )?{_QUOTED}",
        rf"(?:{_PLEASE}(?:summari[sz]e|sum up|outline)|{_GIVE}{_SHORT}(?:summary|outline|overview|gist) of)"
        rf" {_THE_ARTICLE} (?:about|on|headlined|titled|entitled|called) (?P<topic>.+)",
        rf"what(?:[’']s| is) (?:{_THE_ARTICLE} )?{_QUOTED} about",
    ],
    "news": [
        rf"what(?:[’']s| is| has been) new(?: here)?(?: {_ABOUT} (?P<topic>.+))?",
        rf"{_GIVE}(?:(?:any|some|the) )?(?:(?:latest|newest|recent|new|main|top) )?{_NEWS}(?: {_ABOUT} (?P<topic>.+))?",
        rf"(?:what are|{_PLEASE}(?:summari[sz]e|sum up)) (?:the )?(?:(?:latest|newest|recent|new|main|top) )?{_NEWS}"
        rf"(?: {_ABOUT} (?P<topic>.+))?",
        rf"(?:{_GIVE})?the (?:latest|newest)(?: {_ABOUT} (?P<topic>.+))?",
        r"what(?: has| have)? (?:happened|changed)|what(?:[’']s| is) (?:happening|going on)",
    ],
    "changes": [
        r"what(?:[’']s| has| have| had)? changed (?:about|in|with|on|for|regarding|concerning) (?P<topic>.+)",
        rf"{_GIVE}{_SHORT}(?:time ?line|chronology) (?:of|for|on|about) (?P<topic>.+)",
        r"how (?:did|has|have) (?P<topic>.+) (?:develop|evolve|unfold|progress)(?:ed)?(?: so far| over time)?",
        r"how (?:did|has|have) (?P<topic>.+) changed? over time",
    ],
    "comparison": [
        rf"how (?:do|did|does) {_OUTLETS} (?:differ|disagree) (?:on|about|over|in) (?P<topic>.+)",
        rf"compare (?:what|how) {_OUTLETS} (?:say|said|write|wrote|report|reported|cover|covered)(?: (?:on|about))?"
        r" (?P<topic>.+)",
        rf"compare {_OUTLETS} (?:on|about) (?P<topic>.+)",
    ],
}
_TASKS = [(kind, re.compile(form, re.IGNORECASE)) for kind, forms in _FORMS.items() for form in forms]
_NO_TOPIC = STOP_WORDS | {"article", "articles", "everything", "news", "story", "stories", "things", "world"}

_WHOLE = re.compile(r"[“\"‘'(]?[A-Z0-9].*[.!?…][’”\"')\]]*", re.DOTALL)
_FURNITURE = re.compile(
    r"\b(?:subscri(?:be|ption)|newsletter|cookies?|sign up|log ?in|click here|read more|follow us|share this"
    r"|all rights reserved|copyright|terms of (?:use|service)|advertis(?:ement|ing)|first published|last updated"
    r"|e-?mail us|contact us|download (?:the|our) app|support our|this (?:article|story) (?:was|has been|is part))\b|©",
    re.IGNORECASE,
)
"""What stands around articles, where a page's furniture was taken for text."""


@dataclass(frozen=True, slots=True)
class Task:
    """An overview that is asked for.

    `topic` is what of, in the question's words, and may be empty but for changes and a comparison; `outlets` are the
    two that are compared.
    """

    kind: Kind
    topic: str = ""
    outlets: tuple[str, ...] = ()


def read_task(question: str) -> Task | None:
    """The overview that the question asks for in so many words; None for any other question.

    "Summarise this article", "what's new about the strike?", "timeline of the strike". A whole form must match: "what
    did the summary say?" asks for something that an article says.
    """
    typed = " ".join(question.split()).strip("?!. ")
    for kind, form in _TASKS:
        if found := form.fullmatch(typed):
            told = found.groupdict()
            topic, outlets = (told.get("topic") or "").strip(" ,;:"), (told.get("one"), told.get("other"))
            named = tuple(outlet for outlet in outlets if outlet)
            return Task(kind, topic, named) if not topic or _terms(topic) else None
    return None


def find_passages(task: Task, collection: Collection, wanted: Filter, count: int) -> list[Passage]:
    """At most `count` passages that the overview is to be made of; none where there is nothing to tell."""
    if task.kind == "summary":
        article = find_article(task, collection, wanted)
        return collection.catalog.first_passages([article.id], count) if article else []
    if task.kind == "comparison":
        return _by_outlet(task, collection, wanted, count)
    return _about(task, collection, wanted, count) if task.topic else _newest(collection, wanted, count)


def find_article(task: Task, collection: Collection, wanted: Filter) -> Article | None:
    """The article to be summed up: the one whose headline has all the words named, or without such the one wanted."""
    if not task.topic:
        return collection.catalog.article(wanted.article) if wanted.article else None
    named = _terms(task.topic)
    found = [passage.article for passage in retrieve(collection, task.topic, DEPTH, wanted)]
    return min(
        (article for article in found if named <= _terms(article.title)),
        key=lambda article: len(_terms(article.title)),
        default=None,
    )


def hint(task: Task, collection: Collection) -> str:
    """What to say where there's no such article to sum up."""
    example = f"Name one by its headline, for example: Summarise “{collection.catalog.articles(1)[0].title}”."
    if task.topic:
        return f"No headline has all the words of “{shorten(task.topic, 60, placeholder=' …')}”. {example}"
    return f"Which article is meant? {example}"


def quote_overview(task: Task, passages: Sequence[Passage], encode: Encode) -> Iterator[str]:
    """The sentences of the overview with the marks of their passages: "… [2]\\n"; none where nothing can be told.

    A summary has an article's most central sentences in their order. The others have a sentence of each article with
    its date in brackets: news the newest first, changes and comparisons the oldest.
    """
    among = [each for each in candidates(passages) if _stands_alone(each)]
    if not among:
        return
    chosen = _central(among, encode) if task.kind == "summary" else _of_each_article(task, among, encode)
    for candidate in chosen:
        article = candidate.passage.article
        said = bracketed(candidate.text, article.published)
        yield f"{said if task.kind == 'summary' else dated(said, article)} [{candidate.number}]\n"


def _central(among: Sequence[Candidate], encode: Encode) -> list[Candidate]:
    """The sentences that what follows them is most about, in their order.

    Centrality is the sum of the cosines with later sentences, less the smallest cosines: PacSum (Zheng and Lapata,
    "Sentence Centrality Revisited for Unsupervised Summarization", 2019) with no weight on earlier sentences, so that
    of two like sentences the first counts, as news is written.
    """
    vectors = encode([candidate.text for candidate in among])
    likeness = vectors @ vectors.T
    floor = THRESHOLD * (likeness.max() - likeness.min()) + likeness.min()
    centrality = np.triu(np.clip(likeness - floor, 0, None), 1).mean(axis=1)
    return [among[at] for at in sorted(_best_first(centrality, among)[:MOST_OF_ARTICLE])]


def _best_first(scores: NDArray[np.float32], among: Sequence[Candidate]) -> list[int]:
    """The candidates' places, the highest score first, where leads have an advantage."""
    leads = np.array(["\n" not in each.passage.article.full_text[: each.sentence.start] for each in among])
    order: list[int] = np.argsort(-(scores + LEAD * scores.max() * leads), kind="stable").tolist()
    return order


def _stands_alone(candidate: Candidate) -> bool:
    """Whether it is a whole sentence of the article's own that can be understood without the one before."""
    return not candidate.lead and _WHOLE.fullmatch(candidate.text) is not None and not _FURNITURE.search(candidate.text)


def _of_each_article(task: Task, among: Sequence[Candidate], encode: Encode) -> list[Candidate]:
    """The sentence of each article that is likest to its headline and to the topic, in the order of their dates."""
    headlines = [candidate.passage.article.title for candidate in among]
    topics = [task.topic or headline for headline in headlines]
    own = encode([candidate.text for candidate in among])
    scores = ((encode(headlines) + encode(topics)) * own).sum(axis=1)
    best: dict[str, Candidate] = {}
    for at in _best_first(scores, among):
        best.setdefault(among[at].passage.article.id, among[at])
    told = [best[article] for article in dict.fromkeys(each.passage.article.id for each in among)][:MOST_ARTICLES]
    return sorted(told, key=lambda each: _day(each.passage), reverse=task.kind == "news")


def _about(task: Task, collection: Collection, wanted: Filter, count: int) -> list[Passage]:
    """Of each story about the topic its first passage and the one that matches best, `count` in all.

    What a story is about, its headline and first passage say: the topic's names, and half of its words. All of these
    must be said of some story. Undated articles have no place among news and changes.
    """
    best: dict[str, Passage] = {}
    for passage in retrieve(collection, task.topic, DEPTH, wanted):
        if passage.article.published:
            best.setdefault(passage.article.story, passage)
    leads = collection.catalog.first_passages([each.article.id for each in best.values()], 1)
    first = {each.article.story: each for each in leads}
    names = read_question(task.topic, known_names(candidates([*first.values(), *best.values()]))).required
    openings = {story: f"{each.article.title} {each.text}" for story, each in first.items()}
    about = _naming(_terms(task.topic), {concept(name) for name in names}, openings)
    if about and not names:
        about = _nearest(task.topic, {story: openings[story] for story in about}, collection)
    about = [story for story in best if story in about]
    if task.kind == "news":
        about.sort(key=lambda story: _day(best[story]), reverse=True)
    found = {passage.id: passage for story in about for passage in (first[story], best[story])}
    return [*found.values()][:count]


def _naming(terms: Set[str], names: Set[str], openings: Mapping[str, str]) -> list[str]:
    """The stories whose opening has the names and half of the terms; none where a term is in no opening at all."""
    said = {story: set(concepts(opening)) for story, opening in openings.items()}
    if not terms <= set().union(*said.values()):
        return []
    return [story for story in said if names <= said[story] and 2 * len(terms & said[story]) >= len(terms)]


def _nearest(topic: str, openings: Mapping[str, str], collection: Collection) -> list[str]:
    """The stories whose opening is about as near in meaning to the topic as the nearest."""
    vectors = collection.embedder.encode([topic, *openings.values()], threads=1)
    likeness = vectors[1:] @ vectors[0]
    return [story for story, each in zip(openings, likeness, strict=True) if each >= NEAR * likeness.max()]


def _by_outlet(task: Task, collection: Collection, wanted: Filter, count: int) -> list[Passage]:
    """What each of the outlets has in its best article about the topic; none where one isn't there, or has nothing."""
    publishers = collection.catalog.names("publisher")
    found: list[Passage] = []
    for outlet in task.outlets:
        named = [name for name in publishers if _terms(outlet) <= _terms(name)]
        passages = _about(task, collection, replace(wanted, publisher=named[0]), count) if len(named) == 1 else []
        if not passages:
            return []
        found += (passage for passage in passages if passage.article.id == passages[0].article.id)
    return found[:count]


def _newest(collection: Collection, wanted: Filter, count: int) -> list[Passage]:
    """The first passage of each of the newest stories."""
    newest: dict[str, str] = {}
    for article, story in collection.catalog.newest(wanted, COPIES * count):
        newest.setdefault(story, article)
    return collection.catalog.first_passages([*newest.values()][:count], 1)


def _day(passage: Passage) -> date:
    return passage.article.published or date.min


def _terms(text: str) -> set[str]:
    """The concepts of the words that say what a text is about."""
    return {concept(word) for word in words(canonical(text)) if word not in _NO_TOPIC}
