"""`Assistant`, which answers questions from a collection of articles: all that most programs need."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from langchain_core.language_models import BaseChatModel
from langchain_core.runnables import Runnable

from assistant.answer import Answer, Citation, Statement, Turn
from assistant.answering import about_collection, overview
from assistant.answering.answerers import State, quoting, writing
from assistant.chain import pipeline
from assistant.checking import verification
from assistant.conversation.follow_ups import Condensed, condense, condense_with
from assistant.english.periods import Guess
from assistant.models.chat_models import load_chat_model
from assistant.models.reading_model import Reader
from assistant.render import outlet
from assistant.search.filters import narrow, read_filter
from assistant.search.retriever import retrieve
from assistant.settings import Settings
from index import ingest
from index.article import EVERYTHING, Article, Filter, Passage
from index.collection import Collection
from index.embedding.embedder import Vectors, load_embedder
from index.errors import ModelError, QuestionError
from index.ingest import Progress
from index.report import Report
from index.text.cleaning import normalise

MOST_CHARACTERS = 1_000

NOT_OF_THEN = "No article of the time asked for answers this; all were searched."

MARKED = 0.2
"""Words of a quotation are marked as the answer if the reader gives them these odds or better."""

HEARTBEAT = 0.5
"""Seconds after which a snapshot comes although nothing is new, so that a reader who leaves ends the work."""

STEPS = {"task": "read", "passages": "search"}
"""What ends with which part of the chain's state."""


