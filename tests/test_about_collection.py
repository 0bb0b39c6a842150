"""Lists and replies about the whole collection read headlines, not texts, and their example questions are answered."""

import sqlite3
from contextlib import closing

import pytest

from assistant.answering.about_collection import EXAMPLES, LONGEST_HEADLINE, example_questions
from index.storage.catalog import _NEWEST_FIRST
from index.storage.rows import HEADLINE_COLUMNS

ARTICLES = {
    "storm.md": ("The mill's owner denies neglect", "Mr. Orsk denied on Monday that he had neglected the old mill."),
    "fair.md": ("Fair weather in the harbour", "The sun shone on the harbour all day long on Tuesday."),
    "roof.md": (
        "Why Minister Orsk denies neglect",
        "Mr. Orsk denied once more that he had neglected the roof of the mill.",
    ),
    "plea.md": (
        "In court, Orsk says he is broke",
        "Mr. Orsk said in court that he had no money left for the mill.",
    ),
    "long.md": ("A very long headline " * 20, "The council met in the town hall on Wednesday and went home."),
    "tag.md": ("<b>Ferry</b> sails again", "The ferry sailed for the island again on Thursday morning."),
}


@pytest.fixture
def six(empty, write):
    """An index of six articles."""
    for day, (name, (title, text)) in enumerate(ARTICLES.items(), 1):
        write(name, f'---\ntitle: "{title}"\npublisher: Gazette {day % 2}\ndate: 2024-03-0{day}\n---\n{text}\n')
    empty.ingest([write("storm.md", (empty.settings.index_dir.parent / "articles/storm.md").read_bytes()).parent])
    yield empty
    empty.collection.close()


def test_the_reply_about_the_collection_reads_no_text(six, columns_read):
    reply = six.ask("What is this about?").text
    assert reply.startswith("These are 6 articles from 2 publishers, dated 1 March 2024 to 6 March 2024: “")
    assert ("articles", "title") in columns_read
    assert ("articles", "full_text") not in columns_read


def test_example_questions_are_made_without_reading_a_text(six, columns_read):
    assert len(example_questions(six.collection)) == EXAMPLES
    assert ("articles", "title") in columns_read
    assert ("articles", "full_text") not in columns_read


def test_headlines_are_read_in_order_from_an_index_that_holds_no_text(six):
    query = f"EXPLAIN QUERY PLAN SELECT {HEADLINE_COLUMNS} FROM articles ORDER BY {_NEWEST_FIRST} LIMIT 3"
    with closing(sqlite3.connect(six.collection.catalog_path)) as database:
        (step,) = database.execute(query).fetchall()
    assert step[-1] == "SCAN articles USING COVERING INDEX articles_by_published", "and nothing is sorted"


def test_headlines_come_in_the_order_of_articles(six):
    catalog = six.collection.catalog
    assert [each.id for each in catalog.headlines()] == [each.id for each in six.articles()]
    assert [each.id for each in catalog.headlines(2, 3)] == [each.id for each in six.articles()[3:5]]
    first, article = catalog.headlines(1)[0], six.articles()[0]
    assert all(getattr(first, name) == getattr(article, name) for name in first.__slots__)


@pytest.mark.parametrize(
    ("search", "count"),
    [("", 6), ("orsk", 2), ("ORSK roof", 0), ("neglect GAZETTE", 2), ("1 neglect", 2), ("%", 0), ("' OR 1 --", 0)],
)
def test_a_search_needs_all_its_words_in_title_or_publisher(six, search, count):
    assert len(six.collection.catalog.headlines(search=search)) == count
    assert six.collection.catalog.headline_count(search) == count


def test_a_search_of_very_many_words_is_no_trouble(six):
    assert six.collection.catalog.headline_count("orsk " * 5_000) == 2


def test_every_example_question_is_answered(six):
    questions = example_questions(six.collection)
    assert questions[:2] == ["What did Orsk say?", "What did Minister Orsk deny?"]
    assert any(question.startswith("Summarise “") for question in questions)
    assert all(len(question) <= LONGEST_HEADLINE + len("Summarise “”") for question in questions)
    for question in questions:
        answer = six.ask(question)
        assert not answer.refused, question
        assert answer.citations, question


def test_a_common_noun_at_the_head_of_a_headline_is_no_speaker(empty, write):
    empty.ingest([write("a.md", "---\ntitle: Nobody says why\n---\nNobody said on Monday why the mill was sold.\n")])
    assert example_questions(empty.collection) == ["Summarise “Nobody says why”"]
