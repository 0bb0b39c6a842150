"""Questions about the collection are answered from the catalog: counts, lists, bylines, dates."""

import json
from datetime import date

import pytest

from assistant import Assistant
from assistant.render import answer_text
from assistant.web.answer_html import answer_html
from tests.conftest import words_settings

TODAY = date(2025, 6, 2)
HILLS = [
    (
        "Wolves return to the Kestel hills",
        "Valley Post",
        "Íñigo Sáez",
        "2023-01-10",
        "Three wolves were seen on Monday.",
    ),
    ("Farmers demand fences", "Valley Post", "Íñigo Sáez", "2023-02-02", "Farmers want fences against wolves."),
    ("Wolf shot near Ostra", "Nord-Kurier", None, "2023-05-20", "A wolf was shot. Lena Dahl called it a crime."),
    ("New tram line opens", "The Observer", "Kim Lund", "2023-09-04", "Line 7 opened on Monday. Rosa Vint rode in it."),
    ("Nettle soup", None, None, None, "Wash the nettles. Cook them for ten minutes, longer than Lena Dahl does."),
]
HARBOUR = [
    (
        "Cod quota falls by a third",
        "Telmouth Herald",
        "Ruth Mayer",
        "2025-01-20",
        "The cod quota falls to 8,000 tonnes.",
    ),
    ("Storm takes two boats", "Telmouth Herald", "Nils Farrow", "2025-03-03", "A storm took two boats from Sarn."),
    ("Court stops bridge", "Sarn Gazette", "Ann Orsk", "2025-02-04", "A court stopped the bridge over the Sarn."),
]


def assistant_of(folder, rows):
    names = ("title", "publisher", "author", "published", "text")
    records = [dict(zip(names, row, strict=True)) | {"url": f"https://e.example/{at}"} for at, row in enumerate(rows)]
    (folder / "articles.json").write_text(json.dumps(records))
    assistant = Assistant(words_settings(folder / "index"), today=lambda: TODAY)
    assistant.ingest([folder / "articles.json"])
    return assistant


@pytest.fixture(scope="module")
def hills(tmp_path_factory):
    return assistant_of(tmp_path_factory.mktemp("hills"), HILLS)


@pytest.fixture(scope="module")
def harbour(tmp_path_factory):
    return assistant_of(tmp_path_factory.mktemp("harbour"), HARBOUR)


def replied(assistant, question, **given):
    """The first sentence of the reply, and the titles that it lists; every quotation is exact."""
    answer = assistant.ask(question, **given)
    assert (answer.answered_by, answer.refused) == ("guide", False)
    for number, citation in enumerate(answer.citations, 1):
        article = citation.article
        assert (citation.number, article.full_text[citation.start : citation.end]) == (number, citation.quote)
        assert answer.passages[number - 1].article == article
        assert article.title in answer.sentences[number].text
    return answer.sentences[0].text, [citation.article.title for citation in answer.citations]


def test_articles_that_mention_something_are_counted_and_listed_newest_first(hills, harbour):
    assert replied(hills, "How many articles mention wolves?") == (
        "2 articles mention “wolves”:",
        ["Farmers demand fences", "Wolves return to the Kestel hills"],
    )
    assert replied(hills, "Which articles mention Lena Dahl?")[1] == ["Wolf shot near Ostra", "Nettle soup"]
    assert replied(harbour, "How many articles mention the bridge?")[0] == "1 article mentions “the bridge”:"


def test_what_an_article_is_about_stands_in_its_opening(tmp_path):
    filler = "".join(
        f"On day {day} the weather was fair and people in the old town were glad of it. " for day in range(20)
    )
    rows = [
        (
            "Mill burns",
            "Gazette",
            None,
            "2024-01-01",
            f"The mill burnt. {filler}Mr Orsk wept at the gate of the mill that evening.",
        )
    ]
    rows.append(("Orsk resigns", "Gazette", None, "2024-01-02", "Mr Orsk resigned."))
    assistant = assistant_of(tmp_path, rows)
    assert replied(assistant, "List all articles about Orsk") == (
        "1 article is about “Orsk”, and 1 more mentions it:",
        ["Orsk resigns"],
    )
    assert replied(assistant, "List all articles that mention Orsk")[1] == ["Orsk resigns", "Mill burns"]


