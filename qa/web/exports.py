"""Conversations as Markdown and as JSON, with their citations."""

import re
from collections.abc import Sequence
from typing import Any

from qa.types import Answer, Citation
from qa.web.conversations import Conversation, Turn
from qa.web.i18n import Words, place_in
from qa.web.records import Loss
from qa.web.render import completed, failure

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|$~])")


def as_json(conversation: Conversation, turns: Sequence[Turn]) -> dict[str, Any]:
    """The conversation as a JSON-ready dictionary; answers as `Answer.to_dict()` gives them."""
    return {
        "id": conversation.id,
        "title": conversation.title,
        "updated": conversation.updated,
        "turns": [
            {
                "question": turn.question,
                "answer": turn.answer.to_dict() if turn.answer else None,
                "failure": turn.failure,
                "rating": turn.rating,
                "lost": {str(number): loss for number, loss in turn.lost.items()},
            }
            for turn in turns
        ],
    }


def markdown(conversation: Conversation, turns: Sequence[Turn], words: Words) -> str:
    """The conversation as Markdown: questions as headings, quotations as block quotes with their source."""
    parts = [f"# {_plain(conversation.title)}"]
    for turn in turns:
        parts.append(f"## {_plain(turn.question)}")
        if turn.answer is not None:
            parts += _answer(turn, turn.answer, words)
        if turn.failure:
            parts.append(_plain(failure(turn, words)))
    return "\n\n".join(parts) + "\n"


def _answer(turn: Turn, answer: Answer, words: Words) -> list[str]:
    parts = []
    if understood := completed(turn):
        parts.append(f"*{words['understood']}: {_plain(understood)}*")
    if not answer.answered:
        return [*parts, _plain(answer.text)]
    quotations = (
        _quotation(number, citation, turn.lost.get(number - 1), words)
        for number, citation in enumerate(answer.citations, 1)
    )
    return [*parts, *quotations]


def _quotation(number: int, citation: Citation, lost: Loss | None, words: Words) -> str:
    source = f"[{number}] {_plain(citation.document)}"
    if citation.place:
        source += f", {_plain(place_in(citation.place, words))}"
    if lost:
        return f"> ({words[f'lost_{lost}']})\n>\n> {source}"
    quote = "\n".join(f"> {_plain(line)}" for line in citation.quote.splitlines())
    return f"{quote}\n>\n> {source}, {citation.start}–{citation.end}"


def _plain(text: str) -> str:
    """Text that Markdown shows as it is."""
    return _SPECIAL.sub(r"\\\1", text)
