"""Varies examples: passages cropped as search cuts them, and near misses that the passage can't answer."""

import random
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from sklearn.feature_extraction.text import TfidfVectorizer

from index.text.sentences import sentence_spans
from training.data import ReadingExample

CROPPED = 0.65
"""Share of contexts that are cut to some sentences, of 200 to 700 characters; the others stay whole."""

LONGEST = 1_300
"""Characters of the longest context; longer ones are always cut."""

SIMILAR = 8
"""Number of similar contexts from which a near miss is drawn."""

_NAME = re.compile(r"(?<![.!?]\s)(?<!^)\b[A-Z][\w’'-]+(?:\s(?:of\s|the\s)?[A-Z][\w’'-]+)*")
_NUMBER = re.compile(r"\b\d[\d,.]*\d\b|\b\d\b|\b(?:two|three|four|five|six|seven|eight|nine|ten|twelve|twenty)\b")
_NUMBER_WORDS = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "twelve", "twenty")
_OPPOSITES = """most least|first last|highest lowest|largest smallest|biggest smallest|oldest youngest|increase decrease
increased decreased|before after|more less|won lost|win lose|began ended|begin end|start end|started ended|north south
east west|northern southern|eastern western|male female|men women|man woman|allowed banned|legal illegal|public private
accept reject|accepted rejected|support oppose|supported opposed|above below|high low|early late|old new|rich poor
strong weak|positive negative|internal external|major minor|bought sold|buy sell|entered left|arrive leave|open close
opened closed|created destroyed|built demolished|likes dislikes|like dislike|love hate|best worst|good bad|hot cold
fast slow|long short|heavy light|happy unhappy|friend enemy|attack defend|attacked defended|confirmed denied
confirm deny|praised criticised|praise criticize|praised criticized|promised refused|agreed refused|agree disagree
father mother|brother sister|son daughter|husband wife|king queen|president minister|summer winter|morning evening
employees customers|teachers students|doctor patient|import export|imports exports|arrested released|born buried
killed injured|died survived|rise fall|rose fell|up down|over under|with without|inside outside|easy difficult"""
SWAPS = {a: b for pair in re.split(r"[|\n]", _OPPOSITES) for a, b in (pair.split(), pair.split()[::-1])}
_AUXILIARY = re.compile(r"\b(did|does|do|was|were|is|are|has|have|can|could|would|will)\b")


@cache
def sentences(context: str) -> tuple[tuple[int, int], ...]:
    """Return `(start, end)` of each sentence of a context."""
    spans: list[tuple[int, int]] = []
    for line in re.finditer(r"[^\n]+", context):
        spans += [(line.start() + start, line.start() + end) for start, end in sentence_spans(line.group())]
    return tuple(spans)


def crop(example: ReadingExample, rng: random.Random) -> ReadingExample:
    """Return the example with some whole sentences of its context: around the answer, or anywhere if there is none."""
    parts = sentences(example.context)
    longest = LONGEST if rng.random() > CROPPED else rng.randint(200, 700)
    if len(parts) < 2 or len(example.context) <= longest:
        return example
    target = rng.choice(example.spans) if example.spans else None
    if target is None:
        first = last = rng.randrange(len(parts))
    else:
        holding = [at for at, (start, end) in enumerate(parts) if start < target[1] and end > target[0]]
        if not holding:
            return example
        first, last = holding[0], holding[-1]
    while True:
        grown = [pair for pair in ((first - 1, last), (first, last + 1)) if pair[0] >= 0 and pair[1] < len(parts)]
        grown = [pair for pair in grown if parts[pair[1]][1] - parts[pair[0]][0] <= longest]
        if not grown:
            break
        first, last = rng.choice(grown)
    return _cut(example, parts[first][0], parts[last][1])


def _cut(example: ReadingExample, start: int, end: int) -> ReadingExample:
    spans = tuple((a - start, b - start) for a, b in example.spans if start <= a and b <= end)
    return replace(example, context=example.context[start:end], spans=spans)


