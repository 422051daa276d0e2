"""Every format: read whole, with the fact of each file at the place that a citation will name."""

import io
import re
import zipfile
from pathlib import Path

import openpyxl
import pytest

from embeddings.documents import parse, read_limited, supported
from embeddings.documents.pdf import join
from embeddings.errors import DocumentError
from embeddings.types import Document
from tests import corpus


def place_of(document: Document, start: int) -> str:
    labels = [place.label for place in document.places if place.start <= start]
    return labels[-1] if labels else ""


def test_the_corpus_covers_every_suffix() -> None:
    assert len(corpus.READABLE) + len(corpus.UNREADABLE) >= 60
    assert len({file.name for file in corpus.READABLE}) == len(corpus.READABLE)
    assert all(supported(Path(file.name)) for file in corpus.READABLE)


@pytest.mark.parametrize("file", corpus.READABLE, ids=lambda file: file.name)
def test_the_fact_is_found_at_its_place(file: corpus.Readable) -> None:
    document = parse(file.data, file.name)
    assert document.text.count(file.fact) == 1
    start = document.text.index(file.fact)
    if file.place:
        assert place_of(document, start) == file.place
    assert not any(span.start < start + len(file.fact) and start < span.end for span in document.set_aside)
    assert [place.start for place in document.places] == sorted(place.start for place in document.places)


@pytest.mark.parametrize("file", corpus.UNREADABLE, ids=lambda file: file.name)
def test_the_reason_says_what_is_wrong(file: corpus.Unreadable) -> None:
    with pytest.raises(DocumentError, match=re.escape(file.reason)) as caught:
        parse(file.data, file.name)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300


def test_the_worker_gives_what_reading_here_gives(tmp_path: Path) -> None:
    corpus.build(tmp_path)
    for file in corpus.READABLE:
        if Path(file.name).suffix in (".pdf", ".docx", ".pptx", ".xlsx", ".epub", ".txt"):
            assert read_limited(tmp_path / file.name, file.name) == parse(file.data, file.name)
    for bad in corpus.UNREADABLE:
        with pytest.raises(DocumentError, match=re.escape(bad.reason)):
            read_limited(tmp_path / bad.name, bad.name)


def test_pdf_lines_become_paragraphs_and_margins_are_set_aside() -> None:
    texts = [corpus.TOWNS[page] + corpus.FILLER * 4 for page in range(4)]
    pages = [corpus.wrapped(text) + corpus.wrapped(corpus.fact(page)) for page, text in enumerate(texts)]
    document = parse(corpus.pdf_file(pages, head="青石镇年报 2020", title="青石镇2020年年报"), "a.pdf")
    assert document.title == "青石镇2020年年报"
    page = f"青石镇年报 2020\n- 1 -\n{texts[0]}\n{corpus.fact(0)}\n"
    assert document.text.startswith(page)
    assert [span.kind for span in document.set_aside] == ["running head", "page number"] * 4
    assert [place.label for place in document.places] == ["page 1", "page 2", "page 3", "page 4"]


def test_pdf_pages_that_are_scans_are_named() -> None:
    scan = corpus.pdf_file([[corpus.FILLER], []], picture=True)
    assert parse(scan, "a.pdf").metadata["pages without text"] == "2"


@pytest.mark.parametrize(
    ("above", "below", "joined"),
    [
        ("the ques-", "tion", "the question"),
        ("the well\x02", "known", "the wellknown"),
        ("North-", "South", "North- South"),
        ("two", "words", "two words"),
        ("春", "耕", "春耕"),
        ("用 FAISS", "索引", "用 FAISS索引"),
    ],
)
def test_joining_lines(above: str, below: str, joined: str) -> None:
    assert join(above, below) == joined


def test_word_title_headings_and_table() -> None:
    document = parse(corpus.word_file(3), "a.docx")
    assert document.title == "云台镇年报"
    headings = [(heading.level, document.text[heading.start : heading.end]) for heading in document.headings]
    assert headings == [(1, "一、概况"), (1, "二、粮仓")]
    assert "\n村名: 第2村 | 面积: 15 | 户数: 41\n" in document.text


def test_slides_keep_notes_tables_and_charts() -> None:
    document = parse(corpus.slides_file(3), "a.pptx")
    assert document.title == "云台镇汇报"
    for line in ("备注:第3号院明年翻修。", "村名: 大湾村 | 面积: 305", "春 | 产量: 12.5"):
        assert f"\n{line}\n" in document.text


def test_hidden_sheets_are_left_out_and_values_look_as_in_excel() -> None:
    document = parse(corpus.workbook_file(3), "a.xlsx")
    assert "Item: Grain | Share: 12.5%" in document.text
    assert "内部" not in document.text


def test_a_sheet_is_read_to_its_last_column_and_row() -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.worksheets[0]
    sheet["A1"], sheet["XFD2"], sheet["A1048576"] = "近处", "远处", "底部"
    stream = io.BytesIO()
    workbook.save(stream)
    document = parse(stream.getvalue(), "a.xlsx")
    assert document.text.split() == ["近处", "远处", "底部"]
    assert document.places[-1].label == "sheet Sheet, row 1048576"


def test_book_metadata_and_one_place_per_chapter() -> None:
    document = parse(corpus.book_file(3), "a.epub")
    assert (document.title, document.metadata["author"]) == ("云台镇志", "李四")
    assert [place.label for place in document.places] == [f"section 第{n}章 村史" for n in (1, 2, 3)]


def test_a_path_from_the_book_does_not_fill_the_reason() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        container = '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container">'
        archive.writestr("META-INF/container.xml", f'{container}<rootfile full-path="{"9" * 5000}"/></container>')
    with pytest.raises(DocumentError, match="is damaged or no EPUB book") as caught:
        parse(stream.getvalue(), "a.epub")
    assert len(str(caught.value)) < 200


def test_json_values_without_records_keep_their_paths() -> None:
    document = parse('{"title": "年报", "a": {"b": [1, 2], "c": "\\ud800\\u0000x"}}'.encode(), "a.json")
    assert (document.title, document.text) == ("年报", "title: 年报 | a/b: 1, 2 | a/c: ��x\n")
