"""Killed, out of space, interrupted: the index holds what was committed and forgets what was removed.

The long runs are tests/benchmarks/kill.py and full_disk.py; a few rounds of them run here.
"""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from embeddings.documents import from_text
from embeddings.errors import IndexFolderError, IndexMismatch
from embeddings.index import Index, dense_side, reindexing
from embeddings.index.upkeep import Upkeep
from embeddings.lexical import LexicalStore
from embeddings.stores.faiss import FaissStore, read_base
from embeddings.types import Vectors
from tests.fakes import HashingEncoder
from tests.processes import heed_interrupts

ROOT = Path(__file__).parents[1]
BENCHMARKS = ROOT / "tests" / "benchmarks"


def last_line(script: str, *arguments: str) -> dict[str, object]:
    ran = subprocess.run(
        [sys.executable, str(BENCHMARKS / script), *arguments], capture_output=True, text=True, cwd=ROOT
    )
    assert ran.returncode == 0, ran.stderr + ran.stdout
    found: dict[str, object] = json.loads(ran.stdout.splitlines()[-1])
    return found


def test_killed_at_random_moments() -> None:
    told = last_line("kill.py", "--kills", "8", "--longest", "0.6", "--seed", str(time.time_ns() % 10**6))
    assert (told["kills"], told["failed"]) == (8, None)


def test_a_full_disk() -> None:
    told = last_line("full_disk.py", "--documents", "12", "--limits", "3000", "60000", "150000", "9000000")
    assert told == {"limits": 4, "failed_additions": 3}


