"""Vectors in a file that is mapped into memory: a row for each id, as the catalog stores it.

What inverted lists find is compared exactly, vectors from all over the index: 512 of a million take 1 ms from here,
and 6 from the catalog. An id never names another vector, so the file is changed in place: new rows
follow, those of removed ids are overwritten with zeros.
"""

import os
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from embeddings.types import Vectors

_TYPE = np.dtype("<f2")
_SIGN_AND_REST = np.int32(-0x70002000)  # of a float16 with its sign extended, after 13 bits were appended
_EXPONENT = np.float32(2.0**112)  # by which those of float16 and float32 differ
_BLANKED = 1_000  # rows at a time

Ids = NDArray[np.int64]
Batch = tuple[Ids, Vectors]


class Rows:
    """The vectors of a file; ids beyond its end, and those of zeros, are not in it."""

    def __init__(self, path: Path, dimension: int) -> None:
        """OSError or ValueError for a file that is missing or empty."""
        count = path.stat().st_size // (dimension * _TYPE.itemsize)
        self._rows = np.asarray(np.memmap(path, _TYPE, "r", shape=(count, dimension)))

    def get(self, ids: Sequence[int]) -> tuple[Ids, Vectors]:
        """The unit vectors of these ids, with the ids; those that are gone left out."""
        wanted = np.asarray(ids, np.int64)
        wanted = wanted[wanted < len(self._rows)]
        vectors = _widened(self._rows[wanted])
        lengths = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))  # float16 rounded them
        if not lengths.all():
            there = lengths > 0
            wanted, vectors, lengths = wanted[there], vectors[there], lengths[there]
        vectors /= lengths[:, None]
        return wanted, vectors


def _widened(halves: NDArray[np.float16]) -> Vectors:
    """Finite float16 as float32; numpy itself takes three times as long."""
    bits = halves.view(np.int16).astype(np.int32)
    bits <<= 13
    bits &= _SIGN_AND_REST
    vectors = bits.view(np.float32)
    vectors *= _EXPONENT
    return vectors


def holds(path: Path, last: int, dimension: int) -> bool:
    """Whether a file can hold the rows up to this id."""
    return path.is_file() and path.stat().st_size >= (last + 1) * dimension * _TYPE.itemsize


def write_rows(path: Path, after: int, last: int, batches: Iterable[Batch], dimension: int) -> Iterator[Batch]:
    """Write the vectors of ids above `after`, ascending, and hand them on; then the file holds rows to `last`.

    A file that was cut short is told by its length; what it holds beyond `last` stays.
    """
    row = dimension * _TYPE.itemsize
    path.touch()
    with open(path, "rb+") as file:
        end = file.seek(max(after + 1, 0) * row)
        for ids, vectors in batches:
            first = end // row
            rows = np.zeros((int(ids[-1]) + 1 - first, dimension), _TYPE)
            rows[ids - first] = vectors
            file.write(rows.tobytes())
            end = file.tell()
            yield ids, vectors
        file.flush()
        if os.fstat(file.fileno()).st_size < (last + 1) * row:
            file.truncate((last + 1) * row)
        os.fsync(file.fileno())


def blank_rows(path: Path, ids: Collection[int], dimension: int) -> None:
    """Overwrite the rows of these ids; those beyond the end are ignored."""
    row = dimension * _TYPE.itemsize
    with open(path, "rb+") as file:
        end = file.seek(0, os.SEEK_END)
        for first, last in _runs(sorted(ids)):
            for begin in range(first * row, min((last + 1) * row, end), _BLANKED * row):
                file.seek(begin)
                file.write(bytes(min(_BLANKED * row, (last + 1) * row - begin, end - begin)))
        file.flush()
        os.fsync(file.fileno())


def cut_rows(path: Path, last: int, dimension: int) -> None:
    """Leave nothing beyond the row of this id, as a killed process may have."""
    row = dimension * _TYPE.itemsize
    size = path.stat().st_size
    if size > (last + 1) * row:
        blank_rows(path, range(last + 1, -(-size // row)), dimension)
        with suppress(OSError):  # some systems shorten no file that another process has mapped
            os.truncate(path, (last + 1) * row)


def _runs(ids: Sequence[int]) -> Iterator[tuple[int, int]]:
    """First and last of the ids that follow one another."""
    numbers = np.asarray(ids, np.int64)
    if len(numbers):
        breaks = np.flatnonzero(np.diff(numbers) != 1)
        firsts, lasts = np.append(0, breaks + 1), np.append(breaks, len(numbers) - 1)
        yield from zip(numbers[firsts].tolist(), numbers[lasts].tolist(), strict=True)
