"""The table of readers, and the way from a file to a Document: checks before, cleaning after."""

import hashlib
import stat
from importlib import import_module
from pathlib import Path

from embeddings.documents import sniff, text
from embeddings.documents.extract import Extract, Reader, merge
from embeddings.errors import DocumentError, UnsupportedFormat
from embeddings.types import Document, Heading, Place, SetAside

READERS: dict[str, str] = {
    ".txt": "text",
    ".text": "text",
    ".log": "text",
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".pdf": "pdf",
    ".docx": "docx",
    ".pptx": "pptx",
    ".xlsx": "xlsx",
    ".csv": "delimited",
    ".tsv": "delimited",
    ".json": "jsons",
    ".jsonl": "jsons.read_lines",
    ".ndjson": "jsons.read_lines",
    ".epub": "epub",
}
"""Suffix to the module of this package that reads it, imported when first needed; its function is
`read` unless one is named."""

MAX_BYTES = 256 * 2**20
"""The largest file that is read."""

_CONVERT = {
    ".doc": "save it as .docx",
    ".ppt": "save it as .pptx",
    ".xls": "save it as .xlsx",
    ".rtf": "save it as .docx",
    ".odt": "save it as .docx or .pdf",
    ".ods": "save it as .xlsx",
    ".odp": "save it as .pptx or .pdf",
    ".wps": "save it as .docx",
    ".et": "save it as .xlsx",
    ".dps": "save it as .pptx",
    ".mobi": "convert it to .epub",
    ".azw3": "convert it to .epub",
    ".caj": "convert it to .pdf",
    ".mht": "save it as .html",
    ".mhtml": "save it as .html",
    ".zip": "unpack it and add the folder",
    ".rar": "unpack it and add the folder",
    ".7z": "unpack it and add the folder",
    ".gz": "unpack it and add what is inside",
    ".tar": "unpack it and add the folder",
} | dict.fromkeys(
    (".png", ".jpg", ".jpeg", ".gif", ".tif", ".tiff", ".bmp", ".webp"), "run OCR on it and add the result"
)


def supported(path: Path) -> bool:
    """Whether there is a reader for the suffix of this path."""
    return path.suffix.lower() in READERS


def read(path: Path, name: str) -> Document:
    """Read one file in this process; `name` becomes the document's name.

    Raises DocumentError where it cannot be read, UnsupportedFormat where no reader is for it.
    """
    reader_for(path.suffix)
    check_size(path)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise DocumentError(_closed(error)) from error
    return parse(data, name)


def check_size(path: Path) -> int:
    """The size of a file in bytes; raises DocumentError where it is too large or no file at all."""
    try:
        status = path.stat()
    except OSError as error:
        raise DocumentError(_closed(error)) from error
    if not stat.S_ISREG(status.st_mode):
        raise DocumentError("is no file but a folder, pipe or device: add files, or the folder that holds them")
    if status.st_size > MAX_BYTES:
        raise DocumentError(f"is larger than {MAX_BYTES // 2**20} MiB: split it into smaller files")
    return status.st_size


def _closed(error: OSError) -> str:
    return f"cannot be opened ({error.strerror or error}): check that it exists and may be read"


def parse(data: bytes, name: str) -> Document:
    """The document of these bytes; the suffix of `name` chooses the reader. Raises as `read` does."""
    suffix = Path(name).suffix.lower()
    reader = reader_for(suffix)
    if not data.strip(b" \t\r\n\0\xef\xbb\xbf\xff\xfe"):
        raise DocumentError("is empty: there is nothing to read")
    sniff.check(data, suffix)
    try:
        extract = reader(data)
    except DocumentError:
        raise
    except (RecursionError, MemoryError) as error:
        raise DocumentError("is nested too deeply or too large to read: simplify or split it") from error
    except Exception as error:  # whatever third-party parsers raise on damaged files is one thing to the user
        reason = " ".join(str(error).split())[:120] or "no details"
        raise DocumentError(
            f"is damaged or no {suffix[1:]} file ({type(error).__name__}: {reason}): get it again"
        ) from error
    extract.text = _encodable(extract.text)
    if not extract.text.strip():
        raise DocumentError("holds no text: if it shows pictures of text, run OCR on it and add the result")
    return _document(extract, name, hashlib.sha256(data).hexdigest())


def from_text(content: str, name: str) -> Document:
    """The document of a text given as such, treated like the contents of a .txt file."""
    if not content.strip():
        raise DocumentError("is empty: there is nothing to read")
    if "\0" in content or _encodable(content) != content:
        raise DocumentError("holds a NUL or half a surrogate pair: remove these characters")
    return _document(text.from_text(content), name, hashlib.sha256(content.encode()).hexdigest())


def reader_for(suffix: str) -> Reader:
    """The reader for this suffix, its module imported now; raises UnsupportedFormat."""
    suffix = suffix.lower()
    module = READERS.get(suffix)
    if module is None:
        known = ", ".join(sorted(known[1:] for known in READERS))
        advice = _CONVERT.get(suffix, f"convert it to one of {known}")
        raise UnsupportedFormat(f"no reader for {suffix or 'files without a suffix'}: {advice}")
    name, _, function = module.partition(".")
    reader: Reader = getattr(import_module(f"embeddings.documents.{name}"), function or "read")
    return reader


_UNSTORABLE = str.maketrans({"\0": "\ufffd"} | {code: "\ufffd" for code in range(0xD800, 0xE000)})


def _encodable(content: str) -> str:
    """The text with what no UTF-8 file can hold replaced, character for character."""
    try:
        content.encode()
    except UnicodeEncodeError:
        return content.translate(_UNSTORABLE)
    return content.replace("\0", "\ufffd") if "\0" in content else content


def _document(extract: Extract, name: str, digest: str) -> Document:
    spans = [span for span in merge(extract.set_aside) if span.start < span.end]
    headings = _outside(sorted(extract.headings, key=lambda heading: heading.start), spans)
    return Document(
        name=name,
        text=extract.text,
        digest=digest,
        title=_encodable(extract.title).strip()[:300],
        metadata={key: _encodable(value) for key, value in extract.metadata.items() if value},
        set_aside=tuple(spans),
        headings=tuple(headings),
        places=tuple(
            Place(place.start, _encodable(place.label))
            for place in extract.places or _sections(extract.text, headings, extract.title)
        ),
    )


def _outside(headings: list[Heading], spans: list[SetAside]) -> list[Heading]:
    """The headings that are not set aside."""
    kept = []
    at = 0
    for heading in headings:
        while at < len(spans) and spans[at].end <= heading.start:
            at += 1
        if at == len(spans) or spans[at].start >= heading.end:
            kept.append(heading)
    return kept


def _sections(content: str, headings: list[Heading], title: str) -> list[Place]:
    """Places by heading, for formats without pages."""
    places = []
    for heading in headings:
        words = " ".join(content[heading.start : heading.end].split())[:80]
        places.append(Place(heading.start, "" if words == title else f"section {words}"))
    return places
