"""What is derived from a catalog, kept in step with it: nearest vectors and lexical terms.

Each side remembers how far it has read the catalog. Passages never change and ids are never used twice,
so what is new is what has a higher id, and what is gone is in the catalog's log of removals.
"""

import time
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from pathlib import Path
from threading import RLock
from typing import Any, NamedTuple

import numpy as np

from embeddings.catalog import Catalog, Ids, State
from embeddings.errors import IndexCorrupt
from embeddings.lexical import Entry, LexicalStore
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
_CHUNK = 1_000  # passages read from the catalog at a time
_SAMPLE_CHUNK = 100  # the same where only some are read, from everywhere
_TOLERANCE = 0.02  # of a coordinate: inverted lists keep 8 bits of it
_LEXICAL_PAUSES = (0.5, 10.0)  # seconds at least and at most between commits of the lexical index
_LEXICAL_SHARE = 0.05  # between those, the part of the time of a long addition that commits may take


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
        write_base(self._folder / name, base, removed, self._with_rows(base, after, removed))
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
        self._pause = min(_LEXICAL_PAUSES)

    def search(
        self, view: str, limit: int, documents: Collection[int] | None, singles: bool
    ) -> list[tuple[int, float]]:
        """Passage ids with BM25 scores, best first."""
        try:
            return self._current().search(view, limit, documents, singles)
        except IndexCorrupt:
            self._replace()
            return self._current().search(view, limit, documents, singles)

    def catch_up(self, now: bool = True) -> None:
        """Bring the store to the catalog's generation; not `now`: unless that was done a moment ago."""
        with self._lock:
            begun = time.monotonic()
            if now or begun - self._committed > self._pause:
                self._or_anew(self._learn)
                self._committed = time.monotonic()
                least, most = _LEXICAL_PAUSES
                self._pause = min(max(least, (self._committed - begun) / _LEXICAL_SHARE), most)

    def note_position(self) -> None:
        """Before a change: if the store is in step now, the change is all that it will have to learn."""
        with self._lock, suppress(IndexCorrupt):
            if self._position is None and self._folder.is_dir():
                store, state = self._opened(), self._catalog.state()
                if store.generation == state.generation:
                    self._position = self._position_of(state)

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
        store = self._store
        if store is not None and self._position is not None and not self._read_only:
            return store  # a search does not wait for a change under way
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
        if store.generation == state.generation:
            self._position = self._position_of(state)
        elif self._position is None or self._position.epoch != state.epoch:
            self._learn_difference(store, state)
        else:
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

    def _position_of(self, state: State) -> "_Position":
        return _Position(state.epoch, state.last_passage, self._last_removal())

    def _last_removal(self) -> int:
        return max((number for number, _ in self._catalog.removed()), default=0)


class _Position(NamedTuple):
    """How far the catalog has been read."""

    epoch: int
    passage: int
    removal: int
