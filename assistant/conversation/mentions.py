"""What a conversation mentions, and which mention a pronoun in its next question means."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from assistant.english.countries import is_nation
from assistant.english.names import given_names
from index.remarks.names import TITLES, folded, is_time, name_of
from index.remarks.nouns import groups_and_places, people
from index.remarks.speaker_phrases import SUBJECTS, named_by

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span, Token

_FORMS = {"he": "he him his mr sir king", "she": "she her mrs ms miss queen", "they": "they them their", "it": "it its"}
_PRONOUNS = {form: pronoun for pronoun, forms in _FORMS.items() for form in forms.split()}
"""Maps forms of pronouns, and titles that tell which one fits, to "he", "she", "they" or "it"."""

_LEADING = frozenset("CC DT PDT PRP$ WDT WP WP$ WRB".split())


class Mention(NamedTuple):
    """What a noun phrase, `doc[start:end]`, mentions; `text` is how another question can name it.

    `is_person` is None for names that may be a person's or a thing's: "Noor Elstrand", "Brackwater Marine".
    """

    text: str
    is_person: bool | None
    root: Token
    start: int
    end: int

    def fits(self, pronoun: str) -> bool:
        """Return True if "he", "she", "they" or "it" can mean it."""
        is_plural, is_joined = (
            self.root.tag_ in ("NNS", "NNPS"),
            any(each.dep_ == "conj" for each in self.root.children),
        )
        if pronoun in ("they", "it"):
            return is_plural or is_joined if pronoun == "they" else not (self.is_person or is_plural or is_joined)
        noun = "she" if self.root.lower_.endswith("woman") else "he" if self.root.lower_.endswith("man") else pronoun
        written = folded(self.root.doc[self.start : self.end].text).split()
        return (
            self.is_person is not False
            and not is_plural
            and {noun, *(_PRONOUNS.get(word, pronoun) for word in written)} == {pronoun}
        )


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


def known_mentions(doc: Doc, earlier: Sequence[tuple[Doc, Doc]]) -> list[Mention]:
    """Return what a text mentions, people by their full names in any turn: "Sergei Lavrov" for "Lavrov"."""
    names = [each for turn in earlier for one in turn for each in mentions(one) if each.is_person is not False]
    full = {each.text.split()[-1]: each for each in names if " " in each.text and each.root.pos_ == "PROPN"}
    return [
        each._replace(text=whole.text, is_person=whole.is_person)
        if each.is_person is not False and (whole := full.get(each.text))
        else each
        for each in mentions(doc)
    ]


def without_pronouns(question: Doc, earlier: Sequence[tuple[Doc, Doc]]) -> str:
    """Return the question with the first pronoun for each person or thing replaced, where its meaning is certain."""
    texts, used = {token.i: token.text for token in question}, question.text
    first = {_PRONOUNS[each.lower_]: each for each in reversed(free_pronouns(question))}
    for pronoun, token in reversed(first.items()):
        meant = referent(pronoun, earlier, used)
        if meant and token.lower_ != "their":
            texts[token.i] = f"{meant}’s" if token.tag_ == "PRP$" else meant
            used += f" {meant}"
    return "".join(texts[each.i] + each.whitespace_ for each in question)


def referent(pronoun: str, earlier: Sequence[tuple[Doc, Doc]], besides: str) -> str | None:
    """Return what "he", "she", "they" or "it" means, where that is certain: one mention alone fits.

    `earlier` are questions and answers. What stands in `besides`, the pronoun's own question, isn't meant. Who is the
    subject of an answer may be meant as well as who was asked about.
    """
    is_person = pronoun in ("he", "she")
    for age, (question, answer) in enumerate(reversed(earlier)):
        if any(_PRONOUNS[each.lower_] == pronoun for each in free_pronouns(question)):
            return None  # what it means there isn't known either
        asked, told = (
            [each for each in known_mentions(doc, earlier) if each.fits(pronoun) and each.text not in besides]
            for doc in (question, answer)
        )
        subjects = [each for each in told if each.root.dep_ in SUBJECTS]
        if is_person and question[0].lower_ in ("who", "whom"):
            levels = [told, asked]
        elif is_person:
            levels = [[*asked, *(each for each in subjects if each.root.head.dep_ == "ROOT")], told]
        else:
            levels = [asked, subjects]
        level = next(filter(None, levels), [])
        alone = [each for each in level if is_person and each.root.dep_ in SUBJECTS and not each.fits("they")]
        for fitting in (level, alone):
            texts = {each.text for each in fitting}
            if len(texts) == 1 and (is_person or not age or fitting[0].is_person is None):
                return texts.pop()
        if level:
            return None
    return None


def free_pronouns(question: Doc) -> list[Token]:
    """Return the pronouns that mean something outside the question."""
    personal = [each for each in question if each.lower_ in _PRONOUNS and each.tag_ in ("PRP", "PRP$")]
    return [each for each in personal if not _is_bound(each, _PRONOUNS[each.lower_])]


def _is_bound(token: Token, pronoun: str) -> bool:
    """Return True for what means something in its own question, or nothing: "Did the union say it would strike?"."""
    doc, near = token.doc, [token.head, *token.head.children]
    if pronoun == "it" and token.head.pos_ == "AUX":  # "Is it true that …?"
        return any(each.dep_ in ("ccomp", "xcomp") for one in near for each in one.children)
    after = doc[token.i :].text.partition(",")[2]  # "When he was mayor, what did Corvane promise?"
    is_first = doc[0].tag_ in ("WRB", "IN") and any(each.pos_ == "PROPN" and each.text in after for each in doc)
    clause = {token.head} if token.dep_ in SUBJECTS else {token.head, token.head.head}
    before = [each for each in mentions(doc) if each.end <= token.i and each.fits(pronoun)]
    return is_first or any(token.tag_ == "PRP$" or each.root.head not in clause for each in before)


def _mention(chunk: Span) -> Mention:
    doc, start, end, root, is_person = chunk.doc, chunk.start, chunk.end, named_by(chunk.root), _is_person(chunk)
    while start < chunk.root.i and (doc[start].tag_ in _LEADING or doc[start].lower_ in ("many", "much")):
        start += 1
    if is_person and root.pos_ == "PROPN":
        name = name_of(root)
        text = name.text if " " in name.text else doc[name.start : name.end].text
        return Mention(text, is_person, chunk.root, start, end)
    if is_person:  # "the mayor of Dunmarrow"
        end = max([end, *(each.right_edge.i + 1 for each in root.rights if each.lower_ == "of")])
    the = "the " if start > chunk.start and doc[start - 1].dep_ != "cc" else ""
    return Mention(f"{the}{doc[start:end].text}", is_person, chunk.root, start, end)


def _is_person(chunk: Span) -> bool | None:
    """Return True for people, False for things and places, and None for other names."""
    root = named_by(chunk.root)
    if root.pos_ != "PROPN" or root.text.islower():
        return root.lemma_.lower() in people() or root.lower_ in TITLES or root.lower_ == "people"
    name, is_apposed = name_of(root), root.i >= chunk.end
    first, *_, last = f"{name.text} {name.text}".lower().split()
    is_introduced = name.titles or any(each.lemma_.lower() in people() for each in chunk if each.i < name.start)
    if is_apposed or (chunk[0].lower_ != "the" and (is_introduced or first in given_names())):
        return True
    is_thing = is_nation(name.text) or not groups_and_places().isdisjoint((name.text.lower(), last))
    return False if is_thing else None
