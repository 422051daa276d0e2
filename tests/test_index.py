"""The index as a whole: add, update, rename, remove, reopen."""

import os
import shutil
from pathlib import Path

import pytest

from embeddings.documents import from_text
from embeddings.errors import (
    DocumentNotFound,
    PathNotFound,
)
from embeddings.index import Index
from embeddings.normalize import fold
from embeddings.types import Document
from tests.fakes import HashingEncoder
from tests.towns import CHONGQING, GUANGZHOU, NAMES, PORTO, best, found


def test_a_folder_is_added_and_found(index: Index, folder: Path) -> None:
    receipt = index.add(folder)
    assert receipt.added == NAMES
    assert [info.name for info in index.documents()] == NAMES
    assert best(index, "广州的会议由谁主持?") == ["guangzhou.txt"] * 2
    assert best(index, "廣州的會議由誰主持?") == ["guangzhou.txt"] * 2
    assert best(index, "Who met in Porto?") == ["sub/porto.md"] * 2
    passage = index.all_passages("guangzhou.txt")[0]
    assert index.slice("guangzhou.txt", passage.start, passage.end) == GUANGZHOU
    assert passage.text == fold(GUANGZHOU)
    assert index.document("guangzhou.txt").text == GUANGZHOU
    assert index.verify() == []


def test_only_what_changed_is_read_and_embedded(index: Index, folder: Path, encoder: HashingEncoder) -> None:
    index.add(folder)
    assert len(encoder.embedded) == 3
    generation = index.generation
    assert index.add(folder).skipped == NAMES
    assert (len(encoder.embedded), index.generation) == (3, generation)
    (folder / "sub" / "porto.md").write_text("The council of Lisbon met in autumn.", encoding="utf-8")
    receipt = index.add(folder)
    assert (receipt.updated, receipt.added, receipt.skipped) == (["sub/porto.md"], [], NAMES[:2])
    assert len(encoder.embedded) == 4
    assert best(index, "Lisbon autumn") == ["sub/porto.md"] * 2
    assert index.lexical("Porto", 5) == []
    assert index.verify() == []


def test_a_renamed_file_keeps_its_vectors(index: Index, folder: Path, encoder: HashingEncoder) -> None:
    index.add(folder)
    before = [passage.id for passage in index.all_passages("sub/porto.md")]
    (folder / "sub" / "porto.md").rename(folder / "oporto.md")
    receipt = index.add(folder)
    assert receipt.renamed == {"oporto.md": "sub/porto.md"}
    assert (receipt.added, receipt.updated, receipt.vanished) == ([], [], [])
    assert len(encoder.embedded) == 3
    assert [passage.id for passage in index.all_passages("oporto.md")] == before
    assert best(index, "Who met in Porto?") == ["oporto.md"] * 2
    assert index.verify() == []


def test_a_copy_is_a_document_of_its_own(index: Index, folder: Path) -> None:
    index.add(folder)
    shutil.copy(folder / "guangzhou.txt", folder / "copy.txt")
    assert index.add(folder).added == ["copy.txt"]
    assert found(index, "广州的会议")[1] >= {"copy.txt", "guangzhou.txt"}
    index.remove("guangzhou.txt")
    assert best(index, "广州的会议由谁主持") == ["copy.txt"] * 2


def test_vanished_files_are_told_and_removed_on_request(index: Index, folder: Path) -> None:
    index.add(folder)
    (folder / "sub" / "porto.md").unlink()
    receipt = index.add(folder)
    assert (receipt.vanished, receipt.removed) == (["sub/porto.md"], [])
    assert len(index.documents()) == 3
    index.add_document(from_text(PORTO, "note.txt"))
    receipt = index.add(folder, prune=True)
    assert (receipt.vanished, receipt.removed) == (["sub/porto.md"], ["sub/porto.md"])
    assert [info.name for info in index.documents()] == ["guangzhou.txt", "note.txt", "sub/chongqing.txt"]
    assert index.verify() == []


def test_a_single_file_has_its_file_name(index: Index, folder: Path) -> None:
    receipt = index.add([folder / "sub" / "porto.md", str(folder / "guangzhou.txt")])
    assert receipt.added == ["porto.md", "guangzhou.txt"]
    assert index.add(str(folder / "sub" / "porto.md")).skipped == ["porto.md"]


def test_another_file_of_the_same_name_does_not_take_its_place(index: Index, tmp_path: Path) -> None:
    for side, text in (("left", GUANGZHOU), ("right", CHONGQING)):
        (tmp_path / side).mkdir()
        (tmp_path / side / "a.txt").write_text(text, encoding="utf-8")
    index.add(tmp_path / "left")
    (failure,) = index.add(tmp_path / "right").failed
    assert failure.name == "a.txt"
    assert str(tmp_path / "left") in failure.reason
    assert index.document("a.txt").text == GUANGZHOU
    # The folder moved as a whole is another matter.
    shutil.rmtree(tmp_path / "left")
    assert index.add(tmp_path / "right").updated == ["a.txt"]
    assert index.document("a.txt").text == CHONGQING


