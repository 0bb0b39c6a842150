"""Search by words ranks as SQLite's FTS5 does, and what is removed leaves nothing behind."""

import random
import sqlite3
import threading
from contextlib import closing
from datetime import date
from itertools import count

import numpy as np
import pytest

from assistant import Assistant
from index.article import EVERYTHING, Filter
from index.storage import postings
from tests.conftest import words_settings

WORDS = "harbour ferry storm mill roof council bridge island captain school the a of".split()


@pytest.fixture
def database():
    with closing(sqlite3.connect(":memory:")) as database:
        database.executescript(postings.TABLES)
        yield database


def made_up(size, first, seed=0):
    """Passages of many lengths, in which some words are frequent and some rare; numbered from `first`."""
    rng = random.Random(seed)
    weights = [1 / (rank + 1) for rank in range(len(WORDS))]
    return [(first + at, rng.choices(WORDS, weights, k=rng.randrange(1, 60))) for at in range(size)]


def fts5(passages, terms, most):
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute("CREATE VIRTUAL TABLE lexical USING fts5(text)")
        database.executemany(
            "INSERT INTO lexical (rowid, text) VALUES (?, ?)", ((number, " ".join(words)) for number, words in passages)
        )
        query = "SELECT rowid FROM lexical WHERE lexical MATCH ? ORDER BY bm25(lexical), rowid LIMIT ?"
        return [row[0] for row in database.execute(query, (" OR ".join(terms), most))]


def rows(database):
    return [database.execute(f"SELECT * FROM {table}").fetchall() for table in ("postings", "blocks")]


@pytest.mark.parametrize(
    "terms", [["school"], ["harbour"], ["storm", "of", "a"], ["mill", "mill", "roof"], ["bridge", "a"]]
)
@pytest.mark.parametrize("most", [1, 30, 5_000])
def test_passages_rank_as_fts5_ranks_them(database, terms, most):
    passages = made_up(1_500, first=postings.BLOCK - 700)
    postings.add(database, passages)
    assert postings.best(database, terms, most) == fts5(passages, terms, most)


def test_passages_added_and_removed_bit_by_bit_rank_as_those_that_are_left(database):
    passages = made_up(900, first=postings.BLOCK * 3 - 450)
    for at in range(0, 900, 90):
        postings.add(database, passages[at : at + 90])
    gone = random.Random(1).sample(range(900), 600)
    for at in range(0, 600, 60):
        postings.remove(database, sorted(passages[each] for each in gone[at : at + 60]))
    left = [passage for at, passage in enumerate(passages) if at not in set(gone)]
    assert postings.best(database, ["storm", "school"], 300) == fts5(left, ["storm", "school"], 300)
    assert postings.agree(database, left)
    with closing(sqlite3.connect(":memory:")) as other:
        other.executescript(postings.TABLES)
        postings.add(other, left)
        assert rows(other) == rows(database)


def test_when_all_is_removed_nothing_is_left(database):
    passages = made_up(50, first=1)
    postings.add(database, passages)
    postings.remove(database, passages)
    assert rows(database) == [[], []]
    assert postings.best(database, WORDS, 5) == []


def test_only_passages_among_those_asked_for_are_found(database):
    edge = 5 * postings.BLOCK
    passages = [*made_up(400, first=edge - 200), *made_up(20, first=9 * postings.BLOCK)]
    postings.add(database, passages)
    everyone = postings.best(database, WORDS, 500)
    for stretches in (
        [(edge - 3, edge + 5)],
        [(1, 3), (edge - 190, edge - 190), (edge - 189, edge - 100), (edge + 199, edge + 900), (10**6, 10**6 + 9)],
        [(postings.BLOCK, 9 * postings.BLOCK + 7)],
        [(0, 10**7)],
        [(7 * postings.BLOCK, 8 * postings.BLOCK)],
        [],
    ):
        among = np.array(stretches, dtype=np.int64).reshape(-1, 2)
        wanted = [number for number in everyone if any(first <= number <= last for first, last in stretches)]
        assert postings.best(database, WORDS, 500, among) == wanted
        assert postings.best(database, WORDS, 2, among) == wanted[:2]


def test_words_that_no_passage_has_find_nothing(database):
    postings.add(database, made_up(20, first=1))
    assert postings.best(database, ["windmill"], 5) == []
    assert postings.best(database, [], 5) == []


def test_a_word_repeated_beyond_measure_is_no_trouble(database):
    passages = [(1, ["storm"] * 70_000), (2, ["storm", "mill"]), (3, ["mill"] * 300)]
    postings.add(database, passages)
    assert postings.best(database, ["mill"], 5) == [3, 2]
    assert postings.best(database, ["storm"], 5) == [1, 2]
    assert postings.agree(database, passages)
    postings.remove(database, passages)
    assert rows(database) == [[], []]


