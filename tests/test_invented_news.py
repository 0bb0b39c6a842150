"""Questions on invented news, for training: every answer stands once in its article, and parts share no article."""

import json

import pytest

from benchmarks.data import invented
from training.reading.written import PARTS, written, written_articles

ARTICLE = {
    "title": "Mill burns",
    "outlet": "Post",
    "date": "2020-01-01",
    "text": "Ora Finch saw the fire. Then the mill burnt down.",
    "questions": [
        {"q": "Who saw it?", "a": "Ora Finch", "kind": "who"},
        {"q": "Who lit it?", "a": "", "kind": "near"},
    ],
}


def test_every_article_is_in_one_part_and_most_are_for_training():
    titles = {part: [article["title"] for article in written_articles(part)] for part in PARTS}
    every = [title for own in titles.values() for title in own]
    assert len(set(every)) == len(every) > 200
    assert len(titles["train"]) > len(titles["fit"]) + len(titles["test"])


def test_a_third_of_the_questions_have_no_answer_and_the_others_one():
    examples = [example for part in PARTS for example in written(part)]
    assert 0.2 < sum(not example.spans for example in examples) / len(examples) < 0.4
    articles, tasks = invented("test")
    assert all(articles[task.title][start:end].strip() for task in tasks for start, end in task.spans)
    assert all((task.kind == "near") == (not task.spans) for task in tasks)


def test_an_answer_that_stands_in_its_article_twice_is_refused(tmp_path):
    path = tmp_path / "train" / "fires.jsonl"
    path.parent.mkdir()
    path.write_text(json.dumps(ARTICLE))
    example, near_miss = written("train", tmp_path)
    assert example.answers == ("Ora Finch",)
    assert near_miss.spans == ()
    path.write_text(json.dumps(ARTICLE).replace("Ora Finch", "the"))
    with pytest.raises(ValueError, match="'the' stands 3 times in 'Mill burns'"):
        written("train", tmp_path)
