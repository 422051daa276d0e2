"""Ours, as far as the rivals go, and all the way."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[4]))

from embeddings.documents import from_text  # noqa: E402
from qa import Assistant  # noqa: E402


class Search:
    """What the rivals do too, retrieval by words and meaning; each passage is a document."""

    def __init__(self, model: str, folder: Path) -> None:
        self._assistant = Assistant.open(folder / "index", model=model or None)
        self._assistant.index.encoder.encode_queries([""])  # the rivals load their models here too

    def index(self, names: list[str], texts: list[str]) -> None:
        self._assistant.index.add_documents(from_text(text, name) for name, text in zip(names, texts, strict=True))
        self._assistant.close()

    def open(self) -> None:
        """The constructor has opened it."""

    def search(self, question: str) -> list[str]:
        return [hit.document for hit in self._assistant.retrieve(question, limit=10, mode="hybrid")]


class Answers(Search):
    """All that an answer takes: retrieval, the reader, checked quotations."""

    def search(self, question: str) -> list[str]:
        answer = self._assistant.ask(question)
        return [c.document for c in answer.citations] + [hit.document for hit in answer.nearest]
