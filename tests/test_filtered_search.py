"""Within a filter the nearest passages are found, whether they are compared one by one or asked from Chroma."""

import json
from datetime import date

import pytest

from assistant import Assistant
from index.article import Filter
from index.embedding.embedder import WordEmbedder
from tests.conftest import words_settings

QUESTION = "ship 17 came in with crates"


@pytest.fixture(scope="module")
def ships(tmp_path_factory):
    """Forty articles of some passages each, one a day, from two publishers; not to be changed."""
    folder = tmp_path_factory.mktemp("ships")
    records = [
        {
            "title": f"Report {n}",
            "text": f"Ship {n} came in with {n * 7 % 40} crates. It left on day {n % 9}. " * 12,
            "date": f"2024-{1 + n // 20:02}-{1 + n % 20:02}",
            "publisher": "The Gazette" if n % 2 else "Coastline",
        }
        for n in range(40)
    ]
    (folder / "ships.json").write_text(json.dumps(records))
    assistant = Assistant(words_settings(folder / "index"))
    assistant.ingest([folder / "ships.json"])
    yield assistant
    assistant.collection.close()


def cosines_one_by_one(assistant, filter):
    """The cosines of all passages that pass the filter, best first, from their texts."""
    embedder, catalog = WordEmbedder(), assistant.collection.catalog
    passages = catalog.passages(catalog.passage_ids(filter))
    vectors = embedder.encode([f"{passage.article.title}\n{passage.text}" for passage in passages])
    return sorted((vectors @ embedder.encode([QUESTION])[0]).tolist(), reverse=True)


@pytest.mark.parametrize("cost", [0.001, 1_000], ids=["read one by one", "asked from Chroma"])
@pytest.mark.parametrize(
    "filter",
    [
        Filter(publisher="The Gazette"),
        Filter(after=date(2024, 2, 3)),
        Filter(after=date(2024, 1, 5), before=date(2024, 1, 6)),
        Filter(before=date(2024, 1, 2), publisher="Coastline"),
        Filter(after=date(2025, 1, 1)),
    ],
)
def test_the_nearest_passages_within_a_filter_are_found(ships, filter, cost, monkeypatch):
    monkeypatch.setattr("index.storage.vectors.COST_OF_READING", cost)
    expected = cosines_one_by_one(ships, filter)
    hits = ships.collection.nearest(QUESTION, 5, filter)
    assert [hit.cosine for hit in hits] == pytest.approx(expected[:5], abs=1e-5)
    for hit in hits:
        assert (filter.after or date.min) <= hit.article.published <= (filter.before or date.max)
        assert filter.publisher in (None, hit.article.publisher)


def test_few_passages_are_read_by_id_and_many_arent(ships, monkeypatch):
    read = []
    get = type(ships.collection.vectors).get
    monkeypatch.setattr("index.storage.vectors.VectorStore.get", lambda self, ids: read.append(ids) or get(self, ids))
    ships.collection.nearest(QUESTION, 2, Filter(article=ships.articles()[0].id))
    assert len(read) == 1
    ships.collection.nearest(QUESTION, 2, Filter(after=date(2024, 1, 2)))
    assert len(read) == 1
