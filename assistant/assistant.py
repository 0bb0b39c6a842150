"""`Assistant`, which answers questions from a collection of articles: all that most programs need."""

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Collection as Names
from dataclasses import replace
from datetime import date
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.runnables import Runnable

from assistant.answer import Answer, Turn
from assistant.answering.about_answer import about_answer
from assistant.answering.answerers import quoting
from assistant.answering.plan import Plan, Search, Understood, plan
from assistant.answering.quoted_again import reply_about_answer
from assistant.answering.scoring import Scorer
from assistant.answering.writing import writing
from assistant.chain import State, build_chain
from assistant.checking import verification
from assistant.checking.check import Check, check_sentence
from assistant.conversation.follow_ups import condense, condense_with
from assistant.models.chat_models import HEARTBEAT, load_chat_model
from assistant.models.cross_encoders import load_judge, load_relevance
from assistant.models.reading_model import Reader
from assistant.search.filters import parse_filter
from assistant.search.remarks import said
from assistant.search.retriever import retrieve
from assistant.settings import Settings
from index import ingest
from index.article import EVERYTHING, Article, Filter, Passage, Remark
from index.collection import Collection
from index.embedding.embedder import Vectors, load_embedder
from index.errors import ModelError, NoRemarksError, QuestionError
from index.ingest import Progress
from index.remarks.parser import NO_PARSER, Parser
from index.report import Report
from index.text.cleaning import normalise

_LOG = logging.getLogger("onrecord")

MOST_CHARACTERS = 1_000
"""Characters of a question."""

IGNORABLE = ("dates", "publisher", "author")
"""Restrictions in a question's own words that a reader may take back."""

TIMED_STEPS = {"plan": "read", "passages": "search"}
"""Maps a key of the chain's state to the timing step that is finished once the key appears."""


