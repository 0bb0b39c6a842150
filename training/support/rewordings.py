"""Makes sentences that follow from a true sentence, in other words or with less said."""

import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from spacy.tokens import Doc, Token

from index.text.calendar_words import MONTHS, WEEKDAYS
from training.support import claim_changes as claims
from training.support import number_changes as numbers
from training.support.corpus_words import CorpusWords, name_of
from training.support.editing import (
    Made,
    auxiliaries,
    bounds,
    inflected,
    is_negated,
    is_plural,
    is_sound,
    is_whole,
    phrase,
    rewritten,
    same_case,
    subject,
    tidied,
)
from training.support.roles import other_voice, roles
from training.wordnet import WordNet

Rewording = Callable[[Doc, random.Random], Made | None]

_DROPPED_PREPOSITIONS = frozenset(
    "in on at during after before since near with for despite following throughout".split()
)
_KEPT_VERBS = frozenset(
    """be become remain seem base locate situate consist depend result live die bear know find hold list rank
    see""".split()
)
_FIRST_WORDS = frozenset(
    """The A An In On At By After Before For From It He She They We This That These Those There His Her Its Their When
    While Since During Most Many Some Several All Both One Two Three However Also Later Today Usually
    Neither Following Despite""".split()
)
"""Words that lose their capital within a sentence."""

_PLAIN_ADJECTIVES = ("single", "individual", "sole", "chief", "principal")
_PLAIN_ADVERBS = ("equally", "simply", "merely", "really", "only", "utterly", "perfectly", "recently")
_LINKS = ("ROOT", "ccomp", "relcl")


@dataclass(frozen=True)
class Rewordings:
    """Makes true sentences of each kind; `kinds` maps a kind to the function that makes it."""

    wordnet: WordNet
    words: CorpusWords

    @property
    def kinds(self) -> Mapping[str, tuple[Rewording, ...]]:
        """Map each kind to the rewordings that make it; a rewording returns None where it doesn't apply."""
        return {
            "voice": (voice_changed,),
            "clause order": (clauses_reordered,),
            "synonym": (self.synonym,),
            "name shortened": (name_shortened,),
            "number rounded": (numbers.rounded_number,),
            "number respelled": (numbers.respelled_number,),
            "appositive": (appositive_dropped, appositive_stated),
            "adjunct dropped": (adjunct_dropped,),
            "one of two clauses": (one_clause,),
            "relative clause": (relative_clause_stated,),
            "phrase moved": (phrase_moved,),
            "hedge kept": (claims.kept_hedge,),
            "report kept": (self.report_kept, self.discovered),
        }

    def make(self, kind: str, doc: Doc, rng: random.Random) -> Made | None:
        """Return a sound sentence made by a rewording of the kind, or None."""
        first = rng.choice(self.kinds[kind])
        made = first(doc, rng) or next((m for other in self.kinds[kind] if (m := other(doc, rng))), None)
        return made if made and is_sound(made.text) and made.text != (doc.text if not made.premise else "") else None

    def synonym(self, doc: Doc, rng: random.Random) -> Made | None:
        """Put a synonym in the place of a word that has one meaning."""
        found = [(token, self._synonyms(token)) for token in doc if not token.ent_type_ and token.lemma_.islower()]
        found = [(token, words) for token, words in found if words]
        if not found:
            return None
        token, words = rng.choice(found)
        form = rng.choice(words)
        form = inflected(form, token.tag_) if token.tag_.startswith(("VB", "NN")) else form
        return Made("synonym", rewritten(doc, {token.i: same_case(form, token.text)}), "follows")

    def report_kept(self, doc: Doc, rng: random.Random) -> Made | None:
        """Let a person say it in the premise, and "according to" that person in the hypothesis."""
        return claims.report_kept(doc, claims.reporter(self.words.name("PERSON", rng), rng), rng)

    def discovered(self, doc: Doc, rng: random.Random) -> Made | None:
        """Let a person find it out in the premise."""
        return claims.discovered(doc, claims.reporter(self.words.name("PERSON", rng), rng), rng)

    def _synonyms(self, token: Token) -> list[str]:
        part = {"VERB": "v", "ADJ": "a", "ADV": "r"}.get(token.pos_, "")
        bad = {"prt", "prep", "compound", "xcomp"}
        if not part or token.lower_ == "well" or token.tag_ in ("JJR", "JJS", "RBR", "RBS", "VBG"):
            return []
        if part == "v" and any(child.dep_ in bad for child in token.children):
            return []
        if token.lemma_ in _PLAIN_ADJECTIVES:
            return []
        if part == "a" and token.dep_ != "acomp" and not (token.dep_ == "amod" and token.head.i > token.i):
            return []
        if part == "r":
            words = self.wordnet.synonyms(token.lower_, part) if token.lower_ not in _PLAIN_ADVERBS else ()
            return [word for word in words if token.lower_.endswith("ly") and word.endswith("ly")]
        return [w for w in self.wordnet.synonyms(token.lemma_, part) if self.words.uses[w, part] >= 2]


