"""When? Why was that? An interrogative alone, asked of what the last question was about."""

import re
from collections.abc import Sequence

from qa.conversation.english_references import about
from qa.conversation.english_topic import ASK, AUXILIARY, topic
from qa.conversation.text import Text
from qa.conversation.turns import Turn

ELSE = re.compile(r"; \w+ else$")
"""What an earlier follow-up put behind its question."""

_ASK_OF = re.compile(rf"(?:{ASK.pattern})(?: (?!(?:{AUXILIARY})\b)[a-z]+)? (?=(?:{AUXILIARY})\b)", re.IGNORECASE)
_YES_NO = re.compile(rf"(?:{AUXILIARY})\b", re.IGNORECASE)
_WHO = re.compile(rf"who(?: else)? (?!(?:{AUXILIARY})\b)", re.IGNORECASE)
_WAS_THAT = re.compile(
    r"(when|where|why|who|how|how come|why not|(?:at )?what time|what day|what date|(?:in )?(?:what|which) year)"
    r"(?: (?:is|was|did|were|does) (?:that|this|these|those|they|it happen|that happen|this happen))?",
    re.IGNORECASE,
)


def alone(bare: Text, turns: Sequence[Turn]) -> Text | None:
    """When? Why was that? -> the last question, asking for this instead."""
    if match := _WAS_THAT.fullmatch(bare.view):
        bare = bare[: match.end(1)]
    if not match and not ASK.fullmatch(bare.view):
        return None
    if bare.view.lower() in ("how come", "why not"):
        bare = Text("Why", "Why")
    base = turns[0].bare.without(ELSE)
    if bare.view.lower() in ("when", "where") and (passive := _passive(turns[0])):
        return bare + passive
    if bare.view.lower() == "why" and (by := _WHO.match(base.view)):
        # The verb stands in the past, and there is no telling its plain form.
        who = turns[0].answerer or Text("someone", "someone")
        return bare + " was it " + who + " who " + base[by.end() :] + "?"
    if asked := _ASK_OF.match(base.view):
        return bare + " " + base[asked.end() :] + "?"
    if _YES_NO.match(base.view):
        return bare + " " + Text(base.view[0].lower(), base.shown[0].lower()) + base[1:] + "?"
    subject = about(turns[0])
    return bare + (" was " if _PASSED.search(base.view) else " is ") + subject + "?" if subject else None


_WHO_DID = re.compile(
    r"who (?:else )?([a-z]+ed|built|made|held|led|won|sold|told|taught|brought|bought|found|sent|wrote|took|gave|drew) "
    r"(?=(?:the|an?|his|her|its|their) |[A-Z\u4e00-\u9fff])",
    re.IGNORECASE,
)
_PARTICIPLE = {"wrote": "written", "took": "taken", "gave": "given", "drew": "drawn"}


def _passive(turn: Turn) -> Text | None:
    """Who built the clock -> was the clock built?"""
    match = _WHO_DID.match(turn.bare.view)
    subject = topic(turn.bare)
    at = turn.bare.view.find(subject.view, match.end()) if match and subject else -1
    if match is None or at != match.end():
        return None
    verb = match[1].lower()
    rest = turn.bare[at + len(subject) :].without(ELSE)
    return Text(" was ", " was ") + subject + f" {_PARTICIPLE.get(verb, verb)}" + rest + "?"


_PASSED = re.compile(r"^who (?:else )?\w+(?:ed|ew|ade|ote|an|ought|old)\b", re.IGNORECASE)
