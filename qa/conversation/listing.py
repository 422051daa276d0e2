"""Points of a list by number: which one is asked for, and how the list that was quoted writes its numbers."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from qa.conversation.turns import Turn

_HAN = "一二三四五六七八九十"
_ENGLISH = "first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth"
_UNIT = "点|条|个|项|步|件|方面|部分|款|阶段|种|句"

_CHINESE = re.compile(
    rf"(?:第([{_HAN}]|10|[1-9])个?({_UNIT})?|([{_HAN}])({_UNIT}))的?"
    r"((?![是呢怎讲说天年次季届名位章页代])[\u4e00-\u9fff]{1,4}?)??"
    r"(?:(?:具体)?[是讲说](?:的是)?(?:什么|啥|怎么说的)?(?:内容)?|怎么做|怎么样|呢|内容是什么)*"
)
_SINGLE = re.compile(rf"([{_HAN}])(?:呢|是什么)")
_NEXT = re.compile(rf"再?下一?({_UNIT})(?:呢|是什么)*")
_FOLLOW = re.compile(
    r"(?:(?:and|(?:what|how) about|what(?: is|'s| was)?)\s+)*the\s+"
    rf"({_ENGLISH}|next)(?:\s+[a-z]+)?",
    re.IGNORECASE,
)

# How a list may number its points, as text in which {} is the number; the first style found is taken.
_STYLES = (
    (rf"(?<![{_HAN}第])([{_HAN}])是(?=[\u4e00-\u9fff])", "{}是"),
    (rf"(?<![{_HAN}第])([{_HAN}])要", "{}要"),
    (rf"第([{_HAN}])(?:步|条|项|点|,)", "第{}"),
    (rf"其([{_HAN}])", "其{}"),
    (rf"\(([{_HAN}])\)", "({})"),
    (rf"(?:^|\n|。)\s*([{_HAN}])、", "{}、"),
    (r"(?:^|[\n。: ])([1-9])[.、)](?!\d)", "{}."),
)


@dataclass(frozen=True, slots=True)
class Point:
    """The point asked for: its number from 1, what it is counted by and what it is called, "" if not said."""

    number: int
    unit: str = ""
    noun: str = ""


def point(view: str, turns: Sequence[Turn]) -> Point | None:
    """The point that a Chinese fragment asks for, or None."""
    if match := _CHINESE.fullmatch(view):
        digit = match[1] or match[3]
        number = int(digit) if digit.isdigit() else _HAN.index(digit) + 1
        return Point(number, match[2] or match[4] or "", match[5] or "")
    if match := _SINGLE.fullmatch(view):
        return Point(_HAN.index(match[1]) + 1)
    if match := _NEXT.fullmatch(view):
        last = re.findall(rf"第?([{_HAN}])(?:是|要|{_UNIT})", turns[0].question.view)
        number = _HAN.index(last[-1]) + 2 if last else 2
        return Point(number, match[1]) if number <= len(_HAN) else None
    return None


def english_point(view: str) -> str | None:
    """The ordinal that an English fragment asks for ("second"), or None."""
    match = _FOLLOW.fullmatch(view)
    return match[1].lower() if match else None


def item(mark: str, turns: Sequence[Turn]) -> str:
    """The first words of a point where a quotation already shows them, else an empty string."""
    for turn in turns[:2]:
        match = re.search(rf"{re.escape(mark)}[,\s]?([^,。;!?\n]{{2,16}})", turn.quoted)
        if match:
            return match[1]
    return ""


def marker(asked: Point, turns: Sequence[Turn]) -> str:
    """The words that begin the point in the document, as far as the quotations tell."""
    han = _HAN[asked.number - 1]
    for turn in turns[:2]:
        for source in (turn.quoted, turn.question.view):
            for pattern, style in _STYLES:
                if re.search(pattern, source):
                    if style == "第{}":
                        return f"第{han}{asked.unit if asked.unit in ('步', '条', '项', '点') else ''}"
                    return style.format(asked.number if style == "{}." else han)
    return f"第{han}{asked.unit}"
