"""Parts that stand in for real ones where a test needs them small, counted or predictable."""

import hashlib
from collections.abc import Sequence

import numpy as np

from embeddings.analysis import terms
from embeddings.types import Vectors


class HashingEncoder:
    """Every term adds one to a place that its hash gives; counts what it was asked to embed."""

    def __init__(self, name: str = "hashing", dimension: int = 64) -> None:
        self.name = name
        self.dimension = dimension
        self.fingerprint = f"{name}-{dimension}"
        self.embedded: list[str] = []

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        return self._encode(texts)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        self.embedded.extend(texts)
        return self._encode(texts)

    def _encode(self, texts: Sequence[str]) -> Vectors:
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        for row, text in zip(vectors, texts, strict=True):
            for term in terms(text) or [""]:
                row[int.from_bytes(hashlib.sha256(term.encode()).digest()[:4], "big") % self.dimension] += 1
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors
