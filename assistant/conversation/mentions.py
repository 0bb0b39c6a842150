"""What a conversation mentions, and which mention a pronoun in its next question means."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from assistant.english.countries import is_nation
from assistant.english.names import given_names
from index.remarks.names import TITLES, is_time, name_of
from index.remarks.nouns import groups_and_places, people
from index.remarks.speaker_phrases import SUBJECTS, named_by

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span, Token

_FORMS = {"he": "he him his", "she": "she her", "they": "they them their", "it": "it its"}
_PRONOUNS = {form: pronoun for pronoun, forms in _FORMS.items() for form in forms.split()}
_TITLES = {"he": r"\b(?:(?i:mr|sir|king)|[a-z]*(?<!wo)man)\b", "she": r"\b(?:(?i:mrs|ms|miss|queen)|[a-z]*woman)\b"}
"""Match titles and nouns of a person whom one pronoun alone fits."""


class Mention(NamedTuple):
    """What `doc[start:end]` mentions, and a text that names it; `is_person` is None where it may be a thing's name."""

    text: str
    is_name: bool
    is_person: bool | None
    root: Token
    start: int
    end: int

    def fits(self, pronoun: str) -> bool:
        """Return True if "he", "she", "they" or "it" can mean it."""
        is_plural, is_joined = self.root.tag_ in ("NNS", "NNPS"), any(each.dep_ == "conj" for each in self.root.rights)
        if pronoun in ("they", "it"):
            return is_plural or is_joined if pronoun == "they" else not (self.is_person or is_plural or is_joined)
        told = [each for each, form in _TITLES.items() if re.search(form, self.root.doc[self.start : self.end].text)]
        return self.is_person is not False and not is_plural and told in ([], [pronoun])


@lru_cache(maxsize=64)
def mentions(doc: Doc) -> list[Mention]:
    """Return what a text mentions, in order; owners are mentions too, and times and pronouns are none."""
    owners = [doc[each.left_edge.i : each.i + 1] for each in doc if each.dep_ == "poss" and each.pos_ == "PROPN"]
    return [
        _mention(chunk)
        for chunk in sorted((*owners, *doc.noun_chunks), key=lambda each: each.start)
        if chunk.root.pos_ in ("NOUN", "PROPN") and all(each.pos_ != "AUX" for each in chunk)
        if not is_time(chunk.root) and chunk.root.dep_ != "npadvmod"
    ]


def mentions_in_full(doc: Doc, earlier: Sequence[tuple[Doc, Doc]]) -> list[Mention]:
    """Return what a text mentions, by the full names that any turn has: "Sergei Lavrov" for "Lavrov"."""
    every = [each for turn in earlier for one in turn for each in mentions(one) if each.is_person is not False]
    full = {each.text.split()[-1]: each for each in every if each.is_name}
    pairs = [(each, full.get(each.text, each)) for each in mentions(doc)]
    return [each._replace(text=name.text, is_person=name.is_person) for each, name in pairs]


def without_pronouns(question: Doc, earlier: Sequence[tuple[Doc, Doc]]) -> str | None:
    """Return the question with the first pronoun for each person or thing replaced; None if any isn't certain."""
    texts, used = {token.i: token.text for token in question}, question.text
    first = {_PRONOUNS[each.lower_]: each for each in reversed(_free_pronouns(question))}
    for pronoun, token in reversed(first.items()):
        meant = referent(pronoun, earlier, used)
        if meant is None or token.lower_ == "their":
            return None
        texts[token.i] = f"{meant}’s" if token.tag_ == "PRP$" else meant
        used += f" {meant}"
    return "".join(texts[each.i] + each.whitespace_ for each in question)


