"""Page furniture in running text, recognised into metadata or set aside.

Only whole lines that can be nothing else are taken: a sentence that mentions 版权所有 or 分享到 stays.
What a line tells (source, date, editor) goes into the metadata; the line is kept in the text.
"""

import re
from dataclasses import dataclass, field

from embeddings.documents.bylines import byline
from embeddings.documents.dates import DATE, iso_date
from embeddings.documents.furniture_lines import FOLD, TRIGGER, is_related_heading, line_kind
from embeddings.types import SetAside

_LONGEST_LINE = 200
_NEAR = 12  # lines from either end of a text within which a single "来源：…" counts as a byline
_LINE = re.compile(r"[^\r\n]+")
_SENTENCE = re.compile(r"[。！？；，]|[.!?](?:\s|$)")
_AGENCY = re.compile(
    r"\s*[(（]?(新华社|新华网|中新社|中新网|人民网|央视网|中央社|中国新闻网|光明网)[^。，,；]{0,20}?"
    r"\d{1,2}月\d{1,2}日?[电電讯訊]"
)


@dataclass(slots=True)
class Furniture:
    """Spans to set aside, in order, and the metadata that they and the datelines gave."""

    set_aside: list[SetAside] = field(default_factory=list)
    metadata: dict[str, str] = field(default_factory=dict)


def find(text: str) -> Furniture:
    """The furniture among the lines of this text."""
    found = Furniture()
    lines = [span for match in _LINE.finditer(text) if not text[slice(*(span := match.span()))].isspace()]
    under_related = 0  # where the last line of a list under 相关阅读 ended, 0 outside of one
    listed = False  # whether that line was a link already: an empty line may follow the heading only
    for number, (start, end) in enumerate(lines):
        if end - start > _LONGEST_LINE:
            under_related = 0
            continue
        folded = text[start:end].translate(FOLD)
        line = folded.strip()
        begin = start + folded.index(line)
        kind = ""
        if under_related and _is_link(line, text[under_related:start], listed):
            kind, under_related, listed = "navigation", end, True
        elif TRIGGER.search(line):
            kind = line_kind(line)
            under_related, listed = (end if kind and is_related_heading(line) else 0), False
            if not kind:
                near_end = number < _NEAR or number >= len(lines) - _NEAR
                kind = _byline(text, begin, line, near_end, found.metadata)
        else:
            under_related = 0
        if kind:
            found.set_aside.append(SetAside(begin, begin + len(line), kind))
    _datelines([text[start : min(end, start + _LONGEST_LINE)] for start, end in lines[:8]], found.metadata)
    return found


def _is_link(line: str, above: str, listed: bool) -> bool:
    """Whether a line in a list of links is one: a title, no sentence, and no gap within the list."""
    return above.count("\n") < (2 if listed else 3) and len(line) <= 60 and not _SENTENCE.search(line)


def _byline(text: str, begin: int, line: str, near_end: bool, metadata: dict[str, str]) -> str:
    kind, fields = byline(line, near_end)
    for key, (start, end) in fields.items():
        value = text[begin + start : begin + end].strip()
        if key == "date":
            value = iso_date(value)
        if value:
            metadata.setdefault(key, value)
    return kind


def _datelines(lines: list[str], metadata: dict[str, str]) -> None:
    """A publication date alone near the top, and the agency of 新华社…电; both lines stay as they are."""
    for line in map(str.strip, lines):
        date = DATE.match(line)
        dated = date is not None and len(line) <= 40 and (date.end() == len(line) or ":" in date.group())
        if dated and (day := iso_date(line)):
            metadata.setdefault("date", day)
        if agency := _AGENCY.match(line):
            metadata.setdefault("source", agency.group(1))
