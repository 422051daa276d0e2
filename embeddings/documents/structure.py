"""Title and numbered headings of a text that has no markup, told by the shape of its lines."""

import re
from collections.abc import Sequence

from embeddings.types import Heading, SetAside

_LINE = re.compile(r"[^\r\n]*\S[^\r\n]*")
_GLOSS = re.compile(r"[(（][a-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜüńňǹḿ]{1,7}[)）]")
_END = re.compile(r"[。！？；，、：!?;,:][”’」』\"')）]*$|(?<!\b[A-Z])(?<!etc)\.$")
_INSIDE = re.compile(r"[。！？；]")
_NUMERAL = r"[〇零一二三四五六七八九十百千两\d]{1,7}"
_REST = r"[\s：:　].*"  # what follows a number and is clearly set off from it
_LEVELS: tuple[tuple[int, re.Pattern[str]], ...] = (
    (1, re.compile(rf"第{_NUMERAL}(?:[编編篇卷]|部[分份])(?:{_REST})?|(?:Part|PART) (?:[IVX]+|\d+)\b.*")),
    (2, re.compile(rf"第{_NUMERAL}[章讲講回](?:{_REST}|.{{0,20}})|(?:Chapter|CHAPTER) (?:[IVX]+|\d+)\b.*")),
    (2, re.compile(r"[附总總]\s?[则則]")),
    (3, re.compile(rf"第{_NUMERAL}[节節](?:{_REST}|.{{0,20}})|(?:Section|SECTION) \d+\b.*")),
    (4, re.compile(r"[一二三四五六七八九十]{1,3}、.+")),
    (5, re.compile(r"[(（][一二三四五六七八九十]{1,3}[)）].+")),
    (5, re.compile(r"\d{1,2}(?:\.\d{1,2}){1,3}[\s　]+[^\d\s].*")),
)
_FIRST = re.compile(r"[第一二三四五六七八九十(（附总總\dPCS]")
_LONGEST_HEADING = 40
_LONGEST_TITLE = 60
_BODY = 60  # visible characters from which a line is surely running text


def visible(line: str) -> str:
    """The line as a reader counts it: without pinyin glosses and outer white space."""
    return _GLOSS.sub("", line).strip()


def numbered_headings(text: str) -> list[Heading]:
    """Lines of their own such as 第一章 总则 or 一、总体要求: short, and no sentences."""
    headings = []
    for match in _LINE.finditer(text):
        if match.end() - match.start() > 4 * _LONGEST_HEADING:
            continue
        line = match.group()
        stripped = line.strip(" \t\u3000\xa0")
        if not _FIRST.match(stripped):
            continue
        seen = visible(stripped)
        if len(seen) > _LONGEST_HEADING or _END.search(seen) or _INSIDE.search(seen):
            continue
        level = next((level for level, pattern in _LEVELS if pattern.fullmatch(seen)), 0)
        if level:
            start = match.start() + line.index(stripped)
            headings.append(Heading(start, start + len(stripped), level))
    return headings


def title(text: str, set_aside: Sequence[SetAside] = ()) -> str:
    """The first line where it is no sentence but stands above some; a second line continues it
    where it follows at once, is about as long and running text comes next. "" where there is none.
    """
    lines = _opening(text, set_aside)
    if len(lines) < 2 or not _is_title_line(lines[0][1]):
        return ""
    (_, end), first = lines[0]
    (start, _), second = lines[1]
    adjacent = len(text[end:start].strip(" \t").replace("\r\n", "\n")) == 1
    seen_first, seen_second = visible(first), visible(second)
    alike = 0.5 <= len(seen_second) / len(seen_first) <= 2
    continues = adjacent and alike and len(seen_second) >= 8 and _is_title_line(second) and "," not in second
    below = (visible(line) for _, line in lines[2:])
    if continues and any(len(line) > _BODY or _END.search(line) for line in below):
        return f"{first} {second}"
    return first


def _opening(text: str, set_aside: Sequence[SetAside]) -> list[tuple[tuple[int, int], str]]:
    """The first few lines that are no furniture, with their spans."""
    aside = {span.start for span in set_aside[:40]}
    lines: list[tuple[tuple[int, int], str]] = []
    for match in _LINE.finditer(text):
        line = match.group()[:1000]
        stripped = line.strip()
        start = match.start() + line.index(stripped)
        if start not in aside:
            lines.append(((match.start(), match.end()), stripped))
        if len(lines) == 6:
            break
    return lines


def _is_title_line(line: str) -> bool:
    seen = visible(line)
    longest = _LONGEST_TITLE * (2 if seen.isascii() else 1)
    is_sentence = _INSIDE.search(seen) or (_END.search(seen) and seen[-1] not in "!?！？")
    return 2 <= len(seen) <= longest and not is_sentence
