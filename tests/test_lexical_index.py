"""Search by words finds every form of a word, and what is removed leaves nothing behind."""

import math
import random
import threading
from datetime import date
from itertools import count

import pytest

from assistant import Assistant
from index.article import EVERYTHING, Filter
from index.text.words import stem, stems
from tests.conftest import words_settings

WORDS = "harbour ferry storm mill roof council bridge island captain school".split()


ARTICLE = "Report {number}\n\nThe {word} was in the news on Monday. Mr. Orsk of the {other} denied that it was so.\n"


def test_words_agree_with_the_articles_after_every_change(empty, write):
    rng, numbers = random.Random(0), count()
    for _ in range(12):
        for _ in range(rng.randrange(1, 6)):
            text = ARTICLE.format(number=next(numbers), word=rng.choice(WORDS), other=rng.choice(WORDS))
            write(f"{rng.randrange(9)}.txt", text)
        empty.ingest([write("0.txt", ARTICLE.format(number=0, word="mill", other="roof")).parent])
        if rng.random() < 0.5:
            empty.remove([rng.choice(empty.articles()).id])
        assert empty.collection.lexical.agrees()
    empty.remove([article.id for article in empty.articles()])
    assert empty.collection.lexical.agrees()
    assert empty.collection.lexical.stems_like("", range(100)) == {}


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


def bm25(texts, stem):
    """Scores by one word's stem (Robertson and Zaragoza 2009), with the constants of SQLite's FTS5."""
    passages = [stems(text) for text in texts]
    average = sum(map(len, passages)) / len(passages)
    holders = sum(stem in passage for passage in passages)
    weight = math.log((len(passages) - holders + 0.5) / (holders + 0.5))
    counts = [(passage.count(stem), len(passage) / average) for passage in passages]
    return [weight * count * 2.2 / (count + 1.2 * (0.25 + 0.75 * length)) for count, length in counts]


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    """Sixty reports of many lengths from three publishers, a day apart; not to be changed."""
    rng, folder = random.Random(0), tmp_path_factory.mktemp("reports")
    for number in range(60):
        names = rng.choices(WORDS, [1 / (rank + 1) for rank in range(len(WORDS))], k=rng.randrange(2, 14))
        text = " ".join(name + rng.choice(["", "", "'s"]) for name in names)
        header = f"title: Report {number}\npublisher: Gazette {number % 3}\ndate: {date(2024, 1, 1 + number // 2)}"
        (folder / f"{number}.md").write_text(f"---\n{header}\n---\nThey saw {text} there.\n")
    assistant = Assistant(words_settings(folder / "index"))
    assistant.ingest([folder])
    return assistant


@pytest.mark.parametrize("word", ["captain", "Island", "councils"])
def test_passages_are_ranked_by_bm25_of_the_stems_of_headline_and_text(reports, word):
    articles = [hit.article for hit in reports.collection.matching(["report"], 100)]
    scores = bm25([f"{article.title} {article.full_text}" for article in articles], stem(word.lower()))
    expected = sorted((score for score in scores if score > 0), reverse=True)
    ranked = [hit.article.id for hit in reports.collection.matching([word], 100)]
    by_id = dict(zip((article.id for article in articles), scores, strict=True))
    assert len(articles) == 60
    assert [by_id[id_] for id_ in ranked] == pytest.approx(expected)


@pytest.mark.parametrize(
    "filter",
    [
        Filter(publisher="GAZETTE 1"),
        Filter(after=date(2024, 1, 9)),
        Filter(after=date(2024, 1, 9), before=date(2024, 1, 20), publisher="Gazette 2"),
        Filter(after=date(2025, 1, 1)),
    ],
)
def test_a_filter_leaves_the_same_passages_in_the_same_order(reports, filter):
    def passes(article):
        return (filter.after or date.min) <= article.published <= (filter.before or date.max) and (
            filter.publisher or article.publisher
        ).lower() == article.publisher.lower()

    everything = reports.collection.matching(["storm", "ferry"], 100)
    expected = [hit.id for hit in everything if passes(hit.article)]
    assert [hit.id for hit in reports.collection.matching(["storm", "ferry"], 100, filter)] == expected
    assert [hit.id for hit in reports.collection.matching(["storm", "ferry"], 3, filter)] == expected[:3]


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
def test_words_that_no_article_has_find_nothing(news, words):
    assert news.collection.matching(words, 5) == []
    assert news.collection.matching(words, 5, Filter(article=news.articles()[0].id)) == []


def test_a_word_is_known_by_its_stem(news):
    lexical = news.collection.lexical
    assert lexical.has_word("tells")
    assert lexical.has_word("schooling")
    assert not lexical.has_word("windmill")
    assert set(lexical.stems_like("s", range(3, 7))) == {"school", "sister", "stai", "sai"}
