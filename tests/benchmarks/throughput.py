"""How fast files become answers: every reader by itself, then the whole pipeline with the embedded model.

    python tests/benchmarks/throughput.py               # about half a megabyte of text per format
    python tests/benchmarks/throughput.py --scale 0.2

Per format: megabytes of file and characters of text a second, of wall time, read as `qa add` reads them (the
complex formats in the worker process). Of the pipeline: passages a second from the folder of all these files to
the committed index. The last line is one JSON object.
"""

import argparse
import io
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import docx
import openpyxl
import pptx

sys.path.insert(0, str(Path(__file__).parents[2]))

from embeddings.documents import read_limited  # noqa: E402
from embeddings.index import Index  # noqa: E402
from tests import corpus  # noqa: E402
from tests.benchmarks.support.measuring import processor_seconds  # noqa: E402


def paragraphs(seed: int, count: int) -> list[str]:
    """Paragraphs of some 200 characters, no two alike."""
    return [
        f"{corpus.TOWNS[(seed + n) % 8]}第{seed}卷第{n}段。" + corpus.FILLER * 4 + corpus.fact(seed * 1000 + n)
        for n in range(count)
    ]


def _saved(save: Callable[[io.BytesIO], object]) -> bytes:
    stream = io.BytesIO()
    save(stream)
    return stream.getvalue()


def _word(seed: int, count: int) -> bytes:
    document = docx.Document()
    for number, text in enumerate(paragraphs(seed, count)):
        if number % 10 == 0:
            document.add_heading(f"第{number // 10 + 1}节", level=1)
        document.add_paragraph(text)
    return _saved(document.save)


def _slides(seed: int, count: int) -> bytes:
    deck = pptx.Presentation()
    for text in paragraphs(seed, count):
        slide = deck.slides.add_slide(deck.slide_layouts[1])
        slide.shapes.title.text = text[:8]
        slide.placeholders[1].text = text
    return _saved(deck.save)


def _rows(seed: int, count: int) -> list[list[str]]:
    return [["编号", "地点", "说明"], *([str(n), text[:9], text] for n, text in enumerate(paragraphs(seed, count)))]


def _workbook(seed: int, count: int) -> bytes:
    workbook = openpyxl.Workbook(write_only=True)
    sheet = workbook.create_sheet("记录")
    for row in _rows(seed, count):
        sheet.append(row)
    return _saved(workbook.save)


def _html(seed: int, count: int) -> bytes:
    body = "".join(f"<p>{text}</p>" for text in paragraphs(seed, count))
    return corpus.web_page(seed).replace(b'<div class="content">', f'<div class="content">{body}'.encode())


def _pdf(seed: int, count: int) -> bytes:
    lines = [line for text in paragraphs(seed, count) for line in corpus.wrapped(text)]
    return corpus.pdf_file([lines[at : at + 34] for at in range(0, len(lines), 34)], head="年报")


def _book(seed: int, count: int) -> bytes:
    return corpus.book_file(seed, chapters=["</p><p>".join(paragraphs(seed * 10 + n, count // 10)) for n in range(10)])


def _json(seed: int, count: int, lines: bool) -> bytes:
    records = [json.dumps(dict(zip(("编号", "地点", "说明"), row, strict=True)), ensure_ascii=False)
               for row in _rows(seed, count)[1:]]  # fmt: skip
    return ("\n".join(records) if lines else f"[{','.join(records)}]").encode()


def _delimited(seed: int, count: int, delimiter: str) -> bytes:
    return "\n".join(delimiter.join(row) for row in _rows(seed, count)).encode()


MAKERS: dict[str, Callable[[int, int], bytes]] = {
    "txt": lambda seed, count: "\n\n".join(paragraphs(seed, count)).encode(),
    "gb18030.txt": lambda seed, count: "\n\n".join(paragraphs(seed, count)).encode("gb18030"),
    "md": lambda seed, count: "\n\n".join(f"## 第{n}节\n\n{t}" for n, t in enumerate(paragraphs(seed, count))).encode(),
    "html": _html,
    "pdf": _pdf,
    "docx": _word,
    "pptx": _slides,
    "xlsx": _workbook,
    "csv": lambda seed, count: _delimited(seed, count, ";"),
    "tsv": lambda seed, count: _delimited(seed, count, "\t"),
    "json": lambda seed, count: _json(seed, count, lines=False),
    "jsonl": lambda seed, count: _json(seed, count, lines=True),
    "epub": _book,
}
FILES = 3  # of each format
PARAGRAPHS = 400  # of each file
FEWER = {"pdf": 8, "pptx": 8}  # times fewer of slow ones; the fonts are not in these PDFs, which is slowest


def make(folder: Path, scale: float) -> None:
    """Files of every format, about as much text in each."""
    count = max(20, round(PARAGRAPHS * scale))
    for kind, maker in MAKERS.items():
        for number in range(FILES):
            (folder / f"{number}.{kind}").write_bytes(maker(number, count // FEWER.get(kind, 1)))


def readers(folder: Path) -> Iterator[tuple[str, dict[str, float]]]:
    """Each format with what its reader does in a second."""
    for kind in MAKERS:
        paths = sorted(folder.glob(f"[0-9].{kind}"))
        read_limited(paths[0], paths[0].name)  # its parser is loaded once in a run
        begun = time.monotonic()
        characters = sum(len(read_limited(path, path.name).text) for path in paths)
        seconds = time.monotonic() - begun
        size = sum(path.stat().st_size for path in paths) / 1e6
        yield (
            kind,
            {
                "mb": round(size, 2),
                "mb_per_s": round(size / seconds, 2),
                "characters_per_s": round(characters / seconds),
            },
        )


def pipeline(folder: Path, index: Path) -> dict[str, float]:
    """The folder from files to a committed index."""
    with Index.open(index) as opened:
        assert opened.encoder.dimension  # loaded before the clock runs
        begun, worked = time.monotonic(), processor_seconds()
        receipt = opened.add(folder)
        seconds, work = time.monotonic() - begun, processor_seconds() - worked
        assert receipt.failed == [], receipt.failed
        return {
            "files": len(receipt.added),
            "passages": opened.passage_count,
            "seconds": round(seconds, 1),
            "processor_seconds": round(work, 1),  # without a process that still waits for work
            "passages_per_s": round(opened.passage_count / seconds),
        }


def main() -> None:
    """Print a table, then everything as JSON."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--scale", type=float, default=1.0, help="times the usual amount of text")
    scale = parser.parse_args().scale
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "files"
        folder.mkdir()
        make(folder, scale)
        told: dict[str, dict[str, float]] = {}
        print(f"{'format':14}{'MB':>8}{'MB/s':>8}{'characters/s':>14}")
        for kind, row in readers(folder):
            told[kind] = row
            print(f"{kind:14}{row['mb']:8.2f}{row['mb_per_s']:8.2f}{row['characters_per_s']:14,.0f}", flush=True)
        whole = pipeline(folder, Path(name) / "index")
        print(", ".join(f"{value:,} {what}" for what, value in whole.items()))
    print(json.dumps({"readers": told, "pipeline": whole}))


if __name__ == "__main__":
    main()
