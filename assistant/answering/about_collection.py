"""Replies about the collection itself, to what people type when they don't ask about an article."""

import re
from collections import Counter
from collections.abc import Sequence
from importlib.resources import files

from index.article import Article
from index.collection import Collection
from index.ingest import demo_folder

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
    r"|what (?:do you (?:know|have|do)|articles (?:do you have|are (?:there|here)|have you))(?: about)?"
    r"|what are you|who are you|help(?: me)?|how (?:do i use this|does (?:this|it) work)"
    r"|summari[sz]e(?: this| everything)?"
    r"|what topics.*|list (?:the )?articles|\?+)",
    re.IGNORECASE,
)
_SPEECH = re.compile(r"\b([A-Z][a-z]{3,})\s+(said|denied|denies|accused|warned)\b")
_ASKED = {
    "said": "What did {} say?",
    "denied": "What did {} deny?",
    "denies": "What did {} deny?",
    "accused": "Whom did {} accuse?",
    "warned": "What did {} warn of?",
}
HEADLINES = 5
EXAMPLES = 4
NEWEST = 200
"""So many articles are looked through for examples."""


def reply(question: str, collection: Collection) -> str | None:
    """The reply to a greeting or to a question about the collection; None for a question to be answered from it."""
    typed = question.strip().rstrip("?!. ").strip() or question.strip()
    if _GREETING.fullmatch(typed):
        return f"Hello. {_how_to_ask(collection)}"
    if _THANKS.fullmatch(typed):
        return "You're welcome. Ask again whenever you like."
    if _ABOUT.fullmatch(typed):
        return f"{_contents(collection.catalog.articles())} {_how_to_ask(collection)}"
    return None


def example_questions(collection: Collection) -> list[str]:
    """A few questions that the articles answer: the demonstration's own, else made from who is reported to speak."""
    articles = collection.catalog.articles(NEWEST)
    ours = str(demo_folder().resolve())
    if any(article.source.startswith(ours) for article in articles):
        return (files("index") / "demo_questions.txt").read_text("utf-8").splitlines()[:EXAMPLES]
    spoken = Counter(found for article in articles for found in _SPEECH.findall(article.full_text))
    return [_ASKED[verb].format(name) for (name, verb), _ in spoken.most_common(EXAMPLES)]


def _how_to_ask(collection: Collection) -> str:
    examples = " ".join(f"“{question}”" for question in example_questions(collection)[:2])
    return "Ask what somebody said or did, who, where, when or how many" + (
        f", for example: {examples}" if examples else "."
    )


def _contents(articles: Sequence[Article]) -> str:
    publishers = {article.publisher for article in articles if article.publisher}
    dates = sorted(article.published for article in articles if article.published)
    count = "This is one article" if len(articles) == 1 else f"These are {len(articles)} articles"
    outlets = f" from {len(publishers)} publishers" if len(publishers) > 1 else ""
    span = f", dated {dates[0]} to {dates[-1]}" if len(dates) > 1 else ""
    titles = "; ".join(f"“{article.title.rstrip('.')}”" for article in articles[:HEADLINES])
    return f"{count}{outlets}{span}: {titles}{' and others' if len(articles) > HEADLINES else ''}."
