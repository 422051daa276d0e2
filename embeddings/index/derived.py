"""What is derived from a catalog, kept in step with it: nearest vectors and lexical terms.

Each side remembers how far it has read the catalog. Passages never change and ids are never used twice,
so what is new is what has a higher id, and what is gone is in the catalog's log of removals.
"""

import time
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from threading import RLock
from typing import NamedTuple

import numpy as np

from embeddings.catalog import Catalog, Ids, State
from embeddings.errors import IndexCorrupt
from embeddings.lexical import Entry, LexicalStore
from embeddings.stores.faiss import FaissStore, read_base, write_base
from embeddings.types import Vectors

BASE_MINIMUM = 2_000
"""Fewer vectors are read from the catalog at once; a FAISS file would take longer to open."""

_CHUNK = 1_000  # passages read from the catalog at a time
_TOLERANCE = 0.02  # of a coordinate: inverted lists keep 8 bits of it
_LEXICAL_PAUSE = 0.5  # seconds between commits of the lexical index during a long addition


class DenseSide:
    """The vectors of a catalog in a `FaissStore`."""

    def __init__(self, catalog: Catalog, folder: Path) -> None:
        """Nothing is read before the first `store()`."""
        self._catalog = catalog
        self._folder = folder
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

    def write_base(self) -> tuple[str, int]:
        """Bring the FAISS file up to date; its name and the last passage it covers, for the catalog."""
        state, store = self._catalog.state(), self.store()
        if state.passage_count < BASE_MINIMUM:
            return "", 0
        small_tail = store.tail_size <= max(BASE_MINIMUM, state.passage_count // 10)
        if state.base_file and not self.damaged and small_tail and not store.deleted_size:
            return state.base_file, state.base_last
        name = f"vectors-{state.epoch + 1}.faiss"
        dimension = self._catalog.fingerprint().dimension
        write_base(self._folder / name, dimension, state.passage_count, lambda: self._batches(0))
        return name, state.last_passage

    def sweep(self) -> None:
        """Delete FAISS files that the catalog does not name."""
        named = self._catalog.state().base_file
        for file in self._folder.glob("vectors-*"):
            if file.name != named:
                file.unlink(missing_ok=True)

    def wants_base(self) -> bool:
        """Whether the FAISS file is missing, damaged, or has too much gathering behind it."""
        state = self._catalog.state()
        if self.damaged or state.base_file and not (self._folder / state.base_file).is_file():
            return True
        if state.passage_count < BASE_MINIMUM:
            return False
        allowed = max(BASE_MINIMUM, state.passage_count // 4)
        behind = state.last_passage - state.base_last  # at most so many in the tail
        return behind > allowed or len(self._catalog.removed()) > allowed

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
        self.damaged = False
        if state.base_file:
            try:
                base = read_base(self._folder / state.base_file, dimension)
            except (IndexCorrupt, FileNotFoundError):
                self.damaged = True  # or just replaced: then the epoch has changed, and we come back
            else:
                self._store, self._last_passage = FaissStore(dimension, base), state.base_last

    def _batches(self, after: int) -> Iterator[tuple[Ids, Vectors]]:
        while True:
            ids, vectors = self._catalog.vectors(after, _CHUNK)
            if not len(ids):
                return
            yield ids, vectors
            after = int(ids[-1])


class LexicalSide:
    """The terms of a catalog in a `LexicalStore`.

    The writer keeps the one on disk in step, and readers share it. A reader that finds it missing or damaged
    keeps one in memory until the writer has made it again.
    """

    def __init__(self, catalog: Catalog, folder: Path, read_only: bool) -> None:
        """Nothing is opened before the first use."""
        self._catalog = catalog
        self._folder = folder
        self._read_only = read_only
        self._lock = RLock()
        self._store: LexicalStore | None = None
        self._position: _Position | None = None  # None: unknown how far the store has come
        self._committed = 0.0

    def search(self, view: str, limit: int, documents: Collection[int] | None) -> list[tuple[int, float]]:
        """Passage ids with BM25 scores, best first."""
        try:
            return self._current().search(view, limit, documents)
        except IndexCorrupt:
            self._replace()
            return self._current().search(view, limit, documents)

    def catch_up(self, now: bool = True) -> None:
        """Bring the store to the catalog's generation; not `now`: unless that was done a moment ago."""
        with self._lock:
            if now or time.monotonic() - self._committed > _LEXICAL_PAUSE:
                self._or_anew(self._learn)
                self._committed = time.monotonic()

    def purge(self) -> None:
        """Leave no terms of removed passages in the files."""
        with self._lock:
            self.catch_up()
            self._or_anew(lambda store: store.purge(self._catalog.entries))
            self.catch_up()

    def _or_anew(self, change: Callable[[LexicalStore], None]) -> None:
        """Change the store; one that proves damaged is made again instead."""
        try:
            change(self._opened())
        except IndexCorrupt:
            self._replace()
            self._learn(self._opened())

    def verify(self) -> list[str]:
        """Contradictions with the catalog."""
        store = self._current()
        found, expected = store.ids(), set(self._catalog.passage_ids().tolist())
        problems = [f"lexical: passage {id} is not in the catalog" for id in sorted(found - expected)]
        problems += [f"lexical: passage {id} is missing" for id in sorted(expected - found)]
        generation = self._catalog.state().generation
        if store.generation != generation:
            problems.append(f"lexical: is at generation {store.generation}, the catalog at {generation}")
        return problems

    def close(self) -> None:
        """Release the store."""
        with self._lock:
            if self._store is not None:
                self._store.close()

    def _current(self) -> LexicalStore:
        """The store, as far as its keeper has come."""
        with self._lock:
            store = self._opened()
            if self._read_only and store.generation != self._catalog.state().generation:
                if store.in_memory:
                    self._store = None  # perhaps there is one on disk by now
                    store = self._opened(instead=store)
                else:
                    store.reload()
            if store.in_memory or not self._read_only and self._position is None:
                self.catch_up()
            return self._opened()

    def _opened(self, instead: LexicalStore | None = None) -> LexicalStore:
        """The store on disk; if a reader finds none that can be used, `instead` or an empty one."""
        with self._lock:
            if self._store is None:
                try:
                    if self._read_only and not self._folder.is_dir():
                        raise IndexCorrupt(f"{self._folder} is missing")
                    self._store = LexicalStore(self._folder)
                    if self._read_only and self._store.generation < 0:
                        raise IndexCorrupt(f"{self._folder} was never finished")
                except IndexCorrupt:
                    if instead is None:
                        self._replace()
                    else:
                        self._store = instead
            assert self._store is not None
            return self._store

    def _replace(self) -> None:
        """Give up the store for an empty one, in memory if it belongs to another process."""
        with self._lock:
            self._store = LexicalStore(None) if self._read_only else LexicalStore.create(self._folder)
            self._position = None

    def _learn(self, store: LexicalStore) -> None:
        state = self._catalog.state()
        if store.generation > state.generation or store.generation < 0 and len(store):
            self._replace()
            store = self._opened()
        if self._position is None and store.generation == state.generation:
            self._position = _Position(state.epoch, state.last_passage, self._last_removal())
        elif self._position is None or self._position.epoch != state.epoch:
            self._learn_difference(store, state)
        elif store.generation != state.generation:
            self._learn_new(store, state, self._position)

    def _learn_difference(self, store: LexicalStore, state: State) -> None:
        last_removal = self._last_removal()
        expected, found = set(self._catalog.passage_ids().tolist()), store.ids()
        missing = sorted(expected - found)
        chunks = (missing[begin : begin + _CHUNK] for begin in range(0, len(missing), _CHUNK))
        added = (entry for chunk in chunks for entry in self._catalog.entries(chunk))
        store.apply(state.generation, added, sorted(found - expected))
        self._position = _Position(state.epoch, max(expected, default=0), last_removal)

    def _learn_new(self, store: LexicalStore, state: State, position: "_Position") -> None:
        gone = self._catalog.removed(position.removal)
        last_passage = position.passage

        def added() -> Iterator[Entry]:
            nonlocal last_passage
            while entries := self._catalog.entries_after(last_passage, _CHUNK):
                yield from entries
                last_passage = entries[-1].passage

        store.apply(state.generation, added(), [passage for _, passage in gone])
        last_removal = gone[-1][0] if gone else position.removal
        self._position = _Position(state.epoch, last_passage, last_removal)

    def _last_removal(self) -> int:
        return max((number for number, _ in self._catalog.removed()), default=0)


class _Position(NamedTuple):
    """How far the catalog has been read."""

    epoch: int
    passage: int
    removal: int
