"""Plans a question: the searches to make, in order, or a reply without a search."""

from collections.abc import Collection as Names
from dataclasses import dataclass, replace
from datetime import date

from assistant.answer import Statement
from assistant.answering import about_collection
from assistant.answering.about_answer import AboutAnswer
from assistant.answering.collection_question import collection_question
from assistant.answering.collection_reply import Reply, collection_reply, no_article_from_then, why_empty
from assistant.answering.foreign_question import is_foreign
from assistant.answering.office import office_question
from assistant.answering.overview import find_article, hint
from assistant.answering.overview_task import OverviewTask, overview_task
from assistant.answering.phrasing import plain_question
from assistant.answering.several_questions import single_questions
from assistant.english.periods import Guess, label
from assistant.search.filters import Narrowed, apply_restrictions, is_speaker
from assistant.search.speech_question import SpeechQuestion, speech_question
from assistant.search.spelling import correct_names
from index.article import EVERYTHING, Article, Filter
from index.collection import Collection

NOTHING_FROM_THEN = "No article from that period answers this, so all articles were searched."
ENGLISH_ONLY = "I read English: please ask in English."


@dataclass(frozen=True, slots=True)
class Understood:
    """A question as it was understood.

    `question` is a follow-up made whole, or the question as typed. `context` are further words to search with, where
    it goes on with the question before. `about` is what is wanted of the last answer, where that is meant.
    """

    typed: str
    question: str
    context: str = ""
    about: AboutAnswer | None = None


@dataclass(frozen=True, slots=True)
class Search:
    """A question to answer, and the articles to answer it from.

    `question` stands alone, without the words that only say which articles are meant ("last week"), and with misspelt
    names corrected. `parts` are the questions that it is made of, or the sides that it compares, if it has several.
    `guesses` are what those words were taken for. `task` is the overview that is asked for, if any, and `article` the
    one that a summary is of. `speech` is whose remarks are asked for, if any. A `reply` is the answer itself, and needs
    no search. `refusal` is a notice for the reader if there is no answer.
    """

    question: str
    context: str = ""
    filter: Filter = EVERYTHING
    guesses: tuple[Guess, ...] = ()
    notice: str = ""
    task: OverviewTask | None = None
    article: Article | None = None
    speech: SpeechQuestion | None = None
    reply: Reply | None = None
    refusal: str = ""
    parts: tuple[str, ...] = ()

    @property
    def questions(self) -> tuple[str, ...]:
        """The single questions to answer."""
        return self.parts or (self.question,)


@dataclass(frozen=True, slots=True)
class Plan:
    """The searches for a question: each is made only if the one before has no answer."""

    searches: tuple[Search, ...]


def plan(
    understood: Understood, collection: Collection, filter: Filter, page: str, ignore: Names[str], today: date
) -> Plan:
    """Return the plan for a question asked of the articles that pass the filter.

    The article of the `page` (an id or URL) is searched first. Words of the question that restrict it to a period, a
    publisher or an author are applied unless `ignore` has "dates", "publisher" or "author".
    """
    if reply := _reply_without_reading(understood.typed, filter, collection):
        return Plan((Search(understood.question, filter=filter, reply=reply),))
    parser = collection.parser
    is_lasting = parser is not None and office_question(understood.question, parser) is not None
    narrowed = apply_restrictions(collection, understood.question, filter, today, ignore, is_lasting=is_lasting)
    typed, notice = _corrected(narrowed.question, collection)
    question = plain_question(typed).question
    search = Search(question, understood.context, narrowed.filter, narrowed.guesses, notice)
    bare = _corrected(narrowed.without_empty, collection)[0] if narrowed.empty else typed
    if reply := _reply_about_collection(bare, narrowed, collection):
        return Plan((replace(search, reply=reply),))
    task = overview_task(typed, has_source=narrowed.has_source)
    speech = None if task else speech_question(question, parser)
    refusal = why_empty(narrowed, collection) if narrowed.empty else ""
    parts = () if task or speech else single_questions(question, parser)
    search = replace(search, task=task, speech=speech, refusal=refusal, parts=parts)
    searches = _searches(search, understood, filter, page, collection)
    if task and task.kind == "summary":
        return _plan_of_summary(task, searches, collection)
    if task and task.is_last_resort:
        searches = [each for search in searches for each in (replace(search, task=None), search)]
    return Plan(tuple(searches))


def _corrected(typed: str, collection: Collection) -> tuple[str, str]:
    """Return the question with misspelt names corrected, not in capitals throughout, and a notice of the names."""
    is_shouted = typed.isupper() and " " in typed
    return correct_names(typed.lower() if is_shouted else typed, collection)


def _reply_without_reading(typed: str, filter: Filter, collection: Collection) -> Reply | None:
    """Return the reply to a greeting, to a question what this is about, or to one in another language."""
    text = about_collection.reply(typed, collection) if filter.article is None else None
    if text is None and is_foreign(typed, collection):
        text = ENGLISH_ONLY
    return Reply((Statement(text),)) if text else None


def _reply_about_collection(typed: str, narrowed: Narrowed, collection: Collection) -> Reply | None:
    """Return the reply to a question about the collection, or for an overview of a period without articles."""
    if narrowed.filter.article is not None:
        return None
    asked = collection_question(plain_question(typed).question, has_source=narrowed.has_source)
    if asked and (reply := collection_reply(asked, narrowed, collection)):
        return reply
    task = overview_task(typed) if narrowed.empty else None
    return no_article_from_then(narrowed, collection) if task and task.kind != "summary" else None


def _searches(
    search: Search, understood: Understood, filter: Filter, page: str, collection: Collection
) -> list[Search]:
    """Return the searches: of the articles that the question means, or of the page's one; and then perhaps of all.

    All are searched if none of a period answers, or if the outlet or author asked is known for remarks too.
    """
    if not search.guesses:
        return [*_search_of_page(search, page, collection), search]
    sources = [guess for guess in search.guesses if guess.field != "dates"]
    if not sources:
        everywhere = replace(search, filter=filter, guesses=(), notice=f"{NOTHING_FROM_THEN} {search.notice}".strip())
        return [search, everywhere]
    whose = " ".join(label(guess) for guess in search.guesses)
    searches = [replace(search, refusal=f"No article {whose} answers this.")]
    whole = plain_question(understood.question).question
    speech = speech_question(whole, collection.parser)
    if speech and speech.speakers and any(is_speaker(collection, str(guess.value)) for guess in sources):
        searches.append(replace(search, question=whole, filter=filter, guesses=(), task=None, speech=speech))
    return searches


def _search_of_page(search: Search, page: str, collection: Collection) -> list[Search]:
    """Return the search of the page's own article alone, unless the reader filtered the articles."""
    is_of_one_article = search.task is None or search.task.kind == "summary"
    if not page or search.filter != EVERYTHING or not is_of_one_article:
        return []
    article = collection.catalog.article(page)
    return [replace(search, filter=Filter(article=article.id))] if article else []


def _plan_of_summary(task: OverviewTask, searches: list[Search], collection: Collection) -> Plan:
    """Return the searches that have an article to sum up, or else a hint how to name one."""
    of_articles = [replace(each, article=find_article(task, collection, each.filter)) for each in searches]
    with_article = tuple(each for each in of_articles if each.article)
    return Plan(with_article or (replace(searches[-1], reply=Reply((Statement(hint(task, collection)),))),))
