"""The catalog in one SQLite file: a writing connection, if allowed, and one that all threads read from."""

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple
from datetime import UTC, datetime
from pathlib import Path
from threading import RLock
from typing import Any

import numpy as np

from embeddings.catalog import Fingerprint, Ids, Origin, State
from embeddings.catalog.migrations import FORMAT, format_of, migrate
from embeddings.errors import DocumentNotFound, IndexCorrupt, IndexFolderError, IndexMismatch, IndexReadOnly
from embeddings.lexical import Entry
from embeddings.types import Document, DocumentInfo, Heading, Passage, Place, SetAside, Vectors

_CHUNK = 500  # ids in one statement
_PASSAGE_COLUMNS = 'name, start, "end", passages.text, context, place, passages.id'


class SqliteCatalog:
    """`Catalog` over a file. One process writes (the caller sees to that), others read meanwhile."""

    def __init__(self, path: Path, read_only: bool = False) -> None:
        """Open an existing catalog; an older format is migrated. IndexCorrupt, IndexMismatch."""
        self._path = path
        self._lock = RLock()
        self._write_lock = RLock()
        self._writer: sqlite3.Connection | None = None
        with _failures(path):
            if not read_only:
                self._writer = _connect(path)
                self._migrate(self._writer)
            try:
                self._reader = _connect(path, read_only=True)
                self._check_format(self._reader)
            except BaseException:
                self.close()
                raise

    @classmethod
    def create(cls, path: Path, fingerprint: Fingerprint) -> "SqliteCatalog":
        """A new, empty catalog; whole or not at all."""
        with _failures(path):
            connection = _connect(path)
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
        with _failures(path):
            connection = _connect(path, read_only=True)
            try:
                return format_of(connection) != 0
            finally:
                connection.close()

    # ---- writing

    @contextmanager
    def transaction(self, changes: bool = True) -> Iterator[None]:
        """All or nothing; `changes` raises the generation once."""
        with self._write_lock, _failures(self._path):
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

    def purge(self) -> bool:
        """Leave no removed text in the -wal file either; False while a reader holds an old view.

        In the main file, `secure_delete` has overwritten it with zeros.
        """
        with self._write_lock, _failures(self._path):
            (busy, *_) = self._writing().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not busy

    def _forget_passages(self, document: int) -> None:
        writer = self._writing()
        writer.execute(
            "INSERT INTO removed (passage) SELECT id FROM passages WHERE document = ?", (document,)
        )
        gone = writer.execute("DELETE FROM passages WHERE document = ?", (document,)).rowcount
        writer.execute("UPDATE state SET passage_count = passage_count - ?", (gone,))

    def _insert_passages(
        self, table: str, document: int, passages: Sequence[Passage], vectors: Vectors
    ) -> None:
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

    # ---- reading

    def state(self) -> State:
        """The committed state."""
        generation, last, count, epoch, file, base_last, due = self._one(
            "SELECT generation, last_passage, passage_count, epoch, base_file, base_last, purge_due"
            " FROM state"
        )
        return State(generation, last, count, epoch, file, base_last, bool(due))

    def fingerprint(self) -> Fingerprint:
        """What the passages were built with."""
        return Fingerprint(*self._one(_FINGERPRINT, ("now",)))

    def setting(self, key: str) -> str | None:
        """A stored setting."""
        rows = self._all("SELECT value FROM settings WHERE key = ?", (key,))
        return str(rows[0][0]) if rows else None

    def origins(self) -> list[Origin]:
        """Of every document, in order of name."""
        return [Origin(*row) for row in self._all("SELECT name, digest, root FROM documents ORDER BY name")]

    def documents(self) -> list[DocumentInfo]:
        """In order of name."""
        rows = self._all(
            "SELECT name, title, metadata, digest, size, passages, added FROM documents ORDER BY name"
        )
        return [DocumentInfo(name, title, json.loads(meta), *rest) for name, title, meta, *rest in rows]

    def document(self, name: str) -> Document:
        """The whole document; DocumentNotFound."""
        rows = self._all(
            "SELECT text, digest, title, metadata, set_aside, headings, places FROM documents"
            " JOIN texts ON document = id WHERE name = ?",
            (name,),
        )
        if not rows:
            raise _not_found(name)
        text, digest, title, *lists = rows[0]
        metadata, set_aside, headings, places = map(json.loads, lists)
        return Document(
            name,
            text,
            digest,
            title,
            metadata,
            tuple(SetAside(*item) for item in set_aside),
            tuple(Heading(*item) for item in headings),
            tuple(Place(*item) for item in places),
        )

    def document_ids(self, names: Collection[str]) -> list[int]:
        """Ids of documents; DocumentNotFound."""
        with self._lock:
            return [self._id(self._reader, name) for name in names]

    def passages(self, ids: Sequence[int]) -> list[Passage]:
        """In the given order, missing ones left out."""
        rows = self._chunked(
            f"SELECT {_PASSAGE_COLUMNS} FROM passages {_WITH_DOCUMENT} WHERE passages.id", ids
        )
        found = {row[-1]: Passage(*row) for row in rows}
        return [found[id] for id in ids if id in found]

    def passages_of(self, name: str) -> list[Passage]:
        """Of one document, in order; DocumentNotFound."""
        (id,) = self.document_ids([name])
        rows = self._all(
            f"SELECT {_PASSAGE_COLUMNS} FROM passages {_WITH_DOCUMENT} WHERE document = ? ORDER BY start",
            (id,),
        )
        return [Passage(*row) for row in rows]

    def passage_ids(self, documents: Collection[int] | None = None) -> Ids:
        """Ascending; of some documents, or of all."""
        if documents is None:
            rows = self._all("SELECT id FROM passages ORDER BY id")
        else:
            rows = sorted(self._chunked("SELECT id FROM passages WHERE document", list(documents)))
        return np.array([id for (id,) in rows], dtype=np.int64)

    def entries(self, ids: Sequence[int]) -> list[Entry]:
        """What the lexical index holds of these passages; missing ones left out."""
        rows = self._chunked("SELECT id, document, text, context FROM passages WHERE id", ids)
        return [Entry(*row) for row in rows]

    def entries_after(self, after: int, limit: int) -> list[Entry]:
        """The same of the next `limit` passages with id > `after`, ascending."""
        rows = self._all(
            "SELECT id, document, text, context FROM passages WHERE id > ? ORDER BY id LIMIT ?",
            (after, limit),
        )
        return [Entry(*row) for row in rows]

    def vectors(self, after: int, limit: int) -> tuple[Ids, Vectors]:
        """The next `limit` passages with id > `after`, ascending."""
        rows = self._all("SELECT id, vector FROM passages WHERE id > ? ORDER BY id LIMIT ?", (after, limit))
        stored = np.frombuffer(b"".join(vector for _, vector in rows), dtype="<f2")
        vectors = stored.astype(np.float32).reshape(len(rows), -1 if rows else self.fingerprint().dimension)
        vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)  # float16 rounded it
        return np.array([id for id, _ in rows], dtype=np.int64), vectors

    def removed(self, after: int = 0) -> list[tuple[int, int]]:
        """(sequence number, passage id) of removals in this epoch with a sequence number > `after`."""
        return self._all("SELECT seq, passage FROM removed WHERE seq > ? ORDER BY seq", (after,))

    def verify(self) -> list[str]:
        """Contradictions inside the catalog."""
        problems = [f"SQLite: {row[0]}" for row in self._all("PRAGMA integrity_check") if row[0] != "ok"]
        problems += [
            f"SQLite: {row[0]} row {row[1]} has no parent" for row in self._all("PRAGMA foreign_key_check")
        ]
        for statement, message in _CONTRADICTIONS:
            problems += [message.format(*row) for row in self._all(statement)]
        return problems

    def close(self) -> None:
        """Release the files."""
        with self._write_lock, self._lock:
            for connection in (getattr(self, "_reader", None), self._writer):
                if connection is not None:
                    connection.close()

    # ---- plumbing

    def _all(self, statement: str, values: Sequence[object] = ()) -> list[Any]:
        # One connection for all threads: reads take microseconds, and each sees the last commit.
        with self._lock, _failures(self._path):
            return self._reader.execute(statement, values).fetchall()

    def _one(self, statement: str, values: Sequence[object] = ()) -> Any:
        return self._all(statement, values)[0]

    def _chunked(self, statement: str, ids: Sequence[int]) -> list[Any]:
        """Rows of a statement that ends in a column which is to be one of the ids."""
        rows = []
        for begin in range(0, len(ids), _CHUNK):
            chunk = ids[begin : begin + _CHUNK]
            rows += self._all(f"{statement} IN ({', '.join('?' * len(chunk))})", chunk)
        return rows

    def _id(self, connection: sqlite3.Connection, name: str) -> int:
        row = connection.execute("SELECT id FROM documents WHERE name = ?", (name,)).fetchone()
        if row is None:
            raise _not_found(name)
        return int(row[0])

    def _writing(self) -> sqlite3.Connection:
        if self._writer is None:
            raise IndexReadOnly(
                f"{self._path.parent} was opened for reading; open it without read_only to write"
            )
        return self._writer

    def _migrate(self, writer: sqlite3.Connection) -> None:
        self._check_format(writer, oldest=1)
        if format_of(writer) != FORMAT:
            writer.execute("BEGIN IMMEDIATE")
            migrate(writer)
            writer.execute("COMMIT")

    def _check_format(self, connection: sqlite3.Connection, oldest: int = FORMAT) -> None:
        number, folder = format_of(connection), self._path.parent
        if not number:
            raise IndexCorrupt(f"{self._path} is not an index; delete it and add the documents again")
        if number > FORMAT:
            raise IndexMismatch(
                f"{folder} has index format {number}, made by a newer version; this one knows up to {FORMAT}"
            )
        if number < oldest:
            raise IndexMismatch(
                f"{folder} has the older index format {number}, this version reads {FORMAT};"
                f" to migrate it: qa info --index {folder}"
            )


