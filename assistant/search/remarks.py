"""Looks up who said what, over all articles."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from assistant.english.countries import ways_to_name
from assistant.search.speech_question import SpeechQuestion
from index.article import EVERYTHING, Filter, Headline, Passage, Remark
from index.collection import Collection
from index.errors import QuestionError
from index.remarks.speech_verbs import KINDS
from index.storage.remark_table import RemarkRow
from index.text.words import STOP_WORDS, stem, words

NEAREST = 200
"""Passages nearest in meaning to a topic, in which remarks about it are looked for. Not measured."""

WITH_WORDS = 500
"""Passages with a topic's words in whose articles remarks about it are looked for. Not measured."""

CLOSE = 0.4
"""Cosine from which on a passage counts as near to a topic. Not measured."""

MOST_PASSAGES = 6
"""Passages with remarks of a speaker that are read for an answer. Not measured."""

READ_AT_ONCE = 200
"""Remarks whose articles are read at a time."""


def said(
    collection: Collection,
    speaker: str = "",
    kinds: Sequence[str] = (),
    about: str = "",
    filter: Filter = EVERYTHING,
    limit: int = 50,
    skip: int = 0,
) -> list[Remark]:
    """Return `limit` remarks after the first `skip`, the newest first; what copies of a story repeat counts once.

    All words of `speaker` must be in the full name, so that "Lavrov" finds "Sergei Lavrov"; a country is found by its
    capital too. A remark is `about` a topic if it has the topic's words, or stands in a passage that is near in
    meaning. Raises QuestionError for an unknown kind.
    """
    if unknown := [kind for kind in kinds if kind not in KINDS]:
        raise QuestionError(f"{unknown[0]!r} is no kind of remark. The kinds are {', '.join(KINDS)}.")
    topic = [word for word in words(about) if word not in STOP_WORDS]
    if about and not topic:
        return []
    near = _near(collection, about, filter) if topic else {}
    articles = sorted({*near, *_articles_with(collection, topic, filter)}) if topic else None
    asked = frozenset(map(stem, topic))
    if _is_only_names(about):
        near = {}
    found: dict[tuple[str, ...], list[Remark]] = {}
    for rows in _rows(collection, speaker, kinds, filter, articles):
        for key, remark in _read(collection, rows):
            if not topic or _is_about(remark, asked, near):
                found.setdefault(key, []).append(remark)
        if len(found) > skip + limit:  # copies of the last ones may come in what isn't read
            break
    return [_merged(copies) for copies in list(found.values())[skip : skip + limit]]


def passages_of_remarks(collection: Collection, asked: SpeechQuestion, filter: Filter) -> list[Passage]:
    """Return the passages that report what is asked for, the newest first, of each speaker at most MOST_PASSAGES."""
    if not (asked.speakers or asked.about or asked.lists_all):
        return []
    places = []
    for speaker in asked.speakers or ("",):
        found = said(collection, speaker, asked.kinds, asked.about, filter, MOST_PASSAGES)
        places += [(remark.article.id, remark.start) for remark in found]
    return collection.catalog.passages_at(places)


def _rows(
    collection: Collection, speaker: str, kinds: Sequence[str], filter: Filter, articles: Sequence[str] | None
) -> Iterator[list[RemarkRow]]:
    """Yield the remarks of a speaker, READ_AT_ONCE at a time.

    A capital speaks for its country only where it is the whole name.
    """
    names = sorted(ways_to_name(speaker)) if speaker else []
    whole = [set(words(name)) for name in (speaker, *names)]
    numbers = collection.catalog.find_remarks(names, kinds, filter, articles)
    for at in range(0, len(numbers), READ_AT_ONCE):
        rows = collection.catalog.remarks(numbers[at : at + READ_AT_ONCE])
        yield [row for row in rows if len(names) < 2 or row.found.name is None or set(words(row.found.name)) in whole]


def _articles_with(collection: Collection, topic: list[str], filter: Filter) -> set[str]:
    """Return the articles in which a topic's words are found best."""
    return {passage.article.id for passage in collection.matching(topic, WITH_WORDS, filter)}


def _read(collection: Collection, rows: Sequence[RemarkRow]) -> list[tuple[tuple[str, ...], Remark]]:
    """Return the remarks in the rows, each with a key that is the same for its copies."""
    texts = collection.catalog.texts([row.article for row in rows])
    remarks = []
    for row in rows:
        headline, text = texts[row.article]
        remark = _remark(row, headline, text)
        remarks.append(((row.story, remark.kind, *words(remark.quote)), remark))
    return remarks


def _remark(row: RemarkRow, headline: Headline, text: str) -> Remark:
    found = row.found
    return Remark(
        articles=(headline,),
        speaker=text[slice(*found.speaker)] if found.speaker else "",
        name=found.name,
        kind=found.kind,
        cue=text[slice(*found.cue)],
        quote=text[slice(*found.sentence)],
        start=found.sentence[0],
        end=found.sentence[1],
        content=text[slice(*found.content)],
        is_direct=found.is_direct,
        toward=text[slice(*found.toward)] if found.toward else None,
    )


def _merged(copies: Sequence[Remark]) -> Remark:
    articles = tuple(dict.fromkeys(remark.article for remark in copies))
    return Remark(articles, *(getattr(copies[0], name) for name in Remark.__dataclass_fields__ if name != "articles"))


def _near(collection: Collection, about: str, filter: Filter) -> dict[str, list[tuple[int, int]]]:
    """Return where the passages near to a topic stand, by article."""
    near = defaultdict(list)
    for passage in collection.nearest(about, NEAREST, filter):
        if passage.cosine >= CLOSE:
            near[passage.article.id].append((passage.start, passage.end))
    return near


def _is_about(remark: Remark, asked: frozenset[str], near: dict[str, list[tuple[int, int]]]) -> bool:
    """Return True if a remark has the stems of a topic, or stands in one of the stretches near to it."""
    has = {stem(word) for word in words(f"{remark.article.title} {remark.quote}")}
    return asked <= has or any(start <= remark.start < end for start, end in near.get(remark.article.id, ()))


def _is_only_names(about: str) -> bool:
    """Return True for names alone, which must be there: "NATO" is no nearer to "the EU" than to other alliances."""
    return all(word[:1].isupper() for word in re.findall(r"[^\W\d_]\w*", about))
