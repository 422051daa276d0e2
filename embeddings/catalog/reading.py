"""The reading half of the SQLite catalog: one connection that all threads share."""

import json
import sqlite3
from collections.abc import Collection, Sequence
from pathlib import Path
from threading import RLock
from typing import Any

import numpy as np

from embeddings.catalog import Fingerprint, Ids, Origin, State, migrations
from embeddings.catalog.connection import connect, failures
from embeddings.catalog.migrations import format_of
from embeddings.errors import DocumentNotFound, IndexCorrupt, IndexMismatch
from embeddings.lexical import Entry
from embeddings.types import Document, DocumentInfo, Heading, Passage, Place, SetAside, Vectors

_CHUNK = 500  # ids in one statement
_PASSAGE_COLUMNS = 'name, start, "end", passages.text, context, place, passages.id'


class SqliteReader:
    """What can be asked of a catalog's file. Reads take microseconds, and each sees the last commit."""

    def __init__(self, path: Path) -> None:
        """Open an existing catalog of the present format. IndexCorrupt, IndexMismatch."""
        self._path = path
        self._lock = RLock()
        with failures(path):
            self._reader = connect(path, read_only=True)
            try:
                check_format(self._reader, path)
            except BaseException:
                self._reader.close()
                raise

    def state(self) -> State:
        """The committed state."""
        generation, last, count, epoch, file, base_last, due = self._one(
            "SELECT generation, last_passage, passage_count, epoch, base_file, base_last, purge_due FROM state"
        )
        return State(generation, last, count, epoch, file, base_last, bool(due))

    def fingerprint(self) -> Fingerprint:
        """What the passages were built with."""
        return Fingerprint(*self._one(FINGERPRINT, ("now",)))

    def setting(self, key: str) -> str | None:
        """A stored setting."""
        rows = self._all("SELECT value FROM settings WHERE key = ?", (key,))
        return str(rows[0][0]) if rows else None

    def origins(self) -> list[Origin]:
        """Of every document, in order of name."""
        return [Origin(*row) for row in self._all("SELECT name, digest, root FROM documents ORDER BY name")]

    def documents(self) -> list[DocumentInfo]:
        """In order of name."""
        rows = self._all("SELECT name, title, metadata, digest, size, passages, added FROM documents ORDER BY name")
        return [DocumentInfo(name, title, json.loads(meta), *rest) for name, title, meta, *rest in rows]

    def document(self, name: str) -> Document:
        """The whole document; DocumentNotFound."""
        return self.whole([name])[0]

    def whole(self, names: Sequence[str]) -> list[Document]:
        """Whole documents in the given order, read at once; DocumentNotFound."""
        columns = "name, text, digest, title, metadata, set_aside, headings, places"
        rows = self._chunked(f"SELECT {columns} FROM documents JOIN texts ON document = id WHERE name", names)
        found = {row[0]: _document(*row) for row in rows}
        for name in names:
            if name not in found:
                raise _not_found(name)
        return [found[name] for name in names]

    def document_ids(self, names: Collection[str]) -> list[int]:
        """Ids of documents; DocumentNotFound."""
        with self._lock:
            return [self._id(self._reader, name) for name in names]

    def passages(self, ids: Sequence[int]) -> list[Passage]:
        """In the given order, missing ones left out."""
        rows = self._chunked(f"SELECT {_PASSAGE_COLUMNS} FROM passages {_WITH_DOCUMENT} WHERE passages.id", ids)
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

    def beginnings(self, names: Sequence[str], before: int) -> dict[str, str]:
        """Of documents by name, the search views of the passages that start before this character, joined."""
        statement = f"SELECT name, start, text FROM passages {_WITH_DOCUMENT} WHERE start < {int(before)} AND name"
        found: dict[str, str] = {}
        for name, _, text in sorted(self._chunked(statement, names)):
            found[name] = f"{found[name]}\n{text}" if name in found else text
        return found

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
        return self._unpacked(rows)

    def vectors_of(self, ids: Sequence[int]) -> tuple[Ids, Vectors]:
        """The vectors of these passages, with their ids, in any order; missing ones left out."""
        return self._unpacked(self._chunked("SELECT id, vector FROM passages WHERE id", ids))

    def _unpacked(self, rows: list[Any]) -> tuple[Ids, Vectors]:
        """Ids and unit vectors from rows of ids and float16 bytes."""
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
        problems += [f"SQLite: {row[0]} row {row[1]} has no parent" for row in self._all("PRAGMA foreign_key_check")]
        for statement, message in _CONTRADICTIONS:
            problems += [message.format(*row) for row in self._all(statement)]
        return problems

    def _all(self, statement: str, values: Sequence[object] = ()) -> list[Any]:
        with self._lock, failures(self._path):
            return self._reader.execute(statement, values).fetchall()

    def _one(self, statement: str, values: Sequence[object] = ()) -> Any:
        return self._all(statement, values)[0]

    def _chunked(self, statement: str, ids: Sequence[int] | Sequence[str]) -> list[Any]:
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

    def close(self) -> None:
        """Release the file."""
        with self._lock:
            self._reader.close()


def check_format(connection: sqlite3.Connection, path: Path, may_migrate: bool = False) -> int:
    """The format number of a file that can be used, at once or after migration; raises what is to be said."""
    number, folder = format_of(connection), path.parent
    if not number:
        raise IndexCorrupt(f"{path} is not an index; delete it and add the documents again")
    if number > migrations.FORMAT:
        raise IndexMismatch(
            f"{folder} has index format {number}, made by a newer version; this one knows up to"
            f" {migrations.FORMAT}: install the newer version"
        )
    if number < migrations.FORMAT and not may_migrate:
        raise IndexMismatch(
            f"{folder} has the older index format {number}, this version reads {migrations.FORMAT};"
            f" to migrate it: qa info --index {folder}"
        )
    return number


_WITH_DOCUMENT = "JOIN documents ON documents.id = passages.document"
FINGERPRINT = "SELECT model, encoder, dimension, normalizer, passage_rules FROM fingerprints WHERE slot = ?"
_CONTRADICTIONS = (
    (
        "SELECT passage_count, (SELECT count(*) FROM passages) AS found FROM state WHERE passage_count <> found",
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


def _document(name: str, text: str, digest: str, title: str, *lists: str) -> Document:
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


def _not_found(name: str) -> DocumentNotFound:
    return DocumentNotFound(f"no document named {name!r} in this index; `qa documents` lists them")
