"""he, it, they, there, this meeting: references to what was talked about, written out."""

import re
from collections.abc import Sequence

from qa.conversation.chinese_topic import owner
from qa.conversation.chinese_topic import topic as chinese_topic
from qa.conversation.english_topic import ASK, AUXILIARY, topic
from qa.conversation.sought import identified
from qa.conversation.text import Text
from qa.conversation.turns import Turn


def about(turn: Turn) -> Text:
    """What a turn was about, in the language of its question."""
    return topic(turn.bare) if turn.language == "en" else owner(chinese_topic(turn.bare))


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
PRONOUN = re.compile(rf"{_PERSON.pattern}|{_THING.pattern}|{_GROUP.pattern}", re.IGNORECASE)
"""A word that means something said before."""


def referred(bare: Text, turns: Sequence[Turn]) -> Text | None:
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
        if named := identified(turn.bare, ()) or turn.sought:
            return named
    return None


def _thing(turns: Sequence[Turn]) -> Text | None:
    return about(turns[0]) or None


def _group(turns: Sequence[Turn]) -> Text | None:
    """The topic of the last question if it may be several."""
    subject = about(turns[0])
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
        subject = about(turn)
        if re.search(rf"\b{re.escape(noun)}\b", subject.view, re.IGNORECASE):
            return subject
    return None
