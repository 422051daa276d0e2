"""What a reader hands back, and the writer that readers of structured formats fill."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from embeddings.errors import DocumentError
from embeddings.types import Heading, Place, SetAside

MAX_CHARACTERS = 50_000_000
"""The longest text a document may have; more is a list of data, not something to quote from."""


@dataclass(slots=True)
class Extract:
    """A document as its reader sees it: the fields of `Document` that depend on the format."""

    text: str
    title: str = ""
    metadata: dict[str, str] = field(default_factory=dict)
    set_aside: list[SetAside] = field(default_factory=list)
    headings: list[Heading] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)


Reader = Callable[[bytes], Extract]
"""Reads the bytes of a file; raises DocumentError where they are not what the suffix promises."""


class Writer:
    """Collects lines of extracted text and the spans that lie on them."""

    def __init__(self) -> None:
        """An empty text."""
        self._parts: list[str] = []
        self.length = 0
        self.headings: list[Heading] = []
        self.places: list[Place] = []
        self.set_aside: list[SetAside] = []

    def write(self, text: str) -> tuple[int, int]:
        """Append text as it is; returns its span."""
        start = self.length
        self.length += len(text)
        if self.length > MAX_CHARACTERS:
            raise DocumentError(f"holds more than {MAX_CHARACTERS:,} characters of text: split it into smaller files")
        self._parts.append(text)
        return start, self.length

    def line(self, text: str, *, level: int = 0, aside: str = "") -> None:
        """Append one line; `level` makes it a heading, `aside` sets it aside as that kind."""
        text = text.strip()
        if not text:
            return
        start, end = self.write(text)
        if level:
            self.headings.append(Heading(start, end, level))
        if aside:
            self.set_aside.append(SetAside(start, end, aside))
        self.write("\n")

    def gap(self) -> None:
        """Leave an empty line between what stands above and below, but never two."""
        if self._parts and self._parts[-2:] != ["\n", "\n"]:
            self.write("\n")

    def place(self, label: str) -> None:
        """What is written from here on lies at this place."""
        self.places.append(Place(self.length, label))

    def extract(self, title: str = "", metadata: dict[str, str] | None = None) -> Extract:
        """Everything written so far."""
        return Extract("".join(self._parts), title, metadata or {}, self.set_aside, self.headings, self.places)


def merge(spans: list[SetAside]) -> list[SetAside]:
    """The spans in order, overlaps joined under the kind of the one that begins first."""
    merged: list[SetAside] = []
    for span in sorted(spans, key=lambda span: (span.start, -span.end)):
        last = merged[-1] if merged else None
        if last is None or span.start >= last.end:
            merged.append(span)
        elif span.end > last.end:
            merged[-1] = SetAside(last.start, span.end, last.kind)
    return merged


_BREAKS = re.compile(r"\s+")


def one_line(text: str) -> str:
    """The text with every run of white space as one space."""
    return _BREAKS.sub(" ", text).strip()


def names(words: str) -> frozenset[str]:
    """The set of these words."""
    return frozenset(words.split())
