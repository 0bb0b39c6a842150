import pytest

from assistant.search.spelling import correct_names

TEXT = (
    "Yesterday Helen Marsh met Pia Augusta and Ravi Sundar in the town hall. "
    "Later Marsh, Augusta and Sundar told Haldane that the bridge would stay closed."
)


@pytest.fixture
def collection(empty, tmp_path):
    (tmp_path / "bridge.md").write_text(f"# The bridge stays closed\n\n{TEXT}\n")
    empty.ingest([tmp_path / "bridge.md"])
    return empty.collection


@pytest.mark.parametrize(
    "question",
    [
        "What did Haldane say in March?",
        "What did Haldane say in August?",
        "What did Haldane say on Sunday?",
        "what happened to the bridge in march",
    ],
)
def test_a_month_or_weekday_is_never_read_as_a_name(collection, question):
    assert correct_names(question, collection) == (question, "")


@pytest.mark.parametrize(
    ("question", "corrected"),
    [("What did Marsk say?", "What did Marsh say?"), ("what did Haldene say?", "what did Haldane say?")],
)
def test_a_misspelt_name_is_read_as_the_one_in_the_articles(collection, question, corrected):
    assert correct_names(question, collection)[0] == corrected
