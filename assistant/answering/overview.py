"""Overviews, in the articles' own sentences: of an article, of a topic, of the news, and of what changed with time."""

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import replace
from datetime import date
from textwrap import shorten

import numpy as np
from numpy.typing import NDArray

from assistant.answer import Citation, Statement
from assistant.answering.annotations import publication_note, relative_date_notes, with_notes
from assistant.answering.candidates import Candidate, candidates, known_names
from assistant.answering.overview_task import OverviewTask, topic_stems
from assistant.answering.question import parse_question
from assistant.english.stems import stems
from assistant.search.retriever import DEPTH, retrieve
from index.article import Article, Filter, Passage
from index.collection import Collection
from index.embedding.embedder import Encode
from index.remarks.parser import Parser
from index.text.cleaning import has_furniture_words
from index.text.words import stem

MOST_OF_ARTICLE, MOST_ARTICLES = 3, 5
"""Sentences that sum up an article, and articles that give one sentence each to news and changes."""

LEAD_BONUS = 0.3
"""Added to the score of a sentence of the first paragraph, as a share of the highest score: news says the most
important first. Not measured."""

CENTRALITY_FLOOR = 0.3
"""Cosines below this share of the way from the smallest to the largest don't count in centrality. Not measured."""

NEAR_TOPIC = 0.5
"""A story is about a topic without a name if its cosine is at least this share of the closest story's: "strike" is a
common word, and a ferry that strikes a rock has nothing to do with a strike. Not measured."""

COPIES = 10
"""Articles looked through for each story, as wire stories have copies."""

_WHOLE_SENTENCE = re.compile(r"[“\"‘'(]?[A-Z0-9].*[.!?…][’”\"')\]]*", re.DOTALL)


def find_passages(
    task: OverviewTask, article: Article | None, collection: Collection, filter: Filter, count: int
) -> list[Passage]:
    """Return at most `count` passages to make the overview of; none where the articles have nothing for it.

    `article` is the one that a summary is of, as `find_article` returned it.
    """
    if task.kind == "summary":
        return collection.catalog.first_passages([article.id], count) if article else []
    if task.kind == "comparison":
        return _by_outlet(task, collection, filter, count)
    return _passages_about_topic(task, collection, filter, count) if task.topic else _newest(collection, filter, count)


def find_article(task: OverviewTask, collection: Collection, filter: Filter) -> Article | None:
    """Return the article to sum up: the one whose headline has all the words named, or else the one filtered for."""
    if not task.topic:
        return collection.catalog.article(filter.article) if filter.article else None
    named = topic_stems(task.topic)
    articles = (passage.article for passage in retrieve(collection, task.topic, DEPTH, filter))
    return min(
        (article for article in articles if named <= topic_stems(article.title)),
        key=lambda article: len(topic_stems(article.title)),
        default=None,
    )


def hint(task: OverviewTask, collection: Collection) -> str:
    """Return the hint shown when a summary is requested but the article can't be identified."""
    example = f"Name one by its headline, for example: Summarise “{collection.catalog.headlines(1)[0].title}”."
    if task.topic:
        return f"No headline has all the words of “{shorten(task.topic, 60, placeholder=' …')}”. {example}"
    return f"Which article is meant? {example}"


def overview_statements(
    task: OverviewTask, passages: Sequence[Passage], encode: Encode, parser: Parser | None
) -> Iterator[Statement]:
    """Yield the sentences of the overview; none where no sentence stands alone.

    A summary has an article's most central sentences in their order. The others have a sentence of each article with
    its date in brackets: news the newest first, the others the oldest.
    """
    sentences = [each for each in candidates(passages) if _stands_alone(each)]
    if not sentences:
        return
    is_summary = task.kind == "summary"
    chosen = (
        _central(sentences, encode, task.sentences or MOST_OF_ARTICLE)
        if is_summary
        else _of_each_article(task, sentences, encode)
    )
    for candidate in chosen:
        text, article, (start, end, _, _) = candidate.text, candidate.passage.article, candidate.sentence
        notes = relative_date_notes(text, article.published, parser)
        notes += [] if is_summary else [publication_note(text, article)]
        yield Statement(with_notes(text, notes), (Citation(candidate.number, text, start, end, article),))


def _central(sentences: Sequence[Candidate], encode: Encode, most: int) -> list[Candidate]:
    """Return the `most` sentences that the ones after them are most about, in their order.

    Centrality is the sum of the cosines with later sentences, less the smallest cosines: PacSum (Zheng and Lapata,
    "Sentence Centrality Revisited for Unsupervised Summarization", 2019) with no weight on earlier sentences, so that
    of two like sentences the first counts, as news is written.
    """
    vectors = encode([candidate.text for candidate in sentences])
    likeness = vectors @ vectors.T
    floor = CENTRALITY_FLOOR * (likeness.max() - likeness.min()) + likeness.min()
    centrality = np.triu(np.clip(likeness - floor, 0, None), 1).mean(axis=1)
    return [sentences[at] for at in sorted(_best_first(centrality, sentences)[:most])]


