"""Replies to what a reader says about the last answer: "tell me more", "number 2", "the link?", "are you sure?"."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from assistant.answer import Citation, Statement, Turn
from assistant.answering.about_answer import AboutAnswer, about_answer
from assistant.answering.annotations import publication_note, relative_date_notes, with_notes
from assistant.answering.candidates import Candidate, candidates
from assistant.answering.plan import Plan
from index.article import Passage
from index.collection import Collection
from index.embedding.embedder import Encode
from index.text.words import words

TURNS, ANSWER_CHARACTERS = 6, 5_000
"""How many of the last turns are read, and how many characters of each answer."""

MOST_QUOTED, MOST_WORDS = 8, 40
"""Sentences of an answer that are looked for in the articles, and words of each to look for. Not measured."""

MOST_MORE = 3
"""Sentences that "tell me more" gives. Not measured."""

PASSAGES_OF_ARTICLE = 30
"""Passages of an article that further sentences come from. Not measured."""

THANKS = "You're welcome. Ask again whenever you like."
NOTHING_QUOTED = "No article has been quoted yet. Ask about something that the articles may say."
NO_MORE = "The articles quoted say no more that can be understood alone. Open them to read the rest."
OWN_WORDS = "These are the articles' own words. Whether an article is wrong, onrecord can't know."
NOTHING_ELSE = "Nothing else was found that answers the question. Other words may find more."

_MARKS = re.compile(r"((?: ?\[\d{1,3}\])+)(?= |$)")
_NOTE = re.compile(r" ?\[[^\[\]]*\]")
_TITLE = re.compile(r"“([^”]{1,300})”")

Quoted = tuple[Candidate, frozenset[int]]
"""A sentence of an answer, found again in its article, and the numbers of its marks."""


def plan_about_answer(about: AboutAnswer, history: Sequence[Turn], collection: Collection, encode: Encode) -> Plan:
    """Return the reply, without a search: sentences quoted again or further ones, and what is to be said of them."""
    if about.kind == "thanks":
        return Plan(reply=THANKS)
    turns = history[-TURNS:]
    quoted = next(filter(None, (list(_quoted(turn.answer, collection, encode)) for turn in reversed(turns))), [])
    if about.kind == "one":
        marked = [each for each in quoted if about.number in each[1]]
        quoted = marked or quoted[about.number - 1 : about.number]
    if not quoted:
        return Plan(reply=f"The last answer has no number {about.number}." if about.kind == "one" else NOTHING_QUOTED)
    sentences = [sentence for sentence, _ in quoted]
    match about.kind:
        case "more" | "one":
            topics = [turn.question for turn in turns if not about_answer(turn.question)]
            further = _further(sentences, turns, topics[-1:] if about.kind == "more" else [], collection, encode)
            return _quotations(further) if further else Plan(reply=NO_MORE)
        case "link":
            return _with_links(_quotations(sentences))
        case "date":
            return _quotations(sentences, dated=True)
        case "all":
            return _quotations(sentences, NOTHING_ELSE)
        case _:
            return _quotations(sentences, OWN_WORDS)


def _quoted(answer: str, collection: Collection, encode: Encode) -> Iterator[Quoted]:
    """Yield the sentences of an answer as they stand in the articles, or the first ones of the articles that it lists.

    For a sentence that a chat model wrote it is the nearest in meaning.
    """
    parts = _MARKS.split(" ".join(answer[:ANSWER_CHARACTERS].split()))
    for text, marks in list(zip(parts[::2], parts[1::2], strict=False))[:MOST_QUOTED]:
        plain = _plain(text).strip()
        found = candidates(_matching(plain, collection))
        sentence = next((each for each in found if plain in _plain(each.text)), None) or _nearest(plain, found, encode)
        if sentence:
            yield sentence, frozenset(map(int, re.findall(r"\d+", marks)))
    for title in _TITLE.findall(answer[:ANSWER_CHARACTERS])[:MOST_QUOTED] if len(parts) == 1 else []:
        ids = [each.article.id for each in _matching(title, collection) if each.article.title.rstrip(".") == title]
        yield from ((each, frozenset()) for each in candidates(collection.catalog.first_passages(ids[:1], 1))[:1])


def _matching(text: str, collection: Collection) -> list[Passage]:
    return collection.matching(words(text)[:MOST_WORDS], 5)


def _plain(text: str) -> str:
    """Return the text on one line, without notes in square brackets: "on Friday [5 May 2024]" becomes "on Friday"."""
    return _NOTE.sub("", " ".join(text.split()))


def _nearest(text: str, sentences: Sequence[Candidate], encode: Encode) -> Candidate | None:
    if not sentences:
        return None
    vectors = encode([text, *(each.text for each in sentences)])
    return sentences[int((vectors[1:] @ vectors[0]).argmax())]


def _further(
    quoted: Sequence[Candidate], turns: Sequence[Turn], topics: Sequence[str], collection: Collection, encode: Encode
) -> list[Candidate]:
    """Return sentences of the same articles that weren't shown, in their order: those most about the topic, if any."""
    articles = list(dict.fromkeys(each.passage.article.id for each in quoted))
    shown = " ".join(_plain(turn.answer[:ANSWER_CHARACTERS]) for turn in turns)
    sentences = candidates(collection.catalog.first_passages(articles, PASSAGES_OF_ARTICLE))
    new = [each for each in sentences if _plain(each.text) not in shown]
    left = [each for each in new if not each.lead or _plain(each.lead) in shown]
    if not left or not topics:
        return left[:MOST_MORE]
    vectors = encode([*topics, *(each.text for each in left)])
    best = (-(vectors[1:] @ vectors[0])).argsort(kind="stable")[:MOST_MORE]
    return [left[at] for at in sorted(best)]


def _quotations(sentences: Sequence[Candidate], notice: str = "", *, dated: bool = False) -> Plan:
    passages = list({each.passage.id: each.passage for each in sentences}.values())
    numbers = {passage.id: number for number, passage in enumerate(passages, start=1)}
    numbered = [replace(each, number=numbers[each.passage.id]) for each in sentences]
    statements = tuple(_statement(each, dated=dated) for each in numbered)
    return Plan(reply=notice, passages=tuple(passages), statements=statements)


def _statement(candidate: Candidate, *, dated: bool) -> Statement:
    text, article, (start, end, _, _) = candidate.text, candidate.passage.article, candidate.sentence
    notes = [*relative_date_notes(text, article.published), *([publication_note(text, article)] if dated else [])]
    return Statement(with_notes(text, notes), (Citation(candidate.number, text, start, end, article),))


def _with_links(plan: Plan) -> Plan:
    urls = [f"[{number}] {each.article.url or 'has no link'}" for number, each in enumerate(plan.passages, start=1)]
    return replace(plan, reply=f"The links: {'; '.join(urls)}.")
