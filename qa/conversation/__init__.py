"""Follow-up questions made complete from the conversation before them, without a language model.

Rules, each for one way in which people leave something out, try the question in turn. What they put back
comes from the last turns: the questions as understood, the people and list points in what was quoted. A
question that no rule claims is returned as it is, so a new topic is not bent to the old one.
"""

from collections.abc import Sequence

from qa.conversation import chinese, english
from qa.conversation.bilingual import translated
from qa.conversation.further import quoted_before
from qa.conversation.text import Text
from qa.conversation.turns import Read, last_turns
from qa.questions import language_of
from qa.types import Answer

__all__ = ["quoted_before", "resolve"]

_LONGEST = 200
"""Characters of a question beyond which it is taken as complete."""

_RULES = {"en": english.resolved, "zh": chinese.resolved}


def resolve(question: str, history: Sequence[tuple[str, Answer]], read: Read | None = None) -> str:
    """The question as understood after `history` (oldest first): complete by itself, in its own script.

    `read` gives the documents that were quoted, to find the second point of a list that was not quoted whole.
    The very same string where it starts a new topic, is complete already, or where nothing fits.
    """
    if not history or len(question) > _LONGEST:
        return question
    text = Text.of(question)
    turns = last_turns(history, read)
    language = language_of(text.view)
    result = None
    if turns[0].language != language and (equal := translated(text.stripped(), turns[0].language)):
        result = _RULES[turns[0].language](equal, turns)
    if result is None:
        result = _RULES[language](text, turns)
    return question if result is None or result.view == text.view else result.shown
