"""What the last turns of a conversation offer to a follow-up: their questions, people and quotations."""

from collections.abc import Callable, Sequence
from functools import cached_property

from embeddings.errors import DocumentNotFound
from embeddings.normalize import fold
from qa.conversation.elements import Element, elements
from qa.conversation.people import people
from qa.conversation.points import Point, listed
from qa.conversation.text import CLOSING, Text
from qa.questions import kind_of, language_of
from qa.types import Answer, Citation

REMEMBERED = 4
"""How many of the last turns a follow-up may refer to."""

_QUOTED = 400  # characters of quotations that are looked at
_LISTS = 3  # quotations around which lists are looked for
_BEFORE, _AFTER = 600, 1500  # characters of the document around a quotation

Read = Callable[[str, int, int], str]
"""The original characters of a document between two offsets; raises DocumentNotFound."""


class Turn:
    """One question as it was understood, and its answer."""

    def __init__(self, asked: str, answer: Answer, read: Read | None = None) -> None:
        self.asked = asked
        self._read = read
        self.answer = answer
        self.question = Text.of(answer.understood or asked)
        self.bare = self.question.stripped(CLOSING)
        self.language = language_of(self.question.view)

    @cached_property
    def elements(self) -> tuple[Element, ...]:
        """The exchangeable parts of the question."""
        return elements(self.bare.view)

    @cached_property
    def quoted(self) -> str:
        """The view of what was quoted, or of what was nearest where nothing was."""
        parts = [c.quote for c in self.answer.citations] or [hit.text for hit in self.answer.nearest]
        return fold("\n".join(parts)[:_QUOTED])

    @cached_property
    def points(self) -> list[Point]:
        """The list that a quotation begins, belongs to or introduces; the nearest to one of them."""
        found = [self._listed(citation) for citation in self.answer.citations[:_LISTS]]
        found = found or [listed(self.quoted, 0, len(self.quoted))]
        return min(found, key=lambda item: item[0])[1]

    def _listed(self, citation: Citation) -> tuple[int, list[Point]]:
        before, after = self._around(citation)
        quote = fold(citation.quote)
        return listed(before + quote + after, len(before), len(before) + len(quote))

    def _around(self, citation: Citation) -> tuple[str, str]:
        """The views of what stands before and after a quotation, if it still stands there."""
        if self._read is None:
            return "", ""
        name, start, end = citation.document, citation.start, citation.end
        try:
            if self._read(name, start, end) != citation.quote:
                return "", ""
            before, after = self._read(name, max(0, start - _BEFORE), start), self._read(name, end, end + _AFTER)
        except DocumentNotFound:
            return "", ""
        return fold(before) + "\n", "\n" + fold(after)  # a list may begin where the quotation ends

    @cached_property
    def span(self) -> str:
        """The view of the words that answered, "" where they are not known."""
        if not self.answer.citations:
            return ""
        best = self.answer.citations[0]
        if best.answer_start is None or best.answer_end is None:
            return ""
        return fold(best.quote[best.answer_start - best.start : best.answer_end - best.start])

    @cached_property
    def people(self) -> list[Text]:
        """People whom the question names."""
        return [self.bare[start:end] for start, end in people(self.bare.view, self.quoted)]

    @cached_property
    def answerer(self) -> Text | None:
        """The person who is the answer, where the question asked for one."""
        if kind_of(self.question.view) != "who" or not self.answer.answered:
            return None
        spans = people(self.span)
        if len(spans) == 1:
            name = self.span[slice(*spans[0])]
            return Text(name, name)
        quote = fold(self.answer.citations[0].quote[:_QUOTED]) if self.answer.citations else ""
        named = [(a, b) for a, b in people(quote) if quote[a:b] not in self.question.view]
        if not named:
            return None
        pairs = ((i, quote[i : i + 2]) for i in range(len(quote) - 1))
        anchors = [i for i, pair in pairs if pair.isalnum() and pair in self.question.view]
        start, end = min(named, key=lambda span: min((abs(span[0] - i) for i in anchors), default=0))
        return Text(quote[start:end], quote[start:end])


def last_turns(history: Sequence[tuple[str, Answer]], read: Read | None = None) -> list[Turn]:
    """The turns that a follow-up may refer to, most recent first."""
    return [Turn(question, answer, read) for question, answer in reversed(history[-REMEMBERED:])]
