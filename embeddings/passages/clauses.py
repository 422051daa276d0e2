"""Cutting a sentence that is too long to quote into readable groups of clauses."""

import math
import re
from itertools import accumulate

LIMIT = 360  # UTF-8 bytes of the longest clause group
_LEAST = 90  # of the shortest, where there is a choice
_LISTING = 180  # from here on every item of an enumeration stands alone
_SHORTEST_ITEM = 24

_ENUMERATION = (
    r"(?:[一二三四五六七八九十]{1,2}(?:是|要)|其[一二三四五六]|第[一二三四五六七八九十]{1,2}[,、]|[首其]先|其次|再次|最后"
    r"|\(?(?:\d{1,2}|[一二三四五六七八九十]{1,2})[)、])"
)
_MARK = re.compile(
    "(?P<opens>[“「『《(\\[【〔])|(?P<closes>[”」』》)\\]】〕])"
    f"|(?P<item>;\\s?(?={_ENUMERATION}))"
    f"|(?P<strong>;|,\\s?(?={_ENUMERATION}))"
    "|(?P<clause>,(?!\\d)|:\\s?(?!\\d|//)|——|[。!?])|(?P<weak>、|\\s)"
)
_STRENGTH = {"item": 3, "strong": 2, "clause": 1, "weak": 0}

_Cut = tuple[bool, int, int]  # outside of all brackets, strength, position


def clauses(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Spans of at most LIMIT bytes that cover `text[start:end]` but for white space between them."""
    length = end - start
    size = length if length > LIMIT else _size(text[start:end])
    if size <= _LISTING or (size <= LIMIT and text.find(";", start, end) < 0):
        return [(start, end)]
    cuts = _cuts(text, start, end)
    edges = [start]
    for outside, strength, position in cuts:
        if outside and strength == 3 and min(position - edges[-1], end - position) >= _SHORTEST_ITEM // 3:
            edges.append(position)
    edges.append(end)
    found: list[tuple[int, int]] = []
    first = 0
    for piece_start, piece_end in zip(edges, edges[1:], strict=False):
        while (cut := _next_cut(text, piece_start, piece_end, cuts, first)) < piece_end:
            _append(found, text, piece_start, cut)
            piece_start = cut
            while first < len(cuts) and cuts[first][2] <= cut:
                first += 1
        _append(found, text, piece_start, piece_end)
        while first < len(cuts) and cuts[first][2] <= piece_end:
            first += 1
    return found


def _size(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


def _append(found: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    piece = text[start:end]
    start += len(piece) - len(piece.lstrip())
    end -= len(piece) - len(piece.rstrip())
    if start < end:
        found.append((start, end))


def _cuts(text: str, start: int, end: int) -> list[_Cut]:
    """All places where a clause ends, in order."""
    found: list[_Cut] = []
    depth = 0
    for mark in _MARK.finditer(text, start, end):
        kind = mark.lastgroup or ""
        if kind == "opens":
            depth += 1
        elif kind == "closes":
            depth = max(0, depth - 1)
        elif mark.end() < end:
            found.append((depth == 0, _STRENGTH[kind], mark.end()))
    return found


def _next_cut(text: str, start: int, end: int, cuts: list[_Cut], first: int) -> int:
    """The best place to cut `text[start:end]` first, or `end` if it is short enough."""
    window = text[start : min(end, start + LIMIT + 1)]
    sizes = list(accumulate(1 if c < "\x80" else 2 if c < "\u0800" else 3 for c in window))
    if start + len(window) == end and sizes[-1] <= LIMIT:
        return end
    rest = _size(text[start:end]) if end - start < 4 * LIMIT else 4 * LIMIT
    target = rest / math.ceil(rest / LIMIT)
    best: tuple[bool, int, float] | None = None
    position = 0
    for outside, strength, place in cuts[first : first + LIMIT]:
        if place - start > len(window):
            break
        size = sizes[place - start - 1]
        if place > start and _LEAST <= size <= LIMIT:
            score = (outside, strength, -abs(size - target))
            if best is None or score > best:
                best, position = score, place
    return position if best else _hard_cut(text, start, start + sum(size <= LIMIT for size in sizes))


def _hard_cut(text: str, start: int, place: int) -> int:
    """A cut in text without punctuation, not within a word or number unless it is endless."""
    for candidate in range(place, max(start, place - 40), -1):
        pair = text[candidate - 1 : candidate + 1]
        if not (pair.isascii() and pair.isalnum()):
            return candidate
    return place
