"""A FAISS base under an exact tail.

The base is a file that is only ever written whole. Newer vectors go to the tail, and a set remembers
which of the base's ids are deleted; whoever keeps the store brings both from the catalog.
"""

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embeddings.errors import IndexCorrupt
from embeddings.stores.exact import ExactStore
from embeddings.types import Vectors

FLAT_LIMIT = 50_000
"""Up to so many vectors the base compares with all of them; beyond, it keeps inverted lists."""

# Inverted lists hold 4 bits for every 4 coordinates, which are scanned in registers; the best of what they say is
# compared exactly. On 100,000 passages of news, half of the lists and 256 candidates hold .987 of the 10 nearest to 400
# questions; on a million .6 of the lists with 512 hold .989 in 9 ms, .7 .991 in 11, half .985 in 7. What takes the time
# is reading the codes, 38 of 64 MB: a second thread brings nothing, half as many codes need eight times the candidates.
# Questions lie apart from passages, so few lists are not enough, however they are made: an eighth of 2,048 holds .93.
_LARGE = 300_000  # vectors
_PROBED = (0.5, 0.6)  # of the lists, visited per query; in a large base
_PROBES = 64  # at least
_CANDIDATES = (256, 512)  # compared exactly, at least; in a large base
_CODE_ITERATIONS = 6  # to train the codes; FAISS's own 25 take four times as long and find no more
_TRAINING_VECTORS_PER_LIST = 40

Batch = tuple[NDArray[np.int64], Vectors]
"""Ids and their vectors."""

Fetch = Callable[[Sequence[int]], Batch]
"""The vectors of ids, in any order, without those that are gone."""


class FaissStore:
    """`VectorStore` with a base that never changes and a tail that does; safe beside a change."""

    def __init__(self, dimension: int, base: Any = None, fetch: Fetch | None = None) -> None:
        """A store over a base index from `read_base`, or over nothing.

        A base with inverted lists knows only about where its vectors are; `fetch` gives them.
        """
        self._tail = ExactStore(dimension)
        self._base = base
        self._fetch = fetch
        # An array, not a set: a million Python integers take 100 MB.
        self._base_ids = np.sort(_ids_of(base)) if base is not None else np.empty(0, np.int64)
        self._deleted: frozenset[int] = frozenset()

    def __len__(self) -> int:
        """Vectors in the store."""
        return len(self._base_ids) - len(self._deleted) + len(self._tail)

    @property
    def tail_size(self) -> int:
        """Vectors that are not in the base."""
        return len(self._tail)

    def ids(self) -> set[int]:
        """Ids in the store."""
        return self._tail.ids() | (set(self._base_ids.tolist()) - self._deleted)

    def add(self, ids: Sequence[int] | NDArray[np.int64], vectors: Vectors) -> None:
        """Add vectors under ids that are not yet in the store."""
        self._tail.add(ids, vectors)

    def remove(self, ids: Collection[int]) -> None:
        """Forget these ids; unknown ones are ignored."""
        self._deleted |= frozenset(self._based(ids))
        self._tail.remove(ids)

    def search(self, query: Vectors, limit: int, among: Collection[int] | None = None) -> list[tuple[int, float]]:
        """The closest ids with their inner products, best first; `query` has shape (1, dimension)."""
        found = self._tail.search(query, limit, among)
        if self._base is not None and limit > 0:
            found += self._search_base(query, limit, among)
            found.sort(key=lambda pair: (-pair[1], pair[0]))
        return found[:limit]

    def get(self, ids: Sequence[int]) -> Vectors:
        """The vectors stored under these ids; KeyError for an unknown one."""
        wanted = np.asarray(ids, dtype=np.int64)
        vectors = np.empty((len(ids), self._tail.dimension), np.float32)
        based = self._is_based(wanted)
        if based.any():
            vectors[based] = self._base_vectors(wanted[based])
        vectors[~based] = self._tail.get(wanted[~based].tolist())
        return vectors

    def _base_vectors(self, ids: NDArray[np.int64]) -> Vectors:
        import faiss

        if self._fetch is None or not isinstance(self._base, faiss.IndexIVF):
            return np.asarray(self._base.reconstruct_batch(ids), np.float32)
        found, fetched = self._fetch(ids.tolist())
        places = {id: place for place, id in enumerate(ids.tolist())}
        vectors = np.zeros((len(ids), self._tail.dimension), np.float32)  # what is gone meanwhile is like nothing
        vectors[[places[id] for id in found.tolist()]] = fetched
        return vectors

    def _based(self, ids: Collection[int]) -> list[int]:
        """Those of the ids that the base holds."""
        wanted = np.fromiter(ids, np.int64, len(ids))
        return [int(id) for id in wanted[self._is_based(wanted)]]

    def _is_based(self, wanted: NDArray[np.int64]) -> NDArray[np.bool_]:
        known = self._base_ids
        if not len(known):
            return np.zeros(len(wanted), np.bool_)
        places = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
        return np.asarray(known[places] == wanted)

    def _search_base(self, query: Vectors, limit: int, among: Collection[int] | None) -> list[tuple[int, float]]:
        import faiss

        selector: Any = None
        deleted = self._deleted
        if among is not None:
            wanted = set(self._based(among)) - deleted
            if not wanted:
                return []
            selector = faiss.IDSelectorBatch(np.fromiter(wanted, np.int64, len(wanted)))
        elif deleted:
            selector = faiss.IDSelectorNot(faiss.IDSelectorBatch(np.fromiter(deleted, np.int64, len(deleted))))
        if not isinstance(self._base, faiss.IndexIVF):
            whole: Any = faiss.SearchParameters()
            whole.sel = selector
            ids, scores = self._found(query, limit, whole)
            return list(zip(ids.tolist(), scores.tolist(), strict=True))
        lists = self._base.nlist
        # A selection may lie in few lists, so all are visited.
        large = self._base.ntotal > _LARGE
        probes = lists if among is not None else min(lists, max(_PROBES, int(lists * _PROBED[large])))
        parameters: Any = faiss.SearchParametersIVF()
        parameters.nprobe, parameters.sel = probes, selector
        near, _ = self._found(query, max(_CANDIDATES[large], 4 * limit), parameters)
        return self._compared(query, limit, near)

    def _found(self, query: Vectors, limit: int, parameters: Any) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        asked = np.ascontiguousarray(query, dtype=np.float32)
        with _one_thread():
            scores, ids = self._base.search(asked, min(limit, self._base.ntotal), params=parameters)
        return ids[ids >= 0], scores[ids >= 0]

    def _compared(self, query: Vectors, limit: int, near: NDArray[np.int64]) -> list[tuple[int, float]]:
        """The best of some ids by their exact inner products."""
        if self._fetch is None:
            raise ValueError("a base with inverted lists needs `fetch`")
        ids, vectors = self._fetch(near.tolist())
        scores = vectors @ query[0]
        order = np.lexsort((ids, -scores))[:limit]
        return [(int(ids[at]), float(scores[at])) for at in order]


