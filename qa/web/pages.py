"""Pages of a PDF as pictures: which ones a quotation stands on, and what is marked on each."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from embeddings.errors import DocumentError
from embeddings.types import Document

if TYPE_CHECKING:
    from embeddings.index import Index

WIDTH = 1400
"""Pixels; sharp on the screens of phones, and when it is opened by itself."""

_LABEL = re.compile(r"page (\d+)")


@dataclass(frozen=True, slots=True)
class Stretch:
    """The part `text[start:end]` of a document that stands on one page, the first being 1."""

    page: int
    start: int
    end: int

    def address(self, name: str) -> str:
        """Where this server shows the picture, from its root."""
        return f"api/pages/{self.page}/{quote(name, safe='')}?start={self.start}&end={self.end}"


def stretches(document: Document, start: int, end: int) -> list[Stretch]:
    """The parts of `text[start:end]` by page, in order; none where the document has no pages to show."""
    if not document.name.lower().endswith(".pdf"):
        return []
    found = ((page, max(start, begin), min(end, stop)) for page, begin, stop in _pages(document))
    return [Stretch(page, begin, stop) for page, begin, stop in found if begin < stop]


def picture(index: "Index", name: str, page: int, start: int, end: int) -> bytes:
    """A page as a PNG on which what it holds of `text[start:end]` is marked.

    Only a document of the index is shown, from the copy that was kept of it. Raises DocumentNotFound, and
    DocumentError where there is no such page or copy.
    """
    from embeddings.documents import page_picture

    document, original = index.document(name), index.original(name)
    if original is None:
        raise DocumentError(f"{name} is no PDF: its pages have no pictures")
    marked = [stretch for stretch in stretches(document, start, end) if stretch.page == page]
    return page_picture(original, page, "".join(_words(document, stretch) for stretch in marked), WIDTH).png


def _pages(document: Document) -> Iterator[tuple[int, int, int]]:
    ends = [place.start for place in document.places[1:]] + [len(document.text)]
    for place, end in zip(document.places, ends, strict=True):
        if label := _LABEL.fullmatch(place.label):
            yield int(label[1]), place.start, end


def _words(document: Document, stretch: Stretch) -> str:
    """The text of a stretch without running heads and page numbers, which stand elsewhere on the page."""
    kept, at = [], stretch.start
    for span in document.set_aside:
        if span.start < stretch.end and span.end > at:
            kept.append(document.text[at : max(at, span.start)])
            at = max(at, span.end)
    return "".join([*kept, document.text[at : max(at, stretch.end)]])
