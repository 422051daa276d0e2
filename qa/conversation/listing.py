"""Points of a list by number: which one is asked for, and where the list that was quoted has it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from qa.conversation import points
from qa.conversation.points import HAN, ORDINALS
from qa.conversation.turns import Turn

_UNIT = "点|条|个|项|步|件|方面|部分|款|阶段|种|句"

_CHINESE = re.compile(
    rf"(?:第([{HAN}]|10|[1-9])个?({_UNIT})?|([{HAN}])({_UNIT}))的?"
    r"((?![是呢怎讲说天年次季届名位章页代])[\u4e00-\u9fff]{1,4}?)??"
    r"(?:(?:具体)?[是讲说](?:的是)?(?:什么|啥|怎么说的)?(?:内容)?|怎么做|怎么样|呢|内容是什么)*"
)
_SINGLE = re.compile(rf"([{HAN}])(?:呢|是什么)")
_NEXT = re.compile(rf"再?下一?({_UNIT})(?:呢|是什么)*")
_FOLLOW = re.compile(
    r"(?:(?:and|(?:what|how) about|what(?: is|'s| was)?)\s+)*the\s+"
    rf"({'|'.join(ORDINALS)}|next)(?:\s+[a-z]+)?",
    re.IGNORECASE,
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
        number = int(digit) if digit.isdigit() else HAN.index(digit) + 1
        return Point(number, match[2] or match[4] or "", match[5] or "")
    if match := _SINGLE.fullmatch(view):
        return Point(HAN.index(match[1]) + 1)
    if match := _NEXT.fullmatch(view):
        number = _last_asked(turns) + 1
        return Point(number, match[1]) if number <= len(HAN) else None
    return None


def _last_asked(turns: Sequence[Turn]) -> int:
    """The number of the point that the last question was about, 1 if it was not about any."""
    for turn in turns[:2]:
        for number, known in enumerate(turn.points, 1):
            if known.words and known.mark + known.words in turns[0].question.view:
                return number
    asked = re.findall(rf"第([{HAN}])", turns[0].question.view)
    return HAN.index(asked[-1]) + 1 if asked else 1


def english_point(view: str, turns: Sequence[Turn]) -> Point | None:
    """The point that an English fragment asks for, or None; its unit is the ordinal ("second")."""
    match = _FOLLOW.fullmatch(view)
    if match is None:
        return None
    if (word := match[1].lower()) == "next":
        last = re.findall(rf"the ({'|'.join(ORDINALS)}) one", turns[0].question.view)
        word = ORDINALS[min(ORDINALS.index(last[-1]) + 1 if last else 1, len(ORDINALS) - 1)]
    return Point(ORDINALS.index(word) + 1, word)


def item(number: int, turns: Sequence[Turn]) -> points.Point | None:
    """The point of this number, from 1, in the list that was quoted or stands around the quotation."""
    return next((turn.points[number - 1] for turn in turns[:2] if len(turn.points) >= number), None)
