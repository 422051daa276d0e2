"""The numbered steps that bring an index's SQLite file to the present format.

The number of steps taken is the index's format number, kept in SQLite's `user_version`. A step that
has been released is never edited; a change of the schema is a new step.
"""

import sqlite3

APPLICATION_ID = 0x57454E4A  # "WENJ": tells our file from any other SQLite file

_FORMAT_1 = """
CREATE TABLE state (                 -- one row
    id INTEGER PRIMARY KEY CHECK (id = 1),
    generation INTEGER NOT NULL,     -- raised by every committed change of documents
    last_passage INTEGER NOT NULL,   -- highest passage id ever given out: ids are never used twice
    passage_count INTEGER NOT NULL,
    epoch INTEGER NOT NULL,          -- raised when `removed` is emptied or all passages are replaced
    base_file TEXT NOT NULL,         -- FAISS file, "" if none
    base_last INTEGER NOT NULL,      -- it covers the passages with id <= base_last
    purge_due INTEGER NOT NULL       -- 1 while derived files must still forget removed passages
);
CREATE TABLE fingerprints (          -- what the passages were built with
    slot TEXT PRIMARY KEY CHECK (slot IN ('now', 'next')),
    model TEXT NOT NULL,
    encoder TEXT NOT NULL,           -- the encoder's fingerprint
    dimension INTEGER NOT NULL,
    normalizer INTEGER NOT NULL,
    passage_rules INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE documents (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    digest TEXT NOT NULL,            -- SHA-256 of the file's bytes, hex
    root TEXT NOT NULL,              -- folder the name is relative to, "" if it came from no file
    added TEXT NOT NULL,             -- ISO 8601, UTC
    title TEXT NOT NULL,
    size INTEGER NOT NULL,           -- characters of text
    passages INTEGER NOT NULL,
    metadata TEXT NOT NULL,          -- JSON object
    headings TEXT NOT NULL,          -- JSON list of [start, end, level]
    set_aside TEXT NOT NULL,         -- JSON list of [start, end, kind]
    places TEXT NOT NULL             -- JSON list of [start, label]
);
CREATE INDEX documents_by_digest ON documents (digest);
CREATE TABLE texts (
    document INTEGER PRIMARY KEY REFERENCES documents (id) ON DELETE CASCADE,
    text TEXT NOT NULL
);
CREATE TABLE passages (
    id INTEGER PRIMARY KEY,
    document INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    start INTEGER NOT NULL,          -- characters of the document's text
    "end" INTEGER NOT NULL,
    text TEXT NOT NULL,              -- search view
    context TEXT NOT NULL,           -- search view of title and headings
    place TEXT NOT NULL,
    vector BLOB NOT NULL             -- little-endian float16, `dimension` of them
);
CREATE INDEX passages_by_document ON passages (document, start);
CREATE TABLE next_passages (         -- a reindexing under way; changes places with `passages` when whole
    id INTEGER PRIMARY KEY,
    document INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    text TEXT NOT NULL,
    context TEXT NOT NULL,
    place TEXT NOT NULL,
    vector BLOB NOT NULL
);
CREATE INDEX next_passages_by_document ON next_passages (document, start);
CREATE TABLE next_documents (        -- the documents whose `next_passages` are complete
    document INTEGER PRIMARY KEY REFERENCES documents (id) ON DELETE CASCADE,
    digest TEXT NOT NULL
);
CREATE TABLE removed (               -- ids removed since the epoch began, in order
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    passage INTEGER NOT NULL
);
CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""

MIGRATIONS: tuple[str, ...] = (_FORMAT_1,)
FORMAT = len(MIGRATIONS)
"""The format number this version writes."""


def format_of(connection: sqlite3.Connection) -> int | None:
    """The format number of an open SQLite file; 0 for an empty one, None if it is not an index."""
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if not tables:
        return 0
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    if application != APPLICATION_ID:
        return None
    (number,) = connection.execute("PRAGMA user_version").fetchone()
    return int(number)


def migrate(connection: sqlite3.Connection) -> None:
    """Take the missing steps inside the transaction that the caller has begun."""
    start = format_of(connection) or 0
    for step in MIGRATIONS[start:]:
        for statement in _statements(step):
            connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {FORMAT}")


def _statements(script: str) -> list[str]:
    """The statements of a script; `executescript` would commit the caller's transaction."""
    statements, pending = [], ""
    for line in script.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            statements.append(pending)
            pending = ""
    return statements
