"""Who holds an office changes: "who is the mayor?" is answered by what the newest article says of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from assistant.answering.scoring import ScoredSentence
from index.remarks.names import TITLES
from index.remarks.nouns import people
from index.remarks.parser import Parser
from index.text.words import words

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

MOST = 2
"""Sentences that are quoted: "The club dismissed its coach. Ada Lund takes over." """

_LEADING = frozenset("chair coach command govern head lead manage own rule run".split())
_CHANGING = frozenset(
    "appoint become depart die dismiss elect fire hire inaugurate install leave name oust promote quit remove replace "
    "resign retire sack stand step succeed swear take".split()
)
_OTHER_TIMES = frozenset("after before first former founding late next original previous until when while".split())


def office_question(doc: Doc) -> str | None:
    """Return the question who holds an office: that of "who leads Veltra?", "is Lund still mayor?" and "veltra boss".

    None for others: "who was mayor before Lund?", or a person's name alone.
    """
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

    Those are the likely ones, others that tell of a change and name the same person ("Lund resigned"), and others of
    the same article that tell of a change ("Ada Sund takes over").
    """
    changes = [each for each in ranked if parser and _tells_of_change(parser.parse_one(each.candidate.text))]
    named = {word for each in likely for word in words(each.words)[-1:]}
    told = [*likely, *(each for each in changes if named.intersection(words(each.candidate.text)))]
    if not told:
        return []
    newest = max(told, key=lambda each: (each.candidate.published, each.score)).candidate.passage.article.id
    own = [each for each in ranked if each.candidate.passage.article.id == newest and each in [*told, *changes]]
    return [[each] for each in sorted(own[:MOST], key=lambda each: each.candidate.sentence.start)]


def _is_role(noun: Token) -> bool:
    return noun.text.islower() and noun.tag_ in ("NN", "NNP") and noun.text in people() | TITLES


def _tells_of_change(doc: Doc) -> bool:
    return any(token.pos_ == "VERB" and token.lemma_.lower() in _CHANGING for token in doc)
