"""LangChain as its documentation has it: FAISS and BM25 retrievers in an ensemble, half and half.

BM25Retriever splits at spaces unless told otherwise, which finds nothing in Chinese, so it is told to take pairs of
neighbouring characters; single ones too would double the time of a question, which goes through all documents for each.
It has no file of its own; it is pickled, which is quicker than to build it from the documents anew.
"""

import pickle
from itertools import pairwise
from pathlib import Path

from langchain_classic.retrievers import EnsembleRetriever
from langchain_community.retrievers import BM25Retriever
from langchain_community.vectorstores import FAISS
from langchain_core.documents import Document
from langchain_huggingface import HuggingFaceEmbeddings


def pairs(text: str) -> list[str]:
    """Pairs of neighbouring characters."""
    return list(map("".join, pairwise(text)))


class Ensemble:
    """An EnsembleRetriever over 10 results of each."""

    def __init__(self, model: str, folder: Path) -> None:
        self._folder = folder
        self._embeddings = HuggingFaceEmbeddings(model_name=model, encode_kwargs={"normalize_embeddings": True})

    def index(self, names: list[str], texts: list[str]) -> None:
        documents = [Document(text, metadata={"name": name}) for name, text in zip(names, texts, strict=True)]
        FAISS.from_documents(documents, self._embeddings).save_local(str(self._folder))
        words = BM25Retriever.from_documents(documents, k=10, preprocess_func=pairs)
        (self._folder / "bm25.pickle").write_bytes(pickle.dumps(words))

    def open(self) -> None:
        store = FAISS.load_local(str(self._folder), self._embeddings, allow_dangerous_deserialization=True)
        words = pickle.loads((self._folder / "bm25.pickle").read_bytes())
        meaning = store.as_retriever(search_kwargs={"k": 10})
        self._retriever = EnsembleRetriever(retrievers=[words, meaning], weights=[0.5, 0.5])

    def search(self, question: str) -> list[str]:
        return [document.metadata["name"] for document in self._retriever.invoke(question)][:10]
