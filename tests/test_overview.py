"""Summaries, news and changes: which questions ask for them, and what is quoted."""

from datetime import date

import pytest

from assistant.answering.overview import MOST_ARTICLES, find_article, find_passages, hint
from assistant.answering.overview_task import OverviewTask, overview_task
from index.article import EVERYTHING

COUNT = 12


def overview(assistant, question, **wanted):
    """The sentences of the answer; its quotations are exact."""
    answer = assistant.ask(question, **wanted)
    assert answer.answered_by == "quotation"
    for citation in answer.citations:
        assert citation.article.full_text[citation.start : citation.end] == citation.quote
    return answer.sentences


def articles(found):
    return [statement.citations[0].article for statement in found]


@pytest.mark.parametrize(
    ("question", "task"),
    [
        ("Summarise this article", OverviewTask("summary")),
        ("please summarize the article.", OverviewTask("summary")),
        ("Can you sum up this story, please?", OverviewTask("summary")),
        ("give me a short summary", OverviewTask("summary")),
        ("What is this article about?", OverviewTask("summary")),
        ("What are the key points of this report?", OverviewTask("summary")),
        ("tl;dr", OverviewTask("summary")),
        ("Summarize", OverviewTask("summary")),
        ("Summarise the news about the strike", OverviewTask("news", "the strike")),
        ("Summarise “Skerrin: the gale, the rock”", OverviewTask("summary", "Skerrin: the gale, the rock")),
        ('Summarise the article "Skerrin"', OverviewTask("summary", "Skerrin")),
        ("a summary of the article about the flood warning", OverviewTask("summary", "the flood warning")),
        ("Could you summarise the strike in two sentences, please?", OverviewTask("topic", "the strike", sentences=2)),
        ("Please give me a summary of the strike", OverviewTask("topic", "the strike")),
        ("I'd like an overview of the vaccine trials", OverviewTask("topic", "the vaccine trials")),
        ("tell me everything about the bridge", OverviewTask("topic", "the bridge")),
        ("Tell me about Larch", OverviewTask("topic", "Larch")),
        ("Hi, I would like to know more about the wolves", OverviewTask("topic", "the wolves")),
        ("What do you know about Veltra?", OverviewTask("topic", "Veltra")),
        ("what is known about the cause", OverviewTask("topic", "the cause")),
        ("what do the articles say about fences?", OverviewTask("topic", "fences")),
        ("What about the ferry?", OverviewTask("topic", "the ferry")),
        ("brief me on the storm", OverviewTask("topic", "the storm")),
        ("What happened at the hearing?", OverviewTask("topic", "the hearing", is_last_resort=True)),
        ("what's going on at Lumora?", OverviewTask("topic", "Lumora", is_last_resort=True)),
        ("Was there any news?", OverviewTask("news")),
        ("any football news?", OverviewTask("news", "football")),
        ("anything new about the ferry?", OverviewTask("news", "the ferry")),
        ("find news about the port", OverviewTask("news", "the port")),
        ("What's new?", OverviewTask("news")),
        ("what is new about the dockers' strike?", OverviewTask("news", "the dockers' strike")),
        ("News about the ferry", OverviewTask("news", "the ferry")),
        ("any news of Larch?", OverviewTask("news", "Larch")),
        ("What is the latest on the vaccine?", OverviewTask("news", "the vaccine")),
        ("What happened?", OverviewTask("news")),
        ("What changed in the budget?", OverviewTask("changes", "the budget")),
        ("what has changed about the death toll", OverviewTask("changes", "the death toll")),
        ("Timeline of the strike", OverviewTask("changes", "the strike")),
        ("Show me a timeline of the strike", OverviewTask("changes", "the strike")),
        ("How did the strike develop?", OverviewTask("changes", "the strike")),
        (
            "How do the Gazette and Coastline differ on the march?",
            OverviewTask("comparison", "the march", ("the Gazette", "Coastline")),
        ),
        (
            "Compare what the Gazette and Coastline say about the march",
            OverviewTask("comparison", "the march", ("the Gazette", "Coastline")),
        ),
    ],
)
def test_an_overview_is_asked_for_in_so_many_words(question, task):
    assert overview_task(question) == task


