"""How closely texts take up each piece of a question: late interaction over the static encoder's token vectors.

The mean of a passage's token vectors blurs what a short question asks about. Here each token of the question looks for
the closest token of the text (the MaxSim of ColBERT, Khattab & Zaharia 2020), and counts by the squared length of its
vector, which training makes the greater the more a token tells. Tokens of two languages meet where their vectors do.
"""

from collections.abc import Sequence
from functools import lru_cache
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embeddings.encoders import StaticEncoder

Ids = NDArray[np.int32]


class Alignment:
    """One question, ready to be compared with texts; what it learns of a token it keeps. Safe to share by threads.

    `weight` has the shape (tokens of the question,) and the sum 1.
    """

    def __init__(self, question: str, encoder: StaticEncoder) -> None:
        self._encoder, self._lock = encoder, Lock()
        vectors = encoder.token_vectors(encoder.token_ids([question])[0])
        lengths = np.linalg.norm(vectors, axis=1)
        self._unit = vectors / np.maximum(lengths[:, None], 1e-9)
        self.weight: NDArray[np.float32] = lengths**2 / max(float(lengths @ lengths), 1e-9)
        self._known = np.empty((0, len(vectors)), dtype=np.float32)  # cosines, a row for each token met so far
        self._row = np.full(encoder.vocabulary, -1, dtype=np.int32)  # of each token of the vocabulary, in `_known`

    def closeness(self, ids: NDArray[np.integer[Any]]) -> NDArray[np.float32]:
        """Cosines of tokens with those of the question, shape (len(ids), tokens of the question)."""
        with self._lock:
            if len(new := distinct(ids[self._row[ids] < 0])):
                cosines = self._encoder.cosines(new, self._unit)
                self._row[new] = np.arange(len(self._known), len(self._known) + len(new))
                self._known = np.concatenate([self._known, cosines])
            found: NDArray[np.float32] = self._known[self._row[ids]]
            return found

    def best(self, texts: Sequence[Ids]) -> NDArray[np.float32]:
        """For each text and token of the question the closest cosine, shape (len(texts), tokens of the question)."""
        if not texts:
            return np.empty((0, len(self.weight)), dtype=np.float32)
        starts = np.cumsum([0, *map(len, texts[:-1])])
        closest: NDArray[np.float32] = np.maximum.reduceat(self.closeness(np.concatenate(texts)), starts, axis=0)
        return closest

    def shares(self, texts: Sequence[Sequence[str]]) -> NDArray[np.float32]:
        """How much of the question each text takes up, at most 1, shape (len(texts),); texts are given in parts."""
        ids = iter(self._encoder.token_ids([part for parts in texts for part in parts]))
        return self.best([np.concatenate([next(ids) for _ in parts]) for parts in texts]) @ self.weight


def distinct(ids: NDArray[np.integer[Any]]) -> NDArray[np.integer[Any]]:
    """Each id once, ascending; `np.unique` would import masked arrays at its first use."""
    ordered = np.sort(ids)
    first = np.append(True, ordered[1:] != ordered[:-1])[: len(ordered)]
    found: NDArray[np.integer[Any]] = ordered[first]
    return found


@lru_cache(maxsize=8)
def alignment(question: str, encoder: StaticEncoder) -> Alignment:
    """The alignment of a question, which retrieval and reading share."""
    return Alignment(question, encoder)