def referent(pronoun: str, earlier: Sequence[tuple[Doc, Doc]], besides: str) -> str | None:
    """Return what "he", "she", "they" or "it" means, where one mention alone fits, or one person as a subject.

    Whom a question was about or who does something in its answer may be meant, and nothing that stands in `besides`.
    """
    is_person = pronoun in ("he", "she")
    for age, turn in enumerate(reversed(earlier)):
        if any(_PRONOUNS[each.lower_] == pronoun for each in _free_pronouns(turn[0])):
            return None  # what it means there isn't known either
        fitting = ([each for each in mentions_in_full(doc, earlier) if each.fits(pronoun)] for doc in turn)
        asked, told = ([each for each in some if each.text.lower() not in besides.lower()] for some in fitting)
        doers = [each for each in told if each.root.dep_ in SUBJECTS]
        if is_person and turn[0][0].lower_ in ("who", "whom"):
            level = told or asked
        elif is_person:
            doers = [each for each in doers if each.root.head.dep_ in ("ROOT", "conj")]
            named = {word.lower_ for each in doers for word in each.root.subtree}  # "Dr Ilka Brandt, the minister"
            level = [*(each for each in asked if each.root.lower_ not in named), *doers] or told
        else:
            level = asked or doers
        if level:
            texts = {each.text for each in level}
            people = {each.text for each in level if each.is_person and each.is_name}
            doing = {each.text for each in level if is_person and each.root.dep_ in SUBJECTS and not each.fits("they")}
            meant = doing if len(texts) > 1 and (doing <= people or not people) else texts
            is_near = is_person or not age or level[0].is_person is None
            return meant.pop() if len(meant) == 1 and is_near else None
    return None


def _free_pronouns(question: Doc) -> list[Token]:
    """Return the pronouns that mean something outside the question."""
    return [each for each in question if each.lower_ in _PRONOUNS and each.tag_[:3] == "PRP" and not _is_bound(each)]


def _is_bound(token: Token) -> bool:
    """Return True for what means something in its own question, or nothing: "Did the union say it would strike?"."""
    doc, near = token.doc, [token.head, *token.head.children]
    if doc[0].tag_ in ("WRB", "IN") and "," in doc[token.i :].text:  # "When he was mayor, what did Corvane promise?"
        return True
    if token.lower_ == "it" and token.head.pos_ == "AUX":  # "Is it true that …?"
        return any(each.dep_ in ("ccomp", "xcomp") for one in near for each in one.children)
    clause = {token.head} if token.dep_ in SUBJECTS else {token.head, token.head.head}
    before = [each for each in mentions(doc) if each.end <= token.i and each.fits(_PRONOUNS[token.lower_])]
    return any(token.tag_ == "PRP$" or each.root.head not in clause for each in before)


def _mention(chunk: Span) -> Mention:
    doc, start, root, is_person = chunk.doc, chunk.start, named_by(chunk.root), _is_person(chunk)
    while start < chunk.root.i and (doc[start].tag_[0] == "W" or doc[start].lower_ in ("and", "many", "much")):
        start += 1
    of = [each.right_edge.i + 1 for each in root.rights if is_person and not _is_name(root) and each.lower_ == "of"]
    end = max([chunk.end, *of])  # "the mayor of Dunmarrow"
    if is_person and _is_name(root):
        name = name_of(root)
        text = name.text if " " in name.text else doc[name.start : name.end].text  # "Sergei Lavrov", but "Mr Ferris"
    else:
        own = next((at for at in range(start, end) if doc[at].tag_ not in ("DT", "PDT", "PRP$")), start)
        text = f"{'the ' if own > chunk.start else ''}{doc[own:end].text}"
    return Mention(text, _is_name(root), is_person, chunk.root, start, end)


def _is_name(root: Token) -> bool:
    # The parser may take "Lie" of "Oda Lie" for a noun.
    return root.pos_ == "PROPN" or (root.is_title and root.i > 0 and root.nbor(-1).pos_ == "PROPN")


def _is_person(chunk: Span) -> bool | None:
    """Return True for people, False for things and places, and None for other names."""
    root = named_by(chunk.root)
    if not _is_name(root) or root.text.islower():
        return root.lemma_.lower() in people() or root.lower_ in TITLES or root.lower_ == "people"
    name, is_apposed = name_of(root), root.i >= chunk.end
    first, *_, last = f"{name.text} {name.text}".lower().split()
    is_introduced = name.titles or any(each.lemma_.lower() in people() for each in chunk if each.i < name.start)
    if chunk[0].lower_ != "the" and (is_introduced or first in given_names()):
        return True
    is_thing = is_nation(name.text) or not groups_and_places().isdisjoint((name.text.lower(), last))
    return False if is_thing else is_apposed or None
