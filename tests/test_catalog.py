"""The SQLite catalog: what goes in comes out, all or nothing, and nothing of what was removed."""

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from embeddings.catalog import Fingerprint, State, migrations
from embeddings.catalog.migrations import FORMAT
from embeddings.catalog.sqlite import SqliteCatalog
from embeddings.errors import DocumentNotFound, IndexCorrupt, IndexFolderError, IndexMismatch, IndexReadOnly
from embeddings.types import Document, Heading, Passage, Place, SetAside, Vectors

FINGERPRINT = Fingerprint("a model", "abc", 4, 1, 2)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "catalog.sqlite"


@pytest.fixture
def catalog(path: Path) -> Iterator[SqliteCatalog]:
    catalog = SqliteCatalog.create(path, FINGERPRINT)
    yield catalog
    catalog.close()


def document(name: str = "a.txt", text: str = "标题\n第一句。第二句。") -> Document:
    return Document(
        name,
        text,
        f"digest of {text}",
        "标题",
        {"date": "2024-01-02", "source": "某报"},
        (SetAside(0, 1, "print button"),),
        (Heading(0, 2, 1),),
        (Place(0, "page 1"), Place(3, "page 2")),
    )


def passages(name: str = "a.txt", count: int = 2) -> list[Passage]:
    return [Passage(name, 3 + at, 7 + at, f"视图{at}", "标题", "page 2") for at in range(count)]


def vectors(count: int = 2, seed: int = 0) -> Vectors:
    found = np.random.default_rng(seed).standard_normal((count, 4)).astype(np.float32)
    found /= np.linalg.norm(found, axis=1, keepdims=True)
    return found


def put(catalog: SqliteCatalog, name: str = "a.txt", count: int = 2, **other: str) -> bool:
    with catalog.transaction():
        return catalog.put(document(name, **other), passages(name, count), vectors(count), "/root")


def test_a_document_comes_back_as_it_was(catalog: SqliteCatalog) -> None:
    assert put(catalog) is False
    assert catalog.document("a.txt") == document()
    (info,) = catalog.documents()
    assert (info.name, info.title, info.size, info.passages) == ("a.txt", "标题", 11, 2)
    assert info.metadata == {"date": "2024-01-02", "source": "某报"}
    assert [(o.name, o.root) for o in catalog.origins()] == [("a.txt", "/root")]


@pytest.mark.parametrize("text", ["nul \x00 inside", "astral 𠮷𝄞 \u2028 end", "\r\n \t", "'; DROP TABLE texts; --"])
def test_any_unicode_text_is_kept(catalog: SqliteCatalog, text: str) -> None:
    put(catalog, text=text + " and a tail")
    assert catalog.document("a.txt").text == text + " and a tail"


def test_passages_come_back_in_the_order_asked_for(catalog: SqliteCatalog) -> None:
    put(catalog)
    put(catalog, "b.txt", 1)
    first, second, third = catalog.passages([1, 2, 3])
    assert catalog.passages([3, 99, 1]) == [third, first]
    assert first == Passage("a.txt", 3, 7, "视图0", "标题", "page 2", 1)
    assert catalog.passages_of("a.txt") == [first, second]
    assert catalog.passage_ids().tolist() == [1, 2, 3]
    assert catalog.passage_ids(catalog.document_ids(["b.txt"])).tolist() == [3]
    assert catalog.passages(list(range(1, 2000))) == [first, second, third]


def test_vectors_are_of_unit_length_and_close_to_what_was_stored(catalog: SqliteCatalog) -> None:
    put(catalog)
    ids, found = catalog.vectors(after=0, limit=10)
    assert ids.tolist() == [1, 2]
    assert np.abs(found - vectors()).max() < 1e-3
    assert np.linalg.norm(found, axis=1) == pytest.approx(1, abs=1e-6)
    ids, found = catalog.vectors(after=2, limit=10)
    assert (len(ids), found.shape) == (0, (0, 4))


def test_every_change_raises_the_generation_and_a_setting_does_not(catalog: SqliteCatalog) -> None:
    assert catalog.state() == State()
    put(catalog)
    catalog.set_setting("threshold", "0.5")
    assert catalog.state() == State(generation=1, last_passage=2, passage_count=2)
    assert (catalog.setting("threshold"), catalog.setting("other")) == ("0.5", None)
    with catalog.transaction():
        catalog.remove(["a.txt"])
    assert catalog.state() == State(2, last_passage=2, passage_count=0, purge_due=True)


def test_ids_are_never_used_twice(catalog: SqliteCatalog, path: Path) -> None:
    put(catalog)
    assert put(catalog, count=1, text="anderer Text") is True
    assert catalog.passage_ids().tolist() == [3]
    with catalog.transaction():
        catalog.remove(["a.txt"])
    catalog.close()
    again = SqliteCatalog(path)
    put(again)
    assert again.passage_ids().tolist() == [4, 5]
    assert [passage for _, passage in again.removed()] == [1, 2, 3]
    again.close()


def test_a_failed_transaction_changes_nothing(catalog: SqliteCatalog) -> None:
    put(catalog)
    before = catalog.state()
    with pytest.raises(KeyboardInterrupt), catalog.transaction():
        catalog.remove(["a.txt"])
        catalog.put(document("b.txt"), passages("b.txt"), vectors())
        raise KeyboardInterrupt
    assert catalog.state() == before
    assert [info.name for info in catalog.documents()] == ["a.txt"]
    with pytest.raises(ValueError, match="2 passages need as many vectors, not 1"), catalog.transaction():
        catalog.put(document("b.txt"), passages("b.txt"), vectors(1))
    assert catalog.state() == before
    assert catalog.verify() == []