class Unanswerable:
    """Makes near misses, which look answerable and aren't, each from an example that has an answer."""

    def __init__(self, examples: Sequence[ReadingExample]) -> None:
        self._names: dict[str, list[str]] = defaultdict(list)
        groups: dict[str, list[ReadingExample]] = defaultdict(list)
        for example in examples:
            groups[example.group].append(example)
        self._similar: dict[str, list[str]] = {}
        for name, group in groups.items():
            contexts = list(dict.fromkeys(example.context for example in group))
            self._names[name] = [name for context in contexts for name in _NAME.findall(context)]
            self._find_similar(contexts, [*contexts, *dict.fromkeys(example.question for example in group)])

    def _find_similar(self, contexts: list[str], texts: list[str]) -> None:
        """Rank the contexts by likeness to each text, a context or a question, as search would."""
        vectorizer = TfidfVectorizer(sublinear_tf=True, stop_words="english")
        vectors = vectorizer.fit_transform(contexts)
        likeness = (vectorizer.transform(texts) @ vectors.T).tolil()
        for text, columns, values in zip(texts, likeness.rows, likeness.data, strict=True):
            ranked = sorted(zip(values, columns, strict=True), reverse=True)[: SIMILAR + 1]
            self._similar[text] = [contexts[column] for _, column in ranked if contexts[column] != text]

    def make(self, example: ReadingExample, rng: random.Random) -> ReadingExample | None:
        """Return a near miss made in a way drawn at random, or None if that way doesn't apply."""
        ways = [self._similar_passage, self._found_passage, self._answer_removed, self._name, self._name_in_passage]
        ways += [self._name, self._number, self._opposite, self._opposite]
        made = rng.choice(ways)(example, rng)
        return replace(made, spans=()) if made else None

    def _similar_passage(self, example: ReadingExample, rng: random.Random) -> ReadingExample | None:
        return self._other(example, self._similar[example.context], rng)

    def _found_passage(self, example: ReadingExample, rng: random.Random) -> ReadingExample | None:
        return self._other(example, self._similar[example.question], rng)

    def _other(self, example: ReadingExample, contexts: list[str], rng: random.Random) -> ReadingExample | None:
        answers = [answer.lower() for answer in example.answers]
        among = [c for c in contexts if c != example.context and not any(a in c.lower() for a in answers)]
        return crop(replace(example, context=rng.choice(among), spans=()), rng) if among else None

    def _answer_removed(self, example: ReadingExample, rng: random.Random) -> ReadingExample | None:
        parts = sentences(example.context)
        kept = [(a, b) for a, b in parts if not any(a < end and b > start for start, end in example.spans)]
        if not kept or len(parts) < 3:
            return None
        text = " ".join(example.context[a:b] for a, b in kept)
        if any(answer.lower() in text.lower() for answer in example.answers):
            return None
        return crop(replace(example, context=text, spans=()), rng)

    def _name(self, example: ReadingExample, rng: random.Random) -> ReadingExample | None:
        names = _NAME.findall(example.question)
        if not names:
            return None
        old, new = rng.choice(names), self._another_name(example, names, rng)
        if new is None:
            return None
        return crop(replace(example, question=example.question.replace(old, new)), rng)

    def _name_in_passage(self, example: ReadingExample, rng: random.Random) -> ReadingExample | None:
        names = [name for name in _NAME.findall(example.question) if name in example.context]
        if not names:
            return None
        old, new = rng.choice(names), self._another_name(example, names, rng)
        if new is None or any(old in answer for answer in example.answers):
            return None
        cropped = crop(example, rng)
        text = re.sub(rf"\b{re.escape(old)}\b", new, cropped.context)
        parts = {word for word in old.split() if len(word) > 3}
        return None if parts & set(text.split()) else replace(cropped, context=text)

    def _another_name(self, example: ReadingExample, used: list[str], rng: random.Random) -> str | None:
        own = _NAME.findall(example.context)
        among = own if own and rng.random() < 0.6 else self._names[example.group]
        words = {word for name in used for word in name.split()}
        among = [name for name in among if words.isdisjoint(name.split()) and name not in example.answers]
        return rng.choice(among) if among else None

    def _number(self, example: ReadingExample, rng: random.Random) -> ReadingExample | None:
        numbers = _NUMBER.findall(example.question)
        if not numbers:
            return None
        old = rng.choice(numbers)
        if old in _NUMBER_WORDS:
            new = rng.choice([word for word in _NUMBER_WORDS if word != old])
        else:
            shift = rng.choice([-30, -10, -4, -3, -2, -1, 1, 2, 3, 5, 10, 20])
            new = re.sub(r"\d+$", lambda digits: str(abs(int(digits.group()) + shift)), old)
        return crop(replace(example, question=example.question.replace(old, new)), rng) if new != old else None

    def _opposite(self, example: ReadingExample, rng: random.Random) -> ReadingExample | None:
        words = example.question.split(" ")
        places = [at for at, word in enumerate(words) if word.lower() in SWAPS]
        if places:
            at = rng.choice(places)
            words[at] = SWAPS[words[at].lower()]
            return crop(replace(example, question=" ".join(words)), rng)
        negated = _AUXILIARY.search(example.question)
        if negated is None or rng.random() < 0.6:
            return None
        following = re.match(r"\s(?:the |an? )?[\w’'-]+", example.question[negated.end() :])
        at = negated.end() + (following.end() if following and negated.group() in ("did", "does", "do") else 0)
        return crop(replace(example, question=f"{example.question[:at]} not{example.question[at:]}"), rng)
