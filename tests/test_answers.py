"""Questions through the whole chain, with word counts in place of the embedding model."""

from dataclasses import replace
from itertools import pairwise

import pytest

from assistant import Assistant, render
from assistant.assistant import MOST_CHARACTERS
from assistant.checking.check import without_brackets
from assistant.search.retriever import fuse
from index.errors import QuestionError
from tests.conftest import SAMPLE


@pytest.fixture(scope="module")
def sample(tmp_path_factory) -> Assistant:
    from tests.conftest import words_settings

    assistant = Assistant(words_settings(tmp_path_factory.mktemp("sample"), minimum_score=0.45))
    assistant.ingest([SAMPLE])
    return assistant


@pytest.mark.parametrize("question", ["what did Lavrov deny?", "WHAT DID LAVROV DENY", "what did lavrof deny"])
def test_what_lavrov_denied_is_quoted_and_cited(sample, question):
    answer = sample.ask(question)
    assert "“never threatened the Ukrainian people” and has no plans to attack the country. [" in answer.text
    assert answer.answered_by == "quotation"


@pytest.mark.parametrize(
    "question",
    [
        "how many troops has NATO stationed there?",
        "what did Blinken deny?",
        "what did NATO deny?",
        "what did Macron accuse NATO of?",
        "how many warships is Spain deploying?",
        "what did Zelensky say?",
        "who is the president of Poland?",
        "who is the president of Ukraine?",
        "how many troops does Ukraine have?",
        "when did Russia abandon the treaty?",
        "who is the German foreign minister?",
    ],
)
def test_what_the_article_almost_says_is_refused_with_the_closest_passages(sample, question):
    answer = sample.ask(question)
    assert answer.refused
    assert (answer.text, answer.citations) == ("", ())
    assert answer.passages


def test_every_sentence_of_an_answer_is_an_exact_quotation(demo):
    for question in ("What did the Transport Ministry deny?", "Who was elected mayor of Dunmarrow?", "Elstrand"):
        answer = demo.ask(question)
        assert answer.sentences
        for sentence in answer.sentences:
            (citation,) = sentence.citations
            assert without_brackets(sentence.text, citation.article) == citation.quote
            assert citation.article.full_text[citation.start : citation.end] == citation.quote
            assert answer.passages[citation.number - 1].article == citation.article


def test_snapshots_only_grow(demo):
    snapshots = list(demo.stream("What did the Transport Ministry deny?"))
    assert not snapshots[0].passages
    assert snapshots[1].passages
    assert not snapshots[1].sentences
    for earlier, later in pairwise(snapshots):
        assert later.sentences[: len(earlier.sentences)] == earlier.sentences
        assert later.passages[: len(earlier.passages)] == earlier.passages
    assert set(snapshots[-1].usage["seconds"]) == {"read", "search", "answer"}


def test_captions_are_never_an_answer(sample):
    for question in ("Lavrov", "Sergei Lavrov", "who is Sergei Lavrov?"):
        assert "Sergei Lavrov" not in [sentence.text for sentence in sample.ask(question).sentences]


def test_a_bare_name_gives_what_is_said_of_it(sample):
    assert "Denmark" in sample.ask("Denmark").text


def test_a_misspelt_name_is_read_as_the_one_in_the_articles_and_says_so(sample):
    answer = sample.ask("what did Lavrof deny?")
    assert answer.standalone_question == "what did Lavrov deny?"
    assert "“Lavrof” is read as “Lavrov”." in answer.notice
    assert sample.ask("what did Zelensky say?").notice == ""


def test_an_undated_article_is_said_to_be_undated(sample, demo):
    assert "undated" in sample.ask("what did Lavrov deny?").notice
    assert "undated" not in demo.ask("What did the Transport Ministry deny?").notice


@pytest.mark.parametrize(
    ("typed", "reply"),
    [
        ("hi", "Hello. Ask what"),
        ("Good morning!", "Hello. Ask what"),
        ("thanks", "You're welcome."),
        ("what is this about?", "These are 33 articles from 5 publishers, dated 2024-02-27 to 2024-04-15"),
        ("what can I ask?", "“What did Lavrov deny?”"),
        ("help", "33 articles"),
        ("???", "33 articles"),
    ],
)
def test_what_people_also_type_gets_a_reply_that_helps(demo, typed, reply):
    answer = demo.ask(typed)
    assert reply in answer.text
    assert (answer.answered_by, answer.citations, answer.refused) == ("guide", (), False)


@pytest.mark.parametrize("question", ["", "  \n\t ", "\u200b"])
def test_an_empty_question_is_a_clear_error(demo, question):
    with pytest.raises(QuestionError, match=r"The question is empty\. Ask"):
        demo.ask(question)


