"""PDF through PDFium: pages as places, lines joined to paragraphs, running heads set aside."""

import ctypes
import re
import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pypdfium2  # type: ignore[import-untyped]
import pypdfium2.raw as pdfium  # type: ignore[import-untyped]

from embeddings.documents import furniture, structure
from embeddings.documents.extract import Extract, Writer, merge, one_line
from embeddings.errors import DocumentError

_PAGE_NUMBER = re.compile(
    r"[-–—·\s]*\d{1,4}[-–—·\s]*|第\s*\d+\s*[页頁](?:\s*[,，/]?\s*共\s*\d+\s*[页頁])?|(?:Page|p\.)\s*\d+(?:\s*(?:of|/)\s*\d+)?"
    r"|\d+\s*/\s*\d+",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"\d+")
_NOBODY = frozenset({"", "anonymous", "unknown", "unspecified"})  # what programs write where nobody gave a name
_CJK = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f“”‘’—…]")
_ITEM = re.compile(
    r"[•●○■◆▪–*]\s|\d{1,2}[.)、]\s?\S|[(（]?[一二三四五六七八九十]{1,3}[、)）]|第[一二三四五六七八九十百]+[章节條条]"
)
_HYPHENS = "\x02\ufffe\u00ad"  # PDFium's marks for a hyphen at the end of a line
_UNREADABLE = re.compile("[\ufffd\ue000-\uf8ff]")
_DUMMY_TITLE = re.compile(
    r"(?:microsoft (?:word|powerpoint)\b.*|untitled.*|無標題|无标题|.*\.(?:docx?|pptx?|wps|indd|pdf))", re.I
)
_TAIL = 65_536
_IN_MARGIN = 3  # lines at either end of a page that may be a running head


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a page, in points from the lower left corner; `size` is the height of its font."""

    text: str
    left: float
    right: float
    bottom: float
    size: float

    @property
    def character(self) -> float:
        """Average width of a character."""
        return (self.right - self.left) / max(len(self.text), 1)


def read(data: bytes) -> Extract:
    """Read a PDF file; scanned, encrypted and truncated ones get a reason."""
    if b"%%EOF" not in data[-_TAIL:]:
        raise DocumentError("ends in the middle: the PDF is cut off, so get it again")
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == pdfium.FPDF_ERR_PASSWORD:
            raise DocumentError("is encrypted: remove its password and add it again") from error
        raise DocumentError("is damaged or no PDF file: get it again") from error
    with document:
        pages = []
        scanned = []
        for number in range(len(document)):
            page = document[number]
            lines = page_lines(page)
            if not lines and _shows_picture(page):
                scanned.append(number + 1)
            pages.append(lines)
            page.close()
        info = document.get_metadata_dict()
    _check_readable(pages, scanned)
    extract = _write(pages)
    extract.title = _title(info.get("Title", ""), pages) or structure.title(extract.text, extract.set_aside)
    author = one_line(info.get("Author", ""))[:100]
    if author.strip("()").lower() not in _NOBODY:
        extract.metadata.setdefault("author", author)
    if scanned:
        extract.metadata["pages without text"] = ", ".join(map(str, scanned[:100]))
    return extract


def page_lines(page: pypdfium2.PdfPage) -> list[Line]:
    """The lines of a page in reading order."""
    textpage = page.get_textpage()
    try:
        text = textpage.get_text_range(errors="replace")
        lines = []
        for match in re.finditer(r"[^\r\n]+", text):
            line = match.group()
            if not line.strip():
                continue
            first = match.start() + len(line) - len(line.lstrip())
            last = match.start() + len(line.rstrip().rstrip(_HYPHENS)) - 1
            begin, end = _box(textpage, first), _box(textpage, max(first, last))
            lines.append(Line(line.strip(), begin[0], max(end[2], begin[2]), begin[1], begin[3] - begin[1]))
        return lines
    finally:
        textpage.close()


def _box(textpage: Any, index: int) -> tuple[float, float, float, float]:
    """Left, bottom, right, top of a character's cell; zeros where PDFium made it up."""
    place = pdfium.FPDFText_GetCharIndexFromTextIndex(textpage.raw, index)
    rectangle = pdfium.FS_RECTF()
    if place < 0 or not pdfium.FPDFText_GetLooseCharBox(textpage.raw, place, ctypes.byref(rectangle)):
        return 0.0, 0.0, 0.0, 0.0
    return rectangle.left, rectangle.bottom, rectangle.right, rectangle.top


def _shows_picture(page: pypdfium2.PdfPage) -> bool:
    return next(page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=3), None) is not None


def _check_readable(pages: Sequence[Sequence[Line]], scanned: Sequence[int]) -> None:
    text = "".join(line.text for lines in pages for line in lines)
    if not text and scanned:
        raise DocumentError(
            f"holds {len(scanned)} scanned pages and no text: run OCR, for example `ocrmypdf in.pdf out.pdf`"
        )
    if text and len(_UNREADABLE.findall(text)) > len(text) / 3:
        raise DocumentError("has fonts that name no characters: run OCR, for example `ocrmypdf --force-ocr`")


