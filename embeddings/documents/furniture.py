"""Page furniture in running text: print buttons, editors, breadcrumbs, share bars, copyright lines.

Only whole lines that can be nothing else are recognised: a sentence that mentions 版权所有 or 分享到
stays. What a line tells (source, date, editor) goes into the metadata; the line itself is kept in
the text and set aside.
"""

import re
from dataclasses import dataclass, field

from embeddings.documents.dates import DATE, find_date, iso_date
from embeddings.types import SetAside

_LONGEST_LINE = 200
_NEAR = 12  # lines from either end of a text within which a single "来源：…" counts as a byline

# One character for one, so that offsets stay: traditional and full-width forms of what labels use.
_FOLD = str.maketrans(
    "來發佈時間編輯責審對瀏覽點擊閱讀號體關閉頁當導頂部連結鏈轉載碼眾評論記權備掃註冊複製聲錄稿訂閱簡網熱門薦專題後則個聞報",
    "来发布时间编辑责审对浏览点击阅读号体关闭页当导顶部连结链转载码众评论记权备扫注册复制声录稿订阅简网热门荐专题后则个闻报",
) | str.maketrans("：【】［］（）〔〕＞｜／　\xa0＜．", ":[][]()()>|/  <.")


@dataclass(slots=True)
class Furniture:
    """What was recognised: spans to set aside, and the metadata that they and the datelines gave."""

    set_aside: list[SetAside] = field(default_factory=list)
    metadata: dict[str, str] = field(default_factory=dict)


_SEPARATORS = r"[\s|/·•,、>»<«\-—]*"
_BUTTONS = {
    "print button": r"我要打印|打印(?:本[页文稿]|此[页文]|文章|页面|预览)?|列印(?:本[页文]|此[页文]|文章)?|友善列印|Print(?: this)?(?: page| article)?",
    "share": r"一键分享|分享(?:本[页文]|文章|到微信|到微博)?|转发(?:本文)?|点赞|评论(?:本文)?|收藏(?:本[页文])?|加入收藏|推荐给朋友"
    r"|复制(?:链接|连结)|Share(?: this)?(?: page| article)?|Tweet|Email(?: this)?",
    "navigation": r"关闭(?:本页|窗口|此页|页面)?|返回(?:顶部|首页|列表|上一?页|目录)?|回到?(?:顶部|首页)|设为首页|上一页|下一页|首页|尾页|末页"
    r"|登[录入]|注册|搜[索寻]|网站地图|无障碍(?:浏览|阅读)?|简体(?:中文|版)?|繁[体體](?:中文|版)?|English|Back to top|Skip to (?:main )?content",
    "furniture": r"纠错|举报|我要纠错|字[体号型]:?|[大中小]|[TA][+\-]|阅读全文|展开全文|点击(?:查看|阅读)(?:更多|原文|全文)|查看原文|阅读原文",
}
_BUTTON_KINDS = {kind: re.compile(rf"(?:{words})", re.IGNORECASE) for kind, words in _BUTTONS.items()}
_BUTTON = rf"(?:{'|'.join(_BUTTONS.values())})"
_BUTTON_ROW = re.compile(
    rf"{_SEPARATORS}(?:[\[(]{_SEPARATORS}{_BUTTON}(?:{_SEPARATORS}{_BUTTON}){{0,8}}{_SEPARATORS}[\])]|{_BUTTON})"
    rf"(?:{_SEPARATORS}(?:[\[(]{_SEPARATORS}{_BUTTON}(?:{_SEPARATORS}{_BUTTON}){{0,8}}{_SEPARATORS}[\])]|{_BUTTON})){{0,15}}{_SEPARATORS}",
    re.IGNORECASE,
)
_LONE_BUTTON = re.compile(
    r"我要打印|打印(?:本[页文稿]|文章|页面|此[页文])|友善列印|打印|列印|关闭(?:本页|窗口|页面)|返回(?:顶部|列表|首页)|回到顶部|加入收藏|设为首页"
    r"|Back to top|Skip to (?:main )?content|Print(?: this)? (?:page|article)",
    re.IGNORECASE,
)
_SERVICES = (
    r"微信好友|微信|朋友圈|新浪微博|腾讯微博|微博|QQ好友|QQ空间|QQ|空间|豆瓣|人人网|开心网|知乎|贴吧|百度贴吧|钉钉|抖音|更多|"
    r"Facebook|Twitter|WhatsApp|LINE|LinkedIn|Telegram|Reddit|Pinterest|WeChat|Weibo|Email|X"
)
_HOME = r"(?:网站首页|本站首页|首页|主页|Home|Homepage)"
_STEP = r"[^>»›\n]{1,60}?"

