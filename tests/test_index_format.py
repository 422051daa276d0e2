"""An index of every format ever released opens, or says what to run; then it answers."""

import shutil
from pathlib import Path

import pytest

from embeddings.catalog.migrations import FORMAT
from embeddings.errors import IndexMismatch
from embeddings.index import Index
from embeddings.normalize import fold
from tests.fakes import HashingEncoder

KEPT = Path(__file__).parent / "data" / "index_formats"
GUANGZHOU = "廣州的會議由市長主持。會議在上午九時開始，與會者討論了預算。"


def test_one_index_of_each_format_is_kept() -> None:
    kept = sorted(path.name for path in KEPT.iterdir() if path.name.isdigit())
    assert kept == [str(number) for number in range(1, FORMAT + 1)]


@pytest.mark.parametrize("number", range(1, FORMAT + 1))
def test_an_index_of_a_former_format_answers(number: int, tmp_path: Path) -> None:
    folder = shutil.copytree(KEPT / str(number), tmp_path / "index")
    encoder = HashingEncoder(dimension=16)
    try:
        index = Index.open(folder, encoder=encoder)
    except IndexMismatch as error:  # rules have changed since
        assert f"qa reindex --index {folder}" in str(error)
        Index.reindex(folder, encoder=encoder)
        index = Index.open(folder, encoder=encoder)
    with index:
        assert index.verify() == []
        assert index.info()["format"] == FORMAT
        assert index.setting("threshold") == "0.25"
        assert [info.name for info in index.documents()] == ["guangzhou.txt", "sub/porto.md"]
        assert index.document("guangzhou.txt").text == GUANGZHOU
        for hits in (index.dense(fold("广州的会议由谁主持?"), 1), index.lexical("Porto budget", 1)):
            (passage,) = index.passages([hits[0][0]])
            text = index.slice(passage.document, passage.start, passage.end)
            assert fold(text) == passage.text