def voice_changed(doc: Doc, rng: random.Random) -> Made | None:
    """Write an active clause in the passive voice or the other way round."""
    found = list(roles(doc))
    return Made("voice", other_voice(doc, rng.choice(found)), "follows") if found else None


def clauses_reordered(doc: Doc, rng: random.Random) -> Made | None:
    """Exchange the order of two clauses: "After X, Y." <-> "Y after X."."""
    parts = claims.joined_clauses(
        doc, ("because", "after", "before", "when", "while", "although", "if", "since", "once")
    )
    if parts is None:
        return None
    mark, main, side = parts
    comma = "," if mark in ("although", "while", "since") else ""
    was_first = doc[0].lower_ == mark
    text = f"{main}{comma} {mark} {side}." if was_first else f"{mark} {side}, {main}."
    return Made("clause order", tidied(text, doc.text), "follows")


def name_shortened(doc: Doc, rng: random.Random) -> Made | None:
    """Leave a person's given names out: "Amara Okafor" -> "Okafor"."""
    found = [e for e in doc.ents if e.label_ == "PERSON" and 2 <= len(e) <= 3 and all(t.text.isalpha() for t in e)]
    found = [
        e for e in found if all(t.text.istitle() and t.pos_ == "PROPN" for t in e) and e[-1].text not in ("Jr", "Sr")
    ]
    found = [e for e in found if doc.text.count(e[-1].text) == 1 and (e.start == 0 or doc[e.start - 1].pos_ != "PROPN")]
    found = [
        e
        for e in found
        if e.end == len(doc) or (doc[e.end].pos_ not in ("PROPN", "NOUN") and doc[e.end].text not in ("of", "-"))
    ]
    if not found:
        return None
    name = rng.choice(found)
    return Made("name shortened", rewritten(doc, {t.i: "" for t in name[:-1]}), "follows")


def appositive_dropped(doc: Doc, rng: random.Random) -> Made | None:
    """Leave an appositive out, or keep only it: "The mayor, Ana Ruiz, resigned." -> "Ana Ruiz resigned."."""
    found = [t for t in doc if _is_appositive(t)]
    if not found:
        return None
    token = rng.choice(found)
    start, end = bounds(token)
    if token.ent_type_ == "PERSON" and token.head.pos_ == "NOUN" and rng.random() < 0.7:
        changes = dict.fromkeys([*range(bounds(token.head)[0], start), end], "")
        return Made("appositive dropped", rewritten(doc, changes), "follows")
    return Made("appositive dropped", rewritten(doc, dict.fromkeys(range(start - 1, end + 1), "")), "follows")


def appositive_stated(doc: Doc, rng: random.Random) -> Made | None:
    """Say what an appositive says: "Ana Ruiz, the mayor of Lisbon, resigned." -> "Ana Ruiz is the mayor of Lisbon."."""
    found = [t for t in doc if _is_appositive(t) and t.pos_ == "NOUN" and t.head.ent_type_ and _has_article(t)]
    if not found:
        return None
    token = rng.choice(found)
    head = token.head
    if any(each.lower_ in ("which", "whom", "whose") for each in token.subtree):
        return None
    name = phrase(doc, bounds(head)[0], token.left_edge.i)
    root = next(t for t in doc if t.dep_ == "ROOT")
    be = ("are" if is_plural(token) else "is") if root.tag_ in ("VBZ", "VBP") else "were" if is_plural(token) else "was"
    return Made("appositive stated", tidied(f"{name} {be} {phrase(doc, *bounds(token))}.", doc.text), "follows")


