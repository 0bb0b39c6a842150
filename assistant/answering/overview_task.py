"""Which overview a question asks for, if any: of an article, of a topic, of the news, of changes, or a comparison."""

import re
from dataclasses import dataclass
from typing import Literal

from assistant.answering.phrasing import plain_question
from assistant.english.countries import canonical
from index.text.words import STOP_WORDS, stem, words

Kind = Literal["summary", "topic", "news", "changes", "comparison"]

_THIS = r"(?:this|that|it|(?:this|that|the) (?:article|story|report|piece|page|text))"
_THE_ARTICLE = r"(?:the|an|that) (?:article|story|report|piece)"
_GIVE = (
    r"(?:(?:give|show|tell|get|find|send|write|make)(?: me| us)? |(?:is|was|has|are|were|have) there (?:been )?"
    r"|have you (?:got )?|(?:do you have|got) |what(?:[’']s| is) )?"
)
_SHORT = r"(?:(?:a|the|an|some) )?(?:short |brief |quick |general )?"
_SUM_UP = r"(?:summari[sz]e|sum up|outline|recap)"
_SUMMARY = r"(?:summary|outline|overview|gist|recap|rundown)"
_QUOTED = r"[“\"‘'](?P<topic>.+)[”\"’']"
_ABOUT = r"(?:about|on|of|from|in|with|regarding|concerning)"
_LATEST = r"(?:(?:any|some|the) )?(?:(?:latest|newest|most recent|recent|new|main|top) )?"
_NEWS = r"(?:news|developments|updates?)"
_OUTLETS = r"(?P<one>.+) and (?P<other>.+)"
_TOPIC = r"(?P<topic>(?!(?:who|whom|whose|what|which|when|where|why|how|if|whether)\b).+)"
_EVERYTHING = r"(?:everything|all|anything|something|more|a (?:bit|little)(?: more)?|the (?:basics|facts|details))"
_IS = r"(?:is|are|was|were|has|have|had|do|does|did|can|could|will|would)"
_EVENTS = (
    r"what(?: has|(?:[’']s| is| was| has been))? (?:happened|happening|going on|been happening)"
    rf" (?:with|at|in|around|during) (?!.*\d){_TOPIC}"
)
_FORMS: dict[Kind, list[str]] = {
    "summary": [
        rf"{_SUM_UP}(?: {_THIS})?(?: for (?:me|us))?",
        rf"{_GIVE}{_SHORT}{_SUMMARY}(?: of {_THIS})?",
        rf"what(?:[’']s| is| are) the (?:main|key|most important) (?:points?|facts?)(?: (?:of|in|from) {_THIS})?",
        rf"what(?:[’']s| is) {_THIS} about|what does {_THIS} say|tl;?dr",
        rf"(?:{_SUM_UP}|{_GIVE}{_SHORT}{_SUMMARY} of) (?:{_THE_ARTICLE} )?{_QUOTED}",
        rf"(?:{_SUM_UP}|{_GIVE}{_SHORT}{_SUMMARY} of)"
        rf" {_THE_ARTICLE} (?:about|on|headlined|titled|entitled|called) (?P<topic>.+)",
        rf"what(?:[’']s| is) (?:{_THE_ARTICLE} )?{_QUOTED} about",
    ],
    "news": [
        r"(?:what(?:[’']s| is| has been)|anything|something|is (?:there )?anything) new(?: here)?"
        rf"(?: {_ABOUT} (?P<topic>.+))?",
        rf"(?:what are |{_SUM_UP} |{_GIVE}){_LATEST}{_NEWS}(?: {_ABOUT} (?P<topic>.+))?",
        rf"{_GIVE}{_LATEST}(?P<topic>[\w-]+) news",
        rf"{_GIVE}the (?:latest|newest)(?: {_ABOUT} (?P<topic>.+))?",
        r"what(?:[’']s| is| was) in the (?:news|papers)",
        r"what(?: has| have)? (?:happened|changed)|what(?:[’']s| is| was) (?:happening|going on)",
        rf"(?:update (?:me|us)|(?:bring|get) (?:me|us) up to (?:date|speed)|catch (?:me|us) up) on {_TOPIC}",
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
    "topic": [
        rf"(?:{_EVERYTHING}(?: (?:that )?(?:you (?:know|have|can find)|there is(?: to know)?|is known))? "
        rf"(?:about|on|regarding)|about) {_TOPIC}",
        rf"(?:what|how) about (?!.* {_IS} ){_TOPIC}",
        rf"what (?:do|can) (?:you|we) (?:know|tell (?:me|us)|say) (?:about|on|of) {_TOPIC}",
        rf"what (?:is|was) known (?:about|on|of) {_TOPIC}",
        r"what (?:do|does|did) (?:the|your|these) (?:articles?|papers?|press|media|news) (?:say|report|write|know)"
        rf" (?:about|on) {_TOPIC}",
        rf"what (?:has been|was) (?:reported|written|published) (?:about|on) {_TOPIC}",
        rf"(?:{_SUM_UP}|describe|brief (?:me|us) on|fill (?:me|us) in on"
        rf"|{_GIVE}{_SHORT}(?:{_SUMMARY}|background|briefing|information|info|details|facts) (?:of|on|about|to))"
        rf" (?:what (?:happened|is known) (?:with|to|in|at|about) )?{_TOPIC}",
        rf"what(?:[’']s| is| was) the (?:story|situation|background) (?:of|with|on|behind|at|in) {_TOPIC}",
        _EVENTS,
    ],
}
_TASKS = [(kind, re.compile(form, re.IGNORECASE)) for kind, forms in _FORMS.items() for form in forms]
_NO_TOPIC = STOP_WORDS | {"article", "articles", "everything", "news", "story", "stories", "things", "world"}


@dataclass(frozen=True, slots=True)
class OverviewTask:
    """An overview that a question asks for.

    `topic` is what it is about, in the question's words; summaries and news may have none. `outlets` are the two that
    are compared, `sentences` the most that are wished for, 0 for as many as usual. If `is_last_resort`, a sentence may
    answer the question better than an overview: "What happened at the hearing?".
    """

    kind: Kind
    topic: str = ""
    outlets: tuple[str, ...] = ()
    sentences: int = 0
    is_last_resort: bool = False


def overview_task(question: str, *, has_source: bool = False) -> OverviewTask | None:
    """Return the overview that the question asks for in so many words; None for any other question.

    "What's new about the strike?" is `OverviewTask("news", "the strike")`. The whole question must have one of the
    forms: "What did the summary say?" asks for something that an article says, and is None. One that `has_source` named
    an outlet or an author: "What did the Herald report on the strike?" comes as "What on the strike?".
    """
    phrasing = plain_question(question)
    typed = " ".join(phrasing.question.split()).strip("?!. ")
    if has_source:
        typed = re.sub(r"^what(?:[’']s| is)? on ", "what about ", typed, flags=re.IGNORECASE)
    for kind, form in _TASKS:
        if match := form.fullmatch(typed):
            groups = match.groupdict()
            topic, outlets = (groups.get("topic") or "").strip(" ,;:"), (groups.get("one"), groups.get("other"))
            named = tuple(outlet for outlet in outlets if outlet)
            task = OverviewTask(kind, topic, named, phrasing.sentences, form.pattern == _EVENTS)
            return task if not topic or topic_stems(topic) else None
    return None


def topic_stems(text: str) -> set[str]:
    """Return the stems of the words that say what a text is about."""
    return {stem(word) for word in words(canonical(text)) if word not in _NO_TOPIC}
