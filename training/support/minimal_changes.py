"""Makes sentences that a true sentence doesn't support, by one small change each."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from spacy.tokens import Doc, Span, Token

from training.support import claim_changes as claims
from training.support import number_changes as numbers
from training.support.corpus_words import NAME_SORTS, PLACES, CorpusWords, is_clean_name, name_of
from training.support.editing import Made, bounds, inflected, is_negated, is_sound, rewritten, same_case, span_change
from training.support.roles import (
    are_alike,
    is_agent,
    is_phrase,
    roles,
    swapped,
    swapped_other_voice,
    transitive_clauses,
)
from training.wordnet import WordNet

Change = Callable[[Doc, random.Random], Made | None]

QUANTITIES = {
    "some": (("all", "not_said"), ("no", "contradicted"), ("most", "not_said")),
    "most": (("all", "not_said"), ("few", "contradicted"), ("no", "contradicted")),
    "all": (("some but not all", "contradicted"), ("no", "contradicted"), ("few", "contradicted")),
    "many": (("few", "contradicted"), ("all", "not_said"), ("most", "not_said")),
    "several": (("all", "not_said"), ("no", "contradicted"), ("most", "not_said")),
    "few": (("many", "contradicted"), ("most", "contradicted"), ("all", "contradicted")),
    "no": (("some", "contradicted"), ("many", "contradicted")),
}
"""Maps a quantity word to what may stand in its place before a plural noun, with the label."""

_OPPOSITES = """more less|more fewer|higher lower|highest lowest|larger smaller|largest smallest|biggest smallest
older younger|oldest youngest|longer shorter|greater smaller|better worse|best worst|earlier later|first last
before after|up down|above below|over under|inside outside|upstream downstream|north south|east west
northern southern|eastern western|northeast southwest|import export|rise fall|increase decrease|increase reduce
gain lose|grow shrink|raise lower|win lose|buy sell|lend borrow|arrive depart|open close|begin end|accept reject
support oppose|approve reject|confirm deny|strengthen weaken|expand shrink|allow forbid|praise criticise
praise criticize|improve worsen|succeed fail|victory defeat|increase decline|profit loss|supporter opponent
success failure|majority minority|early late|ally enemy|arrest release|hire dismiss|legal illegal
guilty innocent|public private|left right|male female|rural urban|domestic foreign|ancient modern|advantage disadvantage
maximum minimum|major minor|positive negative|internal external|upper lower|convict acquit|appoint dismiss
attack defend|build demolish|create destroy|include exclude|remember forget|enter leave|love hate|hot cold|wet dry"""


def _pairs() -> dict[str, list[str]]:
    opposites: dict[str, list[str]] = {}
    for pair in _OPPOSITES.replace("\n", "|").split("|"):
        first, second = pair.split()
        opposites.setdefault(first, []).append(second)
        opposites.setdefault(second, []).append(first)
    return opposites


OPPOSITES = _pairs()
_TAG_PARTS = {"VERB": "v", "NOUN": "n", "ADJ": "a", "ADV": "r", "ADP": "r", "SCONJ": "r"}
_FIXED = frozenset("several other such same own many more most first last only late new".split())
_LIGHT_VERBS = frozenset("let be have do make take get give go come keep leave hold turn".split())
_LOOSE_NOUNS = frozenset("time year way occasion thing degree case month day week century decade source".split())
_SMALL_WORDS = frozenset("over under up down left right more less first last after before".split())
_SET_WORDS = ("much", "best", "worst")
_NO_SWAP_BEFORE = ("of", "and", "or", "to", "than", "as", "at", "not")


@dataclass(frozen=True)
class MinimalChanges:
    """Makes unsupported sentences of each kind; `kinds` maps a kind to the function that makes it."""

    wordnet: WordNet
    words: CorpusWords

    @property
    def kinds(self) -> Mapping[str, tuple[Change, ...]]:
        """Map each kind to the changes that make it; a change returns None where it doesn't apply."""
        return {
            "roles swapped": (self.roles_swapped,),
            "name": (self.other_name,),
            "place": (self.other_place,),
            "number": (numbers.changed_number,),
            "number moved": (numbers.moved_number,),
            "date": (numbers.changed_date,),
            "quantity": (self.other_quantity,),
            "opposite": (self.opposite,),
            "verb": (self.other_verb,),
            "noun": (self.other_noun,),
            "adjective": (self.other_adjective,),
            "negation": (claims.negated, claims.affirmed),
            "certainty": (claims.certain, claims.hedged),
            "reporting": (claims.reporting_dropped, self.only_reported),
            "speaker": (self.other_speaker,),
            "clauses": (claims.clauses_exchanged,),
            "condition": (claims.condition_dropped,),
        }

    def make(self, kind: str, doc: Doc, rng: random.Random) -> Made | None:
        """Return a sound sentence made by a change of the kind, or None."""
        change = rng.choice(self.kinds[kind])
        made = change(doc, rng) or next((m for other in self.kinds[kind] if (m := other(doc, rng))), None)
        if made is None or not is_sound(made.text) or made.text == (made.premise or doc.text):
            return None if made is None or made.text != doc.text or not made.premise else made
        return made

    def roles_swapped(self, doc: Doc, rng: random.Random) -> Made | None:
        """Exchange who does and who undergoes, in the same voice or the other one."""
        found = [clause for clause in roles(doc) if are_alike(clause, self.wordnet)]
        if not found:
            return self._swapped_place(doc, rng)
        write = rng.choice([swapped, swapped, swapped_other_voice])
        kind = "roles swapped" if write is swapped else "roles swapped, other voice"
        return Made(kind, write(doc, rng.choice(found)), "unsupported")

    def other_name(self, doc: Doc, rng: random.Random) -> Made | None:
        """Put another person, organisation or people in a name's place, from the sentence itself if it has one."""
        return self._exchanged(doc, ("PERSON", "ORG", "NORP"), "name", rng)

    def other_place(self, doc: Doc, rng: random.Random) -> Made | None:
        """Put another place in a place's place."""
        return self._exchanged(doc, PLACES, "place", rng)

    def other_quantity(self, doc: Doc, rng: random.Random) -> Made | None:
        """Change a quantity word: "Some banks closed." -> "All banks closed."."""
        found = [t for t in doc if t.lower_ in QUANTITIES and t.dep_ in ("det", "amod") and t.head.tag_ == "NNS"]
        found = [
            t for t in found if t.i + 1 < len(doc) and doc[t.i + 1].pos_ in ("NOUN", "ADJ") and _stands_alone(doc, t)
        ]
        found = [t for t in found if t.head.lemma_ not in _LOOSE_NOUNS and (t.i == 0 or doc[t.i - 1].pos_ != "ADJ")]
        found = [t for t in found if not is_negated(doc) or t.lower_ in ("no", "few")]
        if not found or any(t.dep_ == "neg" for t in doc):
            return None
        token = rng.choice(found)
        new, label = rng.choice(QUANTITIES[token.lower_])
        return Made("quantity", rewritten(doc, {token.i: same_case(new, token.text)}), label)

    def opposite(self, doc: Doc, rng: random.Random) -> Made | None:
        """Put the opposite in a word's place: "rose" -> "fell", "before" -> "after", "legal" -> "illegal"."""
        found = [(token, self._opposites(token)) for token in doc if not token.ent_type_ and _can_turn(token)]
        found = [(token, words) for token, words in found if words]
        if not found:
            return None
        token, words = rng.choice(found)
        form = _form(token, rng.choice(words))
        is_listed = token.lower_ in OPPOSITES or token.lemma_ in OPPOSITES
        label = "unsupported" if is_negated(doc) or token.pos_ == "NOUN" or not is_listed else "contradicted"
        return Made("opposite", rewritten(doc, {token.i: form}), label)

    def other_verb(self, doc: Doc, rng: random.Random) -> Made | None:
        """Put another verb in a verb's place that has the same sort of object and complements."""
        found = [
            t for t in doc if t.pos_ == "VERB" and t.dep_ in ("ROOT", "ccomp", "conj") and self._is_exchangeable(t, "v")
        ]
        found = [t for t in found if not any(c.dep_ in ("xcomp", "prt", "ccomp") for c in t.children)]
        return self._other_word(doc, found, self.words.other_verb, "verb", rng)

    def other_noun(self, doc: Doc, rng: random.Random) -> Made | None:
        """Put another noun in the place of a noun that is what something happens to or is done with."""
        found = [t for t in doc if t.pos_ == "NOUN" and not t.ent_type_ and self._is_exchangeable(t, "n")]
        found = [t for t in found if t.dep_ in ("dobj", "nsubj", "nsubjpass", "pobj") and not _has_compound(t)]
        return self._other_word(doc, found, self.words.other_noun, "noun", rng)

    def other_adjective(self, doc: Doc, rng: random.Random) -> Made | None:
        """Put another adjective before a noun."""
        found = [
            t for t in doc if t.tag_ == "JJ" and t.dep_ == "amod" and not t.ent_type_ and self._is_exchangeable(t, "a")
        ]
        return self._other_word(doc, found, self.words.other_adjective, "adjective", rng)

    def only_reported(self, doc: Doc, rng: random.Random) -> Made | None:
        """Let somebody claim it in the premise."""
        return claims.only_reported(doc, claims.reporter(self.words.name("PERSON", rng), rng), rng)

    def other_speaker(self, doc: Doc, rng: random.Random) -> Made | None:
        """Let somebody else say it."""
        return claims.other_speaker(doc, self.words.name("PERSON", rng), rng)

    def peopled(self, doc: Doc, rng: random.Random) -> str | None:
        """Return the sentence with names as object and subject, so that its roles can be exchanged."""
        for clause in transitive_clauses(doc):
            if clause.verb.lemma_ not in VERBS_BETWEEN_AGENTS or clause.subject.tag_ in ("WP", "WDT"):
                continue
            both = (clause.subject, clause.other)
            heads = [head for head in both if not is_phrase(head) or not is_agent(head, self.wordnet)]
            changes: dict[int, str] = {}
            for head in heads or [rng.choice(both)]:
                changes |= span_change(*bounds(head), self.words.name(rng.choice(["PERSON", "PERSON", "ORG"]), rng))
            return rewritten(doc, changes)
        return None

    def _exchanged(self, doc: Doc, sorts: tuple[str, ...], kind: str, rng: random.Random) -> Made | None:
        found = [e for e in doc.ents if e.label_ in sorts and is_clean_name(e) and doc.text.count(name_of(e)) == 1]
        found = [e for e in found if not _is_beside_another_name(e) and self.words.is_known(e)]
        if not found:
            return None
        entity = rng.choice(found)
        own = [
            name_of(e)
            for e in doc.ents
            if e.label_ == entity.label_ and is_clean_name(e) and abs(e.start - entity.start) > 3
        ]
        listed = entity.root.dep_ == "conj" or any(child.dep_ == "conj" for child in entity.root.children)
        own = [] if listed else [name for name in own if self._is_other_name(entity, name)]
        article = "the" in (entity[0].lower_, doc[entity.start - 1].lower_ if entity.start else "")
        others = [self.words.name(entity.label_, rng, article) for _ in range(8)]
        names = own if own and rng.random() < 0.6 else [name for name in others if name not in doc.text]
        names = [name for name in names if self._is_other_name(entity, name)]
        if not names:
            return None
        old, name = name_of(entity), rng.choice(names)
        text = entity.text.replace(old, name)
        return Made(kind, rewritten(doc, span_change(entity.start, entity.end, text)), "unsupported")

    def _is_other_name(self, entity: Span, name: str) -> bool:
        old = name_of(entity)
        if (
            set(old.lower().split()) & set(name.lower().split())
            or old[:4] == name[:4]
            or _initials(old) == _initials(name)
        ):
            return False
        if entity.label_ == "NORP":
            return old.endswith("s") == name.endswith("s")
        if entity.label_ not in PLACES:
            return not name.isupper() or old.isupper() or len(name) > 2
        return name.lower() not in self.wordnet.wholes(old.lower()) and (
            not self.wordnet.has_parts(name.lower()) or self.wordnet.has_parts(old.lower())
        )

    def _swapped_place(self, doc: Doc, rng: random.Random) -> Made | None:
        """Exchange where from and where to: "from Rome to Paris" -> "from Paris to Rome"."""
        for verb in doc:
            ends = {c.lower_: c for c in verb.children if c.dep_ == "prep" and c.lower_ in ("from", "to")}
            names = [next((t for t in end.children if t.ent_type_ in NAME_SORTS), None) for end in ends.values()]
            if len(names) == 2 and all(names) and verb.pos_ in ("VERB", "NOUN"):
                first, second = (token for token in names if token is not None)
                spans = [bounds(first), bounds(second)]
                if all(end - start <= 4 for start, end in spans):
                    changes = span_change(*spans[0], doc[slice(*spans[1])].text)
                    changes |= span_change(*spans[1], doc[slice(*spans[0])].text)
                    return Made("from and to swapped", rewritten(doc, changes), "unsupported")
        return None

    def _opposites(self, token: Token) -> list[str]:
        part = _TAG_PARTS.get(token.pos_, "")
        for word in (token.lower_, token.lemma_):
            listed = [o for o in OPPOSITES.get(word, []) if part in ("r", "") or self.wordnet.senses(o, part)]
            if listed:
                return listed
        if part not in ("v", "a") or token.lemma_ in _FIXED or token.lemma_ in _LIGHT_VERBS:
            return []
        return [o for o in self.wordnet.antonyms(token.lemma_, part) if self.words.uses[o, part] >= 5]

    def _other_word(
        self,
        doc: Doc,
        tokens: list[Token],
        draw: Callable[[Token, random.Random], str | None],
        kind: str,
        rng: random.Random,
    ) -> Made | None:
        tokens = [token for token in tokens if not _is_hyphenated(token)]
        if not tokens or is_negated(doc):
            return None
        token = rng.choice(tokens)
        word = draw(token, rng)
        if word is None or word in doc.text.lower():
            return None
        return Made(kind, rewritten(doc, {token.i: _form(token, word)}), "unsupported")

    def _is_exchangeable(self, token: Token, part: str) -> bool:
        return token.lemma_.isalpha() and token.lemma_ not in _FIXED and self.wordnet.uses(token.lemma_, part) > 0


