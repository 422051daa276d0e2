"""Lines that say where an article comes from: 来源：… 发布时间：… 责任编辑：…, alone or together."""

import re

from embeddings.documents.dates import DATE
from embeddings.documents.furniture_lines import button_row

Fields = dict[str, tuple[int, int]]
"""Key of the metadata to the slice of the line that holds its value."""

_LABELS = {
    "source": r"(?:信息|稿件|文章|新闻|内容|本文)?来源(?:于)?|稿源|来稿|出处|Source",
    "date": r"(?:发布|发表|更新)(?:时间|日期)|(?:发稿|刊发|上传|上稿)时间|发表于|发布于"
    r"|Published(?: on)?|Updated(?: on)?|Last updated",
    "editor": r"(?:本文|网络|值班|本期)?责任编辑|责编|(?:本文|网络|值班|本期|新媒体)?编辑|Editors?",
    "author": r"作者|记者|撰稿|撰文|通讯员|摄影|Author|By",
    "other": r"审核|校对|审校|编审|监制|主编|值班主任|初审|复审|终审|来源链接"
    r"|(?:浏览|阅读|点击|访问)(?:次数|量|数|率)?|人气|字[体号型](?:大小)?|时间|日期|分类|栏目|标签|Tags?|Views?",
}
_LABEL = re.compile("|".join(f"(?P<{key}>(?:{words}))" for key, words in _LABELS.items()), re.IGNORECASE)
_COLON = re.compile(r"\s*[:/]\s*")
_NAME = re.compile(r"[\u4e00-\u9fffA-Za-z·.、,&\s\-—]{1,40}")
_HAN_NAME = re.compile(r"[\u4e00-\u9fff·]{2,4}(?:[\s、,/]+[\u4e00-\u9fff·]{2,4}){0,4}")
_COUNT = re.compile(r"[\d,.\s次万人大中小AaTt+\-|默认]*")
_STOPS = re.compile(r"[。！？；，]")
_LONGEST_SOURCE = 25
_STRONG = ("source", "date", "editor")


def byline(line: str, near_end: bool) -> tuple[str, Fields]:
    """Kind and fields of a line (folded, stripped) that consists of such fields only; "" and what
    may be noted all the same where the line is to stay. A single field without brackets counts
    only near either end of the text.
    """
    bracketed = len(line) > 2 and line[0] in "[(" and line[-1] in "])"
    begin, end = (1, len(line) - 1) if bracketed else (0, len(line))
    first = end - len(line[begin:end].lstrip(" |-"))
    if not _LABEL.match(line, first, end) and not DATE.match(line, first, end):
        return "", {}  # most lines of a text: looking for labels all over them would take longest of all
    labels = _labels(line, begin, end, bracketed)
    fields: Fields = {}
    prefix = line[begin : labels[0][1] if labels else end].strip(" |-")
    if prefix:
        date = DATE.match(prefix)
        if not date or not _only_buttons(prefix[date.end() :]):
            return "", {}
        offset = line.index(prefix)
        fields["date"] = (offset, offset + date.end())
    for (key, _, value_start), value_end in zip(labels, [*(label[1] for label in labels[1:]), end], strict=False):
        value = _value(key, line, value_start, value_end)
        if value is None:
            return "", {}
        if key != "other" and value[0] < value[1]:
            fields.setdefault(key, value)
    strong = [key for key, _, _ in labels if key in _STRONG]
    if not strong or not (bracketed or near_end or len(labels) + bool(prefix) > 1):
        alone = near_end and len(labels) == 1 and not prefix
        return "", {key: span for key, span in fields.items() if alone and key == "author"}
    return ("editor" if "editor" in strong else strong[0]), fields


def _labels(line: str, start: int, end: int, bracketed: bool) -> list[tuple[str, int, int]]:
    """Labels before a colon (or, in brackets, a space): key, where each begins, where its value does."""
    found = []
    at = start
    while match := _LABEL.search(line, at, end):
        key = match.lastgroup or "other"
        colon = _COLON.match(line, match.end(), end)
        begins = match.start() == start or not line[match.start() - 1].isalnum()
        at = match.end()
        if colon and (begins or key in ("source", "date")):
            at = colon.end()
            found.append((key, match.start(), at))
        elif bracketed and key == "editor" and match.start() == start and line[at] == " ":
            found.append((key, match.start(), at))
    return found


def _value(key: str, line: str, start: int, end: int) -> tuple[int, int] | None:
    """The slice of a field's value, or None where it is not one: then the line is no byline."""
    raw = line[start:end]
    text = raw.strip(" |,、-")
    start += raw.index(text)
    if key == "date":
        date = DATE.match(text)
        return (start, start + date.end()) if date and _only_buttons(text[date.end() :]) else None
    if key == "source":
        text = _source(text)
        usable = len(text) <= _LONGEST_SOURCE and not _STOPS.search(text) and "," not in text
    elif key == "other":
        plain = DATE.fullmatch(text) or _COUNT.fullmatch(text)
        usable = plain is not None or len(text) <= 20 and not _STOPS.search(text)
    else:
        names = _NAME if key == "author" or text.isascii() else _HAN_NAME
        usable = not text or names.fullmatch(text) is not None
    return (start, start + len(text)) if usable else None


def _source(text: str) -> str:
    """The name of the source without a date or buttons that follow it."""
    words = text.split(" ")
    while len(words) > 1 and _only_buttons(words[-1]):
        words.pop()
    text = " ".join(words).rstrip()
    date = DATE.search(text)
    return text[: date.start()].rstrip() if date and date.start() and date.end() == len(text) else text


def _only_buttons(text: str) -> bool:
    text = text.strip(" |")
    return not text or button_row(text, loose=True) != ""
