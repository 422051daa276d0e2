"""From a file to a Document: the table of readers, the seeds, errors in one line."""

from pathlib import Path

import pytest

from embeddings.documents import from_text, parse, read, supported
from embeddings.errors import DocumentError, UnsupportedFormat
from embeddings.types import Document

SEEDS = Path(__file__).parent.parent / "seeds"


def aside(document: Document) -> list[tuple[str, str]]:
    return [(span.kind, document.text[span.start : span.end]) for span in document.set_aside]


def headings(document: Document) -> list[tuple[int, str]]:
    return [(heading.level, document.text[heading.start : heading.end]) for heading in document.headings]


def test_first_seed() -> None:
    path = SEEDS / "000_fd077764cc2145f8.txt"
    document = read(path, path.name)
    assert document.text == path.read_bytes().decode()
    assert document.title == "陈敏尔:强化责任担当 狠抓工作落实 毫不放松抓好疫情防控和经济社会发展"
    assert aside(document) == [("print button", "[打印]"), ("editor", "[责任编辑: 谢天]")]
    assert document.metadata == {"editor": "谢天", "encoding": "UTF-8"}
    assert document.headings == ()


def test_second_seed_has_its_title_on_two_lines_and_keeps_who_presided() -> None:
    path = SEEDS / "004_c2e144bd2bb9c8b9.txt"
    document = read(path, path.name)
    assert document.text == path.read_bytes().decode()
    first, second = document.text.split("\n")[1:3]
    assert document.title == f"{first} {second}"
    assert document.set_aside == ()
    assert "date" not in document.metadata


def test_digest_is_of_the_bytes() -> None:
    text = "第一行\n今天的会议在广州举行。"
    assert parse(text.encode(), "a.txt").digest == from_text(text, "b").digest
    assert parse(text.encode("gb18030"), "a.txt").digest != from_text(text, "b").digest


def test_line_ends_stay() -> None:
    assert parse(b"one\r\ntwo\r\n", "a.txt").text == "one\r\ntwo\r\n"


def test_supported_goes_by_suffix_in_any_case() -> None:
    assert supported(Path("A.TXT"))
    assert not supported(Path("a.exe"))


@pytest.mark.parametrize(
    ("data", "name", "reason"),
    [
        (b"", "a.txt", "is empty"),
        (b"\xef\xbb\xbf \r\n", "a.md", "is empty"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "a.txt", "its content is a PDF: rename it to end in .pdf"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "a.txt", "its content is a PNG picture; it holds no text: run OCR"),
        (b"PK\x03\x04" + b"\0" * 40, "a.md", "its content is a zip archive: unpack"),
        (bytes(range(256)) * 20, "a.txt", "is a binary file"),
        (b"ab\0cd\0\0e and more text", "a.txt", "is a binary file"),
        (b"<html><body><script>x</script></body>", "a.html", "holds no text"),
    ],
)
def test_reasons(data: bytes, name: str, reason: str) -> None:
    with pytest.raises(DocumentError, match=reason) as caught:
        parse(data, name)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "advice"),
    [("a.doc", r"save it as \.docx"), ("a.png", "run OCR"), ("a", "convert it to one of csv")],
)
def test_unsupported_formats_say_what_to_do(name: str, advice: str) -> None:
    with pytest.raises(UnsupportedFormat, match=advice):
        parse(b"data", name)


def test_missing_file_and_folder(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="cannot be opened"):
        read(tmp_path / "absent.txt", "absent.txt")
    (tmp_path / "folder.txt").mkdir()
    with pytest.raises(DocumentError, match="is no file but a folder"):
        read(tmp_path / "folder.txt", "folder.txt")


def test_from_text_refuses_what_cannot_be_stored() -> None:
    for text in (" \n", "a\0b", "a\ud800b"):
        with pytest.raises(DocumentError):
            from_text(text, "note.txt")


def test_numbered_headings_are_short_lines_without_sentences() -> None:
    rules = "管理办法\n\n第一章 总则\n第一条 为了规范管理,制定本办法。\n第二章　职责\n"
    document = from_text(rules + "一、总体要求\n二、要求大家做到。\n（一）目标\n", "note.txt")
    chapters = [(2, "第一章 总则"), (2, "第二章　职责")]
    assert headings(document) == [*chapters, (4, "一、总体要求"), (5, "（一）目标")]
    assert document.places[0].label == "section 第一章 总则"


def test_a_text_that_begins_with_a_sentence_has_no_title() -> None:
    assert from_text("昨天下了雨。\n今天晴。", "note.txt").title == ""


def test_markdown_headings_title_and_front_matter() -> None:
    front = "---\ntitle: 手册\ndate: 2024年1月2日\n---"
    text = front + "\n# 安装 #\n\n```\n# code\n```\n用法\n====\n\n## **粗**体\n- 项\n---\n"
    document = parse(text.encode(), "a.md")
    assert document.text == text
    assert document.title == "手册"
    assert document.metadata["date"] == "2024-01-02"
    assert headings(document) == [(1, "安装"), (1, "用法"), (2, "**粗**体")]
    assert aside(document) == [("front matter", front)]
    assert parse(b"# A **bold** [link](x)\n\ntext", "a.md").title == "A bold link"
