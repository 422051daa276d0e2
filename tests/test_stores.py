"""One contract for every VectorStore, whatever is inside."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from embeddings.errors import IndexCorrupt
from embeddings.stores import faiss as faiss_store
from embeddings.stores.exact import ExactStore
from embeddings.stores.faiss import FaissStore, Fetch, new_base, read_base, suits, write_base
from embeddings.types import Vectors, VectorStore

DIMENSION = 16
Make = Callable[[NDArray[np.int64], Vectors], VectorStore]


def unit(count: int, seed: int = 0) -> Vectors:
    vectors = np.random.default_rng(seed).standard_normal((count, DIMENSION)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors


def exact(ids: NDArray[np.int64], vectors: Vectors) -> VectorStore:
    store = ExactStore(DIMENSION)
    store.add(ids.tolist(), vectors)
    return store


def fetching(ids: NDArray[np.int64], vectors: Vectors) -> Fetch:
    places = {int(id): place for place, id in enumerate(ids)}
    return lambda wanted: (np.array(wanted, np.int64), vectors[[places[id] for id in wanted]])


def based(path: Path, ids: NDArray[np.int64], vectors: Vectors) -> VectorStore:
    """Two thirds in the base, the others in the tail."""
    cut = len(ids) * 2 // 3
    parts = [
        (ids[begin : min(begin + 100, cut)], vectors[begin : min(begin + 100, cut)]) for begin in range(0, cut, 100)
    ]
    write_base(path, new_base(DIMENSION, cut, lambda _: vectors), (), parts)
    store = FaissStore(DIMENSION, read_base(path, DIMENSION), fetching(ids, vectors))
    store.add(ids[cut:].tolist(), vectors[cut:])
    return store


@pytest.fixture(params=["exact", "tail only", "flat base", "inverted lists"])
def make(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Make:
    if request.param == "exact":
        return exact
    if request.param == "tail only":

        def tail_only(ids: NDArray[np.int64], vectors: Vectors) -> VectorStore:
            store = FaissStore(DIMENSION)
            store.add(ids.tolist(), vectors)
            return store

        return tail_only
    if request.param == "inverted lists":
        monkeypatch.setattr(faiss_store, "FLAT_LIMIT", 0)
    return lambda ids, vectors: based(tmp_path / "base.faiss", ids, vectors)


IDS = np.arange(7, 607) * 3  # ids are no positions
VECTORS = unit(len(IDS))


def test_the_closest_come_first_with_their_inner_products(make: Make) -> None:
    store = make(IDS, VECTORS)
    for row in (0, 250, 599):
        found = store.search(VECTORS[row : row + 1], 5)
        scores = [score for _, score in found]
        assert found[0][0] == IDS[row]
        assert found[0][1] == pytest.approx(1, abs=0.01)
        assert scores == sorted(scores, reverse=True)
        for id, score in found:
            assert score == pytest.approx(float(VECTORS[(id // 3) - 7] @ VECTORS[row]), abs=0.02)


def test_a_removed_id_is_never_found_again(make: Make) -> None:
    store = make(IDS, VECTORS)
    gone = [int(IDS[10]), int(IDS[590]), 999_999]
    store.remove(gone)
    assert len(store) == len(IDS) - 2
    for row in (10, 590):
        assert IDS[row] not in [id for id, _ in store.search(VECTORS[row : row + 1], len(IDS))]
        assert store.search(VECTORS[row : row + 1], 5, among=gone) == []


def test_added_ids_are_found_beside_older_ones(make: Make) -> None:
    store = make(IDS, VECTORS)
    more = unit(100, seed=1)
    store.add(list(range(10_000, 10_100)), more)
    assert len(store) == len(IDS) + 100
    assert [store.search(vector[None], 1)[0][0] for vector in more] == list(range(10_000, 10_100))


def test_search_among_some_gives_only_them_and_all_of_them(make: Make) -> None:
    store = make(IDS, VECTORS)
    among = {int(IDS[3]), int(IDS[599]), int(IDS[300]), 5}
    found = store.search(VECTORS[300:301], 10, among=among)
    assert {id for id, _ in found} == among - {5}
    assert found[0][0] == IDS[300]
    assert store.search(VECTORS[300:301], 10, among=[]) == []


def test_no_more_than_the_limit_and_no_more_than_there_are(make: Make) -> None:
    store = make(IDS[:30], VECTORS[:30])
    assert len(store.search(VECTORS[:1], 7)) == 7
    assert len(store.search(VECTORS[:1], 1000)) == 30
    assert store.search(VECTORS[:1], 0) == []


def test_searches_beside_changes(make: Make) -> None:
    store = make(IDS, VECTORS)
    kept = IDS[:300]
    failures: list[object] = []
    done = threading.Event()

    def search() -> None:
        row = 0
        while not done.is_set():
            row = (row + 7) % len(kept)
            found = store.search(VECTORS[row : row + 1], 3, among=None if row % 2 else kept.tolist())
            if not found or found[0][0] != kept[row]:
                failures.append((row, found))

    threads = [threading.Thread(target=search) for _ in range(3)]
    for thread in threads:
        thread.start()
    more = unit(2000, seed=2) * np.float32(0.5)  # never closer than the vector itself
    for begin in range(0, 2000, 50):
        ids = list(range(50_000 + begin, 50_050 + begin))
        store.add(ids, more[begin : begin + 50])
        store.remove(ids[:25] + IDS[300:][begin // 10 :: 40].tolist())
    done.set()
    for thread in threads:
        thread.join()
    assert failures == []


def test_stored_vectors_are_given_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for limit in (1000, 0):
        monkeypatch.setattr(faiss_store, "FLAT_LIMIT", limit)
        store = based(tmp_path / "base.faiss", IDS, VECTORS)
        assert isinstance(store, FaissStore)
        rows = [599, 3, 450, 7]
        given = store.get(IDS[rows].tolist())
        assert np.abs(given - VECTORS[rows]).max() < (0.02 if limit == 0 else 1e-6)
        with pytest.raises((KeyError, RuntimeError)):
            store.get([5])


def test_a_damaged_base_is_told_from_a_missing_one(tmp_path: Path) -> None:
    path = tmp_path / "base.faiss"
    with pytest.raises(FileNotFoundError):
        read_base(path, DIMENSION)
    based(path, IDS, VECTORS)
    with pytest.raises(IndexCorrupt, match="length 16, expected 8"):
        read_base(path, 8)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(IndexCorrupt, match="damaged"):
        read_base(path, DIMENSION)


def test_a_base_that_cannot_be_written_leaves_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "base.faiss"
    based(path, IDS, VECTORS)
    before = path.read_bytes()

    def failing() -> Iterator[tuple[NDArray[np.int64], Vectors]]:
        yield IDS[:10], VECTORS[:10]
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        write_base(path, new_base(DIMENSION, 20, lambda _: VECTORS), (), failing())
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("limit", [1000, 0])
def test_a_base_goes_on_without_what_was_removed(limit: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faiss_store, "FLAT_LIMIT", limit)
    path = tmp_path / "base.faiss"
    based(path, IDS, VECTORS)
    old = set(IDS[:400].tolist())
    gone = set(IDS[:50].tolist())
    write_base(path, read_base(path, DIMENSION), gone, [(IDS[400:], VECTORS[400:])])
    store = FaissStore(DIMENSION, read_base(path, DIMENSION), fetching(IDS, VECTORS))
    assert store.ids() == (old - gone) | set(IDS[400:].tolist())
    assert store.search(VECTORS[500:501], 1)[0][0] == IDS[500]
    assert not gone & {id for id, _ in store.search(VECTORS[3:4], 600)}


def test_a_base_suits_sizes_like_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faiss_store, "FLAT_LIMIT", 400)
    flat = new_base(DIMENSION, 300, lambda _: VECTORS)
    inverted = new_base(DIMENSION, 500, lambda wanted: VECTORS[:wanted])
    assert [suits(flat, count) for count in (10, 400, 401)] == [True, True, False]
    assert [suits(inverted, count) for count in (400, 401, 1_500, 50_000)] == [False, True, True, False]
