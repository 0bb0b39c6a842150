"""Questions on invented news: every answer stands once in its article, and a third are near misses."""

import json

import pytest

from benchmarks import data
from benchmarks.data import invented


def test_about_a_third_of_the_questions_have_no_answer_and_the_others_one():
    articles, tasks = invented()
    assert len(articles) > 400
    assert 0.2 < sum(not task.spans for task in tasks) / len(tasks) < 0.4
    assert all((task.kind == "near") == (not task.spans) for task in tasks)
    assert all(articles[task.title][start:end].strip() for task in tasks for start, end in task.spans)


def test_an_answer_that_stands_in_its_article_twice_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(data, "INVENTED", tmp_path)
    asked = {"q": "Who saw it?", "a": "Finch", "kind": "who"}
    article = {"title": "Mill burns", "text": "Finch saw it. Finch fled.", "questions": [asked]}
    (tmp_path / "fires.jsonl").write_text(json.dumps(article))
    with pytest.raises(ValueError, match="'Finch' stands 2 times in 'Mill burns'"):
        invented()
