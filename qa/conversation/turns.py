"""What the last turns of a conversation offer to a follow-up: their questions, people and quotations."""

from collections.abc import Callable, Sequence
from functools import cached_property

from embeddings.errors import DocumentNotFound
from embeddings.normalize import fold
from embeddings.types import Hit
from qa.conversation.elements import Element, elements
from qa.conversation.people import people
from qa.conversation.points import Point, listed
from qa.conversation.sought import identified, sought
from qa.conversation.text import CLOSING, Text
from qa.gazetteer import PLACES, other_names
from qa.questions import LOOKED_AT, kind_of, language_of
from qa.types import Answer, Citation

REMEMBERED = 4
"""How many of the last turns a follow-up may refer to."""

_QUOTED = 400  # characters of quotations that are looked at
_LISTS = 3  # quotations around which lists are looked for
_AROUND = 4000  # characters of the document before and after a quotation; glosses make the original long
_HEAD = 400  # characters at the beginning of a document, which say what place it is about

Read = Callable[[str, int, int], str]
"""The original characters of a document between two offsets; raises DocumentNotFound."""


class Turn:
    """One question as it was understood, and its answer."""

    def __init__(self, asked: str, answer: Answer, read: Read | None = None) -> None:
        self.asked = asked
        self._read = read
        self.answer = answer
        self.question = Text.of((answer.understood or asked)[:LOOKED_AT])
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
    def places(self) -> frozenset[str]:
        """The places that the question names, by their Chinese names."""
        named = (self.bare.view[e.start : e.end].lower() for e in self.elements if e.kind == "place")
        return frozenset(name if name in PLACES else next(iter(other_names(name)), name) for name in named)

    @cached_property
    def points(self) -> list[Point]:
        """The list that a quotation begins, belongs to or introduces; the nearest to one of the best document.

        Of a refused question about a place it is one in what was nearest of that place.
        """
        sources: Sequence[Citation | Hit] = self.answer.citations[:_LISTS]
        if not sources and self.places:
            sources = [hit for hit in self.answer.nearest[:_LISTS] if self._of_place(hit)]
        elif not sources:
            return listed(self.quoted, 0, len(self.quoted))[1]
        # What else was quoted may have a list of its own, of another page.
        best = [self._listed(source) for source in sources if source.document == sources[0].document]
        rest = [self._listed(source) for source in sources if source.document != sources[0].document]
        return next((points for _, points in sorted(best, key=_distance) + rest if points), [])

    def _of_place(self, hit: Hit) -> bool:
        """Whether a passage, or the beginning of its document, names a place that the question names."""
        try:
            head = self._read(hit.document, 0, _HEAD) if self._read else ""
        except DocumentNotFound:
            return False
        named = {name for place in self.places for name in (place, *other_names(place))}
        return any(name in fold(text).lower() for text in (hit.text, head) for name in named)

    def _listed(self, source: Citation | Hit) -> tuple[int, list[Point]]:
        text = source.quote if isinstance(source, Citation) else source.text
        before, after = self._around(source, text)
        quote = fold(text)
        return listed(before + quote + after, len(before), len(before) + len(quote))

    def _around(self, source: Citation | Hit, text: str) -> tuple[str, str]:
        """The views of what stands before and after a quotation, if it still stands there."""
        if self._read is None:
            return "", ""
        name, start, end = source.document, source.start, source.end
        try:
            if self._read(name, start, end) != text:
                return "", ""
            before, after = self._read(name, max(0, start - _AROUND), start), self._read(name, end, end + _AROUND)
        except DocumentNotFound:
            return "", ""
        return fold(before) + _space(before + text, len(before)), _space(text + after, len(text)) + fold(after)

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
        """People whom the question names; nothing that was quoted shows how long a name is that is refused."""
        spans = people(self.bare.view, self.quoted if self.answer.answered else "")
        return [self.bare[start:end] for start, end in spans]

    @cached_property
    def sought(self) -> Text | None:
        """Whom a refused question asked for, so that a pronoun after it is taken for nobody else."""
        asked = kind_of(self.question.view) == "who" and not self.answer.answered
        return sought(self.bare) if asked else None

    @cached_property
    def answerer(self) -> Text | None:
        """The person who is the answer, where the question asked for one and not who a person is."""
        if kind_of(self.question.view) != "who" or not self.answer.answered or identified(self.bare, self.people):
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


def _distance(found: tuple[int, list[Point]]) -> int:
    return found[0]


def _space(text: str, at: int) -> str:
    """What separates the views of the texts before and after a boundary: a list may begin at it."""
    space = text[len(text[:at].rstrip()) : len(text) - len(text[at:].lstrip())]
    return "\n" if "\n" in space else " " if space else ""


def last_turns(history: Sequence[tuple[str, Answer]], read: Read | None = None) -> list[Turn]:
    """The turns that a follow-up may refer to, most recent first."""
    return [Turn(question, answer, read) for question, answer in reversed(history[-REMEMBERED:])]
