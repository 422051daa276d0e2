"""The words to mark in a quotation: what the span model found, rid of what is no part of an answer."""

import re

from embeddings.analysis import LETTER
from qa.questions import Kind
from qa.reading.patterns import SURNAMES

MARKS = " \n。,;:、!?."
"""No part of an answer at its ends."""
NEAR_QUOTE = 16
"""Characters before a closing quotation mark in which the opening one is looked for."""

_TITLES = (
    "(?:书记|[市省县区镇村州校院局处科部司厅会社行所台组队厂店]长|主任|主席|总理|总统|教授|博士|医生|记者|委员|干事|董事|经理)"
)
_TITLE = re.compile(rf"[^、,;和与及]*{_TITLES}(?={LETTER}{{2,4}}$)")
_RANK = re.compile(rf"[^、]*{_TITLES}、(?=.{{2}})")
_TITLE_END = re.compile(rf"(?:{_TITLES}|[、,;:\s])$")
"""What stands before a name and is not part of it."""
_VERB = re.compile(r"(?<=[^、,]{2})(?:在(?:讲话|会议?)[中上]|主持|出席|表示|指出|强调|介绍|认为|说)(?:会议|讲话)?")
_AND_OTHERS = re.compile(r"等[市省县区]?(?:领导|同志|干部|人|[一二三四五六七八九十\d]+[人名位])")
_DAY = re.compile(r"(?:\d+年)?(?:\d+月)?(?:\d+[日号])?(?:[上下]午|凌晨|晚上?)?")
_QUOTES = {"”": "“", "’": "‘", "」": "「", "》": "《", "』": "『"}


def tidied(kind: Kind, view: str, start: int, end: int) -> tuple[int, int] | None:
    """The stretch of the view to mark in place of what was found; None for a clause where a place is asked for."""
    start, end = _stripped(view, start, end)
    if kind == "when":
        for day in _DAY.finditer(view):
            if day.start() < end and start < day.end():
                start, end = min(start, day.start()), max(end, day.end())
    if kind == "who":
        start, end = name(view, start, end)
    start, end = _quoted(view, start, end)
    clause = kind == "where" and _VERB.search(view[start:end])
    return (start, end) if start < end and not clause else None


def _stripped(view: str, start: int, end: int) -> tuple[int, int]:
    """Without marks, and without quotation marks that open or close nothing, at its ends."""
    words = view[start:end]
    left = words.lstrip(MARKS + "".join(_QUOTES))
    start = end - len(left)
    return start, start + len(left.rstrip(MARKS + "".join(_QUOTES.values())))


def _quoted(view: str, start: int, end: int) -> tuple[int, int]:
    """With the quotation mark that opens what one in the words closes, and the reverse."""
    for close, open_ in _QUOTES.items():
        words = view[start:end]
        if words.count(close) > words.count(open_):
            at = view.rfind(open_, max(0, start - NEAR_QUOTE), start)
            start = start if at < 0 else at
        elif words.count(open_) > words.count(close):
            at = view.find(close, end, end + NEAR_QUOTE)
            end = end if at < 0 else at + 1
    return start, end


def name(view: str, start: int, end: int) -> tuple[int, int]:
    """The name alone, where the model marked a title or a verb with it, or all but the surname."""
    words = view[start : end + 1]  # the model may cut a verb in two
    if (verb := _VERB.search(words)) and verb.start() < end - start:
        end = start + verb.start()
    if others := _AND_OTHERS.search(view[start:end]):
        end = start + others.end()
    while rank := _RANK.match(view[start:end]):
        start += rank.end()
    if title := _TITLE.match(view[start:end]):
        start += title.end()
    elif start and end - start <= 2 and view[start - 1] in SURNAMES and _TITLE_END.search(view[: start - 1]):
        start -= 1
    return start, end
