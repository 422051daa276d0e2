"""The work that no index can save: the passages of one, encoded, put into FAISS and into tantivy, and nothing else."""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import numpy as np

from embeddings.analysis import terms
from embeddings.catalog.sqlite import SqliteCatalog
from embeddings.encoders import load_encoder
from embeddings.lexical import Entry, LexicalStore
from embeddings.stores.faiss import Batch, new_base, write_base
from embeddings.types import Vectors
from tests.benchmarks.support.measuring import Figures, Stopwatch

T = TypeVar("T")

_CHUNK = 1_000  # passages
_SAMPLE = 100


def raw_build(index: Path) -> Figures:
    """Seconds of each part over all passages of an index, without those that its catalog takes to read them.

    What tantivy takes includes finding the terms, as it would with a tokenizer of its own; "analysis" says how much
    that is.
    """
    catalog = SqliteCatalog(index / "catalog.sqlite", read_only=True)
    watches = {name: Stopwatch() for name in ("encode", "faiss", "tantivy", "analysis")}
    try:
        with tempfile.TemporaryDirectory(dir=index.parent) as folder:
            _encode(catalog, watches["encode"])
            _lexical(catalog, Path(folder, "lexical"), watches["tantivy"])
            _faiss(catalog, Path(folder, "vectors.faiss"), watches["faiss"])
            _analysis(catalog, watches["analysis"])
    finally:
        catalog.close()
    figures = {f"raw_{name}_seconds": watch.seconds for name, watch in watches.items()}
    parts = [watch for name, watch in watches.items() if name != "analysis"]
    figures["raw_seconds"] = sum(watch.seconds for watch in parts)
    figures["raw_cpu_seconds"] = sum(watch.cpu for watch in parts)
    return figures


def _entries(catalog: SqliteCatalog) -> Iterator[list[Entry]]:
    after = 0
    while entries := catalog.entries_after(after, _CHUNK):
        yield entries
        after = entries[-1].passage


def _unwatched(watch: Stopwatch, read: Callable[[], T]) -> T:
    """What is read, while the watch stands still."""
    with watch.paused():
        return read()


def _encode(catalog: SqliteCatalog, watch: Stopwatch) -> None:
    with watch.running():
        encoder = load_encoder()
    for entries in _entries(catalog):
        views = [f"{entry.context}\n{entry.text}" if entry.context else entry.text for entry in entries]
        with watch.running():
            for begin in range(0, len(views), 256):
                encoder.encode_passages(views[begin : begin + 256])


def _lexical(catalog: SqliteCatalog, folder: Path, watch: Stopwatch) -> None:
    def read() -> Iterator[Entry]:
        chunks = _entries(catalog)
        while entries := _unwatched(watch, lambda: next(chunks, None)):
            yield from entries

    with watch.running():
        store = LexicalStore(folder)
        store.apply(1, read())
        store.close()


def _faiss(catalog: SqliteCatalog, path: Path, watch: Stopwatch) -> None:
    state = catalog.state()

    def sample(wanted: int) -> Vectors:
        step = max(_SAMPLE, _SAMPLE * state.passage_count // wanted)
        with watch.paused():
            return np.concatenate([catalog.vectors(at, _SAMPLE)[1] for at in range(0, state.last_passage, step)])

    def batches() -> Iterator[Batch]:
        chunks = _vectors(catalog)
        while batch := _unwatched(watch, lambda: next(chunks, None)):
            yield batch

    with watch.running():
        base = new_base(catalog.fingerprint().dimension, state.passage_count, sample)
        write_base(path, base, (), batches())


def _vectors(catalog: SqliteCatalog) -> Iterator[Batch]:
    after = 0
    while len((batch := catalog.vectors(after, _CHUNK))[0]):
        yield batch
        after = int(batch[0][-1])


def _analysis(catalog: SqliteCatalog, watch: Stopwatch) -> None:
    for entries in _entries(catalog):
        with watch.running():
            for entry in entries:
                " ".join(terms(entry.text))
