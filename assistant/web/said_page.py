"""The page of what a person or body said, by month and with filters, and the form that leads there."""

import json
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.convertors import Convertor, register_url_convertor
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from assistant.answer import date_in_words, headline_facts
from assistant.assistant import Assistant
from assistant.render import KIND_WORDS, original_url, outlets
from assistant.web.paths import quoted_path, said_path
from assistant.web.templating import html_page, root_path
from assistant.web.visitor_questions import (
    NOT_STORED,
    TURNED_OFF,
    VisitorQuestions,
    message_for_visitor,
    status_and_headers,
)
from index.article import Headline, Remark
from index.errors import CollectionError, OnrecordError, RequestError
from index.text.cleaning import normalise
from index.text.words import words

ON_A_PAGE, MOST_PAGES = 25, 80

MOST_CHARACTERS = 200
"""Of a name, and of each filter."""

FILTERS = ("kind", "publisher", "about", "after", "before")
"""The fields of the form beside the name; they are parameters of `Assistant.said`."""


class _AnyText(Convertor[str]):
    """A part of a path that may have slashes and line ends in it; Starlette's own stop at one or the other."""

    regex = r"[\s\S]*"

    def convert(self, value: str) -> str:
        """Return the part as it is."""
        return value

    def to_string(self, value: str) -> str:
        """Return the part as it is."""
        return value


register_url_convertor("any_text", _AnyText())


