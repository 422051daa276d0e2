"""Word documents: paragraphs, headings by style, tables with their headers, notes at the end.

python-docx opens the package; the text is read from the XML, because its paragraphs leave out
inserted text, content controls, text boxes and ruby.
"""

import io
import re
from collections.abc import Iterator
from typing import Any

import docx
import docx.document
import docx.opc.exceptions
import docx.oxml

from embeddings.documents import furniture, structure, tables, zipped
from embeddings.documents.extract import Extract, Writer, one_line
from embeddings.errors import DocumentError

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_HEADING = re.compile(r"(?:heading|标题|標題)\s*([1-6])", re.IGNORECASE)
_CHARACTERS = {f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}
_SKIPPED = {f"{_W}{name}" for name in ("del", "moveFrom", "pPr", "rPr", "txbxContent", "instrText", "fldData")} | {
    _FALLBACK
}
_LONGEST_CELL = 500


def read(data: bytes) -> Extract:
    """Read a .docx file."""
    zipped.check_office(data)
    try:
        document = docx.Document(io.BytesIO(data))
    except (docx.opc.exceptions.PackageNotFoundError, KeyError, ValueError) as error:
        raise DocumentError("is damaged or no Word document: open it in Word and save it again") from error
    writer = Writer()
    levels = _levels(document)
    titles: list[str] = []
    _blocks(document.element.body, writer, levels, titles)
    for root in _notes(document):
        writer.gap()
        _blocks(root, writer, {}, [])
    extract = writer.extract()
    found = furniture.find(extract.text)
    extract.set_aside = found.set_aside
    extract.headings = extract.headings or structure.numbered_headings(extract.text)
    properties = document.core_properties
    extract.title = next(iter(titles), "") or one_line(properties.title or "") or _first_title(extract)
    extract.metadata = found.metadata
    if author := one_line(properties.author or ""):
        extract.metadata.setdefault("author", author)
    return extract


def _first_title(extract: Extract) -> str:
    title = structure.title(extract.text, extract.set_aside)
    if extract.headings and extract.headings[0].level == 1 and not title:
        return extract.text[extract.headings[0].start : extract.headings[0].end]
    return title


def _levels(document: docx.document.Document) -> dict[str, int]:
    """Style id to heading level; 0 is the title of the whole document."""
    levels = {}
    for style in document.styles:
        name = style.name or ""
        outline = style.element.find(f"{_W}pPr/{_W}outlineLvl")
        if match := _HEADING.fullmatch(name):
            levels[style.style_id] = int(match.group(1))
        elif name.lower() in ("title", "标题", "標題"):
            levels[style.style_id] = 0
        elif outline is not None and (outline.get(f"{_W}val") or "9") in "012345":
            levels[style.style_id] = int(outline.get(f"{_W}val") or 0) + 1
    return levels


def _notes(document: docx.document.Document) -> Iterator[Any]:
    for relation in document.part.rels.values():
        if relation.reltype.endswith(("/footnotes", "/endnotes")) and not relation.is_external:
            yield docx.oxml.parse_xml(relation.target_part.blob)


def _blocks(parent: Any, writer: Writer, levels: dict[str, int], titles: list[str]) -> None:
    for child in parent.iterchildren():
        if child.tag == f"{_W}p":
            _paragraph(child, writer, levels, titles)
        elif child.tag == f"{_W}tbl":
            _table(child, writer, levels, titles)
        elif isinstance(child.tag, str) and child.tag not in _SKIPPED:
            _blocks(child, writer, levels, titles)  # content controls and other wrappers


def _paragraph(paragraph: Any, writer: Writer, levels: dict[str, int], titles: list[str]) -> None:
    text = "".join(_text(paragraph)).strip()
    style = paragraph.find(f"{_W}pPr/{_W}pStyle")
    outline = paragraph.find(f"{_W}pPr/{_W}outlineLvl")
    level = levels.get(style.get(f"{_W}val"), -1) if style is not None else -1
    if level < 0 and outline is not None and (outline.get(f"{_W}val") or "") in tuple("012345"):
        level = int(outline.get(f"{_W}val")) + 1
    if level == 0 and text:
        titles.append(one_line(text))
    if level > 0:
        text = one_line(text)
    writer.line(text, level=max(level, 0))
    for box in paragraph.iter(f"{_W}txbxContent"):
        if not any(above.tag == _FALLBACK for above in box.iterancestors()):
            _blocks(box, writer, levels, titles)


def _text(element: Any) -> Iterator[str]:
    for child in element.iterchildren():
        tag = child.tag
        if tag == f"{_W}t":
            yield child.text or ""
        elif tag in _CHARACTERS:
            yield _CHARACTERS[tag]
        elif tag == f"{_W}ruby":
            base, gloss = ("".join(_text(part)) for part in (child.find(f"{_W}rubyBase"), child.find(f"{_W}rt")))
            yield f"{base}({gloss})" if gloss else base
        elif isinstance(tag, str) and tag not in _SKIPPED:
            yield from _text(child)


def _table(table: Any, writer: Writer, levels: dict[str, int], titles: list[str]) -> None:
    rows: list[list[str]] = []
    for row in table.iterchildren(f"{_W}tr"):
        cells: list[str] = []
        for cell in row.iter(f"{_W}tc"):
            if next(cell.iterancestors(f"{_W}tr")) is not row:
                continue
            merged = cell.find(f"{_W}tcPr/{_W}vMerge")
            follows = merged is not None and merged.get(f"{_W}val") != "restart"
            above = rows[-1][len(cells)] if follows and rows and len(cells) < len(rows[-1]) else ""
            cells.append(above or _cell(cell))
            span = cell.find(f"{_W}tcPr/{_W}gridSpan")
            width = span.get(f"{_W}val") if span is not None else "1"
            cells += [""] * (min(int(width), 100) - 1 if width and width.isdigit() else 0)
        rows.append(cells)
    if max(map(len, rows), default=0) < 2 or max(len(cell) for row in rows for cell in row) > _LONGEST_CELL:
        for cell in table.iter(f"{_W}tc"):
            if next(cell.iterancestors(f"{_W}tbl")) is table:
                _blocks(cell, writer, levels, titles)
        return
    writer.gap()
    for line in tables.table_lines(rows, tables.header_row(rows)):
        writer.line(line)
    writer.gap()


def _cell(cell: Any) -> str:
    """The text of a table cell, tables inside it included, on one line."""
    return one_line(" ".join("".join(_text(paragraph)) for paragraph in cell.iter(f"{_W}p")))
