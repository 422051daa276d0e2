"""还有呢, 还有谁, 详细说说: questions for more of what was answered."""

import re
from collections.abc import Sequence

from qa.conversation.chinese_topic import ASK, topic
from qa.conversation.text import ASKED, COMMA, Text
from qa.conversation.turns import Turn

_MORE = re.compile(
    r"(?:除此之外,?)?(?:还有(?:呢|吗|没有|哪些|什么|别的(?:吗|呢)?|其[他它]的?(?:吗|呢)?)?|其[他它]的?呢|别的呢|"
    r"继续说?|接着说|然后呢)"
)
_MORE_OF = re.compile(r"(还有)(谁|哪里|哪儿|哪些人|什么人|别人|其他人)(?:吗|呢)?")
_ASKS_WHO = re.compile(r"谁|哪些人|哪位|什么人")
_ASKS_WHERE = re.compile(r"哪里|哪儿|什么地方|哪些地方|何[处地]")
_DETAIL = re.compile(
    r"(?:能|可以)?再?请?(?:详细|具体)地?(?:说说|说一下|讲讲|说明|介绍一?下?|一?点|说)?[吗吧呢]?|"
    r"再?(?:说|讲|介绍)得?再?(?:详细|具体|清楚)一?些?点?|展开(?:说说|讲讲)|再?多说一?[点些]"
)
_FURTHER = Text(",还有呢", "，还有呢")
_DETAILED = Text("详细说说:", "详细说说：")
_ASKED_ON = re.compile("还(?!是)")
_NO_VERB = ("", "的", ",", "是")


def more(bare: Text, turns: Sequence[Turn]) -> Text | None:
    """The last question, asking for more of the same."""
    base = turns[0].bare
    if _MORE.fullmatch(bare.view):
        return _still(base) + ASKED
    if match := _MORE_OF.fullmatch(bare.view):
        return _more_of(bare, match, turns)
    if _DETAIL.fullmatch(bare.view):
        return base + ASKED if base.view.startswith("详细说说") else _DETAILED + base + ASKED
    return None


def _still(base: Text) -> Text:
    """重庆支援了哪些地方 -> 重庆还支援了哪些地方."""
    if _ASKED_ON.search(base.view):
        return base
    subject = topic(base)
    at = base.view.find(subject.view) + len(subject)
    if not subject or base.view[at : at + 1] in _NO_VERB or ASK.match(base.view, at):
        return base + _FURTHER
    return base.put(at, at, "还")


def _more_of(bare: Text, match: re.Match[str], turns: Sequence[Turn]) -> Text:
    """还有谁 -> the last question that asked who, with 还有 before its 谁 or behind it all."""
    wanted = _ASKS_WHERE if _ASKS_WHERE.fullmatch(match[2]) else _ASKS_WHO
    base = next((turn.bare for turn in turns if wanted.search(turn.bare.view)), turns[0].bare)
    if _ASKED_ON.search(base.view):
        return base + ASKED
    if wanted.match(base.view):
        return bare[slice(*match.span(1))] + base + ASKED
    return base + COMMA + bare[: match.end(2)] + ASKED
