"""The retriever under the name that it had before `assistant.search`; programs import it from here."""

from assistant.search.retriever import PassageRetriever, retrieve

__all__ = ["PassageRetriever", "retrieve"]
