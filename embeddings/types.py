"""The values that travel through the project, and the protocols where a part plugs in.

All offsets count characters (Python string indices), never bytes. Unless a name says "view",
they index `Document.text`, the original text as it was decoded or extracted.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
"""Shape (n, dimension), float32, every row of unit length."""


@dataclass(frozen=True, slots=True)
class SetAside:
    """A stretch `text[start:end]` that is kept but not searched, and why."""

    start: int
    end: int
    kind: str  # "print button", "editor", "navigation", "share", "copyright", "furniture"


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading `text[start:end]`; level 1 is the highest."""

    start: int
    end: int
    level: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where a reader of the original finds `text` from `start` on, until the next place begins."""

    start: int
    label: str  # "page 3", "slide 2", "sheet Costs, row 14"


@dataclass(frozen=True, slots=True)
class Document:
    """One document: its original text, untouched, and what its reader found out about it.

    For plain text and Markdown, `text` is the decoded file; for HTML and office formats it is the
    text that the reader extracted. `digest` is the SHA-256 of the file's bytes, in hex.
    """

    name: str
    text: str
    digest: str
    title: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)  # "date", "source", "editor", "encoding"
    set_aside: tuple[SetAside, ...] = ()  # in order, not overlapping
    headings: tuple[Heading, ...] = ()  # in order
    places: tuple[Place, ...] = ()  # in order


@dataclass(frozen=True, slots=True)
class DocumentInfo:
    """A row of the list of documents."""

    name: str
    title: str
    metadata: Mapping[str, str]
    digest: str
    size: int  # characters of text
    passages: int
    added: str  # ISO 8601, UTC


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of a document that is embedded and found as one.

    `text` is the search view of `document.text[start:end]`; `context` is the search view of the
    title and of the headings above, "" where there are none. `id` is 0 until the catalog gives one;
    ids are never used twice.
    """

    document: str
    start: int
    end: int
    text: str
    context: str = ""
    place: str = ""  # label of the Place it begins in
    id: int = 0


def search_text(passage: Passage) -> str:
    """What is embedded of a passage: its context and its text, both search views."""
    return f"{passage.context}\n{passage.text}" if passage.context else passage.text


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found for a question: `text` is `document.text[start:end]`, original characters.

    Scores of one list compare with each other, not across modes.
    """

    document: str
    start: int
    end: int
    text: str
    score: float
    place: str = ""


@dataclass(frozen=True, slots=True)
class Failure:
    """A file that could not be read, and why, in one line."""

    name: str
    reason: str

    def __str__(self) -> str:
        return f"{self.name}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What an ingest did, by document name."""

    added: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)  # unchanged
    failed: list[Failure] = field(default_factory=list)
    set_aside: dict[str, list[str]] = field(default_factory=dict)  # name -> "kind: text", of added and updated
    renamed: dict[str, str] = field(default_factory=dict)  # new name -> old name; vectors kept
    vanished: list[str] = field(default_factory=list)  # in the index, no longer in the folder given
    removed: list[str] = field(default_factory=list)  # vanished ones that were removed on request


class Encoder(Protocol):
    """Texts to unit vectors. Inputs are search views; implementations are safe to share by threads."""

    @property
    def name(self) -> str:
        """The name or path that loads it again."""
        ...

    @property
    def dimension(self) -> int:
        """Length of its vectors."""
        ...

    @property
    def fingerprint(self) -> str:
        """Changes whenever equal texts may get other vectors."""
        ...

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Vectors of questions, shape (len(texts), dimension)."""
        ...

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Vectors of passages, shape (len(texts), dimension)."""
        ...


class VectorStore(Protocol):
    """Nearest neighbours by inner product. Ids are the catalog's passage ids, never positions."""

    def __len__(self) -> int: ...

    def add(self, ids: Sequence[int], vectors: Vectors) -> None:
        """Add vectors under ids that are not yet in the store."""
        ...

    def remove(self, ids: Collection[int]) -> None:
        """Forget these ids; unknown ones are ignored."""
        ...

    def search(self, query: Vectors, limit: int, among: Collection[int] | None = None) -> list[tuple[int, float]]:
        """The closest ids with their inner products, best first; `query` has shape (1, dimension)."""
        ...
