"""Unused bytes of SQLite's pages: copies linger there, and overwriting them changes nothing that is read."""

import random
import sqlite3
from pathlib import Path

import pytest

from embeddings.catalog.blanking import blank


def rows(number: int) -> str:
    return f"row {number:05d} " + "filling " * (number * 7919 % 60)


def make(path: Path, page_size: int) -> list[int]:
    """A table whose rows were inserted and deleted at random; the ids of those that are left."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute(f"PRAGMA page_size = {page_size}")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA secure_delete = ON")
    connection.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, text TEXT UNIQUE)")
    order = list(range(3000))
    random.Random(1).shuffle(order)
    connection.execute("BEGIN")
    connection.executemany("INSERT INTO t VALUES (?, ?)", ((number, rows(number)) for number in order))
    connection.execute("COMMIT")
    connection.executemany("DELETE FROM t WHERE id = ?", ((number,) for number in order[1000:]))
    connection.close()
    return sorted(order[:1000])


@pytest.mark.parametrize("page_size", [512, 4096, 65536])
def test_no_copy_of_a_deleted_row_lingers(tmp_path: Path, page_size: int) -> None:
    path = tmp_path / "t.sqlite"
    left = make(path, page_size)
    gone = [rows(number)[:9].encode() for number in set(range(3000)) - set(left)]
    before = path.read_bytes()
    assert any(text in before for text in gone), "secure_delete alone is enough: there is nothing to test"
    assert blank(str(path)) > 0
    after = path.read_bytes()
    assert [text for text in gone if text in after] == []
    assert len(after) == len(before)
    assert blank(str(path)) == 0
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert connection.execute("SELECT id, text FROM t ORDER BY id").fetchall() == [(id, rows(id)) for id in left]
    connection.close()
