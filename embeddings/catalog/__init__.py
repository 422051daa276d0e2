"""The truth of an index: documents, passages, vectors, settings, behind a protocol.

Everything else in an index folder (FAISS and tantivy files) is derived from a catalog and can be
made again from it without embedding again. `SqliteCatalog` is the one that ships.
"""

from collections.abc import Collection, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from embeddings.lexical import Entry
from embeddings.types import Document, DocumentInfo, Passage, Vectors

Ids = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What passages were built with; passages of unequal fingerprints never meet in one index."""

    model: str  # name or path that loads the encoder again
    encoder: str  # the encoder's own fingerprint
    dimension: int
    normalizer: int
    passage_rules: int


@dataclass(frozen=True, slots=True)
class State:
    """Where a catalog stands; small, and read at every search."""

    generation: int = 0  # raised by every committed change of documents
    last_passage: int = 0  # highest passage id ever given out
    passage_count: int = 0
    epoch: int = 0  # raised when the log of removed passages is emptied, or all passages are replaced
    base_file: str = ""  # FAISS file that holds the passages with id <= base_last
    base_last: int = 0
    purge_due: bool = False  # derived files must still forget removed passages


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a stored document came from; root is "" for a text that was in no file."""

    name: str
    digest: str
    root: str


class Catalog(Protocol):
    """Documents, passages and vectors. Reads are safe from any thread; writes need a transaction."""

    def transaction(self, changes: bool = True) -> AbstractContextManager[None]:
        """All or nothing; `changes` raises the generation once."""
        ...

    def state(self) -> State:
        """The committed state."""
        ...

    def fingerprint(self) -> Fingerprint:
        """What the passages were built with."""
        ...

    def put(self, document: Document, passages: Sequence[Passage], vectors: Vectors, root: str = "") -> bool:
        """Add a document, or replace the one of this name (then True)."""
        ...

    def remove(self, names: Iterable[str]) -> None:
        """Remove documents and all that belongs to them; DocumentNotFound."""
        ...

    def rename(self, old: str, new: str) -> None:
        """Give a document another name."""
        ...

    def set_root(self, name: str, root: str) -> None:
        """Note that a document is now read from another folder."""
        ...

    def origins(self) -> list[Origin]:
        """Of every document, in order of name."""
        ...

    def documents(self) -> list[DocumentInfo]:
        """In order of name."""
        ...

    def document(self, name: str) -> Document:
        """The whole document; DocumentNotFound."""
        ...

    def whole(self, names: Sequence[str]) -> list[Document]:
        """Whole documents in the given order, read at once; DocumentNotFound."""
        ...

    def document_ids(self, names: Collection[str]) -> list[int]:
        """Ids of documents; DocumentNotFound."""
        ...

    def passages(self, ids: Sequence[int]) -> list[Passage]:
        """In the given order, missing ones left out."""
        ...

    def passages_of(self, name: str) -> list[Passage]:
        """Of one document, in order; DocumentNotFound."""
        ...

    def beginnings(self, names: Sequence[str], before: int) -> dict[str, str]:
        """Of documents by name, the search views of the passages that start before this character, joined."""
        ...

    def passage_ids(self, documents: Collection[int] | None = None) -> Ids:
        """Ascending; of some documents, or of all."""
        ...

    def entries(self, ids: Sequence[int]) -> list[Entry]:
        """What the lexical index holds of these passages; missing ones left out."""
        ...

    def entries_after(self, after: int, limit: int) -> list[Entry]:
        """The same of the next `limit` passages with id > `after`, ascending."""
        ...

    def vectors(self, after: int, limit: int) -> tuple[Ids, Vectors]:
        """The next `limit` passages with id > `after`, ascending."""
        ...

    def vectors_of(self, ids: Sequence[int]) -> tuple[Ids, Vectors]:
        """The vectors of these passages, with their ids, in any order; missing ones left out."""
        ...

    def removed(self, after: int = 0) -> list[tuple[int, int]]:
        """(sequence number, passage id) of removals in this epoch with a sequence number > `after`."""
        ...

    def compacted(self, base_file: str, base_last: int) -> None:
        """Record the FAISS file and begin a new epoch: derived files hold nothing removed any more."""
        ...

    def begin_next(self, fingerprint: Fingerprint) -> None:
        """Go on with a reindexing to this fingerprint, or begin one and drop any other."""
        ...

    def next_missing(self, limit: int) -> list[str]:
        """Names of documents whose next passages are still to be made."""
        ...

    def put_next(self, name: str, passages: Sequence[Passage], vectors: Vectors) -> None:
        """Store the next passages of a document, all of them; DocumentNotFound."""
        ...

    def adopt_next(self) -> None:
        """Put the next passages in place of the present ones; the derived files are to be made again."""
        ...

    def setting(self, key: str) -> str | None:
        """A stored setting."""
        ...

    def set_setting(self, key: str, value: str) -> None:
        """Store a setting; the generation stays."""
        ...

    def scrub(self) -> None:
        """Leave nothing removed in the catalog's files, once `checkpoint` is done too."""
        ...

    def checkpoint(self) -> bool:
        """Leave nothing in side files; False while a reader holds an old view."""
        ...

    def verify(self) -> list[str]:
        """Contradictions inside the catalog."""
        ...

    def close(self) -> None:
        """Release the files."""
        ...
