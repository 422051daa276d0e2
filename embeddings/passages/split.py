"""Document -> passages: packs of sentences with exact offsets, one sentence shared by neighbours."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from embeddings.normalize import View, fold, normalize
from embeddings.passages.sentences import sentences
from embeddings.types import Document, Heading, Passage

PASSAGE_RULES_VERSION: Final = 1
"""Raised whenever a document may be split differently; part of the index fingerprint."""

# UTF-8 bytes: a Chinese character weighs three English letters.
_ENOUGH = 450  # 150 Chinese characters: a paragraph's end closes the passage
_MOST = 750  # 250 of them, or about 120 English words
_TAIL = 180  # a remainder this short joins the passage before it
_SMALL_SECTION = 240  # a section this short shares its passage with the next
_LONGEST_CONTEXT_PART = 100  # characters

_LINE_BREAK = "(?:\r\n|[\n\r\v\f\x85\u2028\u2029])"
_BLANK_LINE = re.compile(f"{_LINE_BREAK}[^\\S\n\r\v\f\x85\u2028\u2029]*{_LINE_BREAK}")


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A sentence `text[start:end]` of a view, its size in bytes, and what surrounds it."""

    start: int
    end: int
    size: int
    is_heading: bool
    ends_paragraph: bool


def split(document: Document) -> list[Passage]:
    """The passages of a document, in order, with id 0.

    They cover all its text outside `set_aside` but white space, and never cross a set-aside stretch.
    Neighbours share exactly one sentence, but none across a set-aside stretch or before a heading.
    For each, `fold(document.text[passage.start:passage.end]) == passage.text`.
    """
    contexts = _Contexts(document)
    place_starts = [place.start for place in document.places]
    found: list[Passage] = []
    for region_start, region_end in _regions(document):
        view = normalize(document.text[region_start:region_end])
        if not view.text:
            continue
        packed = _pack(_read(view, region_start, document.headings))
        for number, (first, last) in enumerate(packed):
            start, end = _original_span(view, 0 if number == 0 else first, last)
            start, end = region_start + start, region_start + end
            text = view.text[first:last]
            place = bisect_right(place_starts, start)
            found.append(
                Passage(
                    document=document.name,
                    start=start,
                    end=end,
                    text=text,
                    context=contexts.at(region_start + int(view.starts[first]), text),
                    place=document.places[place - 1].label if place else "",
                )
            )
    return found


def _regions(document: Document) -> Iterator[tuple[int, int]]:
    """The stretches between what is set aside."""
    start = 0
    for aside in document.set_aside:
        if aside.start > start:
            yield start, aside.start
        start = max(start, aside.end)
    if start < len(document.text):
        yield start, len(document.text)


def _original_span(view: View, first: int, last: int) -> tuple[int, int]:
    """The original slice of a passage, with the invisible characters and readings at its edges."""
    start = 0 if first == 0 else int(view.starts[first])
    following = last + 1 if view.text[last : last + 1].isspace() else last
    end = int(view.starts[following]) if following < len(view.text) else len(view.original)
    body_end = int(view.ends[last - 1])
    end = body_end + len(view.original[body_end:end].rstrip())
    head = view.original[start : int(view.starts[first])]
    return start + len(head) - len(head.lstrip()), end


def _read(view: View, offset: int, headings: tuple[Heading, ...]) -> list[_Sentence]:
    """The sentences of a view; headings and paragraphs between blank lines are split apart first."""
    heading_spans = [
        view.to_view(max(0, heading.start - offset), min(len(view.original), heading.end - offset))
        for heading in headings
        if heading.start < offset + len(view.original) and heading.end > offset
    ]
    blanks = [match.start() for match in _BLANK_LINE.finditer(view.original)]
    cuts = {0, len(view.text), *(edge for span in heading_spans for edge in span)}
    cuts.update(np.searchsorted(view.ends, np.array(blanks, dtype=np.int32), side="right").tolist())
    ordered = sorted(cuts)
    is_boundary = np.concatenate(([True], view.ends[:-1] <= view.starts[1:], [True]))
    in_heading = {start for start, end in heading_spans if start < end}
    found: list[_Sentence] = []
    for block_start, block_end in zip(ordered, ordered[1:], strict=False):
        for start, end in sentences(view.text[block_start:block_end]):
            start, end = start + block_start, end + block_start
            # A cut inside a unit (an ellipsis that was one character) moves behind it.
            while not is_boundary[start]:
                start += 1
            while not is_boundary[end]:
                end += 1
            if start < end:
                size = len(view.text[start:end].encode("utf-8", "surrogatepass"))
                closes = view.text[end : end + 1] in ("\n", "")
                found.append(_Sentence(start, end, size, block_start in in_heading, closes))
    return found


def _pack(items: list[_Sentence]) -> list[tuple[int, int]]:
    """View spans of the passages that hold these sentences."""
    remaining = [0] * (len(items) + 1)  # bytes from here to the next heading
    for i in range(len(items) - 1, -1, -1):
        remaining[i] = items[i].size + (remaining[i + 1] if not items[i].is_heading else 0)
    spans: list[tuple[int, int]] = []
    start = size = 0
    for i, item in enumerate(items):
        if i > start and _breaks(items[start], items[i - 1], item, size, remaining[i]):
            spans.append((items[start].start, items[i - 1].end))
            shares = not (item.is_heading or items[i - 1].is_heading)
            start = i - 1 if shares else i
            size = items[i - 1].size if shares else 0
        size += item.size
    if items:
        spans.append((items[start].start, items[-1].end))
    return spans


def _breaks(first: _Sentence, last: _Sentence, item: _Sentence, size: int, remaining: int) -> bool:
    """Whether a passage of these sentences, `size` bytes so far, ends before `item`."""
    if last.is_heading:
        return size > _MOST
    if item.is_heading:
        return size >= _SMALL_SECTION or not first.is_heading
    if remaining <= _TAIL and size + remaining <= _MOST + _TAIL:
        return False
    return size + item.size > _MOST or (size >= _ENOUGH and last.ends_paragraph)


class _Contexts:
    """The title and the headings above a place, asked for in document order."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._title = _context_part(document.title)
        self._next = 0
        self._above: list[tuple[int, str]] = []

    def at(self, start: int, text: str) -> str:
        """The context of a passage that starts here with this view text."""
        headings = self._document.headings
        while self._next < len(headings) and headings[self._next].start < start:
            heading = headings[self._next]
            self._close(heading.level)
            self._above.append(
                (heading.level, _context_part(self._document.text[heading.start : heading.end]))
            )
            self._next += 1
        above = self._above
        if self._next < len(headings) and headings[self._next].start == start:
            above = [entry for entry in above if entry[0] < headings[self._next].level]
        parts = [part for _, part in above if part]
        if self._title and self._title not in parts[:1] and not text.lstrip("# ").startswith(self._title):
            parts.insert(0, self._title)
        return " > ".join(parts)

    def _close(self, level: int) -> None:
        while self._above and self._above[-1][0] >= level:
            self._above.pop()


def _context_part(text: str) -> str:
    return fold(text).replace("\n", " ").strip("# ")[:_LONGEST_CONTEXT_PART]
