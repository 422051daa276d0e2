"""From the best sentences to what is shown: neighbours that answer together, and whole enumerations.

"What measures …?" is not answered by the first of four measures. Where the best sentence begins or announces an
enumeration (一是 … 二是 …, first … second …), the quotation runs on to the end of what was asked for.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import replace

from embeddings.index import Index
from embeddings.normalize import normalize
from embeddings.passages import sentences
from qa.questions import Question
from qa.reading.reader import Quotation, Reading
from qa.types import Citation

SHOWN = 3
"""At most so many quotations."""
FURTHER, JOINED = 0.2, 0.12
"""A further quotation must be at least this likely, relative to the first; a sentence beside one that is shown, in
the same line, this.

With FURTHER for both, .01 fewer of the held-out questions have the right sentence in the first quotation, which is 10
characters shorter.
"""
LONGEST = 600
"""Characters of a quotation that runs over an enumeration."""
AHEAD = 1500
AROUND = 3000
"""Characters on each side in which the enumeration is looked for that a sentence belongs to."""
ITEMS = 12
"""At most so many items of a long enumeration are quoted by their first sentences."""

_DIGITS = "一二三四五六七八九十"
_ITEM = re.compile(
    rf"^(?:第?([{_DIGITS}])(?:是|要|、|,|,)|[(（]([{_DIGITS}]|\d)[)）]|(\d)[.、)](?!\d)|"
    r"(first|second|third|fourth|fifth)(?:ly)?\b)",
    re.I,
)
_WORDS = ("first", "second", "third", "fourth", "fifth")
_LISTED = ("list", "method", "reason")
_COUNT = re.compile(rf"([{_DIGITS}两]|\d)\s*(?:个?方面|大?(?:项|点|条|任务|要求|措施|举措))")


def item(text: str) -> tuple[str, int] | None:
    """Style and number of an enumeration's item, by how a sentence begins; None if it is not one."""
    match = _ITEM.match(text.lstrip())
    if match is None:
        return None
    han, bracketed, digit, word = match.groups()
    if word:
        return "word", _WORDS.index(word.lower()) + 1
    for style, number in (("han" + match.group()[-1], han), ("bracket", bracketed), ("digit", digit)):
        if number:
            return style, int(number) if number.isdigit() else _DIGITS.index(number) + 1
    return None


def extended(question: Question, reading: Reading, index: Index) -> list[Quotation]:
    """The quotations to show, best first; none runs into what was shown before."""
    best = reading.quotations[0]
    if question.kind in _LISTED:
        whole = enumeration(question, best, index)
        if whole and not any(_shown(quotation, reading.shown) for quotation in whole):
            return whole
    chosen: list[Quotation] = []
    for quotation in reading.quotations:
        if quotation.probability < JOINED * best.probability:
            break
        if any(_overlap(quotation, other) for other in chosen):
            continue
        neighbour = next((i for i, other in enumerate(chosen) if _adjacent(quotation, other, index)), None)
        if neighbour is not None:
            other = chosen[neighbour]
            if quotation.probability < FURTHER * best.probability and _apart(quotation, other, index):
                continue
            chosen[neighbour] = replace(
                other, start=min(other.start, quotation.start), end=max(other.end, quotation.end)
            )
            continue
        if len(chosen) == SHOWN or quotation.probability < FURTHER * best.probability:
            continue
        if question.kind in _LISTED and not _shown(longer := _run(quotation, index), reading.shown):
            quotation = longer
        if not any(_overlap(quotation, other) for other in chosen):
            chosen.append(quotation)
    return chosen


def enumeration(question: Question, best: Quotation, index: Index) -> list[Quotation]:
    """The whole enumeration that is asked for, if the best sentence announces it or is part of it; else nothing.

    An item alone answers, unless the question says how many there are. An enumeration longer than LONGEST is quoted by
    the first sentence of each item.
    """
    start = max(0, best.start - AROUND)
    view = normalize(index.slice(best.document, start, best.start + AROUND))
    lines = _Lines(view.text)
    at = next((i for i, (_, b) in enumerate(lines.spans) if start + view.to_original(0, b)[1] > best.start), 0)

    def quoted(first: int, last: int) -> Quotation:
        a, b = view.to_original(lines.spans[first][0], lines.spans[last][1])
        return replace(best, start=start + a, end=start + b, answer=None)

    for members in lines.enumerations():
        announced, end = at == members[0] - 1, lines.end_of_item(members[-1])
        if not (announced or (members[0] <= at <= end and _asked_for(question) == len(members))):
            continue
        whole = quoted(at if announced else members[0], end)
        if whole.end - whole.start <= LONGEST:
            return [whole]
        heads = [quoted(i, i) for i in members[:ITEMS]]
        return [best, *heads] if announced else heads
    return []