def _best_first(scores: NDArray[np.float32], sentences: Sequence[Candidate]) -> list[int]:
    """Return the indexes of the sentences, best score first, with LEAD_BONUS for first paragraphs."""
    is_lead = np.array(["\n" not in each.passage.article.full_text[: each.sentence.start] for each in sentences])
    order: list[int] = np.argsort(-(scores + LEAD_BONUS * scores.max() * is_lead), kind="stable").tolist()
    return order


def _stands_alone(candidate: Candidate) -> bool:
    """Return True for a whole sentence of the article's own that can be understood without the one before."""
    text = candidate.text
    return not candidate.lead and _WHOLE_SENTENCE.fullmatch(text) is not None and not has_furniture_words(text)


def _of_each_article(task: OverviewTask, sentences: Sequence[Candidate], encode: Encode) -> list[Candidate]:
    """Return the sentence of each article that is most like its headline and the topic, in the order of their dates."""
    headlines = [candidate.passage.article.title for candidate in sentences]
    topics = [task.topic or headline for headline in headlines]
    own = encode([candidate.text for candidate in sentences])
    scores = ((encode(headlines) + encode(topics)) * own).sum(axis=1)
    asked = topic_stems(task.topic) if task.kind == "topic" else set()
    shares = np.array([len(asked & set(stems(each.text))) / len(asked) if asked else 1 for each in sentences])
    best: dict[str, Candidate] = {}
    for at in _best_first(scores + shares, sentences):
        if shares[at] or not shares.any():
            best.setdefault(sentences[at].passage.article.id, sentences[at])
    ids = list(dict.fromkeys(each.passage.article.id for each in sentences))[: task.sentences or MOST_ARTICLES]
    return sorted(
        (best[id_] for id_ in ids if id_ in best), key=lambda each: _day(each.passage), reverse=task.kind == "news"
    )


def _passages_about_topic(task: OverviewTask, collection: Collection, filter: Filter, count: int) -> list[Passage]:
    """Return, for each story about the topic, its first passage and its best match; `count` passages in all.

    A story is about a topic if its headline and first passage have the topic's names and half of its words. Each of
    the topic's words must stand in some story. Undated articles have no place among news and changes.
    """
    best: dict[str, Passage] = {}
    for passage in retrieve(collection, task.topic, DEPTH, filter):
        if passage.article.published or task.kind == "topic":
            best.setdefault(passage.article.story, passage)
    leads = collection.catalog.first_passages([each.article.id for each in best.values()], 1)
    first = {each.article.story: each for each in leads}
    names = parse_question(task.topic, known_names(candidates([*first.values(), *best.values()]))).required
    openings = {story: f"{each.article.title} {each.text}" for story, each in first.items()}
    topic = topic_stems(task.topic), {stem(name) for name in names}
    stories = _with_words(*topic, openings)
    if not stories and task.kind == "topic":
        stories = _with_words(*topic, {story: f"{text} {best[story].text}" for story, text in openings.items()})
    if stories and not names:
        stories = _nearest(task.topic, {story: openings[story] for story in stories}, collection)
    stories = [story for story in best if story in stories]
    if task.kind == "news":
        stories.sort(key=lambda story: _day(best[story]), reverse=True)
    passages = {passage.id: passage for story in stories for passage in (first[story], best[story])}
    return list(passages.values())[:count]


def _with_words(topic: Set[str], names: Set[str], openings: Mapping[str, str]) -> list[str]:
    """Return the stories whose opening has the names and half of the topic; none where no opening has some word."""
    known = {story: set(stems(opening)) for story, opening in openings.items()}
    if not topic <= set().union(*known.values()):
        return []
    return [story for story in known if names <= known[story] and 2 * len(topic & known[story]) >= len(topic)]


def _nearest(topic: str, openings: Mapping[str, str], collection: Collection) -> list[str]:
    """Return the stories whose opening is about as near in meaning to the topic as the nearest."""
    vectors = collection.embedder.encode([topic, *openings.values()], threads=1)
    likeness = vectors[1:] @ vectors[0]
    return [story for story, each in zip(openings, likeness, strict=True) if each >= NEAR_TOPIC * likeness.max()]


def _by_outlet(task: OverviewTask, collection: Collection, filter: Filter, count: int) -> list[Passage]:
    """Return what each outlet has in its best article about the topic; nothing unless all outlets have one."""
    publishers = collection.catalog.names("publisher")
    passages: list[Passage] = []
    for outlet in task.outlets:
        named = [name for name in publishers if topic_stems(outlet) <= topic_stems(name)]
        own = (
            _passages_about_topic(task, collection, replace(filter, publisher=named[0]), count)
            if len(named) == 1
            else []
        )
        if not own:
            return []
        passages += (passage for passage in own if passage.article.id == own[0].article.id)
    return passages[:count]


def _newest(collection: Collection, filter: Filter, count: int) -> list[Passage]:
    """Return the first passage of each of the newest stories."""
    newest: dict[str, str] = {}
    for article, story in collection.catalog.newest(filter, COPIES * count):
        newest.setdefault(story, article)
    return collection.catalog.first_passages(list(newest.values())[:count], 1)


def _day(passage: Passage) -> date:
    return passage.article.published or date.min
