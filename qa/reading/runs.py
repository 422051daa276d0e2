"""From the best sentences to what is shown: neighbours that answer together, and whole enumerations.

"What measures …?" is not answered by the first of four measures. Where the best sentence begins or announces an
enumeration (一是 … 二是 …, first … second …), the quotation runs on to the end of what was asked for.
"""

import re
from dataclasses import replace

from embeddings.index import Index
from embeddings.normalize import normalize
from embeddings.passages import sentences
from qa.questions import Question
from qa.reading.reader import Quotation, Reading

SHOWN = 3
"""At most so many quotations."""
FURTHER = 0.45
"""A further quotation must be at least this likely, relative to the first."""
LONGEST = 600
"""Characters of a quotation that runs over an enumeration."""
AHEAD = 1500

_DIGITS = "一二三四五六七八九十"
_ITEM = re.compile(
    rf"^(?:第?([{_DIGITS}])(?:是|要|、|,|,)|[(（]([{_DIGITS}]|\d)[)）]|(\d)[.、)](?!\d)|(first|second|third|fourth|fifth)(?:ly)?\b)",
    re.I,
)
_WORDS = ("first", "second", "third", "fourth", "fifth")
_LISTED = ("list", "method", "reason")


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
    """The quotations to show, best first."""
    best = reading.quotations[0]
    chosen: list[Quotation] = []
    for quotation in reading.quotations:
        if len(chosen) == SHOWN or quotation.probability < FURTHER * best.probability:
            break
        if any(_overlap(quotation, other) for other in chosen):
            continue
        neighbour = next((i for i, other in enumerate(chosen) if _adjacent(quotation, other, index)), None)
        if neighbour is not None:
            other = chosen[neighbour]
            chosen[neighbour] = replace(
                other, start=min(other.start, quotation.start), end=max(other.end, quotation.end)
            )
            continue
        if question.kind in _LISTED:
            quotation = _run(quotation, index)
        if not any(_overlap(quotation, other) for other in chosen):
            chosen.append(quotation)
    return chosen


def _overlap(one: Quotation, other: Quotation) -> bool:
    return one.document == other.document and one.start < other.end and other.start < one.end


def _adjacent(one: Quotation, other: Quotation, index: Index) -> bool:
    if one.document != other.document:
        return False
    first, second = (one, other) if one.start < other.start else (other, one)
    gap = second.start - first.end
    return 0 <= gap <= 8 and not index.slice(one.document, first.end, second.start).strip()


def _run(quotation: Quotation, index: Index) -> Quotation:
    """The quotation, up to the end of the enumeration or of the item that it begins."""
    view = normalize(index.slice(quotation.document, quotation.start, quotation.start + AHEAD))
    spans = sentences(view.text)
    if len(spans) < 2:
        return quotation
    texts = [view.text[a:b] for a, b in spans]
    items = [item(text) for text in texts]
    end = 0
    if items[0] is not None:  # one item: up to the next one of its style
        style, number = items[0]
        for i in range(1, len(texts)):
            if items[i] is not None and items[i][0] == style or "\n\n" in texts[i - 1]:  # type: ignore[index]
                break
            end = i
    elif items[1] is not None and items[1][1] == 1:  # an announcement: up to the end of the last item
        style, expected = items[1][0], 1
        for i in range(1, len(texts)):
            found = items[i]
            if found is not None and found[0] == style:
                if found[1] != expected:
                    break
                expected += 1
            end = i
        last_item = max(
            i for i, found in enumerate(items[: end + 1]) if found is not None and found[0] == style
        )
        end = last_item
    while end and spans[end][1] > LONGEST:
        end -= 1
    _, stop = view.to_original(spans[0][0], spans[end][1])
    return replace(quotation, end=max(quotation.end, quotation.start + stop))
