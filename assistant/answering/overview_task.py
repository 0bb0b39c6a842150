"""Which overview a question asks for, if any: a summary, news, changes or a comparison."""

import re
from dataclasses import dataclass
from typing import Literal

from assistant.english.countries import canonical
from assistant.english.synonyms import concept
from index.text.words import STOP_WORDS, words

Kind = Literal["summary", "news", "changes", "comparison"]

_THIS = r"(?:this|that|it|(?:this|that|the) (?:article|story|report|piece|page|text))"
_THE_ARTICLE = r"(?:the|an|that) (?:article|story|report|piece)"
_PLEASE = r"(?:please,? )?(?:(?:can|could|would|will) you )?(?:please )?"
_GIVE = rf"{_PLEASE}(?:(?:give|show|tell) me |i (?:want|need) |is there |what(?:[’']s| is) )?"
_SHORT = r"(?:(?:a|the|an) )?(?:short |brief |quick )?"
_QUOTED = r"[“\"‘'](?P<topic>.+)[”\"’']"
_ABOUT = r"(?:about|on|of|from|in|with|regarding|concerning)"
_NEWS = r"(?:news|headlines|stories|articles|reports|developments)"
_OUTLETS = r"(?P<one>.+) and (?P<other>.+)"
_FORMS: dict[Kind, list[str]] = {
    "summary": [
        rf"{_PLEASE}(?:summari[sz]e|sum up|outline)(?: {_THIS})?(?: for me)?(?:,? please)?",
        rf"{_GIVE}{_SHORT}(?:summary|outline|overview|gist)(?: of {_THIS})?(?:,? please)?",
        rf"what(?:[’']s| is| are) the (?:main|key|most important) (?:points?|facts?)(?: (?:of|in|from) {_THIS})?",
        rf"what(?:[’']s| is) {_THIS} about|what does {_THIS} say|tl;?dr",
        rf"{_PLEASE}(?:summari[sz]e|sum up|outline) (?:{_THE_ARTICLE} )?{_QUOTED}",
        rf"{_GIVE}{_SHORT}(?:summary|outline|overview|gist) of (?:{_THE_ARTICLE} )?{_QUOTED}",
        rf"(?:{_PLEASE}(?:summari[sz]e|sum up|outline)|{_GIVE}{_SHORT}(?:summary|outline|overview|gist) of)"
        rf" {_THE_ARTICLE} (?:about|on|headlined|titled|entitled|called) (?P<topic>.+)",
        rf"what(?:[’']s| is) (?:{_THE_ARTICLE} )?{_QUOTED} about",
    ],
    "news": [
        rf"what(?:[’']s| is| has been) new(?: here)?(?: {_ABOUT} (?P<topic>.+))?",
        rf"{_GIVE}(?:(?:any|some|the) )?(?:(?:latest|newest|recent|new|main|top) )?{_NEWS}(?: {_ABOUT} (?P<topic>.+))?",
        rf"(?:what are|{_PLEASE}(?:summari[sz]e|sum up)) (?:the )?(?:(?:latest|newest|recent|new|main|top) )?{_NEWS}"
        rf"(?: {_ABOUT} (?P<topic>.+))?",
        rf"(?:{_GIVE})?the (?:latest|newest)(?: {_ABOUT} (?P<topic>.+))?",
        r"what(?: has| have)? (?:happened|changed)|what(?:[’']s| is) (?:happening|going on)",
    ],
    "changes": [
        r"what(?:[’']s| has| have| had)? changed (?:about|in|with|on|for|regarding|concerning) (?P<topic>.+)",
        rf"{_GIVE}{_SHORT}(?:time ?line|chronology) (?:of|for|on|about) (?P<topic>.+)",
        r"how (?:did|has|have) (?P<topic>.+) (?:develop|evolve|unfold|progress)(?:ed)?(?: so far| over time)?",
        r"how (?:did|has|have) (?P<topic>.+) changed? over time",
    ],
    "comparison": [
        rf"how (?:do|did|does) {_OUTLETS} (?:differ|disagree) (?:on|about|over|in) (?P<topic>.+)",
        rf"compare (?:what|how) {_OUTLETS} (?:say|said|write|wrote|report|reported|cover|covered)(?: (?:on|about))?"
        r" (?P<topic>.+)",
        rf"compare {_OUTLETS} (?:on|about) (?P<topic>.+)",
    ],
}
_TASKS = [(kind, re.compile(form, re.IGNORECASE)) for kind, forms in _FORMS.items() for form in forms]
_NO_TOPIC = STOP_WORDS | {"article", "articles", "everything", "news", "story", "stories", "things", "world"}


@dataclass(frozen=True, slots=True)
class OverviewTask:
    """An overview that a question asks for.

    `topic` is what it is about, in the question's words; summaries and news may have none. `outlets` are the two that
    are compared.
    """

    kind: Kind
    topic: str = ""
    outlets: tuple[str, ...] = ()


def overview_task(question: str) -> OverviewTask | None:
    """Return the overview that the question asks for in so many words; None for any other question.

    "What's new about the strike?" is `OverviewTask("news", "the strike")`. The whole question must have one of the
    forms: "What did the summary say?" asks for something that an article says, and is None.
    """
    typed = " ".join(question.split()).strip("?!. ")
    for kind, form in _TASKS:
        if match := form.fullmatch(typed):
            groups = match.groupdict()
            topic, outlets = (groups.get("topic") or "").strip(" ,;:"), (groups.get("one"), groups.get("other"))
            named = tuple(outlet for outlet in outlets if outlet)
            return OverviewTask(kind, topic, named) if not topic or topic_concepts(topic) else None
    return None


def topic_concepts(text: str) -> set[str]:
    """Return the concepts of the words that say what a text is about."""
    return {concept(word) for word in words(canonical(text)) if word not in _NO_TOPIC}
