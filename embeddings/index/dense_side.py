"""Nearest vectors, derived from a catalog and kept in step with it.

Passages never change and ids are never used twice, so what is new is what has a higher id, and what is gone is in the
catalog's log of removals.
"""

from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import Path
from threading import RLock
from typing import Any

import numpy as np

from embeddings.catalog import Catalog, State
from embeddings.errors import IndexCorrupt
from embeddings.helpers import one_ahead
from embeddings.stores.faiss import (
    Batch,
    FaissStore,
    Fetch,
    has_lists,
    keeps_lists,
    new_base,
    read_base,
    suits,
    write_base,
)
from embeddings.stores.rows import Rows, blank_rows, cut_rows, holds, write_rows
from embeddings.types import Vectors

BASE_MINIMUM = 2_000
"""Fewer vectors are read from the catalog at once; a FAISS file would take longer to open."""

_TAIL_LIMIT = 20_000  # vectors compared one by one beside a base; so many take some milliseconds
_ROWS = "vectors-rows.f16"  # beside a base with inverted lists
_CHUNK = 1_000  # vectors read from the catalog at a time
_SAMPLE_CHUNK = 100  # the same where only some are read, from everywhere
_TOLERANCE = 0.02  # of a coordinate: inverted lists keep 8 bits of it