def test_a_file_that_cannot_be_read_harms_nothing_else(index: Index, folder: Path) -> None:
    (folder / "binary.txt").write_bytes(bytes(range(256)) * 20)
    (folder / "empty.txt").write_bytes(b"")
    (folder / "gone.txt").symlink_to(folder / "nowhere.txt")
    os.mkfifo(folder / "pipe.txt")
    receipt = index.add(folder)
    assert receipt.added == NAMES
    assert sorted(failure.name for failure in receipt.failed) == [
        "binary.txt",
        "empty.txt",
        "gone.txt",
        "pipe.txt",
    ]
    assert all("\n" not in str(failure) and failure.reason for failure in receipt.failed)
    assert index.verify() == []


def test_hidden_files_loops_and_the_index_itself_are_left_out(folder: Path, encoder: HashingEncoder) -> None:
    (folder / ".hidden").mkdir()
    (folder / ".hidden" / "a.txt").write_text("hidden", encoding="utf-8")
    (folder / ".note.txt").write_text("hidden", encoding="utf-8")
    (folder / "sub" / "loop").symlink_to(folder)
    with Index.open(folder / "index", encoder=encoder) as index:
        assert index.add(folder).added == NAMES
        assert index.add(folder).failed == []


def test_a_path_that_does_not_exist_is_refused_before_anything_changes(index: Index, folder: Path) -> None:
    with pytest.raises(PathNotFound, match="missing"):
        index.add([folder, folder / "missing"])
    assert index.documents() == []


def test_progress_knows_the_total(index: Index, folder: Path) -> None:
    steps: list[tuple[int, int, str]] = []
    index.add(folder, progress=lambda *step: steps.append(step))
    assert steps == [(0, 3, NAMES[0]), (1, 3, NAMES[1]), (2, 3, NAMES[2]), (3, 3, NAMES[2])]


def test_an_interruption_keeps_what_is_finished(
    index: Index, tmp_path: Path, encoder: HashingEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("embeddings.index.adding._BATCH_PASSAGES", 2)
    many = tmp_path / "many"
    many.mkdir()
    for number in range(10):
        (many / f"{number}.txt").write_text(f"第{number}号文件讲的是编号{number}的事情。", encoding="utf-8")

    def interrupt(done: int, total: int, name: str) -> None:
        if done == 7:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        index.add(many, progress=interrupt)
    assert [info.name for info in index.documents()] == [f"{number}.txt" for number in range(6)]
    assert index.verify() == []
    receipt = index.add(many)
    assert (len(receipt.skipped), len(receipt.added)) == (6, 4)
    assert len(encoder.embedded) == 10


def test_only_from_some_documents(index: Index, folder: Path) -> None:
    index.add(folder)
    assert found(index, "会议讨论", ["sub/chongqing.txt"]) == [{"sub/chongqing.txt"}] * 2
    assert found(index, "会议讨论", []) == [set(), set()]
    for side in (index.dense, index.lexical):
        with pytest.raises(DocumentNotFound, match="missing.txt"):
            side("会议", 5, ["missing.txt"])


def test_texts_without_a_file(index: Index) -> None:
    assert index.add_document(from_text(PORTO, "note.txt")).added == ["note.txt"]
    assert index.add_document(from_text(CHONGQING, "note.txt")).updated == ["note.txt"]
    assert best(index, "重庆的会议") == ["note.txt"] * 2
    (failure,) = index.add_document(Document("bad.txt", "broken \ud800 text", "digest")).failed
    assert "Unicode" in failure.reason


def test_everything_is_there_after_reopening(index: Index, folder: Path, encoder: HashingEncoder) -> None:
    index.add(folder)
    index.set_setting("threshold", "0.25")
    view = fold("广州的会议由谁主持?")
    before = index.dense(view, 3), index.lexical(view, 3)
    index.close()
    path = folder.parent / "index"
    with Index.open(path, encoder=encoder) as again:
        assert (again.dense(view, 3), again.lexical(view, 3)) == before
        assert again.setting("threshold") == "0.25"
        assert again.verify() == []
        assert len(encoder.embedded) == 3
        info = again.info()
    assert (info["documents"], info["passages"], info["model"], info["format"]) == (3, 3, "hashing", 1)


def test_removed_documents_are_found_by_no_route(index: Index, folder: Path) -> None:
    index.add(folder)
    id = index.all_passages("guangzhou.txt")[0].id
    index.slice("guangzhou.txt", 0, 2)
    index.remove("guangzhou.txt")
    assert index.passages([id]) == []
    assert all("guangzhou.txt" not in names for names in found(index, "广州的会议由谁主持"))
    for ask in (index.document, index.all_passages, index.original, lambda name: index.slice(name, 0, 2)):
        with pytest.raises(DocumentNotFound):
            ask("guangzhou.txt")
    with pytest.raises(DocumentNotFound):
        index.remove("guangzhou.txt")
    assert index.verify() == []
