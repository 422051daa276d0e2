"""The documents that were asked for last, so that slices of one do not read it again and again."""

from collections.abc import Sequence
from threading import Lock

from embeddings.catalog import Catalog
from embeddings.types import Document

_KEPT = 2_000_000  # characters


class Recent:
    """Documents as of the catalog's last commit."""

    def __init__(self, catalog: Catalog) -> None:
        """Nothing is read yet."""
        self._catalog = catalog
        self._lock = Lock()
        self._generation = -1
        self._documents: dict[str, Document] = {}
        self._characters = 0

    def get(self, names: Sequence[str]) -> list[Document]:
        """Documents of one generation; DocumentNotFound."""
        generation = self._catalog.state().generation
        with self._lock:
            if generation != self._generation:
                self._documents.clear()
                self._generation, self._characters = generation, 0
            missing = [name for name in dict.fromkeys(names) if name not in self._documents]
            for document in self._catalog.whole(missing) if missing else ():
                self._documents[document.name] = document
                self._characters += len(document.text)
            for name in dict.fromkeys(names):  # last in order: the first are those to drop
                self._documents[name] = self._documents.pop(name)
            found = [self._documents[name] for name in names]
            while len(self._documents) > 1 and self._characters > _KEPT:
                self._characters -= len(self._documents.pop(next(iter(self._documents))).text)
            return found
