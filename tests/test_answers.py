"""Questions through the whole chain, with word counts in place of the embedding model."""

from dataclasses import replace
from itertools import pairwise

import pytest

from assistant import Assistant, Turn
from assistant.answering import plan
from assistant.answering.agreement import roles_exchanged
from assistant.assistant import MOST_CHARACTERS
from assistant.checking.check import without_notes
from assistant.search.retriever import fuse
from assistant.web.answer_html import answer_html
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
            assert without_notes(sentence.text, citation.article) == citation.quote
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
        ("what is this about?", "These are 33 articles from 5 publishers, dated 27 February 2024 to 15 April 2024"),
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
    request = {"question": "What did the Transport Ministry deny?"}
    state = demo.chain.invoke(request)
    added = {"understood", "plan", "search", "passages", "statements", "notices", "answered_by", "tokens"}
    assert set(state) == {"question"} | added
    keys = [tuple(part) for part in demo.chain.stream(request)]
    assert keys[:4] == [
        ("question",),
        ("understood",),
        ("plan",),
        ("search", "passages", "statements", "notices"),
    ]
    assert keys[-1] == ("answered_by", "tokens")


@pytest.mark.parametrize(
    ("question", "history"),
    [
        ("What did the Transport Ministry deny?", []),
        ("and the prime minister?", [Turn("What did the Transport Ministry deny?", "It denied a breach.")]),
        ("What did the Transport Ministry deny in March 2024?", []),
        ("What's new about the strike?", []),
        ("Summarise “The moon is made of cheese”", []),
        ("what did Zelensky say?", []),
        ("hello", []),
    ],
)
def test_the_chain_does_what_ask_does(demo, question, history):
    state = demo.chain.invoke({"question": question, "history": history})
    answer = demo.ask(question, history)
    assert tuple(state["statements"]) == answer.sentences
    assert tuple(state["passages"]) == answer.passages
    assert state["answered_by"] == answer.answered_by
    assert state["understood"].question == (answer.understood or question)


@pytest.mark.parametrize("question", ["", "x" * 100_000])
def test_the_chain_refuses_the_questions_that_ask_refuses(demo, question):
    with pytest.raises(QuestionError):
        demo.chain.invoke({"question": question})


def test_a_search_without_an_answer_shows_nothing_before_the_next_one_is_made(demo):
    """The demonstration has articles from the period, but they don't answer: then all are searched."""
    snapshots = list(demo.stream("What did Lavrov deny in March 2024?"))
    assert snapshots[-1].sentences
    assert "so all articles were searched" in snapshots[-1].notice
    assert all(not each.passages or each.passages == snapshots[-1].passages for each in snapshots)


def test_an_overviews_task_is_read_once_and_its_article_looked_for_once(demo, monkeypatch):
    calls = []

    def counted(function):
        return lambda *given, **named: calls.append(function.__name__) or function(*given, **named)

    for name in ("overview_task", "find_article"):
        monkeypatch.setattr(f"assistant.answering.plan.{name}", counted(getattr(plan, name)))
    assert demo.ask("Summarise the article about the lowered ferry toll").sentences
    assert calls == ["overview_task", "find_article"]


def test_what_a_question_says_of_the_time_is_ignored_if_the_reader_wants_that(demo):
    question = "What did the Transport Ministry deny in March 2024?"
    assert demo.ask(question).guesses
    answer = demo.ask(question, ignore=["dates"])
    assert (answer.guesses, answer.ignored) == ((), ("dates",))
    assert answer.standalone_question == "What did the Transport Ministry deny?"
    with pytest.raises(QuestionError, match="'day' can't be ignored"):
        demo.ask(question, ignore=["day"])


