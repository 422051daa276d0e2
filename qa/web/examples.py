"""Example questions taken from the indexed documents, each tried before it is offered.

The patterns look for sentences that plainly answer a question: who presided, what somebody stressed, what
something is, when it was founded. A question is offered only if the assistant answers it from that document.
"""

import re
from collections.abc import Iterator
from itertools import chain, zip_longest
from typing import TYPE_CHECKING

from embeddings.types import Document
from qa.web.markup import without_glosses

if TYPE_CHECKING:
    from qa.assistant import Assistant

SHOWN = 4
TRIED = 24  # questions put to the assistant at most
DOCUMENTS_READ = 12
READ = 20_000  # characters of each document

_HAN = r"[\u3400-\u9fff]"
_START = r"(?:^|(?<=[。!?！？\n]))\s*"

# What matches a sentence, and the question that it answers.
_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(rf"({_HAN}{{2,4}}?[市省县])召开{_HAN}{{0,20}}会议"), "{0}的会议由谁主持？"),
    (re.compile(rf"({_HAN}{{2,4}}?[市省縣])召開{_HAN}{{0,20}}(?:會議|會)"), "{0}的會議由誰主持？"),
    (re.compile(rf"{_START}({_HAN}{{2,4}}?)(?:在讲话中)?(强调|指出|要求|表示)[,，]", re.M), "{0}{1}了什么？"),
    (re.compile(rf"{_START}({_HAN}{{2,4}}?)(?:在講話中)?(強調|指出|要求|表示)[,，]", re.M), "{0}{1}了什麼？"),
    (re.compile(rf"{_START}([\w\u3400-\u9fff]{{2,12}}?)(?:成立于|创办于|始建于|建成于)", re.M), "{0}是哪年成立的？"),
    (re.compile(rf"{_START}({_HAN}[\w\u3400-\u9fff]{{1,11}}?)是(?:一|指|由|位)", re.M), "{0}是什么？"),
    (
        re.compile(r"\b((?:The |[A-Z])[\w'’ -]{2,40}?) (?:was|were) (founded|established|built|opened) (?:in|on)\b"),
        "When was {0} {1}?",
    ),
    (re.compile(r"(?:^|(?<=[.!?]\s))([A-Z][\w'’ -]{2,40}?) (?:is|was) (?:a|an|the)\b", re.M), "What is {0}?"),
)


def example_questions(assistant: "Assistant") -> list[str]:
    """Up to four questions that these documents answer; fewer, or none, where nothing sure is found."""
    found: list[str] = []
    for tried, (question, document) in enumerate(_candidates(assistant)):
        if tried == TRIED or len(found) == SHOWN:
            break
        answer = assistant.ask(question)
        if question not in found and answer.answered and answer.citations[0].document == document:
            found.append(question)
    return found


def _candidates(assistant: "Assistant") -> Iterator[tuple[str, str]]:
    """Questions with the document they stem from, taking turns among the documents."""
    documents = [assistant.document(info.name) for info in assistant.documents()[:DOCUMENTS_READ]]
    turns = zip_longest(*([(q, d.name) for q in _questions(d)] for d in documents))
    return (pair for pair in chain.from_iterable(turns) if pair is not None)


def _questions(document: Document) -> list[str]:
    """What one document plainly answers, at most one question of each kind."""
    text = without_glosses(document.text[:READ])
    matches = ((pattern.search(text), question) for pattern, question in _PATTERNS)
    return [question.format(*found.groups()) for found, question in matches if found]
