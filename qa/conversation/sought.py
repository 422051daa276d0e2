"""Whom a question asks about who they are, and whom a question asked for that nobody could answer."""

import re
from collections.abc import Sequence

from qa.conversation.chinese_topic import ASK, core, statement
from qa.conversation.text import NOTHING, Text

_IDENTITY = re.compile(
    r"(?:谁|哪位|什么人)(?:又?是|叫)(?P<after>.+)|"
    r"(?P<before>.+?)(?:又|到底|究竟)*是(?:谁|哪位|何人|什么人|(?:干|做)什么的)|"
    r"who(?:'s|’s| is| was| are| were) (?P<english>.+)",
    re.IGNORECASE,
)
_FOREIGN = re.compile(r"[A-Z][\w'’-]+")
_WHO = re.compile(r"whom?\b ", re.IGNORECASE)
_LONGEST = 60


def identified(question: Text, people: Sequence[Text]) -> Text | None:
    """The person by name of whom a question asks who it is."""
    words = _asked_about(question)
    named = any(person.view in words.view for person in people) or _FOREIGN.fullmatch(words.view)
    return words if words and named else None


def sought(question: Text) -> Text | None:
    """The unknown person that a question asks for, in its own words: the one who chaired the fair."""
    if words := _asked_about(question):
        return words
    if who := _WHO.match(question.view):
        result = Text("the one who ", "the one who ") + question[who.end() :]
    else:
        asked = ASK.search(core(question).view)
        if asked is None or "谁" not in asked.group():
            return None
        result = statement(question) + "的人"
    return result if len(result) <= _LONGEST else None


def _asked_about(question: Text) -> Text:
    match = _IDENTITY.fullmatch(question.view)
    return question[slice(*match.span(match.lastgroup))] if match and match.lastgroup else NOTHING
