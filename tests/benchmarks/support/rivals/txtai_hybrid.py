"""txtai as its documentation has it for a local hybrid index with contents."""

from pathlib import Path

from txtai import Embeddings


class Hybrid:
    """Dense and BM25 scores, mixed half and half; contents in SQLite."""

    def __init__(self, model: str, folder: Path) -> None:
        self._folder = str(folder / "index")
        self._embeddings = Embeddings(path=model, method="sentence-transformers", hybrid=True, content=True)

    def index(self, names: list[str], texts: list[str]) -> None:
        self._embeddings.index(zip(names, texts, strict=True))
        self._embeddings.save(self._folder)

    def open(self) -> None:
        self._embeddings.load(self._folder)

    def search(self, question: str) -> list[str]:
        return [row["id"] for row in self._embeddings.search(question, 10)]
