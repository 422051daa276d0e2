"""A page of a PDF as a picture, with the places on it where a quotation stands."""

import io
from typing import Any

import pypdfium2  # type: ignore[import-untyped]
from PIL import Image, ImageChops

from embeddings.documents.picture import Box, Picture
from embeddings.errors import DocumentError

_WIDEST = 3000
_YELLOW = (255, 226, 110)
_MARGIN = 2  # pixels around the marked words
_MADE_UP = "\r\n\x02\ufffe\u00ad"  # line ends and marks of hyphens, which a quotation does not hold


def draw(data: bytes, page_number: int, quote: str, width: int) -> Picture:
    """The page (the first is 1), `width` pixels wide, with the lines of `quote` marked; no boxes where the
    page does not hold it. Raises DocumentError where there is no such page.
    """
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        raise DocumentError("cannot be shown: it is damaged or encrypted") from error
    with document:
        if not 1 <= page_number <= len(document):
            raise DocumentError(f"has no page {page_number}: it has {len(document)}")
        page = document[page_number - 1]
        try:
            scale = (min(width, _WIDEST) - 0.01) / max(page.get_width(), 1.0)  # PDFium rounds up
            scale = min(scale, 2 * _WIDEST / max(page.get_height(), 1.0))
            boxes = _boxes(page, quote)
            stream = io.BytesIO()
            _mark(page.render(scale=scale).to_pil(), boxes).save(stream, "PNG")
            return Picture(stream.getvalue(), tuple(boxes))
        finally:
            page.close()


def _mark(picture: Image.Image, boxes: list[Box]) -> Image.Image:
    """The picture with the boxes marked as by a felt pen: white turns yellow, black stays black."""
    picture = picture.convert("RGB")
    wide, high = picture.size
    for left, top, right, bottom in boxes:
        corners = (
            max(0, int(left * wide) - _MARGIN),
            max(0, int(top * high) - _MARGIN),
            min(wide, int(right * wide) + _MARGIN),
            min(high, int(bottom * high) + _MARGIN),
        )
        below = picture.crop(corners)
        picture.paste(ImageChops.multiply(below, Image.new("RGB", below.size, _YELLOW)), corners[:2])
    return picture


def _boxes(page: Any, quote: str) -> list[Box]:
    """Boxes of the first place where the quotation stands, white space and hyphenation apart."""
    textpage = page.get_textpage()
    try:
        text = textpage.get_text_range(errors="replace")
        kept = [index for index, sign in enumerate(text) if not sign.isspace() and sign not in _MADE_UP]
        wanted = "".join(quote.split())
        at = "".join(text[index] for index in kept).find(wanted)
        if at < 0 or not wanted:
            return []
        first, last = kept[at], kept[at + len(wanted) - 1]
        left, bottom, right, top = page.get_bbox()
        wide, high = max(right - left, 1.0), max(top - bottom, 1.0)
        boxes = (textpage.get_rect(index) for index in range(textpage.count_rects(first, last - first + 1)))
        return [((a - left) / wide, (top - d) / high, (c - left) / wide, (top - b) / high) for a, b, c, d in boxes]
    finally:
        textpage.close()
