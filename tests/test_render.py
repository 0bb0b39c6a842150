import json

import pytest

from assistant import render

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
    shown = render.escaped(text)
    for special in ("<", ">", '"', "`", "*", "[", "]", "!", "$", "|", "~", "://", "www."):
        assert special not in shown


def test_plain_words_stay_as_they_are():
    assert render.escaped("He said “no” - it's 5.4% (or so).") == "He said “no” - it's 5.4% (or so)."


def test_an_answers_html_marks_the_quotation_in_its_passage(demo):
    answer = demo.ask("What did the Transport Ministry deny?")
    shown = render.answer_html(answer)
    for citation in answer.citations:
        assert f"<mark>{render.escaped(citation.quote)}</mark>" in shown
        assert render.escaped(citation.article.title) in shown
        assert f'href="{citation.article.url}" target="_blank" rel="noopener noreferrer"' in shown
        assert render.article_line(citation.article) in shown


def test_a_quotation_is_shown_from_its_paragraphs_first_letter_on(empty, write):
    empty.ingest(
        [write("a.txt", "Mill\n\nThe roof of the mill fell on Monday. Nobody was hurt.\n\nRain fell all day.")]
    )
    shown = render.answer_html(empty.ask("when did the roof of the mill fall?"))
    assert "<blockquote><mark>The roof of the mill fell on Monday.</mark> Nobody was hurt. …</blockquote>" in shown


def test_hostile_articles_are_shown_as_text(empty, write):
    for number, text in enumerate(HOSTILE):
        write(f"{number}.txt", f"Orsk {text}\n\nMr. Orsk denied {text} on Monday in {number}.")
    empty.ingest([write("x.txt", "Rain\n\nIt rained.").parent])
    shown = render.answer_html(empty.ask("What did Orsk deny?"))
    assert "<script" not in shown
    assert "<img" not in shown
    assert "evil.example/x.png)" not in shown
    assert "href" not in shown


def test_a_refusal_shows_the_closest_passages_as_such(demo):
    answer = demo.ask("what did Zelensky say?")
    assert "don't say" in render.answer_html(answer)
    assert "<mark>" not in render.answer_html(answer)
    assert "The closest passages:" in render.answer_text(answer)


def test_the_json_of_an_answer_holds_what_its_object_holds(demo):
    answer = demo.ask("What did the Transport Ministry deny?")
    values = json.loads(json.dumps(render.answer_json(answer)))
    assert values["text"] == answer.text
    assert [c["quote"] for c in values["citations"]] == [c.quote for c in answer.citations]
    assert values["citations"][0]["article"]["published"] == answer.citations[0].article.published.isoformat()
    assert len(values["passages"]) == len(answer.passages)
