"""SQLite connections to a catalog's file, and their failures as errors of this project."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from embeddings.errors import IndexCorrupt, IndexFolderError

MAPPED = 2**31 - 2**16
"""Bytes of the file that readers map into memory: as much as SQLite does."""


def connect(path: Path, read_only: bool = False) -> sqlite3.Connection:
    """A connection in autocommit mode that threads may share; a writing one creates the file."""
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
    # The vectors of a question's candidates lie all over the file: 512 of a million take 6 ms instead of 16.
    connection.execute(f"PRAGMA mmap_size = {MAPPED}")
    return connection


def _open(uri: str) -> sqlite3.Connection:
    return sqlite3.connect(uri, uri=True, timeout=10, isolation_level=None, check_same_thread=False)


@contextmanager
def failures(path: Path) -> Iterator[None]:
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
