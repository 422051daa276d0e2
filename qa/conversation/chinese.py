"""Chinese follow-ups: each rule sees the question and the last turns, and completes it or gives None."""

import re
from collections.abc import Callable, Sequence

from qa.conversation.chinese_bare import alone, why
from qa.conversation.chinese_more import more
from qa.conversation.chinese_topic import ASK, ATTRIBUTE, YES_NO, owner, topic
from qa.conversation.elements import elements
from qa.conversation.exchange import exchanged
from qa.conversation.joined import JOINED
from qa.conversation.listing import LAST, item, point
from qa.conversation.people import people
from qa.conversation.points import HAN
from qa.conversation.references import referred
from qa.conversation.text import ASKED, COMMA, Text
from qa.conversation.turns import Turn
from qa.types import Answer

Rule = Callable[[Text, Sequence[Turn]], Text | None]

_OPENER = re.compile(
    r"^(?:(?:同样的?问题|嗯|哦|噢|好的?|谢谢|请问一?下?|(?:再|我?想|顺便)问一?下?|所以|然后(?!呢)|另外|还有(?=[, ])|"
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
    return _in_two(bare, turns) or _by_rule(bare, turns)


def _by_rule(bare: Text, turns: Sequence[Turn]) -> Text | None:
    return next((result for rule in _RULES if (result := rule(bare, turns)) is not None), None)


_TWO = re.compile(r"(.{1,14}呢)[?,;。 ]+(.{2,20})")


def _in_two(bare: Text, turns: Sequence[Turn]) -> Text | None:
    """广州呢?谁主持? -> the second question, of what the first one goes on about."""
    match = _TWO.fullmatch(bare.view)
    if match is None:
        return None
    first = _by_rule(bare[slice(*match.span(1))], turns)
    if first is None:
        return None
    second = bare[slice(*match.span(2))]
    asked = Turn(first.shown, Answer(first.shown, "", False, 0.0))
    return _by_rule(second, [asked, *turns]) or first


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
    number = "最后一" if asked.number == LAST else f"第{HAN[asked.number - 1]}"
    return base + noun + f"{number}{asked.unit}是什么" + ASKED


_FRAGMENT = re.compile(r"(.{1,14}?)(?:的|又|怎么样|如何|是什么情况)*呢|(.{1,14}?)(?:怎么样|又如何)")
_OF_THIS = re.compile(
    r"(.{1,10}?)(?:也(?:是|有|一样|这样|如此)(?:这样)?(?:的)?吗|有吗|有没有|(?:又是|又|是)(?:怎么[做办样说]|如何[做办])的?)|"
    r"(?:再|也)?(?:说说|讲讲|谈谈|看看)(.{1,10}?)(?:的情况)?[吧呢]?"
)


_OF_THE_OTHER = re.compile(r",(?:第.{1,3}是什么|最后一.?是什么|还有[谁呢])(?=\?$)")
_SURELY_JOINED = re.compile("以及|至于")


def _fragment(bare: Text, turns: Sequence[Turn]) -> Text | None:
    """那广州呢 -> the last question about 广州."""
    plain = bare.without(JOINED) or bare
    match = _FRAGMENT.fullmatch(plain.view)
    if match is None and _SURELY_JOINED.match(bare.view) and not _asks(plain):
        return exchanged(plain, turns)
    if match is None:
        about = _OF_THIS.fullmatch(plain.view)
        words = plain[slice(*about.span(1 if about[1] else 2))] if about else plain
        return exchanged(words, turns, only_kind=True)
    words = plain[slice(*match.span(1 if match[1] else 2))]
    if ASK.search(words.view):
        return None
    result = exchanged((referred(words, turns) or words).stripped(), turns)
    return result and result.without(_OF_THE_OTHER)


def _among(bare: Text, turns: Sequence[Turn]) -> Text | None:
    """其中… -> of the topic."""
    subject = topic(turns[0].bare)
    return subject + bare + ASKED if bare.view.startswith("其中") and subject else None


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
    if not _asks(turns[0].bare):
        return turns[0].bare + COMMA + bare + ASKED  # a point of a list, which is a statement
    subject = topic(turns[0].bare)
    if not _DEGREE.search(bare.view):
        subject = _person_of(bare, turns) or owner(subject)
    if who := _WHO_DID.match(bare.view):
        # 谁捐了 after 领导捐款了吗: the topic ends where the same verb begins.
        verb = subject.view.rfind(who[2])
        if who[1] and verb >= 0:
            return None  # 还有谁捐了: of everybody, not of the one just spoken of
        subject = subject[:verb] if verb >= 2 else subject
    return subject + bare + ASKED if len(subject) >= 2 else None


_WHO_DID = re.compile(r"(还有|另有)?[是由]?谁([\u4e00-\u9fff])(?!$)")
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
        named = next((e for e in turns[0].elements if e.end in (at, len(before.rstrip("的")))), None)
        if elements(view) or people(view) or not _asks(bare):
            return None
        if not ASK.search(before):
            return base[:at] + bare + ASKED if named or before.endswith("的") else None
        # 谁主持重庆的会议: what stands before the place is another question.
        return base[named.start : at] + bare + ASKED if named else None
    return None


def _asks(text: Text) -> bool:
    return bool(ASK.search(text.view) or YES_NO.search(text.view))


_RULES: tuple[Rule, ...] = (
    more,
    _point,
    _fragment,
    referred,
    _among,
    why,
    alone,
    _shared,
    _subjectless,
    _attribute,
)