_LINES: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "share",
        re.compile(
            rf"(?:一键)?分享(?:到|至|给)?\s*[:.…]*\s*(?:(?:{_SERVICES})[\s|/、,]*){{1,15}}", re.IGNORECASE
        ),
    ),
    ("share", re.compile(r"(?:一键)?分享(?:到|至)\s*[:.…]+", re.IGNORECASE)),
    (
        "share",
        re.compile(
            rf"Share (?:this )?(?:on|via|to|with)?\s*:?\s*(?:(?:{_SERVICES})[\s|/,]*){{1,15}}", re.IGNORECASE
        ),
    ),
    (
        "share",
        re.compile(
            r"(?:打开|请?用|使用)?(?:手机)?(?:微信)?[,\s]*(?:点击底部的.{0,10})?(?:扫一扫|扫码|扫描二维码|长按二维码)[^。！？；]{0,30}"
        ),
    ),
    (
        "navigation",
        re.compile(
            rf"(?:您?(?:现在|当前)?的?(?:所在)?位置(?:是)?\s*[:>]\s*){_STEP}(?:\s*[>»›/\-]\s*{_STEP}){{0,9}}\s*[>»›]?"
        ),
    ),
    ("navigation", re.compile(rf"{_HOME}(?:\s*[>»›→]+\s*{_STEP}){{1,9}}\s*[>»›]?", re.IGNORECASE)),
    (
        "navigation",
        re.compile(
            r"[^\s>»›。，]{1,12}(?:网|首页|频道)(?:\s*[>»›]+\s*[^>»›。，\n]{1,20}){1,9}\s*[>»›]?"
        ),
    ),
    (
        "navigation",
        re.compile(rf"{_HOME}(?:\s*[|│┃丨·/]\s*[^|│┃丨·/。，\n]{{1,12}}){{2,20}}\s*[|│]?", re.IGNORECASE),
    ),
    ("navigation", re.compile(rf"{_HOME}(?:\s+[^\s。，:]{{1,8}}){{3,25}}", re.IGNORECASE)),
    ("navigation", re.compile(r"[<«]*\s*[上下]一[篇条则](?:[:>»\s].{0,80})?")),
    (
        "navigation",
        re.compile(r"(?:Previous|Next)(?: (?:article|post|page|story))?\s*:.{1,80}", re.IGNORECASE),
    ),
    (
        "copyright",
        re.compile(
            r"(?:[^。！？；]{0,40}\s)?(?:Copyright\s*)?(?:©|\(C\)|&copy;)[^。！？]{0,150}", re.IGNORECASE
        ),
    ),
    ("copyright", re.compile(r"Copyright\s*(?:\d{4}|by\b)[^。！？]{0,150}", re.IGNORECASE)),
    ("copyright", re.compile(r"[^。！？；，,]{0,40}版权所有(?![者人权的])[^。！？；，]{0,80}[。.]?")),
    ("copyright", re.compile(r"[^。！？]{0,80}All rights reserved\.?[^。！？]{0,40}", re.IGNORECASE)),
    ("copyright", re.compile(r"(?:版权|免责|郑重|特别)声明\s*:.{1,180}")),
    (
        "copyright",
        re.compile(
            r"未经[^。！？]{0,30}(?:授权|许可|允许|同意)[^。！？]{0,20}(?:不得|禁止|严禁|谢绝)[^。！？]{0,20}(?:转载|复制|使用|摘编)[^。！？]{0,20}[。！]?"
        ),
    ),
    (
        "copyright",
        re.compile(
            r"[^。！？]{0,80}(?:[\u4e00-\u9fff]ICP[备证]|公网安备|网安备)\s*\d+\s*号[^。！？]{0,100}",
            re.IGNORECASE,
        ),
    ),
    (
        "copyright",
        re.compile(
            r"(?:网站标识码|互联网新闻信息服务许可证|信息网络传播视听节目许可证|违法和不良信息举报电话)[^。！？]{0,100}"
        ),
    ),
)
_RELATED = re.compile(
    r"[\[(]?(?:相关|延伸|推荐|更多|热门|精彩|猜你喜欢|往期)(?:阅读|新闻|链接|连结|文章|推荐|报道|资讯|内容|专题|回顾)?[\])]?\s*:?"
    r"|(?:Related|Recommended|More|Popular) (?:articles|stories|posts|news|links|reading)\s*:?|Read more\s*:?|See also\s*:",
    re.IGNORECASE,
)
_RELATED_WORDS = re.compile(r"[\[(]?(?:相关|延伸|推荐|更多|热门|精彩|往期)[\])]?\s*:?")
_TRIGGER = re.compile(
    r"打印|列印|分享|转发|点赞|评论|收藏|推荐|关闭|返回|回到|首页|主页|设为|上一|下一|登录|登入|注册|搜索|搜寻|地图|无障碍|简体|繁|纠错|举报|字[体号型]|阅读|查看"
    r"|位置|扫|长按|>|»|›|©|\([cC]\)|[cC]opyright|COPYRIGHT|版权|声明|[rR]ights|未经|ICP|icp|安备|标识码|许可证|相关|延伸|热门|精彩|往期|猜你"
    r"|来源|稿源|来稿|出处|时间|日期|发布于|更新|编辑|责编|编审|审核|审校|校对|监制|作者|记者|浏览|点击|大|[12]\d{3}"
    r"|[pP]rint|[sS]hare|[tT]weet|[eE]mail|English|[bB]ack to|[sS]kip to|[hH]ome|HOME|[pP]revious|[nN]ext|[rR]elated|[rR]ecommended|[mM]ore"
    r"|[pP]opular|[sS]ee also|[sS]ource|[pP]ublished|[uU]pdated|[eE]ditor"
)

