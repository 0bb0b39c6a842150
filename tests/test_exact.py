"""The passages of few articles are compared with a question one by one, and none is missed."""

import json

import numpy as np
import pytest

from index.article import EVERYTHING
from index.storage import bfloat16, vector_copies


def made_up(passages, dimensions=64, seed=0):
    vectors = np.random.default_rng(seed).standard_normal((passages, dimensions)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_packed_vectors_have_the_same_cosines():
    vectors, others = made_up(500), made_up(20, seed=1)
    unpacked = bfloat16.unpacked(bfloat16.packed(vectors), 64)
    assert unpacked.shape == vectors.shape
    assert np.abs(unpacked @ others.T - vectors @ others.T).max() < 0.001
    assert len(bfloat16.packed(vectors)) == 500 * 64 * bfloat16.BYTES


@pytest.mark.parametrize("together", [1, 3, 100])
@pytest.mark.parametrize("count", [1, 5, 1_000])
def test_the_nearest_are_those_of_all_articles_together(together, count):
    vectors, question = bfloat16.unpacked(bfloat16.packed(made_up(60)), 64), made_up(1, seed=1)[0]
    sizes = [1, 0, 20, 3, 0, 36]
    ends = np.cumsum(sizes)
    parts = np.split(vectors, ends[:-1])
    articles = [(str(at), bfloat16.packed(part)) for at, part in enumerate(parts)]
    batches = [articles[first : first + together] for first in range(0, len(articles), together)]
    wanted = np.argsort(-(vectors @ question))[:count]
    names = [(str(at), number) for at, size in enumerate(sizes) for number in range(size)]
    found = vector_copies._nearest(batches, question, count)
    assert [name for _, *name in found] == [list(names[place]) for place in wanted]
    assert [cosine for cosine, *_ in found] == pytest.approx((vectors @ question)[wanted], abs=1e-5)


def test_where_there_are_no_articles_nothing_is_near():
    assert vector_copies._nearest([], made_up(1)[0], 5) == []


def test_what_is_compared_one_by_one_is_what_chroma_finds(empty, write):
    records = [
        {"title": f"Report {n}", "text": f"Ship {n} came in with {n * 7 % 40} crates. It left on day {n % 9}. " * 12}
        for n in range(40)
    ]
    empty.ingest([write("ships.json", json.dumps(records))])
    collection = empty.collection
    vector = collection.embedder.encode(["ship 17 came in"])[0]
    compared, found = collection.exact.nearest(vector, 5, EVERYTHING), collection.vectors.nearest(vector, 5)
    kept = collection.vectors.get(list({*compared, *found}))
    cosines = [[kept[id_] @ vector for id_ in near] for near in (compared, found)]
    for near, true in zip((compared, found), cosines, strict=True):
        assert list(near.values()) == pytest.approx(true, abs=0.001)
    assert cosines[0] == pytest.approx(cosines[1], abs=0.001), "as near, though of equals others may be taken"