def routes(assistant: Assistant, questions: VisitorQuestions) -> list[BaseRoute]:
    """Return the routes: `/said/NAME`, and `/said` for names that can't be in a path, or to ask for one."""
    page = _page(assistant, questions)
    return [Route("/said", page), Route("/said/{name:any_text}", page)]


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a visitor asks for: whose remarks, which of them, and which page of these."""

    name: str
    filters: Mapping[str, str]
    page: int

    def path(self, page: int = 1) -> str:
        """Return the path of a page of these remarks."""
        return said_path(self.name, **self.filters, page=str(page) if page > 1 else "")


def _page(assistant: Assistant, questions: VisitorQuestions) -> Callable[[Request], Awaitable[Response]]:
    async def page(request: Request) -> Response:
        asked = _asked(request)
        if "name" not in request.path_params and asked.path().startswith("said/"):
            return RedirectResponse(f"{root_path(request)}/{asked.path()}", 303, NOT_STORED)
        publishers, waiting = await run_in_threadpool(_choices, assistant)
        shown: dict[str, Any] = {"asked": asked, "publishers": publishers, "waiting": waiting}
        if assistant.collection.parser is None:
            return _filled(request, 503, NOT_STORED, **shown, problem=TURNED_OFF)
        try:
            remarks = await _remarks(asked, request, questions)
        except OnrecordError as error:
            return _filled(request, *status_and_headers(error), **shown, problem=message_for_visitor(error))
        return _filled(request, 200, NOT_STORED, **shown, remarks=remarks)

    return page


def _filled(
    request: Request,
    status: int,
    headers: Mapping[str, str],
    asked: _Asked,
    publishers: Mapping[str, str],
    waiting: int,
    remarks: Sequence[Remark] = (),
    problem: str = "",
) -> Response:
    """Return the page, with remarks or with the problem why there are none."""
    return html_page(
        "said.html",
        request,
        status,
        headers,
        asked=asked,
        filtered=_in_words(asked.filters),
        months=_by_month(remarks[:ON_A_PAGE], asked),
        has_more=len(remarks) > ON_A_PAGE and asked.page < MOST_PAGES,
        problem=problem,
        waiting=waiting,
        kinds=KIND_WORDS,
        publishers=publishers,
        most=MOST_CHARACTERS,
        said_path=said_path,
    )


def _asked(request: Request) -> _Asked:
    """Return what the address asks for, its texts in one line each; a page that is no number is the first."""
    given = {field: " ".join(normalise(text).split()) for field, text in _texts(request).items()}
    page = given.get("page", "")[:6]
    return _Asked(
        name=given.get("name", ""),
        filters={field: given.get(field, "") for field in FILTERS},
        page=min(max(1, int(page)), MOST_PAGES) if page.isdecimal() else 1,
    )


def _texts(request: Request) -> dict[str, str]:
    texts = {**request.query_params, **request.path_params}
    return {field: text.encode(errors="replace").decode() for field, text in texts.items()}


async def _remarks(asked: _Asked, request: Request, questions: VisitorQuestions) -> list[Remark]:
    """Return the remarks of the page that is asked for, and one more if there is another page."""
    for field, text in {"name": asked.name, **asked.filters}.items():
        if len(text) > MOST_CHARACTERS:
            raise RequestError(400, f"{field} has {len(text):,} characters; at most {MOST_CHARACTERS} are read.")
    if not words(asked.name):  # no words are in every name
        return []
    skip = (asked.page - 1) * ON_A_PAGE
    return await questions.said(request, ON_A_PAGE + 1, skip, {"speaker": asked.name, **asked.filters})


def _choices(assistant: Assistant) -> tuple[dict[str, str], int]:
    """Return the publishers to choose from by their labels, and how many articles are yet to be searched."""
    try:
        catalog = assistant.collection.catalog
        publishers = {name: name for name in sorted(catalog.names("publisher"), key=str.casefold)}
        return publishers, catalog.without_remarks_count()
    except CollectionError:
        return {}, 0


def _in_words(filters: Mapping[str, str]) -> list[str]:
    """Return the filters that are set, as the closed form names them."""
    labels = {"kind": KIND_WORDS.get(filters["kind"], filters["kind"]), "about": f"about “{filters['about']}”"}
    labels |= {"after": f"on or after {filters['after']}", "before": f"on or before {filters['before']}"}
    return [labels.get(field, text) for field, text in filters.items() if text]


def _by_month(remarks: Iterable[Remark], asked: _Asked) -> list[tuple[str, list[dict[str, Any]]]]:
    """Return the remarks under their months, "March 2024", in the order that they have."""
    return [(month, [_shown(each, asked) for each in group]) for month, group in groupby(remarks, _month)]


def _month(remark: Remark) -> str:
    published = remark.article.published
    return f"{published:%B %Y}" if published else "Undated"


def _shown(remark: Remark, asked: _Asked) -> dict[str, Any]:
    """Return what the page shows of a remark."""
    article, who = remark.article, remark.name or remark.speaker
    is_other_name = remark.name and words(remark.name) != words(asked.name)
    return {
        "day": date_in_words(article),
        "published": article.published,
        "outlets": ", ".join(outlets(remark)),
        "who": who,
        "who_path": said_path(who) if is_other_name else "",
        "written": "" if set(words(who)) <= set(words(remark.speaker)) else remark.speaker,
        "kind": KIND_WORDS[remark.kind],
        "quote": _around(remark.quote, remark.cue),
        "title": article.title,
        "path": quoted_path(article.id, [(remark.start, remark.end)]),
        "original": original_url(article, remark.quote),
        "record": json.dumps(_record(remark, who, article)),
    }


def _around(quote: str, cue: str) -> tuple[str, str, str]:
    """Return the quotation cut around the words that tell its kind; uncut where they stand in it twice."""
    return quote.partition(cue) if quote.count(cue) == 1 else (quote, "", "")


def _record(remark: Remark, who: str, article: Headline) -> dict[str, Any]:
    """Return what `static/copying.js` copies, in the form of an answer; without its name "She denied" says little."""
    named = remark.quote if who in remark.quote else f"{who}: {remark.quote}"
    citation = {"number": 1, "article": headline_facts(article), "also_in": outlets(remark)[1:]}
    return {"text": f"{named} [1]", "citations": [citation]}