def adjunct_dropped(doc: Doc, rng: random.Random) -> Made | None:
    """Leave out a phrase of time, place or circumstance: "Smith shot Jones in Ohio." -> "Smith shot Jones."."""
    found = [t for t in doc if _is_adjunct(t)]
    if not found or is_negated(doc) or _is_general(doc):
        return None
    token = rng.choice(found)
    start, end = bounds(token)
    comma = (
        [start - 1] if start and doc[start - 1].text == "," else [end] if start == 0 and doc[end].text == "," else []
    )
    return Made("adjunct dropped", rewritten(doc, dict.fromkeys([*range(start, end), *comma], "")), "follows")


def one_clause(doc: Doc, rng: random.Random) -> Made | None:
    """Keep one of two coordinated clauses: "X fell and Y rose." -> "X fell."."""
    root = next(t for t in doc if t.dep_ == "ROOT")
    second = [
        c for c in root.children if c.dep_ == "conj" and c.pos_ in ("VERB", "AUX") and claims.finite(c) is not None
    ]
    links = [c for c in root.children if c.dep_ == "cc" and c.lower_ in ("and", "but")]
    if len(second) != 1 or len(links) != 1 or is_negated(doc) or '"' in doc.text or root.i > second[0].i:
        return None
    conj, link, head = second[0], links[0], subject(root)
    if head is None or not is_whole(conj) or conj.left_edge.i != link.i + 1 or bounds(conj)[1] < len(doc) - 1:
        return None
    if rng.random() < 0.4:
        return Made("first clause", tidied(doc[: link.i].text.rstrip(" ,") + ".", doc.text), "follows")
    if subject(conj) is not None or any(child.dep_ == "expl" for child in conj.children):
        return Made("second clause", tidied(phrase(doc, *bounds(conj)) + ".", doc.text), "follows")
    if (auxiliaries(root) and not auxiliaries(conj)) or not is_whole(head) or len(list(head.subtree)) > 10:
        return None
    text = f"{doc[slice(*bounds(head))].text.strip(' ,')} {phrase(doc, *bounds(conj))}."
    return Made("second clause", tidied(text, doc.text), "follows")


def relative_clause_stated(doc: Doc, rng: random.Random) -> Made | None:
    """Say what a relative clause says: "Ruiz, who leads the party, left." -> "Ruiz leads the party."."""
    for verb in doc:
        if verb.dep_ != "relcl" or not is_whole(verb) or not _tells_of_a_name(verb):
            continue
        start, end = bounds(verb)
        name = doc[bounds(verb.head)[0] : start - 1]
        text = f"{name.text} {doc[start + 1 : end].text.rstrip(' ,')}."
        return Made("relative clause", tidied(text, doc.text), "follows")
    return None


def _tells_of_a_name(verb: Token) -> bool:
    """Return True for a clause after a comma that begins with "who" or "which" and has a name before it."""
    word, who, noun, doc = claims.finite(verb), subject(verb), verb.head, verb.doc
    start = verb.left_edge.i
    if word is None or who is None or who.i != start or start < 1 or doc[start - 1].text != ",":
        return False
    if who.lower_ == "who" and noun.ent_type_ not in ("PERSON", "NORP"):
        return False
    if who.lower_ != "who" and (who.lower_ != "which" or noun.dep_ not in ("dobj", "nsubj", "nsubjpass", "attr")):
        return False
    name = doc[bounds(noun)[0] : start - 1]
    if not len(name) or name_of(name) not in {name_of(entity) for entity in doc.ents}:
        return False
    has_plural_verb = word.tag_ == "VBP" or word.lower_ == "were"
    return is_plural(noun) == has_plural_verb or (word.tag_ in ("VBD", "MD") and word.lower_ != "was")


