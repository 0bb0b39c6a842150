"""Replies to greetings and to questions about the collection itself, such as "What is this about?"."""

import re
from collections import Counter
from collections.abc import Sequence
from importlib.resources import files
from itertools import takewhile

from assistant.answering.overview_task import overview_task
from assistant.english.names import TITLES, names_in
from index.article import EVERYTHING
from index.collection import Collection
from index.ingest import demo_folder
from index.storage.catalog import Catalog
from index.text.words import words

_GREETING = re.compile(
    r"(?:hi|hello|hey|hiya|good (?:morning|afternoon|evening|day)|greetings)(?: there| all)?", re.IGNORECASE
)
_THANKS = re.compile(
    r"(?:thanks?(?: you)?|thx|cheers|ok(?:ay)?|great|bye|goodbye|perfect)(?: very much| a lot)?",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    r"(?:(?:so )?what(?:'s| is| are)"
    r" (?:this|these|it|that|here|in (?:here|there)|the (?:articles?|collection))(?: (?:all )?about)?"
    r"|what (?:can|could|should|may) (?:i|you|we|one) (?:ask|do|answer)(?: (?:you|here|about|me))*"
    r"|what do you (?:know|have|do)(?: about)?"
    r"|what are you|who are you|help(?: me)?|how (?:do i use this|does (?:this|it) work)"
    r"|summari[sz]e(?: this| everything)?"
    r"|what topics.*|\?+)",
    re.IGNORECASE,
)
_SPEECH = re.compile(
    r"((?:\b[A-Z][\w'’-]+ ){0,4}\b[A-Z][\w'’-]{3,}) (says|said|denies|denied|accuses|accused|warns|warned)\b"
)
"""A headline that reports speech: "Transport Ministry denies breaking the rules"."""

_QUESTIONS = {
    "say": "What did {} say?",
    "said": "What did {} say?",
    "deni": "What did {} deny?",
    "accus": "Whom did {} accuse?",
    "warn": "What did {} warn of?",
}
"""The question that such a headline answers, by the beginning of its verb."""

WELCOME = "You're welcome. Ask again whenever you like."

HEADLINES = 5
"""Headlines named in the answer to "What is this about?"."""

EXAMPLES = 4
"""Example questions under an empty conversation."""

NEWEST = 200
"""Headlines that example questions are made from."""

LONGEST_HEADLINE = 120
"""Characters of a headline that still fits into an example question."""


def reply(question: str, collection: Collection) -> str | None:
    """Return the reply to a greeting or a question about the collection, None for a question that articles answer."""
    typed = question.strip().rstrip("?!. ").strip() or question.strip()
    if _GREETING.fullmatch(typed):
        return f"Hello. {_how_to_ask(collection)}"
    if _THANKS.fullmatch(typed):
        return WELCOME
    if _ABOUT.fullmatch(typed):
        return f"{contents(collection.catalog)} {_how_to_ask(collection)}"
    return None


def example_questions(collection: Collection) -> list[str]:
    """Return a few questions that the articles answer: the demonstration's own, or some made from headlines."""
    headlines = collection.catalog.headlines(NEWEST)
    demonstration = str(demo_folder().resolve())
    if any(headline.source.startswith(demonstration) for headline in headlines):
        return (files("index") / "demo_questions.txt").read_text("utf-8").splitlines()[:EXAMPLES]
    titles = [headline.title for headline in headlines if len(headline.title) <= LONGEST_HEADLINE]
    return [*dict.fromkeys([*_about_speakers(titles)[: EXAMPLES // 2], *_about_articles(titles)])][:EXAMPLES]


def _about_speakers(titles: Sequence[str]) -> list[str]:
    """Return questions such as "What did Lavrov deny?" for "Why Lavrov denies any plans", the most frequent first."""
    names = names_in(titles) | TITLES
    questions: Counter[str] = Counter()
    for capitalised, verb in (match for title in titles for match in _SPEECH.findall(title)):
        speaker = [*takewhile(lambda word: names.issuperset(words(word)), capitalised.split()[::-1])][::-1]
        if speaker:
            question = next(question for stem, question in _QUESTIONS.items() if verb.startswith(stem))
            questions[question.format(" ".join(speaker))] += 1
    return [question for question, _ in questions.most_common()]


def _about_articles(titles: Sequence[str]) -> list[str]:
    """Return questions such as "Summarise “Storm takes the mill”", which the article of that headline answers."""
    questions = [f"Summarise “{title.rstrip('.')}”" for title in titles]
    return [question for question in questions if (task := overview_task(question)) and task.kind == "summary"]


def _how_to_ask(collection: Collection) -> str:
    examples = " ".join(f"“{question}”" for question in example_questions(collection)[:2])
    return "Ask what somebody said or did, who, where, when or how many" + (
        f", for example: {examples}" if examples else "."
    )


def contents(catalog: Catalog) -> str:
    """Return how many articles there are, from when, and the newest headlines."""
    _, articles = catalog.article_counts(EVERYTHING)
    publishers = [name for name in catalog.names("publisher") if name]
    span = catalog.publication_span()
    count = "This is one article" if articles == 1 else f"These are {articles} articles"
    outlets = f" from {len(publishers)} publishers" if len(publishers) > 1 else ""
    dated = f", dated {span[0]:%-d %B %Y} to {span[1]:%-d %B %Y}" if span and span[0] != span[1] else ""
    titles = "; ".join(f"“{headline.title.rstrip('.')}”" for headline in catalog.headlines(HEADLINES))
    return f"{count}{outlets}{dated}: {titles}{' and others' if articles > HEADLINES else ''}."