VERBS_BETWEEN_AGENTS = frozenset(
    """accuse admire advise appoint arrest assassinate attack betray blame capture consult convince criticise criticize
    defeat defend denounce dismiss elect employ encourage execute expel fire fund guide help hire humiliate imprison
    influence injure interview invite kidnap kill lead marry murder nominate persuade praise promote protect punish
    question replace rescue save shoot succeed sue support thank threaten train trust urge warn welcome wound assist
    challenge contact endorse examine free invade recruit reject release represent target teach treat conquer
    evacuate inspire beat stab poison pursue chase condemn ridicule honour honor visit""".split()
) - {"marry", "contact"}
"""Verbs of which subject and object can both be people."""


def _stands_alone(doc: Doc, token: Token) -> bool:
    before = doc[token.i - 1].lower_ if token.i else ""
    return before not in (*_NO_SWAP_BEFORE, "nearly", "almost", "the", "these", "those", "so", "too", "very", "a")


def _is_hyphenated(token: Token) -> bool:
    around = token.doc[max(0, token.i - 1) : token.i + 2]
    return any(each.text in ("-", "–") for each in around)


def _can_turn(token: Token) -> bool:
    """Return True if the opposite of a word can stand in its place."""
    before = token.nbor(-1).lower_ if token.i else ""
    if _is_hyphenated(token) or token.lower_ in _SET_WORDS or (token.dep_ == "ROOT" and token.pos_ == "AUX"):
        return False
    if token.pos_ == "ADJ" and token.dep_ == "amod" and token.head.pos_ == "PROPN":
        return False
    if token.lower_ in _SMALL_WORDS:
        return _is_literal(token, before)
    is_content = token.pos_ in ("VERB", "ADJ", "ADV", "NOUN") and token.dep_ not in ("compound", "aux")
    return is_content and before not in ("at", "not")


