"""Collects what a parsed corpus says of words: names by sort, and which words fill the same place in a sentence."""

import random
from collections import Counter, defaultdict
from collections.abc import Iterable

from spacy.tokens import Doc, Span, Token

from training.wordnet import WordNet

PLACES = ("GPE", "LOC")
NAME_SORTS = ("PERSON", "ORG", "GPE", "NORP", "LOC")
SEEN = 2
"""Number of times that a word must fill a place to count as usual there."""

_LIGHT = frozenset(
    """can will may shall should call name serve base continue be have do make take get give go say let come put set use
    include become seem keep""".split()
)

_NOT_EXCHANGED = frozenset(
    """such numerous other same final former various certain own several different main many few much more most last
    next first second third whole entire good bad overall actual total full due able federal thing way part type kind
    number lot series time year day order case fact term rest member percent""".split()
)
_WEIGHTY = frozenset(
    """major central important key significant large great big main principal prominent popular famous notable leading
    well-known influential serious strong considerable international successful""".split()
)
"""Adjectives of which one mostly goes with the other, so that an exchange may stay true."""


class CorpusWords:
    """Finds names and words that could stand in another's place and mean something else."""

    def __init__(self, docs: Iterable[Doc], wordnet: WordNet) -> None:
        self._wordnet = wordnet
        self._names: dict[tuple[str, bool], list[str]] = defaultdict(list)
        self._sorts: dict[str, Counter[str]] = defaultdict(Counter)
        self._articles: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        self._verbs: dict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
        self._nouns: dict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
        self._adjectives: dict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
        self.uses: Counter[tuple[str, str]] = Counter()
        for doc in docs:
            for entity in doc.ents:
                self._add_name(entity)
            for token in doc:
                self._add(token)
        self._known = {name: max(sorts, key=lambda sort: sorts[sort]) for name, sorts in self._sorts.items()}
        for (name, sort), spelled in self._articles.items():
            if self._is_usual(name, sort):
                self._names[sort, spelled["the"] > spelled[""]] += [name] * min(3, spelled.total())

    def name(self, sort: str, rng: random.Random, with_article: bool = False) -> str:
        """Return a name of an entity sort, such as "PERSON", that is used with "the" or without."""
        return rng.choice(self._names[sort, with_article] or self._names[sort, not with_article])

    def is_known(self, entity: Span) -> bool:
        """Return True if the parser nearly always gives this name the same sort, so that it is probably right."""
        return self._is_usual(name_of(entity), entity.label_)

    def other_verb(self, verb: Token, rng: random.Random) -> str | None:
        """Return the lemma of another verb that was seen with the same object or, failing that, the same frame."""
        usual = 1 if any(child.dep_ in ("dobj", "nsubjpass") and not child.ent_type_ for child in verb.children) else 3
        return self._draw((self._verbs[key] for key in verb_places(verb)), verb, "v", rng, usual)

    def other_noun(self, noun: Token, rng: random.Random) -> str | None:
        """Return the lemma of another noun that was seen in the same place, as object of the same verb."""
        return self._draw((self._nouns[key] for key in noun_places(noun)), noun, "n", rng, SEEN)

    def other_adjective(self, adjective: Token, rng: random.Random) -> str | None:
        """Return another adjective that was seen before the same noun."""
        return self._draw([self._adjectives[(adjective.head.lemma_,)]], adjective, "a", rng, SEEN)

    def _add_name(self, entity: Span) -> None:
        if entity.label_ in NAME_SORTS and is_clean_name(entity):
            name = name_of(entity)
            before = entity.doc[entity.start - 1].lower_ if entity.start else ""
            has_article = "the" if "the" in (before, entity[0].lower_) else ""
            self._sorts[name][entity.label_] += 1
            self._articles[name, entity.label_][has_article] += 1

    def _is_usual(self, name: str, sort: str) -> bool:
        if self._known.get(name) != sort:
            return False
        words = name.split()
        if sort == "PERSON":
            return 2 <= len(words) <= 3 and all(word.isalpha() and word.istitle() for word in words)
        uses = self._sorts[name]
        return uses[sort] >= SEEN and uses[sort] > 0.7 * uses.total()

    def _add(self, token: Token) -> None:
        lemma = token.lemma_
        if not lemma.isalpha() or not lemma.islower():
            return
        if token.pos_ == "VERB":
            self.uses[lemma, "v"] += 1
            for place in verb_places(token):
                self._verbs[place][lemma] += 1
        elif token.pos_ == "NOUN":
            self.uses[lemma, "n"] += 1
            for place in noun_places(token):
                self._nouns[place][lemma] += 1
        elif token.pos_ == "ADJ" and token.dep_ == "amod" and token.text.islower():
            self.uses[lemma, "a"] += 1
            self._adjectives[(token.head.lemma_,)][lemma] += 1

    def _draw(
        self, places: Iterable[Counter[str]], token: Token, part: str, rng: random.Random, usual: int
    ) -> str | None:
        for place in places:
            words = sorted(word for word, count in place.items() if count >= usual)
            among = [word for word in words if self._is_other(word, token.lemma_, part)]
            if among:
                return rng.choice(among)
        return None

    def _is_other(self, word: str, lemma: str, part: str) -> bool:
        """Return True if `word` is usual enough and neither means the same as `lemma` nor follows from it."""
        if word in _LIGHT or word in _NOT_EXCHANGED or {word, lemma} <= _WEIGHTY or self.uses[word, part] < 5 * SEEN:
            return False
        wordnet = self._wordnet
        if not wordnet.senses(word, part) or word in wordnet.kin(lemma, part) or lemma in wordnet.kin(word, part):
            return False
        return not are_near(lemma, word, part, wordnet)


