"""JSON and JSON lines: records as rows that name their fields, other values with their paths."""

import json
from collections.abc import Iterator
from typing import Any

from embeddings.documents import tables
from embeddings.documents.encoding import Decoded, decode
from embeddings.documents.extract import Extract, Writer
from embeddings.errors import DocumentError

_DEEPEST = 200
_LONG = 100  # characters from which a string is text to be read on lines of its own


def read(data: bytes) -> Extract:
    """Read a .json file: one value."""
    decoded = decode(data)
    value = _load(decoded.text, "")
    writer = Writer()
    if isinstance(value, list):
        for number, item in enumerate(value, 1):
            writer.place(f"item {number}")
            _write(item, writer)
    else:
        _write(value, writer)
    title = value.get("title") if isinstance(value, dict) else None
    return _extract(writer, decoded, title if isinstance(title, str) else "")


def read_lines(data: bytes) -> Extract:
    """Read a .jsonl file: a value on every line."""
    decoded = decode(data)
    writer = Writer()
    for number, line in enumerate(decoded.text.split("\n"), 1):
        if line.strip():
            writer.place(f"line {number}")
            _write(_load(line, f" in line {number}"), writer)
    return _extract(writer, decoded, "")


def _extract(writer: Writer, decoded: Decoded, title: str) -> Extract:
    return writer.extract(title, {"encoding": decoded.encoding})


def _load(text: str, where: str) -> Any:
    try:
        return json.loads(text)
    except RecursionError as error:
        raise DocumentError(f"is nested too deeply{where}: simplify it") from error
    except ValueError as error:
        reason = str(error).partition(": line")[0][:80]
        place = f" at line {error.lineno}" if isinstance(error, json.JSONDecodeError) and not where else where
        raise DocumentError(f"is no valid JSON{place} ({reason}): correct it there") from error


def _write(value: Any, writer: Writer) -> None:
    """A record on one line, its long texts below; anything that nests with the path of each value."""
    fields = list(_flat(value, "", 0))
    short = [(path, text) for path, text in fields if len(text) < _LONG and "\n" not in text]
    writer.line(tables.row_line([text for _, text in short], [path for path, _ in short]))
    for path, text in fields:
        if len(text) >= _LONG or "\n" in text:
            writer.line(f"{path}: {text}" if path else text)


def _flat(value: Any, path: str, depth: int) -> Iterator[tuple[str, str]]:
    if depth > _DEEPEST:
        raise DocumentError(f"nests its values more than {_DEEPEST} deep: simplify it")
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _flat(inner, f"{path}/{key}" if path else str(key), depth + 1)
    elif isinstance(value, list):
        if value and all(isinstance(item, str | int | float) and len(str(item)) < _LONG for item in value):
            yield path, ", ".join(map(_shown, value))
        else:
            for number, inner in enumerate(value, 1):
                yield from _flat(inner, f"{path}[{number}]", depth + 1)
    elif value is not None and (text := _shown(value).strip()):
        yield path, text


def _shown(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