def test_a_reader_sees_each_commit_whole(catalog: SqliteCatalog, path: Path) -> None:
    reader = SqliteCatalog(path, read_only=True)
    with catalog.transaction():
        catalog.put(document(), passages(), vectors())
        assert reader.documents() == []
    assert [info.name for info in reader.documents()] == ["a.txt"]
    with pytest.raises(IndexReadOnly, match="opened for reading"):
        put(reader)
    reader.close()


def test_unknown_documents_are_named(catalog: SqliteCatalog) -> None:
    for ask in (catalog.document, catalog.passages_of, lambda name: catalog.document_ids([name])):
        with pytest.raises(DocumentNotFound, match="'missing.txt'"):
            ask("missing.txt")
    with pytest.raises(DocumentNotFound), catalog.transaction():
        catalog.remove(["missing.txt"])


def test_nothing_removed_is_left_in_the_files(catalog: SqliteCatalog, path: Path) -> None:
    # Small rows that come and go, so that pages split and merge: secure_delete alone fails this.
    random = np.random.default_rng(5)
    present: dict[str, int] = {}
    for version in range(120):
        name = f"{random.integers(16)}.txt"
        with catalog.transaction():
            if name in present and random.random() < 0.3:
                catalog.remove([name])
                del present[name]
            else:
                texts = [
                    f"<<{version}>> {'会议讨论了预算' * random.integers(1, 25)}" for _ in range(random.integers(1, 9))
                ]
                found = [Passage(name, 0, 5, text) for text in texts]
                catalog.put(document(name, "\n".join(texts)), found, vectors(len(found)))
                present[name] = version
    catalog.scrub()
    assert catalog.checkpoint()
    contents = b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert {int(number) for number in re.findall(rb"<<([0-9]+)>>", contents)} == set(present.values())
    assert catalog.verify() == []


def test_contradictions_are_found(catalog: SqliteCatalog, path: Path) -> None:
    put(catalog)
    assert catalog.verify() == []
    connection = sqlite3.connect(path)
    connection.execute("UPDATE passages SET vector = x'00', \"end\" = 99 WHERE id = 2")
    connection.execute("DELETE FROM passages WHERE id = 1")
    connection.execute("DELETE FROM texts")
    connection.execute("UPDATE state SET last_passage = 1")
    connection.commit()
    connection.close()
    assert catalog.verify() == [
        "the catalog counts 2 passages and holds 1",
        "a.txt: 2 passages are counted, 1 are there",
        "a.txt: passage 2 is outside its text",
        "passage 2 has a vector of 1 bytes",
        "passage 2 is beyond the last id given out, 1",
        "a.txt: its text is missing",
    ]


def test_what_is_no_catalog_is_refused(path: Path, tmp_path: Path) -> None:
    assert not SqliteCatalog.exists(path)
    path.write_bytes(b"")
    assert not SqliteCatalog.exists(path)
    path.write_bytes(b"plain text, long enough to have a header " * 100)
    with pytest.raises(IndexCorrupt, match="damaged"):
        SqliteCatalog.exists(path)
    other = tmp_path / "other.sqlite"
    connection = sqlite3.connect(other)
    connection.execute("CREATE TABLE somebody (else_)")
    connection.close()
    with pytest.raises(IndexCorrupt, match="not an index"):
        SqliteCatalog(other)
    with pytest.raises(IndexFolderError):
        SqliteCatalog(tmp_path / "no folder" / "catalog.sqlite")


def test_a_newer_format_is_refused(catalog: SqliteCatalog, path: Path) -> None:
    catalog.close()
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {FORMAT + 1}")
    connection.close()
    with pytest.raises(IndexMismatch, match=f"index format {FORMAT + 1}, made by a newer version"):
        SqliteCatalog(path)


def test_an_older_format_is_migrated_by_a_writer_only(
    catalog: SqliteCatalog, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(catalog)
    catalog.close()
    step = "ALTER TABLE documents ADD COLUMN language TEXT;\nUPDATE documents SET language = 'zh';\n"
    monkeypatch.setattr(migrations, "MIGRATIONS", (*migrations.MIGRATIONS, step))
    monkeypatch.setattr(migrations, "FORMAT", FORMAT + 1)
    with pytest.raises(IndexMismatch, match=f"older index format {FORMAT}.*qa info --index"):
        SqliteCatalog(path, read_only=True)
    for read_only in (False, True):
        again = SqliteCatalog(path, read_only)
        assert again.document("a.txt") == document()
        assert again._all("SELECT language FROM documents") == [("zh",)]
        again.close()


def test_a_migration_that_fails_leaves_the_old_format(
    catalog: SqliteCatalog, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(catalog)
    catalog.close()
    with monkeypatch.context() as patched:
        step = "ALTER TABLE documents ADD COLUMN language TEXT;\nSELECT * FROM missing;\n"
        patched.setattr(migrations, "MIGRATIONS", (*migrations.MIGRATIONS, step))
        patched.setattr(migrations, "FORMAT", FORMAT + 1)
        with pytest.raises(IndexFolderError):
            SqliteCatalog(path)
    again = SqliteCatalog(path)
    assert again.document("a.txt") == document()
    again.close()