@contextmanager
def _one_thread() -> Iterator[None]:
    """FAISS's threads wait for those of numpy, which linger: a query of 10,000 vectors takes 15 ms in two, 3 in one."""
    import faiss

    threads = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(threads)


def read_base(path: Path, dimension: int) -> Any:
    """The FAISS index in a file. FileNotFoundError if it is not there, IndexCorrupt if damaged."""
    import faiss

    if not path.is_file():
        raise FileNotFoundError(path)
    try:
        base = faiss.read_index(str(path))
    except RuntimeError as error:
        raise IndexCorrupt(f"{path} is damaged; it is made again from the catalog") from error
    if base.d != dimension or base.metric_type != faiss.METRIC_INNER_PRODUCT:
        raise IndexCorrupt(f"{path} holds vectors of length {base.d}, expected {dimension}")
    return base


def new_base(dimension: int, count: int, sample: Callable[[int], Vectors]) -> Any:
    """An empty base for about `count` vectors; `sample(n)` gives some n of them to train it, if it needs that."""
    import faiss

    if not keeps_lists(count):
        return faiss.IndexIDMap2(faiss.IndexFlatIP(dimension))
    lists = _lists(count)
    parts = dimension // 4 if dimension % 4 == 0 else dimension
    # With ids of their own: inside an id map, inverted lists lose ids on removal.
    index = faiss.IndexIVFPQFastScan(
        faiss.IndexFlatIP(dimension), dimension, lists, parts, 4, faiss.METRIC_INNER_PRODUCT
    )
    index.pq.cp.niter = _CODE_ITERATIONS
    index.train(sample(lists * _TRAINING_VECTORS_PER_LIST))
    return index


def keeps_lists(count: int) -> bool:
    """Whether a base for so many vectors keeps inverted lists, and not the vectors themselves."""
    return count > FLAT_LIMIT


def has_lists(base: Any) -> bool:
    """Whether this base keeps inverted lists."""
    import faiss

    return isinstance(base, faiss.IndexIVF)


def suits(base: Any, count: int) -> bool:
    """Whether a base can go on to hold `count` vectors, or one of another kind or size should take its place."""
    if has_lists(base):
        return keeps_lists(count) and base.nlist <= 2 * _lists(count) <= 4 * base.nlist
    return not keeps_lists(count)


def write_base(path: Path, base: Any, removed: Collection[int], added: Iterable[Batch]) -> None:
    """Take vectors out of a base and put others in, and write it to a file; whole or not at all."""
    import faiss

    if removed:
        base.remove_ids(faiss.IDSelectorBatch(np.fromiter(removed, np.int64, len(removed))))
    for ids, vectors in added:
        base.add_with_ids(vectors, ids)
    aside = path.with_name(path.name + ".tmp")
    try:
        faiss.write_index(base, str(aside))
        with open(aside, "rb+") as file:
            os.fsync(file.fileno())
        aside.replace(path)
    except RuntimeError as error:
        raise OSError(f"{aside} cannot be written: {str(error).splitlines()[0]}") from error
    finally:
        aside.unlink(missing_ok=True)


def _lists(count: int) -> int:
    """Inverted lists for so many vectors."""
    return 1 << max(4, int(np.log2(4 * np.sqrt(count))))


def _ids_of(base: Any) -> NDArray[np.int64]:
    import faiss

    if not isinstance(base, faiss.IndexIVF):
        return np.asarray(faiss.vector_to_array(base.id_map))
    lists: Any = base.invlists
    parts = [
        faiss.rev_swig_ptr(lists.get_ids(number), lists.list_size(number)).copy()
        for number in range(base.nlist)
        if lists.list_size(number)
    ]
    return np.concatenate(parts) if parts else np.empty(0, np.int64)