def _asked_for(question: Question) -> int | None:
    """How many items the question says there are."""
    if found := _COUNT.search(question.text):
        number = found.group(1)
        return int(number) if number.isdigit() else 2 if number == "两" else _DIGITS.index(number) + 1
    return None


def _shown(quotation: Quotation, before: Collection[Citation]) -> bool:
    return any(
        c.document == quotation.document and c.start < quotation.end and quotation.start < c.end for c in before
    )


def _overlap(one: Quotation, other: Quotation) -> bool:
    return one.document == other.document and one.start < other.end and other.start < one.end


def _apart(one: Quotation, other: Quotation, index: Index) -> bool:
    """Whether a line ends between two adjacent quotations."""
    first, second = (one, other) if one.start < other.start else (other, one)
    return "\n" in index.slice(one.document, first.end, second.start)


def _adjacent(one: Quotation, other: Quotation, index: Index) -> bool:
    if one.document != other.document:
        return False
    first, second = (one, other) if one.start < other.start else (other, one)
    gap = second.start - first.end
    if not 0 <= gap <= 8 or index.slice(one.document, first.end, second.start).strip():
        return False
    # A quotation is of one row, slide or section, which its citation names; pages end within sentences.
    begun = (place for place in index.document(one.document).places if first.start < place.start <= second.start)
    return all(place.label.startswith("page ") for place in begun)


def _run(quotation: Quotation, index: Index) -> Quotation:
    """The quotation, up to the end of the item that it begins or of the enumeration that it announces."""
    ahead = index.slice(quotation.document, quotation.start, quotation.start + AHEAD)
    length = run_length(ahead, quotation.end - quotation.start)
    return replace(quotation, end=quotation.start + length)


def run_length(text: str, least: int) -> int:
    """How many original characters of a text, from its beginning, one item or one enumeration takes.

    `least` is the length of the first sentence, returned where nothing is enumerated.
    """
    view = normalize(text)
    lines = _Lines(view.text)
    if len(lines.spans) < 2:
        return least
    if lines.items[0] is not None:
        last = lines.end_of_item(0)
    elif lines.items[1] is not None and lines.items[1][1] == 1:
        last = lines.end_of_item(1)
        while lines.follows(last + 1, 1):
            last = lines.end_of_item(last + 1)
    else:
        return least
    while last and lines.spans[last][1] > LONGEST:
        last -= 1
    return max(least, view.to_original(lines.spans[0][0], lines.spans[last][1])[1])


class _Lines:
    """The sentences of a view, which of them begin an item, and which begin a line."""

    def __init__(self, view: str) -> None:
        self.spans = sentences(view)
        self.items = [item(view[a:b]) for a, b in self.spans]
        ends = [0] + [b for _, b in self.spans]
        self.begins_line = ["\n" in view[ends[i] : a] for i, (a, _) in enumerate(self.spans)]

    def enumerations(self) -> Iterator[list[int]]:
        """Of each enumeration of two or more items the sentences that its items begin with."""
        for i, begun in enumerate(self.items):
            if begun is None or begun[1] != 1:
                continue
            members = [i]
            for j in range(i + 1, len(self.items)):
                if self.items[j] == (begun[0], len(members) + 1):
                    members.append(j)
                elif self.items[j] == begun:
                    break
            if len(members) > 1:
                yield members

    def follows(self, i: int, first: int) -> bool:
        """Whether sentence i begins an item of the style of item `first`."""
        wanted = self.items[first]
        return i < len(self.items) and wanted is not None and (self.items[i] or ("",))[0] == wanted[0]

    def end_of_item(self, first: int) -> int:
        """The last sentence of the item that begins at `first`: before the next item, else the end of its line."""
        for i in range(first + 1, len(self.items)):
            if self.follows(i, first):
                return i - 1
        last = first
        while last + 1 < len(self.items) and not self.begins_line[last + 1]:
            last += 1
        return last
