"""Small files of every format, made by the formats' own libraries, each with a fact to ask for.

`build(folder)` writes them all; `READABLE` and `UNREADABLE` say what a reader should find.
"""

import csv
import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import docx
import openpyxl
import pptx
from docx.enum.section import WD_SECTION
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches
from reportlab.lib.pagesizes import A4  # type: ignore[import-untyped]
from reportlab.lib.pdfencrypt import StandardEncryption  # type: ignore[import-untyped]
from reportlab.pdfbase import pdfmetrics  # type: ignore[import-untyped]
from reportlab.pdfbase.cidfonts import UnicodeCIDFont  # type: ignore[import-untyped]
from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]

TOWNS = ("青石镇", "白沙镇", "柳河镇", "云台镇", "石门镇", "竹山镇", "金沙镇", "平湖镇")
FILLER = "各村先后修好了水渠和道路,春耕用的种子和肥料也已经发到农户手里。"
ENGLISH = "The villages repaired their canals and roads before the sowing season began in March."


@dataclass(frozen=True, slots=True)
class Readable:
    """A file that must be read: `fact` stands in its text, at `place`."""

    name: str
    data: bytes
    fact: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file that must be refused, with words that the reason must hold."""

    name: str
    data: bytes
    reason: str


def fact(number: int, what: str = "粮仓") -> str:
    """A sentence that no other file of the corpus holds."""
    return f"{TOWNS[number % len(TOWNS)]}的{what}在第{number}号院,由{number + 3}人看守。"


def question(file: "Readable") -> str:
    """What the fact of a file answers."""
    if "号院" not in file.fact:
        return "青石鎮的糧倉在第八號院,由多少人看守?"
    yard = file.fact[file.fact.rindex("第", 0, file.fact.index("号院")) : file.fact.index("号院")] + "号院"
    return f"{yard}的看守人数是多少?" if "|" in file.fact else f"{yard}的粮仓由多少人看守?"


def article(number: int) -> str:
    """A title, two paragraphs and a fact."""
    return f"{TOWNS[number % 8]}春耕情况第{number}期\n\n{FILLER * 3}\n\n{fact(number)}{FILLER}\n"


def web_page(number: int, charset: str = "utf-8") -> bytes:
    """A saved page: the article within navigation, share bar and footer."""
    paragraphs = "".join(f"<p>{line}</p>" for line in article(number).split("\n")[2:] if line)
    page = f"""<!DOCTYPE html><html><head><meta charset="{charset}">
