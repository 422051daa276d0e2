"""How rare a term is in Chinese and English at large.

The inverse document frequencies of an index of two documents are noise, so the reader weighs terms by a table
counted over the training corpora (`qa/training/background.py`), the same for every index.
"""

import zlib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

TABLE = Path(__file__).parent / "reader_model" / "background.npz"
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