class _Search(NamedTuple):
    """A question to be searched, among which articles, and why these."""

    question: str
    context: str
    wanted: Filter
    guesses: tuple[Guess, ...] = ()
    notice: str = ""


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
        _ = self.chain

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

    def ask(self, question: str, history: Sequence[Turn] = (), page: str = "", **wanted: date | str | None) -> Answer:
        """The answer to a question, or a refusal.

        `history` are the turns before, the oldest first, for a question that is a follow-up. `wanted` narrows the
        articles down: published from `after` to `before` (dates, or text as "2024-03-05", both days included), by
        `publisher` or `author`, or one `article` by its id, the beginning of one, or its URL. `page` is the id or URL
        of the article that the reader has before him: it is looked into first.
        """
        *_, answer = self.stream(question, history, page, **wanted)
        return answer

    def filter(self, **wanted: date | str | None) -> Filter:
        """What `ask` calls `wanted`, read. Raises QuestionError for what is no day, and for who isn't there."""
        return read_filter(self.collection, wanted)

    def verify(self, document: Mapping[str, Any]) -> verification.Verification:
        """What has become of the quotations of an answer's document (`Answer.to_dict`). Raises DocumentError."""
        return verification.verify(self.collection.catalog, document)

    def stream(
        self, question: str, history: Sequence[Turn] = (), page: str = "", **wanted: date | str | None
    ) -> Iterator[Answer]:
        """Growing snapshots of the answer: the question as read, then the passages, then sentence after sentence.

        Nothing that a snapshot shows is taken back by a later one. What is given is that of `ask`; where the page's
        article doesn't answer, or isn't in the collection, all are searched.
        """
        question = self._checked(question)
        condensed = self._condensed(question, history)
        searches = self._searches(condensed, self.filter(**wanted), page)
        reply = about_collection.reply(question, self.collection) if searches[0].wanted.article is None else None
        if reply := reply or self._hint(searches):
            yield Answer(question, question, sentences=(Statement(reply),), answered_by="guide")
            return
        understood = condensed.question if condensed.question != question else ""
        for answer in self._first_that_answers(searches):
            yield replace(answer, question=question, understood=understood)

    def _condensed(self, question: str, history: Sequence[Turn]) -> Condensed:
        """The question made whole by rules, or where these find it a follow-up, by the chat model."""
        condensed = condense(question, history, self.encode, self.reader)
        if not self._model or not condensed.context:
            return condensed
        try:
            return replace(condensed, question=condense_with(question, history, self._model))
        except ModelError:
            return condensed

    def _searches(self, asked: Condensed, chosen: Filter, page: str) -> list[_Search]:
        """Where to look for an answer: each next one only if that before has none."""
        told = narrow(self.collection, asked.question, chosen, self._today())
        if told.guesses:
            guessed = _Search(told.question, asked.context, told.wanted, told.guesses)
            if any(guess.field != "dates" for guess in told.guesses):
                return [guessed]
            return [guessed, _Search(told.question, asked.context, chosen, notice=NOT_OF_THEN)]
        task = overview.read_task(told.question)
        of_the_page = page and chosen == EVERYTHING and (task is None or task.kind == "summary")
        article = self.collection.catalog.article(page) if of_the_page else None
        first = [_Search(told.question, asked.context, Filter(article=article.id))] if article else []
        return [*first, _Search(told.question, asked.context, chosen)]

    def _hint(self, searches: Sequence[_Search]) -> str:
        """What to say to who wants an article summed up that can't be told; empty for any other question."""
        tasks = [overview.read_task(search.question) for search in searches]
        for task, search in zip(tasks, searches, strict=True):
            if not task or task.kind != "summary" or overview.find_article(task, self.collection, search.wanted):
                return ""
        return overview.hint(tasks[-1], self.collection) if tasks[-1] else ""

    def _first_that_answers(self, searches: Sequence[_Search]) -> Iterator[Answer]:
        *earlier, last = searches
        for search in earlier:
            snapshots = self._answered(search)
            for answer in snapshots:
                if answer.sentences:
                    yield answer
                    yield from snapshots
                    return
                yield Answer(search.question, search.question)
        yield from self._answered(last)

    def _answered(self, search: _Search) -> Iterator[Answer]:
        answer = Answer(search.question, search.question, wanted=search.wanted, guesses=search.guesses)
        steps, tokens, shown = _Stopwatch(), dict[str, int](), float("-inf")
        state = {"question": search.question, "context": search.context, "wanted": search.wanted}
        for part in self.chain.stream(state):
            for ends in STEPS.keys() & part.keys():
                steps.end(STEPS[ends])
            tokens |= part.get("tokens", {})
            grown = self._grown(answer, part)
            if grown != answer or time.perf_counter() > shown + HEARTBEAT:
                answer, shown = grown, time.perf_counter()
                yield answer
        steps.end("answer")
        yield replace(
            answer,
            refused=not answer.sentences,
            notice=" ".join(filter(None, [search.notice, *self._notices(answer)])),
            usage={"seconds": steps.seconds} | ({"tokens": tokens} if tokens else {}),
        )

    def _grown(self, answer: Answer, part: State) -> Answer:
        """The answer with that part of the chain's state."""
        answer = replace(
            answer,
            standalone_question=part.get("standalone_question", answer.standalone_question),
            passages=tuple(part.get("passages", answer.passages)),
            notice=f"{answer.notice} {part.get('notice', '')}".strip(),
            answered_by=part.get("answered_by", answer.answered_by),
        )
        new = [
            replace(statement, citations=tuple(self._told(answer, citation) for citation in statement.citations))
            for statement in part.get("sentences", [])
        ]
        return replace(answer, sentences=(*answer.sentences, *new))

    def _told(self, answer: Answer, citation: Citation) -> Citation:
        """The citation with the words that answer, and the other outlets that print the story."""
        article = citation.article
        outlets = {outlet(*each) for each in self.collection.catalog.outlets(article.story)}
        others = outlets - {outlet(article.publisher, article.url)}
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
        """The LangChain runnable behind the answers: see `pipeline`."""
        answer = quoting(self.encode, self.reader, self.settings.minimum_score)
        if self._model:
            answer = writing(self._model, self.settings, instead=answer)
        return pipeline(self.collection, self.settings.passages, answer)

    @cached_property
    def _model(self) -> BaseChatModel | None:
        settings = self.settings
        return load_chat_model(settings.llm, settings.llm_url) if settings.llm else None

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One vector of length 1 for each text, as the index has them."""
        return self.collection.embedder.encode(texts, threads=1)

    def _notices(self, answer: Answer) -> Iterator[str]:
        yield answer.notice
        if answer.sentences and answer.answered_by == self.settings.llm:
            yield f"Written by {self.settings.llm}, and checked against the quotations."
        undated = {citation.article.id for citation in answer.citations if citation.article.published is None}
        if undated:
            yield "The article is undated." if len(undated) == 1 else f"{len(undated)} of the articles are undated."

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
