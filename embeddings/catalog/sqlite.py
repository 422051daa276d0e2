"""The catalog in one SQLite file. One process writes, others read meanwhile."""

import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple
from datetime import UTC, datetime
from pathlib import Path
from threading import RLock

from embeddings.catalog import Fingerprint, blanking, migrations
from embeddings.catalog.connection import connect, failures
from embeddings.catalog.migrations import format_of, migrate
from embeddings.catalog.reading import FINGERPRINT, SqliteReader, check_format
from embeddings.errors import IndexReadOnly
from embeddings.types import Document, Passage, Vectors

SMALL_FILE = 1_000
"""Pages; a smaller file is written anew faster than a process starts to overwrite what is unused in it."""

_WASTE = 0.5  # of the pages may be free before they are given back


class SqliteCatalog(SqliteReader):
    """`Catalog` over a file; the caller sees to it that only one process writes."""

    def __init__(self, path: Path, read_only: bool = False) -> None:
        """Open an existing catalog; an older format is migrated. IndexCorrupt, IndexMismatch."""
        self._write_lock = RLock()
        self._writer = None if read_only else _writing_connection(path)
        try:
            super().__init__(path)
        except BaseException:
            if self._writer is not None:
                self._writer.close()
            raise

    @classmethod
    def create(cls, path: Path, fingerprint: Fingerprint) -> "SqliteCatalog":
        """A new, empty catalog; whole or not at all."""
        with failures(path):
            connection = connect(path)
            try:
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("BEGIN IMMEDIATE")
                migrate(connection)
                connection.execute("INSERT INTO state VALUES (1, 0, 0, 0, 0, '', 0, 0)")
                _stamp(connection, "now", fingerprint)
                connection.execute("COMMIT")
            finally:
                connection.close()
        return cls(path)

    @staticmethod
    def exists(path: Path) -> bool:
        """Whether the file holds a catalog: one that was only begun does not count."""
        if not path.is_file() or not path.stat().st_size:
            return False
        with failures(path):
            connection = connect(path, read_only=True)
            try:
                return format_of(connection) != 0
            finally:
                connection.close()

    def close(self) -> None:
        """Release the file."""
        with self._write_lock:
            super().close()
            if self._writer is not None:
                self._writer.close()  # last, so that it can fold the -wal file in

    @contextmanager
    def transaction(self, changes: bool = True) -> Iterator[None]:
        """All or nothing; `changes` raises the generation once."""
        with self._write_lock, failures(self._path):
            writer = self._writing()
            writer.execute("BEGIN IMMEDIATE")
            try:
                yield
                if changes:
                    writer.execute("UPDATE state SET generation = generation + 1")
                writer.execute("COMMIT")
            except BaseException:
                if writer.in_transaction:  # a full disk may have rolled it back already
                    writer.execute("ROLLBACK")
                raise

    def put(self, document: Document, passages: Sequence[Passage], vectors: Vectors, root: str = "") -> bool:
        """Add a document, or replace the one of this name (then True)."""
        writer = self._writing()
        row = _document_row(document, len(passages), root)
        known = writer.execute("SELECT id FROM documents WHERE name = ?", (document.name,)).fetchone()
        if known:
            id = int(known[0])
            self._forget_passages(id)
            writer.execute(
                "UPDATE documents SET (digest, root, added, title, size, passages, metadata, headings,"
                " set_aside, places) = (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) WHERE id = ?",
                (*row, id),
            )
            writer.execute("UPDATE texts SET text = ? WHERE document = ?", (document.text, id))
        else:
            (id,) = writer.execute(
                "INSERT INTO documents (name, digest, root, added, title, size, passages, metadata, headings,"
                " set_aside, places) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
                (document.name, *row),
            ).fetchone()
            writer.execute("INSERT INTO texts VALUES (?, ?)", (id, document.text))
        self._insert_passages("passages", id, passages, vectors)
        writer.execute("UPDATE state SET passage_count = passage_count + ?", (len(passages),))
        return known is not None

    def remove(self, names: Iterable[str]) -> None:
        """Remove documents and all that belongs to them; DocumentNotFound."""
        writer = self._writing()
        for name in names:
            id = self._id(writer, name)
            self._forget_passages(id)
            writer.execute("DELETE FROM documents WHERE id = ?", (id,))
        writer.execute("UPDATE state SET purge_due = 1")

    def rename(self, old: str, new: str) -> None:
        """Give a document another name."""
        self._writing().execute("UPDATE documents SET name = ? WHERE name = ?", (new, old))

    def set_root(self, name: str, root: str) -> None:
        """Note that a document is now read from another folder."""
        self._writing().execute("UPDATE documents SET root = ? WHERE name = ?", (root, name))

    def compacted(self, base_file: str, base_last: int) -> None:
        """Record the FAISS file and begin a new epoch: derived files hold nothing removed any more."""
        writer = self._writing()
        writer.execute("DELETE FROM removed")
        writer.execute(
            "UPDATE state SET epoch = epoch + 1, base_file = ?, base_last = ?, purge_due = 0",
            (base_file, base_last),
        )

    def set_setting(self, key: str, value: str) -> None:
        """Store a setting; the generation stays."""
        with self.transaction(changes=False):
            self._writing().execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (key, value))

    def scrub(self) -> None:
        """Leave no copy of something removed in the file: in place, or by writing it anew to give room back."""
        with self._write_lock, failures(self._path):
            writer = self._writing()
            (pages,), (free,) = (writer.execute(f"PRAGMA {n}_count").fetchone() for n in ("page", "freelist"))
            in_place = SMALL_FILE <= pages < blanking.MOST_PAGES and free <= pages * _WASTE
            if not in_place or not self.checkpoint():
                self._vacuum()
                return
            # Its pages in memory still hold the copies, and would bring them back with the next change.
            writer.close()
            try:
                subprocess.run([sys.executable, "-I", "-S", blanking.__file__, self._path], check=True)
            except subprocess.CalledProcessError as error:
                raise OSError(f"what was removed cannot be overwritten in {self._path}") from error
            finally:
                self._writer = connect(self._path)

    def _vacuum(self) -> None:
        writer = self._writing()
        writer.execute("PRAGMA temp_store = FILE")  # a large index does not fit into memory
        try:
            writer.execute("VACUUM")
        finally:
            writer.execute("PRAGMA temp_store = MEMORY")

    def checkpoint(self) -> bool:
        """Fold the -wal file in and empty it; False while a reader holds an old view."""
        with self._write_lock, failures(self._path):
            (busy, *_) = self._writing().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not busy

    def _forget_passages(self, document: int) -> None:
        writer = self._writing()
        writer.execute("INSERT INTO removed (passage) SELECT id FROM passages WHERE document = ?", (document,))
        for table in ("next_passages", "next_documents"):
            writer.execute(f"DELETE FROM {table} WHERE document = ?", (document,))
        gone = writer.execute("DELETE FROM passages WHERE document = ?", (document,)).rowcount
        writer.execute("UPDATE state SET passage_count = passage_count - ?", (gone,))

    def _insert_passages(self, table: str, document: int, passages: Sequence[Passage], vectors: Vectors) -> None:
        writer = self._writing()
        if vectors.shape[0] != len(passages):
            raise ValueError(f"{len(passages)} passages need as many vectors, not {vectors.shape[0]}")
        (last,) = writer.execute("SELECT last_passage FROM state").fetchone()
        writer.executemany(
            f"INSERT INTO {table} VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                (last + number, document, p.start, p.end, p.text, p.context, p.place, vector.tobytes())
                for number, (p, vector) in enumerate(zip(passages, vectors.astype("<f2"), strict=True), 1)
            ),
        )
        writer.execute("UPDATE state SET last_passage = ?", (last + len(passages),))

    # ---- reindexing: other passages of the same documents gather beside the present ones

    def begin_next(self, fingerprint: Fingerprint) -> None:
        """Go on with a reindexing to this fingerprint, or begin one and drop any other."""
        writer = self._writing()
        if writer.execute(FINGERPRINT, ("next",)).fetchone() != astuple(fingerprint):
            self._drop_next()
            _stamp(writer, "next", fingerprint)

    def next_missing(self, limit: int) -> list[str]:
        """Names of documents whose next passages are still to be made."""
        rows = self._all(
            "SELECT name FROM documents LEFT JOIN next_documents ON document = id"
            " WHERE next_documents.digest IS NOT documents.digest ORDER BY id LIMIT ?",
            (limit,),
        )
        return [str(name) for (name,) in rows]

    def put_next(self, name: str, passages: Sequence[Passage], vectors: Vectors) -> None:
        """Store the next passages of a document, all of them; DocumentNotFound."""
        writer = self._writing()
        id = self._id(writer, name)
        writer.execute("DELETE FROM next_passages WHERE document = ?", (id,))
        self._insert_passages("next_passages", id, passages, vectors)
        writer.execute("INSERT OR REPLACE INTO next_documents SELECT id, digest FROM documents WHERE id = ?", (id,))

    def adopt_next(self) -> None:
        """Put the next passages in place of the present ones; the derived files are to be made again."""
        writer = self._writing()
        for old, new in (("passages", "last_"), ("next_passages", "passages"), ("last_", "next_passages")):
            writer.execute(f"ALTER TABLE {old} RENAME TO {new}")
        writer.execute("UPDATE documents SET passages = (SELECT count(*) FROM passages WHERE document = documents.id)")
        writer.execute("UPDATE state SET passage_count = (SELECT count(*) FROM passages)")
        writer.execute("DELETE FROM fingerprints WHERE slot = 'now'")
        writer.execute("UPDATE fingerprints SET slot = 'now' WHERE slot = 'next'")
        self._drop_next()
        self.compacted("", 0)
        writer.execute("UPDATE state SET purge_due = 1")

    def _drop_next(self) -> None:
        for statement in (
            "DELETE FROM next_passages",
            "DELETE FROM next_documents",
            "DELETE FROM fingerprints WHERE slot = 'next'",
        ):
            self._writing().execute(statement)

    def _writing(self) -> sqlite3.Connection:
        if self._writer is None:
            raise IndexReadOnly(f"{self._path.parent} was opened for reading; open it without read_only to write")
        return self._writer