def are_near(lemma: str, word: str, part: str, wordnet: WordNet) -> bool:
    """Return True if two words share a meaning at one remove, as "announce" and "declare" do."""
    if part == "a":
        return False
    mine = {sense.field for sense in wordnet.senses(lemma, part)[:2]}
    other = {sense.field for sense in wordnet.senses(word, part)[:2]}
    if part == "v" and mine & other:
        return True
    return bool((wordnet.kin(lemma, part) & wordnet.kin(word, part)) - _COMMON_KIN) and part == "v"


_COMMON_KIN = frozenset({"act", "move", "change", "make", "be", "get", "think", "do", "alter", "modify"})


def verb_places(verb: Token) -> list[tuple[str, ...]]:
    """Return what surrounds a verb, the most particular first: its object's lemma, then its kinds of dependents."""
    frame = tuple(sorted({_role(child) for child in verb.children} - {""}))
    objects = [child for child in verb.children if child.dep_ in ("dobj", "nsubjpass")]
    places = [("frame", *frame)] if len(objects) != 1 else []
    if len(objects) == 1:
        sort = objects[0].ent_type_ or objects[0].lemma_
        places = [("object", sort, *frame)]
    return places


def noun_places(noun: Token) -> list[tuple[str, ...]]:
    """Return where a noun stands, as object or subject of a verb or after a verb's preposition."""
    head = noun.head
    if noun.dep_ in ("dobj", "nsubj", "nsubjpass") and head.pos_ == "VERB":
        return [(noun.dep_, head.lemma_, noun.tag_, str(_has_determiner(noun)))]
    if noun.dep_ == "pobj" and head.head.pos_ in ("VERB", "NOUN"):
        return [(head.lower_, head.head.lemma_, noun.tag_, str(_has_determiner(noun)))]
    return []


def is_clean_name(entity: Span) -> bool:
    """Return True for a name of at most five words that begins with a capital."""
    text = entity.text
    inner = text.replace(" ", "").replace("-", "").replace(".", "").replace("'", "").replace("’", "").replace("&", "")
    return inner.isalpha() and name_of(entity)[:1].isupper() and len(entity) <= 5 and len(inner) > 2


def name_of(entity: Span) -> str:
    """Return a name without the article before it and the genitive after it."""
    text = entity.text
    for article in ("the ", "The ", "a ", "A "):
        text = text.removeprefix(article)
    return text.removesuffix("'s").removesuffix("’s").strip()


def _has_determiner(noun: Token) -> bool:
    return any(child.dep_ in ("det", "poss", "nummod") for child in noun.children)


def _role(child: Token) -> str:
    if child.dep_ in ("prep", "prt"):
        return f"{child.dep_} {child.lower_}"
    return (
        child.dep_ if child.dep_ in ("dobj", "ccomp", "xcomp", "dative", "acomp", "oprd", "nsubjpass", "attr") else ""
    )
