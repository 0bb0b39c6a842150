"""The LangChain chain: a question is read, passages are found, and an answerer tells what they say."""

from collections.abc import Iterator, Sequence

from langchain_core.runnables import Runnable, RunnableGenerator, RunnableLambda, RunnablePassthrough
from langchain_core.runnables.utils import AddableDict

from assistant.answering import overview
from assistant.answering.answerers import Answerer, State
from assistant.search.retriever import PassageRetriever
from assistant.search.spelling import correct
from index.article import EVERYTHING, Passage
from index.collection import Collection


def pipeline(collection: Collection, count: int, answer: Answerer) -> Runnable[State, State]:
    """The runnable that reads `count` passages of the collection for an answer.

    In goes `question`, which stands alone; a Filter under `wanted` keeps to those articles, and `context` has further
    words to search with. It adds `standalone_question` (with misspelt names replaced, which `notice` tells), `task`
    (the overview asked for, or None), `overview` (the passages that it is made of), `passages`, and what the answerer
    tells: `sentences`, each tied to quotations, and their `text` with `[n]` marks for the passages, from 1; both
    empty where the articles don't say.
    """

    def read(state: State) -> State:
        question = state["question"]
        shouted = question.isupper() and " " in question
        question, notice = correct(question.lower() if shouted else question, collection)
        task = overview.read_task(question)
        return (
            {"context": "", "wanted": EVERYTHING}
            | state
            | {
                "standalone_question": question,
                "notice": notice,
                "task": task,
            }
        )

    def look_over(state: State) -> Sequence[Passage]:
        task = state["task"]
        return overview.find_passages(task, collection, state["wanted"], count) if task else []

    def find(state: State) -> Sequence[Passage]:
        if state["overview"] or (state["task"] and not state["task"].topic):
            found: Sequence[Passage] = state["overview"]
            return found
        retriever = PassageRetriever(collection=collection, count=count, wanted=state["wanted"])
        documents = retriever.invoke(f"{state['standalone_question']} {state['context']}".strip())
        return [document.metadata["passage"] for document in documents]

    def tell(states: Iterator[State]) -> Iterator[State]:
        state: State = {}
        for part in states:
            state |= part
            yield AddableDict(part)
        yield AddableDict(sentences=[], text="")
        for part in answer(state):
            yield AddableDict(part)

    return (
        RunnableLambda(read)
        | RunnablePassthrough.assign(overview=RunnableLambda(look_over))
        | RunnablePassthrough.assign(passages=RunnableLambda(find))
        | RunnableGenerator(tell)
    )
