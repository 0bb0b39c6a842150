"""The chat page, in Gradio."""

import time
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

import gradio as gr

from assistant import feedback, guide
from assistant.chain import Assistant
from assistant.logs import event
from assistant.quota import Quota
from assistant.records import Answer
from assistant.render import answer_html, answer_json, escaped
from index.errors import CollectionError, OnrecordError, QuestionError

THEME = gr.themes.Soft(font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"])
"""Fonts of the reader's own machine: the page loads nothing from elsewhere."""

QUESTIONS_AT_ONCE = 2
VERDICTS = "100/hour"
"""From a visitor; more are dropped."""

SESSIONS_KEPT = 500
"""Of open pages, each some 50 kB; beyond, the oldest one's next answer is kept as a conversation of its own."""

CONVERSATIONS_KEPT = 20
"""In the reader's browser, which sends them along when one is saved."""


class _Chat(gr.ChatInterface):  # type: ignore[misc]
    """Gradio's chat, with its history readable after a restart and bounded."""

    def _save_conversation(self, *given: Any) -> tuple[int, list[Any]]:  # noqa: ANN401
        index, saved = super()._save_conversation(*given)
        return index, saved[:CONVERSATIONS_KEPT]


def build(assistant: Assistant) -> gr.Blocks:
    """The page: a chat that streams, with example questions; its API has `/chat` (HTML) and `/ask` (JSON)."""
    asking = _Asking(assistant)
    verdicts = Quota(assistant.settings.index_dir, "verdicts", VERDICTS)

    def chat(message: str, history: list[Any], request: gr.Request) -> Iterator[str]:
        try:
            for answer in asking.stream(message, request):
                yield answer_html(answer)
        except OnrecordError as error:
            yield f'<div class="answer problem"><p class="said">{escaped(_told(error))}</p></div>'

    def ask(
        question: str,
        request: gr.Request,
        after: str = "",
        before: str = "",
        publisher: str = "",
        author: str = "",
        article: str = "",
    ) -> dict[str, Any]:
        wanted = {"after": after, "before": before, "publisher": publisher, "author": author, "article": article}
        try:
            *_, answer = asking.stream(question, request, wanted)
            return answer_json(answer)
        except OnrecordError as error:
            raise gr.Error(_told(error), print_exception=False) from error

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
                feedback_options=("Like", "Dislike", *feedback.REASONS),
                height="68vh",
                elem_id="conversation",
            ),
            textbox=gr.Textbox(label="Ask a question", placeholder="Ask a question", submit_btn=True, stop_btn=True),
            flagging_mode="never",
            save_history=True,
            concurrency_limit=QUESTIONS_AT_ONCE,
            analytics_enabled=False,
        )
        page.state_session_capacity = SESSIONS_KEPT
        # Not a secret: without one of its own the page couldn't read its history after the server was started anew.
        interface.saved_conversations.secret = "onrecord"  # noqa: S105
        interface.new_chat_button.icon = None
        interface.new_chat_button.parent.elem_id = "history"
        interface.chatbot.like(judge, interface.chatbot, api_visibility="private", queue=False)
        page.load(lambda: _greeting(assistant), None, interface.chatbot, api_visibility="private", queue=False)
        gr.api(ask, api_name="ask")
    return page


class _Asking:
    """Questions from visitors: within their quota, about the page that they are on, and logged."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self._quota = Quota(assistant.settings.index_dir, "questions", assistant.settings.quota)

    def stream(
        self, question: str, request: gr.Request, wanted: Mapping[str, str] = MappingProxyType({})
    ) -> Iterator[Answer]:
        """Growing snapshots of the answer. Raises QuestionError for a visitor who has asked too much."""
        scope = request.request.scope
        wait = self._quota.seconds_to_wait(scope["onrecord.visitor"])
        if wait:
            raise QuestionError(f"You have asked as much as is allowed for now. Ask again in {wait} seconds.")
        began = time.perf_counter()
        for answer in self._assistant.stream(question, request.query_params.get("article", ""), **wanted):
            yield answer
        facts = {"question": question} if self._assistant.settings.log_questions else {}
        event(
            "answer",
            id=scope["onrecord.request"],
            ms=round(1000 * (time.perf_counter() - began)),
            refused=answer.refused,
            citations=len(answer.citations),
            **facts,
        )


def _told(error: OnrecordError) -> str:
    """What a visitor is told: a mistake in the question as it is, of the rest nothing that tells of the server."""
    if isinstance(error, QuestionError):
        return str(error)
    event("problem", error=str(error))
    if isinstance(error, CollectionError):
        return "There are no articles to answer from yet. Ask whoever runs this chat to add some."
    return "The answer couldn't be written just now. Try again in a moment, or tell whoever runs this chat."


def _greeting(assistant: Assistant) -> gr.Chatbot:
    """What an empty conversation shows: how to ask, and questions that the articles answer that are in now."""
    try:
        assistant.collection.require_articles()
    except CollectionError:
        return gr.Chatbot(
            placeholder="There are no articles yet. Whoever runs this chat adds them: `onrecord add`, or /admin.",
            examples=[],
        )
    examples = [{"text": question} for question in guide.example_questions(assistant.collection)]
    return gr.Chatbot(placeholder="Ask what somebody said or did, who, where, when or how many.", examples=examples)
