"""Folders kept in step while one watches: a receipt for every change, and none for anything else."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Timer

import pytest

from embeddings.documents import from_text
from embeddings.errors import IndexReadOnly, PathNotFound
from embeddings.index import Index
from embeddings.types import Receipt
from tests.fakes import HashingEncoder

MARKET = "白沙镇的集市每月逢五开市,由商会管理。"
BRIDGE = "平湖镇的石桥建于1923年,全长四十米。"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "docs"
    (folder / "sub").mkdir(parents=True)
    (folder / "market.txt").write_text(MARKET, encoding="utf-8")
    (folder / "sub" / "bridge.md").write_text(BRIDGE, encoding="utf-8")
    return folder


@pytest.fixture
def index(folder: Path, encoder: HashingEncoder) -> Iterator[Index]:
    # Inside the folder that is watched: its own writes must not be taken for changes.
    with Index.open(folder / "index", encoder=encoder) as index:
        yield index


@pytest.fixture
def stop() -> Iterator[Event]:
    """Ends a watch that reports nothing, so that its test fails and does not hang."""
    stop = Event()
    timer = Timer(20, stop.set)
    timer.start()
    yield stop
    timer.cancel()


def told(receipt: Receipt) -> dict[str, object]:
    """What is not empty in a receipt."""
    names = ("added", "updated", "skipped", "failed", "renamed", "vanished", "removed")
    return {name: getattr(receipt, name) for name in names if getattr(receipt, name)}


def test_every_kind_of_change_has_its_receipt(index: Index, folder: Path, encoder: HashingEncoder, stop: Event) -> None:
    receipts = index.watch(folder, stop)
    assert told(next(receipts)) == {"added": ["market.txt", "sub/bridge.md"]}
    (folder / "news.txt").write_text("柳河镇的水渠已经修好。", encoding="utf-8")
    assert told(next(receipts)) == {"added": ["news.txt"]}
    (folder / "market.txt").write_text("白沙镇的集市改在初一开市。", encoding="utf-8")
    assert told(next(receipts)) == {"updated": ["market.txt"]}
    embedded = len(encoder.embedded)
    (folder / "sub").rename(folder / "moved")
    assert told(next(receipts)) == {"renamed": {"moved/bridge.md": "sub/bridge.md"}}
    (folder / "news.txt").unlink()
    assert told(next(receipts)) == {"vanished": ["news.txt"], "removed": ["news.txt"]}
    (folder / "photo.jpg").write_bytes(b"\xff\xd8\xff\xe0")
    (failure,) = next(receipts).failed
    assert failure.name == "photo.jpg" and "OCR" in failure.reason
    assert len(encoder.embedded) == embedded == 4
    assert [info.name for info in index.documents()] == ["market.txt", "moved/bridge.md"]
    assert index.verify() == []


def test_what_looks_as_before_is_not_told_again(index: Index, folder: Path, stop: Event) -> None:
    (folder / "photo.jpg").write_bytes(b"\xff\xd8\xff\xe0")
    receipts = index.watch(folder, stop)
    assert len(next(receipts).failed) == 1
    os.utime(folder / "market.txt")  # as a backup program does
    index.remove("sub/bridge.md")  # by hand: it stays away until its file changes
    (folder / "new.txt").write_text(BRIDGE + MARKET, encoding="utf-8")
    receipt = next(receipts)
    while receipt.added != ["new.txt"]:
        assert told(receipt).keys() <= {"skipped"}
        receipt = next(receipts)
    assert receipt.failed == []
    assert [info.name for info in index.documents()] == ["market.txt", "new.txt"]


def test_a_single_file_is_followed_even_where_it_is_replaced(index: Index, folder: Path, stop: Event) -> None:
    receipts = index.watch(folder / "market.txt", stop)
    assert told(next(receipts)) == {"added": ["market.txt"]}
    aside = folder / "market.tmp"
    aside.write_text(BRIDGE, encoding="utf-8")
    aside.replace(folder / "market.txt")
    assert told(next(receipts)) == {"updated": ["market.txt"]}
    (folder / "market.txt").unlink()
    assert told(next(receipts))["removed"] == ["market.txt"]
    (folder / "market.txt").write_text(MARKET, encoding="utf-8")
    assert told(next(receipts)) == {"added": ["market.txt"]}


def test_a_folder_that_is_gone_keeps_its_documents_and_is_followed_when_it_is_back(
    tmp_path: Path, folder: Path, encoder: HashingEncoder, stop: Event
) -> None:
    (tmp_path / "other").mkdir()
    with Index.open(tmp_path / "index", encoder=encoder) as index:
        receipts = index.watch([folder, tmp_path / "other"], stop)
        next(receipts)
        shutil.move(folder, tmp_path / "drive")
        (tmp_path / "other" / "new.txt").write_text(MARKET + BRIDGE, encoding="utf-8")
        assert told(next(receipts)) == {"added": ["new.txt"]}
        (tmp_path / "drive" / "market.txt").write_text("集市停办。", encoding="utf-8")
        shutil.move(tmp_path / "drive", folder)
        receipt = next(receipts)
        assert (receipt.updated, receipt.added, receipt.removed) == (["market.txt"], [], [])
        assert len(index.documents()) == 3


def test_a_folder_that_cannot_be_entered_is_told_once_and_keeps_its_documents(
    index: Index, folder: Path, stop: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    index.add(folder)
    scandir = os.scandir

    def closed(path: str) -> object:
        if str(path).endswith("sub"):
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", closed)
    receipts = index.watch(folder, stop)
    assert [str(failure) for failure in next(receipts).failed] == ["sub: folder cannot be entered: Permission denied"]
    (folder / "new.txt").write_text(MARKET + BRIDGE, encoding="utf-8")
    assert told(next(receipts)) == {"added": ["new.txt"]}
    assert "sub/bridge.md" in [info.name for info in index.documents()]


def test_stopping_ends_a_round_under_way_and_keeps_what_is_finished(
    tmp_path: Path, folder: Path, encoder: HashingEncoder
) -> None:
    stop, seen = Event(), []

    def progress(done: int, total: int, name: str) -> None:
        seen.append(name)
        stop.set()

    with Index.open(tmp_path / "index", encoder=encoder) as index:
        assert list(index.watch(folder, stop, progress)) == []
        assert seen == ["market.txt"]
        assert list(index.watch(folder, stop)) == []  # stopped before it began
        assert index.verify() == []


def test_texts_from_elsewhere_stay(index: Index, folder: Path, stop: Event) -> None:
    index.add_document(from_text(BRIDGE, "note.txt"))
    receipts = index.watch(folder, stop)
    assert next(receipts).removed == []
    assert "note.txt" in [info.name for info in index.documents()]


def test_what_cannot_be_watched_is_told_at_once(index: Index, folder: Path, encoder: HashingEncoder) -> None:
    with pytest.raises(PathNotFound, match="does not exist"):
        index.watch(folder / "nothing", Event())
    with (
        Index.open(folder / "index", read_only=True, encoder=encoder) as reader,
        pytest.raises(IndexReadOnly, match="opened for reading"),
    ):
        reader.watch(folder, Event())