@pytest.mark.parametrize(
    "question",
    [
        "What did the summary say?",
        "Who wrote the summary of the report?",
        "What is the new mayor called?",
        "What is the latest figure?",
        "What was new about it?",
        "Who broke the news about the strike?",
        "What news did Penrow bring?",
        "What happened to the captain?",
        "What did the minister change in the budget?",
        "When was the timeline of the repairs published?",
        "How did Larch develop the vaccine?",
        "How did it develop?",
        "What changed in this?",
        "What about enzymes was unknown?",
        "What happened in 1969?",
        "What is on the roof?",
        "Explain why the strike ended",
        "Tell me who won",
        "What is about 80 metres high?",
        "What is this about-turn that Hobden made?",
        "Did the article summarise this?",
        "What does this article say about the captain?",
        "news " * 300 + "?",
        "",
    ],
)
def test_another_question_is_no_task_for_having_such_a_word(question):
    assert overview_task(question) is None


def test_an_article_is_summed_up_by_a_few_of_its_sentences_in_their_order(demo):
    (article,) = (each for each in demo.articles() if each.title.startswith("Coastguard lowers"))
    found = overview(demo, "Summarise this article", article=article.id)
    starts = [statement.citations[0].start for statement in found]
    assert 1 <= len(found) <= 3
    assert starts == sorted(starts)
    assert set(articles(found)) == {article}
    assert "Nine people died" in found[0].text


def test_an_article_is_named_by_words_of_its_headline(demo):
    for question in (
        "Summarise “Coastguard lowers ferry death toll to nine, says three were counted twice”",
        "Summarise the article about the lowered ferry toll",
    ):
        assert {each.title[:17] for each in articles(overview(demo, question))} == {"Coastguard lowers"}


@pytest.mark.parametrize("question", ["Summarise this article", "Summarise “The moon is made of cheese”"])
def test_without_an_article_to_sum_up_there_is_a_hint_and_nothing_is_made_up(demo, question):
    answer = demo.ask(question)
    assert (answer.answered_by, answer.citations) == ("guide", ())
    assert "for example: Summarise “" in answer.text


def test_what_is_new_has_the_lead_of_the_newest_stories_newest_first(demo):
    found = overview(demo, "What's new?")
    days = [article.published for article in articles(found)]
    assert len(found) == MOST_ARTICLES
    assert days == sorted(days, reverse=True)
    assert days[0] == max(article.published for article in demo.articles() if article.published)
    assert len({article.story for article in articles(found)}) == len(found)
    assert all(statement.text.endswith(f"[{day:%-d %B %Y}]") for statement, day in zip(found, days, strict=True))


def test_what_is_new_keeps_to_the_time_asked_about(demo):
    after, before = date(2024, 3, 28), date(2024, 4, 3)
    found = overview(demo, "What is new?", after=after, before=before)
    assert found
    assert all(after <= article.published <= before for article in articles(found))
    assert not overview(demo, "What is new?", after=date(2030, 1, 1))


def test_news_about_a_topic_are_of_articles_about_it_newest_first(demo):
    found = overview(demo, "What is new about the marsh fever vaccine?")
    assert articles(found)[0].published == date(2024, 4, 11)
    assert all("vaccine" in article.full_text for article in articles(found))


def test_changes_are_quoted_oldest_first_each_with_its_date(demo):
    found = overview(demo, "What changed about the death toll of the Lady Brenna?")
    days = [article.published for article in articles(found)]
    assert len(days) > 1
    assert days == sorted(days)
    assert any("[7 March 2024]" in statement.text for statement in found)


@pytest.mark.parametrize(
    "question",
    [
        "Timeline of the Tolmin landslide",
        "What's new about Zorblax?",
        "News of Macron",
        "News about the professor of Latin",
    ],
)
def test_there_is_no_overview_of_what_no_article_is_about(demo, question):
    assert not overview(demo, question)


