"""A folder of every format, as people have it: what is read, what is refused and why, and where answers are quoted."""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from embeddings.index import Index
from embeddings.types import Receipt
from qa import Assistant
from tests import corpus
from tests.fakes import HashingEncoder

FORMATS = {
    "csv": 3, "docx": 5, "epub": 5, "htm": 1, "html": 3, "json": 3, "jsonl": 3, "markdown": 1, "md": 3,
    "pdf": 7, "pptx": 5, "tsv": 2, "txt": 8, "xlsx": 5,
}  # fmt: skip
"""How many files of each suffix are read."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("corpus")
    corpus.build(folder)
    return folder


@pytest.fixture(scope="module")
def added(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Assistant, Receipt]]:
    with Assistant.open(tmp_path_factory.mktemp("index")) as assistant:
        yield assistant, assistant.add(folder)


def suffix(name: str) -> str:
    return Path(name).suffix[1:]


def test_what_is_read_and_what_is_refused_with_the_reason(folder: Path, added: tuple[Assistant, Receipt]) -> None:
    receipt = added[1]
    files, read = defaultdict[str, int](int), defaultdict[str, int](int)
    reasons = defaultdict[str, list[str]](list)
    for path in folder.rglob("*.*"):
        files[suffix(path.name)] += 1
    for name in receipt.added:
        read[suffix(name)] += 1
    for failure in receipt.failed:
        reasons[suffix(failure.name)].append(str(failure))
    print(f"\n{'format':10}{'files':>6}{'read':>6}{'failed':>8}")
    for kind in sorted(files):
        print(f"{kind:10}{files[kind]:6}{read[kind]:6}{len(reasons[kind]):8}")
        for reason in reasons[kind]:
            print(f"{'':31}{reason}")
    assert sum(files.values()) >= 60
    assert {kind: count for kind, count in read.items() if count} == FORMATS
    assert sorted(receipt.added) == sorted(file.name for file in corpus.READABLE)
    assert {failure.name for failure in receipt.failed} == {file.name for file in corpus.UNREADABLE}
    for file in corpus.UNREADABLE:
        (reason,) = (failure.reason for failure in receipt.failed if failure.name == file.name)
        assert file.reason in reason and "\n" not in reason


@pytest.mark.parametrize("file", corpus.READABLE, ids=lambda file: file.name)
def test_a_question_is_answered_with_the_right_place(file: corpus.Readable, added: tuple[Assistant, Receipt]) -> None:
    assistant = added[0]
    answer = assistant.ask(corpus.question(file))
    assert answer.answered
    best = answer.citations[0]
    assert (best.document, best.place) == (file.name, file.place)
    assert file.fact in best.quote
    assert assistant.document(file.name).text[best.start : best.end] == best.quote


SIMPLIFIED = corpus.article(1)
TRADITIONAL = "青石鎮春耕情況\n\n各村先後修好了水渠和道路。青石鎮的糧倉在第一號院,由四人看守。\n"


@pytest.mark.parametrize(
    ("text", "codecs"),
    [
        (SIMPLIFIED, ("gb18030", "gbk", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be")),
        (TRADITIONAL, ("big5", "gb18030", "utf-16")),
    ],
    ids=["simplified", "traditional"],
)
def test_every_encoding_answers_as_utf_8_does(text: str, codecs: tuple[str, ...], tmp_path: Path) -> None:
    files = tmp_path / "files"
    files.mkdir()
    for codec in ("utf-8", *codecs):
        (files / f"{codec}.txt").write_bytes(text.encode(codec))
    with Assistant.open(tmp_path / "index") as assistant:
        assistant.add(files)
        answers = {codec: assistant.ask("粮仓由几人看守?", documents=[f"{codec}.txt"]) for codec in ("utf-8", *codecs)}
    expected = answers["utf-8"]
    assert expected.answered
    for answer in answers.values():
        assert answer.text == expected.text
        assert answer.confidence == pytest.approx(expected.confidence)
        assert [(c.start, c.end, c.quote) for c in answer.citations] == [
            (c.start, c.end, c.quote) for c in expected.citations
        ]


def test_receipts_are_exact_and_only_what_changed_is_embedded(tmp_path: Path) -> None:
    folder, encoder = tmp_path / "files", HashingEncoder()
    corpus.build(folder)
    readable, refused = len(corpus.READABLE), len(corpus.UNREADABLE)
    with Index.open(tmp_path / "index", encoder=encoder) as index:

        def counts(prune: bool = False) -> tuple[list[int], int]:
            """Added, updated, skipped, failed, renamed, vanished and removed, and the passages embedded for it."""
            before = len(encoder.embedded)
            receipt = index.add(folder, prune=prune)
            lists = ("added", "updated", "skipped", "failed", "renamed", "vanished", "removed")
            return [len(getattr(receipt, name)) for name in lists], len(encoder.embedded) - before

        def passages(*names: str) -> int:
            return sum(len(index.all_passages(name)) for name in names)

        assert counts() == ([readable, 0, 0, refused, 0, 0, 0], index.passage_count)
        assert counts() == ([0, 0, readable, refused, 0, 0, 0], 0)

        (folder / "pdf/31.pdf").write_bytes(corpus.pdf_file([corpus.wrapped(corpus.fact(131))]))
        (folder / "text/big5.txt").write_bytes("平湖鎮的石橋在第一號院。".encode("big5"))
        (folder / "sheets/61.xlsx").write_bytes(corpus.workbook_file(161))
        changed = counts()
        assert changed == (
            [0, 3, readable - 3, refused, 0, 0, 0], passages("pdf/31.pdf", "text/big5.txt", "sheets/61.xlsx")
        )  # fmt: skip

        (folder / "books").rename(folder / "library")
        (folder / "word/41.docx").rename(folder / "report.docx")
        assert counts() == ([0, 0, readable - 6, refused, 6, 0, 0], 0)

        (folder / "slides/51.pptx").unlink()
        (folder / "json/91.json").unlink()
        (folder / "new.md").write_text("# 桥\n\n石桥在第一号院。", encoding="utf-8")
        assert counts() == ([1, 0, readable - 2, refused, 0, 2, 0], passages("new.md"))
        assert len(index.documents()) == readable + 1
        assert counts(prune=True) == ([0, 0, readable - 1, refused, 0, 2, 2], 0)
        assert len(index.documents()) == readable - 1
        assert index.verify() == []
