"""The parts of a question that a follow-up exchanges: dates, places, titles, names."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from qa.gazetteer import places

ElementKind = Literal["date", "season", "weekday", "occasion", "title", "place", "name"]

_NUMERAL = "〇零一二三四五六七八九十"
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_DAY = rf"[\d{_NUMERAL}]{{1,3}}月(?:[\d{_NUMERAL}]{{1,3}}[日号])?"
_PATTERNS: tuple[tuple[ElementKind, str], ...] = (
    ("title", r"《[^》]+》|“[^”]{2,}”|「[^」]{2,}」|\"[^\"]{2,}\""),
    (
        "date",
        rf"(?:\d{{4}}|[{_NUMERAL}]{{4}})年(?:[上下]半年|第?[一二三四1-4]季度|(?:{_DAY}))?|{_DAY}(?!度)|[今去明前后]年|"
        rf"\b(?:1[0-9]|20)\d\d\b(?![.,]\d|年)|(?:\b\d{{1,2}} )?\b(?:{_MONTHS})\b(?: \d{{1,2}}\b)?|"
        r"\b(?:last|this|next) (?:year|month|week)\b",
    ),
    ("season", r"[春夏秋冬](?:天|季|日)|\b(?:spring|summer|autumn|winter)\b"),
    (
        "weekday",
        r"(?:周|星期|礼拜)[一二三四五六日天末]|工作日|节假日|"
        r"\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)days?\b|\bweekends?\b",
    ),
    ("occasion", r"(?:这|上|下|本)一?(?:次|届|季度|个月)"),
)
_ELEMENT = re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in _PATTERNS), re.IGNORECASE)
_NAME = re.compile(r"\b[A-Z][\w'’&-]*(?:(?: of(?: the)?)? [A-Z][\w'’&-]*)*")
_NO_NAME_LIST = """
who what when where why which how is are was were do does did can could will would should has have had
and but so or the a an in on at for of to from it he she they i we you that this there please tell if ok
"""
_NO_NAME = frozenset(_NO_NAME_LIST.split())


@dataclass(frozen=True, slots=True)
class Element:
    """A typed stretch `[start:end]` of a question's view."""

    kind: ElementKind
    start: int
    end: int


@lru_cache(maxsize=1024)
def elements(view: str) -> tuple[Element, ...]:
    """The elements of a view in order, not overlapping; names are those written with Latin capitals."""
    found = [
        Element(kind, *match.span())
        for match in _ELEMENT.finditer(view)
        for kind, _ in _PATTERNS
        if kind == match.lastgroup
    ]
    taken = {i for e in found for i in range(e.start, e.end)}
    for place in places(view):
        for match in re.finditer(re.escape(place), view, re.IGNORECASE):
            if taken.isdisjoint(range(*match.span())):
                found.append(Element("place", *match.span()))
                taken.update(range(*match.span()))
    for match in _NAME.finditer(view):
        start = match.start()
        words = match.group().split(" ")
        while words and words[0].lower() in _NO_NAME:
            start += len(words.pop(0)) + 1
        if words and start < match.end() and taken.isdisjoint(range(start, match.end())):
            found.append(Element("name", start, match.end()))
    return tuple(sorted(found, key=lambda e: e.start))
