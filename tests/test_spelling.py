import pytest

from assistant.search.spelling import correct_names

TEXTS = {
    "bridge": "Yesterday Helen Marsh met Pia Augusta and Ravi Sundar in the town hall. "
    "Later Marsh, Augusta and Sundar told Haldane that the bridge would stay closed.",
    "harbour": "The mayor of Telmouth, Carla Dunmore, opened the new harbour. In the evening, "
    "Dunmore said that the port had paid a fine of two million crowns.",
    "league": "On Sunday the club of Rovik dismissed its coach, Elena Marsden. In a statement, Rovik thanked Marsden "
    "for eleven seasons, and the league named its champions.",
}


@pytest.fixture
def collection(empty, tmp_path):
    for name, text in TEXTS.items():
        (tmp_path / f"{name}.md").write_text(f"# The news\n\n{text}\n")
    empty.ingest([tmp_path / f"{name}.md" for name in TEXTS])
    return empty.collection


@pytest.mark.parametrize(
    "question",
    [
        "What did Haldane say in March?",
        "What did Haldane say in August?",
        "What did Haldane say on Sunday?",
        "what happened to the bridge in march",
        "who spoke of finches at the ridge",
        "What did the Major think of Telmouth?",
        "How did the leagues of Roviks fare?",
        "What is NATO's view of RVIK?",
        "Who runs the avant-garde of Telmouth?",
        "What did Geneva's mayor say?",
    ],
)
def test_english_words_months_and_other_names_are_left_as_they_are(collection, question):
    assert correct_names(question, collection) == (question, "")


@pytest.mark.parametrize(
    ("question", "corrected"),
    [
        ("What did Marsk say?", "What did Marsh say?"),
        ("what did haldene say?", "what did Haldane say?"),
        ("who is the mayer of telmuth", "who is the mayor of Telmouth"),
        ("how high was the fien", "how high was the fine"),
        ("who is elena marsdn", "who is elena Marsden"),
        ("Why was the harbuor closed?", "Why was the harbour closed?"),
        ("Who dismised Marsden?", "Who dismissed Marsden?"),
        ("Who opened uTelmouth's harbour?", "Who opened Telmouth's harbour?"),
    ],
)
def test_a_misspelt_word_is_read_as_the_one_in_the_articles(collection, question, corrected):
    assert correct_names(question, collection)[0].lower() == corrected.lower()


def test_what_is_corrected_is_told(collection):
    assert correct_names("what did sundra say?", collection)[1] == "“sundra” is read as “Sundar”."
