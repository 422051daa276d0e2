"""Vectors in a file, a row for each id."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from embeddings.stores.rows import Batch, Rows, blank_rows, cut_rows, holds, write_rows

DIMENSION = 8
IDS = np.array([1, 2, 5, 6, 7, 11], np.int64)
VECTORS = np.random.default_rng(0).standard_normal((6, DIMENSION)).astype(np.float32)
VECTORS /= np.linalg.norm(VECTORS, axis=1, keepdims=True)


def batches(*cuts: int) -> Iterator[Batch]:
    for begin, end in zip(cuts, [*cuts[1:], len(IDS)], strict=True):
        yield IDS[begin:end], VECTORS[begin:end]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "rows"
    handed_on = list(write_rows(path, 0, 12, batches(0, 2, 3), DIMENSION))
    assert np.array_equal(np.concatenate([ids for ids, _ in handed_on]), IDS)
    return path


def test_rows_are_found_by_their_ids(path: Path) -> None:
    ids, vectors = Rows(path, DIMENSION).get([7, 1, 3, 11, 12, 13, 500])
    assert ids.tolist() == [7, 1, 11]  # the others were never there
    assert np.abs(vectors - VECTORS[[4, 0, 5]]).max() < 1e-3
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    assert Rows(path, DIMENSION).get([])[1].shape == (0, DIMENSION)


def test_float16_is_widened_exactly(tmp_path: Path) -> None:
    unit = np.zeros((1, 4), np.float32)
    unit[0] = 1, -6e-8, 6.2e-5, -0.33  # two of them have no exponent of their own
    list(write_rows(tmp_path / "rows", 0, 1, [(np.array([1]), unit)], 4))
    expected = unit.astype(np.float16).astype(np.float32)
    _, vectors = Rows(tmp_path / "rows", 4).get([1])
    assert np.allclose(vectors, expected / np.linalg.norm(expected), rtol=1e-6, atol=0)


def test_what_is_removed_is_overwritten(path: Path) -> None:
    gone = VECTORS[2].astype("<f2").tobytes()
    assert gone in path.read_bytes()
    blank_rows(path, [5, 6, 11, 3, 100], DIMENSION)
    assert gone not in path.read_bytes()
    assert Rows(path, DIMENSION).get(IDS.tolist())[0].tolist() == [1, 2, 7]
    assert holds(path, 12, DIMENSION)


def test_rows_go_on_where_they_ended(path: Path) -> None:
    list(write_rows(path, 12, 21, [(np.array([15, 20]), VECTORS[:2])], DIMENSION))
    assert Rows(path, DIMENSION).get([11, 14, 15, 20, 21])[0].tolist() == [11, 15, 20]
    assert holds(path, 21, DIMENSION)
    assert not holds(path, 22, DIMENSION)
    assert not holds(path.with_name("missing"), 0, DIMENSION)


def test_what_a_killed_process_left_is_cut(path: Path) -> None:
    cut_rows(path, 6, DIMENSION)
    assert path.stat().st_size == 7 * DIMENSION * 2
    assert Rows(path, DIMENSION).get(IDS.tolist())[0].tolist() == [1, 2, 5, 6]
    cut_rows(path, 10, DIMENSION)  # nothing there
    assert path.stat().st_size == 7 * DIMENSION * 2
