"""Conversations as Markdown and as JSON, with their citations."""

import re
from collections.abc import Sequence
from typing import Any

from qa.types import Citation
from qa.web.conversations import Conversation, Turn

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


def markdown(conversation: Conversation, turns: Sequence[Turn]) -> str:
    """The conversation as Markdown: questions as headings, quotations as block quotes with their source."""
    parts = [f"# {_plain(conversation.title)}"]
    for turn in turns:
        parts.append(f"## {_plain(turn.question)}")
        if turn.answer is None:
            parts.append(_plain(turn.failure))
        elif not turn.answer.answered:
            parts.append(_plain(turn.answer.text))
        else:
            parts += [
                _quotation(number, citation, turn.lost.get(number - 1))
                for number, citation in enumerate(turn.answer.citations, 1)
            ]
    return "\n\n".join(parts) + "\n"


def _quotation(number: int, citation: Citation, lost: str | None) -> str:
    source = f"[{number}] {_plain(citation.document)}"
    if citation.place:
        source += f", {_plain(citation.place)}"
    if lost:
        return f"> ({lost})\n>\n> {source}"
    quote = "\n".join(f"> {_plain(line)}" for line in citation.quote.splitlines())
    return f"{quote}\n>\n> {source}, {citation.start}–{citation.end}"


def _plain(text: str) -> str:
    """Text that Markdown shows as it is."""
    return _SPECIAL.sub(r"\\\1", text)
