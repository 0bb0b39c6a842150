"""Serves the plain recipe: a Gradio chat whose answer is LangChain's four nearest chunks.

`benchmarks.load` runs it as `python -m benchmarks.load_recipe PORT FOLDER`.
"""

import sys
from pathlib import Path

import gradio as gr

from benchmarks.data import demonstration
from benchmarks.systems import LangChainRecipe


class Chat(LangChainRecipe):
    """The recipe as a chat."""

    def reply(self, message: str, history: list) -> str:
        """Return the four chunks nearest to the message."""
        chunks = self._store.similarity_search(message, k=4)
        return "\n\n".join(f"> {each.page_content}\n\n{each.metadata['title']}" for each in chunks)


def main() -> None:
    """Add the demonstration articles and serve the chat."""
    port, folder = sys.argv[1:]
    recipe = Chat(Path(folder))
    recipe.add(demonstration()[0])
    demo = gr.ChatInterface(recipe.reply, api_name="chat")
    demo.launch(server_name="127.0.0.1", server_port=int(port), quiet=True)


if __name__ == "__main__":
    main()
