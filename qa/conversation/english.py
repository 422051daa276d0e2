"""English follow-ups: each rule sees the question and the last turns, and completes it or gives None."""

import re
from collections.abc import Callable, Sequence

from qa.conversation.elements import elements
from qa.conversation.english_bare import ELSE, alone
from qa.conversation.english_references import PRONOUN, about, referred
from qa.conversation.english_topic import ASK, AUXILIARY
from qa.conversation.listing import english_point, item
from qa.conversation.text import Text
from qa.conversation.turns import Turn

Rule = Callable[[Text, Sequence[Turn]], Text | None]

_OPENER = re.compile(r"^(?:(?:and|but|so|ok|okay|then|well|thanks|also)\b[, ]*)+", re.IGNORECASE)


def resolved(question: Text, turns: Sequence[Turn]) -> Text | None:
    """The complete question, or None where it is complete already."""
    bare = question.stripped()
    plain = bare.without(_OPENER)
    results = (result for rule in _RULES if (result := rule(plain, turns)) is not None)
    result = _fragment(bare, turns) or next(results, None)
    return result and Text(_capital(result.view), _capital(result.shown))


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


_MORE = re.compile(
    r"(?:is there )?(?:anything|what|(who)|(where)) else|(?:any|what about the) others?|(?:tell me|say) more|"
    r"go on|more(?: details?)?|in (?:more )?detail|elaborate",
    re.IGNORECASE,
)
_OPEN = re.compile(
    rf"whom?\b(?= [a-z]+ )|(?:what|where)\b(?=(?: else)? (?:{AUXILIARY}|[a-z]+ed)\b)",
    re.IGNORECASE,
)


def _more(bare: Text, turns: Sequence[Turn]) -> Text | None:
    match = _MORE.fullmatch(bare.view)
    if match is None:
        return None
    if word := match[1] or match[2]:
        bases = (turn.bare for turn in turns if turn.bare.view.lower().startswith(word.lower() + " "))
        base = next(bases, turns[0].bare)
    else:
        base, word = turns[0].bare, "anything"
    asked = _OPEN.match(base.view)
    if asked and not re.match(" else", base.view[asked.end() :]):
        return base.put(asked.end(), asked.end(), " else") + "?"
    return base + ("?" if asked or ELSE.search(base.view) else f"; {word.lower()} else?")


_HAN = re.compile("[\u4e00-\u9fff]")
_POINT = re.compile(r", the \w+ one(?:: .*)?$")


def _point(bare: Text, turns: Sequence[Turn]) -> Text | None:
    """The second one? -> of what the last question asked for."""
    asked = english_point(bare.view, turns)
    if asked is None:
        return None
    found = item(asked.number, turns)
    if found and _HAN.search(found.words):
        # In the words of its page it is found; an English question with Chinese words in it is not.
        return Text.of(f"{found.mark}{found.words}?")
    return turns[0].bare.without(_POINT) + f", the {asked.unit} one" + (f": {found.words}?" if found else "?")


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
    if PRONOUN.search(words.view):
        return None
    base = turns[0].bare.without(ELSE)
    found = elements(words.view)
    whole = found[0] if found and found[0].end - found[0].start >= len(words) - 4 else None
    if whole is not None:
        part = words[whole.start : whole.end]
        # In Ballyvaughan: a name behind this word is a place, known or not.
        kinds = {whole.kind, "place"} if whole.kind == "name" and match[1] in ("in", "at", "from") else {whole.kind}
        for turn in turns[:1] if whole.kind == "name" else turns:
            old = next((e for e in turn.elements if e.kind in kinds), None)
            if old is not None:
                return turn.bare.put(old.start, old.end, part).without(ELSE) + "?"
    if match[1] or (whole is not None and whole.kind in ("place", "date")):
        return base + f" {match[1] or 'in'} " + words + "?"
    return _by_head(words, base) or _by_topic(words, turns[0])


def _by_head(words: Text, base: Text) -> Text | None:
    """a child ticket for an adult ticket: the same last word with another before it."""
    last = re.escape(words.view.split(" ")[-1])
    pattern = rf"\b(?:(?:the|a|an) )?(?:[\w-]+ )?{last}\b(?! (?-i:[A-Z]))"
    match = re.search(pattern, base.view, re.IGNORECASE)
    return base.put(*match.span(), words) + "?" if match and " " in words.view else None


def _by_topic(words: Text, turn: Turn) -> Text:
    subject = about(turn)
    at = turn.bare.view.find(subject.view) if subject else -1
    if at < 0:
        return turn.bare + ", " + words + "?"
    return turn.bare.put(at, at + len(subject), words) + "?"


_IF = re.compile(r"what (?:if|happens (?:if|when))(?: \S+){1,4}", re.IGNORECASE)


def _condition(bare: Text, turns: Sequence[Turn]) -> Text | None:
    """What if it rains? -> with the topic of the last question."""
    subject = about(turns[0]) if _IF.fullmatch(bare.view) else None
    return subject + ": " + bare + "?" if subject else None


_SHORT = re.compile(
    rf"(?:{ASK.pattern})(?: (?:people|members|times))?(?: (?:did|will|can|could|would|should))? [a-z]+",
    re.IGNORECASE,
)


def _short(bare: Text, turns: Sequence[Turn]) -> Text | None:
    """Who attended? -> with the topic of the last question as its object."""
    if not _SHORT.fullmatch(bare.view) or elements(bare.view):
        return None
    subject = about(turns[0])
    return bare + " " + subject + "?" if subject and subject.view.lower() not in bare.view.lower() else None


_RULES: tuple[Rule, ...] = (_more, _point, referred, _condition, alone, _short)
