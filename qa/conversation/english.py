"""English follow-ups: each rule sees the question and the last turns, and completes it or gives None."""

import re
from collections.abc import Callable, Sequence

from qa.conversation.chinese_topic import owner
from qa.conversation.chinese_topic import topic as chinese_topic
from qa.conversation.elements import elements
from qa.conversation.english_topic import ASK, AUXILIARY, topic
from qa.conversation.listing import english_point, item
from qa.conversation.text import Text
from qa.conversation.turns import Turn

Rule = Callable[[Text, Sequence[Turn]], Text | None]

_OPENER = re.compile(r"^(?:(?:and|but|so|ok|okay|then|well|thanks|also)\b[, ]*)+", re.IGNORECASE)


def resolved(question: Text, turns: Sequence[Turn]) -> Text | None:
    """The complete question, or None where it is complete already."""
    bare = question.stripped()
    plain = bare.without(_OPENER)
    return _fragment(bare, turns) or next(
        (result for rule in _RULES if (result := rule(plain, turns)) is not None), None
    )


def _about(turn: Turn) -> Text:
    """What a turn was about, in the language of its question."""
    return topic(turn.bare) if turn.language == "en" else owner(chinese_topic(turn.bare))


_MORE = re.compile(
    r"(?:is there )?(?:anything|what|who|where) else|(?:any|what about the) others?|(?:tell me|say) more|"
    r"go on|more(?: details?)?|in (?:more )?detail|elaborate",
    re.IGNORECASE,
)


_OPEN = re.compile(rf"(?:what|whom?|where)\b(?=(?: else)? (?:{AUXILIARY}|[a-z]+ed)\b)", re.IGNORECASE)


def _more(bare: Text, turns: Sequence[Turn]) -> Text | None:
    if not _MORE.fullmatch(bare.view):
        return None
    base = turns[0].bare
    asked = _OPEN.match(base.view)
    if asked and not re.match(" else", base.view[asked.end() :]):
        return base.put(asked.end(), asked.end(), " else") + "?"
    return base + ("?" if asked or base.view.endswith("anything else") else "; anything else?")


_POINT = re.compile(r", the \w+ one(?:: .*)?$")


def _point(bare: Text, turns: Sequence[Turn]) -> Text | None:
    """The second one? -> of what the last question asked for."""
    asked = english_point(bare.view, turns)
    if asked is None:
        return None
    found = item(asked.number, turns)
    return turns[0].bare.without(_POINT) + f", the {asked.unit} one" + (f": {found.words}?" if found else "?")


_PERSON = re.compile(r"\b(?:he|she|him|his|her)\b", re.IGNORECASE)
_THING = re.compile(r"\b(?:it|its)\b", re.IGNORECASE)
_GROUP = re.compile(r"\b(?:they|them|their)\b", re.IGNORECASE)
_THERE = re.compile(r"(?<!is )(?<!are )(?<!was )(?<!were )\bthere$", re.IGNORECASE)
_THIS = re.compile(r"\b(?:this|that|the same) (?!the\b|they\b|she\b)([a-z]{3,})\b", re.IGNORECASE)
_EXPLETIVE = re.compile(
    r"what time is it|\bis it (?:possible|true|raining|necessary|ok|okay|safe|legal|worth)|"
    r"\bit (?:rains|snows|is (?:true|possible))|\b(?:is|was|be) it (?:\w+ )*(?:to|that|when)\b|"
    r"\b(?:does|did|will) it (?:take|cost) to\b",
    re.IGNORECASE,
)
_FRAGMENT = re.compile(
    r"(?:(?:what|how) about|and|but|or)\s+(?:(in|for|on|at|of|during|from)\s+)?"
    rf"(?!{ASK.pattern}|(?:{AUXILIARY}|the (?:others?|rest))\b)(.{{2,50}})",
    re.IGNORECASE,
)


def _fragment(bare: Text, turns: Sequence[Turn]) -> Text | None:
    """And in Guangzhou? What about 2019? -> the last question about this."""
    match = _FRAGMENT.fullmatch(bare.view)
    if match is None or english_point(bare.view, turns):
        return None
    words = bare[match.start(2) : match.end(2)]
    if any(pattern.search(words.view) for pattern in (_PERSON, _THING, _GROUP)):
        return None
    found = elements(words.view)
    whole = found[0] if found and found[0].end - found[0].start >= len(words) - 4 else None
    if whole is not None:
        part = words[whole.start : whole.end]
        for turn in turns[:1] if whole.kind == "name" else turns:
            old = next((e for e in turn.elements if e.kind == whole.kind), None)
            if old is not None:
                return turn.bare.put(old.start, old.end, part) + "?"
    if match[1] or (whole is not None and whole.kind in ("place", "date")):
        return turns[0].bare + f" {match[1] or 'in'} " + words + "?"
    return _by_head(words, turns[0].bare) or _by_topic(words, turns[0])


def _by_head(words: Text, base: Text) -> Text | None:
    """a child ticket for an adult ticket: the same last word with another before it."""
    last = re.escape(words.view.split(" ")[-1])
    pattern = rf"\b(?:(?:the|a|an) )?(?:[\w-]+ )?{last}\b(?! (?-i:[A-Z]))"
    match = re.search(pattern, base.view, re.IGNORECASE)
    return base.put(*match.span(), words) + "?" if match and " " in words.view else None


