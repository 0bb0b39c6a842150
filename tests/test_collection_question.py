"""Questions about the collection are told from all others, with their topic, in three worlds and many wordings."""

import pytest

from assistant.answering.collection_question import MOST_LISTED, CollectionQuestion, collection_question
from assistant.answering.phrasing import plain_question

COUNTS = {
    "How many articles do you have?": "",
    "how many articles are in here?": "",
    "What is the number of articles?": "",
    "How large is the collection?": "",
    "How many of your articles mention Pinefield?": "Pinefield",
    "In how many articles does Carla Dunmore appear?": "Carla Dunmore",
    "How many stories on the strike do you have?": "the strike",
    "How many articles are there about the tram line?": "the tram line",
    "how often are the wolves mentioned": "the wolves",
    "How many articles contain the word arson?": "arson",
    "Number of articles about Rosa Vint": "Rosa Vint",
}
LISTS = {
    "List all articles about the bridge": "the bridge",
    "Could you please list all the articles about the bridge?": "the bridge",
    "Do you have articles about the storm?": "the storm",
    "Do you have the article about the storm?": "the storm",
    "got anything on Tarn Valley?": "Tarn Valley",
    "Hi, do you by any chance know anything about Ruth Calder?": "Ruth Calder",
    "Is there an article on the winter games?": "the winter games",
    "any articles on nettles?": "nettles",
    "Which articles mention both Dunmore and the bridge?": "both Dunmore and the bridge",
    "Find every article in which Lena Dahl is mentioned": "Lena Dahl",
    "Is Lena Dahl mentioned anywhere?": "Lena Dahl",
    "What have you got on fences?": "fences",
    "What's in the archive about fishermen?": "fishermen",
    "Has anything been written about the crash?": "the crash",
    "search for articles about inflation": "inflation",
    "What articles are there?": "",
    "list the articles": "",
    "Show me all headlines": "",
}
BYLINES = {
    "Who wrote about the storm?": ("authors", "the storm"),
    "Who is the author of the article on the fire?": ("authors", "the fire"),
    "which reporter covered the bank?": ("authors", "the bank"),
    "Which authors are there?": ("authors", ""),
    "Which outlets reported on the wolf?": ("outlets", "the wolf"),
    "which paper had the story that the fine was halved?": ("outlets", "the fine was halved"),
    "Which newspapers do you have?": ("outlets", ""),
    "What are your sources?": ("outlets", ""),
}
SPANS = [
    "From when to when are the articles?",
    "how far back do your articles go?",
    "What period does the archive cover?",
    "which years do you cover?",
    "How recent are the articles?",
]
OTHERS = [
    "How many people died?",
    "How many ships does Veltra have?",
    "How many articles does the treaty have?",
    "Which article of the constitution bans torture?",
    "Who wrote the report on the harbour?",
    "Who wrote the song?",
    "What did she write about the war?",
    "What does the article say about the captain?",
    "How did the story describe the wolf?",
    "Where was the report published?",
    "What items are on the agenda?",
    "Who mentioned the bridge?",
    "Did Dunmore mention rents?",
    "What is the problem mentioned?",
    "Do the police know anything about the fire?",
    "Is there anything wrong with the bridge?",
    "What did something contain?",
    "How many newspapers were closed?",
    "Which reporter was arrested?",
    "Who is the author of the law?",
    "What are the sources of income?",
    "When was the last strike?",
    "how far back does the tradition go",
    "How old is Sund?",
    "What do you think about the bridge?",
    "",
]


def asked(question, **given):
    return collection_question(plain_question(question).question, **given)


@pytest.mark.parametrize(("question", "topic"), COUNTS.items())
def test_a_number_of_articles_is_asked_for(question, topic):
    assert (asked(question).kind, asked(question).topic) == ("count", topic)


@pytest.mark.parametrize(("question", "topic"), LISTS.items())
def test_a_list_of_articles_is_asked_for(question, topic):
    assert (asked(question).kind, asked(question).topic) == ("list", topic)


@pytest.mark.parametrize(("question", "kind"), BYLINES.items())
def test_authors_or_outlets_are_asked_for(question, kind):
    assert (asked(question).kind, asked(question).topic) == kind


@pytest.mark.parametrize("question", SPANS)
def test_the_dates_of_the_articles_are_asked_for(question):
    assert asked(question) == CollectionQuestion("span")


@pytest.mark.parametrize("question", OTHERS)
def test_another_question_is_none_about_the_collection(question):
    assert asked(question) is None


@pytest.mark.parametrize(
    ("question", "most", "oldest_first"),
    [
        ("What are the newest articles?", MOST_LISTED, False),
        ("What is the latest article about the bridge?", 1, False),
        ("When was the newest article published?", 1, False),
        ("show the three newest articles", 3, False),
        ("Show me the 2 oldest articles about wolves", 2, True),
        ("What's the oldest article you have?", 1, True),
        ("Show me the 500 newest articles", MOST_LISTED, False),
    ],
)
def test_the_newest_or_the_oldest_are_asked_for(question, most, oldest_first):
    found = asked(question) or asked("What are the newest articles?")
    assert (found.kind, found.most, found.oldest_first) == ("list", most, oldest_first)


def test_to_mention_is_less_than_to_be_about():
    assert asked("Which articles mention wolves?").is_mention
    assert not asked("Which articles are about wolves?").is_mention


@pytest.mark.parametrize(
    "question", ["On the fire?", "Covered the fire?", "Anything about the fire?", "When about the fire?"]
)
def test_what_is_left_of_a_question_about_an_outlet_asks_for_its_articles(question):
    """ "Has the Herald reported on the fire?" is left as "On the fire?"; without an outlet that asks for none."""
    assert asked(question, has_source=True).topic == "the fire"


@pytest.mark.parametrize("question", ["What?", "What about?", "Which articles?", "Anything?"])
def test_without_a_topic_all_articles_of_an_outlet_are_asked_for(question):
    assert asked(question, has_source=True) == CollectionQuestion("list")


def test_what_an_outlet_says_of_a_topic_is_no_question_for_a_list():
    assert asked("What about the fire?", has_source=True) is None
