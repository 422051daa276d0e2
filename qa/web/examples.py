"""Example questions taken from the indexed documents, each tried before it is offered."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from embeddings.types import Document

if TYPE_CHECKING:
    from qa.assistant import Assistant

SHOWN = 4
TRIED = 24  # questions put to the assistant at most
DOCUMENTS_READ = 8

_HAN = r"[\u3400-\u9fff]"
_SPOKE = re.compile(rf"(?:^|[。!?\n])\s*({_HAN}{{2,4}}?)(?:在讲话中)?(强调|指出|要求)[,,]")


def example_questions(assistant: "Assistant") -> list[str]:
    """Up to four questions that these documents answer; fewer, or none, where nothing sure is found."""
    found: list[str] = []
    for tried, question in enumerate(_candidates(assistant)):
        if tried == TRIED or len(found) == SHOWN:
            break
        if question not in found and assistant.ask(question).answered:
            found.append(question)
    return found


def _candidates(assistant: "Assistant") -> Iterator[str]:
    for info in assistant.documents()[:DOCUMENTS_READ]:
        yield from _questions(assistant.document(info.name))


def _questions(document: Document) -> Iterator[str]:
    for speaker, verb in _SPOKE.findall(document.text):
        yield f"{speaker}{verb}了什么?"
