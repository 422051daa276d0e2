"""What an English question is about: the noun phrase after its verb, found without a parser."""

import re

from qa.conversation.text import Text

AUXILIARY = r"is|are|was|were|do|does|did|can|could|will|would|should|has|have|had"
ASK = re.compile(
    r"(?:whom?|when|where|why|what|which|"
    r"how(?: (?:many|much|long|old|tall|high|far|often|big|large|heavy))?)\b",
    re.IGNORECASE,
)
_PAST = r"[a-z]+(?:ed|lt|de|te|ght|ung|ew|uns|ts|an|un|ote|ade|ld)"
_OPENING = re.compile(
    rf"^(?:(?:{ASK.pattern})(?: (?!(?:{AUXILIARY})\b)[a-z-]+){{0,2}}? (?:{AUXILIARY})|"
    rf"(?:{ASK.pattern}) (?:[a-z]+ )?{_PAST}|{AUXILIARY})\s+(?:there )?",
    re.IGNORECASE,
)
_VERBS_LIST = """
begin begins start starts open opens close closes closed free held built made found founded meet met take
takes took say said tell told report cost costs weigh weighs work works go goes went live die born write
wrote written set sell sold won win get got give gave given show shows shown need needs mean means happen
last use invent discover paint design chair hire do be become became have promise promises decide support
plan want describe include contain offer known feel move lead led pump store marry see think come help
play run call bring grow raise join believe form expand reach enter brought
"""
_VERBS = "|".join(_VERBS_LIST.split())
_END = re.compile(
    rf"(?<! the)(?<! an)(?<! a)(?<! its)(?<! his)(?<! her)\s(?:{_VERBS}|[a-z]+ed)\b|[,;:]|"
    r"\s(?:on|for|about|during|since|before|after|to|from|by|with|when|if)\s(?!the \w+ of)",
    re.IGNORECASE,
)


def topic(text: Text) -> Text:
    """The noun phrase that a question is about, or an empty text."""
    opening = _OPENING.match(text.view)
    if opening is None:
        clause = text.view.find(":")
        return text[:clause] if 0 < clause < 40 else Text("", "")
    rest = text[opening.end() :]
    end = _END.search(" " + rest.view)
    phrase = rest[: max(0, end.start() - 1)] if end else rest
    return phrase.stripped()