def test_an_interrupt_from_the_keyboard_keeps_what_is_finished(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    for number in range(40):
        (tmp_path / "docs" / f"{number}.txt").write_text(f"第{number}号文件。", encoding="utf-8")
    script = f"""
import time
from embeddings.index import Index, adding
from tests.fakes import HashingEncoder
adding._BATCH_PASSAGES = 1
def progress(done, total, name):
    print(done, flush=True)
    time.sleep(0.05)
with Index.open({str(tmp_path / "index")!r}, encoder=HashingEncoder()) as index:
    index.add({str(tmp_path / "docs")!r}, progress)
"""
    child = subprocess.Popen(
        [sys.executable, "-c", script],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        preexec_fn=heed_interrupts,
    )
    assert child.stdout
    while child.stdout.readline() != "5\n":
        pass
    child.send_signal(signal.SIGINT)
    _, errors = child.communicate(timeout=30)
    assert "KeyboardInterrupt" in errors
    encoder = HashingEncoder()
    with Index.open(tmp_path / "index", encoder=encoder) as index:
        kept = len(index.documents())
        assert 5 <= kept < 40
        assert index.verify() == []
        receipt = index.add(tmp_path / "docs")
        assert (len(receipt.skipped), len(receipt.added)) == (kept, 40 - kept)
        assert len(encoder.embedded) == 40 - kept


SECRET = "绝密口令是 zanzibarlighthouse 四七一一。"


@pytest.mark.parametrize("base_minimum", [2000, 1])
def test_removal_leaves_nothing_in_any_file(base_minimum: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dense_side, "BASE_MINIMUM", base_minimum)
    monkeypatch.setattr("embeddings.index.folder.KEPT_ORIGINALS", frozenset({".txt"}))
    docs = tmp_path / "docs"
    docs.mkdir()
    for number in range(20):
        (docs / f"{number}.txt").write_text(f"第{number}号文件讲的是公开的事情。" * 30, encoding="utf-8")
    (docs / "secret.txt").write_text(SECRET, encoding="utf-8")
    folder = tmp_path / "index"
    encoder = HashingEncoder()
    with Index.open(folder, encoder=encoder) as index:
        index.add(docs)
        (passage,) = index.all_passages("secret.txt")
        digest = index.document("secret.txt").digest
        vector = encoder.encode_queries([passage.text])
        assert (kept := index.original("secret.txt")) and kept.read_bytes() == SECRET.encode()
        assert held_by_files(folder, passage.id, vector, digest) != []
        index.remove("secret.txt")
        # The index is open and its -wal and -shm files are there.
        assert held_by_files(folder, passage.id, vector, digest) == []
        assert index.verify() == []
    assert held_by_files(folder, passage.id, vector, digest) == []
    with Index.open(folder, encoder=encoder) as index:
        assert index.lexical("zanzibarlighthouse", 10) == []
        assert passage.id not in [id for id, _ in index.dense(passage.text, 100)]


def held_by_files(folder: Path, id: int, vector: Vectors, digest: str) -> list[str]:
    """Where the files of an index still hold something of the secret document."""
    held = []
    half = vector.astype("<f2").tobytes()
    for file in folder.rglob("*"):
        data = file.read_bytes() if file.is_file() else b""
        pieces = (SECRET.encode(), b"zanzibarlighthouse", half, vector.tobytes(), digest.encode())
        if any(piece in data for piece in pieces) or digest in file.name:
            held.append(file.name)
    for file in folder.glob("vectors-*.faiss"):
        store = FaissStore(vector.shape[1], read_base(file, vector.shape[1]))
        if id in store.ids() or np.isclose(store.search(vector, 1)[0][1], 1, atol=1e-3):
            held.append(f"{file.name}: the vector")
    lexical = LexicalStore(folder / "lexical")
    for field in ("text", "context"):
        if lexical._searcher.doc_freq(field, "zanzibarlighthous"):  # the stem
            held.append(f"lexical: the term in {field}")
    return held


def test_an_update_leaves_nothing_of_the_old_text(tmp_path: Path) -> None:
    encoder = HashingEncoder()
    with Index.open(tmp_path / "index", encoder=encoder) as index:
        index.add_document(from_text(SECRET, "a.txt"))
        (passage,) = index.all_passages("a.txt")
        vector, digest = encoder.encode_queries([passage.text]), index.document("a.txt").digest
        index.add_document(from_text("没有什么可说的。", "a.txt"))
        assert held_by_files(tmp_path / "index", passage.id, vector, digest) == []


def test_a_removal_cut_short_is_finished_at_the_next_opening(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, encoder = tmp_path / "index", HashingEncoder()
    with Index.open(folder, encoder=encoder) as index:
        index.add_document(from_text("公开的事情。", "open.txt"))
        index.add_document(from_text(SECRET, "secret.txt"))
        (passage,) = index.all_passages("secret.txt")
        vector, digest = encoder.encode_queries([passage.text]), index.document("secret.txt").digest
        with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
            patched.setattr(Upkeep, "settle", interrupted)
            index.remove("secret.txt")
        assert held_by_files(folder, passage.id, vector, digest) != []
    Index.open(folder, encoder=encoder).close()
    assert held_by_files(folder, passage.id, vector, digest) == []


def interrupted(*_: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("part", ["embeddings.index.dense_side.write_base", "embeddings.lexical.LexicalStore.apply"])
def test_derived_files_that_cannot_be_written_lose_nothing(
    part: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dense_side, "BASE_MINIMUM", 1)
    encoder = HashingEncoder()

    def full(*_: object) -> None:
        raise OSError("No space left on device")

    with Index.open(tmp_path / "index", encoder=encoder) as index:
        index.add_document(from_text("第一份。", "a.txt"))
        index.remove("a.txt")
        with monkeypatch.context() as patched:
            patched.setattr(part, full)
            with pytest.raises(IndexFolderError, match="documents are stored.*No space left.*make room"):
                index.add_document(from_text("第二份。", "b.txt"))
                index.add_document(from_text("第三份。", "b.txt"))
    with Index.open(tmp_path / "index", encoder=encoder) as index:
        assert [info.name for info in index.documents()] == ["b.txt"]
        assert index.verify() == []


class InterruptedEncoder(HashingEncoder):
    """Stops after some passages."""

    def __init__(self, name: str, passages: int) -> None:
        super().__init__(name)
        self.left = passages

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        self.left -= len(texts)
        if self.left < 0:
            raise KeyboardInterrupt
        return super().encode_passages(texts)


def test_reindexing_goes_on_where_it_stopped_while_the_old_index_serves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reindexing, "_BATCH_PASSAGES", 2)
    folder = tmp_path / "index"
    with Index.open(folder, encoder=HashingEncoder("old")) as index:
        for number in range(10):
            index.add_document(from_text(f"第{number}号文件讲的是编号{number}的事情。", f"{number}.txt"))
        index.remove("0.txt")
    reader = Index.open(folder, read_only=True, encoder=HashingEncoder("old"))
    before = reader.dense("第5号文件", 3)
    with pytest.raises(KeyboardInterrupt):
        Index.reindex(folder, encoder=InterruptedEncoder("new", 5))
    assert reader.dense("第5号文件", 3) == before
    with Index.open(folder, encoder=HashingEncoder("old")) as index:  # and may even change meanwhile
        index.add_document(from_text("第11号文件讲的是新的事情。", "3.txt"))
        index.remove("1.txt")
    new = HashingEncoder("new")
    assert Index.reindex(folder, encoder=new) == 9 - 4 + 1
    assert len(new.embedded) == 6
    assert Index.reindex(folder, encoder=new) == 0
    with Index.open(folder, encoder=new) as index:
        assert index.verify() == []
        assert index.info()["model"] == "new"
        assert [info.name for info in index.documents()] == [f"{n}.txt" for n in range(2, 10)]
        best = index.dense("第5号文件讲的是编号5的事情", 1)[0][0]
        assert index.passages([best])[0].document == "5.txt"
        assert not {id for id, _ in before} & {passage.id for passage in index.all_passages("5.txt")}
    with pytest.raises(IndexMismatch, match="built with model 'new', not 'old'"):
        Index.open(folder, encoder=HashingEncoder("old"))
    # The reader goes over to the new passages, and to an encoder that fits them.
    monkeypatch.setattr("embeddings.index.load", HashingEncoder)
    assert reader.dense("第5号文件讲的是编号5的事情", 1)[0][0] == best
    assert reader.lexical("第5号文件", 1)[0][0] == best
    reader.close()
