"""Lines that are page furniture by their words alone: buttons, share bars, breadcrumbs, copyright.

Lines come folded by `FOLD` and stripped, at most a few hundred characters long. Lists of buttons are
read token by token: one expression for a whole row would try every way to cut it up.
"""

import re

# One character for one, so that offsets stay: traditional and full-width forms of what labels use.
FOLD = str.maketrans(
    "來發佈時間編輯責審對瀏覽點擊閱讀號體關閉頁當導頂部連結鏈轉"
    "載碼眾評論記權備掃註冊複製聲錄稿訂閱簡網熱門薦專題後則個聞報",
    "来发布时间编辑责审对浏览点击阅读号体关闭页当导顶部连结链转"
    "载码众评论记权备扫注册复制声录稿订阅简网热门荐专题后则个闻报",
) | str.maketrans("：【】［］（）〔〕＞｜／　\xa0＜．", ":[][]()()>|/  <.")

_BUTTONS = {
    "print button": "我要打印|打印本页|打印本文|打印本稿|打印此页|打印此文|打印文章|打印页面|打印预览|打印"
    "|列印本页|列印本文|列印此页|列印文章|列印|友善列印|Print this page|Print page|Print article|Print",
    "share": "一键分享|分享到微信|分享到微博|分享本页|分享本文|分享文章|分享|转发本文|转发|点赞|评论本文|评论"
    "|收藏本页|收藏本文|收藏|加入收藏|推荐给朋友|复制链接|复制连结"
    "|Share this page|Share this|Share|Tweet|Email this|Email",
    "navigation": "关闭本页|关闭窗口|关闭此页|关闭页面|关闭"
    "|返回顶部|返回首页|返回列表|返回上一页|返回上页|返回目录|返回"
    "|回到顶部|回到首页|回顶部|回首页|设为首页|上一页|下一页|首页|尾页|末页|登录|登入|注册|搜索|搜寻|网站地图"
    "|无障碍浏览|无障碍阅读|无障碍|简体中文|简体版|简体|繁体中文|繁体版|繁体|English|Back to top"
    "|Skip to main content|Skip to content",
    "furniture": r"我要纠错|纠错|举报|字体:?|字号:?|字型:?|大|中|小|T\+|T-|A\+|A-|阅读全文|展开全文"
    "|点击查看更多|点击查看原文|点击查看全文|点击阅读原文|点击阅读全文|查看原文|阅读原文",
}
_BUTTON = re.compile(
    "|".join(f"(?P<k{number}>{words})" for number, words in enumerate(_BUTTONS.values())), re.IGNORECASE
)
_BUTTON_KINDS = list(_BUTTONS)
_BETWEEN = re.compile(r"[\s|/·•,、><«»\-—\[\]()]*")
_CLEAR_ALONE = re.compile(
    "我要打印|打印(?:本[页文稿]|文章|页面|此[页文])|友善列印|打印|列印|关闭(?:本页|窗口|页面)"
    "|返回(?:顶部|列表|首页)|回到顶部|加入收藏|设为首页"
    "|Back to top|Skip to (?:main )?content|Print this page",
    re.IGNORECASE,
)
_SERVICE = re.compile(
    "微信好友|微信|朋友圈|新浪微博|腾讯微博|微博|QQ好友|QQ空间|QQ|空间|豆瓣|人人网|开心网|知乎|百度贴吧|贴吧"
    "|钉钉|抖音|更多"
    "|Facebook|Twitter|WhatsApp|LINE|LinkedIn|Telegram|Reddit|Pinterest|WeChat|Weibo|Email|X",
    re.IGNORECASE,
)
_SHARE_TO = re.compile(r"(?:一键)?分享(?:到|至|给)?\s*[:.…]*\s*|Share (?:this )?(?:on|via|to|with)?\s*:?\s*", re.I)
_SHARE_DOTS = re.compile(r"(?:一键)?分享(?:到|至)\s*[:.…]+")

_POSITION = re.compile(r"您?(?:现在|当前)?的?(?:所在)?位置(?:是)?\s*[:>]\s*")
_HOME = re.compile(r"(?:网站首页|本站首页|首页|主页|Home|Homepage)", re.IGNORECASE)
_STEPS = re.compile(r"\s*[>»›→]+\s*")
_MENU = re.compile(r"\s*[|│┃丨·]\s*")
_SITE_STEP = re.compile(r"[^\s。，]{1,12}(?:网|首页|频道)")
_NEIGHBOUR = re.compile(
    r"[<«]*\s*[上下]一[篇条则](?:[:>»\s].{0,80})?"
    r"|(?:Previous|Next)(?: (?:article|post|page|story))?\s*:.{1,80}"
)

