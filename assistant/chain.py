"""The LangChain runnable: the whole path of a question, from what was typed to cited statements.

understand(question, history)            -> Understood
plan(understood, filter, page, ignore)   -> Plan, of searches
retrieve(search)                         -> passages
answer(search, passages)                 -> statements, one after another
"""

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from langchain_core.runnables import Runnable, RunnableGenerator, RunnableLambda, RunnablePassthrough
from langchain_core.runnables.utils import AddableDict

from assistant.answer import Citation, Statement
from assistant.answering.answerers import Answerer, AnswerEvent, AnswerNote
from assistant.answering.overview import find_passages, overview_statements
from assistant.answering.plan import Plan, Search, Understood
from assistant.models.cross_encoders import Relevance
from assistant.render import outlet
from assistant.search.remarks import passages_of_remarks
from assistant.search.retriever import retrieve
from index.article import Article, Passage
from index.collection import Collection
from index.embedding.embedder import Encode

State = dict[str, Any]

RunSearch = Callable[[Search], tuple[list[Passage], Iterator[AnswerEvent]]]
"""Runs a search, and returns its passages and the events of the answer from them."""


def build_chain(
    understand: Callable[[State], Understood],
    plan: Callable[[State], Plan],
    collection: Collection,
    count: int,
    encode: Encode,
    answer: Answerer,
    relevance: Relevance | None = None,
) -> Runnable[State, State]:
    """Return the runnable that answers a question from `count` passages of the collection.

    `relevance` re-ranks the passages; None leaves them as search ranks them.

    Its input has the `question`, and optionally `history` (turns), `page`, `filter` and `ignore`; see `Assistant.ask`.
    It adds `understood`, `plan`, `search` (the one whose passages were read), `passages`, `statements` (none for a
    refusal), `notices`, `answered_by` and `tokens`. When it is streamed, statements come one by one, and empty parts
    while there is nothing new.
    """

    def run_search(search: Search) -> tuple[list[Passage], Iterator[AnswerEvent]]:
        if reply := search.reply:
            return list(reply.passages), iter([*reply.statements, AnswerNote(reply.notice, reply.answered_by)])
        task = search.task
        overview = find_passages(task, search.article, collection, search.filter, count) if task else []
        if task and (overview or not task.topic):
            return overview, iter(overview_statements(task, overview, encode, collection.parser))
        queries = [f"{question} {search.context}".strip() for question in search.questions]
        found = [retrieve(collection, query, count, search.filter, relevance) for query in queries]
        passages = _in_turn(found, count)
        if search.speech:
            told = passages_of_remarks(collection, search.speech, search.filter)
            passages = _in_turn([[*told, *passages]], count)
        return passages, answer(search, passages)

    def follow(states: Iterator[State]) -> Iterator[State]:
        state: State = {}
        for part in states:
            state |= part
            yield AddableDict(part)
        yield from _run_plan(state["plan"], run_search, collection)

    return (
        RunnablePassthrough.assign(understood=RunnableLambda(understand))
        | RunnablePassthrough.assign(plan=RunnableLambda(plan))
        | RunnableGenerator(follow)
    )


def _in_turn(found: Sequence[Sequence[Passage]], count: int) -> list[Passage]:
    """Return `count` passages, one of each search in turn, each once."""
    ranked = [passage for row in itertools.zip_longest(*found) for passage in row if passage]
    return list({passage.id: passage for passage in ranked}.values())[:count]


def _run_plan(plan: Plan, run_search: RunSearch, collection: Collection) -> Iterator[State]:
    """Make the plan's searches, one after another, until one has an answer."""
    for search in plan.searches:
        has_answer = False
        for part in _parts(search, *run_search(search), collection, held_back=search is not plan.searches[-1]):
            has_answer = has_answer or bool(part.get("statements"))
            yield part
        if has_answer:
            return


def _parts(
    search: Search,
    passages: list[Passage],
    events: Iterator[AnswerEvent],
    collection: Collection,
    *,
    held_back: bool,
) -> Iterator[State]:
    """Yield a search's answer as parts of the chain's state.

    If it is `held_back`, because another search follows, only empty parts come before its first statement.
    """
    waiting = AddableDict(
        search=search, passages=passages, statements=[], notices=[search.notice] if search.notice else []
    )
    note, has_statement = AnswerNote(), False
    for event in itertools.chain([None], events):
        match event:
            case Statement():
                is_listed = search.reply is not None and search.reply.answered_by == "guide"
                waiting += AddableDict(statements=[event if is_listed else _completed(event, collection)])
                held_back, has_statement = False, True
            case AnswerNote():
                note = event
                waiting += AddableDict(notices=[event.notice] if event.notice else [])
        yield AddableDict() if held_back else waiting
        waiting = waiting if held_back else AddableDict()
    if not held_back:
        if search.refusal and not has_statement:
            yield AddableDict(notices=[search.refusal])
        yield AddableDict(answered_by=note.answered_by, tokens=dict(note.tokens))


def _completed(statement: Statement, collection: Collection) -> Statement:
    """Return the statement with who speaks, and with the other outlets that print the same story."""
    citations = (replace(each, also_in=_other_outlets(each.article, collection)) for each in statement.citations)
    return replace(statement, citations=tuple(citations), speakers=_speakers(statement.citations, collection))


def _speakers(citations: Sequence[Citation], collection: Collection) -> tuple[str, ...]:
    remarks = collection.catalog.remarks_of(citation.article.id for citation in citations)
    names = (
        remark.found.name
        for citation in citations
        for remark in remarks
        if remark.article == citation.article.id and citation.start <= remark.found.cue[0] < citation.end
    )
    return tuple(dict.fromkeys(filter(None, names)))


def _other_outlets(article: Article, collection: Collection) -> tuple[str, ...]:
    outlets = {outlet(*each) for each in collection.catalog.outlets(article.story)}
    return tuple(sorted(outlets - {outlet(article.publisher, article.url)}))
