"""HTML tables that hold data, told from those that lay out a page."""

from collections.abc import Callable
from dataclasses import dataclass

from selectolax.lexbor import LexborNode

from embeddings.documents import tables
from embeddings.documents.extract import one_line


@dataclass(frozen=True, slots=True)
class DataTable:
    """The cells of a table that holds data, not layout."""

    cells: list[list[str]]
    header: int
    is_navigation: bool


_BLOCKS_IN_CELL = "table, td p + p, td div + div, td ul, td ol, td h1, td h2, td h3, td h4, td form, td pre"
_WIDEST = 200  # columns, against hostile colspans
_LONGEST_CELL = 500


def data_rows(table: LexborNode, cell_text: Callable[[LexborNode], str]) -> DataTable | None:
    """The rows of a data table, spans filled in; None for tables that only lay out a page."""
    inner = table.css(_BLOCKS_IN_CELL)
    if any(node.mem_id != table.mem_id for node in inner[:2]):
        return None
    cells: list[list[str]] = []
    carried: dict[int, tuple[int, str]] = {}  # column -> rows still to fill, text
    heads = []
    for row in table.css("tr"):
        line: list[str] = []
        marks = 0
        for cell in row.iter():
            if cell.tag not in ("td", "th"):
                continue
            text = cell_text(cell)
            if len(text) > _LONGEST_CELL:
                return None
            _fill(line, carried)
            marks += cell.tag == "th"
            rows, columns = _span(cell, "rowspan"), _span(cell, "colspan")
            for offset in range(min(columns, _WIDEST - len(line))):
                if rows > 1:
                    carried[len(line)] = (rows - 1, text)
                line.append(text if offset == 0 or rows > 1 or marks else "")
        _fill(line, carried)
        cells.append(line)
        heads.append(bool(line) and marks == len(line))
    if max(map(len, cells), default=0) < 2:
        return None
    header = heads.index(True) if True in heads[:3] else tables.header_row(cells)
    links = [one_line(link.text()) for link in table.css("a")]
    text_length = sum(len(cell) for line in cells for cell in line)
    return DataTable(cells, header, len(links) >= 3 and sum(map(len, links)) >= 0.8 * text_length)


def _fill(line: list[str], carried: dict[int, tuple[int, str]]) -> None:
    """Repeat cells that reach down from rows above into the next free columns."""
    while (waiting := carried.pop(len(line), None)) is not None:
        rows, text = waiting
        if rows > 1:
            carried[len(line)] = (rows - 1, text)
        line.append(text)


def _span(cell: LexborNode, name: str) -> int:
    value = cell.attributes.get(name) or "1"
    return max(1, min(int(value), 1000)) if value.isascii() and value.isdigit() and len(value) < 6 else 1
