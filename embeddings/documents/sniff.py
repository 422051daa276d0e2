"""What a file really is, by its first bytes: a wrong suffix gets a reason that names the right one."""

from embeddings.errors import DocumentError

_MAGIC: tuple[tuple[bytes, str, str], ...] = (
    (b"%PDF-", "a PDF", ".pdf"),
    (b"\x89PNG\r\n", "a PNG picture", ""),
    (b"\xff\xd8\xff", "a JPEG picture", ""),
    (b"GIF8", "a GIF picture", ""),
    (b"II*\0", "a TIFF picture", ""),
    (b"MM\0*", "a TIFF picture", ""),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old or encrypted Office file", ""),
    (b"{\\rtf", "a rich text file", ""),
    (b"\x1f\x8b\x08", "a gzip archive", ""),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", ""),
    (b"Rar!\x1a\x07", "a RAR archive", ""),
    (b"BZh91AY&SY", "a bzip2 archive", ""),
    (b"\xfd7zXZ\0", "an xz archive", ""),
    (b"\x7fELF", "a program", ""),
    (b"SQLite format 3\0", "a SQLite database", ""),
    (b"OggS\0", "a sound or video file", ""),
    (b"ID3\3\0", "a sound file", ""),
    (b"ID3\4\0", "a sound file", ""),
    (b"\0asm", "a program", ""),
)
_ZIPPED = (
    ("word/", "a Word document", ".docx"),
    ("ppt/", "a PowerPoint file", ".pptx"),
    ("xl/", "an Excel file", ".xlsx"),
)
_PICTURES = "it holds no text: run OCR on it and add the result"
ZIP_SUFFIXES = frozenset({".docx", ".pptx", ".xlsx", ".epub"})


def check(data: bytes, suffix: str) -> None:
    """Raise DocumentError where the first bytes contradict the suffix."""
    kind, right = _recognise(data)
    if suffix in ZIP_SUFFIXES:
        _check_zip(data, suffix, kind, right)
    elif suffix == ".pdf":
        if b"%PDF-" not in data[:1024]:
            raise DocumentError(_wrong(suffix, kind or "something else", right))
    elif kind:
        raise DocumentError(_wrong(suffix, kind, right))


def _check_zip(data: bytes, suffix: str, kind: str, right: str) -> None:
    if right == suffix:
        return
    if kind.startswith("an old or encrypted"):
        raise DocumentError(
            f"is an encrypted or an old Office file: remove its password, or save it as a current {suffix}"
        )
    if not data.startswith(b"PK\x03\x04"):
        raise DocumentError(_wrong(suffix, kind or "something else", right))
    if right:
        raise DocumentError(_wrong(suffix, kind, right))


def _recognise(data: bytes) -> tuple[str, str]:
    for magic, kind, suffix in _MAGIC:
        if data.startswith(magic):
            return kind, suffix
    if data.startswith(b"PK\x03\x04"):
        return _recognise_zip(data)
    if data[:4] == b"RIFF" and data[8:12] in (b"WEBP", b"WAVE", b"AVI "):
        return "a picture, sound or video file", ""
    if data[4:8] == b"ftyp":
        return "a video or picture file", ""
    if data.startswith(b"MZ") and b"\0" in data[:64]:
        return "a program", ""
    return "", ""


def _recognise_zip(data: bytes) -> tuple[str, str]:
    if b"mimetypeapplication/epub+zip" in data[:200]:
        return "an EPUB book", ".epub"
    names = data[:4096] + data[-65_536:]  # the first entries, and the directory at the end
    for folder, kind, suffix in _ZIPPED:
        if folder.encode() in names and b"[Content_Types].xml" in names:
            return kind, suffix
    return "a zip archive", ""


def _wrong(suffix: str, kind: str, right: str) -> str:
    if right:
        return f"is named {suffix} but its content is {kind}: rename it to end in {right}"
    if kind.endswith("picture"):
        return f"is named {suffix} but its content is {kind}; {_PICTURES}"
    if kind == "something else":
        return f"is named {suffix} but is no {suffix[1:]} file: it is damaged or misnamed, so get it again"
    return f"is named {suffix} but its content is {kind}: unpack or convert it and add the result"
