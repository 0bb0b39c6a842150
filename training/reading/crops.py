"""Cuts passages as search cuts them, and knows opposites."""

import random
import re
from dataclasses import replace
from functools import cache

from index.text.sentences import sentence_spans
from training.reading.sets import ReadingExample

CROPPED = 0.65
"""Share of contexts that are cut to some sentences, of 200 to 700 characters; the others stay whole."""

LONGEST = 1_300
"""Characters of the longest context; longer ones are always cut."""

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
OPPOSITES = {a: b for pair in re.split(r"[|\n]", _OPPOSITES) for a, b in (pair.split(), pair.split()[::-1])}


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