_LABELS = {
    "source": r"(?:信息|稿件|文章|新闻|内容|本文)?来源(?:于)?|稿源|来稿|出处|Source",
    "date": r"发布时间|发布日期|发表时间|发表日期|发表于|发稿时间|刊发时间|更新时间|更新日期|上传时间|上稿时间|发布于|建檔日期|Published(?: on)?|Updated(?: on)?|Last updated",
    "editor": r"(?:本文|网络|值班|本期)?责任编辑|责编|(?:本文|网络|值班|本期|新媒体)?编辑|Editors?",
    "author": r"作者|记者|撰稿|撰文|通讯员|摄影|Author|By",
    "": r"审核|校对|审校|编审|监制|主编|值班主任|初审|复审|终审|来源链接|(?:浏览|阅读|点击|访问)(?:次数|量|数|率)?|人气|字[体号型](?:大小)?|时间|日期|分类|栏目|标签|Tags?|Views?",
}
_LABEL = re.compile(
    "|".join(f"(?P<{key or 'other'}>(?:{words}))" for key, words in _LABELS.items()), re.IGNORECASE
)
_COLON = re.compile(r"\s*[:/]\s*")
_NAME = re.compile(r"[\u4e00-\u9fffA-Za-z·.、,&\s\-—]{1,40}")
_HAN_NAME = re.compile(r"[\u4e00-\u9fff·]{2,4}(?:[\s、,/]+[\u4e00-\u9fff·]{2,4}){0,4}")
_COUNT = re.compile(r"[\d,.\s次万人大中小AaTt+\-|默认]*")
_STOPS = re.compile(r"[。！？；，]")
_AGENCY = re.compile(
    r"\s*[(（]?(新华社|新华网|中新社|中新网|人民网|央视网|中央社|中国新闻网|光明网)[^。，,；]{0,20}?\d{1,2}月\d{1,2}日?[电電讯訊]"
)


