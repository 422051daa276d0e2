"""他, 它, 那里, 该公司, 这次会议: references to what was talked about."""

import re
from collections.abc import Sequence

from qa.conversation.chinese_topic import ASK, owner, topic
from qa.conversation.people import TITLE
from qa.conversation.text import ASKED, NOTHING, Text
from qa.conversation.turns import Turn

_PERSON = re.compile(r"(?<![其吉排维])[他她](?![们人国乡日])|此人|该人|这个人|这位(?:先生|女士|老师|教授|作家|画家)?")
_GROUP = re.compile(r"他们|她们|它们")
_THING = re.compile(r"它(?!们)")
_ITS = re.compile(r"^其(?![中他它实次余])")
_PLACE = re.compile(r"(?<![哪])(?:那里|那儿|那边|这里|这儿|这边)|当地|该地|此地")
_KNOWN_NOUN = (
    "公司|企业|集团|单位|机构|学校|医院|会议|大会|会|活动|产品|机器|设备|书|文章|论文|地方|城市|景点|景区|建筑|"
    "博物馆|公园|桥|塔|项目|工程|计划|方案|政策|规定|文件|报告|实验|过程|反应|技术|方法|工厂|部门|委员会|作品|"
    "画|电影|比赛|节日|公告|制度"
)
_DEMONSTRATIVE = re.compile(
    r"[该此这那]一?[次个场家座本部篇项款种条所届台份幅道类间]?"
    rf"({_KNOWN_NOUN})(?![员长场室谈])"
)
_MEETING = ("会", "会议", "大会")
_WRITTEN = ("书", "文章", "论文", "报告", "文件", "作品", "电影", "画")
_GENERAL = "单位|机构|产品|机器|设备|地方|城市|景点|景区|活动|项目|工程|建筑"
_COMPANY = re.compile(r"[\u4e00-\u9fffA-Za-z]{2,16}(?:公司|集团)")
_PLACE_LIKE = re.compile(r"(?:[省市县区镇村州岛山湖园寺庙塔桥馆街路国城]|古镇|大学|学院|景区|工厂|花园)$")


def referred(question: Text, turns: Sequence[Turn]) -> Text | None:
    """The question with its reference written out; None without one, or where nothing fits."""
    for pattern, find in (
        (_GROUP, _subject),
        (_PERSON, _person),
        (_THING, _thing),
        (_ITS, _thing),
        (_PLACE, _place),
    ):
        if match := pattern.search(question.view):
            return _written(question, match, find(match.group(), turns))
    if match := _OF_TWO.search(question.view):
        return _written(question, match, _of_two(match.group(), turns))
    if match := _DEMONSTRATIVE.search(question.view):
        return _written(question, match, _of_kind(match[1], turns))
    return None


def _written(question: Text, reference: re.Match[str], words: Text | None) -> Text | None:
    """The words in the place of the reference, unless the question itself says before it what is meant."""
    before = _PLAIN_BEFORE.sub("", question.view[: reference.start()])
    if words is None or len(words) > _LONGEST or len(before) > _BEFORE:
        return None
    return question.put(*reference.span(), words) + ASKED


_BEFORE = 4
_LONGEST = 20
_PLAIN_BEFORE = re.compile(
    rf"{ASK.pattern}|[\d〇一二三四五六七八九十年月日]+|的?时候|[以之][前后]|[,的了在从到说后前时第一次]"
)


_OF_TWO = re.compile("前者|后者")


def _of_two(which: str, turns: Sequence[Turn]) -> Text | None:
    """前者, 后者: of two that one question named, else of the topics of the last two questions."""
    asked = [turn for turn in turns if not _OF_TWO.search(turn.asked)]
    if not asked:
        return None
    two = [e for e in asked[0].elements if e.kind in ("place", "date", "title", "name")]
    named = [asked[0].bare[e.start : e.end] for e in two if e.kind == two[0].kind]
    if len(named) != _TWO:
        named = [owner(topic(turn.bare)) for turn in reversed(asked[:_TWO])]
    both = len(named) == _TWO and all(named) and named[0].view != named[1].view
    return named[0 if which == "前者" else 1] if both else None


_TWO = 2


def _person(pronoun: str, turns: Sequence[Turn]) -> Text | None:
    """Who was meant by the same pronoun before, was the answer, or was asked about; most recent first."""
    for turn in turns:
        if pronoun in turn.asked and turn.people:
            return turn.people[0]
        if turn.answerer is not None:
            return turn.answerer
        if turn.people:
            return turn.people[0]
        if turn.sought is not None:
            return turn.sought
        subject = owner(topic(turn.bare))
        foreign = 2 <= len(subject) <= 5 and not turn.elements and subject.view in turn.quoted
        if re.search(rf"(?:{TITLE})$", subject.view) or (foreign and not _PLACE_LIKE.search(subject.view)):
            return subject
    return None


def _subject(_: str, turns: Sequence[Turn]) -> Text | None:
    subject = topic(turns[0].bare)
    return subject if len(subject) >= 2 else None


def _thing(_: str, turns: Sequence[Turn]) -> Text | None:
    """What was asked for by 哪座, 哪家 and named in the answer, else what the last question was about."""
    turn = turns[0]
    ask = ASK.search(turn.bare.view)
    if ask and ask.group().startswith("哪") and 2 <= len(turn.span) <= 8:
        return Text(turn.span, turn.span)
    subject = owner(topic(turn.bare))
    return subject if len(subject) >= 2 else None


def _place(_: str, turns: Sequence[Turn]) -> Text | None:
    for turn in turns:
        subject = owner(topic(turn.bare))
        if _PLACE_LIKE.search(subject.view):
            return subject
        for element in turn.elements:
            if element.kind == "place":
                return turn.bare[element.start : element.end]
    return None


def _of_kind(noun: str, turns: Sequence[Turn]) -> Text | None:
    """The phrase of the last questions that ends in this noun, or the noun with what they named."""
    if noun in ("公司", "企业", "集团"):
        for turn in turns[:2]:
            for source in (turn.question.view, turn.quoted):
                if (match := _COMPANY.search(source)) and not match.group().startswith(("该", "这", "那")):
                    return Text(match.group(), match.group())
        return _thing("", turns)
    for turn in turns:
        title = next((e for e in turn.elements if e.kind == "title"), None)
        if title and noun in _WRITTEN:
            return turn.bare[title.start : title.end]
        subject = topic(turn.bare)
        if (ends := re.search(rf"{noun}(?=$|的)", subject.view)) and ends.start() > 0:
            return subject[: ends.end()]
        asked_for = re.search(rf"(?:{noun}|会)$" if noun in _MEETING else f"{noun}$", turn.bare.view)
        named = [e for e in turn.elements if e.kind in ("date", "place", "title", "name")]
        if asked_for and named:
            words = NOTHING
            for element in named:
                words = words + turn.bare[element.start : element.end]
            return words + "的" + noun
    return _thing("", turns) if re.fullmatch(_GENERAL, noun) else None
