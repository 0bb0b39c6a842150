"""The chat page as people use it, in a real browser on a real server."""

import json
import subprocess
import threading
import time

import pytest
from axe_playwright_python.sync_playwright import Axe

from assistant.answer import Answer, Statement
from assistant.web import feedback
from assistant.web.answer_html import answer_html
from tests.browsing import settle
from tests.chat_models import chat_model
from tests.serving import ONRECORD, environment, plain_gradio, running

pytestmark = pytest.mark.real

DENIED = "never threatened the Ukrainian people"


def ask(page, question):
    page.get_by_label("Ask a question").fill(question)
    page.keyboard.press("Enter")


def answered(page, words):
    """The last answer, once it is there and holds the words."""
    answer = page.locator(".answer", has_text=words).last
    answer.wait_for()
    page.get_by_test_id("submit-button").wait_for()
    settle(page)
    return answer


def test_a_citations_card_shows_the_quotation_and_where_it_stands(open_page, chat):
    page = open_page(chat)
    ask(page, "what did the Transport Ministry deny?")
    answer = answered(page, "broken tender rules")
    card = answer.locator(".card").first
    assert not card.is_visible()
    answer.locator(".cite").first.hover()
    assert card.is_visible()
    assert "hired Brackwater Marine" in card.inner_text()
    assert "Orvenia Press Agency, 1 March 2024" in card.inner_text()
    page.keyboard.press("Escape")
    assert not card.is_visible()


def test_a_citation_opens_its_article_beside_the_chat_at_the_quotation(open_page, chat):
    page = open_page(chat)
    ask(page, "what did Lavrov deny?")
    answered(page, DENIED).locator(".cite").first.click()
    article = page.frame_locator("#source iframe")
    mark = article.locator("mark")
    mark.wait_for()
    assert DENIED in mark.inner_text()
    box = mark.bounding_box()
    assert 0 < box["y"] < 860
    assert article.get_by_text("Mr Lavrov accused NATO of conspiring").is_visible()
    page.keyboard.press("Escape")
    page.locator("#source").wait_for(state="hidden")


def test_the_original_opens_at_the_quotation_and_learns_nothing_of_us(open_page, chat):
    page = open_page(chat)
    ask(page, "what did the Transport Ministry deny?")
    link = answered(page, "broken tender rules").get_by_role("link", name="original").first
    assert link.get_attribute("href").startswith("https://")
    assert "#:~:text=The%20Transport%20Ministry" in link.get_attribute("href")
    assert link.get_attribute("rel") == "noopener noreferrer"


def test_an_example_question_is_asked_by_a_click(open_page, chat):
    page = open_page(chat)
    page.get_by_text("What did the Transport Ministry deny?").click()
    answered(page, "broken tender rules")


def test_an_empty_collection_says_so_and_what_is_added_shows_without_a_restart(open_page, tmp_path):
    settings = {"ONRECORD_INDEX_DIR": str(tmp_path / "index"), "ONRECORD_EMBEDDING_MODEL": "words"}
    with running([str(ONRECORD), "serve"], tmp_path, **settings) as (address, _):
        page = open_page(address)
        page.get_by_text("There are no articles yet.").wait_for()
        assert page.locator("button.example").count() == 0
        ask(page, "what did Lavrov deny?")
        problem = answered(page, "There are no articles to answer from yet.")
        assert str(tmp_path) not in problem.inner_text()
        subprocess.run([ONRECORD, "add", "--demo"], env=environment(**settings), check=True, capture_output=True)
        page.reload()
        page.locator("button.example", has_text="What did Lavrov deny?").click()
        answered(page, DENIED)


def test_a_refusal_shows_the_closest_passages_and_how_to_ask_better(open_page, chat):
    page = open_page(chat)
    ask(page, "how many troops has NATO stationed there?")
    refusal = answered(page, "The articles don't say.")
    assert refusal.get_by_text("Try the name as the articles write it").is_visible()
    assert refusal.locator(".cite").count() == 0
    assert refusal.locator(".closest").count() == 3
    refusal.locator(".closest a").first.click()
    page.frame_locator("#source iframe").locator("mark").first.wait_for()


def test_a_long_answer_is_shown_from_its_beginning_and_the_reader_may_scroll(open_page, chat):
    page = open_page(chat, viewport={"width": 900, "height": 500})
    ask(page, "what did Lavrov deny?")
    answered(page, DENIED)
    ask(page, "what did Blinken deny?")
    refusal = answered(page, "The articles don't say.")
    log = page.get_by_role("log").bounding_box()
    question = page.get_by_test_id("user").last.bounding_box()
    assert log["y"] < question["y"] < log["y"] + 30
    assert refusal.bounding_box()["height"] > log["height"]
    page.mouse.move(log["x"] + 50, log["y"] + 50)
    page.mouse.wheel(0, -5_000)
    settle(page)
    assert page.get_by_test_id("user").first.bounding_box()["y"] > log["y"]