<title>春耕情况第{number}期_农业频道_山城网</title><script>var hidden = 1;</script></head><body>
<div class="nav"><a href="/">首页</a> <a>新闻</a> <a>农业</a></div><h1>春耕情况第{number}期</h1>
<div>来源：山城日报 发布时间：2020-02-28 08:10</div><div class="content">{paragraphs}</div>
<p>[责任编辑：李四]</p><div class="footer">版权所有 © 2020 山城网</div></body></html>"""
    return page.encode({"gb2312": "gb18030"}.get(charset, charset))


def pdf_file(
    pages: list[list[str]], *, password: str = "", head: str = "", title: str = "", picture: bool = False
) -> bytes:
    """A PDF with these lines on its pages; `head` and a page number on each if given."""
    if "STSong-Light" not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    stream = io.BytesIO()
    encryption = StandardEncryption(password, ownerPassword="owner", strength=128) if password else None
    canvas = Canvas(stream, pagesize=A4, encrypt=encryption, invariant=1)
    if title:
        canvas.setTitle(title)
    for number, lines in enumerate(pages, 1):
        canvas.setFont("STSong-Light", 12)
        if head:
            canvas.drawString(72, 800, head)
            canvas.drawCentredString(300, 40, f"- {number} -")
        for row, line in enumerate(lines):
            canvas.drawString(72, 760 - 20 * row, line)
        if picture:
            canvas.drawInlineImage(_grey_picture(), 72, 100, 300, 300)
        canvas.showPage()
    canvas.save()
    return stream.getvalue()


def _grey_picture() -> "object":
    from PIL import Image

    return Image.new("L", (8, 8), 128)


def wrapped(text: str, width: int = 36) -> list[str]:
    """A paragraph as the lines of a page, the first one indented."""
    text = "\u3000\u3000" + text
    return [text[start : start + width] for start in range(0, len(text), width)]


def word_file(number: int) -> bytes:
    """Headings, paragraphs, a table with a header, two sections."""
    document = docx.Document()
    document.add_heading(f"{TOWNS[number % 8]}年报", level=0)
    document.add_heading("一、概况", level=1)
    document.add_paragraph(FILLER * 2)
    document.add_heading("二、粮仓", level=1)
    document.add_paragraph(fact(number))
    document.add_section(WD_SECTION.NEW_PAGE)
    table = document.add_table(rows=1, cols=3)
    for cell, text in zip(table.rows[0].cells, ("村名", "面积", "户数"), strict=True):
        cell.text = text
    for row in range(3):
        for cell, text in zip(
            table.add_row().cells, (f"第{row + 1}村", f"{row * 10 + 5}", f"{row + 40}"), strict=True
        ):
            cell.text = text
    return _saved(document.save)


def slides_file(number: int) -> bytes:
    """A title slide, a slide with the fact and notes, a slide with a table and a chart."""
    deck = pptx.Presentation()
    first = deck.slides.add_slide(deck.slide_layouts[0])
    first.shapes.title.text = f"{TOWNS[number % 8]}汇报"
    second = deck.slides.add_slide(deck.slide_layouts[1])
    second.shapes.title.text = "粮仓"
    second.placeholders[1].text = fact(number)
    second.notes_slide.notes_text_frame.text = f"备注:第{number}号院明年翻修。"
    third = deck.slides.add_slide(deck.slide_layouts[5])
    third.shapes.title.text = "面积"
    table = third.shapes.add_table(2, 2, Inches(1), Inches(2), Inches(6), Inches(1)).table
    for row, cells in enumerate((("村名", "面积"), ("大湾村", f"{number}05"))):
        for column, text in enumerate(cells):
            table.cell(row, column).text = text
    chart = CategoryChartData()  # type: ignore[no-untyped-call]
    chart.categories = ["春", "秋"]
    chart.add_series("产量", (12.5, 30))  # type: ignore[no-untyped-call]
    third.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, Inches(1), Inches(4), Inches(4), Inches(2), chart)
    return _saved(deck.save)


def workbook_file(number: int) -> bytes:
    """A title row, a header and rows on one sheet, another sheet, and a hidden one."""
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    if sheet is None:
        raise RuntimeError("a new workbook has no sheet")
    sheet.title = "粮仓"
    sheet.append([f"{TOWNS[number % 8]}粮仓表"])
    sheet.append(["编号", "地点", "看守人数"])
    for row in range(30):
        sheet.append([row + 1, f"第{number * 100 + row}号院", row + 3])
    costs = workbook.create_sheet("Costs")
    costs.append(["Item", "Share", "Date"])
    costs.append(["Grain", 0.125, None])
    costs["B2"].number_format = "0.0%"
    hidden = workbook.create_sheet("Lists")
    hidden.append(["内部", "列表"])
    hidden.sheet_state = "hidden"
    return _saved(workbook.save)


def table_text(number: int, delimiter: str = ",") -> str:
    """Rows with a header, one cell with the delimiter and a line break in it."""
    stream = io.StringIO()
    rows = csv.writer(stream, delimiter=delimiter)
    rows.writerow(["村名", "粮仓", "看守人数"])
    for row in range(20):
        rows.writerow([f"第{row + 1}村", f"第{number * 100 + row}号院{delimiter}\n东侧", row + 3])
    return stream.getvalue()


def book_file(number: int, *, encrypted: bool = False, chapters: list[str] | None = None) -> bytes:
    """An EPUB of these chapters; else of three, of which the second holds the fact."""
    chapters = chapters or [FILLER * 3, fact(number) + FILLER, FILLER * 2]
    items = "".join(
        f'<item id="c{n}" href="text/c{n}.xhtml" media-type="application/xhtml+xml"/>' for n in range(len(chapters))
    )
    order = "".join(f'<itemref idref="c{n}"/>' for n in range(len(chapters)))
    package = f"""<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf" version="3.0">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{TOWNS[number % 8]}志</dc:title>
