"""Example questions taken from the indexed documents, each tried before it is offered.

The patterns look for sentences that plainly answer a question: who presided, what somebody stressed, what
something is, when it was founded. A question is offered only if the assistant answers it from that document.
Who reads English is also offered questions in English about what is said in Chinese.
"""

import re
from collections.abc import Iterator
from itertools import chain, islice, zip_longest
from typing import TYPE_CHECKING, NamedTuple

from embeddings.normalize import fold
from embeddings.types import Document
from qa.questions import language_of
from qa.types import Answer
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
    (re.compile(rf"{_START}({_HAN}[\w\u3400-\u9fff]{{1,11}}?)是(?:一(?![位名])|指|由)", re.M), "{0}是什么？"),
    (
        re.compile(r"\b((?:The |[A-Z])[\w'’ -]{2,40}?) (?:was|were) (founded|established|built|opened) (?:in|on)\b"),
        "When was {0} {1}?",
    ),
    (
        re.compile(
            r"(?:^|(?<=[.!?]\s))(?!The |Th[ei]s|There|It |S?[Hh]e )([A-Z][\w'’ -]{2,40}?) (?:is|was) (?:a|an|the)\b",
            re.M,
        ),
        "What is {0}?",
    ),
)


# The same in English about what is said in Chinese, by names and numbers that need no translation, and what the
# quotation must then hold: across languages, being answered says less than within one.
_TITLES = (
    "书记|書記|[市省县縣区區镇鎮组組部局校院馆館社会會]长|[市省县縣区區镇鎮组組部局校院馆館社会會]長|主任|主席|董事[长長]|"
    "[总總][经經]理|[总總][统統]|[总總]理|首相|教授"
)
_ABROAD: tuple[tuple[re.Pattern[str], str, str], ...] = (
    (
        re.compile(
            rf"((?:{_HAN}{{0,6}}(?:{_TITLES})、?)+)({_HAN}{{2,3}}?)(?=主持|出席|在|说|說|表示|指出|强调|強調|介绍|介紹)"
        ),
        "What is the title of {1}?",
        "{0}{1}",
    ),
    (
        re.compile(
            rf"{_START}([\w\u3400-\u9fff]{{2,12}}?)(?:成立|创办|創辦|始建|建成)[于於](\d{{4}}年|[一二三四五六七八九〇零]{{4}}年)",
            re.M,
        ),
        "When was {0} established?",
        "{1}",
    ),
)
PERSONS = 2  # asked for, of one document, for there are few patterns


class _Candidate(NamedTuple):
    question: str
    document: str
    words: str = ""  # must be in the first quotation


def example_questions(assistant: "Assistant", language: str = "zh") -> list[str]:
    """Up to four questions that these documents answer, those in the language first; none where nothing is sure."""
    found: list[str] = []
    candidates = sorted(_candidates(assistant, language), key=lambda c: language_of(c.question) != language)
    for tried, candidate in enumerate(candidates):
        if tried == TRIED or len(found) == SHOWN:
            break
        new = fold(candidate.question) not in map(fold, found)  # in the other script, too, it is the same
        if new and _holds(assistant.ask(candidate.question), candidate):
            found.append(candidate.question)
    return found


def _holds(answer: Answer, candidate: _Candidate) -> bool:
    if not answer.answered or answer.citations[0].document != candidate.document:
        return False
    return candidate.words in without_glosses(answer.citations[0].quote)


def _candidates(assistant: "Assistant", language: str) -> Iterator[_Candidate]:
    """Questions with the document they stem from, taking turns among the documents."""
    documents = [assistant.document(info.name) for info in assistant.documents()[:DOCUMENTS_READ]]
    turns = zip_longest(*(_questions(document, language) for document in documents))
    return (candidate for candidate in chain.from_iterable(turns) if candidate is not None)


def _questions(document: Document, language: str) -> Iterator[_Candidate]:
    """What one document plainly answers, at most one question of each kind."""
    text = without_glosses(document.text[:READ])
    if language == "en":
        for pattern, question, words in _ABROAD:
            matches = {found[0]: found for found in pattern.finditer(text)}
            for found in islice(matches.values(), PERSONS):
                yield _Candidate(question.format(*found.groups()), document.name, words.format(*found.groups()))
    for pattern, question in _PATTERNS:
        if said := pattern.search(text):
            yield _Candidate(question.format(*said.groups()).replace(" The ", " the "), document.name)
