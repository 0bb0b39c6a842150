"""Of reports that answer as well the latest comes first, and several articles and speakers get their turn."""

import json
from dataclasses import replace
from datetime import date
from itertools import pairwise

import pytest

from assistant import Assistant, Settings
from assistant.search.retriever import AS_GOOD, SAME_ARTICLE_DISCOUNT, discount_same_article, newest_first, retrieve
from index.article import EVERYTHING, Article, Filter, Passage
from tests.conftest import ROOT, words_settings

EVENTS = [json.loads(line) for line in (ROOT / "tests/data/updates.jsonl").read_text("utf-8").splitlines()]
"""Made news: the same event on several days, whose figure changes."""


def passage(name: str, score: float, published: date | None = None, article: str = "") -> Passage:
    whole = Article(article or name, f"{name}.md", name, name, published=published)
    return Passage(name, whole, 0, len(name), (), score)


def ids(passages):
    return [each.id for each in passages]


def ingest_events(assistant, folder):
    for at, event in enumerate(EVENTS):
        for number, article in enumerate(event["articles"]):
            path = folder / f"{at}-{number}.md"
            path.parent.mkdir(exist_ok=True)
            path.write_text(f"---\npublished: {article['published']}\n---\n# {article['title']}\n\n{article['text']}\n")
    assert not assistant.ingest([folder]).failed
    return assistant


@pytest.fixture(scope="module")
def updates(tmp_path_factory) -> Assistant:
    folder = tmp_path_factory.mktemp("updates")
    return ingest_events(Assistant(words_settings(folder / "index")), folder / "articles")


def test_the_newest_of_passages_that_are_as_good_comes_first_and_a_better_one_stays_before_it():
    old, new = passage("old", 1.0, date(2024, 3, 5)), passage("new", AS_GOOD, date(2024, 3, 7))
    assert ids(newest_first([old, new])) == ["new", "old"]
    assert ids(newest_first([old, replace(new, score=AS_GOOD - 0.01)])) == ["old", "new"]


def test_undated_passages_come_after_dated_ones_that_are_as_good():
    assert ids(newest_first([passage("undated", 1.0), passage("dated", 1.0, date(1999, 1, 1))])) == ["dated", "undated"]


def test_passages_of_one_date_keep_their_order():
    day = date(2024, 3, 5)
    assert ids(newest_first([passage(name, 1.0, day) for name in "abc"])) == ["a", "b", "c"]


def test_an_article_doesnt_keep_others_out_that_are_nearly_as_good():
    long = [passage(f"long {number}", 1.0 - number / 100, article="long") for number in range(4)]
    other, worse = passage("other", 0.95), passage("worse", 0.5)
    assert ids(discount_same_article([*long, other, worse])) == [
        "long 0",
        "long 1",
        "other",
        "long 2",
        "long 3",
        "worse",
    ]
    assert discount_same_article(long)[1].score == pytest.approx(0.99 * SAME_ARTICLE_DISCOUNT)


def test_scores_of_spread_passages_fall(demo):
    ranked = discount_same_article(demo.collection.nearest("the ferry", 20))
    assert all(first.score >= second.score for first, second in pairwise(ranked))


def test_a_time_that_is_wanted_leaves_the_ranking_as_it_is(updates):
    question = "how many homes have no power after the storm Edda?"
    freely = retrieve(updates.collection, question, 5)
    of_a_time = retrieve(updates.collection, question, 5, Filter(after=date(2000, 1, 1)))
    assert freely[0].article.published == max(each.article.published for each in freely[:3])
    assert all(first.score >= second.score for first, second in pairwise(of_a_time))
    assert set(ids(freely)) == set(ids(of_a_time))


def latest_first(assistant) -> tuple[int, int]:
    """How many events' latest report comes first in the ranking, and in the answer."""
    ranked = answered = 0
    for event in EVENTS:
        latest = max(article["published"] for article in event["articles"] if event["latest"] in article["text"])
        first = retrieve(assistant.collection, event["question"], 1, EVERYTHING)[0]
        ranked += str(first.article.published) == latest
        answer = assistant.ask(event["question"])
        answered += bool(answer.citations) and str(answer.citations[0].article.published) == latest
    return ranked, answered


def test_answers_that_contradict_each_other_are_told_with_their_dates_the_newest_first(updates):
    (event,) = (event for event in EVENTS if "landslide" in event["question"])
    answer = updates.ask(event["question"])
    days = [citation.article.published for citation in answer.citations]
    assert len(days) > 1
    assert days == sorted(days, reverse=True)
    assert event["latest"] in answer.sentences[0].text
    first, older = answer.sentences
    assert f"[{days[0]:%-d %B %Y}]" in first.text
    assert older.text == "Earlier: “24” (5 May 2025)."
    assert [citation.answer for citation in older.citations] == ["24"]


@pytest.mark.real
def test_with_the_real_models_the_latest_report_is_told_first(tmp_path):
    assistant = ingest_events(Assistant(Settings(index_dir=tmp_path / "index")), tmp_path / "articles")
    ranked, answered = latest_first(assistant)
    assert ranked >= 6
    assert answered >= 9


def test_each_of_two_speakers_is_quoted(demo):
    answer = demo.ask("What did Haske and Venn deny?")
    assert len(answer.sentences) >= 2
    assert any("Haske" in sentence.text for sentence in answer.sentences)
    assert any("Venn" in sentence.text for sentence in answer.sentences)


def test_all_denials_are_listed_and_a_matter_that_is_named_chooses_among_them(empty, write):
    write("a.txt", "Drivers\n\nMr. Orsk said that the company had never threatened any driver.")
    sale = "Whether the barn was sold is not known: Mr. Orsk denied it and the council said nothing."
    empty.ingest([write("b.txt", f"Sale\n\n{sale}").parent])

    def told(question):
        return [sentence.text for sentence in empty.ask(question).sentences]

    assert {"Whether", "Mr."} == {text.split()[0] for text in told("what did Orsk deny?")}
    assert "never" in told("what did Orsk deny about drivers?")[0]