def _writing_connection(path: Path) -> sqlite3.Connection:
    """A connection to write with, to a file of the present format: an older one is migrated."""
    with failures(path):
        connection = connect(path)
        try:
            if check_format(connection, path, may_migrate=True) != migrations.FORMAT:
                connection.execute("BEGIN IMMEDIATE")
                migrate(connection)
                connection.execute("COMMIT")
        except BaseException:
            connection.close()
            raise
        return connection


def _document_row(document: Document, passages: int, root: str) -> tuple[object, ...]:
    return (
        document.digest,
        root,
        datetime.now(UTC).isoformat(timespec="seconds"),
        document.title,
        len(document.text),
        passages,
        json.dumps(dict(document.metadata), ensure_ascii=False),
        json.dumps([(item.start, item.end, item.level) for item in document.headings]),
        json.dumps([(item.start, item.end, item.kind) for item in document.set_aside], ensure_ascii=False),
        json.dumps([(item.start, item.label) for item in document.places], ensure_ascii=False),
    )


def _stamp(connection: sqlite3.Connection, slot: str, fingerprint: Fingerprint) -> None:
    connection.execute("INSERT OR REPLACE INTO fingerprints VALUES (?, ?, ?, ?, ?, ?)", (slot, *astuple(fingerprint)))
