"""Processes of its own for a long addition: the same results as without, whatever becomes of them."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from embeddings import helpers
from embeddings.documents import from_text
from embeddings.helpers import Helpers, one_ahead
from embeddings.index import Index, adding
from embeddings.passages import split
from embeddings.types import Document, Passage, Receipt, Vectors
from tests.fakes import HashingEncoder

ROOT = Path(__file__).parents[1]
ITSELF = os.getpid()


def whose(_: int) -> int:
    return os.getpid()


def halved(number: int) -> int:
    if number % 2:
        raise ValueError(f"{number} is odd")
    return number // 2


def fatal_elsewhere(parent: int) -> str:
    if os.getpid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)
    return "done"


@pytest.fixture
def running(monkeypatch: pytest.MonkeyPatch) -> Iterator[Helpers]:
    monkeypatch.setattr(helpers, "_cores", lambda: 2)
    helping = Helpers()
    helping.start()
    yield helping
    helping.close()


def alive(process: int) -> bool:
    return Path(f"/proc/{process}").exists()


def test_nothing_is_started_unasked_or_on_one_core(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(helpers, "_cores", lambda: 1)
    helping = Helpers()
    assert set(helping.map(whose, range(3))) == {ITSELF}
    helping.start()
    assert not helping.running
    assert helping.submit(whose, 0)() == ITSELF


@pytest.mark.parametrize("failure", [OSError, ImportError, NotImplementedError])
def test_where_no_processes_can_be_had_all_is_done_here(
    failure: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_semaphores(*_: object, **__: object) -> None:
        raise failure("Function not implemented")

    monkeypatch.setattr(helpers, "_cores", lambda: 2)
    monkeypatch.setattr("loky.ProcessPoolExecutor", no_semaphores)
    helping = Helpers()
    helping.start()
    assert not helping.running
    assert list(helping.map(halved, [2, 4])) == [1, 2]


def test_results_come_in_order_from_other_processes(running: Helpers) -> None:
    assert list(running.map(halved, range(0, 40, 2))) == list(range(20))
    processes = set(running.map(whose, range(20)))
    assert ITSELF not in processes
    running.close()
    assert not running.running
    assert not any(alive(process) for process in processes)
    assert list(running.map(halved, [2, 4])) == [1, 2]


def test_a_failure_is_the_functions_own(running: Helpers) -> None:
    with pytest.raises(ValueError, match="3 is odd"):
        list(running.map(halved, [2, 3, 4]))
    assert running.submit(halved, 6)() == 3


def test_what_a_killed_process_had_begun_is_done_here(running: Helpers) -> None:
    results = [running.submit(fatal_elsewhere, ITSELF) for _ in range(3)]
    assert [result() for result in results] == ["done"] * 3
    assert list(running.map(whose, range(3))) == [ITSELF] * 3
    assert not running.running
    running.start()
    assert not running.running  # what killed it may be there again


def test_a_helper_whose_parent_was_killed_before_it_began_ends() -> None:
    script = f"import time; from embeddings.helpers import _prepare; _prepare({ITSELF + 1}); time.sleep(60)"
    assert subprocess.run([sys.executable, "-c", script], cwd=ROOT, timeout=30).returncode == 1


def test_arguments_are_taken_only_a_little_ahead(running: Helpers) -> None:
    taken = []

    def numbers() -> Iterator[int]:
        for number in range(0, 100, 2):
            taken.append(number)
            yield number

    results = running.map(halved, numbers())
    assert [next(results), next(results)] == [0, 1]
    assert len(taken) <= 5


def test_items_are_taken_one_ahead_in_a_thread() -> None:
    taken: list[int] = []

    def numbers() -> Iterator[int]:
        for number in range(5):
            if number == 4:
                raise OSError("gone")
            taken.append(number)
            assert threading.current_thread() is not threading.main_thread()
            yield number

    items = one_ahead(numbers())
    assert next(items) == 0
    assert len(taken) <= 2
    assert [next(items) for _ in range(3)] == [1, 2, 3]
    with pytest.raises(OSError, match="gone"):
        next(items)
    assert list(one_ahead(iter([]))) == []


def _embedded(index: Index, passages: Sequence[Passage], elsewhere: list[bool]) -> Vectors:
    elsewhere.append(index._helpers.running)
    return index.encoder.encode_passages([passage.text for passage in passages])


@pytest.mark.parametrize("helped", [0, 10**9])
def test_an_addition_is_the_same_with_helpers(
    helped: int, tmp_path: Path, encoder: HashingEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(helpers, "_cores", lambda: 2)
    monkeypatch.setattr(adding, "_HELPED", helped)
    monkeypatch.setattr(adding, "_BATCH_PASSAGES", 2)
    elsewhere: list[bool] = []
    monkeypatch.setattr(Index, "_embed", lambda index, passages: _embedded(index, passages, elsewhere))
    folder = tmp_path / "files"
    folder.mkdir()
    for number in range(9):
        (folder / f"{number}.txt").write_text(f"第{number}次会议讨论了第{number}项预算。", encoding="utf-8")
    (folder / "4.txt").write_text("[打印]\n", encoding="utf-8")
    with Index.open(tmp_path / "index", encoder=encoder) as index:
        receipt = index.add(folder)
        assert receipt.added == [f"{number}.txt" for number in range(9) if number != 4]
        assert [failure.name for failure in receipt.failed] == ["4.txt"]
        assert index.verify() == []
        (best, _), *_ = index.lexical("第7项预算", 3)
        assert index.passages([best])[0].document == "7.txt"
        assert any(elsewhere) == (helped == 0)
        assert not index._helpers.running


def _long_addition(index: Index) -> Receipt:
    return index.add_documents(from_text(f"第{number}次会议讨论了预算。", f"{number}.txt") for number in range(40))


@pytest.mark.parametrize("quick", [True, False])
def test_only_a_quick_encoder_works_beside_commits(
    quick: bool, tmp_path: Path, encoder: HashingEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(helpers, "_cores", lambda: 2)
    monkeypatch.setattr(adding, "_HELPED", 0)
    monkeypatch.setattr(adding, "_BATCH_PASSAGES", 2)
    monkeypatch.setattr(adding, "_QUICK_SECONDS", 60.0 if quick else 0.0)
    threads: set[bool] = set()

    def embedding(index: Index, passages: Sequence[Passage]) -> Vectors:
        threads.add(threading.current_thread() is threading.main_thread())
        return index.encoder.encode_passages([passage.text for passage in passages])

    monkeypatch.setattr(Index, "_embed", embedding)
    with Index.open(tmp_path / "index", encoder=encoder) as index:
        assert _long_addition(index).added == [f"{number}.txt" for number in range(40)]
        assert index.verify() == []
    assert threads == ({True, False} if quick else {True})


def test_an_encoder_that_fails_beside_a_commit_keeps_what_is_committed(
    tmp_path: Path, encoder: HashingEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(helpers, "_cores", lambda: 2)
    monkeypatch.setattr(adding, "_HELPED", 0)
    monkeypatch.setattr(adding, "_BATCH_PASSAGES", 2)

    def failing(index: Index, passages: Sequence[Passage]) -> Vectors:
        if threading.current_thread() is not threading.main_thread() and index.passage_count > 10:
            raise MemoryError("no room")
        return index.encoder.encode_passages([passage.text for passage in passages])

    monkeypatch.setattr(Index, "_embed", failing)
    with Index.open(tmp_path / "index", encoder=encoder) as index:
        with pytest.raises(MemoryError, match="no room"):
            _long_addition(index)
        kept = index.passage_count
        assert 10 < kept < 40
        assert index.verify() == []
        monkeypatch.undo()
        assert len(_long_addition(index).updated) == kept
        assert index.passage_count == 40
        assert index.verify() == []


def test_a_name_that_comes_twice_in_one_batch_is_still_refused(tmp_path: Path, encoder: HashingEncoder) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x.txt").write_text(f"在{folder}里的会议。", encoding="utf-8")
    with Index.open(tmp_path / "index", encoder=encoder) as index:
        receipt = index.add([tmp_path / "a", tmp_path / "b"])
        assert receipt.added == ["x.txt"]
        assert "another document of this name" in receipt.failed[0].reason


def test_an_encoder_that_fails_is_no_fault_of_the_file_that_comes_next(
    tmp_path: Path, encoder: HashingEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: object) -> Vectors:
        raise MemoryError("no room")

    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x.txt").write_text(f"在{folder}里的会议。", encoding="utf-8")
    with Index.open(tmp_path / "index", encoder=encoder) as index:
        monkeypatch.setattr(encoder, "encode_passages", failing)
        with pytest.raises(MemoryError):
            index.add([tmp_path / "a", tmp_path / "b"])


def test_one_document_that_cannot_be_cut_loses_no_other(
    tmp_path: Path, encoder: HashingEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cutting(document: Document) -> list[Passage]:
        if document.name == "bad.txt":
            raise RecursionError("too deep")
        return split(document)

    monkeypatch.setattr("embeddings.index.adding.split", cutting)
    with Index.open(tmp_path / "index", encoder=encoder) as index:
        receipt = index.add_documents([from_text(f"会议讨论{name}。", name) for name in ("a.txt", "bad.txt", "c.txt")])
        assert receipt.added == ["a.txt", "c.txt"]
        assert [(f.name, f.reason) for f in receipt.failed] == [("bad.txt", "unexpected RecursionError: too deep")]


def test_a_script_without_a_guard_is_not_run_again(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        f"""
import sys, time
sys.path.insert(0, {str(ROOT)!r})
print("begun", flush=True)
from embeddings import helpers
from embeddings.documents import from_text
from embeddings.index import Index, adding
from embeddings.passages import split
from embeddings.types import Document, Passage, Vectors
from tests.fakes import HashingEncoder
helpers._cores = lambda: 2
adding._HELPED, adding._BATCH_PASSAGES = 1, 2
def documents():
    for number in range(30):
        yield from_text(f"第{{number}}次会议。", f"{{number}}.txt")
    print(index._helpers.submit(__import__("os").getpgid, 0)() > 0, index._helpers.running, flush=True)
with Index.open({str(tmp_path / "index")!r}, encoder=HashingEncoder()) as index:
    index.add_documents(documents())
    print(index.passage_count, index.verify())
""",
        encoding="utf-8",
    )
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, cwd=tmp_path, timeout=60)
    assert (done.stdout.split("\n"), done.stderr) == (["begun", "True True", "30 []", ""], "")


def test_no_process_outlives_a_killed_parent() -> None:
    script = """
import time
from embeddings import helpers
helpers._cores = lambda: 2
helping = helpers.Helpers()
helping.start()
print(helping.submit(eval, "__import__('os').getpid()")(), flush=True)
time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, cwd=ROOT) as parent:
        assert parent.stdout
        process = int(parent.stdout.readline())
        assert process != parent.pid
        assert alive(process)
        parent.kill()
    until = time.monotonic() + 20
    while alive(process) and time.monotonic() < until:
        time.sleep(0.1)
    assert not alive(process)