def _write(pages: Sequence[Sequence[Line]]) -> Extract:
    writer = Writer()
    kinds = _margin_lines(pages)
    for number, lines in enumerate(pages, 1):
        writer.place(f"page {number}")
        body: list[Line] = []
        for position, line in enumerate(lines):
            kind = kinds.get((number, position), "")
            if kind:
                _write_body(writer, body)
                body = []
                writer.line(line.text.rstrip(_HYPHENS), aside=kind)
            else:
                body.append(line)
        _write_body(writer, body)
        writer.gap()
    extract = writer.extract()
    found = furniture.find(extract.text)
    extract.metadata = found.metadata
    extract.set_aside = merge(extract.set_aside + found.set_aside)
    extract.headings = structure.numbered_headings(extract.text)
    return extract


def _margin_lines(pages: Sequence[Sequence[Line]]) -> dict[tuple[int, int], str]:
    """Running heads and page numbers: page and position of the line, and its kind."""
    shapes = Counter(_shape(lines[at]) for lines in pages for side in _margins(lines) for at in side)
    often = max(3, len(pages) * 0.4)
    kinds = {}
    for number, lines in enumerate(pages, 1):
        for side in _margins(lines):
            for position in side:
                repeated = shapes[_shape(lines[position])] >= often
                lonely = position in (0, len(lines) - 1) and len(pages) > 1
                if (repeated or lonely) and _PAGE_NUMBER.fullmatch(lines[position].text):
                    kinds[number, position] = "page number"
                elif repeated and len(lines[position].text) <= 120:
                    kinds[number, position] = "running head"
                else:
                    break  # what stands further in is not in the margin
    return kinds


def _margins(lines: Sequence[Line]) -> tuple[range, range]:
    """Positions of the lines that may stand in the margin, from the outside in: above and below."""
    depth = min(_IN_MARGIN, len(lines) // 2)
    return range(depth), range(len(lines) - 1, len(lines) - 1 - depth, -1)


def _shape(line: Line) -> str:
    return _DIGITS.sub("#", line.text)


def _write_body(writer: Writer, lines: Sequence[Line]) -> None:
    """Lines joined to paragraphs, one per line of text."""
    if not lines:
        return
    gaps = [above.bottom - below.bottom for above, below in zip(lines, lines[1:], strict=False)]
    usual = statistics.median([gap for gap in gaps if gap > 0] or [0.0])
    paragraph = lines[0].text
    right = max(line.right for line in lines)
    for above, below in zip(lines, lines[1:], strict=False):
        if _breaks(above, below, usual, right):
            writer.line(paragraph.rstrip(_HYPHENS))
            paragraph = below.text
        else:
            paragraph = join(paragraph, below.text)
    writer.line(paragraph.rstrip(_HYPHENS))


def _breaks(above: Line, below: Line, usual: float, right: float) -> bool:
    """Whether a paragraph ends between two lines."""
    size = max(above.size, below.size, 1.0)
    if abs(above.size - below.size) > 0.2 * size or _ITEM.match(below.text):
        return True
    gap = above.bottom - below.bottom
    if gap > 1.4 * max(usual, size) or below.left > above.left + 1.2 * size:
        return True
    if gap < -2 * size:  # the next column: it goes on where the last one was full
        return above.text[-1] in "。！？.!?"
    first_word = below.text.split(" ", 1)[0] if not _CJK.match(below.text) else below.text[:2]
    return above.right + (len(first_word) + 1) * below.character < right - 0.5 * size


def join(above: str, below: str) -> str:
    """Two lines of a paragraph as one: hyphenation undone, no space between Han characters."""
    if above[-1] in _HYPHENS:
        return above.rstrip(_HYPHENS) + below
    if above[-1] == "-" and above[-2:-1].isalpha() and above[-2:-1].isascii() and below[0].islower():
        return above[:-1] + below
    if _CJK.match(above[-1]) or _CJK.match(below[0]):
        return above + below
    return f"{above} {below}"


def _title(named: str, pages: Sequence[Sequence[Line]]) -> str:
    """The title that the file names, or what stands in the largest letters on the first page."""
    named = one_line(named)
    if 2 < len(named) <= 150 and not _DUMMY_TITLE.fullmatch(named) and not _UNREADABLE.search(named):
        return named
    lines = next((lines for lines in pages if lines), [])
    if len(lines) < 3:
        return ""
    largest = max(line.size for line in lines[:12])
    if largest < 1.15 * statistics.median(line.size for line in lines):
        return ""
    first = next(position for position, line in enumerate(lines) if line.size == largest)
    words = lines[first].text
    for line in lines[first + 1 : first + 3]:
        if abs(line.size - largest) > 0.1:
            break
        words = join(words, line.text)
    return words.rstrip(_HYPHENS) if 2 <= len(words) <= 150 else ""
