"""Articles are chosen by day, publisher, author or address, and nothing else is searched then."""

import json
from datetime import date, datetime

import pytest

from assistant import Assistant
from assistant.cli import main
from index.article import EVERYTHING, Filter
from index.errors import CollectionError, QuestionError
from tests.conftest import words_settings

RECORDS = [
    ("one", "The Gazette", "Ada Orsk", "2022-03-01"),
    ("two", "The Gazette", "Bo Lind", "2022-03-02"),
    ("three", "Élan", "Ada Orsk", "2022-03-03"),
    ("four", "Élan", None, None),
]


@pytest.fixture(scope="module")
def news(tmp_path_factory):
    """Four articles on one matter, of which the last is undated and without an author; not to be changed."""
    folder = tmp_path_factory.mktemp("news")
    records = [
        {
            "title": f"Council {name}",
            "text": f"The council of {name} denied on Monday that the bridge would be closed.",
            "url": f"https://g.example/{name}",
            "publisher": publisher,
            "author": author,
            "published": day,
        }
        for name, publisher, author, day in RECORDS
    ]
    (folder / "news.json").write_text(json.dumps(records))
    assistant = Assistant(words_settings(folder / "index"))
    assistant.ingest([folder / "news.json"])
    return assistant


def found(assistant, **wanted):
    return {passage.article.title.removeprefix("Council ") for passage in assistant.search("the bridge", **wanted)}


CASES = [
    ({}, {"one", "two", "three", "four"}),
    ({"after": "2022-03-02"}, {"two", "three"}),
    ({"after": date(2022, 3, 2), "before": date(2022, 3, 2)}, {"two"}),
    ({"after": datetime(2022, 3, 2, 18)}, {"two", "three"}),
    ({"before": "2022-03-01"}, {"one"}),
    ({"before": "1999-12-31"}, set()),
    ({"after": " 2022-03-03 "}, {"three"}),
    ({"publisher": "the  gazette"}, {"one", "two"}),
    ({"publisher": "élan"}, {"three", "four"}),
    ({"publisher": "ÉLAN", "author": "ada orsk"}, {"three"}),
    ({"author": "Ada Orsk", "before": "2022-03-02"}, {"one"}),
    ({"author": "Bo Lind", "after": "2022-03-03"}, set()),
    ({"article": "https://g.example/four"}, {"four"}),
    ({"article": "https://g.example/four", "after": "2022-01-01"}, set()),
    ({"after": "", "publisher": None}, {"one", "two", "three", "four"}),
]


@pytest.mark.parametrize(("wanted", "names"), CASES)
def test_only_articles_that_are_wanted_are_found(news, wanted, names):
    assert found(news, **wanted) == names


@pytest.mark.parametrize(("wanted", "names"), CASES)
def test_neighbours_that_are_filtered_are_those_that_are_compared_one_by_one(news, wanted, names, monkeypatch):
    monkeypatch.setattr("index.storage.vectors.COST_OF_READING", 10**9)
    assert found(news, **wanted) == names


def test_among_many_passages_the_nearest_that_are_wanted_are_found(tmp_path, monkeypatch):
    words = "harbour ferry storm mill roof council bridge island captain school".split()
    records = [
        {
            "title": f"Report {number}",
            "text": f"The {words[number % 10]} and the {words[number // 10 % 10]} were in the news {number} times.",
            "published": f"2022-03-{number % 25 + 1:02}",
            "publisher": "Rare" if number % 50 == 49 else "Common",
        }
        for number in range(300)
    ]
    (tmp_path / "many.json").write_text(json.dumps(records))
    assistant = Assistant(words_settings(tmp_path / "index"))
    assistant.ingest([tmp_path / "many.json"])
    for wanted in (Filter(publisher="Rare"), Filter(after=date(2022, 3, 20)), Filter(publisher="Absent")):
        exact = assistant.collection.nearest("the harbour and the ferry", 10, wanted)
        assert len(exact) == {"Rare": 6, "Absent": 0, None: 10}[wanted.publisher]
        with monkeypatch.context() as patched:
            patched.setattr("index.storage.vectors.COST_OF_READING", 10**9)
            filtered = assistant.collection.nearest("the harbour and the ferry", 10, wanted)
        texts = [{passage.text.rstrip("0123456789 times.") for passage in passages} for passages in (exact, filtered)]
        assert len(filtered) == len(exact)
        assert texts[0] == texts[1], "as near, though of passages that are equally near others may be taken"


