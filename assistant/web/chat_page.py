"""The chat page, in Gradio."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import gradio as gr

from assistant.answering import about_collection
from assistant.assistant import Assistant
from assistant.render import answer_html, escaped
from assistant.web import feedback
from assistant.web.history import turns
from assistant.web.quota import Quota
from assistant.web.visitor_questions import VisitorQuestions, message_for_visitor
from index.errors import CollectionError, OnrecordError

THEME = gr.themes.Soft(font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"])
"""Fonts of the reader's own machine: the page loads nothing from elsewhere."""

VERDICTS = "100/hour"
"""From a visitor; more are dropped."""

SESSIONS_KEPT = 500
"""Of open pages, each some 50 kB; beyond, the oldest one's next answer is kept as a conversation of its own."""

CONVERSATIONS_KEPT = 20
"""In the reader's browser, which sends them along when one is saved."""

WAITING = '<div class="answer"><p class="hint doing">One moment …</p></div>'
"""Shown until the first snapshot of an answer, while other questions are answered."""


class _Chat(gr.ChatInterface):  # type: ignore[misc]
    """Gradio's chat, with its history readable after a restart and bounded."""

    def _save_conversation(self, *given: Any) -> tuple[int, list[Any]]:  # noqa: ANN401
        index, saved = super()._save_conversation(*given)
        return index, saved[:CONVERSATIONS_KEPT]


def build(assistant: Assistant, questions: VisitorQuestions) -> gr.Blocks:
    """The page: a chat that streams, with example questions; its API has `/chat` (HTML) and `/ask` (JSON)."""
    verdicts = Quota(VERDICTS)

    async def chat(message: str, history: list[Any], request: gr.Request) -> AsyncIterator[str]:
        shown = WAITING
        try:
            async with aclosing(
                questions.stream(message, request.request, turns(history), _page(request))
            ) as snapshots:
                async for answer in snapshots:
                    shown = answer_html(answer) if answer else shown
                    yield shown  # the same again too: Gradio notices only then that a reader has left
        except OnrecordError as error:
            yield f'<div class="answer problem"><p class="said">{escaped(message_for_visitor(error))}</p></div>'

    async def ask(
        question: str,
        request: gr.Request,
        after: str = "",
        before: str = "",
        publisher: str = "",
        author: str = "",
        article: str = "",
    ) -> dict[str, Any]:
        filters = {"after": after, "before": before, "publisher": publisher, "author": author, "article": article}
        try:
            snapshots = questions.stream(question, request.request, page=_page(request), filters=filters)
            *_, last = [answer async for answer in snapshots if answer]
            return last.to_dict()
        except OnrecordError as error:
            raise gr.Error(message_for_visitor(error), print_exception=False) from error

    def judge(history: list[Any], data: gr.LikeData, request: gr.Request) -> None:
        verdict = feedback.verdict_on(history, data.index, data.liked)
        if verdict and not verdicts.seconds_to_wait(request.request.scope["onrecord.visitor"]):
            feedback.save(assistant.settings.index_dir, verdict)

    with gr.Blocks(title="onrecord", analytics_enabled=False) as page:
        gr.Markdown("# onrecord\nAnswers from your news articles, every sentence quoted and cited.", elem_id="heading")
        interface = _Chat(
            chat,
            api_name="chat",
            examples=["What is this about?"],  # others take its place when the page loads
            cache_examples=False,
            chatbot=gr.Chatbot(
                label="Conversation",
                show_label=False,
                latex_delimiters=[],
                allow_file_downloads=False,
                buttons=[],
                autoscroll=False,  # to the answer's end: web/chat.js scrolls to its beginning
                feedback_options=("Like", "Dislike", *feedback.REASONS),
                height="max(24rem, 100dvh - 14rem)",
                elem_id="conversation",
            ),
            textbox=gr.Textbox(label="Ask a question", placeholder="Ask a question", submit_btn=True, stop_btn=True),
            flagging_mode="never",
            save_history=True,
            concurrency_limit=None,
            analytics_enabled=False,
        )
        page.state_session_capacity = SESSIONS_KEPT
        # Not a secret: without one of its own the page couldn't read its history after the server was started anew.
        interface.saved_conversations.secret = "onrecord"  # noqa: S105
        interface.new_chat_button.icon = None
        interface.new_chat_button.parent.elem_id = "history"
        interface.chatbot.like(judge, interface.chatbot, api_visibility="private", queue=False)
        page.load(lambda: _greeting(assistant), None, interface.chatbot, api_visibility="private", queue=False)
        gr.api(ask, api_name="ask", concurrency_limit=None)
    return page


def _page(request: gr.Request) -> str:
    """The article that the reader has before him, which the widget gives in the address of the chat."""
    article: str = request.query_params.get("article", "")
    return article


def _greeting(assistant: Assistant) -> gr.Chatbot:
    """What an empty conversation shows: how to ask, and questions that the articles answer that are in now."""
    try:
        assistant.collection.require_articles()
    except CollectionError:
        return gr.Chatbot(
            placeholder="There are no articles yet. Whoever runs this chat adds them: `onrecord add`, or /admin.",
            examples=[],
        )
    examples = [{"text": question} for question in about_collection.example_questions(assistant.collection)]
    return gr.Chatbot(placeholder="Ask what somebody said or did, who, where, when or how many.", examples=examples)
