"""Plans a question: the searches to make, in order, or a reply without a search."""

from collections.abc import Collection as Names
from dataclasses import dataclass, replace
from datetime import date

from assistant.answer import Statement
from assistant.answering import about_collection
from assistant.answering.about_answer import AboutAnswer
from assistant.answering.overview import find_article, hint
from assistant.answering.overview_task import OverviewTask, overview_task
from assistant.english.periods import Guess
from assistant.search.filters import apply_restrictions
from assistant.search.speech_question import SpeechQuestion, speech_question
from assistant.search.spelling import correct_names
from index.article import EVERYTHING, Article, Filter, Passage
from index.collection import Collection

NOTHING_FROM_THEN = "No article from that period answers this, so all articles were searched."


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
    names corrected. `guesses` are what those words were taken for. `task` is the overview that is asked for, if any,
    and `article` the one that a summary is of. `speech` is whose remarks are asked for, if any.
    """

    question: str
    context: str = ""
    filter: Filter = EVERYTHING
    guesses: tuple[Guess, ...] = ()
    notice: str = ""
    task: OverviewTask | None = None
    article: Article | None = None
    speech: SpeechQuestion | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """The searches for a question: each is made only if the one before has no answer.

    With a `reply`, which is about the collection or about how to ask, there is no search. With `statements`, which
    quote the `passages`, these are the answer, and the reply its notice.
    """

    searches: tuple[Search, ...] = ()
    reply: str = ""
    passages: tuple[Passage, ...] = ()
    statements: tuple[Statement, ...] = ()


def plan(
    understood: Understood, collection: Collection, filter: Filter, page: str, ignore: Names[str], today: date
) -> Plan:
    """Return the plan for a question asked of the articles that pass the filter.

    The article of the `page` (an id or URL) is searched first. Words of the question that restrict it to a period, a
    publisher or an author are applied unless `ignore` has "dates", "publisher" or "author".
    """
    narrowed = apply_restrictions(collection, understood.question, filter, today, ignore)
    if reply := about_collection.reply(understood.typed, collection) if narrowed.filter.article is None else None:
        return Plan(reply=reply)
    whole = narrowed.question
    question, notice = correct_names(whole.lower() if _is_shouted(whole) else whole, collection)
    task = overview_task(question)
    speech = None if task else speech_question(question, collection.parser)
    search = Search(question, understood.context, filter, notice=notice, task=task, speech=speech)
    if narrowed.guesses:
        searches = [replace(search, filter=narrowed.filter, guesses=narrowed.guesses)]
        if all(guess.field == "dates" for guess in narrowed.guesses):
            searches.append(replace(search, notice=f"{NOTHING_FROM_THEN} {notice}".strip()))
    else:
        searches = [*_search_of_page(search, page, collection), search]
    if search.task and search.task.kind == "summary":
        return _plan_of_summary(search.task, searches, collection)
    return Plan(tuple(searches))


def _is_shouted(question: str) -> bool:
    return question.isupper() and " " in question


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
    return Plan(with_article) if with_article else Plan(reply=hint(task, collection))
