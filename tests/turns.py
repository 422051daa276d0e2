"""Turns of a conversation, for the tests of follow-ups."""

from embeddings.normalize import fold
from qa.conversation import resolve
from qa.types import Answer, Citation

Turn = tuple[str, Answer]


def turn(question: str, quote: str = "", span: str = "", understood: str = "") -> Turn:
    """A turn that was answered with one quotation, or refused where there is none."""
    if not quote:
        return question, Answer(question, "", False, 0.1, understood=understood or question)
    at = quote.find(span) if span else -1
    ends = (at, at + len(span)) if at >= 0 else (None, None)
    citation = Citation("a.txt", 0, len(quote), quote, *ends)
    return question, Answer(question, quote, True, 0.9, (citation,), (), understood or question)


def understood(question: str, *history: Turn) -> str:
    """What the question is taken for, in the search view and without its mark."""
    return fold(resolve(question, history)).rstrip("?!。.")