def test_a_question_that_is_too_long_is_a_clear_error(demo):
    with pytest.raises(QuestionError, match="has 100,000 characters; at most 1,000 are read"):
        demo.ask("x" * 100_000)
    demo.ask("why " * (MOST_CHARACTERS // 4))


@pytest.mark.parametrize(
    "question",
    [
        "<script>alert(1)</script>",
        "'; DROP TABLE articles; --",
        'NEAR("a" b, 5) OR * AND NOT ^x {title}: "',
        "COVID-19 Biden's what? AND",
        "🌍🌍🌍",
        "Что отрицал Лавров?",
        "\x00\x1b[31m\ud800",
        "[1] [2] [99]",
    ],
)
def test_hostile_questions_are_only_questions(demo, question):
    answer = demo.ask(question)
    assert all(citation.quote in citation.article.full_text for citation in answer.citations)


def test_the_chain_is_a_langchain_runnable_that_streams_its_steps(demo):
    state = demo.chain.invoke({"question": "What did the Transport Ministry deny?"})
    given = {"question", "context", "wanted"}
    assert set(state) == given | {"standalone_question", "notice", "task", "overview", "passages", "sentences", "text"}
    assert state["text"].rstrip().endswith("]")
    assert [sentence.cited for sentence in state["sentences"]] == state["text"].splitlines()
    keys = [tuple(part) for part in demo.chain.stream({"question": "What did the Transport Ministry deny?"})]
    assert keys[1:4] == [("overview",), ("passages",), ("sentences", "text")]


def test_the_retriever_is_a_langchain_retriever(demo):
    from assistant.search.retriever import PassageRetriever

    documents = PassageRetriever(collection=demo.collection, count=3).invoke("ferry accident")
    assert len(documents) == 3
    assert documents[0].metadata["title"]


def test_the_same_text_in_two_articles_is_found_once(empty, write):
    for name in ("a", "b"):
        write(f"{name}.txt", f"Headline {name}\n\nThe roof of the old mill fell on Monday.")
    empty.ingest([write("c.txt", "Other\n\nThe sun shone.").parent])
    assert [passage.text for passage in empty.search("roof of the mill")].count(
        "The roof of the old mill fell on Monday."
    ) == 1


def test_a_lead_that_stands_before_its_passage_is_cited_where_it_stands(empty, write):
    told = " ".join(f"He said that mill number {n} of the old town had lost its roof on a Monday." for n in range(12))
    empty.ingest([write("a.txt", f"Mills\n\nMr. Orsk met the press. {told} He denied any neglect of the barn.")])
    answer = empty.ask("what did Orsk deny about the barn?")
    assert [sentence.text for sentence in answer.sentences] == [
        "Mr. Orsk met the press.",
        "He denied any neglect of the barn.",
    ]
    assert all(c.quote == c.article.full_text[c.start : c.end] for c in answer.citations)
    assert [c.quote for c in answer.citations] == [sentence.text for sentence in answer.sentences]
    first, second = answer.citations
    assert f"?quote={first.start}-{first.end},{second.start}-{second.end}#" in render.answer_html(answer)


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("When was the old bridge of Tarn opened?", "The old bridge of Tarn was not opened until 1985."),
        ("By what year had Orsk's vaccine reduced polio?", "By 1962, Orsk's vaccine had reduced polio by half."),
        ("Which state closed its old mills?", "Maine closed its old mills last winter."),
    ],
)
def test_what_only_looks_denied_or_said_or_owned_answers(empty, write, question, told):
    others = "The mayor of Tarn swam. Then Mr. Orsk met the press there. A polio ward was built in Maine."
    empty.ingest([write("a.txt", f"News of the day\n\n{others} {told}")])
    assert [sentence.text for sentence in empty.ask(question).sentences] == [told]


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("Who won the Lantern Prize in 2024?", True),
        ("Who won the Lantern Prize in 2023?", True),
        ("Who won the Lantern Prize in 2019?", False),
    ],
)
def test_a_year_that_is_asked_about_is_told_or_that_of_publication(empty, write, question, told):
    won = "Celia Morrowby won the Lantern Prize on Thursday. Last year the prize went to Anders Quill. "
    text = f"---\ntitle: Lantern Prize\ndate: 2024-03-22\n---\n{won}"
    empty.ingest([write("prize.md", text)])
    assert empty.ask(question).refused is not told


def test_copies_of_a_text_dont_outvote_a_better_passage(demo):
    """Four outlets print the wire's ferry story; before copies counted once, it came first for every question."""
    (copied, *_), (other, *_) = demo.collection.nearest("ferry rocks", 1), demo.collection.nearest("Cup final goal", 1)
    ranking = [other, copied, *[replace(copied, id=str(number)) for number in range(5)]]
    assert [passage.id for passage in fuse([ranking, ranking])] == [other.id, copied.id]


def test_a_given_article_is_looked_into_first_and_the_others_where_it_doesnt_answer(empty, write):
    """Two articles answer differently; the reader is on the page of one of them."""
    for name in ("north", "south"):
        text = f"# The {name} mill\n\nMr. Orsk sold the mill to the {name}ern bank."
        empty.ingest([write(f"{name}.md", f"---\nurl: https://x.example/{name}\n---\n{text}")])
    empty.ingest([write("barn.md", "# The barn\n\nMr. Falk burnt the barn on Monday.")])
    for name in ("north", "south"):
        answer = empty.ask("to whom did Orsk sell the mill?", page=f"https://x.example/{name}")
        assert {citation.article.title for citation in answer.citations} == {f"The {name} mill"}
        assert empty.ask("when did Falk burn the barn?", page=answer.citations[0].article.id).citations
    assert not empty.ask("to whom did Orsk sell the mill?", page="https://x.example/unknown").refused
