"""Excel: every row of a visible sheet one line that names its columns, at "sheet Costs, row 14"."""

import datetime
import io
import zipfile
from collections.abc import Iterator
from itertools import chain, islice
from typing import Any

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from embeddings.documents import tables, zipped
from embeddings.documents.extract import Extract, Writer, one_line
from embeddings.errors import DocumentError

_PROBE = 25  # rows looked at to find the header


def read(data: bytes) -> Extract:
    """Read an .xlsx file: the values that Excel last calculated."""
    zipped.check_office(data)
    try:
        workbook = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    except (InvalidFileException, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise DocumentError("is damaged or no Excel file: open it in Excel and save it again") from error
    writer = Writer()
    sheets = [sheet for sheet in workbook.worksheets if sheet.sheet_state == "visible"]
    for sheet in sheets:
        sheet.reset_dimensions()  # what the file declares may be a million empty rows
        _sheet(sheet, writer, alone=len(sheets) == 1)
    title = one_line(workbook.properties.title or "")
    author = one_line(workbook.properties.creator or "")
    workbook.close()
    return writer.extract(title, {"author": "" if author == "openpyxl" else author})


def _sheet(sheet: Any, writer: Writer, *, alone: bool) -> None:
    name = one_line(sheet.title)
    numbered = ((number, cells) for number, row in enumerate(sheet.iter_rows(), 1) if any(cells := _cells(row)))
    first = list(islice(numbered, _PROBE))
    if not first:
        return
    if not alone:
        writer.place(f"sheet {name}")
        writer.line(name, level=1)
    header = tables.header_row([cells for _, cells in first])
    names = first[header][1] if header >= 0 else None
    for index, (number, cells) in enumerate(chain(first, numbered)):
        writer.place(f"sheet {name}, row {number}")
        writer.line(tables.row_line(cells, names if index > header else None))
    writer.gap()


def _cells(row: Iterator[Any]) -> list[str]:
    cells = [_shown(cell.value, getattr(cell, "number_format", "")) for cell in row]
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _shown(value: object, number_format: str) -> str:
    """A value about as Excel shows it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        if "%" in (number_format or ""):
            return f"{value * 100:.10g}%"
        return f"{value:.15g}" if isinstance(value, float) else str(value)
    if isinstance(value, datetime.datetime):
        midnight = value.time() == datetime.time()
        return value.date().isoformat() if midnight else value.isoformat(" ", "minutes")
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    return one_line(str(value))
