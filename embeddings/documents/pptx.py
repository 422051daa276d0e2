"""PowerPoint: slides as places, shapes in reading order, tables and charts with headers, notes."""

import io
from collections.abc import Iterable
from typing import Any

import pptx
import pptx.exc

from embeddings.documents import tables, zipped
from embeddings.documents.extract import Extract, Writer, one_line
from embeddings.errors import DocumentError


def read(data: bytes) -> Extract:
    """Read a .pptx file."""
    zipped.check_office(data)
    try:
        presentation = pptx.Presentation(io.BytesIO(data))
    except (pptx.exc.PythonPptxError, KeyError, ValueError) as error:
        raise DocumentError("is damaged or no PowerPoint file: open it and save it again") from error
    writer = Writer()
    titles = []
    for number, slide in enumerate(presentation.slides, 1):
        writer.place(f"slide {number}")
        title = slide.shapes.title
        heading = one_line(title.text_frame.text) if title is not None and title.has_text_frame else ""
        if heading:
            titles.append(heading)
            writer.line(heading, level=1)
        for shape in _in_order(slide.shapes):
            if title is None or shape.shape_id != title.shape_id:
                _shape(shape, writer)
        if slide.has_notes_slide and (notes := slide.notes_slide.notes_text_frame) is not None:
            _paragraphs(notes, writer)
        writer.gap()
    properties = presentation.core_properties
    metadata = {"author": one_line(properties.author or "")}
    named = one_line(properties.title or "")
    usable = named and named.lower() not in ("powerpoint presentation", "powerpoint 演示文稿", "幻灯片 1")
    return writer.extract(named if usable else next(iter(titles), ""), metadata)


def _in_order(shapes: Iterable[Any]) -> list[Any]:
    """From top to bottom and left to right, in bands of about a line."""
    return sorted(shapes, key=lambda shape: ((shape.top or 0) // 200_000, shape.left or 0))


def _shape(shape: Any, writer: Writer) -> None:
    if hasattr(shape, "shapes"):
        for inner in _in_order(shape.shapes):
            _shape(inner, writer)
    elif getattr(shape, "has_table", False) and shape.has_table:
        rows = [[one_line(cell.text_frame.text) for cell in row.cells] for row in shape.table.rows]
        _table(rows, writer)
    elif getattr(shape, "has_chart", False) and shape.has_chart:
        _chart(shape.chart, writer)
    elif shape.has_text_frame:
        _paragraphs(shape.text_frame, writer)


def _paragraphs(frame: Any, writer: Writer) -> None:
    for paragraph in frame.paragraphs:
        writer.line(paragraph.text.replace("\v", "\n"))


def _table(rows: list[list[str]], writer: Writer) -> None:
    for line in tables.table_lines(rows, tables.header_row(rows)):
        writer.line(line)


def _chart(chart: Any, writer: Writer) -> None:
    if chart.has_title and chart.chart_title.has_text_frame:
        writer.line(one_line(chart.chart_title.text_frame.text))
    for plot in chart.plots:
        series = list(plot.series)
        names = ["", *(one_line(one.name or "") for one in series)]
        columns = [list(one.values) for one in series]
        for index, category in enumerate(plot.categories):
            values = (column[index] if index < len(column) else None for column in columns)
            shown = ["" if value is None else f"{value:.10g}" for value in values]
            writer.line(tables.row_line([one_line(str(category)), *shown], names))
