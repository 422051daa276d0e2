"""CSV and TSV: every row one line that names its columns, at "row 14"."""

import csv
import io
from collections import Counter
from collections.abc import Iterator

from embeddings.documents import tables
from embeddings.documents.encoding import decode
from embeddings.documents.extract import Extract, Writer
from embeddings.errors import DocumentError

_DELIMITERS = ",\t;|"
_PROBE = 50


def read(data: bytes) -> Extract:
    """Read a file of rows, whatever separates their cells."""
    decoded = decode(data)
    delimiter = _delimiter(decoded.text)
    writer = Writer()
    rows: list[tuple[int, list[str]]] = []
    try:
        for number, row in enumerate(csv.reader(io.StringIO(decoded.text, newline=""), delimiter=delimiter), 1):
            if any(cells := [tables.clean(cell) for cell in row]):
                rows.append((number, cells))
    except csv.Error as error:
        raise DocumentError(
            f"has a cell that does not end (row {len(rows) + 1}: {error}): close its quotation mark"
        ) from error
    header = tables.header_row([cells for _, cells in rows[:_PROBE]])
    names = rows[header][1] if header >= 0 else None
    for index, (number, cells) in enumerate(rows):
        writer.place(f"row {number}")
        writer.line(tables.row_line(cells, names if index > header else None))
    return writer.extract(metadata={"encoding": decoded.encoding})


def _delimiter(text: str) -> str:
    """The character that cuts the first rows into the same number of cells, two or more."""
    sample = text[:65_536]
    best = (0.0, 0, ",")
    for delimiter in _DELIMITERS:
        try:
            widths = Counter(len(row) for row, _ in zip(_reader(sample, delimiter), range(_PROBE), strict=False) if row)
        except csv.Error:
            continue
        if not widths:
            continue
        width, count = widths.most_common(1)[0]
        if width > 1:
            best = max(best, (count / widths.total(), width, delimiter))
    return best[2]


def _reader(sample: str, delimiter: str) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