@pytest.mark.parametrize("question", ["<img src=x onerror=document.title='owned'>", "x" * 100_000, "hi"])
def test_whatever_is_typed_gets_a_reply_and_nothing_runs(open_page, chat, question):
    page = open_page(chat)
    ask(page, question)
    replies = {"x": "at most 1,000", "h": "Hello.", "<": "The articles don't say."}
    answered(page, replies[question[0]])
    assert page.title() == "onrecord"


def test_an_answer_is_copied_with_its_sources(open_page, chat):
    page = open_page(chat, permissions=["clipboard-read", "clipboard-write"])
    ask(page, "what did the Transport Ministry deny?")
    answered(page, "broken tender rules").get_by_text("Copy with citations").click()
    page.get_by_text("Copied").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "denied that it had broken tender rules" in copied
    assert "[1] Transport Ministry denies breaking tender rules" in copied
    assert "Orvenia Press Agency, 1 March 2024\n    https://" in copied
    assert "“" not in copied


def test_a_conversation_is_there_after_a_reload(open_page, chat):
    page = open_page(chat)
    ask(page, "what did Lavrov deny?")
    answered(page, DENIED)
    page.locator("#history td", has_text="what did Lavrov deny?").wait_for()
    page.reload()
    page.locator("#history td", has_text="what did Lavrov deny?").click()
    answered(page, DENIED)


MAYOR = "who was elected mayor of Dunmarrow?"


def test_a_follow_up_is_read_with_what_was_said_before_also_when_the_conversation_is_opened_again(open_page, chat):
    page = open_page(chat)
    ask(page, MAYOR)
    answered(page, "Elstrand")
    page.reload()
    page.locator("#history td", has_text=MAYOR).first.click()
    answered(page, "Elstrand")
    ask(page, "when was she elected?")
    understood = answered(page, "Understood as:").locator(".understood em").inner_text()
    assert "Elstrand" in understood
    assert "Sunday" in page.locator(".answer").last.locator(".said").inner_text()


def test_the_question_as_it_was_read_is_edited_by_keyboard_and_sent(open_page, chat):
    page = open_page(chat)
    ask(page, MAYOR)
    answered(page, "Elstrand")
    ask(page, "when was she elected?")
    understood = answered(page, "Understood as:").locator(".understood em").inner_text()
    edit = page.get_by_role("button", name=f"Edit the question: {understood}")
    edit.focus()
    page.keyboard.press("Enter")
    page.locator("textarea:focus").wait_for()
    assert page.get_by_label("Ask a question").input_value() == understood
    page.get_by_label("Ask a question").fill("What did the Transport Ministry deny?")
    page.keyboard.press("Enter")
    assert answered(page, "broken tender rules").locator(".understood").count() == 0
    assert page.get_by_test_id("user").count() == 3


def test_a_conversation_that_an_example_began_is_kept_too(open_page, chat):
    page = open_page(chat)
    page.locator("button.example", has_text="What did Lavrov deny?").click()
    answered(page, DENIED)
    page.locator("#history td", has_text="What did Lavrov deny?").wait_for()
    assert page.get_by_label("Ask a question").get_attribute("placeholder") == "Ask a question"


FLAGGED = Answer("q", "q", sentences=(Statement("It paid 50 million crowns.", flag="The passages say 40, not 50."),))


@pytest.mark.parametrize("touch", [False, True])
def test_a_sentence_that_nothing_backs_says_why_when_it_is_pointed_at_tapped_or_focused(open_page, chat, touch):
    page = open_page(chat, viewport={"width": 390, "height": 800}, has_touch=touch, is_mobile=touch)
    ask(page, "hi")
    answered(page, "Hello.").evaluate("(answer, html) => (answer.outerHTML = html)", answer_html(FLAGGED))
    flag = page.get_by_role("button", name="Not backed by the articles: The passages say 40, not 50.")
    card = page.locator(".flag + .card")
    assert not card.is_visible()
    if touch:
        flag.tap()
    else:
        flag.hover()
        assert card.is_visible()
        page.mouse.move(0, 0)
        assert not card.is_visible()
        flag.focus()
    card.wait_for()
    page.keyboard.press("Escape")
    assert not card.is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_thumb_with_its_reason_is_kept(open_page, chat, real_index):
    page = open_page(chat)
    ask(page, "what did Lavrov deny?")
    answered(page, DENIED)
    with page.expect_response(lambda response: response.url.endswith("/run/predict")):
        page.get_by_role("button", name="Like", exact=True).click()
    page.get_by_role("button", name="Feedback").click()
    with page.expect_response(lambda response: response.url.endswith("/run/predict")):
        page.get_by_text(feedback.SHOULD_REFUSE).click()
    kept = [verdict.verdict for verdict in feedback.verdicts(real_index)]
    assert kept == [feedback.GOOD, feedback.SHOULD_REFUSE]