_WITH_DOCUMENT = "JOIN documents ON documents.id = passages.document"
_FINGERPRINT = "SELECT model, encoder, dimension, normalizer, passage_rules FROM fingerprints WHERE slot = ?"
_CONTRADICTIONS = (
    (
        "SELECT passage_count, (SELECT count(*) FROM passages) AS found FROM state"
        " WHERE passage_count <> found",
        "the catalog counts {} passages and holds {}",
    ),
    (
        "SELECT name, passages, (SELECT count(*) FROM passages WHERE document = documents.id) AS found"
        " FROM documents WHERE passages <> found",
        "{}: {} passages are counted, {} are there",
    ),
    (
        "SELECT name, passages.id FROM passages JOIN documents ON documents.id = document"
        ' WHERE start < 0 OR "end" <= start OR "end" > size',
        "{}: passage {} is outside its text",
    ),
    (
        "SELECT passages.id, length(vector) FROM passages JOIN fingerprints ON slot = 'now'"
        " WHERE length(vector) <> 2 * dimension",
        "passage {} has a vector of {} bytes",
    ),
    (
        "SELECT max(passages.id), last_passage FROM passages, state HAVING max(passages.id) > last_passage",
        "passage {} is beyond the last id given out, {}",
    ),
    (
        "SELECT name FROM documents LEFT JOIN texts ON document = id WHERE document IS NULL",
        "{}: its text is missing",
    ),
)