<dc:creator>李四</dc:creator></metadata><manifest>{items}</manifest><spine>{order}</spine></package>"""
    container = """<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>
<rootfile full-path="OPS/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>"""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("mimetype", "application/epub+zip", zipfile.ZIP_STORED)
        archive.writestr("META-INF/container.xml", container)
        archive.writestr("OPS/book.opf", package)
        for position, text in enumerate(chapters):
            archive.writestr(
                f"OPS/text/c{position}.xhtml",
                '<html xmlns="http://www.w3.org/1999/xhtml"><body>'
                f"<h1>第{position + 1}章 村史</h1><p>{text}</p></body></html>",
            )
        if encrypted:
            archive.writestr(
                "META-INF/encryption.xml",
                '<encryption xmlns:enc="http://www.w3.org/2001/04/xmlenc#"><enc:EncryptedData>'
                '<enc:CipherData><enc:CipherReference URI="OPS/text/c1.xhtml"/></enc:CipherData>'
                "</enc:EncryptedData></encryption>",
            )
    return stream.getvalue()


def _saved(save: Callable[[io.BytesIO], object]) -> bytes:
    stream = io.BytesIO()
    save(stream)
    return stream.getvalue()


def _texts() -> list[Readable]:
    files = []
    codecs = ("utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "utf-16-le", "utf-16-be")
    for number, codec in enumerate(codecs, 1):
        files.append(Readable(f"text/{codec}.txt", article(number).encode(codec), fact(number)))
    traditional = "青石鎮春耕情況\n\n各村先後修好了水渠和道路。青石鎮的糧倉在第八號院,由十一人看守。\n"
    files.append(
        Readable("text/big5.txt", traditional.encode("big5"), "青石鎮的糧倉在第八號院,由十一人看守。")
    )
    for number in (11, 12, 13, 14):
        markdown = f"# 年报\n\n{FILLER}\n\n## 粮仓\n\n{fact(number)}\n"
        suffix = "markdown" if number == 14 else "md"
        files.append(Readable(f"notes/{number}.{suffix}", markdown.encode(), fact(number), "section 粮仓"))
    for number, charset in ((21, "utf-8"), (22, "gb2312"), (23, "utf-8"), (24, "utf-16")):
        suffix = "htm" if number == 23 else "html"
        files.append(Readable(f"web/{number}.{suffix}", web_page(number, charset), fact(number)))
    return files


def _paged() -> list[Readable]:
    files = []
    for number in range(31, 38):
        pages = [wrapped(FILLER * 5), wrapped(FILLER + fact(number) + FILLER * 2), wrapped(FILLER * 3)]
        head = f"{TOWNS[number % 8]}年报" if number % 2 else ""
        files.append(Readable(f"pdf/{number}.pdf", pdf_file(pages, head=head), fact(number), "page 2"))
    for number in range(41, 46):
        files.append(Readable(f"word/{number}.docx", word_file(number), fact(number), "section 二、粮仓"))
        files.append(
            Readable(f"slides/{number + 10}.pptx", slides_file(number + 10), fact(number + 10), "slide 2")
        )
        row = f"编号: 12 | 地点: 第{(number + 20) * 100 + 11}号院 | 看守人数: 14"
        files.append(
            Readable(f"sheets/{number + 20}.xlsx", workbook_file(number + 20), row, "sheet 粮仓, row 14")
        )
        files.append(
            Readable(
                f"books/{number + 30}.epub", book_file(number + 30), fact(number + 30), "section 第2章 村史"
            )
        )
    return files


def _records() -> list[Readable]:
    files = []
    kinds = (",", "utf-8"), (";", "gb18030"), (",", "utf-8-sig"), ("\t", "utf-8"), ("\t", "utf-16")
    for number, (delimiter, codec) in enumerate(kinds, 81):
        suffix = "tsv" if delimiter == "\t" else "csv"
        row = f"村名: 第13村 | 粮仓: 第{number * 100 + 12}号院{delimiter} 东侧 | 看守人数: 15"
        data = table_text(number, delimiter).encode(codec)
        files.append(Readable(f"rows/{number}.{suffix}", data, row.replace("\t", ""), "row 14"))
    for number in (91, 92, 93):
        for first, suffix, place in ((number * 100, "json", "item 7"), (number * 1000, "jsonl", "line 7")):
            records = [
                {"村名": f"第{n + 1}村", "粮仓": {"地点": f"第{first + n}号院", "看守人数": n + 3}} for n in range(9)
            ]
            lines = [json.dumps(record, ensure_ascii=suffix == "json") for record in records]
            text = "\n".join(lines) if suffix == "jsonl" else f"[{', '.join(lines)}]"
            row = f"村名: 第7村 | 粮仓/地点: 第{first + 6}号院 | 粮仓/看守人数: 9"
            files.append(Readable(f"json/{number}.{suffix}", text.encode(), row, place))
    return files


def _refused() -> list[Unreadable]:
    whole = pdf_file([wrapped(FILLER)])
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", b"\0" * 50_000_000)
    entities = io.BytesIO()
    with zipfile.ZipFile(entities, "w") as archive:
        archive.writestr("[Content_Types].xml", '<!DOCTYPE x [<!ENTITY a "aa">]><Types/>')
        archive.writestr("xl/workbook.xml", "<x>&a;</x>")
    deep = "[" * 100_000 + "]" * 100_000
    broken = FILLER.encode() * 3 + b"\xff" + FILLER.encode()
    old_office = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
    scan = pdf_file([[], []], picture=True)
    return [
        Unreadable("bad/empty.txt", b"", "is empty"),
        Unreadable("bad/program.txt", b"\x7fELF" + bytes(range(256)), "its content is a program"),
        Unreadable("bad/random.txt", bytes((n * 97 + n // 7) % 256 for n in range(4000)), "is a binary file"),
        Unreadable("bad/broken.txt", broken, "broken UTF-8 text at byte"),
        Unreadable("bad/nul.md", b"one\0two three", "is a binary file"),
        Unreadable("bad/pdf.txt", whole, "rename it to end in .pdf"),
        Unreadable("bad/text.pdf", FILLER.encode(), "is no pdf file"),
        Unreadable("bad/cut.pdf", whole[: len(whole) * 2 // 3], "the PDF is cut off"),
        Unreadable("bad/locked.pdf", pdf_file([wrapped(FILLER)], password="secret"), "is encrypted"),
        Unreadable("bad/scanned.pdf", scan, "2 scanned pages and no text: run OCR"),
        Unreadable("bad/cut.docx", word_file(1)[:9000], "is damaged"),
        Unreadable("bad/bomb.docx", bomb.getvalue(), "looks like a zip bomb"),
        Unreadable("bad/old.docx", old_office, "encrypted or an old Office file"),
        Unreadable("bad/book.docx", book_file(1), "its content is an EPUB book"),
        Unreadable("bad/entities.xlsx", entities.getvalue(), "declares an XML document type"),
        Unreadable("bad/locked.epub", book_file(2, encrypted=True), "is copy-protected"),
        Unreadable("bad/deep.json", deep.encode(), "is nested too deeply"),
        Unreadable("bad/comma.json", b'{"a": 1,}', "is no valid JSON at line 1"),
        Unreadable("bad/line.jsonl", b'{"a": 1}\n{"a": \n', "is no valid JSON in line 2"),
        Unreadable("bad/deep.html", b"<div>" * 100_000, "nests its elements"),
        Unreadable("bad/quote.csv", b'a,b\n1,"' + b"x" * 200_000, "has a cell that does not end"),
        Unreadable("bad/letter.doc", b"anything", "save it as .docx"),
        Unreadable("bad/photo.jpg", b"\xff\xd8\xff\xe0", "run OCR"),
    ]  # fmt: skip


READABLE: tuple[Readable, ...] = tuple(_texts() + _paged() + _records())
UNREADABLE: tuple[Unreadable, ...] = tuple(_refused())


def build(folder: Path) -> None:
    """Write every file of the corpus below this folder."""
    files = [(file.name, file.data) for file in READABLE] + [(file.name, file.data) for file in UNREADABLE]
    for name, data in files:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
