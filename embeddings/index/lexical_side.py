"""Lexical terms, derived from a catalog and kept in step with it.

Passages never change and ids are never used twice, so what is new is what has a higher id, and what is gone is in the
catalog's log of removals.
"""

import time
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from pathlib import Path
from threading import Event, RLock
from typing import NamedTuple

from embeddings.catalog import Catalog, State
from embeddings.errors import IndexCorrupt
from embeddings.helpers import Helpers
from embeddings.lexical import Entry, LexicalStore

_CHUNK = 1_000  # passages read from the catalog at a time
_FOLLOWED = (0.5, 10.0)  # seconds of an addition that a commit holds: at first, and at most after doubling
_LOOK_SECONDS = 0.1  # between looks at whether there is more


class LexicalSide:
    """The terms of a catalog in a `LexicalStore`.

    The writer keeps the one on disk in step, and readers share it. A reader that finds it missing or damaged
    keeps one in memory until the writer has made it again.
    """

    def __init__(self, catalog: Catalog, folder: Path, read_only: bool, helpers: Helpers) -> None:
        """Nothing is opened before the first use."""
        self._helpers = helpers
        self._catalog = catalog
        self._folder = folder
        self._read_only = read_only
        self._lock = RLock()
        self._store: LexicalStore | None = None
        self._position: _Position | None = None  # None: unknown how far the store has come
        self._patience = min(_FOLLOWED)

    def search(
        self, view: str, limit: int, documents: Collection[int] | None, singles: bool
    ) -> list[tuple[int, float]]:
        """Passage ids with BM25 scores, best first."""
        try:
            return self._current().search(view, limit, documents, singles)
        except IndexCorrupt:
            self._replace()
            return self._current().search(view, limit, documents, singles)

    def catch_up(self) -> None:
        """Bring the store to the catalog's generation."""
        with self._lock:
            self._or_anew(self._learn)
            self._patience = min(_FOLLOWED)

    def follow(self, hurry: Event) -> None:
        """Learn what a long addition stores while it goes on; commit after a while, or as soon as `hurry` is set."""
        with self._lock:
            due = time.monotonic() + self._patience

            def enough(idle: bool) -> bool:
                return time.monotonic() > due or hurry.wait(_LOOK_SECONDS if idle else 0)

            self._or_anew(lambda store: self._learn(store, enough))
            self._patience = min(2 * self._patience, max(_FOLLOWED))

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

    def _learn(self, store: LexicalStore, enough: Callable[[bool], bool] = lambda idle: True) -> None:
        """What there is now and, until it is `enough`, what comes; that is asked with whether nothing came."""
        state = self._catalog.state()
        if store.generation > state.generation or store.generation < 0 and len(store):
            self._replace()
            store = self._opened()
        if store.generation == state.generation:
            self._position = self._position_of(state)
        elif self._position is None or self._position.epoch != state.epoch:
            self._learn_difference(store, state)
        else:
            self._learn_new(store, state, self._position, enough)

    def _learn_difference(self, store: LexicalStore, state: State) -> None:
        last_removal = self._last_removal()
        expected, found = set(self._catalog.passage_ids().tolist()), store.ids()
        missing = sorted(expected - found)
        chunks = (missing[begin : begin + _CHUNK] for begin in range(0, len(missing), _CHUNK))
        added = (entry for chunk in chunks for entry in self._catalog.entries(chunk))
        store.apply(state.generation, added, sorted(found - expected), self._helpers.map)
        self._position = _Position(state.epoch, max(expected, default=0), last_removal)

    def _learn_new(
        self, store: LexicalStore, state: State, position: "_Position", enough: Callable[[bool], bool]
    ) -> None:
        gone = self._catalog.removed(position.removal)
        last_passage = position.passage

        def added() -> Iterator[Entry]:
            nonlocal last_passage
            entries: list[Entry] = []
            all_known = False  # of the generation that the commit will carry
            while not (all_known and enough(not entries)):
                entries = self._catalog.entries_after(last_passage, _CHUNK)
                yield from entries
                last_passage = entries[-1].passage if entries else last_passage
                all_known = not entries or last_passage >= state.last_passage

        store.apply(state.generation, added(), [passage for _, passage in gone], self._helpers.map)
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
