"""Chinese follow-ups: each rule sees the question and the last turns, and completes it or gives None."""

import re
from collections.abc import Callable, Sequence

from qa.conversation.chinese_topic import ASK, ATTRIBUTE, YES_NO, core, owner, statement, topic
from qa.conversation.elements import elements
from qa.conversation.exchange import exchanged
from qa.conversation.listing import item, point
from qa.conversation.people import people
from qa.conversation.points import HAN
from qa.conversation.references import referred
from qa.conversation.text import ASKED, COMMA, Text
from qa.conversation.turns import Turn

Rule = Callable[[Text, Sequence[Turn]], Text | None]

_OPENER = re.compile(
    r"^(?:(?:嗯|哦|噢|好的?|谢谢|请问一?下?|(?:再|我?想|顺便)问一?下?|所以|然后(?!呢)|另外|还有(?=[, ])|"
    r"对了|可是|但是?|那么|那(?![里边儿个次天时年位些样场座家本种届款]))[,、 ]*)+"
)
_CHANGE = re.compile(r"换个?(?:话题|问题)|(?:另|别的)一?个问题|不说这个")


def resolved(question: Text, turns: Sequence[Turn]) -> Text | None:
    """The complete question, or None where it is complete already."""
    if _CHANGE.search(question.view):
        return None
    bare = question.stripped().without(_OPENER).stripped()
    if not bare:
        return None
    for rule in _RULES:
        result = rule(bare, turns)
        if result is not None:
            return result
    return None


_MORE = re.compile(
    r"(?:除此之外,?)?(?:还有(?:呢|吗|没有|哪些|什么|别的(?:吗|呢)?|其[他它]的?(?:吗|呢)?)?|其[他它]的?呢|别的呢|"
    r"继续说?|接着说|然后呢)"
)
_DETAIL = re.compile(
    r"(?:能|可以)?再?请?(?:详细|具体)地?(?:说说|说一下|讲讲|说明|介绍一?下?|一?点|说)?[吗吧呢]?|"
    r"再?(?:说|讲|介绍)得?再?(?:详细|具体|清楚)一?些?点?|展开(?:说说|讲讲)|再?多说一?[点些]"
)
_FURTHER = Text(",还有呢", "，还有呢")
_DETAILED = Text("详细说说:", "详细说说：")


def _more(bare: Text, turns: Sequence[Turn]) -> Text | None:
    base = turns[0].bare
    if _MORE.fullmatch(bare.view):
        return _still(base) + ASKED
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


_ASKED_ON = re.compile("还(?!是)")
_NO_VERB = ("", "的", ",", "是")


_POINT = re.compile(rf",(?:[{HAN}][是要、]|[第其][{HAN}]|\([{HAN}\d]\)|\d[.、)]|首先|[其再]次|最后).{{,40}}$")


_ALONE_FROM = 6  # characters


def _point(bare: Text, turns: Sequence[Turn]) -> Text | None:
    """第二点呢 -> …, and the words that the list begins this point with."""
    asked = point(bare.view, turns)
    if asked is None:
        return None
    base = turns[0].bare.without(_POINT) + COMMA
    if found := item(asked.number, turns):
        # Many words find their sentence best by themselves; few could stand anywhere.
        words = Text(found.mark + found.words, found.mark + found.words)
        return (words if len(found.words) >= _ALONE_FROM else base + words) + ASKED
    noun = "" if asked.noun in base.view else asked.noun
    return base + noun + f"第{HAN[asked.number - 1]}{asked.unit}是什么" + ASKED


_FRAGMENT = re.compile(r"(.{1,14}?)(?:的|又|怎么样|如何|是什么情况)*呢|(.{1,14}?)(?:怎么样|又如何)")


def _fragment(bare: Text, turns: Sequence[Turn]) -> Text | None:
    """那广州呢 -> the last question about 广州."""
    match = _FRAGMENT.fullmatch(bare.view)
    if match is None:
        return exchanged(bare, turns, only_kind=True)
    words = bare[slice(*match.span(1 if match[1] else 2))]
    if ASK.search(words.view):
        return None
    return exchanged(referred(words, turns) or words, turns)


def _among(bare: Text, turns: Sequence[Turn]) -> Text | None:
    """其中… -> of the topic."""
    subject = topic(turns[0].bare)
    return subject + bare + ASKED if bare.view.startswith("其中") and subject else None


_WHY = re.compile(r"[这那]?(?:又?是)?(为什么|为何|为啥|什么原因|原因是什么|怎么会)呢?(?:这样)?")


def _why(bare: Text, turns: Sequence[Turn]) -> Text | None:
    """为什么? -> why what the last question said."""
    match = _WHY.fullmatch(bare.view)
    said = statement(turns[0].bare)
    return bare[slice(*match.span(1))] + said + ASKED if match and len(said) >= 2 else None


_ADVERBIAL = re.compile(
    r"(?:是|在|于|由)*(?:什么时[候间]|何时|何地|何处|哪里|哪儿|什么地[方点]|哪一?[天年月日]|几[点号]|怎么|如何|怎样|为什么|为何)"
)
_ALONE = re.compile(
    rf"[这那]?(?:大概|大约|具体|到底|究竟|一共|总共|分别|都|又)*((?:是|在|于|从|有|要|由)*({ASK.pattern})([\u4e00-\u9fff]{{0,2}}?))"
    r"(?:的|呢|啊|了)*"
)


