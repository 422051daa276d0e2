"""为什么? 什么时候? 几座? An interrogative alone, asked of what the last question was about."""

import re
from collections.abc import Sequence

from qa.conversation.chinese_topic import ASK, core, statement, topic
from qa.conversation.text import ASKED, COMMA, Text
from qa.conversation.turns import Turn

_WHY = re.compile(r"[这那]?(?:又?是)?(为什么|为何|为啥|什么原因|原因是什么|怎么会)呢?(?:这样)?")
_ADVERBIAL = re.compile(
    r"(?:是|在|于|由)*(?:什么时[候间]|何时|何地|何处|哪里|哪儿|什么地[方点]|哪一?[天年月日]|几[点号]|怎么|如何|怎样|为什么|为何)"
)
_ALONE = re.compile(
    rf"[这那]?(?:大概|大约|具体|到底|究竟|一共|总共|分别|都|又)*((?:是|在|于|从|有|要|由)*({ASK.pattern})([\u4e00-\u9fff]{{0,2}}?))"
    r"(?:的|呢|啊|了)*"
)
_WHO = re.compile(r"[是由]?谁")
_SAID = 2  # characters of a statement that says something
_MEETING = re.compile("(?:会议|大会|例会|座谈会|发布会)$")
_AFTER_SUBJECT = re.compile(r"[了过的是]|$")


def why(bare: Text, turns: Sequence[Turn]) -> Text | None:
    """为什么? -> why what the last question said, by the person who was the answer."""
    match = _WHY.fullmatch(bare.view)
    if match is None:
        return None
    wanted, base = bare[slice(*match.span(1))], core(turns[0].bare)
    asked, person = ASK.search(base.view), turns[0].answerer
    if asked and person and _WHO.fullmatch(asked.group()):
        base = base.put(asked.end() - 1, asked.end(), person)
        return wanted + base + ASKED
    if asked and (instead := _INSTEAD.get(asked.group().lstrip("是在由有"))):
        at = asked.end() - len(asked.group().lstrip("是在由有"))
        return wanted + base.put(at, asked.end(), instead) + ASKED
    said = statement(base)
    if len(said) < _SAID:
        return None
    return _inserted(wanted, topic(base), said) or wanted + said + ASKED


_INSTEAD = {"哪里": "那里", "哪儿": "那里", "什么地方": "那里", "哪": "这", "多少": "这么多", "几": "这么几"}
"""What a question takes for granted where it asks where or how much."""


def alone(bare: Text, turns: Sequence[Turn]) -> Text | None:
    """什么时候? 在哪里? 几座? -> the last question, asking for this instead."""
    match = _ALONE.fullmatch(bare.view)
    if match is None or (match[3] and not re.fullmatch("什么|哪.?|多少|几|第几", match[2])):
        return None
    base, wanted = core(turns[0].bare), bare[slice(*match.span(1))]
    ask = ASK.search(base.view)
    if not _ADVERBIAL.fullmatch(wanted.view):
        return statement(base) + COMMA + wanted + ASKED
    if ask is None:
        return _inserted(wanted, topic(base), statement(base)) or wanted + statement(base) + ASKED
    adverb = _ADVERBIAL.search(base.view)
    if adverb and adverb.end() < len(base):
        return base.put(*adverb.span(), wanted) + ASKED
    if ask.group() == "是谁" and ask.end() < len(base):
        return base.put(*ask.span(), wanted) + ASKED
    if adverb or (ask.start() > 0 and _WHO.match(ask.group())):
        subject = topic(base)
        held = "召开" if _MEETING.search(subject.view) and not wanted.view.endswith("的") else ""
        return subject + wanted + held + ASKED if subject else None
    said = statement(base)
    if ask.start() == 0:
        return wanted + said + ASKED
    return _inserted(wanted, topic(base), said) or said + COMMA + wanted + ASKED


def _inserted(wanted: Text, subject: Text, said: Text) -> Text | None:
    """陈立群教了什么 -> 陈立群什么时候教了: behind the subject where a verb follows it."""
    end = len(subject)
    if subject and said.view.startswith(subject.view) and not _AFTER_SUBJECT.match(said.view, end):
        return said.put(end, end, wanted) + ASKED
    return None
