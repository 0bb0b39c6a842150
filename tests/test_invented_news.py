"""Questions on invented news: every answer stands once in its article, and parts share no article."""

import pytest

from benchmarks.data import invented
from training.reading.written import PARTS, spans_of, written_articles

ARTICLE = {"title": "Mill burns", "text": "Ora Finch saw the fire. Then the mill burnt down."}


def test_every_article_is_in_one_part():
    titles = {part: [article["title"] for article in written_articles(part)] for part in PARTS}
    every = [title for own in titles.values() for title in own]
    assert len(set(every)) == len(every)
    assert all(len(own) > 40 for own in titles.values())


@pytest.mark.parametrize("part", PARTS)
def test_about_a_third_of_the_questions_have_no_answer_and_the_others_one(part):
    articles, tasks = invented(part)
    assert 0.2 < sum(not task.spans for task in tasks) / len(tasks) < 0.4
    assert all((task.kind == "near") == (not task.spans) for task in tasks)
    assert all(articles[task.title][start:end].strip() for task in tasks for start, end in task.spans)


def test_an_answer_that_stands_in_its_article_more_often_is_refused():
    assert spans_of({"a": "Ora Finch"}, ARTICLE) == ((0, 9),)
    assert spans_of({"a": ""}, ARTICLE) == ()
    with pytest.raises(ValueError, match="'the' stands 2 times in 'Mill burns'"):
        spans_of({"a": "the"}, ARTICLE)
