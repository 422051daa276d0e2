"""The web application's own SQLite file: accounts, conversations, feedback. Never text of documents."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FILE_NAME = "web.sqlite3"

# One entry per format; a file is brought from its number to the last. Entries are never changed.
_MIGRATIONS = (
    """
    CREATE TABLE account (
        name TEXT PRIMARY KEY, password TEXT NOT NULL, token TEXT UNIQUE, created TEXT NOT NULL
    );
    CREATE TABLE session (
        digest TEXT PRIMARY KEY, user TEXT NOT NULL REFERENCES account(name) ON DELETE CASCADE,
        expires REAL NOT NULL
    );
    CREATE TABLE conversation (
        id TEXT PRIMARY KEY, user TEXT NOT NULL, title TEXT NOT NULL, scope TEXT NOT NULL DEFAULT '[]',
        created TEXT NOT NULL, updated TEXT NOT NULL
    );
    CREATE INDEX conversation_of_user ON conversation(user, updated);
    CREATE TABLE turn (
        conversation TEXT NOT NULL REFERENCES conversation(id) ON DELETE CASCADE, number INTEGER NOT NULL,
        question TEXT NOT NULL, record TEXT NOT NULL, created TEXT NOT NULL,
        PRIMARY KEY (conversation, number)
    ) WITHOUT ROWID;
    CREATE TABLE feedback (
        id INTEGER PRIMARY KEY, user TEXT NOT NULL, conversation TEXT, turn INTEGER, question TEXT NOT NULL,
        rating TEXT NOT NULL, comment TEXT NOT NULL, record TEXT NOT NULL, created TEXT NOT NULL,
        UNIQUE (conversation, turn)
    );
    """,
)


class Store:
    """One connection shared by all threads; `path` is the file, None keeps everything in memory."""

    def __init__(self, path: Path | None = None) -> None:
        """Open the file, making or upgrading it where needed."""
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(path or ":memory:", check_same_thread=False, isolation_level=None)
        self._connection.row_factory = sqlite3.Row
        if path is not None:
            path.chmod(0o600)
        # What is deleted is overwritten, and a reader that crashes leaves nothing half-written.
        for pragma in ("journal_mode=WAL", "secure_delete=ON", "foreign_keys=ON", "synchronous=NORMAL"):
            self._connection.execute(f"PRAGMA {pragma}")
        self._migrate()

    def _migrate(self) -> None:
        (version,) = self._connection.execute("PRAGMA user_version").fetchone()
        for number, script in enumerate(_MIGRATIONS[version:], version + 1):
            self._connection.executescript(f"BEGIN; {script}; PRAGMA user_version={number}; COMMIT;")

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """The connection, alone; committed at the end, rolled back on an error."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def rows(self, query: str, *values: object) -> list[sqlite3.Row]:
        """All rows of a query."""
        with self._lock:
            return self._connection.execute(query, values).fetchall()

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()
