"""Why? after a Chinese question, 为什么? after an English one: the follow-up in the language of what it follows.

A short follow-up has no words of its own but interrogatives, places, numbers and joining words, and all of these have
equals in the other language. So the question that it completes stays one of a single language, and is found.
"""

import re
from string import capwords
from typing import Literal

from qa.conversation.joined import JOINED
from qa.conversation.text import Text
from qa.gazetteer import PLACES, other_names

# What is said as a whole, and what says it in the other language.
_TO_CHINESE = (
    (r"(?:why|how come|what for)(?: (?:is|was|did) (?:that|this|it)(?: happen)?)?", "为什么"),
    (r"(?:when|what (?:time|day|date))(?: (?:is|was|did) (?:that|this|it)(?: happen)?)?", "什么时候"),
    (r"where(?: (?:is|was|did) (?:that|this|it)(?: happen)?)?", "在哪里"),
    (r"who(?: (?:is|was) (?:that|this|it))?", "谁"),
    (r"how (?:many|much)", "多少"),
    (r"who else", "还有谁"),
    (r"where else", "还有哪里"),
    (r"(?:anything|what) else|any others?|more|go on", "还有呢"),
    (r"(?:tell me|say) more|(?:in )?more details?|in detail|elaborate", "详细说说"),
)
_TO_ENGLISH = (
    (r"[这那]?(?:又?是)?(?:为什么|为何|为啥|什么原因)呢?", "why"),
    (r"[这那]?是?(?:什么时[候间]|何时|哪[天年])的?呢?", "when"),
    (r"[这那]?是?在?(?:哪里|哪儿|什么地方|何[处地])呢?", "where"),
    (r"[这那]?是?谁呢?", "who"),
    (r"还有谁(?:呢|吗)?", "who else"),
    (r"还有(?:呢|吗|什么|哪些|别的吗)?|别的呢|其他的?呢", "anything else"),
    (r"(?:详细|具体)(?:地?(?:说说|说一下|讲讲)|一?点)[吗吧呢]?", "tell me more"),
)
_CHINESE = tuple((re.compile(pattern, re.IGNORECASE), words) for pattern, words in _TO_CHINESE)
_ENGLISH = tuple((re.compile(pattern), words) for pattern, words in _TO_ENGLISH)

_OPENER = re.compile(r"(?:(?:and|but|so|ok|okay|then|well|thanks|also)\b[, ]*)+", re.IGNORECASE)
_ABOUT = re.compile(
    r"(?:(?:and|or|but|then|(?:what|how) about|as for)\s+)+(?:(?:in|for|of|at)\s+)?(?P<words>[\w' ,]{2,40})",
    re.IGNORECASE,
)
_AND = re.compile(r",? and |, ", re.IGNORECASE)
_THEN = re.compile(r"^那么?")
_OF = re.compile(r"的?(?:呢|怎么样|如何)$")
_YEAR = re.compile(r"(1[0-9]\d\d|20\d\d)年?")


def translated(bare: Text, language: Literal["zh", "en"]) -> Text | None:
    """A follow-up in this language, or None where it has words of its own."""
    return _chinese(bare.view) if language == "zh" else _english(bare)


def in_chinese(name: str) -> str | None:
    """The Chinese name of a place or a year in English."""
    if year := _YEAR.fullmatch(name):
        return f"{year[1]}年"
    return next((found for found in other_names(name.lower()) if found in PLACES), None)


def _chinese(view: str) -> Text | None:
    plain = _OPENER.sub("", view, count=1) if _OPENER.match(view) else view
    for pattern, words in _CHINESE:
        if pattern.fullmatch(plain):
            return Text(words, words)
    if match := _ABOUT.fullmatch(view):
        names = [in_chinese(name.strip()) for name in _AND.split(match["words"])]
        known = [name for name in names if name]
        return Text.of("和".join(known) + "呢") if len(known) == len(names) else None
    return None


def _english(bare: Text) -> Text | None:
    plain = bare.without(_THEN).without(JOINED)
    for pattern, words in _ENGLISH:
        if pattern.fullmatch(bare.view):
            return Text(words, words)
    name = plain.without(_OF).view
    if len(name) == len(plain.view):
        return None
    year = _YEAR.fullmatch(name)
    known = year[1] if year else next((capwords(found) for found in other_names(name)), None)
    return Text.of(f"what about {known}") if known else None