def writes_slowly(handler):
    """A word every 0.3 seconds for half a minute, unless the asker goes away."""
    handler.server.asked.set()
    handler.start()
    for word in "Mr Lavrov has said a great deal about it, ".split() * 10:
        handler.say(f"{word} ")
        time.sleep(0.3)


@pytest.fixture(scope="module")
def slow_chat(real_index):
    """The address of a chat whose model is slow, and the model, whose events tell of its last question."""
    with chat_model(writes_slowly) as model:
        model.asked = threading.Event()
        settings = {
            "ONRECORD_INDEX_DIR": str(real_index),
            "ONRECORD_LLM": "openai:slow",
            "OPENAI_BASE_URL": model.url,
            "OPENAI_API_KEY": "none",
        }
        with running([str(ONRECORD), "serve"], real_index.parent, **settings) as (address, _):
            yield address, model


def being_answered(open_page, slow_chat, path="/"):
    """A page whose question the model has begun to answer."""
    address, model = slow_chat
    model.asked.clear()
    model.left.clear()
    page = open_page(address)
    page.goto(address + path)
    ask(page, "what did Lavrov deny?")
    assert model.asked.wait(30)
    return page


SOON = 3
"""Seconds; the model notices at its second word after."""


def test_stop_breaks_the_model_off_and_another_question_can_be_asked(open_page, slow_chat):
    page = being_answered(open_page, slow_chat)
    page.get_by_test_id("stop-button").click()
    assert slow_chat[1].left.wait(SOON)
    page.get_by_text("Stopped.").wait_for()
    field = page.get_by_label("Ask a question")
    field.fill("hi")
    assert field.get_attribute("placeholder") == "Ask a question"
    page.keyboard.press("Enter")
    answered(page, "Hello.")


def test_closing_the_page_breaks_the_model_off(open_page, slow_chat):
    page = being_answered(open_page, slow_chat)
    page.close()
    assert slow_chat[1].left.wait(SOON)


def test_closing_a_page_with_the_widget_breaks_the_model_off(open_page, slow_chat):
    page = being_answered(open_page, slow_chat, "/embed")
    page.close()
    assert slow_chat[1].left.wait(SOON)


def test_while_an_answer_is_written_no_other_conversation_can_be_opened(open_page, slow_chat):
    """Gradio would write the rest of the answer into that one."""
    page = being_answered(open_page, slow_chat)
    page.get_by_test_id("stop-button").wait_for()
    assert page.locator("#history").evaluate("history => history.inert")
    page.get_by_test_id("stop-button").click()
    page.get_by_test_id("submit-button").wait_for()
    assert not page.locator("#history").evaluate("history => history.inert")
    assert slow_chat[1].left.wait(SOON)


def test_it_fits_a_phone_and_the_source_covers_the_screen(open_page, chat):
    page = open_page(chat, viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True)
    ask(page, "what did Lavrov deny?")
    answer = answered(page, DENIED)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    answer.locator(".source").first.tap()
    page.frame_locator("#source iframe").locator("mark").wait_for()
    assert page.locator("#source").bounding_box()["width"] == 390
    page.get_by_role("button", name="Close").tap()
    page.locator("#source").wait_for(state="hidden")


def test_a_tap_on_a_citation_shows_its_card_and_another_the_source(open_page, chat):
    page = open_page(chat, viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True)
    ask(page, "what did Lavrov deny?")
    answer = answered(page, DENIED)
    answer.locator(".cite").first.tap()
    answer.locator(".card").first.wait_for()
    assert page.locator("#source").count() == 0
    answer.locator(".cite").first.tap()
    page.frame_locator("#source iframe").locator("mark").wait_for()


def test_it_is_dark_where_the_reader_wants_it_dark(open_page, chat):
    page = open_page(chat, color_scheme="dark")
    ask(page, "what did Lavrov deny?")
    answered(page, DENIED).locator(".cite").first.click()
    page.frame_locator("#source iframe").locator("mark").wait_for()
    ground = "e => getComputedStyle(e).backgroundColor.match(/\\d+/g).slice(0, 3).every(c => c < 60)"
    assert page.locator("body gradio-app").evaluate(ground)
    assert page.frame_locator("#source iframe").locator("body").evaluate(ground)