class Assistant:
    """Answers questions from a collection of articles, every sentence with an exact quotation.

    `Assistant()` takes its settings from the environment; `today` is the clock that "last week" is counted from.
    Nothing is opened or loaded before it is needed, and one object may be used from many threads. All methods raise
    errors of `index.errors.OnrecordError`, whose text is for users.
    """

    def __init__(self, settings: Settings | None = None, today: Callable[[], date] = date.today) -> None:
        self._today = today
        self.settings = settings or Settings.from_environment()
        embedder = load_embedder(self.settings.embedding_model)
        parser = None if self.settings.parser == NO_PARSER else Parser(self.settings.parser)
        self.collection = Collection(self.settings.index_dir, embedder, self.settings.chroma_url, parser)
        self.reader = Reader()
        self._relevance = load_relevance(self.settings.reranking_model, self.reader)

    def ingest(
        self,
        sources: Iterable[str | Path],
        progress: Callable[[Progress], None] = lambda progress: None,
    ) -> Report:
        """Add files, folders, pages, feeds and sitemaps; known articles are skipped, changed ones replaced."""
        return ingest.add(self.collection, sources, progress, hosts=self._hosts)

    def sync(
        self,
        progress: Callable[[Progress], None] = lambda progress: None,
        *,
        prune: bool = False,
        dry: bool = False,
    ) -> Report:
        """Read everything that was ever added again, and update what changed.

        `prune` removes articles that have vanished from where they came; a `dry` run changes nothing.
        """
        return ingest.sync(self.collection, progress, hosts=self._hosts, prune=prune, dry=dry)

    @property
    def _hosts(self) -> frozenset[str]:
        return frozenset(self.settings.fetch_hosts)

    def prepare(self) -> None:
        """Load the models now, so that the first question doesn't wait and a wrong setting shows at once."""
        self.collection.embedder.encode(["ready"], threads=1)
        self.reader.read("Ready?", ["Ready."])
        _ = self.chain

    def remove(self, ids: Iterable[str]) -> Report:
        """Remove articles, named by id, the beginning of one, or path."""
        return ingest.remove(self.collection, [self.article(each) for each in ids])

    def articles(self) -> list[Article]:
        """Return all articles, newest first."""
        return self.collection.catalog.articles()

    def article(self, id_or_source: str) -> Article:
        """Return one article, by its id, the beginning of its id, or its path."""
        return self.collection.article(id_or_source)

    def search(self, question: str, k: int = 10, **filter: date | str | None) -> list[Passage]:
        """Return the `k` passages closest to the question, closest first; `filter` is as for `ask`."""
        question = self._checked(question)
        return retrieve(self.collection, question, k, self.filter(**filter), self._relevance)

    def said(
        self,
        speaker: str = "",
        kind: str | None = None,
        about: str = "",
        limit: int = 50,
        skip: int = 0,
        **filter: date | str | None,
    ) -> list[Remark]:
        """Return who said what, the newest first: `limit` remarks after the first `skip`.

        `speaker` is a name or a part of one, `kind` such as "deny", and `about` a topic; `filter` is as for `ask`.
        Raises QuestionError for an unknown kind, and NoRemarksError if there is no parser.
        """
        self._require_remarks()
        kinds, chosen = (kind,) if kind else (), self.filter(**filter)
        name, topic = normalise(speaker).strip(), normalise(about).strip()
        return said(self.collection, name, kinds, topic, chosen, limit, skip)

    def _require_remarks(self) -> None:
        if self.collection.parser is None:
            raise NoRemarksError(
                "ONRECORD_PARSER is 'none', so who said what isn't known. Unset it, then run `onrecord rebuild`."
            )
        if waiting := self.collection.catalog.without_remarks_count():
            _LOG.warning("%d articles are not yet searched for remarks; `onrecord sync` does that", waiting)

    def ask(
        self,
        question: str,
        history: Sequence[Turn] = (),
        page: str = "",
        ignore: Names[str] = (),
        **filter: date | str | None,
    ) -> Answer:
        """Return the answer to a question, or a refusal.

        `history` are the turns before, the oldest first, for a question that is a follow-up. `filter` chooses the
        articles: published from `after` to `before` (dates, or text as "2024-03-05", both days included), by
        `publisher` or `author`, or one `article` by its id, the beginning of one, or its URL. `page` is the id or URL
        of the article that the reader is looking at: it is searched first. Words of the question that restrict it
        ("last week") are applied unless `ignore` has "dates", "publisher" or "author".
        """
        *_, answer = self.stream(question, history, page, ignore, **filter)
        return answer

    def filter(self, **filter: date | str | None) -> Filter:
        """Return the filter of `ask` as an object. Raises QuestionError for an invalid date or an unknown name."""
        return parse_filter(self.collection, filter)

    def verify(self, document: Mapping[str, Any]) -> verification.Verification:
        """Look up the quotations of a saved answer (`Answer.to_dict`) again. Raises DocumentError."""
        return verification.verify(self.collection.catalog, document)

    def stream(
        self,
        question: str,
        history: Sequence[Turn] = (),
        page: str = "",
        ignore: Names[str] = (),
        **filter: date | str | None,
    ) -> Iterator[Answer]:
        """Yield growing snapshots of the answer: the question as understood, the passages, then each sentence.

        Nothing that a snapshot shows is taken back by a later one. The parameters are those of `ask`.
        """
        request: State = {
            "question": question,
            "history": tuple(history),
            "page": page,
            "filter": self.filter(**filter),
            "ignore": tuple(ignore),
        }
        answer, watch, shown = None, _Stopwatch(), float("-inf")
        for part in self.chain.stream(request):
            for key in TIMED_STEPS.keys() & part.keys():
                watch.end(TIMED_STEPS[key])
            if "understood" in part:
                answer = _first_snapshot(part["understood"], request["ignore"])
            if answer is None:
                continue
            grown = _next_snapshot(answer, part)
            if grown != answer or time.perf_counter() > shown + HEARTBEAT:
                answer, shown = grown, time.perf_counter()
                yield answer
        watch.end("answer")
        if answer:
            yield self._finished(answer, watch.seconds)

    def _finished(self, answer: Answer, seconds: Mapping[str, float]) -> Answer:
        if answer.answered_by == "guide":
            return answer
        notice = " ".join(filter(None, [answer.notice, *self._notices(answer)]))
        usage = {"seconds": seconds, **answer.usage}
        return replace(answer, refused=not answer.sentences, notice=notice, usage=usage)

    @cached_property
    def chain(self) -> Runnable[State, State]:
        """The LangChain runnable behind the answers; see `build_chain`."""
        settings = self.settings
        answer = quoting(self.scorer, settings.minimum_score, lambda: self.collection.catalog)
        if self._model:
            answer = writing(self._model, settings, self.reader, self._check, fallback=answer)
        count = settings.passages
        return build_chain(self._understood, self._plan, self.collection, count, self.encode, answer, self._relevance)

    @cached_property
    def scorer(self) -> Scorer:
        """What scores sentences as answers."""
        return Scorer(self.reader, self.encode, self.collection.parser)

    @cached_property
    def _check(self) -> Check:
        judge = load_judge(self.settings.support_model)
        return partial(check_sentence, judge=judge, parser=self.collection.parser)

    @cached_property
    def _model(self) -> BaseChatModel | None:
        settings = self.settings
        return load_chat_model(settings.llm, settings.llm_url) if settings.llm else None

    def _understood(self, state: State) -> Understood:
        """Make a follow-up whole: by rules, or by the chat model where the rules find that it is a follow-up."""
        question, history = self._checked(state["question"]), state.get("history", ())
        if about := about_answer(question) if history else None:
            return Understood(question, question, about=about)
        topics = [turn for turn in history if not about_answer(turn.question)]
        whole, context = condense(question, topics, self.encode, self.collection.parser)
        if self._model and context:
            try:
                whole = condense_with(question, history, self._model)
            except ModelError as error:
                _LOG.warning("problem", extra={"facts": {"error": str(error), "instead": "the rules' reading"}})
        return Understood(question, whole, context)

    def _plan(self, state: State) -> Plan:
        understood: Understood = state["understood"]
        filter, page, ignore = (
            state.get("filter", EVERYTHING),
            state.get("page", ""),
            _ignorable(state.get("ignore", ())),
        )
        if understood.about:
            history = state["history"]
            check = self._check if self._model else None
            reply = reply_about_answer(understood.about, history, self.collection, filter, self.encode, check)
            return Plan((Search(understood.question, filter=filter, reply=reply),))
        return plan(understood, self.collection, filter, page, ignore, self._today())

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one vector of length 1 for each text, as the index has them."""
        return self.collection.embedder.encode(texts, threads=1)

    def _notices(self, answer: Answer) -> Iterator[str]:
        if answer.sentences and answer.answered_by == self.settings.llm:
            yield f"Written by {self.settings.llm}, and checked against the quotations."
        cited = {citation.article.id: citation.article.published for citation in answer.citations}
        undated = sum(published is None for published in cited.values())
        if undated and len(cited) == 1:
            yield "The article is undated."
        elif undated:
            yield "One of the articles is undated." if undated == 1 else f"{undated} of the articles are undated."

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


def _ignorable(ignore: Names[str]) -> frozenset[str]:
    unknown = [each for each in ignore if each not in IGNORABLE]
    if unknown:
        raise QuestionError(f"{unknown[0]!r} can't be ignored. Give one of {', '.join(IGNORABLE)}.")
    return frozenset(ignore)


def _first_snapshot(understood: Understood, ignore: Sequence[str]) -> Answer:
    """Return the first snapshot: the question alone."""
    typed, question = understood.typed, understood.question
    return Answer(typed, question, understood=question if question != typed else "", ignored=tuple(ignore))


def _next_snapshot(answer: Answer, part: State) -> Answer:
    """Return the answer with what is new in the chain's state."""
    if "search" in part:
        search = part["search"]
        answer = replace(answer, standalone_question=search.question, filter=search.filter, guesses=search.guesses)
    if tokens := part.get("tokens"):
        answer = replace(answer, usage={"tokens": tokens})
    return replace(
        answer,
        passages=tuple(part.get("passages", answer.passages)),
        sentences=(*answer.sentences, *part.get("statements", [])),
        notice=" ".join(filter(None, [answer.notice, *part.get("notices", [])])),
        answered_by=part.get("answered_by", answer.answered_by),
    )


class _Stopwatch:
    """Measures the seconds of each step, from the end of the one before."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._last = time.perf_counter()

    def end(self, step: str) -> None:
        now = time.perf_counter()
        self.seconds[step] = round(now - self._last, 4)
        self._last = now