class DenseSide:
    """The vectors of a catalog in a `FaissStore`."""

    def __init__(self, catalog: Catalog, folder: Path) -> None:
        """Nothing is read before the first `store()`."""
        self._catalog = catalog
        self._folder = folder
        self._rows = folder / _ROWS
        self._lock = RLock()
        self._seen: State | None = None
        self._fingerprint = catalog.fingerprint()
        self._store = FaissStore(self._fingerprint.dimension)
        self._last_passage = 0
        self._last_removal = 0
        self.damaged = False  # the FAISS file that the catalog names could not be read

    @property
    def encoder(self) -> str:
        """Fingerprint of the encoder that made the vectors in the store."""
        return self._fingerprint.encoder

    def store(self) -> FaissStore:
        """The store as of the catalog's last commit."""
        if self._catalog.state() != self._seen:
            with self._lock:
                while (state := self._catalog.state()) != self._seen:
                    self._read(state)
                    self._seen = state
        return self._store

    @property
    def overgrown(self) -> bool:
        """Whether so much has gathered in memory, for searches beside a long addition, that it must go to a file."""
        return self._store.tail_size > 2 * _TAIL_LIMIT

    def write_base(self) -> tuple[str, int]:
        """Bring the FAISS file up to date; its name and the last passage it covers, for the catalog."""
        state = self._catalog.state()
        if state.passage_count < BASE_MINIMUM:
            return "", 0
        removed = [passage for _, passage in self._catalog.removed()]
        base = self._base_of(state)
        after = state.base_last
        if base is None or not suits(base, state.passage_count):
            dimension = self._catalog.fingerprint().dimension
            base, after, removed = new_base(dimension, state.passage_count, self._sample), 0, []
        elif (
            state.last_passage - after <= self._allowed_tail(state) // 2
            and min(removed, default=after + 1) > after
            and (not has_lists(base) or self._has_rows(after))
        ):
            return state.base_file, after
        name = f"vectors-{state.epoch + 1}.faiss"
        write_base(self._folder / name, base, removed, one_ahead(self._with_rows(base, after, removed)))
        return name, state.last_passage

    def sweep(self) -> None:
        """Delete FAISS files that the catalog does not name."""
        named = self._catalog.state().base_file
        for file in self._folder.glob("vectors-*"):
            if file.name != named and not (named and file.name == _ROWS):
                file.unlink(missing_ok=True)
        if self._rows.is_file():
            cut_rows(self._rows, self._catalog.state().base_last, self._catalog.fingerprint().dimension)

    def wants_base(self) -> bool:
        """Whether the FAISS file is missing, damaged, or has too much gathering behind it."""
        state = self._catalog.state()
        if self.damaged or state.base_file and not (self._folder / state.base_file).is_file():
            return True
        if state.base_file and keeps_lists(state.passage_count) and not self._has_rows(state.base_last):
            return True  # an index of an earlier version, or a file was lost
        if state.passage_count < BASE_MINIMUM:
            return False
        allowed = self._allowed_tail(state)
        behind = state.last_passage - state.base_last  # at most so many in the tail
        return behind > allowed or len(self._catalog.removed()) > allowed

    def _allowed_tail(self, state: State) -> int:
        return min(max(BASE_MINIMUM, state.passage_count // 4), _TAIL_LIMIT)

    def verify(self) -> list[str]:
        """Contradictions with the catalog."""
        store = self.store()
        found, expected = store.ids(), set(self._catalog.passage_ids().tolist())
        problems = [f"vectors: {self._catalog.state().base_file} cannot be read"] if self.damaged else []
        problems += [f"vectors: passage {id} is not in the catalog" for id in sorted(found - expected)]
        problems += [f"vectors: passage {id} is missing" for id in sorted(expected - found)]
        for ids, vectors in self._batches(0):
            known = np.array([id in found for id in ids.tolist()], dtype=np.bool_)
            off = np.abs(store.get(ids[known].tolist()) - vectors[known]).max(axis=1, initial=0) > _TOLERANCE
            problems += [f"vectors: passage {id} is not as in the catalog" for id in ids[known][off]]
        return problems

    def _read(self, state: State) -> None:
        if self._seen is None or state.epoch != self._seen.epoch:
            self._open_base(state)
        for ids, vectors in self._batches(self._last_passage):
            self._store.add(ids, vectors)
            self._last_passage = int(ids[-1])
        gone = self._catalog.removed(self._last_removal)
        if gone:
            self._store.remove([passage for _, passage in gone])
            self._last_removal = gone[-1][0]

    def _open_base(self, state: State) -> None:
        self._fingerprint = self._catalog.fingerprint()
        dimension = self._fingerprint.dimension
        self._store, self._last_passage, self._last_removal = FaissStore(dimension), 0, 0
        base = self._base_of(state)
        self.damaged = bool(state.base_file) and base is None  # or just replaced: then we come back for the next epoch
        if base is not None:
            self._store, self._last_passage = FaissStore(dimension, base, self._fetch(state)), state.base_last

    def _fetch(self, state: State) -> Fetch:
        """How vectors of the base are fetched: from their rows, or where there are none from the catalog."""
        if self._has_rows(state.base_last):
            with suppress(OSError, ValueError):  # a writer may just be making them anew
                return Rows(self._rows, self._fingerprint.dimension).get
        return self._catalog.vectors_of

    def _base_of(self, state: State) -> Any:
        """The FAISS index that the catalog names; None if there is none, or none that can be read."""
        if state.base_file:
            with suppress(IndexCorrupt, FileNotFoundError):
                return read_base(self._folder / state.base_file, self._catalog.fingerprint().dimension)
        return None

    def _has_rows(self, last: int) -> bool:
        return holds(self._rows, last, self._catalog.fingerprint().dimension)

    def _with_rows(self, base: Any, after: int, removed: Collection[int]) -> Iterator[Batch]:
        """What a base that ends after this passage is to learn; the vectors are also written as rows, if it needs them.

        What a row holds never changes but for removals, so readers are not disturbed; a base made anew may be of
        another encoder, and gets another file where the system allows it.
        """
        dimension, last = self._catalog.fingerprint().dimension, self._catalog.state().last_passage
        if not has_lists(base) or not after:
            with suppress(OSError):
                self._rows.unlink()
        if not has_lists(base):
            return self._batches(after)
        if not self._has_rows(after):
            for _ in write_rows(self._rows, 0, last, self._batches(0), dimension):
                pass
        blank_rows(self._rows, removed, dimension)
        return write_rows(self._rows, after, last, self._batches(after), dimension)

    def _sample(self, wanted: int) -> Vectors:
        """About so many vectors from all over the catalog."""
        state = self._catalog.state()
        step = max(_SAMPLE_CHUNK, _SAMPLE_CHUNK * state.passage_count // wanted)
        parts = [self._catalog.vectors(after, _SAMPLE_CHUNK)[1] for after in range(0, state.last_passage, step)]
        return np.concatenate(parts)

    def _batches(self, after: int) -> Iterator[Batch]:
        while True:
            ids, vectors = self._catalog.vectors(after, _CHUNK)
            if not len(ids):
                return
            yield ids, vectors
            after = int(ids[-1])
