"""One index and many: a writer and readers, threads, other models and rules, folders that are none."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from embeddings.documents import from_text
from embeddings.errors import (
    IndexCorrupt,
    IndexFolderError,
    IndexLocked,
    IndexMismatch,
    IndexReadOnly,
    ModelError,
)
from embeddings.index import Index
from tests.fakes import HashingEncoder
from tests.towns import PORTO, best, found


def test_a_second_writer_is_refused_and_told_who_writes(index: Index, folder: Path) -> None:
    path = folder.parent / "index"
    with pytest.raises(IndexLocked, match=str(os.getpid())):
        Index.open(path)
    script = f"""
from embeddings.errors import IndexLocked
from embeddings.index import Index
try:
    Index.open({str(path)!r})
except IndexLocked as error:
    print(error)
"""
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert f"process {os.getpid()}" in told
    assert "read_only=True" in told
    assert told.count("\n") == 1
    index.close()
    Index.open(path).close()


def test_a_reader_sees_a_new_generation_within_a_second(index: Index, folder: Path) -> None:
    script = f"""
import sys, time
from embeddings.index import Index
from tests.fakes import HashingEncoder
with Index.open({str(folder.parent / "index")!r}, read_only=True, encoder=HashingEncoder()) as index:
    print("open", flush=True)
    for generation in (1, 2, 3):
        sys.stdin.readline()
        end = time.monotonic() + 1
        while time.monotonic() < end:
            dense = index.passages([id for id, _ in index.dense("porto council", 1)])
            lexical = index.passages([id for id, _ in index.lexical("porto council", 1)])
            if index.generation == generation and len(dense) == len(lexical) == (generation != 3):
                break
            time.sleep(0.02)
        print(index.generation, [p.document for p in dense], [p.document for p in lexical], flush=True)
"""
    reader = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert reader.stdin and reader.stdout

    def told() -> str:
        assert reader.stdin and reader.stdout
        reader.stdin.write("\n")
        reader.stdin.flush()
        return reader.stdout.readline().strip()

    assert reader.stdout.readline() == "open\n"
    index.add_document(from_text(PORTO, "a.txt"))
    assert told() == "1 ['a.txt'] ['a.txt']"
    index.add_document(from_text(PORTO + " And again.", "a.txt"))
    assert told() == "2 ['a.txt'] ['a.txt']"
    index.remove("a.txt")
    assert told() == "3 [] []"
    assert reader.wait(10) == 0
    reader.stdin.close()
    reader.stdout.close()


def test_a_reader_without_a_lexical_index_goes_over_to_the_writers(index: Index, folder: Path) -> None:
    path = folder.parent / "index"
    with Index.open(path, read_only=True, encoder=HashingEncoder()) as reader:
        assert reader.lexical("Porto", 5) == []
        index.add_document(from_text(PORTO, "a.txt"))
        assert found(reader, "Porto") == [{"a.txt"}] * 2
        index.add_document(from_text(PORTO, "b.txt"))
        assert found(reader, "Porto") == [{"a.txt", "b.txt"}] * 2
        assert not reader._lexical._current().in_memory
        assert reader.verify() == []


def test_a_model_that_cannot_be_loaded_leaves_no_folder(tmp_path: Path) -> None:
    with pytest.raises(ModelError):
        Index.open(tmp_path / "index", model=str(tmp_path / "no model"))
    assert not (tmp_path / "index").exists()


def test_threads_search_while_one_adds_and_removes(index: Index, tmp_path: Path) -> None:
    index.add_document(from_text(PORTO, "porto.txt"))
    failures: list[object] = []
    done = threading.Event()

    def search() -> None:
        try:
            while not done.is_set():
                if best(index, "Who met in Porto?") != ["porto.txt"] * 2:
                    failures.append("not found")
                index.slice("porto.txt", 0, 5)
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=search) for _ in range(3)]
    for thread in threads:
        thread.start()
    for number in range(15):
        index.add_document(from_text(f"第{number}号文件讲的是编号{number}的事情。", f"{number}.txt"))
        if number % 3 == 2:
            index.remove(f"{number - 1}.txt")
    done.set()
    for thread in threads:
        thread.join()
    assert failures == []
    assert index.verify() == []


def test_an_index_of_another_model_says_which_and_what_to_run(index: Index, folder: Path) -> None:
    index.add(folder)
    index.close()
    path = folder.parent / "index"
    with pytest.raises(IndexMismatch, match="model 'hashing', not 'other'.*qa reindex --model other"):
        Index.open(path, encoder=HashingEncoder("other"))
    with pytest.raises(IndexMismatch, match="earlier state of model 'hashing'.*qa reindex"):
        Index.open(path, encoder=HashingEncoder("hashing", 32))
    Index.open(path, encoder=HashingEncoder()).close()


def test_an_index_of_other_rules_says_what_to_run(index: Index, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index.close()
    monkeypatch.setattr("embeddings.index.stamps.NORMALIZER_VERSION", 999)
    with pytest.raises(IndexMismatch, match="qa reindex"):
        Index.open(folder.parent / "index")


def test_reading_only_refuses_to_write(index: Index, folder: Path) -> None:
    index.add(folder)
    with Index.open(folder.parent / "index", read_only=True, encoder=HashingEncoder()) as reader:
        assert best(reader, "Who met in Porto?") == ["sub/porto.md"] * 2
        for write in (
            lambda: reader.add(folder),
            lambda: reader.remove("guangzhou.txt"),
            lambda: reader.set_setting("a", "b"),
            lambda: reader.add_document(from_text("a", "b")),
        ):
            with pytest.raises(IndexReadOnly, match="opened for reading"):
                write()


def test_folders_that_cannot_hold_an_index(tmp_path: Path, folder: Path) -> None:
    with pytest.raises(IndexFolderError, match="not an index and not empty"):
        Index.open(folder, encoder=HashingEncoder())
    with pytest.raises(IndexFolderError, match="is a file"):
        Index.open(folder / "guangzhou.txt", encoder=HashingEncoder())
    with pytest.raises(IndexFolderError, match="cannot be used"):
        Index.open(folder / "guangzhou.txt" / "index", encoder=HashingEncoder())
    with pytest.raises(IndexFolderError, match="cannot be used"):
        Index.open("/proc/index", encoder=HashingEncoder())
    with pytest.raises(IndexFolderError, match="no index"):
        Index.open(tmp_path / "nothing", read_only=True)
    assert sorted(path.name for path in folder.iterdir()) == ["guangzhou.txt", "sub"]
    (tmp_path / "damaged").mkdir()
    (tmp_path / "damaged" / "catalog.sqlite").write_bytes(b"no database " * 1000)
    with pytest.raises(IndexCorrupt, match="damaged"):
        Index.open(tmp_path / "damaged", encoder=HashingEncoder())
