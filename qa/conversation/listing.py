"""Points of a list by number: which one is asked for, and where the list that was quoted has it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from qa.conversation import points
from qa.conversation.points import HAN, ORDINALS
from qa.conversation.turns import Turn

_UNIT = "点|条|个|项|步|件|方面|部分|款|阶段|种|句|本|篇|家|座"

_CHINESE = re.compile(
    rf"(?:第(?P<number>[{HAN}]|10|[1-9])个?(?P<unit>{_UNIT})?的?"
    r"(?P<noun>(?![是呢怎讲说天年次季届名位章页代])[\u4e00-\u9fff]{1,4}?)??|"
    rf"(?P<short>[{HAN}])(?P<short_unit>{_UNIT}))"
    r"(?:(?:具体)?[是讲说](?:的是)?(?:什么|啥|怎么说的)?(?:内容)?|怎么做|怎么样|呢|内容是什么)*"
)
_SINGLE = re.compile(rf"([{HAN}])(?:呢|是什么)")
_OTHER = re.compile(rf"再?(下|上|前|最后)一?({_UNIT})(?:呢|是什么)*")
_ORDINAL = "|".join(ORDINALS)
_CARDINAL = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_FOLLOW = re.compile(
    rf"(?:(?:and|(?:what|how) about|what(?: is|'s| was)?)\s+)*(?:the\s+({_ORDINAL}|next|previous|last)(?:\s+[a-z]+)?|"
    rf"({_ORDINAL})(?:\s+(?:one|point|item|step))?|(?:point|number|item|step)\s+({'|'.join(_CARDINAL)}|10|[1-9]))",
    re.IGNORECASE,
)
LAST = -1
"""The number of the last point, whichever that is."""


@dataclass(frozen=True, slots=True)
class Point:
    """The point asked for: its number from 1, what it is counted by and what it is called, "" if not said."""

    number: int
    unit: str = ""
    noun: str = ""


def point(view: str, turns: Sequence[Turn]) -> Point | None:
    """The point that a Chinese fragment asks for, or None."""
    if match := _CHINESE.fullmatch(view):
        digit = match["number"] or match["short"]
        number = int(digit) if digit.isdigit() else HAN.index(digit) + 1
        unit, noun = match["unit"] or match["short_unit"] or "", match["noun"] or ""
        # 第三产业 is no point of a list, 第三项产业 is one.
        asked = [turn.bare.view for turn in turns[:2]]
        named = any(f"第{digit}{noun}" in view for view in asked)
        if noun and not unit and (named or not any(noun in view for view in asked)):
            return None
        return Point(number, unit, noun)
    if match := _SINGLE.fullmatch(view):
        return Point(HAN.index(match[1]) + 1)
    if match := _OTHER.fullmatch(view):
        number = _beside(match[1], _last_asked(turns))
        return Point(number, match[2]) if number else None
    return None


def _beside(which: str, number: int) -> int:
    """The number of the point after, before or at the end, 0 if there is none."""
    if which in ("最后", "last"):
        return LAST
    if which in ("下", "next"):
        return number + 1 if number < len(HAN) else 0
    return number - 1


def _last_asked(turns: Sequence[Turn]) -> int:
    """The number of the point that the last question was about, 1 if it was not about any."""
    for turn in turns[:2]:
        for number, known in enumerate(turn.points, 1):
            if known.words and known.mark + known.words in turns[0].question.view:
                return number
    view = turns[0].question.view
    if asked := re.findall(rf"第([{HAN}])", view):
        return HAN.index(asked[-1]) + 1
    named = re.findall(rf"the ({_ORDINAL}) one", view)
    return ORDINALS.index(named[-1]) + 1 if named else 1


def english_point(view: str, turns: Sequence[Turn]) -> Point | None:
    """The point that an English fragment asks for, or None; its unit is the ordinal ("second")."""
    match = _FOLLOW.fullmatch(view)
    if match is None:
        return None
    word = (match[1] or match[2] or match[3]).lower()
    if word in ORDINALS:
        return Point(ORDINALS.index(word) + 1, word)
    if word in _CARDINAL or word.isdigit():
        number = int(word) if word.isdigit() else _CARDINAL.index(word) + 1
    else:
        number = _beside(word, _last_asked(turns))
    return Point(number, "last" if number == LAST else ORDINALS[number - 1]) if number else None


def item(number: int, turns: Sequence[Turn]) -> points.Point | None:
    """The point of this number, from 1 or `LAST`, in the list that was quoted or stands around the quotation.

    A list of another place than the one now spoken of is not looked at.
    """
    spoken: frozenset[str] = frozenset()
    for turn in turns[:_LOOKED_AT]:
        if spoken and turn.places and spoken.isdisjoint(turn.places):
            return None
        spoken = spoken or turn.places
        if turn.points and len(turn.points) >= number:
            return turn.points[number if number == LAST else number - 1]
    return None


_LOOKED_AT = 3  # turns
