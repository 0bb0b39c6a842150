"""The chat page, in Gradio."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import gradio as gr

from assistant.answer import Answer
from assistant.answering import about_collection
from assistant.assistant import Assistant
from assistant.web import feedback
from assistant.web.answer_html import answer_html, problem_html
from assistant.web.answer_record import signed, signing_key
from assistant.web.history import turns
from assistant.web.quota import Quota
from assistant.web.visitor_questions import VisitorQuestions, message_for_visitor
from index.errors import CollectionError, OnrecordError

THEME = gr.themes.Soft(font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"])
"""Uses fonts of the reader's own machine, so that the page loads nothing from other hosts."""

VERDICTS = "100/hour"
"""Verdicts taken from one visitor; more are dropped."""

SESSIONS_KEPT = 500
"""Open pages that the server remembers, some 50 kB each. The next answer in an older page starts a conversation."""

CONVERSATIONS_KEPT = 20
"""Conversations kept in the reader's browser, which sends them all along when one is saved."""

WAITING = '<div class="answer"><p class="hint doing">One moment …</p></div>'
"""Shown until the first snapshot of an answer, while other questions are answered."""


TO_REMARKS = '<a href="said" target="_blank" rel="noopener">Who said what</a>'
"""Opens beside the chat, and beside the page around the widget."""


class _Chat(gr.ChatInterface):  # type: ignore[misc]
    """Gradio's chat with a bounded history."""

    def _save_conversation(self, *given: Any) -> tuple[int, list[Any]]:  # noqa: ANN401
        index, saved = super()._save_conversation(*given)
        return index, saved[:CONVERSATIONS_KEPT]


def build(assistant: Assistant, questions: VisitorQuestions) -> gr.Blocks:
    """Return the page: a chat that streams, with example questions. Its API has `/chat` (HTML) and `/ask` (JSON)."""
    handlers = _Handlers(assistant, questions)
    with gr.Blocks(title="onrecord", analytics_enabled=False) as page:
        gr.Markdown("# onrecord\nAnswers from your news articles, every sentence quoted and cited.", elem_id="heading")
        if assistant.collection.parser is not None:
            gr.HTML(TO_REMARKS, elem_id="remarks")
        interface = _chat_interface(handlers)
        page.state_session_capacity = SESSIONS_KEPT
        # Not a secret: with a random one, the page couldn't read its history after a restart of the server.
        interface.saved_conversations.secret = "onrecord"  # noqa: S105
        interface.new_chat_button.icon = None
        interface.new_chat_button.parent.elem_id = "history"
        interface.chatbot.like(handlers.judge, interface.chatbot, api_visibility="private", queue=False)
        page.load(handlers.greet, None, interface.chatbot, api_visibility="private", queue=False)
        gr.api(handlers.ask, api_name="ask", concurrency_limit=None)
    return page


def _chat_interface(handlers: "_Handlers") -> _Chat:
    return _Chat(
        handlers.chat,
        api_name="chat",
        examples=["What is this about?"],  # replaced when the page loads
        cache_examples=False,
        chatbot=gr.Chatbot(
            label="Conversation",
            show_label=False,
            latex_delimiters=[],
            allow_file_downloads=False,
            buttons=[],
            autoscroll=False,  # it would scroll to the answer's end; static/chat.js scrolls to its beginning
            feedback_options=("Like", "Dislike", *feedback.REASONS),
            height="max(24rem, 100dvh - 14rem)",
            elem_id="conversation",
        ),
        textbox=gr.Textbox(label="Ask a question", placeholder="Ask a question", submit_btn=True, stop_btn=True),
        flagging_mode="never",
        save_history=True,
        concurrency_limit=None,  # VisitorQuestions limits the questions of the page and the API together
        analytics_enabled=False,
    )


class _Handlers:
    """What happens when a reader asks, judges an answer, or opens the page."""

    def __init__(self, assistant: Assistant, questions: VisitorQuestions) -> None:
        self._assistant, self._questions = assistant, questions
        self._key = signing_key(assistant.settings.index_dir)
        self._verdicts = Quota(VERDICTS)

    async def chat(self, message: str, history: list[Any], request: gr.Request) -> AsyncIterator[str]:
        """Yield the answer's growing HTML."""
        shown = WAITING
        try:
            past, page, ignore = turns(history, self._key), _page(request), _ignored(request)
            snapshots = self._questions.stream(message, request.request, past, page, ignore=ignore)
            async with aclosing(snapshots):
                async for answer in snapshots:
                    shown = self._message(answer) if answer else shown
                    yield shown  # the same again too: Gradio notices only then that a reader has left
        except OnrecordError as error:
            yield problem_html(message_for_visitor(error))

    async def ask(
        self,
        question: str,
        request: gr.Request,
        after: str = "",
        before: str = "",
        publisher: str = "",
        author: str = "",
        article: str = "",
        ignore: str = "",
    ) -> dict[str, Any]:
        """Return the answer's document; `ignore` lists fields with commas between them."""
        filters = {"after": after, "before": before, "publisher": publisher, "author": author, "article": article}
        try:
            page, fields = _page(request), _listed(ignore)
            snapshots = self._questions.stream(question, request.request, page=page, filters=filters, ignore=fields)
            *_, last = [answer async for answer in snapshots if answer]
            return last.to_dict()
        except OnrecordError as error:
            raise gr.Error(message_for_visitor(error), print_exception=False) from error

    def judge(self, history: list[Any], data: gr.LikeData, request: gr.Request) -> None:
        """Keep a reader's verdict on an answer that this server gave."""
        verdict = feedback.verdict_on(history, data.index, data.liked, self._key)
        if verdict and not self._verdicts.seconds_to_wait(request.request.scope["onrecord.visitor"]):
            feedback.save(self._assistant.settings.index_dir, verdict)

    def greet(self) -> gr.Chatbot:
        """Return what an empty conversation shows: how to ask, and questions that today's articles answer."""
        collection = self._assistant.collection
        try:
            collection.require_articles()
        except CollectionError:
            return gr.Chatbot(
                placeholder="There are no articles yet. An operator adds them with `onrecord add` or at /admin.",
                examples=[],
            )
        examples = [{"text": question} for question in about_collection.example_questions(collection)]
        return gr.Chatbot(placeholder="Ask what somebody said or did, who, where, when or how many.", examples=examples)

    def _message(self, answer: Answer) -> str:
        """Return an answer's HTML, with its record once there is something to quote or to refuse."""
        return answer_html(answer, signed(answer, self._key) if answer.sentences or answer.refused else "")


def _page(request: gr.Request) -> str:
    """Return the article that the reader is looking at, which the widget gives in the address of the chat."""
    article: str = request.query_params.get("article", "")
    return article


def _ignored(request: gr.Request) -> list[str]:
    """Return the guesses that the reader took back by clicking a chip, from the address of the chat."""
    return _listed(request.query_params.get("ignore", ""))


def _listed(fields: str) -> list[str]:
    return [field for field in fields.split(",") if field]