def _is_literal(token: Token, before: str) -> bool:
    """Return True where a small word has its plain sense: "more than 5", "after the war"."""
    after = token.nbor(1).lower_ if token.i + 1 < len(token.doc) else ""
    if token.lower_ in ("after", "before"):
        return (
            token.dep_ in ("prep", "mark")
            and token.head.pos_ in ("VERB", "AUX")
            and after not in ("that", "all", "all")
        )
    if token.lower_ in ("more", "less"):
        return after == "than" and before not in ("no", "or", "the")
    return token.lower_ in ("over", "under") and token.dep_ in ("advmod", "quantmod") and token.nbor(1).like_num


def _form(token: Token, lemma: str) -> str:
    """Return a lemma in the form of the token that it stands for."""
    tag = token.tag_
    if token.pos_ in ("VERB", "NOUN") and lemma in (*OPPOSITES, lemma):
        form = inflected(lemma, tag) if tag.startswith(("VB", "NN")) and tag not in ("VB", "NN", "VBP") else lemma
    elif tag in ("JJR", "JJS", "RBR", "RBS") and not lemma.endswith(("er", "est", "st", "rse", "ss")):
        form = inflected(lemma, tag)
    else:
        form = lemma
    return same_case(form, token.text)


def _has_compound(token: Token) -> bool:
    return any(child.dep_ in ("compound", "relcl", "acl") or child.lower_ == "of" for child in token.children)


def _is_beside_another_name(entity: Span) -> bool:
    """Return True for "Paris, France" and "Smith (SNP)", where the two names go together."""
    after = entity.doc[entity.end : entity.end + 2]
    before = entity.doc[max(0, entity.start - 2) : entity.start]
    near = [*before, *after]
    return any(t.text in (",", "(", "/", "-", "–") for t in near) and any(
        t.ent_type_ or t.pos_ == "PROPN" for t in near
    )


def _initials(name: str) -> str:
    return "".join(word[0] for word in name.split()) if " " in name else name[:3]
