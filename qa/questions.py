"""What a question asks for: its kind, its content terms and the words that any answer must agree with."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Literal, get_args

from embeddings.analysis import LETTER, is_cjk, terms
from embeddings.encoders import default_encoder
from embeddings.normalize import fold
from qa.gazetteer import places, without_places

Kind = Literal["number", "when", "who", "where", "reason", "list", "method", "yes-no", "what"]
KINDS: tuple[Kind, ...] = get_args(Kind)

_PATTERNS: tuple[tuple[Kind, str], ...] = (
    (
        "reason",
        r"为什么|为何|为啥|干嘛|点解|[什啥]么?原因|原因是|缘何|怎么会|什么缘故|"
        r"\bwhy\b|\bwhat (?:caused|causes)\b|\breasons?\b",
    ),
    (
        "when",
        r"何时|几时|[什啥]么?时(?:候|间|期)|何(?:年|月|日)|哪一?(?:年|月|日|天|个?世纪|个?时期|个?年代)|"
        r"(?<![十好])几(?:月|号|日|年(?!级))|(?<![十好哪讲说提列出有分了])几点|什么日子|(?:星期|周|礼拜)几|上午还是下午|"
        r"多久以?前|(?<!多长)(?<!多少)(?:时间|日期)(?:是|为|[?？]|$)|"
        r"\bwhen\b|\b(?:what|which) (?:year|date|day|month|century|decade|time)\b",
    ),
    (
        "number",
        r"多少|(?<![乎十好哪])几(?:[^\W\d乎何时年]|年级?|分之)|"
        r"多(?:大|长|高|远|深|宽|重|久|快)|百分之几|"
        r"\bhow (?:many|much|long|old|tall|high|far|large|big|fast|often)\b|"
        r"\bwhat (?:percentage|percent|number|amount|age)\b",
    ),
    (
        "who",
        r"谁|何人|[什啥]么?人|边(?:个|位)|哪一?(?:位|个人|名)|哪些人|哪几位|哪些[省市县区]?(?:领导|干部)|姓名|"
        r"\bwho\b|\bwhom\b|\bwhose\b",
    ),
    (
        "where",
        r"哪里|哪儿|何处|何地|[什啥]么?地[方点]|在哪|边度|"
        r"哪[一几两俩]?[个座些]?(?:城(?!区)|城市|国家|地方|[省市县区](?![委长民]|领导|干部|政府)|州|地区|地点|村|镇|岛|洲)|位于什么|"
        r"\bwhere\b|\b(?:what|which) (?:city|country|state|place|region|province|town|county|continent)\b",
    ),
    (
        "list",
        r"哪些|哪[几两俩三四五]|边啲|分别是|有什么[^?？]{0,6}(?:措施|要求|内容|工作|任务|特点|方面|办法)|"
        r"包括什么|包含什么|都有什么|有何(?:措施|要求)|"
        r"(?:措施|要求|内容|任务|名单|清单)(?:是什么|有哪|[?？]|$)|"
        r"(?:[二三四五六七八九十两]|\d)(?:个?方面|项|点|条)[^?？]{0,8}(?:是什么|是啥|是指|内容)|都是什么|列举|列(?:一下|出)|"
        r"\bwhat (?:are|were)\b|\bwhich (?:of|are|were)\b|\blist\b|\bmeasures\b",
    ),
    ("method", r"如何|怎么|怎样|咋|点样|什么办法|什么方[法式]|\bhow\b"),
    (
        "yes-no",
        r"(?:吗|(?<![什怎这那多])么|了没|没有|(?<=[^\W\d_])[不没])\s*[?？]?$|是否|能否|可否|有无|有没有|"
        rf"({LETTER})[不没唔]\1|"
        r"^(?:is|are|was|were|do|does|did|can|could|has|have|had|will|would|should)\b",
    ),
)
_KIND = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _PATTERNS)

_INTERROGATIVE = re.compile(
    r"请问一?下?|告诉我|我想知道|想问一?下?|到底|究竟|来着|"
    r"[啊呀啦嘛哦噢呗](?=\s*[?？]?$)|(?:现|担)?任何职|(?:现?任|担任|当|做)?(?:的?是)?[什啥]么?(?:职务|职位|官职?|头衔)|"
    r"的?(?:职务|职位|官职|头衔|日期|时间)(?:是?[什啥]么?|是?(?:在?哪一?[天日年]|几月几[日号]|几[日号])|[是为])?(?=\s*[?？]?$)|"
    r"(?:是|叫|做|干)?[什啥]么?(?:时候|时间|地方|原因|名字|样的?)|为[什啥]么?|为何|点解|"
    r"(?:是|叫|做|干)什么的?|什么|啥|何时|何人|何处|何地|几时|"
    r"几月几[日号]|(?:星期|周|礼拜)几|多少|"
    r"第?(?<![十好])几(?!乎|何|内亚|率|维)(?:个|位|种|名|项|条|家|次|年|天|月|号|日|点|岁|方面|大)?|"
    r"哪(?:一|几|两|俩|三|四|五)?(?:个|位|种|名|家|座|所|类|项|条|级|届|次|年|月|日|天|号|些|里|儿|处|方面|大)?"
    r"(?:城市|地方|地区|省份|人(?![员群口才民大]))?|"
    r"边(?:个|位|度|啲)|点样|乜嘢?|谁|"
    r"怎么[样办弄整]?|怎样|咋[样办弄整]?|如何|是否|能否|可否|有无|是不是|有没有|要不要|算不算|分别|还是|吗|呢|吧|"
    r"(?:了没|没有|(?<=[^\W\d_])[不没])(?=\s*[?？]?$)|[?？]"
)
_DEMONSTRATIVE = re.compile(r"[那这](?:一?[个场次篇段块边些种份位天年]|件?事|时候?)")
# 开会, 开的会: what people say for 召开会议, which is what is written, mostly with words between.
_MEETING = re.compile(r"(?<![召公离打展分避])开(?:[了过的]?会(?![议场员堂展见])|[了过的]会议)")
_EITHER_WAY = re.compile(rf"({LETTER})[不没唔]\1")  # 支不支持, 改没改: what is asked about is the verb
_CHOICE = re.compile(r"还是|抑或|\bor\b", re.IGNORECASE)
_FOCUS = re.compile(
    r"(?:多少|(?<!乎)几|哪一?[个位种家所座年些]?|什么(?!时候|时间|地方|原因|样)|何种?)"
    rf"({LETTER}{{1,4}}?)(?=[?？,，。]|的|是|被|在|于|由|为|把|和|与|能|可|$)"
)
_FOCUS_EN = re.compile(
    r"\b(?:what|which|how many|how much)\s+((?!is\b|are\b|was\b|were\b|did\b|do\b|does\b)[a-z]+)",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_NAME = re.compile(r"《([^》]+)》|\"([^\"]{2,})\"|“([^”]{2,})”|「([^」]{2,})」")
_LATIN = re.compile(r"[A-Za-z][A-Za-z0-9.+\-]*")


@dataclass(frozen=True, slots=True)
class Question:
    """A question as the reader sees it; everything in the search view."""

    text: str
    language: Literal["zh", "en"]
    kind: Kind
    focus: str  # the noun asked for, "" if none: 多少人 -> 人, which treaty -> treaty
    content: str  # without interrogative words
    matter: str  # the content without places: they tell where to look, not what an answer says
    terms: tuple[str, ...]  # of the matter, each once
    whole: tuple[bool, ...]  # of each term, whether it is no junction: the end of one word and the start of another
    numbers: tuple[str, ...]  # without those, and below places, between which it asks to choose
    places: tuple[str, ...]
    names: tuple[str, ...]  # titles and quoted words
    latin: tuple[str, ...]  # Latin words within a Chinese question


def kind_of(view: str) -> Kind:
    """The kind of answer that a question asks for; "what" if nothing more can be said."""
    for kind, pattern in _KIND:
        if pattern.search(view):
            return kind
    return "what"


LOOKED_AT = 2000
"""Characters of a question; what comes after them is no part of it, however long a text somebody pastes."""

GLANCE = 40
"""Characters that tell which language a text is in."""


def language_of(text: str) -> Literal["zh", "en"]:
    """The language to answer in: Chinese as soon as a quarter of the letters are CJK characters."""
    letters = sum(1 for c in text if c.isalpha())
    cjk = sum(1 for c in text if "\u3040" <= c <= "\u9fff" or c >= "\U00020000")
    return "zh" if letters == 0 or cjk * 4 >= letters else "en"


def _asked_about(view: str) -> str:
    """A Chinese question without the words that only make it a question, or point at what is known."""
    plain = _DEMONSTRATIVE.sub(" , ", _INTERROGATIVE.sub(" , ", view))
    return _MEETING.sub("召开 , 会议", _EITHER_WAY.sub(r"\1", plain))


@lru_cache(maxsize=256)
def understand(question: str) -> Question:
    """The analysis of a question in any script."""
    view = fold(question[:LOOKED_AT])[:LOOKED_AT]
    language = language_of(view)
    content = _asked_about(view) if language == "zh" else view
    matter = without_places(content)
    if not terms(matter):
        matter = content
    wanted = tuple(dict.fromkeys(terms(matter)))
    focus_match = (_FOCUS if language == "zh" else _FOCUS_EN).search(view)
    return Question(
        text=view,
        language=language,
        kind=kind_of(view),
        focus=focus_match.group(1).lower() if focus_match else "",
        content=content,
        matter=matter,
        terms=wanted,
        whole=_whole(wanted, matter),
        numbers=tuple(_certain(view, _numbers)),
        places=tuple(_certain(view, places)),
        names=tuple(dict.fromkeys(next(g for g in m.groups() if g) for m in _NAME.finditer(view))),
        latin=tuple(dict.fromkeys(w.lower() for w in _LATIN.findall(view))) if language == "zh" else (),
    )


def _numbers(view: str) -> list[str]:
    return list(dict.fromkeys(_NUMBER.findall(view)))


def _certain(view: str, found: Callable[[str], list[str]]) -> list[str]:
    """What is found in a question, but for two things between which it asks to choose: no answer has both."""
    whole, choice = found(view), _CHOICE.search(view)
    if choice is None:
        return whole
    before, after = found(view[: choice.start()]), found(view[choice.end() :])
    return [one for one in whole if one not in {before[-1], after[0]}] if before and after else whole


_FUNCTION = frozenset(
    "的了是在着和与跟同及或要有那这哪个也都就还又再把被从到向往对给让使去来说讲想会能可不没吗呢吧啊呀么之其为于以"
    "嘅系啲咗嚟唔喺哋由并而且将则等上下中里后前时"
)


def _whole(wanted: tuple[str, ...], matter: str) -> tuple[bool, ...]:
    """Which terms are no mere junctions: 席上 of 主席上台 says nothing, and its absence less.

    Words are those of the encoder's vocabulary; two characters of which neither belongs to one may be a name.
    """
    pieces = [(a, b, matter[a:b]) for a, b in default_encoder().pieces(matter)[1]]
    within = {text[i : i + 2] for _, _, text in pieces for i in range(len(text) - 1)}
    for (_, end, one), (start, _, other) in pairwise(pieces):
        if end == start and len(one) == len(other) == 1 and not {one, other} & _FUNCTION:
            within.add(one + other)
    return tuple(len(t) != 2 or not is_cjk(t[0]) or not is_cjk(t[1]) or t in within for t in wanted)