def test_the_keyboard_alone_is_enough(open_page, chat):
    page = open_page(chat)
    page.get_by_label("Ask a question").focus()
    page.keyboard.type("what did Lavrov deny?")
    page.keyboard.press("Enter")
    answered(page, DENIED)
    page.keyboard.type("And Blinken?")
    assert page.get_by_label("Ask a question").input_value() == "And Blinken?"
    reached = "document.activeElement.matches('.cite')"
    for _ in range(40):
        page.keyboard.press("Shift+Tab")
        if page.evaluate(reached):
            break
    assert page.evaluate(reached)
    assert page.locator(".card").first.is_visible()
    page.keyboard.press("Enter")
    page.frame_locator("#source iframe").locator("mark").wait_for()
    assert page.evaluate("document.activeElement.textContent") == "Close"
    page.keyboard.press("Enter")
    page.locator("#source").wait_for(state="hidden")
    assert page.evaluate(reached)


def test_a_screen_reader_hears_answers_as_they_come_and_names_of_sources(open_page, chat):
    page = open_page(chat)
    ask(page, "what did Lavrov deny?")
    answer = answered(page, DENIED)
    assert page.get_by_role("log").get_attribute("aria-live") == "polite"
    assert page.get_by_role("log").locator(".answer").count() == 1
    assert page.get_by_role("link", name="Source 1: “He reaffirmed Moscow’s stance").first.is_visible()
    assert "<" not in page.locator("[data-testid=bot]").last.get_attribute("aria-label")
    assert answer.get_by_role("button", name="Copy with citations").is_visible()


def findings(page):
    """The serious findings of axe-core, each as its rule and the element's HTML."""
    found = Axe().run(page).response["violations"]
    return [
        (violation["id"], node["html"])
        for violation in found
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"]
    ]


@pytest.mark.parametrize("look", ["light", "dark"])
def test_axe_finds_nothing_serious_in_our_markup_nor_beyond_an_empty_gradio_chats(open_page, browser, chat, look):
    with plain_gradio() as address:
        plain = browser.new_page(color_scheme=look)
        plain.goto(address)
        plain.locator("textarea").wait_for()
        theirs = {rule for rule, _ in findings(plain)}
        plain.close()
    page = open_page(chat, color_scheme=look)
    empty = findings(page)
    ask(page, MAYOR)
    answered(page, "Elstrand")
    ask(page, "when was she elected?")
    answered(page, "Understood as:")
    ask(page, "hi")
    answered(page, "Hello.").evaluate("(answer, html) => (answer.outerHTML = html)", answer_html(FLAGGED))
    ask(page, "what did Lavrov deny?")
    answered(page, DENIED)
    ask(page, "what did Blinken deny?")
    answered(page, "The articles don't say.").locator(".closest a").first.click()
    page.frame_locator("#source iframe").locator("mark").first.wait_for()
    assert [finding for finding in [*empty, *findings(page)] if finding[0] not in theirs] == []
    for ours in (".answer", "#source", "#heading"):
        inside = [
            each
            for each in Axe().run(page, context=ours).response["violations"]
            if each["impact"] in ("serious", "critical")
        ]
        assert inside == [], ours


def test_what_was_understood_of_the_time_is_a_chip_and_a_click_takes_it_back(chat, open_page):
    page = open_page(chat)
    ask(page, "what did the Transport Ministry deny in March 2024?")
    chip = page.get_by_role("button", name="Ask again without: in March 2024")
    chip.click()
    page.locator(".answer").nth(1).locator(".sources").wait_for()
    assert page.locator(".answer").nth(1).locator(".chip").count() == 0
    questions = page.get_by_test_id("user").all_inner_texts()
    assert questions == ["what did the Transport Ministry deny in March 2024?"] * 2
    record = json.loads(page.locator(".answer input.record").nth(1).input_value())
    assert record["ignored"] == ["dates"]
    assert "ignore" not in page.url


def test_the_copied_text_is_the_answer_of_the_record_with_the_publishers_addresses(chat, open_page):
    page = open_page(chat)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ask(page, "What did the Transport Ministry deny?")
    answered(page, "broken tender rules").get_by_role("button", name="Copy with citations").click()
    page.get_by_role("button", name="Copied").first.wait_for()
    record = json.loads(page.locator(".answer input.record").last.input_value())
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(f"{record['text']}\n\n[")
    article = record["citations"][0]["article"]
    assert f"{article['title']} — {article['publisher']}, " in copied
    assert copied.endswith(f"\n    {article['url']}")
