"""那广州呢: the last question with one part exchanged for another of its kind."""

import re
from collections.abc import Sequence

from qa.conversation.chinese_topic import ASK, ATTRIBUTE, owner, topic
from qa.conversation.elements import Element, elements
from qa.conversation.people import ALONE
from qa.conversation.text import ASKED, COMMA, Text
from qa.conversation.turns import Turn

_PREPOSITION = re.compile(r"^[在从到对给向于]")
_DIVISION = re.compile(r"^[省市县区镇]$")
_AND = re.compile(r"[和与、及跟同,]+|以及|还有")
_LONGEST = 16
_WORD_ENDS = "的是在和与及从到对由把被,、 了"


def exchanged(words: Text, turns: Sequence[Turn], only_kind: bool = False) -> Text | None:
    """The most recent question that has a part of the kind of `words`, with `words` in its place.

    With `only_kind` the words must be one date or place and nothing else, and a question must have another.
    """
    if len(words) > _LONGEST:
        return None
    words = words.without(_PREPOSITION)
    found = elements(words.view)
    found = _together(words, found)
    if only_kind:
        whole = len(found) == 1 and found[0].start == 0 and found[0].end == len(words)
        return _by_kind(words, found[0], turns) if whole and found[0].kind not in ("name", "title") else None
    if found and (result := _by_kind(words, found[0], turns) or _put_before(words, found[0], turns[0])):
        return result
    base = turns[0].bare
    if ALONE.fullmatch(words.view) and turns[0].people:
        person = turns[0].people[0]
        at = base.view.find(person.view)
        return base.put(at, at + len(person), words) + ASKED
    return _by_head(words, base) or _by_subject(words, base)


def _together(words: Text, found: tuple[Element, ...]) -> tuple[Element, ...]:
    """广州和深圳 as one element: several of a kind with nothing but conjunctions between them."""
    between = "".join(words.view[a.end : b.start] for a, b in zip(found, found[1:], strict=False))
    if len(found) < 2 or len({e.kind for e in found}) > 1 or not _AND.fullmatch(between):
        return found
    return (Element(found[0].kind, found[0].start, found[-1].end),)


def _by_kind(words: Text, element: Element, turns: Sequence[Turn]) -> Text | None:
    part = words[element.start : element.end]
    for turn in turns:
        old = next((e for e in turn.elements if e.kind == element.kind), None)
        if old is None:
            continue
        year = turn.bare.view[old.start : old.end].endswith("年") and re.fullmatch(r"\d{4}", part.view)
        swapped = turn.bare.put(old.start, old.end, part + "年" if year else part)
        rest = words.put(element.start, element.end, "").stripped("的 ,").without(_DIVISION)
        if not rest:
            return swapped + ASKED
        return _by_head(rest, swapped) or _by_subject(rest, swapped)
    return None


def _put_before(words: Text, element: Element, turn: Turn) -> Text | None:
    """A place or date for a question that names neither it nor a title or person it could not apply to."""
    whole = element.start == 0 and element.end == len(words)
    if not whole or element.kind in ("title", "name") or turn.people:
        return None
    if any(e.kind in ("title", "name") for e in turn.elements):
        return None
    return words + ("的" if element.kind == "place" else "") + turn.bare + ASKED


def _by_head(words: Text, base: Text) -> Text | None:
    """暗反应 for 光反应: the phrase with the same ending, from the beginning of a word on."""
    for length in range(len(words) - 1, 0, -1):
        at = base.view.rfind(words.view[-length:])
        if at < 0:
            continue
        start = max(0, at + length - len(words))
        while length > 1 and start > 0 and base.view[start - 1] not in _WORD_ENDS and at - start < 4:
            start -= 1
        begins = start == 0 or base.view[start - 1] in _WORD_ENDS
        if begins and start < at and not ASK.search(base.view[start : at + length]):
            return base.put(start, at + length, words) + ASKED
    return None


def _by_subject(words: Text, base: Text) -> Text | None:
    """The topic of the base, or what stands behind its last 的, exchanged."""
    subject = topic(base)
    if not subject:
        return words + COMMA + base + ASKED
    if ATTRIBUTE.fullmatch(words.view):
        return owner(subject) + "的" + words + "是什么" + ASKED
    at = base.view.find(subject.view)
    inner = subject.view.rfind("的") + 1
    named = [e for e in elements(subject.view) if e.start == 0 and e.end < len(subject)]
    if not inner and named:
        inner = named[0].end
    return base.put(at + inner, at + len(subject), words) + ASKED
