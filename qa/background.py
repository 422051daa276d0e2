"""How rare a term is in Chinese and English at large, and how likely a document repeats one of a question.

The inverse document frequencies of an index of two documents are noise, so the reader weighs terms by a table
counted over the training corpora (`qa/training/background.py`), the same for every index. Some words only shape a
question, and what answers does not repeat them: 打算, 形容, 一共. Zhao and Callan (2010, Term necessity prediction)
call the share of relevant documents that hold a term its necessity; `qa/training/necessity.py` counts it.
"""

import zlib
from collections.abc import Sequence
from functools import cache, lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

TABLE = Path(__file__).parent / "reader_model" / "background.npz"
NECESSITY = TABLE.with_name("necessity.txt")
"""A line for each term that is repeated less often than others: the term, and how often, of what others are."""
STEP = 0.0625
"""Resolution of the stored frequencies, in nats."""


@lru_cache(maxsize=1)
def _table() -> tuple[NDArray[np.uint32], NDArray[np.uint8], float]:
    with np.load(TABLE) as table:
        return table["hashes"], table["idf"], float(table["unseen"])


def idf(terms: Sequence[str]) -> NDArray[np.float32]:
    """Inverse document frequency of lexical terms, shape (len(terms),), in nats; unseen terms get the highest."""
    hashes, values, unseen = _table()
    wanted = np.fromiter((zlib.crc32(t.encode()) for t in terms), dtype=np.uint32, count=len(terms))
    at = np.minimum(np.searchsorted(hashes, wanted), len(hashes) - 1)
    return np.where(hashes[at] == wanted, values[at] * np.float32(STEP), np.float32(unseen)).astype(np.float32)


@cache
def _needed() -> dict[str, float]:
    lines = NECESSITY.read_text(encoding="utf-8").splitlines()
    return {term: float(share) for term, share in map(str.split, lines)}


def necessity(terms: Sequence[str]) -> NDArray[np.float32]:
    """How often documents repeat terms of questions they answer, against all other terms; shape (len(terms),)."""
    known = _needed()
    return np.array([known.get(term, 1.0) for term in terms], dtype=np.float32)
