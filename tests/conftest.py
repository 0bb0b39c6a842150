import os
from pathlib import Path

import pytest

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"

from assistant import Assistant, Settings
from index.ingest import demo_folder

ROOT = Path(__file__).parent.parent
SAMPLE = demo_folder() / "tensions-in-ukraine.txt"


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch):
    """No setting of the person who runs the tests reaches them."""
    for name in list(os.environ):
        if name.startswith(("ONRECORD_", "LANGSMITH_", "LANGCHAIN_", "OPENAI_")):
            monkeypatch.delenv(name)


def words_settings(folder: Path, **given) -> Settings:
    """Settings with word counts in place of the embedding model: everything else is real."""
    return Settings(index_dir=folder, embedding_model="words", **given)


@pytest.fixture
def empty(tmp_path) -> Assistant:
    return Assistant(words_settings(tmp_path / "index"))


@pytest.fixture(scope="session")
def demo(tmp_path_factory) -> Assistant:
    """All demonstration articles; not to be changed."""
    assistant = Assistant(words_settings(tmp_path_factory.mktemp("demo")))
    assistant.ingest([demo_folder()])
    return assistant


@pytest.fixture
def write(tmp_path):
    """Writes an article's file and returns its path."""

    def write(name: str, content: str | bytes) -> Path:
        path = tmp_path / "articles" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write
