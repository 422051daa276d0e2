"""Quotations -> citations that a machine has checked, and the text that shows them."""

from collections.abc import Sequence

from embeddings.errors import CitationError
from embeddings.index import Index
from embeddings.types import Document
from qa.types import Citation

REFUSALS = {
    "zh": "这些文档没有说到这个问题的答案。",
    "en": "The documents do not say.",
}
NO_MORE = {
    "zh": "除了上面引过的，这些文档没有再说到别的。",
    "en": "Beyond what is quoted above, the documents say no more.",
}
_QUOTES = {"zh": ("“", "”"), "en": ("“", "”")}


def cite(
    document: Document,
    start: int,
    end: int,
    answer: tuple[int, int] | None = None,
    score: float = 0.0,
) -> Citation:
    """A citation of `document.text[start:end]`; raises CitationError if the offsets are not within the document."""
    citation = Citation(
        document=document.name,
        start=start,
        end=end,
        quote=document.text[start:end],
        answer_start=answer[0] if answer else None,
        answer_end=answer[1] if answer else None,
        place=place_of(document, start),
        score=score,
    )
    check(citation, document.text)
    return citation


def check(citation: Citation, text: str) -> None:
    """Raise CitationError unless the quotation, and the answer in it, are where the citation says."""
    if not 0 <= citation.start < citation.end <= len(text):
        raise CitationError(
            f"{citation.document}: {citation.start}:{citation.end} is not within its {len(text)} characters"
        )
    if text[citation.start : citation.end] != citation.quote:
        raise CitationError(
            f"{citation.document}: the text at {citation.start}:{citation.end} is not {citation.quote[:40]!r}"
        )
    start, end = citation.answer_start, citation.answer_end
    if (start is None) != (end is None):
        raise CitationError(f"{citation.document}: an answer needs both ends, got {start} and {end}")
    if start is not None and end is not None and not citation.start <= start < end <= citation.end:
        raise CitationError(
            f"{citation.document}: the answer {start}:{end} is not within {citation.start}:{citation.end}"
        )


def verify(citations: Sequence[Citation], index: Index) -> None:
    """Check citations against the documents as they are now; CitationError, DocumentNotFound."""
    for citation in citations:
        check(citation, index.document(citation.document).text)


def place_of(document: Document, start: int) -> str:
    """The label of the place (page, slide, row) that an offset lies in, "" where the document has none."""
    label = ""
    for place in document.places:
        if place.start > start:
            break
        label = place.label
    return label


def shown(citations: Sequence[Citation], language: str) -> str:
    """The answer's text: every quotation, original characters, with the number of its citation."""
    opening, closing = _QUOTES[language]
    return "\n\n".join(f"{opening}{c.quote}{closing} [{n}]" for n, c in enumerate(citations, 1))
