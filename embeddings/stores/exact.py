"""Every vector compared, in numpy: the store of small indexes and the tail of large ones.

For some thousands of vectors it answers faster than FAISS takes to import.
"""

from collections.abc import Collection, Sequence
from threading import Lock
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from embeddings.types import Vectors


class _View(NamedTuple):
    """What a search works on; rows from `used` on are not yet in use."""

    rows: dict[int, int]  # id -> row, of the living
    ids: NDArray[np.int64]
    vectors: Vectors
    alive: NDArray[np.bool_]
    used: int


class ExactStore:
    """`VectorStore` over one matrix. Searches are safe beside a change and see it or not."""

    def __init__(self, dimension: int) -> None:
        """An empty store for vectors of this length."""
        self._lock = Lock()  # of changes; a search takes the view it finds
        self._view = _empty(dimension, 0)

    def __len__(self) -> int:
        """Vectors in the store."""
        return len(self._view.rows)

    def ids(self) -> set[int]:
        """Ids in the store."""
        return set(self._view.rows)

    @property
    def dimension(self) -> int:
        """Length of the vectors."""
        return int(self._view.vectors.shape[1])

    def get(self, ids: Sequence[int]) -> Vectors:
        """The vectors stored under these ids; KeyError for an unknown one."""
        view = self._view
        return view.vectors[[view.rows[id] for id in ids]]

    def add(self, ids: Sequence[int] | NDArray[np.int64], vectors: Vectors) -> None:
        """Add vectors under ids that are not yet in the store."""
        with self._lock:
            if self._view.used + len(ids) > len(self._view.ids):
                self._grow(len(ids))
            view = self._view
            start, end = view.used, view.used + len(ids)
            view.ids[start:end] = ids
            view.vectors[start:end] = vectors
            view.alive[start:end] = True
            view.rows.update(zip(map(int, ids), range(start, end), strict=True))
            self._view = view._replace(used=end)

    def remove(self, ids: Collection[int]) -> None:
        """Forget these ids; unknown ones are ignored."""
        with self._lock:
            view = self._view
            rows = [view.rows.pop(id) for id in ids if id in view.rows]
            view.alive[rows] = False

    def search(self, query: Vectors, limit: int, among: Collection[int] | None = None) -> list[tuple[int, float]]:
        """The closest ids with their inner products, best first; `query` has shape (1, dimension)."""
        view = self._view
        if among is None:
            # numpy counts before it lists: what a removal changes in between would leave rows that were never written.
            rows = np.flatnonzero(view.alive[: view.used].copy())
            scores = view.vectors[: view.used] @ query[0]
            scores = scores if len(rows) == view.used else scores[rows]
        else:
            wanted = (view.rows.get(id, view.used) for id in among)
            rows = np.array([row for row in wanted if row < view.used], dtype=np.int64)
            scores = view.vectors[rows] @ query[0]
        ids = view.ids[rows]
        if 0 < limit < len(ids):
            best = np.argpartition(scores, -limit)[-limit:]
            ids, scores = ids[best], scores[best]
        order = np.lexsort((ids, -scores))[: max(limit, 0)]
        return [(int(ids[at]), float(scores[at])) for at in order]

    def _grow(self, more: int) -> None:
        """Make room, and leave the dead behind."""
        old = self._view
        living = np.flatnonzero(old.alive[: old.used])
        count = len(living)
        view = _empty(old.vectors.shape[1], max(64, 2 * (count + more)))
        view.ids[:count] = old.ids[living]
        view.vectors[:count] = old.vectors[living]
        view.alive[:count] = True
        view.rows.update((int(id), row) for row, id in enumerate(view.ids[:count]))
        self._view = view._replace(used=count)


def _empty(dimension: int, capacity: int) -> _View:
    return _View(
        {},
        np.empty(capacity, np.int64),
        np.empty((capacity, dimension), np.float32),
        np.zeros(capacity, np.bool_),
        0,
    )