def test_the_retrievers_documents_are_json_and_carry_no_whole_article(demo):
    from assistant.retrieve import PassageRetriever

    retriever = PassageRetriever(collection=demo.collection, count=3)
    documents = retriever.invoke("ferry accident")
    assert len(documents) == 3
    for document in documents:
        restored = type(document).model_validate_json(document.model_dump_json())
        assert restored == document
        article = demo.article(document.metadata["article"])
        assert article.full_text[document.metadata["start"] : document.metadata["end"]] == document.page_content
        assert len(document.model_dump_json()) < len(document.page_content) + 700


EXCHANGED = [
    ("Chelsea beat Arsenal 3-1 on Saturday.", "Arsenal beat Chelsea 3-1 on Saturday."),
    ("Miller sued Baker on Tuesday.", "Baker sued Miller on Tuesday."),
    ("Orsk lent Falk 500 crowns in May.", "Falk lent Orsk 500 crowns in May."),
    ("Norway sold Peru 12 ferries in 2019.", "Peru sold Norway 12 ferries in 2019."),
    ("Arsenal was beaten by Chelsea on Saturday.", "Arsenal beat Chelsea on Saturday."),
]


@pytest.mark.parametrize(("one", "other"), EXCHANGED)
def test_sentences_in_which_two_have_changed_places_dont_say_the_same(one, other):
    assert roles_exchanged(one, other)
    assert roles_exchanged(other, one)


@pytest.mark.parametrize(
    ("sentences", "question"),
    [(EXCHANGED[2], "How many crowns were lent in May?"), (EXCHANGED[3], "How many ferries were sold in 2019?")],
)
def test_sentences_in_which_two_have_changed_places_are_both_shown_and_cited_apart(empty, write, sentences, question):
    for name, text in zip("ab", sentences, strict=True):
        folder = write(f"{name}.txt", f"Report {name}\n\n{text}").parent
    empty.ingest([folder])
    statements = empty.ask(question).sentences
    assert {statement.text for statement in statements} == set(sentences)
    assert all([citation.quote for citation in each.citations] == [each.text] for each in statements)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Chelsea beat Arsenal 3-1 on Saturday.", "On Saturday Chelsea beat Arsenal 3-1."),
        ("Chelsea beat Arsenal 3-1 on Saturday.", "Arsenal was beaten 3-1 by Chelsea on Saturday."),
        ("Orsk met the press in Tarn in May.", "In May Orsk met the press in Tarn."),
    ],
)
def test_sentences_that_say_the_same_in_another_order_agree(one, other):
    assert not roles_exchanged(one, other)


def test_a_sentence_that_agrees_is_cited_by_its_own_place(empty, write):
    folder = write(
        "a.txt", "The toll\n\nNine people died in the ferry accident off Skarn on Monday, the coastguard said."
    ).parent
    write(
        "b.txt",
        "A quiet week\n\nIt rained. The coastguard said nine people died in the ferry accident off Skarn on Monday.",
    )
    empty.ingest([folder])
    (statement,) = empty.ask("How many people died in the ferry accident?").sentences
    assert len(statement.citations) == 2
    assert all(
        citation.quote == citation.article.full_text[citation.start : citation.end] for citation in statement.citations
    )
    assert {citation.answer for citation in statement.citations} == {"Nine", "nine"}


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
    assert f"?quote={first.start}-{first.end},{second.start}-{second.end}#" in answer_html(answer)


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
    won = "Celia Morrowby won the Lantern Prize on Thursday. Anders Quill won the Lantern Prize last year. "
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


def test_of_several_cited_articles_it_is_said_how_many_are_undated(empty, write):
    write("a.md", "# Fair\n\nThe fair in Orsk drew 4,000 visitors.")
    folder = write(
        "b.md", "---\npublished: 2024-03-05\n---\n# Fair again\n\nThe fair in Orsk drew 5,000 visitors."
    ).parent
    empty.ingest([folder])
    answer = empty.ask("How many visitors did the fair in Orsk draw?")
    assert len({citation.article.id for citation in answer.citations}) == 2
    assert answer.notice == "One of the articles is undated."