_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (
        (
            "share",
            r"(?:打开|请?用|使用)?(?:手机)?(?:微信)?[,\s]*(?:点击底部的.{0,10})?"
            r"(?:扫一扫|扫码|扫描二维码|长按二维码)[^。！？；]{0,30}",
        ),
        ("copyright", r"(?:[^。！？；]{0,40}\s)?(?:Copyright\s*)?(?:©|\(C\)|&copy;)[^。！？]{0,150}"),
        ("copyright", r"Copyright\s*(?:\d{4}|by\b)[^。！？]{0,150}"),
        ("copyright", r"[^。！？；，,]{0,40}版权所有(?![者人权的])[^。！？；，]{0,80}[。.]?"),
        ("copyright", r"[^。！？]{0,80}All rights reserved\.?[^。！？]{0,40}"),
        ("copyright", r"(?:版权|免责|郑重|特别)声明\s*:.{1,180}"),
        (
            "copyright",
            r"未经[^。！？]{0,30}(?:授权|许可|允许|同意)[^。！？]{0,20}(?:不得|禁止|严禁|谢绝)"
            r"[^。！？]{0,20}(?:转载|复制|使用|摘编)[^。！？]{0,20}[。！]?",
        ),
        (
            "copyright",
            r"[^。！？]{0,80}(?:[\u4e00-\u9fff]ICP[备证]|公网安备|网安备)\s*\d+\s*号[^。！？]{0,100}",
        ),
        (
            "copyright",
            r"(?:网站标识码|互联网新闻信息服务许可证|信息网络传播视听节目许可证|违法和不良信息举报电话)"
            r"[^。！？]{0,100}",
        ),
    )
)
_RELATED = re.compile(
    r"[\[(]?(?:猜你喜欢|(?:相关|延伸|推荐|更多|热门|精彩|往期)"
    r"(?:阅读|新闻|链接|连结|文章|推荐|报道|资讯|内容|专题|回顾))[\])]?\s*:?"
    r"|(?:Related|Recommended|More|Popular) (?:articles|stories|posts|news|links|reading)\s*:?"
    r"|Read more\s*:?|See also\s*:",
    re.IGNORECASE,
)
TRIGGER = re.compile(
    r"打印|列印|分享|转发|点赞|评论|收藏|推荐|关闭|返回|回到|首页|主页|设为|上一|下一|登录|登入|注册|搜索|搜寻"
    r"|地图|无障碍|简体|繁|纠错|举报|字[体号型]|阅读|查看|位置|扫|长按|[>»›©大]|\([cC]\)|版权|声明|未经|安备|标识码"
    r"|许可证|相关|延伸|热门|精彩|往期|猜你|来源|稿源|来稿|出处|时间|日期|发布于|发表于|更新|编辑|责编|编审|审核|审校"
    r"|校对|监制|作者|记者|浏览|点击|[12]\d{3}|[A-Za-z]{3}"
)
"""What every recognised line holds at least one of: most lines of a text need no closer look."""


def line_kind(line: str) -> str:
    """The kind of furniture that a whole line is; "" for anything else."""
    if kind := button_row(line) or _navigation(line) or _share(line):
        return kind
    return next((kind for kind, pattern in _PATTERNS if pattern.fullmatch(line)), "")


def is_related_heading(line: str) -> bool:
    """Whether a line is 相关阅读 or the like: links follow."""
    return len(line) <= 30 and _RELATED.fullmatch(line) is not None


def button_row(line: str, *, loose: bool = False) -> str:
    """The kind of the first of a row of buttons, "" where anything else stands in the line.

    One button without brackets is taken only if it can hardly be a word of the text, or if `loose`.
    """
    kinds: list[str] = []
    at = _BETWEEN.match(line).end()  # type: ignore[union-attr]  # it matches the empty string
    while at < len(line):
        button = _BUTTON.match(line, at)
        if not button or len(kinds) == 30:
            return ""
        kinds.append(_BUTTON_KINDS[int((button.lastgroup or "k0")[1:])])
        at = _BETWEEN.match(line, button.end()).end()  # type: ignore[union-attr]
    if not kinds:
        return ""
    clear = loose or len(kinds) > 1 or line[0] in "[(" or _CLEAR_ALONE.fullmatch(line)
    return kinds[0] if clear else ""


def _share(line: str) -> str:
    if _SHARE_DOTS.fullmatch(line):
        return "share"
    begin = _SHARE_TO.match(line)
    if not begin or len(line) > 120:
        return ""
    at = begin.end()
    services = 0
    while service := _SERVICE.match(line, at):
        services += 1
        at = _BETWEEN.match(line, service.end()).end()  # type: ignore[union-attr]
    return "share" if services and at == len(line) else ""


def _navigation(line: str) -> str:
    if _NEIGHBOUR.fullmatch(line) or is_related_heading(line) or _is_breadcrumb(line) or _is_menu(line):
        return "navigation"
    return ""


def _is_breadcrumb(line: str) -> bool:
    position = _POSITION.match(line)
    steps = _STEPS.split(line[position.end() :] if position else line)
    if steps[-1] == "":
        steps.pop()
    if not steps or len(steps) > 10 or not all(0 < len(step) <= 60 for step in steps):
        return False
    if position:
        return len(steps) > 1 or _HOME.match(steps[0]) is not None
    known = _HOME.fullmatch(steps[0]) or _SITE_STEP.fullmatch(steps[0])
    return len(steps) > 1 and known is not None and not any("。" in step for step in steps)


def _is_menu(line: str) -> bool:
    """首页 | 新闻 | 视频, or the same with spaces; the first word must be the home page."""
    if not _HOME.match(line):
        return False
    items = [item for item in _MENU.split(line) if item]
    if len(items) >= 3:
        return all(len(item) <= 12 and "。" not in item for item in items)
    words = line.split()
    return len(words) >= 4 and all(len(word) <= 8 and not set(word) & set("。，:,") for word in words)