def find(text: str, *, bylines: bool = True) -> Furniture:
    """Furniture among the lines of this text; `bylines=False` leaves 来源, 编辑 and date lines alone."""
    found = Furniture()
    lines = [(match.start(), match.end()) for match in _LINE.finditer(text)]
    related = False
    for number, (start, end) in enumerate(lines):
        if end - start > _LONGEST_LINE:
            related = False
            continue
        line = text[start:end].translate(_FOLD)
        begin = start + len(line) - len(line.lstrip())
        stripped = line.strip()
        if not stripped:
            continue
        if related and _is_item(text, lines, number, stripped):
            found.set_aside.append(SetAside(begin, begin + len(stripped), "navigation"))
            continue
        related = False
        if not _TRIGGER.search(stripped):
            continue
        near_end = number < _NEAR or number >= len(lines) - _NEAR
        kind = line_kind(stripped)
        if not kind and bylines:
            kind, fields = _byline(stripped, near_end)
            for key, (value_start, value_end) in fields.items():
                value = text[begin + value_start : begin + value_end]
                if key == "date":
                    value = iso_date(value)
                found.metadata.setdefault(key, value.strip())
        if kind:
            related = kind == "navigation" and _RELATED.fullmatch(stripped) is not None
            found.set_aside.append(SetAside(begin, begin + len(stripped), kind))
    if bylines:
        _datelines(text, lines, found)
    return found


_LINE = re.compile(r"[^\r\n]*[^\s][^\r\n]*")


def line_kind(line: str) -> str:
    """The kind of furniture that a whole line (folded, stripped) is; "" for anything else."""
    if (kind := _button_kind(line)) or (kind := _pattern_kind(line)):
        return kind
    if _RELATED.fullmatch(line) and not _RELATED_WORDS.fullmatch(line):
        return "navigation"
    return ""


def _button_kind(line: str) -> str:
    if len(line) > 120 or not _BUTTON_ROW.fullmatch(line):
        return ""
    words = _WORDS.findall(line)
    if line[0] not in "[(" and len(words) < 2 and not _LONE_BUTTON.fullmatch(line):
        return ""
    first = words[0] if words else line
    return next((kind for kind, pattern in _BUTTON_KINDS.items() if pattern.match(first)), "furniture")


_WORDS = re.compile(r"[^\s|/·•,、>»<«\-—\[\]()]+")


def _pattern_kind(line: str) -> str:
    return next((kind for kind, pattern in _LINES if pattern.fullmatch(line)), "")


def _is_item(text: str, lines: list[tuple[int, int]], number: int, line: str) -> bool:
    """Whether a line under 相关阅读 is one of its links: a short title, no sentence, no gap before it."""
    above = text[lines[number - 1][1] : lines[number][0]]
    after_heading = _RELATED.fullmatch(text[slice(*lines[number - 1])].translate(_FOLD).strip())
    gap = above.count("\n") > 1 and not after_heading
    return not gap and len(line) <= 60 and not _STOPS.search(line)