def _connect(path: Path, read_only: bool = False) -> sqlite3.Connection:
    address = path.resolve().as_uri()
    if not read_only:
        connection = _open(f"{address}?mode=rwc")
        # Removed content is overwritten, and a commit outlives a power cut.
        for pragma in (
            "foreign_keys = ON",
            "secure_delete = ON",
            "synchronous = FULL",
            "temp_store = MEMORY",
        ):
            connection.execute(f"PRAGMA {pragma}")
        return connection
    connection = _open(f"{address}?mode=ro")
    try:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.OperationalError:
        connection.close()
        # A folder that cannot be written, as on a read-only medium: no -shm file can be made there.
        connection = _open(f"{address}?immutable=1")
    return connection


def _open(uri: str) -> sqlite3.Connection:
    return sqlite3.connect(uri, uri=True, timeout=10, isolation_level=None, check_same_thread=False)


@contextmanager
def _failures(path: Path) -> Iterator[None]:
    """SQLite's failures as errors of this project that say what to do."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            raise IndexCorrupt(
                f"{path} is damaged ({error}); delete {path.parent} and add the documents again"
            ) from error
        raise IndexFolderError(
            f"{path} cannot be used ({error}); the index holds what was committed, try again"
        ) from error


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
    connection.execute(
        "INSERT OR REPLACE INTO fingerprints VALUES (?, ?, ?, ?, ?, ?)", (slot, *astuple(fingerprint))
    )


def _not_found(name: str) -> DocumentNotFound:
    return DocumentNotFound(f"no document named {name!r} in this index; `qa documents` lists them")
