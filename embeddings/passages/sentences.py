"""Where sentences end, in Chinese and English, on the text of a search view.

A sentence that is too long to quote is cut at its clauses. Lengths are UTF-8 bytes, a cheap measure under
which a Chinese character weighs three English letters: 360 are 120 Chinese characters or 60 English words.
"""

import re

from embeddings.passages.clauses import clauses

Span = tuple[int, int]

_HAN = "\u3400-\u9fff\U00020000-\U000323af"
_CLOSERS = "[”’」』》〉)\\]】〕\"']*"
# A short quotation or bracket is part of the sentence around it, whatever it contains.
_PAIRS = "|".join(
    f"{re.escape(opening)}[^{re.escape(opening + closing)}\n]{{1,60}}{re.escape(closing)}"
    for opening, closing in ("“”", "「」", "『』", "《》", "()", "[]", "【】", "〔〕", '""')
)
_TOKEN = re.compile(
    # The lookahead spares the alternatives nearly everywhere.
    f'(?=[“「『《(\\[【〔"。!?.\n])(?:(?P<pair>{_PAIRS})|(?P<stop>[。!?][。!?.]*{_CLOSERS})'
    f"|(?P<dot>\\.+{_CLOSERS}(?=\\s|$|[{_HAN}“「『《(]))|(?P<line>\n))"
)
# After a closing quotation mark these carry the sentence on.
_GOES_ON = re.compile(
    f"[,、;:)等之和与及地]|的(?!确)|[{_HAN}]{{0,5}}(?:说|道|问|喊|表示|回答)[,:。]|\\s?[a-z,;]"
)
_ABBREVIATION = re.compile(
    r"(?:^|[\s(“\"'])(?:(?:[A-Za-z]\.)+[A-Za-z]|[A-Z]|Mr|Mrs|Ms|Dr|Prof|Rev|Gen|Col|Capt|Lt|Sgt|Sen|Rep|Gov|Hon|St|Sr|Jr"
    r"|vs?|cf|al|[Nn]os?|[Ff]igs?|[Ee]qs?|[Vv]ols?|[Cc]h|[Ss]ec|pp?|[Aa]rt|ed|eds|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct"
    r"|Nov|Dec|Mt|Ft|Ave|approx|ca|e\.g|i\.e|viz|Inc|Ltd|Co|Corp|Bros|Dept|Univ|[Ee]st)$"
)
# These end a sentence after all when a word that opens sentences follows.
_OPENER = re.compile(
    r"\s(?:The|This|That|These|Those|It|He|She|They|We|I|You|In|On|At|But|However|And|When|If|As)\s"
)
_NUMBER_OF_AN_ITEM = re.compile(r"(?:^|\n)\s*\(?[\dA-Za-z]{1,3}$")
_ITEM = re.compile(
    r"[•●○▪■◆◇※►·|#>]|[-*+–—]\s|\(?(?:\d{1,3}|[A-Za-z]|[ivx]{1,4})[.)、]|\(?[一二三四五六七八九十百]{1,3}[、.)是要]"
    r"|第[一二三四五六七八九十百\d]{1,4}[章节条款部编]"
)
_FRAGMENT = 3  # characters of punctuation that belong to the sentence before them
_QUOTABLE = 60  # characters that are never too long, whatever their script
_WRAPPED_HAN, _WRAPPED_WORDS = 20, 40  # characters below which a line is short for a reason


def sentences(view_text: str) -> list[Span]:
    """Spans of the sentences of a view, in order, covering all that is not white space."""
    found: list[Span] = []
    widths: list[int] = []
    start = line = 0
    for token in _TOKEN.finditer(view_text):
        kind, at, end = token.lastgroup, token.start(), token.end()
        if kind == "line":
            widths = widths or [len(text) for text in view_text.split("\n")]
            line += 1
            ends = not _is_wrapped(view_text, at, widths, line)
        elif kind == "dot":
            ends = _dot_ends(view_text, start, at, end)
        else:
            ends = _stop_ends(view_text, at, end, kind == "pair")
        if ends:
            _append(found, view_text, start, end)
            start = end
    _append(found, view_text, start, len(view_text))
    return found


def _append(found: list[Span], text: str, start: int, end: int) -> None:
    sentence = text[start:end]
    stripped = sentence.strip()
    if not stripped:
        return
    is_fragment = len(stripped) <= _FRAGMENT and not any(map(str.isalnum, stripped))
    if found and is_fragment and start - found[-1][0] <= 2 * _QUOTABLE:
        # A stray closing mark or full stop says nothing alone.
        found[-1] = found[-1][0], start + len(sentence.rstrip())
        return
    start += sentence.index(stripped[0])
    end = start + len(stripped)
    if end - start <= _QUOTABLE:
        found.append((start, end))
    else:
        found.extend(clauses(text, start, end))


def _stop_ends(text: str, at: int, end: int, is_pair: bool) -> bool:
    """Whether 。! or ? ends the sentence, alone or before closing marks or within a short pair."""
    if is_pair and (text[end - 1] not in '”」』"' or text[end - 2] not in "。!?."):
        return False
    if text[end - 1] in "。!?.":
        follower = text[end : end + 2]
        # http://host/?q=1, Yahoo! and
        return text[end - 1] == "。" or not (
            follower[:1].isascii()
            and follower[:1].isalnum()
            and text[at - 1 : at].isascii()
            or (follower[:1] == " " and follower[1:].isascii() and follower[1:].islower())
        )
    return not _GOES_ON.match(text, end)


def _dot_ends(text: str, start: int, at: int, end: int) -> bool:
    """Whether full stops of Western shape end the sentence that began at `start`."""
    follower = text[end : end + 2].lstrip()
    if text.startswith("...", at):
        return not follower or text[end] == "\n" or text[end - 1] != "." or follower[0].isupper()
    if at and "\u3400" <= text[at - 1] <= "\u9fff":
        return True
    if not follower:
        return True
    if not text[end].isspace() or follower[0].islower():
        return False
    before = text[max(start, at - 12) : at]
    if _ABBREVIATION.search(before):
        return len(before) > 1 and _OPENER.match(text, end) is not None
    return not _NUMBER_OF_AN_ITEM.search(text[max(0, start - 1, at - 6) : at])


def _is_wrapped(text: str, at: int, widths: list[int], line: int) -> bool:
    """Whether the line feed at `at`, before line number `line`, only wraps a sentence."""
    last, following = text[at - 1 : at], text[at + 1 : at + 2]
    if not last or not following or last in "。!?;:|" or _ITEM.match(text, at + 1):
        return False
    width = widths[line - 1]
    if following.isascii() and following.islower():
        return width >= _WRAPPED_WORDS or last in ",-"
    # A heading is no longer than its neighbours by chance; wrapped lines all have about one width.
    tolerance, least = (2, _WRAPPED_HAN) if last > "\u2e80" or last in "、," else (15, _WRAPPED_WORDS)
    near = widths[max(0, line - 3) : line + 2]
    return width >= least and sum(abs(width - other) <= tolerance for other in near) >= 3