def test_the_citation_of_a_listed_article_has_the_words_of_the_topic(hills):
    (citation,) = hills.ask("Is there anything about Rosa Vint?").citations
    assert citation.quote == "Rosa Vint rode in it."


@pytest.mark.parametrize(
    ("question", "count"),
    [
        ("How many articles mention the storm or the bridge?", 2),
        ("How many articles mention the cod quota?", 1),
        ("How many articles mention the quota of cod?", 1),
        ("How many articles mention “took two boats”?", 1),
        ("Which articles mention both the storm and the boats?", 1),
    ],
)
def test_words_together_all_of_them_or_one_of_two_are_looked_for(harbour, question, count):
    assert len(replied(harbour, question)[1]) == count


@pytest.mark.parametrize("question", ["How many articles mention elephants?", "Do you have anything about elephants?"])
def test_nothing_found_is_said_in_one_line(hills, question):
    assert replied(hills, question) == ("No article mentions “elephants”.", [])


def test_all_articles_are_counted_with_their_outlets_and_dates(harbour):
    text, listed = replied(harbour, "How many articles do you have?")
    assert text.startswith("These are 3 articles from 2 publishers, dated 20 January 2025 to 3 March 2025: ")
    assert not listed
    assert replied(harbour, "how far back do your articles go?")[0].endswith("from 20 January 2025 to 3 March 2025.")


def test_restrictions_in_the_question_count(hills, harbour):
    assert replied(hills, "How many articles did the Post publish in 2023?")[0] == (
        "There are 2 articles from Valley Post published in 2023:"
    )
    assert replied(hills, "which articles did inigo saez write in february 2023?")[1] == ["Farmers demand fences"]
    assert replied(harbour, "articles from February 2025")[1] == ["Court stops bridge"]
    assert replied(harbour, "Has the Herald reported on the bridge?")[0] == (
        "No article from Telmouth Herald mentions “the bridge”."
    )


def test_the_filter_counts_too(hills):
    assert (
        replied(hills, "Which articles mention wolves?", publisher="Nord-Kurier")[0] == "No article mentions “wolves”."
    )
    assert replied(hills, "list all articles", after="2023-05-01", before="2023-05-31")[1] == ["Wolf shot near Ostra"]


def test_in_one_article_nothing_is_counted(hills):
    (article,) = (each for each in hills.articles() if each.title == "Nettle soup")
    assert hills.ask("How many articles mention wolves?", article=article.id).answered_by != "guide"


def test_who_wrote_about_something_is_told_with_the_outlet(hills, harbour):
    assert replied(harbour, "Who wrote about the storm?")[0] == "Nils Farrow (Telmouth Herald) wrote about “the storm”:"
    assert replied(hills, "Which outlets reported on the wolf?")[0] == "Nord-Kurier wrote about “the wolf”:"
    assert (
        replied(hills, "Which outlets wrote about fences or wolves?")[0]
        == "Valley Post wrote about “fences or wolves”:"
    )
    assert replied(harbour, "Which authors are there?")[0].count("1 article") == 3
    assert hills.ask("Who wrote about elephants?").refused


def test_what_somebody_wrote_is_listed(hills):
    opening, listed = replied(hills, "What did Íñigo Sáez write about?")
    assert opening == "There are 2 articles by Íñigo Sáez:"
    assert listed == ["Farmers demand fences", "Wolves return to the Kestel hills"]


def test_the_newest_and_the_oldest_are_told(hills):
    assert replied(hills, "What is the newest article?")[1] == ["New tram line opens"]
    assert replied(hills, "the two oldest articles")[1] == [
        "Wolves return to the Kestel hills",
        "Farmers demand fences",
    ]
    assert replied(hills, "the two oldest articles")[0] == "There are 5 articles; the oldest 2:"


def test_an_outlet_answers_in_sentences_of_its_own_articles_or_not_at_all(hills, harbour):
    answer = harbour.ask("What does the Herald say about the storm?")
    assert "A storm took two boats" in answer.text
    assert [guess.value for guess in answer.guesses] == ["Telmouth Herald"]
    refusal = hills.ask("What does the Observer say about the wolf?")
    assert (refusal.refused, refusal.notice) == (True, "No article from The Observer answers this.")
    assert {passage.article.publisher for passage in refusal.passages} == {"The Observer"}