def phrase_moved(doc: Doc, rng: random.Random) -> Made | None:
    """Move a phrase of time or place: "In 2019, X left." <-> "X left in 2019."."""
    root = next(t for t in doc if t.dep_ == "ROOT")
    last = len(doc) - 1
    if any(t.pos_ in ("VERB", "AUX", "CCONJ") for t in doc[root.i + 1 :]):
        return None
    for token in root.children:
        start, end = bounds(token)
        if (
            token.dep_ != "prep"
            or token.lower_ not in ("in", "on", "during", "at")
            or not is_whole(token)
            or end - start > 7
        ):
            continue
        if not any(t.ent_type_ in ("DATE", "GPE", "LOC") for t in token.children) or "," in doc[start:end].text:
            continue
        if start == 0 and doc[end].text == "," and doc[last].text == "." and doc[last - 1].pos_ != "VERB":
            return Made(
                "phrase moved", tidied(f"{phrase(doc, end + 1, last)} {phrase(doc, start, end)}.", doc.text), "follows"
            )
        if (
            end == last
            and start > root.i
            and doc[start - 1].text != ","
            and doc[start - 1].pos_ != "ADV"
            and not any(c.dep_ in ("conj", "ccomp", "advcl") for c in root.children)
        ):
            return Made(
                "phrase moved", tidied(f"{phrase(doc, start, end)}, {phrase(doc, 0, start)}.", doc.text), "follows"
            )
    return None


def joined(first: str, second: str) -> str:
    """Join two statements: "A." and "B." -> "A, and B."."""
    second = second[:1].lower() + second[1:] if second.split()[0] in _FIRST_WORDS else second
    return f"{first.rstrip('.')}, and {second}"


def date_resolved(doc: Doc, published: date, rng: random.Random) -> Made | None:
    """Write the day of the month for a weekday of the article's week: "on Monday" -> "on 13 May"."""
    for token in doc:
        before = doc[token.i - 1].lower_ if token.i else ""
        if (
            token.lower_ not in WEEKDAYS
            or before != "on"
            or (token.i + 1 < len(doc) and doc[token.i + 1].ent_type_ == "DATE")
        ):
            continue
        back = (published.weekday() - WEEKDAYS.index(token.lower_)) % 7
        if is_future(doc):
            return None
        day = published - timedelta(days=back)
        month = MONTHS[day.month - 1].capitalize()
        text = rng.choice([f"{day.day} {month}", f"{month} {day.day}", f"{day.day} {month} {day.year}"])
        return Made("date resolved", rewritten(doc, {token.i: text}), "follows")
    return None


def is_future(doc: Doc) -> bool:
    """Return True if the sentence speaks of what is to come or has no past tense."""
    return any(t.tag_ == "MD" or t.lower_ in ("next", "expected", "due", "scheduled", "set") for t in doc) or not any(
        t.tag_ == "VBD" and t.dep_ in (*_LINKS, "aux", "auxpass", "conj") for t in doc
    )


def _is_appositive(token: Token) -> bool:
    start, end = bounds(token)
    doc = token.doc
    if token.dep_ != "appos" or not is_whole(token) or start == 0 or end >= len(doc) or end - start > 12:
        return False
    is_list = any(
        child.dep_ in ("conj", "cc", "appos") for child in (*token.children, *token.head.children) if child != token
    )
    return (
        doc[start - 1].text == "," and doc[end].text in ",." and not is_list and token.head.dep_ not in ("conj", "pobj")
    )


def _has_article(token: Token) -> bool:
    return any(child.dep_ == "det" and child.lower_ in ("a", "an", "the") for child in token.children)


def _is_adjunct(token: Token) -> bool:
    if token.dep_ != "prep" or token.lower_ not in _DROPPED_PREPOSITIONS or not is_whole(token):
        return False
    verb = token.head
    if verb.pos_ != "VERB" or verb.dep_ not in ("ROOT", "conj") or verb.lemma_ in _KEPT_VERBS:
        return False
    start, end = bounds(token)
    has_object = any(child.dep_ in ("dobj", "nsubjpass", "ccomp") for child in verb.children)
    circumstance = any(t.ent_type_ in ("DATE", "TIME", "GPE", "LOC") for t in token.children)
    at_edge = end >= len(token.doc) - 1 or token.doc[end].text == ","
    return (
        end - start <= 10
        and circumstance
        and has_object
        and at_edge
        and not re.search('["“”]', token.doc[start:end].text)
    )


def _is_general(doc: Doc) -> bool:
    """Return True if the sentence says "all", "only" or "most", so that its circumstances limit it."""
    limits = {
        "all",
        "every",
        "only",
        "most",
        "first",
        "last",
        "largest",
        "highest",
        "each",
        "any",
        "always",
        "best",
        "mainly",
        "mostly",
        "usually",
        "often",
    }
    return any(token.lower_ in limits or token.tag_ in ("JJS", "RBS", "JJR") for token in doc)