def _by_topic(words: Text, turn: Turn) -> Text:
    subject = _about(turn)
    at = turn.bare.view.find(subject.view) if subject else -1
    if at < 0:
        return turn.bare + ", " + words + "?"
    return turn.bare.put(at, at + len(subject), words) + "?"


def _reference(bare: Text, turns: Sequence[Turn]) -> Text | None:
    """he, it, they, there, this meeting: written out."""
    if _EXPLETIVE.search(bare.view) or _says_itself(bare.view):
        return None
    result = bare
    for pattern, find in ((_PERSON, _person), (_THING, _thing), (_GROUP, _group), (_THERE, _place)):
        match = pattern.search(result.view)
        words = find(turns) if match else None
        if match and words and len(words) <= _LONGEST:
            result = result.put(*match.span(), _inflected(match, words))
    match = _THIS.search(result.view)
    if match and (words := _named(match[1], turns)):
        result = result.put(*match.span(), words)
    return result + "?" if result is not bare else None


def _says_itself(view: str) -> bool:
    """Whether words stand before the first pronoun that it may well refer to."""
    first = _ANY.search(view)
    before = view[: first.start()] if first else ""
    words = [w for w in re.findall(r"[\w'-]+", before) if not _EMPTY.fullmatch(w)]
    return len(words) > 2 or any(w[0].isupper() or w == "that" for w in words)


_ANY = re.compile(rf"{_PERSON.pattern}|{_THING.pattern}|{_GROUP.pattern}|{_THERE.pattern}", re.IGNORECASE)
_EMPTY = re.compile(
    rf"{ASK.pattern}|{AUXILIARY}|many|much|long|old|tall|the|a|an|of|in|on|for|at|else|by|from|to|with",
    re.IGNORECASE,
)
_LONGEST = 60


def _inflected(reference: re.Match[str], words: Text) -> Text:
    """The words in the case of the reference that they stand for."""
    word = reference.group().lower()
    if word in ("his", "its", "their") or (word == "her" and reference.end() < len(reference.string)):
        return words + "'s"
    return Text("in ", "in ") + words if word == "there" else words


def _person(turns: Sequence[Turn]) -> Text | None:
    """Who was meant by a pronoun before, was the answer, or was asked about; most recent first."""
    for turn in turns:
        if turn.people and _PERSON.search(turn.asked):
            return turn.people[0]
        if turn.answerer is not None:
            return turn.answerer
        if turn.people:
            return turn.people[0]
    return None


def _thing(turns: Sequence[Turn]) -> Text | None:
    return _about(turns[0]) or None


def _group(turns: Sequence[Turn]) -> Text | None:
    """The topic of the last question if it may be several."""
    subject = _about(turns[0])
    return subject if _SEVERAL.search(subject.view) else None


_SEVERAL = re.compile(r"(?:s|people|children|men|women|board|committee|company|team|staff)$|[\u4e00-\u9fff]")


def _place(turns: Sequence[Turn]) -> Text | None:
    for turn in turns:
        for element in turn.elements:
            if element.kind == "place":
                return turn.bare[element.start : element.end]
    return None


def _named(noun: str, turns: Sequence[Turn]) -> Text | None:
    """The topic of the last questions that has this noun in it."""
    for turn in turns:
        subject = _about(turn)
        if re.search(rf"\b{re.escape(noun)}\b", subject.view, re.IGNORECASE):
            return subject
    return None


_IF = re.compile(r"what (?:if|happens (?:if|when))(?: \S+){1,4}", re.IGNORECASE)


def _condition(bare: Text, turns: Sequence[Turn]) -> Text | None:
    """What if it rains? -> with the topic of the last question."""
    subject = _about(turns[0]) if _IF.fullmatch(bare.view) else None
    return subject + ": " + bare + "?" if subject else None


_ASK_OF = re.compile(rf"(?:{ASK.pattern})(?: (?!(?:{AUXILIARY})\b)[a-z]+)? (?=(?:{AUXILIARY})\b)", re.IGNORECASE)
_YES_NO = re.compile(rf"(?:{AUXILIARY})\b", re.IGNORECASE)


def _bare(bare: Text, turns: Sequence[Turn]) -> Text | None:
    """When? Why? -> the last question, asking for this instead."""
    if not ASK.fullmatch(bare.view):
        return None
    base = turns[0].bare
    if asked := _ASK_OF.match(base.view):
        return bare + " " + base[asked.end() :] + "?"
    if _YES_NO.match(base.view):
        return bare + " " + Text(base.view[0].lower(), base.shown[0].lower()) + base[1:] + "?"
    subject = _about(turns[0])
    return bare + " is " + subject + "?" if subject else None


_SHORT = re.compile(
    rf"(?:{ASK.pattern})(?: (?:people|members|times))?(?: (?:did|will|can|could|would|should))? [a-z]+",
    re.IGNORECASE,
)


def _short(bare: Text, turns: Sequence[Turn]) -> Text | None:
    """Who attended? -> with the topic of the last question as its object."""
    if not _SHORT.fullmatch(bare.view) or elements(bare.view):
        return None
    subject = _about(turns[0])
    return bare + " " + subject + "?" if subject and subject.view.lower() not in bare.view.lower() else None


_RULES: tuple[Rule, ...] = (_more, _point, _reference, _condition, _bare, _short)
