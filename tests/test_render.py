import json
import re
from dataclasses import replace

import pytest

from assistant import render
from assistant.answer import Answer, Citation, Statement
from assistant.web import answer_html
from index.ingest import demo_folder

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "![x](https://evil.example/x.png)",
    "[click](javascript:alert(1))",
    "https://evil.example and www.evil.example",
    "**bold** `code` $$x$$ ~~gone~~ # head | table",
    "&lt;b&gt;",
    '" onmouseover="alert(1)',
]


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_in_a_text_is_a_tag_a_link_or_markdown(text):
    shown = answer_html.escaped(text)
    for special in ("<", ">", '"', "`", "*", "[", "]", "!", "$", "|", "~", "://", "www."):
        assert special not in shown


def test_plain_words_stay_as_they_are():
    assert answer_html.escaped("He said “no” - it's 5.4% (or so).") == "He said “no” - it's 5.4% (or so)."


def test_an_answers_html_shows_the_quotation_and_leads_to_it_in_its_article(demo):
    answer = demo.ask("What did the Transport Ministry deny?")
    shown = answer_html.answer_html(answer)
    for citation in answer.citations:
        assert f"“{answer_html.escaped(citation.quote)}”" in shown
        assert f'href="articles/{citation.article.id}?quote={citation.start}-{citation.end}#quote1"' in shown
        assert answer_html.escaped(citation.article.title) in shown
        assert f'class="original" href="{citation.article.url}#:~:text=' in shown
        assert render.article_line(citation.article) in shown


@pytest.mark.parametrize(
    ("quote", "fragment"),
    [
        ("He didn’t, say so", "He%20didn%E2%80%99t%2C%20say%20so"),
        ("off-ramp & more", "off%2Dramp%20%26%20more"),
        ("a b c d e f g h i j k l m n", "a%20b%20c%20d%20e%20f,i%20j%20k%20l%20m%20n"),
    ],
)
def test_the_original_is_opened_at_the_quotation(demo, quote, fragment):
    article = replace(demo.articles()[0], url="https://x.example/a?b=c#old")
    assert render.original_url(article, quote) == f"https://x.example/a?b=c#:~:text={fragment}"
    assert render.original_url(replace(article, url=None), quote) == ""


def test_quotations_that_overlap_are_highlighted_as_one(demo):
    article = demo.articles()[0]
    cited = [Citation(1, "", start, end, article) for start, end in ((30, 40), (0, 10), (5, 20))]
    assert answer_html.article_path(cited) == f"articles/{article.id}?quote=0-20,30-40#quote1"


def test_hostile_articles_are_shown_as_text(empty, write):
    for number, text in enumerate(HOSTILE):
        write(f"{number}.txt", f"Orsk {text}\n\nMr. Orsk denied {text} on Monday in {number}.")
    empty.ingest([write("x.txt", "Rain\n\nIt rained.").parent])
    shown = answer_html.answer_html(empty.ask("What did Orsk deny?"))
    assert "<script" not in shown
    assert "<img" not in shown
    assert "](" not in shown
    assert re.findall(r'href="(?!articles/\w+\?quote=[\d,-]+#quote1"|said[/?][\w%.=-]*")', shown) == []


def test_a_refusal_shows_the_closest_passages_as_such(demo):
    answer = demo.ask("what did Zelensky say?")
    assert "don't say" in answer_html.answer_html(answer)
    assert 'class="cite"' not in answer_html.answer_html(answer)
    assert answer_html.answer_html(answer).count('class="closest"') == render.CLOSEST
    assert "The closest passages:" in render.answer_text(answer)


def test_the_json_of_an_answer_holds_what_its_object_holds(demo):
    answer = demo.ask("What did the Transport Ministry deny?")
    values = json.loads(json.dumps(answer.to_dict()))
    assert values["text"] == answer.text
    assert [c["quote"] for c in values["citations"]] == [c.quote for c in answer.citations]
    assert values["citations"][0]["article"]["published"] == answer.citations[0].article.published.isoformat()
    assert len(values["passages"]) == len(answer.passages)
    assert str(demo_folder()) not in json.dumps(values)


def test_a_follow_up_shows_the_question_that_it_was_read_as_to_be_edited(demo):
    answer = replace(demo.ask("What did the Transport Ministry deny?"), understood="What did *he* <b>deny</b>?")
    shown = answer_html.answer_html(answer)
    assert shown.startswith(
        '<div class="answer"><p class="understood">Understood as: '
        "<em>What did &#42;he&#42; &#60;b&#62;deny&#60;/b&#62;?</em> "
        '<button class="edit">Edit</button></p><p class="said">'
    )
    assert render.answer_text(answer).startswith("(Understood as: What did *he* <b>deny</b>?)\n\n")
    assert "nderstood" not in answer_html.answer_html(replace(answer, understood=""))
    assert "nderstood" not in render.answer_text(replace(answer, understood=""))


def test_what_was_guessed_from_the_questions_words_is_a_chip_that_names_its_field(demo):
    answer = demo.ask("What did the Transport Ministry deny in March 2024?")
    shown = answer_html.answer_html(replace(answer, question="and in March?", understood=answer.question))
    assert '<button class="chip" name="dates">in March 2024 ×</button>' in shown
    assert shown.index('class="understood"') < shown.index('class="chip"') < shown.index('class="said"')
    assert "`onrecord ask --ignore dates` searches all" in render.answer_text(answer)


def test_the_words_that_answer_are_bold_where_they_stand_and_not_where_they_stand_first():
    text = "In 2023, 23 people came."
    shown = answer_html.answer_html(Answer("q", "q", sentences=(Statement(text, marked=(9, 11)),)))
    assert "In 2023, <strong>23</strong> people came." in shown


@pytest.mark.parametrize("text", HOSTILE)
def test_a_sentence_that_nothing_backs_is_marked_and_says_why(text):
    answer = Answer("q", "q", sentences=(Statement(f"It paid. {text}", flag=f"The passages say {text}."),))
    shown = answer_html.answer_html(answer)
    sentence, _, rest = shown.partition('<sup><button class="flag">&#91;not backed by the articles&#93;</button>')
    assert sentence == f'<div class="answer"><p class="said"><span class="flagged">It paid. {answer_html.escaped(text)}'
    card = f'<span class="card" role="tooltip">The passages say {answer_html.escaped(text)}.</span>'
    assert rest == f"{card}</sup></span></p></div>"
    told = f"(Not backed by the articles: “It paid. {text}” The passages say {text}.)"
    assert told in render.answer_text(answer)
