"""The chat page, in Gradio."""

from collections.abc import Iterator
from typing import Any

import gradio as gr

from assistant import guide
from assistant.chain import Assistant
from assistant.render import answer_html, answer_json, escaped
from index.errors import OnrecordError

THEME = gr.themes.Soft(font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"])
"""Fonts of the reader's own machine: the page loads nothing from elsewhere."""

QUESTIONS_AT_ONCE = 4

STYLE = """
.gradio-container { max-width: 60rem !important; width: 100% !important; margin: 0 auto !important; }
.message details { border-top: 1px solid var(--border-color-primary); padding: .4rem 0; font-size: .92em; }
.message summary { cursor: pointer; }
.message blockquote { margin: .4rem 0 .2rem; }
.message mark { background: #ffe58a; color: #1f1f1f; padding: 0 .1em; border-radius: .15em; }
.message sup { color: var(--color-accent); font-weight: 600; padding-left: .1em; }
textarea[data-testid="textbox"] { border: 1px solid var(--border-color-primary) !important; padding-left: .6em; }
button.example { border: 1px solid var(--border-color-primary) !important; }
"""


def build(assistant: Assistant) -> gr.Blocks:
    """The page: a chat that streams, with example questions; its API has `/chat` (HTML) and `/ask` (JSON)."""

    def chat(message: str, history: list[Any]) -> Iterator[str]:
        try:
            for answer in assistant.stream(message):
                yield answer_html(answer)
        except OnrecordError as error:
            yield escaped(str(error))

    def ask(question: str) -> dict[str, Any]:
        try:
            return answer_json(assistant.ask(question))
        except OnrecordError as error:
            raise gr.Error(str(error), print_exception=False) from error

    with gr.Blocks(title="onrecord", analytics_enabled=False) as page:
        gr.ChatInterface(
            chat,
            api_name="chat",
            title="onrecord",
            description="Answers from your news articles, every sentence quoted and cited.",
            examples=_examples(assistant),
            cache_examples=False,
            chatbot=gr.Chatbot(
                label="Conversation",
                show_label=False,
                placeholder="Ask what somebody said or did, who, where, when or how many.",
                latex_delimiters=[],
                allow_file_downloads=False,
                buttons=["copy"],
                height="68vh",
            ),
            textbox=gr.Textbox(label="Ask a question", placeholder="Ask a question", submit_btn=True),
            flagging_mode="never",
            concurrency_limit=QUESTIONS_AT_ONCE,
            analytics_enabled=False,
        )
        gr.api(ask, api_name="ask")
    return page


def _examples(assistant: Assistant) -> list[str]:
    try:
        return guide.example_questions(assistant.collection)
    except OnrecordError:
        return []
