"""The worker process: bounds on time, crashes that cost one file, pictures of pages."""

import io
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from embeddings.documents import limits, page_picture, parse, read_limited
from embeddings.errors import DocumentError
from tests import corpus


@pytest.fixture
def report(tmp_path: Path) -> Path:
    path = tmp_path / "report.pdf"
    path.write_bytes(corpus.pdf_file([[corpus.FILLER], corpus.wrapped(corpus.FILLER * 2 + corpus.fact(3))]))
    return path


def test_too_slow_a_file_is_given_up_and_the_next_one_is_read(report: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    limits._WORKER.close()  # a fresh worker imports PDFium first, which takes longer than the limit
    monkeypatch.setattr(limits, "seconds_for", lambda size: 0.001)
    with pytest.raises(DocumentError, match="took longer than 0.001 s to read: split or simplify it"):
        read_limited(report, "report.pdf")
    monkeypatch.undo()
    assert read_limited(report, "report.pdf") == parse(report.read_bytes(), "report.pdf")


def test_a_worker_that_died_is_replaced(report: Path) -> None:
    read_limited(report, "report.pdf")
    process = limits._WORKER._process
    assert process is not None
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert read_limited(report, "report.pdf").text


def test_a_crash_while_reading_is_a_reason(report: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    limits._WORKER.close()
    monkeypatch.setattr(limits, "_COMMAND", [sys.executable, "-c", "import os; input(); os.abort()"])
    with pytest.raises(DocumentError, match="made its reader crash"):
        read_limited(report, "report.pdf")
    monkeypatch.undo()
    assert read_limited(report, "report.pdf").text


def test_plain_text_starts_no_worker(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(corpus.FILLER, encoding="utf-8")
    limits._WORKER.close()
    read_limited(tmp_path / "a.txt", "a.txt")
    assert limits._WORKER._process is None


def test_importing_the_readers_loads_no_parser() -> None:
    heavy = ("selectolax", "pypdfium2", "docx", "pptx", "openpyxl", "lxml")
    code = f"import sys, embeddings.documents; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_page_as_a_picture_with_the_quotation_marked(report: Path) -> None:
    picture = page_picture(report, 2, corpus.fact(3), width=500)
    image = Image.open(io.BytesIO(picture.png))
    assert image.width == 500
    assert len(picture.boxes) == 2  # the sentence runs over two lines
    for left, top, right, bottom in picture.boxes:
        assert 0 < left < right < 1
        assert 0 < top < bottom < 0.25
        middle = (round((left + right) / 2 * 500), round((top + bottom) / 2 * image.height))
        around = image.convert("L").crop((middle[0] - 20, middle[1] - 8, middle[0] + 20, middle[1] + 8))
        assert min(around.tobytes()) < 128  # there is ink in the box
    assert page_picture(report, 1, "别处的一句话", width=500).boxes == ()
    with pytest.raises(DocumentError, match="has no page 9: it has 2"):
        page_picture(report, 9, "x")
