"""Who holds an office changes: "who is the mayor?" is answered by what the newest article says of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from assistant.answering.scoring import ScoredSentence
from index.remarks.names import TITLES
from index.remarks.nouns import people
from index.remarks.parser import Parser
from index.text.words import STOP_WORDS, words

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_LEADING = frozenset("chair coach command govern head lead manage own rule run".split())
_TAKING = frozenset("appoint become elect hire inaugurate install name promote replace succeed swear take".split())
_LEAVING = frozenset("depart die dismiss fire leave oust quit remove resign retire sack stand step".split())
_OTHER_TIMES = frozenset("after before first former founding late next original previous until when while".split())

_IS_STILL = re.compile(r"(?i)is (?P<who>\S+(?: \S+){0,3}?) (?:still (?:the )?|the )(?P<office>[^?]+)\??")


def office_question(question: str, parser: Parser) -> str | None:
    """Return the question who holds an office: that of "who leads Veltra?", "is Lund still mayor?" and "veltra boss".

    None for others: "who was mayor before Lund?", or a person's name alone.
    """
    # The parser takes "head" of "is Lund still head coach?" for a verb, but not that of "Who is the head coach?".
    if (asked := _IS_STILL.fullmatch(question.strip())) and STOP_WORDS.isdisjoint(words(asked["who"])):
        return _office_question(parser.parse_one(f"Who is the {asked['office']}?"))
    return _office_question(parser.parse_one(question))


def _office_question(doc: Doc) -> str | None:
    if any(token.lower_ in _OTHER_TIMES or token.dep_ in ("advcl", "relcl", "acl") for token in doc):
        return None
    root = next((token for token in doc if token.dep_ == "ROOT"), None)
    if root is None:
        return None
    if not any(token.pos_ in ("VERB", "AUX") for token in doc):
        return f"Who is the {doc.text.rstrip(' ?.')}?" if _is_role(root) else None
    role = next((child for child in root.children if child.dep_ in ("attr", "nsubj") and _is_role(child)), None)
    in_charge = next((token for token in doc if token.lower_ == "in" and token.nbor().lower_ == "charge"), None)
    leads = root if root.pos_ == "VERB" and root.lemma_.lower() in _LEADING else None
    office = leads or (root.lemma_ == "be" and (in_charge or role)) or None
    if office is None or any(token.lower_ in ("who", "whom", "which") for token in doc):
        return doc.text if office else None
    named = next((child for child in root.children if child.dep_ == "nsubj" and child.pos_ == "PROPN"), None)
    if named is None or named.i > office.i:
        return None
    if leads:
        verb = f"{leads.lemma_}{'es' if leads.lemma_.endswith('ch') else 's'}"
        return f"Who {verb} {doc[leads.i + 1 :].text}"
    return f"Who is {doc[office.left_edge.i :].text}"


def holders(
    ranked: Sequence[ScoredSentence], likely: Sequence[ScoredSentence], parser: Parser | None
) -> list[list[ScoredSentence]]:
    """Return the sentences of the newest article that says who holds the office, in its order, each as a group.

    That is a likely one, or one that tells of a change and names the same person ("Lund resigned"). If somebody leaves,
    another of the article that says who comes is quoted too ("Ada Sund takes over").
    """
    told_in = {id(each): _verbs(each, parser) for each in ranked}
    named = {word for each in likely for word in words(each.words)[-1:]}
    told = [*likely]
    for each in ranked:
        if told_in[id(each)] & (_TAKING | _LEAVING) and named.intersection(words(each.candidate.text)):
            told.append(each)
    if not told:
        return []
    best = max(told, key=lambda each: (each.candidate.published, each.score))
    quoted = [best]
    if told_in[id(best)] & _LEAVING and not told_in[id(best)] & _TAKING:
        own = (each for each in ranked if each.candidate.passage.article.id == best.candidate.passage.article.id)
        quoted += [each for each in own if each is not best and told_in[id(each)] & _TAKING][:1]
    return [[each] for each in sorted(quoted, key=lambda each: each.candidate.sentence.start)]


def _is_role(noun: Token) -> bool:
    return noun.text.islower() and noun.tag_ in ("NN", "NNP") and noun.text in people() | TITLES


def _verbs(scored: ScoredSentence, parser: Parser | None) -> set[str]:
    doc = parser.parse_one(scored.candidate.text) if parser else ()
    return {token.lemma_.lower() for token in doc if token.pos_ == "VERB"}
