"""Tables as text: every row one line that names its columns, so that a quoted row explains itself."""

import re
from collections.abc import Sequence

from embeddings.documents.extract import one_line

Row = Sequence[str]

_NUMBER = re.compile(r"[-+−(]?[$¥￥€£]?\s?\d[\d,.\s]*(?:%|％|‰|)?[)]?|-|—|/|N/?A", re.IGNORECASE)
_LONGEST_HEADER = 40


def clean(cell: str) -> str:
    """A cell on one line."""
    return one_line(cell)


def header_row(rows: Sequence[Row]) -> int:
    """Index of the row that names the columns, or -1: the first with two cells or more, where all
    are short, distinct words and what stands below is as wide."""
    for index, row in enumerate(rows[:5]):
        cells = [cell for cell in row if cell]
        if len(cells) < 2:
            continue
        words = all(len(cell) <= _LONGEST_HEADER and not _NUMBER.fullmatch(cell) for cell in cells)
        below = [row for row in rows[index + 1 : index + 20] if any(row)]
        filled = len(cells) >= len(row) - 1
        return index if words and filled and len(set(cells)) == len(cells) and below else -1
    return -1


def row_line(row: Row, header: Row | None) -> str:
    """One row as `Header: value | Header: value`; empty cells are left out."""
    if header is None:
        return " | ".join(cell for cell in row if cell)
    parts = []
    for column, cell in enumerate(row):
        name = header[column] if column < len(header) else ""
        if cell:
            parts.append(f"{name.rstrip(':：')}: {cell}" if name else cell)
    return " | ".join(parts)


def table_lines(rows: Sequence[Row], header: int) -> list[str]:
    """The lines of a table; `header` is the index of its header row, or -1."""
    names = rows[header] if header >= 0 else None
    return [row_line(row, names if index > header else None) for index, row in enumerate(rows)]
