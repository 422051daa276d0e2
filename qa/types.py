"""What an answer is made of. One schema for Python, the command line (`--json`), HTTP and the chat."""

from dataclasses import asdict, dataclass
from typing import Any

from embeddings.types import Hit


@dataclass(frozen=True, slots=True)
class Citation:
    """A quotation: `assistant.document(document).text[start:end] == quote`, always.

    `answer_start` and `answer_end` mark the shortest span that answers, in the same document
    offsets (`start <= answer_start < answer_end <= end`); both are None where the reader is unsure.
    """

    document: str
    start: int
    end: int
    quote: str
    answer_start: int | None = None
    answer_end: int | None = None
    place: str = ""  # "page 3"; "" where the document has no such places
    score: float = 0.0  # probability in [0, 1] that this quotation answers, by the reader


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, or an honest refusal; `str(answer)` is the shown text."""

    question: str
    text: str
    answered: bool  # False: the documents do not say
    confidence: float  # in [0, 1], calibrated probability that the documents answer the question so
    citations: tuple[Citation, ...] = ()  # best first; empty when refused
    nearest: tuple[Hit, ...] = ()  # what was closest; filled when refused
    understood: str = ""  # the question with what a follow-up left out; equal to `question` otherwise

    def __str__(self) -> str:
        return self.text

    def to_dict(self) -> dict[str, Any]:
        """A JSON-ready dictionary with all fields."""
        return asdict(self)