def test_an_answer_quotes_only_what_is_wanted(news):
    answer = news.ask("What did the council deny?", publisher="The Gazette", before="2022-03-01")
    assert {citation.article.title for citation in answer.citations} == {"Council one"}
    assert answer.filter == Filter(publisher="The Gazette", before=date(2022, 3, 1))
    assert {passage.article.title for passage in answer.passages} == {"Council one"}


def test_an_answer_about_nothing_is_a_refusal(news):
    answer = news.ask("What did the council deny?", before="1999-12-31")
    assert (answer.refused, answer.citations, answer.passages) == (True, (), ())


def test_an_article_is_wanted_by_the_beginning_of_its_id(news):
    (article,) = [article for article in news.articles() if article.title == "Council two"]
    assert found(news, article=article.id) == found(news, article=article.id[:8]) == {"two"}


def test_no_filter_is_everything(news):
    assert news.filter() == news.filter(after="", author=None) == EVERYTHING


WRONG = [
    ("after", "yesterday", "after is 'yesterday', which is not a date. Write it as 2024-03-05."),
    ("before", "2022-02-30", "before is '2022-02-30', which is not a date."),
    ("before", "5/3/2024", "before is '5/3/2024', which is not a date."),
    ("publisher", "The Gazettte", "No article has the publisher 'The Gazettte'. Give one of these: The Gazette, Élan."),
    ("author", "%", "No article has the author '%'. Give one of these: Ada Orsk, Bo Lind."),
    ("author", "'; DROP TABLE articles; --", "No article has the author"),
    ("publisher", "x\ny", "No article has the publisher 'x y'."),
    ("article", "zzz", "No article has the id or URL 'zzz'. Give that of an article in the collection."),
    ("article", "https://g.example/nothing", "Give that of an article"),
]


@pytest.mark.parametrize(("field", "value", "says"), WRONG)
def test_a_wrong_value_is_one_clear_line(news, field, value, says):
    for use in (news.search, news.ask):
        with pytest.raises((QuestionError, CollectionError)) as error:
            use("the bridge", **{field: value})
        assert says in str(error.value)
        assert "\n" not in str(error.value)


def test_days_in_the_wrong_order_and_other_fields_are_refused(news):
    with pytest.raises(
        QuestionError, match=r"after is 2022-03-02, which is later than before, 2022-03-01. Swap the two dates"
    ):
        news.search("the bridge", after="2022-03-02", before="2022-03-01")
    with pytest.raises(QuestionError, match=r"colour is not a filter. The filters are after, before"):
        news.search("the bridge", colour="red")


def test_where_no_article_has_an_author_that_is_said(empty, write):
    empty.ingest([write("storm.txt", "Storm\n\nThe storm took the roof of the mill on Monday.")])
    with pytest.raises(QuestionError, match=r"No article has the author 'Ada Orsk'. No article has a known author."):
        empty.search("roof", author="Ada Orsk")


def test_a_name_of_any_length_is_shown_short(empty, write):
    record = {"title": "Storm", "text": "The storm took the roof of the mill.", "author": "Ada Orsk " * 1_000}
    empty.ingest([write("storm.json", json.dumps([record]))])
    with pytest.raises(QuestionError) as error:
        empty.search("roof", author="Bo " * 10_000)
    assert len(str(error.value)) < 200


@pytest.mark.parametrize("verb", ["search", "ask"])
def test_the_command_narrows_the_articles_down(news, verb, capsys, monkeypatch):
    monkeypatch.setenv("ONRECORD_EMBEDDING_MODEL", "words")
    index = ["--index", str(news.settings.index_dir), "--json"]
    options = ["--after", "2022-03-02", "--before", "2022-03-03", "--author", "ada orsk"]
    assert main([verb, "What did the council deny?", *options, *index]) == 0
    told = json.loads(capsys.readouterr().out)
    passages = told if verb == "search" else told["passages"]
    assert [passage["article"]["title"] for passage in passages] == ["Council three"]
    for field, value, says in WRONG:
        assert main([verb, "What did the council deny?", f"--{field}", value, *index]) == 1
        output = capsys.readouterr()
        assert (output.out, output.err.count("\n")) == ("", 1)
        assert output.err.startswith("onrecord: ")
        assert says in output.err