ARTICLE = "Report {number}\n\nThe {word} was in the news on Monday. Mr. Orsk of the {other} denied that it was so.\n"


def test_words_agree_with_the_articles_after_every_change(empty, write):
    rng, numbers = random.Random(0), count()
    for _ in range(12):
        for _ in range(rng.randrange(1, 6)):
            text = ARTICLE.format(number=next(numbers), word=rng.choice(WORDS[:10]), other=rng.choice(WORDS[:10]))
            write(f"{rng.randrange(9)}.txt", text)
        empty.ingest([write("0.txt", ARTICLE.format(number=0, word="mill", other="roof")).parent])
        if rng.random() < 0.5:
            empty.remove([rng.choice(empty.articles()).id])
        assert empty.collection.lexical.agrees()
    empty.remove([article.id for article in empty.articles()])
    with closing(sqlite3.connect(empty.collection.catalog_path)) as database:
        assert rows(database) == [[], []]


def test_words_are_searched_while_articles_come_and_go(empty, write):
    empty.ingest([write("storm.txt", "Storm\n\nThe storm took the roof of the mill on Monday.\n")])
    problems, done = [], threading.Event()

    def search():
        while not done.is_set():
            for wanted in (EVERYTHING, Filter(after=date(2020, 1, 1))):
                try:
                    empty.collection.matching(["storm", "mill", "harbour"], 5, wanted)
                except Exception as error:
                    problems.append(error)

    threads = [threading.Thread(target=search) for _ in range(2)]
    for thread in threads:
        thread.start()
    for number in range(6):
        empty.ingest([write("ships.txt", f"2024-03-0{number + 1}\n\nThe storm sank {number} ships in the harbour.\n")])
        empty.remove([next(article.id for article in empty.articles() if article.title != "Storm")])
    done.set()
    for thread in threads:
        thread.join()
    assert problems == []


def test_no_passage_gets_a_number_that_another_one_had(empty, write):
    seen = []
    for _ in range(3):
        empty.ingest([write("storm.txt", "Storm\n\nThe storm took the roof of the mill on Monday.\n")])
        with closing(sqlite3.connect(empty.collection.catalog_path)) as database:
            seen += [row[0] for row in database.execute("SELECT number FROM passages")]
        empty.remove([empty.articles()[0].id])
    assert len(set(seen)) == 3


@pytest.fixture(scope="module")
def news(tmp_path_factory):
    """Some articles in English; not to be changed."""
    folder = tmp_path_factory.mktemp("news")
    texts = {
        "covid": "COVID-19 closes schools\n\nThe U.S. told 100,000 pupils to stay at home in January.",
        "cafe": "A Café reopens\n\nThe café of Mr. Orsk’s sister was opened again by the mayor.",
        "who": "Who will it be?\n\nHe is who he was, and it is what it is, as they say.",
    }
    for name, text in texts.items():
        (folder / f"{name}.txt").write_text(text)
    assistant = Assistant(words_settings(folder / "index"))
    assistant.ingest([folder / f"{name}.txt" for name in texts])
    return assistant


@pytest.mark.parametrize(
    ("words", "title"),
    [
        (["COVID-19"], "COVID-19 closes schools"),
        (["U.S"], "COVID-19 closes schools"),
        (["us"], "COVID-19 closes schools"),
        (["100,000"], "COVID-19 closes schools"),
        (["telling", "pupil"], "COVID-19 closes schools"),
        (["CAFE"], "A Café reopens"),
        (["Orsk's"], "A Café reopens"),
        (["sisters’"], "A Café reopens"),
        (["reopening"], "A Café reopens"),
        (["what", "is", "it"], "Who will it be?"),
        (["the", "AND", '"', "café"], "A Café reopens"),
    ],
)
def test_a_word_is_found_in_any_form_that_it_is_written_in(news, words, title):
    assert [hit.article.title for hit in news.collection.matching(words, 1)] == [title]


@pytest.mark.parametrize("words", [[], [""], ["?"], ["windmill"], ['" OR 1 --']])
def test_what_isnt_in_the_articles_is_not_found(news, words):
    assert news.collection.matching(words, 5) == []
    assert news.collection.matching(words, 5, Filter(article=news.articles()[0].id)) == []


def test_whether_a_word_is_in_the_articles_is_known_by_its_stem(news):
    lexical = news.collection.lexical
    assert lexical.has_word("tells")
    assert lexical.has_word("schooling")
    assert not lexical.has_word("windmill")
    assert set(lexical.stems_like("s", range(3, 7))) == {"school", "sister", "stai", "sai"}
