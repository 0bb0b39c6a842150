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

POSSIBLE = 0.1
"""Odds from which a sentence may tell who came after somebody. Not measured."""

_LEADING = frozenset("chair coach command govern head lead manage own rule run".split())
_TAKING = frozenset("appoint become elect hire inaugurate install name promote replace succeed swear take".split())
_LEAVING = frozenset("depart die dismiss fire leave oust quit remove resign retire sack stand step".split())
_OTHER_TIMES = frozenset("after before first former founding late next original previous until when while".split())

_LEADS = "|".join(sorted(_LEADING))
_WHO_LEADS = re.compile(rf"(?i)who (?:currently |now )?(?:{_LEADS})(?:s|es) [^,]+")
_NAME = r"(?P<who>\S+(?: \S+){0,3}?)"
_DOES_LEAD = re.compile(rf"(?i)does {_NAME} (?:still )?(?P<leads>{_LEADS}) (?P<what>[^?]+)\??")
_IS_STILL = re.compile(rf"(?i)is {_NAME} (?:still (?:the )?|the |(?=in charge ))(?P<office>[^?]+)\??")


def office_question(question: str, parser: Parser) -> str | None:
    """Return the question who holds an office: that of "who leads Veltra?", "is Lund still mayor?" and "veltra boss".

    None for others: "who was mayor before Lund?", or a person's name alone.
    """
    question = question.strip()
    # Parsers take "heads" of "Who heads Veltra?" and "chair" of "Does Lund chair it?" for nouns, and "head" of "Is Lund
    # still head coach?" for a verb.
    if _WHO_LEADS.fullmatch(question):
        return question
    if asked := _of_name(_DOES_LEAD, question):
        return f"Who {asked['leads']}{'es' if asked['leads'].endswith('ch') else 's'} {asked['what']}?"
    if asked := _of_name(_IS_STILL, question):
        is_charge = asked["office"].startswith("in charge ")
        return _office_question(parser.parse_one(f"Who is {'' if is_charge else 'the '}{asked['office']}?"))
    return _office_question(parser.parse_one(question))


def _of_name(form: re.Pattern[str], question: str) -> re.Match[str] | None:
    """Return the match of a form that asks about a person by name."""
    asked = form.fullmatch(question)
    return asked if asked and STOP_WORDS.isdisjoint(words(asked["who"])) else None


def _office_question(doc: Doc) -> str | None:
    if any(token.lower_ in _OTHER_TIMES or token.dep_ in ("advcl", "relcl", "acl") for token in doc):
        return None
    root = next((token for token in doc if token.dep_ == "ROOT"), None)
    if root is None:
        return None
    if not any(token.pos_ in ("VERB", "AUX") for token in doc):
        return f"Who is the {doc.text.rstrip(' ?.')}?" if _is_role(root) else None
    if not any(token.lower_ in ("who", "whom", "which") for token in doc):
        return None
    leads = root.pos_ == "VERB" and root.lemma_.lower() in _LEADING
    role = any(child.dep_ in ("attr", "nsubj") and _is_role(child) for child in root.children)
    in_charge = any(token.lower_ == "in" and token.nbor().lower_ == "charge" for token in doc[:-1])
    return doc.text if leads or (root.lemma_ == "be" and (in_charge or role)) else None


def holders(
    ranked: Sequence[ScoredSentence], likely: Sequence[ScoredSentence], parser: Parser | None
) -> list[list[ScoredSentence]]:
    """Return the sentences of the newest article that says who holds the office, in its order, each as a group.

    That is a likely one, or one that tells of a change and names the same person ("Lund resigned"). If somebody leaves,
    another of the article that says who comes is quoted too ("Ada Sund takes over").
    """
    told_in = {id(each): _verbs(each, parser) for each in ranked}
    told = _told([each for each in ranked if told_in[id(each)] & (_TAKING | _LEAVING)], likely)
    if not told:
        return []
    best = max(told, key=lambda each: (each.candidate.published, each.score))
    quoted = [best]
    if told_in[id(best)] & _LEAVING and not told_in[id(best)] & _TAKING:
        own = (each for each in ranked if each.candidate.passage.article.id == best.candidate.passage.article.id)
        quoted += [each for each in own if each is not best and told_in[id(each)] & _TAKING][:1]
    return [[each] for each in sorted(quoted, key=lambda each: each.candidate.sentence.start)]


def _told(changes: Sequence[ScoredSentence], likely: Sequence[ScoredSentence]) -> list[ScoredSentence]:
    """Return the likely sentences, and the changes that name somebody whom these or the changes beside them name.

    Who followed Lind, and who followed her, is found so where only "She succeeds Lind" is a likely answer.
    """
    told, named = list(likely), {word for each in likely for word in words(each.words)[-1:]}
    while True:
        articles = {each.candidate.passage.article.id for each in told}
        beside = [each for each in changes if each.candidate.passage.article.id in articles and each.score >= POSSIBLE]
        named.update(word for each in beside for word in words(each.words)[-1:])
        new = [each for each in changes if each not in told and named.intersection(words(each.candidate.text))]
        if not new:
            return told
        told += new


def _is_role(noun: Token) -> bool:
    return noun.text.islower() and noun.tag_ in ("NN", "NNP") and noun.text in people() | TITLES


def _verbs(scored: ScoredSentence, parser: Parser | None) -> set[str]:
    doc = parser.parse_one(scored.candidate.text) if parser else ()
    return {token.lemma_.lower() for token in doc if token.pos_ == "VERB"}
