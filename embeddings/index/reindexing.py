"""All passages made again with another model or newer rules, while the present ones serve."""

from contextlib import closing
from pathlib import Path

import numpy as np

from embeddings.catalog import Catalog
from embeddings.catalog.sqlite import SqliteCatalog
from embeddings.index.folder import CATALOG, LOCK, missing
from embeddings.index.ingest import Progress
from embeddings.index.locking import WriterLock
from embeddings.index.stamps import embed, fingerprint_of, load
from embeddings.passages import split
from embeddings.types import Encoder, Passage

_BATCH_PASSAGES = 256
_DOCUMENTS = 100  # names asked for at a time


def reindexed(
    folder: Path, model: str | None, encoder: Encoder | None, progress: Progress | None
) -> tuple[int, Encoder]:
    """As `Index.reindex`, but for files that are derived: the number embedded in this run, and by what."""
    if not SqliteCatalog.exists(folder / CATALOG):
        raise missing(folder)
    lock = WriterLock(folder / LOCK)
    try:
        with closing(SqliteCatalog(folder / CATALOG)) as catalog:
            encoder = encoder or load(model or catalog.fingerprint().model)
            changed = fingerprint_of(encoder) != catalog.fingerprint()
            return _make_again(catalog, encoder, progress) if changed else 0, encoder
    finally:
        lock.release()


def _make_again(catalog: Catalog, encoder: Encoder, progress: Progress | None) -> int:
    """Build the next passages of all documents and adopt them; the number of documents embedded now.

    What an earlier, interrupted run has built for the same encoder and rules is kept.
    """
    with catalog.transaction(changes=False):
        catalog.begin_next(fingerprint_of(encoder))
    total = len(catalog.next_missing(-1))
    done = 0
    while names := catalog.next_missing(_DOCUMENTS):
        batch: list[tuple[str, list[Passage]]] = []
        for name in names:
            if progress is not None:
                progress(done, total, name)
            batch.append((name, split(catalog.document(name))))
            done += 1
            if sum(len(passages) for _, passages in batch) >= _BATCH_PASSAGES or name == names[-1]:
                _commit(catalog, encoder, batch)
                batch = []
    with catalog.transaction():
        catalog.adopt_next()
    return done


def _commit(catalog: Catalog, encoder: Encoder, batch: list[tuple[str, list[Passage]]]) -> None:
    vectors = embed(encoder, [passage for _, passages in batch for passage in passages])
    ends = np.cumsum([len(passages) for _, passages in batch])
    with catalog.transaction(changes=False):
        for (name, passages), end in zip(batch, ends, strict=True):
            catalog.put_next(name, passages, vectors[end - len(passages) : end])