def _bare(bare: Text, turns: Sequence[Turn]) -> Text | None:
    """什么时候? 在哪里? 几座? -> the last question, asking for this instead."""
    match = _ALONE.fullmatch(bare.view)
    if match is None or (match[3] and not re.fullmatch("什么|哪.?|多少|几|第几", match[2])):
        return None
    base, wanted = core(turns[0].bare), bare[slice(*match.span(1))]
    ask = ASK.search(base.view)
    if not _ADVERBIAL.fullmatch(wanted.view):
        return statement(base) + COMMA + wanted + ASKED
    if ask is None:
        return wanted + statement(base) + ASKED
    adverb = _ADVERBIAL.search(base.view)
    if adverb and adverb.end() < len(base):
        return base.put(*adverb.span(), wanted) + ASKED
    if adverb or (ask.start() > 0 and re.match("[由是]?谁", ask.group())):
        subject = topic(base)
        return subject + wanted + ASKED if subject else None
    return statement(base) + COMMA + wanted + ASKED


_FILLER = (
    r"(?:大概|大约|具体|到底|究竟|一共|总共|分别|都|又|也|还|当时|后来|最后|主要|是|在|于|从|由|有|要|能|会|可以|应该|需要|被|给|跟|和|"
    r"印|建|花|用)"
)
_MEASURE = r"(?:人|钱|元|天|年|个|位|次|册|本|层|米|公里|小时|分钟|东西|事|单位|地方|时间|大)"
_SUBJECTLESS = re.compile(
    rf"(?:{_FILLER}|[\u4e00-\u9fff]{{1,2}}[了过于到着]|[\u4e00-\u9fff]{{2}}的有)*(?:{ASK.pattern}){_MEASURE}?"
    r"(?:要|能|会|可以|应该|才|就|这么|那么)*(?![是叫李王张])[\u4e00-\u9fff]{0,2}(?:的|了|过|吗|呢|啊)*|"
    rf"(?:{_FILLER}|不)*[\u4e00-\u9fff]{{2}}吗"
)
_DEGREE = re.compile("为什么|为何|这么|那么|同比")
_MISSING = 12
"""The longest question, in characters, that is taken for one without its subject."""


def _subjectless(bare: Text, turns: Sequence[Turn]) -> Text | None:
    """谁主持的? 要多少钱? 周一开放吗? -> with the topic of the last question before it."""
    if len(bare) > _MISSING:
        return None
    times = elements(bare.view)
    if people(bare.view) or any(e.kind in ("place", "title", "name") for e in times):
        return None
    start = times[0].end if times and times[0].start == 0 else 0
    if not _SUBJECTLESS.fullmatch(bare.view, start):
        return None
    subject = topic(turns[0].bare)
    if not _DEGREE.search(bare.view):
        subject = _person_of(bare, turns) or owner(subject)
    return subject + bare + ASKED if len(subject) >= 2 else None


_PERSONAL = re.compile(
    r"职务|职位|年龄|年纪|几岁|多大岁数|生日|籍贯|老家|学历|毕业|出生|代表作|丈夫|妻子|父亲|母亲|导师"
)


def _person_of(bare: Text, turns: Sequence[Turn]) -> Text | None:
    """The person just named, where the question is one about a person."""
    return turns[0].answerer if _PERSONAL.search(bare.view) else None


_ATTRIBUTE = re.compile(
    rf"(?:{ATTRIBUTE.pattern})(?:一共|大概|具体|分别)?(?=是|有|为|在|叫|可以|能|要|多|什么|几|哪|怎|包)[^,。]{{1,8}}"
)


def _attribute(bare: Text, turns: Sequence[Turn]) -> Text | None:
    """售后电话是多少? -> of the thing talked about."""
    if not _ATTRIBUTE.fullmatch(bare.view) or not _asks(bare) or elements(bare.view) or people(bare.view):
        return None
    subject = _person_of(bare, turns) or owner(topic(turns[0].bare))
    if len(subject) < 2 or subject.view in bare.view:
        return None
    return subject + "的" + bare + ASKED


def _shared(bare: Text, turns: Sequence[Turn]) -> Text | None:
    """会议什么时候召开? after 广州的会议… -> 广州的会议什么时候召开?"""
    base, view = turns[0].bare, bare.view
    for length in range(min(8, len(view)), 1, -1):
        at = base.view.find(view[:length])
        if at <= 0 or at > 14 or ASK.search(view[:length]):
            continue
        before = base.view[:at]
        known = before.endswith("的") or any(e.end == at for e in turns[0].elements)
        new = elements(view) or people(view) or ASK.search(before) or not _asks(bare)
        return base[:at] + bare + ASKED if known and not new else None
    return None


def _asks(text: Text) -> bool:
    return bool(ASK.search(text.view) or YES_NO.search(text.view))


_RULES: tuple[Rule, ...] = (
    _more,
    _point,
    _fragment,
    referred,
    _among,
    _why,
    _bare,
    _shared,
    _subjectless,
    _attribute,
)