def test_a_reader_may_take_the_outlet_back(harbour):
    answer = harbour.ask("How many articles did the Herald publish?", ignore=["publisher"])
    assert answer.text.startswith("These are 3 articles")


@pytest.mark.parametrize(
    ("question", "says", "nearest"),
    [
        ("What happened today?", "No article was published on 2 June 2025.", "Storm takes two boats"),
        ("Find today's news about the port", "No article was published on 2 June 2025.", "Storm takes two boats"),
        ("What's new since May 2025?", "No article was published since 1 May 2025.", "Storm takes two boats"),
        (
            "How many articles were published in 1998?",
            "No article was published in 1998.",
            "Cod quota falls by a third",
        ),
        (
            "What did the Gazette report in 1998?",
            "No article from Sarn Gazette was published in 1998.",
            "Court stops bridge",
        ),
    ],
)
def test_for_an_empty_period_the_nearest_article_is_named(harbour, question, says, nearest):
    text, listed = replied(harbour, question)
    assert text.startswith(f"{says} The articles are from ")
    assert listed == [nearest]


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ("How many articles were published in May?", "There is 1 article published in May 2023:"),
        ("How many articles were published in September?", "There is 1 article published in September 2023:"),
        ("How many articles were published in October?", "No article was published in October 2024."),
        ("How many articles were published in May 2025?", "No article was published in May 2025."),
        ("How many articles were published since May?", "No article was published since 1 May 2025."),
    ],
)
def test_a_month_without_a_year_is_the_latest_one_with_articles(hills, question, says):
    assert replied(hills, question)[0].startswith(says)


@pytest.mark.parametrize(
    "question",
    ["How many of the articles are from 2023?", "List everything you have from 2023", "Which articles date from 2023?"],
)
def test_a_period_may_stand_apart_from_the_articles(hills, question):
    text, listed = replied(hills, question)
    assert "published in 2023" in text
    assert len(listed) == 4


def test_a_refusal_says_that_its_period_is_empty(harbour):
    answer = harbour.ask("Who burnt the mill in 1998?")
    assert answer.refused
    assert answer.notice == ("No article was published in 1998. The articles are from 20 January 2025 to 3 March 2025.")


def test_an_answer_is_given_whatever_its_period(harbour):
    answer = harbour.ask("How many boats did the storm take in 1998?")
    assert answer.refused or not answer.notice


def test_a_list_is_shown_once_with_links_to_the_articles(harbour):
    answer = harbour.ask("List all articles of the Telmouth Herald")
    assert answer.text.count("“Cod quota falls by a third” (Telmouth Herald, 20 January 2025). [2]") == 1
    for shown in (answer_text(answer), answer_html(answer)):
        assert shown.count("Cod quota falls by a third") == 1
    assert "https://e.example/0" in answer_text(answer)
    assert [each["article"]["title"] for each in answer.to_dict()["citations"]][1] == "Cod quota falls by a third"
    assert harbour.verify(answer.to_dict()).stands


def test_of_many_articles_ten_are_listed(tmp_path):
    rows = [(f"Report {day}", "Gazette", None, f"2024-01-{day:02}", "The mill turned.") for day in range(1, 16)]
    opening, listed = replied(assistant_of(tmp_path, rows), "Which articles mention the mill?")
    assert opening == "15 articles mention “the mill”; the newest 10:"
    assert (listed[0], len(listed)) == ("Report 15", 10)


def test_misspelt_names_are_corrected_in_a_topic(hills):
    answer = hills.ask("How many articles mention Rosa Vintt?")
    assert answer.text.startswith("1 article mentions")


def test_hostile_topics_are_only_topics(hills):
    for topic in ('"', "'; DROP TABLE articles; --", "NEAR(a b, 5)", "<b>x</b>", "*", "a AND OR NOT", "(" * 300, "[1]"):
        answer = hills.ask(f"How many articles mention {topic} and wolves?")
        assert "<b>" not in answer_html(answer)
