from dataclasses import replace

import pytest

from embeddings.errors import CitationError
from embeddings.types import Document, Place
from qa.citations import check, cite, shown

TEXT = "第一頁。會(huì)議由張碩輔主持。第二頁。"
DOCUMENT = Document("a.pdf", TEXT, "digest", places=(Place(0, "page 1"), Place(14, "page 2")))


def test_a_citation_is_a_slice_of_its_document() -> None:
    start, end = TEXT.index("會"), TEXT.index("持") + 2
    name = TEXT.index("張")
    citation = cite(DOCUMENT, start, end, (name, name + 3), 0.5)
    assert citation.quote == "會(huì)議由張碩輔主持。" == TEXT[citation.start : citation.end]
    assert citation.answer_start is not None
    assert TEXT[citation.answer_start : citation.answer_end] == "張碩輔"
    assert citation.place == "page 1"


def test_places_begin_where_they_say() -> None:
    assert cite(DOCUMENT, len(TEXT) - 4, len(TEXT)).place == "page 2"


@pytest.mark.parametrize(("start", "end"), [(-1, 3), (3, 3), (5, 2), (0, len(TEXT) + 1)])
def test_offsets_outside_the_document_are_refused(start: int, end: int) -> None:
    with pytest.raises(CitationError, match="not within"):
        cite(DOCUMENT, start, end)


def test_a_changed_quotation_is_refused() -> None:
    citation = cite(DOCUMENT, 0, 4)
    with pytest.raises(CitationError, match="is not"):
        check(replace(citation, quote="第三頁。"), TEXT)
    with pytest.raises(CitationError, match="is not"):
        check(citation, "别的文本别的文本")


@pytest.mark.parametrize("answer", [(0, 5), (3, 3), (2, 1)])
def test_an_answer_lies_within_its_quotation(answer: tuple[int, int]) -> None:
    with pytest.raises(CitationError, match="not within"):
        cite(DOCUMENT, 0, 4, answer)


def test_an_answer_has_two_ends() -> None:
    with pytest.raises(CitationError, match="both ends"):
        check(replace(cite(DOCUMENT, 0, 4), answer_start=1), TEXT)


def test_the_shown_text_holds_every_quotation_unchanged() -> None:
    citations = (cite(DOCUMENT, 0, 4), cite(DOCUMENT, 4, 16))
    text = shown(citations, "zh")
    assert all(c.quote in text for c in citations)
    assert "[1]" in text
    assert "[2]" in text