def _byline(line: str, near_end: bool) -> tuple[str, dict[str, tuple[int, int]]]:
    """Kind and fields (as slices of the line) of a line that consists of 来源/时间/编辑 fields only."""
    bracketed = len(line) > 2 and line[0] in "[(" and line[-1] in "])"
    inner_start, inner_end = (1, len(line) - 1) if bracketed else (0, len(line))
    marks = _labels(line, inner_start, inner_end, bracketed)
    fields: dict[str, tuple[int, int]] = {}
    prefix_end = marks[0][1] if marks else inner_end
    prefix = line[inner_start:prefix_end].strip(" |-")
    if prefix:
        date = DATE.match(prefix)
        if not date or not _only_buttons(prefix[date.end() :]):
            return "", {}
        offset = line.index(prefix)
        fields["date"] = (offset, offset + date.end())
    for position, (key, _, value_start) in enumerate(marks):
        value_end = marks[position + 1][1] if position + 1 < len(marks) else inner_end
        span = _value(key, line, value_start, value_end)
        if span is None:
            return "", {}
        if key and span[0] < span[1]:
            fields.setdefault(key, span)
    strong = [key for key, _, _ in marks if key in ("source", "date", "editor")]
    several = len(marks) + bool(prefix) > 1
    if not strong or not (bracketed or several or near_end):
        return "", (
            {"author": fields["author"]} if near_end and len(marks) == 1 and "author" in fields else {}
        )
    return ("editor" if "editor" in strong else strong[0]), fields


def _labels(line: str, start: int, end: int, bracketed: bool) -> list[tuple[str, int, int]]:
    """Labels with a colon (or in brackets a space) behind them: key, where it begins, where its value does."""
    marks = []
    at = start
    while match := _LABEL.search(line, at, end):
        colon = _COLON.match(line, match.end(), end)
        begins = match.start() == start or not line[match.start() - 1].isalnum()
        key = match.lastgroup or ""
        key = "" if key == "other" else key
        if colon and (begins or key in ("source", "date")):
            marks.append((key, match.start(), colon.end()))
            at = colon.end()
        elif (
            bracketed
            and key == "editor"
            and match.start() == start
            and line[match.end() : match.end() + 1] == " "
        ):
            marks.append((key, match.start(), match.end()))
            at = match.end()
        else:
            at = match.end()
    return marks


def _only_buttons(text: str) -> bool:
    text = text.strip(" |")
    return not text or len(text) <= 60 and _BUTTON_ROW.fullmatch(text) is not None


def _value(key: str, line: str, start: int, end: int) -> tuple[int, int] | None:
    """The slice of a field's value, or None where it is not one: then the line is not a byline."""
    raw = line[start:end]
    text = raw.strip(" |,、-")
    start += raw.index(text) if text else 0
    if key == "date":
        date = DATE.match(text)
        return (start, start + date.end()) if date and _only_buttons(text[date.end() :]) else None
    if key == "":
        usable = DATE.match(text) or _COUNT.fullmatch(text) or len(text) <= 20 and not _STOPS.search(text)
        return (start, start + len(text)) if usable else None
    if key == "source":
        words = text.split(" ")
        while len(words) > 1 and _only_buttons(words[-1]):
            words.pop()
        text = " ".join(words).rstrip()
        date = find_date(text)
        if date and date.start() > 0 and date.end() >= len(text):
            text = text[: date.start()].rstrip()
        return (
            (start, start + len(text))
            if len(text) <= 25 and not _STOPS.search(text) and "," not in text
            else None
        )
    pattern = _HAN_NAME if key == "editor" and not text.isascii() else _NAME
    return (start, start + len(text)) if not text or pattern.fullmatch(text) else None


def _datelines(text: str, lines: list[tuple[int, int]], found: Furniture) -> None:
    """A publication date alone on a line near the top, and the agency of 新华社…电; both stay in the text."""
    for start, end in lines[:8]:
        line = text[start : min(end, start + _LONGEST_LINE)].strip()
        if "date" not in found.metadata and len(line) <= 40:
            date = DATE.match(line)
            if date and (date.end() == len(line) or ":" in date.group()):
                found.metadata["date"] = iso_date(date.group())
        if "source" not in found.metadata and (agency := _AGENCY.match(line)):
            found.metadata["source"] = agency.group(1)
