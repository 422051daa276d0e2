"""The numbered points around a quotation: a list is seldom quoted whole, but stands in the document."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

HAN = "一二三四五六七八九十"
ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_SEQUENCE = ("首先", "其次", "再次", "最后")

# How a list may number its points, as a pattern whose group is the number.
_STYLES = (
    rf"(?<![{HAN}第])([{HAN}])是(?=[\u4e00-\u9fff“])",
    rf"(?<![{HAN}第])([{HAN}])要",
    rf"第([{HAN}])(?:步|条|项|点|个|件|,)",
    rf"其([{HAN}])",
    rf"\(([{HAN}]|[1-9])\)",
    rf"(?:^|\n|。)\s*([{HAN}])、",
    r"(?:^|[\n。;: ])([1-9])[.、)](?!\d)",
    rf"({'|'.join(_SEQUENCE)})",
    rf"\b({'|'.join(ORDINALS)})(?:ly)?,",
)
_PATTERNS = tuple(re.compile(style, re.IGNORECASE) for style in _STYLES)
_FARTHEST = 400  # characters between a quotation and the nearest point of its list
_APART = 1200  # characters between one point and the next
_SAME_START = 2  # characters with which paragraphs begin alike that are points without a number
_SEVERAL = 3  # such paragraphs in a row
_PARAGRAPH = re.compile(r"^[^\S\n]*(?=\S)", re.MULTILINE)
_BULLET = re.compile(r"[-•·*●■◆▪–][^\S\n]*")
_CLAUSE = r"[^,。;!?\n]"
_WORDS = re.compile(
    rf"[,:\s]*((?=[\u4e00-\u9fff])(?:{_CLAUSE}{{8,30}}|{_CLAUSE}{{1,7}}(?:,{_CLAUSE}{{1,24}})?)|"
    r"(?:[^\s,.;:!?]+ ?){1,12})"
)


@dataclass(frozen=True, slots=True)
class Point:
    """A point of a list: what numbers it, and the words that it begins with."""

    start: int
    mark: str
    words: str


def listed(text: str, start: int, end: int) -> tuple[int, list[Point]]:
    """The list that belongs to the quotation `text[start:end]` of a view, and how far off it is.

    That is the innermost one with a point in the quotation, else one that the quotation stands in, else the nearest;
    an empty one where there is none.
    """

    def distance(run: list[Point]) -> int:
        nearest = min(max(start - point.start, point.start - end + 1, 0) for point in run)
        return min(nearest, 1) if run[0].start <= start < _end(run, text) else nearest

    runs = [(distance(run), run) for run in _all_runs(text)]
    near = [found for found in runs if found[0] < _FARTHEST]
    return min(near, key=lambda found: (found[0], -found[1][0].start), default=(_FARTHEST, []))


def _end(run: Sequence[Point], text: str) -> int:
    """Where the last point ends, which is with its paragraph."""
    end = text.find("\n", run[-1].start)
    return min(end if end >= 0 else len(text), run[-1].start + _APART)


def _all_runs(text: str) -> Iterator[list[Point]]:
    for pattern in _PATTERNS:
        yield from _runs(pattern, text)
    yield from _unnumbered(text)


def _unnumbered(text: str) -> Iterator[list[Point]]:
    """Three or more paragraphs in a row with the same bullet, or with the same words at their beginning."""
    run: list[Point] = []
    shared = ""
    for line in _PARAGRAPH.finditer(text):
        bullet = _BULLET.match(text, line.end())
        begins = bullet.group().strip() if bullet else text[line.end() : line.end() + _SAME_START]
        if begins != shared or not (bullet or "\u4e00" <= begins[0] <= "\u9fff"):
            if len(run) >= _SEVERAL:
                yield run
            run, shared = [], begins
        words = _WORDS.match(text, bullet.end() if bullet else line.end())
        run.append(Point(line.end(), "", words[1].strip(" ,") if words else ""))
    if len(run) >= _SEVERAL:
        yield run


def _runs(pattern: re.Pattern[str], text: str) -> Iterator[list[Point]]:
    """Stretches that are numbered from one on, two points at least."""
    run: list[re.Match[str]] = []
    for match in pattern.finditer(text):
        number = _number(match[1])
        if number != len(run) + 1 or (run and match.start() - run[-1].start() > _APART):
            if number != 1:
                continue
            yield from _points(run, text)
            run = []
        run.append(match)
    yield from _points(run, text)


def _points(run: Sequence[re.Match[str]], text: str) -> Iterator[list[Point]]:
    if len(run) < 2:
        return
    ends = [match.start() for match in run[1:]] + [len(text)]
    found = []
    for match, end in zip(run, ends, strict=True):
        words = _WORDS.match(text, match.end(), end)
        mark = match.group().lstrip("\n。;: ").rstrip(",")
        found.append(Point(match.start(), mark, words[1].strip(" ,") if words else ""))
    yield found


def _number(written: str) -> int:
    written = written.lower()
    if written.isdigit():
        return int(written)
    for numbers in (_SEQUENCE, ORDINALS):
        if written in numbers:
            return numbers.index(written) + 1
    return HAN.index(written) + 1