def test_what_is_left_of_a_question_about_an_outlet_asks_for_its_topic():
    """ "What did the Herald report on the fire?" is left as "What on the fire?"."""
    assert overview_task("What on the fire?") is None
    assert overview_task("What on the fire?", has_source=True) == OverviewTask("topic", "the fire")


def test_of_a_topic_each_article_tells_one_sentence_the_oldest_first(demo):
    found = overview(demo, "Tell me everything about the death toll of the Lady Brenna")
    days = [article.published for article in articles(found)]
    assert len(days) > 1
    assert days == sorted(days)
    assert len(overview(demo, "The death toll of the Lady Brenna: what do you know about it?")) <= MOST_ARTICLES
    assert len(overview(demo, "Summarise the death toll of the Lady Brenna in one sentence")) == 1


def test_somebody_who_is_only_named_further_down_is_a_topic_too(empty, write):
    opening = "".join(f"Mill number {n} of the old town lost its roof in the gale on Monday. " for n in range(12))
    write("a.md", f"---\npublished: 2024-03-05\n---\n# Gale\n\n{opening}\n\nThe miller Ada Lund lost two sheep.")
    folder = write("b.md", f"---\npublished: 2024-03-06\n---\n# Roofs\n\n{opening.replace('lost', 'got')}").parent
    empty.ingest([folder])
    assert [each.text for each in overview(empty, "What do you know about Ada Lund?")] == [
        "The miller Ada Lund lost two sheep. [5 March 2024]"
    ]


def test_what_happened_is_read_first_and_else_told_as_an_overview(demo):
    plain = demo.ask("What happened at the moon landing?")
    assert plain.refused
    assert plain.passages


def test_undated_articles_are_no_news(empty, write):
    empty.ingest([write("a.md", "# The mill\n\nMr. Orsk sold the mill to the northern bank.")])
    assert not overview(empty, "What's new?")
    assert not overview(empty, "Timeline of the mill")


def test_copies_of_a_story_are_told_once(empty, write):
    text = " ".join(f"Mill number {n} of the old town of Orsk lost its roof in the gale on Monday." for n in range(9))
    for name in "abc":
        folder = write(f"{name}.md", f"---\npublished: 2024-03-05\n---\n# Mills {name}\n\n{text}").parent
    empty.ingest([folder])
    assert len(overview(empty, "What's new?")) == 1
    assert len(overview(empty, "Timeline of the mill")) == 1


def test_furniture_is_never_quoted(empty, write):
    page = """---
published: 2024-03-05
---
# The mill is sold

Sign up to our newsletter for more stories about the mill.

Mr. Orsk sold the mill in the old town to the northern bank on Monday.

The bank wants to make a hotel of the mill. The town had hoped for a museum in the mill.

Subscribe to the paper to read all stories about the mill. All rights reserved."""
    empty.ingest([write("a.md", page)])
    (article,) = empty.articles()
    for question in ("What's new?", "News about the mill", "Summarise this article"):
        found = overview(empty, question, article=article.id)
        assert found[0].text.startswith("Mr. Orsk sold the mill")
        assert not any("Sign up" in each.text or "ubscribe" in each.text for each in found)


def test_hostile_topics_are_only_topics(demo):
    for topic in (
        "<script>alert(1)</script>",
        "'; DROP TABLE articles; --",
        'NEAR("a" b, 5) OR *',
        "\x00 \ud800",
        "(" * 900,
    ):
        for question in (
            f"What's new about {topic}?",
            f"Summarise “{topic}”",
            f"Timeline of {topic}",
            f"Compare {topic} and {topic} on it",
        ):
            task = overview_task(question)
            if task:
                article = find_article(task, demo.collection, EVERYTHING)
                find_passages(task, article, demo.collection, EVERYTHING, COUNT)
                assert len(hint(task, demo.collection)) < 300


@pytest.mark.real
def test_with_the_real_model_the_demonstration_is_summed_up_by_its_leads(real_index):
    from assistant import Assistant, Settings

    assistant = Assistant(Settings(index_dir=real_index))
    for article in assistant.articles():
        found = overview(assistant, "Summarise this article", article=article.id)
        assert found
        assert min(statement.citations[0].start for statement in found) < len(article.full_text) / 3
