"""Replies to what a reader says about the last answer: "tell me more", "number 2", "the link?", "are you sure?"."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from assistant.answer import Citation, Statement, Turn
from assistant.answering.about_answer import AboutAnswer, about_answer
from assistant.answering.about_collection import WELCOME
from assistant.answering.annotations import SHORTEST_CLAUSE, publication_note, relative_date_notes, with_notes
from assistant.answering.candidates import Candidate, candidates
from assistant.answering.collection_reply import Reply
from assistant.checking.check import Check
from index.article import Filter, Passage
from index.collection import Collection
from index.embedding.embedder import Encode
from index.remarks.parser import Parser
from index.text.words import words

TURNS, ANSWER_CHARACTERS = 6, 5_000
"""How many of the last turns are read, and how many characters of each answer."""

MOST_QUOTED, MOST_WORDS, MOST_PASSAGES = 8, 40, 5
"""Sentences of an answer that are looked for in the articles, words of each to look for, and passages to look in. Not
measured."""

MOST_MORE = 3
"""Sentences that "tell me more" gives. Not measured."""

PASSAGES_OF_ARTICLE = 30
"""Passages of an article that further sentences come from. Not measured."""

NOTHING_QUOTED = "The last answer quotes no article. Ask about something that the articles may say."
NO_MORE = "The articles quoted say no more that can be understood alone. Open them to read the rest."
OWN_WORDS = "These are the articles' own words. Whether an article is wrong, onrecord can't know."
NOTHING_ELSE = "Nothing else was found that answers the question. Other words may find more."

_MARKS = re.compile(r"((?: ?\[\d{1,3}\])+)(?= |$)")
_NOTE = re.compile(r" ?\[[^\[\]]*\]")
_LISTED = re.compile(r"(?:^|: )“(.{1,300})” \([^()]*\)\.$")
"""Matches a headline as a list of articles has it: "“Storm takes the mill” (The Herald, 5 May 2024)."."""

Quoted = tuple[Candidate, frozenset[int]]
"""A sentence of an answer, found again in its article, and the numbers of its marks."""


def reply_about_answer(
    about: AboutAnswer,
    history: Sequence[Turn],
    collection: Collection,
    filter: Filter,
    encode: Encode,
    check: Check | None,
) -> Reply:
    """Return the reply, without a search: sentences quoted again or further ones, and a notice that says what they are.

    A history can say anything. So of the last answer only what stands in the articles that pass the filter is quoted,
    and with `check`, for answers that a chat model wrote, the sentences from which it follows.
    """
    if about.kind == "thanks":
        return Reply((Statement(WELCOME),))
    turns = history[-TURNS:]
    quoted = _last_quoted(turns, collection, filter, check)
    if about.kind == "one" and quoted:
        quoted = [each for each in quoted if about.number in each[1]] or quoted[about.number - 1 : about.number]
        if not quoted:
            return Reply((Statement(f"The last answer has no number {about.number}."),))
    if not quoted:
        return Reply((Statement(NOTHING_QUOTED),))
    sentences = [sentence for sentence, _ in quoted]
    match about.kind:
        case "more" | "one":
            topics = [turn.question for turn in turns if not about_answer(turn.question)]
            further = _further(sentences, turns, topics[-1:] if about.kind == "more" else [], collection, encode)
            return _quotations(further, "", collection.parser) if further else Reply((Statement(NO_MORE),))
        case "link":
            return _with_links(_quotations(sentences, "", collection.parser))
        case "date":
            return _quotations(sentences, "", collection.parser, dated=True)
        case "all":
            return _quotations(sentences, NOTHING_ELSE, collection.parser)
        case _:
            return _quotations(sentences, OWN_WORDS, collection.parser)


def _last_quoted(turns: Sequence[Turn], collection: Collection, filter: Filter, check: Check | None) -> list[Quoted]:
    """Return the sentences of the last answer, or of the one before it that this one was about."""
    for turn in reversed(turns):
        quoted = list(_quoted(turn.answer[:ANSWER_CHARACTERS], collection, filter, check))
        if quoted or not about_answer(turn.question):
            return quoted
    return []


def _quoted(answer: str, collection: Collection, filter: Filter, check: Check | None) -> Iterator[Quoted]:
    """Yield the sentences that an answer quotes or follows from, or the first ones of the articles that it lists."""
    parts = _MARKS.split(" ".join(answer.split()))
    for text, marks in list(zip(parts[::2], parts[1::2], strict=False))[:MOST_QUOTED]:
        numbers = frozenset(map(int, re.findall(r"\d+", marks)))
        yield from ((each, numbers) for each in _sources(text.strip(), collection, filter, check))


def _sources(text: str, collection: Collection, filter: Filter, check: Check | None) -> list[Candidate]:
    """Return the sentences of the articles behind a sentence of an answer."""
    listed = _LISTED.search(text)
    passages = collection.matching(words(listed[1] if listed else text)[:MOST_WORDS], MOST_PASSAGES, filter)
    if listed:
        ids = [each.article.id for each in passages if each.article.title.rstrip(".") == listed[1]]
        return candidates(collection.catalog.first_passages(ids[:1], 1))[:1]
    plain, found = _plain(text), [(each, _plain(each.text)) for each in candidates(passages)]
    is_clause = len(plain) >= SHORTEST_CLAUSE
    standing = [each for each, own in found if plain == own or (is_clause and plain in own)]
    return standing[:1] or (_supporting(text, passages, check) if check else [])


def _supporting(text: str, passages: Sequence[Passage], check: Check) -> list[Candidate]:
    """Return the sentences that support the text; none if it isn't supported."""
    quotes = check(text, passages, range(1, len(passages) + 1)).quotes
    places = {(passages[number - 1].id, start) for number, start, _ in quotes}
    return [each for each in candidates(passages) if (each.passage.id, each.sentence.start) in places]


def _plain(text: str) -> str:
    """Return the text on one line, without notes in square brackets: "on Friday [5 May 2024]" becomes "on Friday"."""
    return _NOTE.sub("", " ".join(text.split()))


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


def _quotations(sentences: Sequence[Candidate], notice: str, parser: Parser | None, *, dated: bool = False) -> Reply:
    passages = list({each.passage.id: each.passage for each in sentences}.values())
    numbers = {passage.id: number for number, passage in enumerate(passages, start=1)}
    numbered = [replace(each, number=numbers[each.passage.id]) for each in sentences]
    statements = tuple(_statement(each, parser, dated=dated) for each in numbered)
    return Reply(statements, tuple(passages), notice, answered_by="quotation")


def _statement(candidate: Candidate, parser: Parser | None, *, dated: bool) -> Statement:
    text, article, (start, end, _, _) = candidate.text, candidate.passage.article, candidate.sentence
    notes = relative_date_notes(text, article.published, parser)
    notes += [publication_note(text, article)] if dated else []
    return Statement(with_notes(text, notes), (Citation(candidate.number, text, start, end, article),))


def _with_links(reply: Reply) -> Reply:
    urls = [f"[{number}] {each.article.url or 'has no link'}" for number, each in enumerate(reply.passages, start=1)]
    return replace(reply, notice=f"The links: {'; '.join(urls)}.")
