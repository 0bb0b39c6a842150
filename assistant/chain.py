"""The chain from a question to a cited answer, and `Assistant`, which is all that most programs need."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from langchain_core.runnables import Runnable, RunnableLambda, RunnablePassthrough

from assistant import cite, guide
from assistant.choice import narrow, read_filter
from assistant.extract import quote_sentences
from assistant.generate import load_chat_model, write_answer
from assistant.reader import Reader
from assistant.records import Answer, Citation, Statement
from assistant.render import outlet
from assistant.retrieve import PassageRetriever, retrieve
from assistant.settings import Settings
from assistant.spelling import correct
from index import ingest
from index.clean import normalise
from index.collection import Collection
from index.embed import Vectors, load_embedder
from index.errors import QuestionError
from index.ingest import Progress
from index.records import EVERYTHING, Article, Filter, Passage, Report

MOST_CHARACTERS = 1_000

NOT_OF_THEN = "No article of the time asked for answers this; all were searched."

MARKED = 0.2
"""Words of a quotation are marked as the answer if the reader gives them these odds or better."""

State = dict[str, Any]


class Assistant:
    """Answers questions from a collection of articles, every sentence with an exact quotation.

    `Assistant()` takes its settings from the environment; `today` tells what "last week" means. Nothing is opened or
    loaded before it is needed; one object may be used from many threads. All methods raise errors of
    `index.errors.OnrecordError`, whose text is for users.
    """

    def __init__(self, settings: Settings | None = None, today: Callable[[], date] = date.today) -> None:
        self._today = today
        self.settings = settings or Settings.from_environment()
        embedder = load_embedder(self.settings.embedding_model)
        self.collection = Collection(self.settings.index_dir, embedder, self.settings.chroma_url)
        self.reader = Reader()

    def ingest(
        self,
        sources: Iterable[str | Path],
        progress: Callable[[Progress], None] = lambda progress: None,
    ) -> Report:
        """Adds files, folders, pages, feeds and sitemaps; what is in already is left, what has changed is replaced."""
        return ingest.add(self.collection, sources, progress, hosts=self._hosts)

    def sync(
        self,
        progress: Callable[[Progress], None] = lambda progress: None,
        *,
        prune: bool = False,
        dry: bool = False,
    ) -> Report:
        """Reads all that was ever added again. `prune` removes what has vanished there; `dry` changes nothing."""
        return ingest.sync(self.collection, progress, hosts=self._hosts, prune=prune, dry=dry)

    @property
    def _hosts(self) -> frozenset[str]:
        return frozenset(self.settings.fetch_hosts)

    def prepare(self) -> None:
        """Loads the models now, so that the first question doesn't wait and a wrong setting shows at once."""
        self.collection.embedder.encode(["ready"], threads=1)
        self.reader.read("Ready?", ["Ready."])
        _ = self._answer

    def remove(self, ids: Iterable[str]) -> Report:
        """Removes articles, named by id, the beginning of one, or path."""
        return ingest.remove(self.collection, [self.article(each) for each in ids])

    def articles(self) -> list[Article]:
        """All articles, newest first."""
        return self.collection.catalog.articles()

    def article(self, id_or_source: str) -> Article:
        """One article, by its id, the beginning of its id, or its path."""
        return self.collection.article(id_or_source)

    def search(self, question: str, k: int = 10, **wanted: date | str | None) -> list[Passage]:
        """The `k` passages closest to the question, closest first, of the articles `wanted` (see `ask`)."""
        question = self._checked(question)
        return retrieve(self.collection, question, k, self.filter(**wanted))

    def ask(self, question: str, page: str = "", **wanted: date | str | None) -> Answer:
        """The answer to a question, or a refusal.

        `wanted` narrows the articles down: published from `after` to `before` (dates, or text as "2024-03-05", both
        days included), by `publisher` or `author`, or one `article` by its id, the beginning of one, or its URL.
        `page` is the id or URL of the article that the reader has before him: it is looked into first.
        """
        *_, answer = self.stream(question, page, **wanted)
        return answer

    def filter(self, **wanted: date | str | None) -> Filter:
        """What `ask` calls `wanted`, read. Raises QuestionError for what is no day, and for who isn't there."""
        return read_filter(self.collection, wanted)

    def stream(self, question: str, page: str = "", **wanted: date | str | None) -> Iterator[Answer]:
        """Growing snapshots of the answer: the question as read, then the passages, then sentence after sentence.

        Nothing that a snapshot shows is taken back by a later one. `page` and `wanted` are those of `ask`; where the
        page's article doesn't answer, or isn't in the collection, all are searched.
        """
        question = self._checked(question)
        reply = guide.reply(question, self.collection)
        if reply:
            yield Answer(question, question, sentences=(Statement(reply),), answered_by="guide")
            return
        chosen = self.filter(**wanted)
        told = narrow(self.collection, question, chosen, self._today())
        if told.guesses:
            *_, answer = self._answered(told.question, told.wanted)
            answer = replace(answer, question=question, guesses=told.guesses)
            if not answer.refused or any(guess.field != "dates" for guess in told.guesses):
                yield answer
                return
            for answer in self._answered(told.question, chosen):
                yield replace(answer, question=question, notice=f"{NOT_OF_THEN} {answer.notice}".strip())
            return
        question = told.question
        first = self.collection.catalog.article(page) if page and chosen == EVERYTHING else None
        if first:
            *_, answer = self._answered(question, Filter(article=first.id))
            if not answer.refused:
                yield replace(answer, wanted=EVERYTHING)
                return
        yield from self._answered(question, chosen)

    def _answered(self, question: str, wanted: Filter) -> Iterator[Answer]:
        answer = Answer(question, question, answered_by=self.settings.llm or "quotation", wanted=wanted)
        text, steps = "", _Stopwatch()
        for part in self.chain.stream({"question": question, "wanted": wanted}):
            if "standalone_question" in part:
                answer = replace(answer, standalone_question=part["standalone_question"], notice=part["notice"])
                steps.end("read")
            if "passages" in part:
                answer = replace(answer, passages=tuple(part["passages"]))
                steps.end("search")
            text += part.get("text", "")
            known = len(answer.sentences)
            answer = self._grown(answer, text, finished=False)
            if "text" not in part or len(answer.sentences) > known:
                yield answer
        answer = self._grown(answer, text, finished=True)
        steps.end("answer")
        yield replace(
            answer,
            refused=not answer.sentences,
            notice=self._notice(answer, answer.sentences),
            usage={"seconds": steps.seconds},
        )

    def _grown(self, answer: Answer, text: str, *, finished: bool) -> Answer:
        """The answer with what of the text it hasn't yet, its quotations marked where they answer."""
        known = answer.sentences
        new = cite.statements(text, answer.passages, finished=finished)[len(known) :]
        marked = [
            replace(statement, citations=tuple(self._told(answer, citation) for citation in statement.citations))
            for statement in new
        ]
        return replace(answer, sentences=(*known, *marked))

    def _told(self, answer: Answer, citation: Citation) -> Citation:
        """The citation with the words that answer, and the other outlets that print the story."""
        copies = self.collection.catalog.copies(citation.article.story)
        others = {outlet(copy) for copy in copies if copy.id != citation.article.id} - {outlet(citation.article)}
        return replace(self._marked(answer, citation), also_in=tuple(sorted(others)))

    def _marked(self, answer: Answer, citation: Citation) -> Citation:
        passage = answer.passages[citation.number - 1]
        if not passage.start <= citation.start < citation.end <= passage.end:
            return citation
        part = (citation.start - passage.start, citation.end - passage.start)
        ((reading,),) = self.reader.read_parts(answer.standalone_question, [passage.text], [[part]])
        if reading.score < MARKED:
            return citation
        return replace(citation, marked=(reading.start + passage.start, reading.end + passage.start))

    @cached_property
    def chain(self) -> Runnable[State, State]:
        """The LangChain runnable: `{"question"}` in; adds `standalone_question`, `notice`, `passages`, and `text`.

        With a Filter under `wanted` it keeps to those articles. `text` is the answer with `[n]` marks for the
        passages, counted from 1; empty where the articles don't say.
        """
        return (
            RunnableLambda(self._read)
            | RunnablePassthrough.assign(passages=RunnableLambda(self._retrieve))
            | RunnablePassthrough.assign(text=RunnableLambda(self._answer))
        )

    def _read(self, state: State) -> State:
        question = state["question"]
        shouted = question.isupper() and " " in question
        question, notice = correct(question.lower() if shouted else question, self.collection)
        return state | {"standalone_question": question, "notice": notice}

    def _retrieve(self, state: State) -> list[Passage]:
        retriever = PassageRetriever(
            collection=self.collection, count=self.settings.passages, wanted=state.get("wanted", EVERYTHING)
        )
        return [document.metadata["passage"] for document in retriever.invoke(state["standalone_question"])]

    @cached_property
    def _answer(self) -> Callable[[State], Iterator[str]]:
        if self.settings.llm:
            model = load_chat_model(self.settings.llm)

            def answer(state: State) -> Iterator[str]:
                yield from write_answer(state["standalone_question"], state["passages"], model)
        else:
            minimum = self.settings.minimum_score

            def answer(state: State) -> Iterator[str]:
                question, passages = state["standalone_question"], state["passages"]
                yield from quote_sentences(question, passages, self.encode, self.reader, minimum)

        return answer

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One vector of length 1 for each text, as the index has them."""
        return self.collection.embedder.encode(texts, threads=1)

    def _notice(self, answer: Answer, sentences: tuple[Statement, ...]) -> str:
        undated = {c.article.id for s in sentences for c in s.citations if c.article.published is None}
        parts = [answer.notice]
        if sentences and self.settings.llm:
            parts.append(f"Written by {self.settings.llm}; the quotations are exact, its own words aren't checked.")
        if undated:
            parts.append(
                "The article is undated." if len(undated) == 1 else f"{len(undated)} of the articles are undated."
            )
        return " ".join(part for part in parts if part)

    def _checked(self, question: str) -> str:
        plain = normalise(question.encode("utf-8", "replace").decode()).strip()
        if not plain:
            raise QuestionError("The question is empty. Ask, for example, what somebody said, or who, where or when.")
        if len(plain) > MOST_CHARACTERS:
            raise QuestionError(
                f"The question has {len(plain):,} characters; at most {MOST_CHARACTERS:,} are read. Ask in fewer words."
            )
        self.collection.require_articles()
        return plain


class _Stopwatch:
    """Seconds by step, each from the end of the one before."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._last = time.perf_counter()

    def end(self, step: str) -> None:
        now = time.perf_counter()
        self.seconds[step] = round(now - self._last, 4)
        self._last = now
