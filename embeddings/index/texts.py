"""The texts that were asked for last, so that slices of one document do not read it again and again."""

from threading import Lock

from embeddings.catalog import Catalog

_KEPT = 2_000_000  # characters


class Texts:
    """Texts of documents as of the catalog's last commit."""

    def __init__(self, catalog: Catalog) -> None:
        """Nothing is read yet."""
        self._catalog = catalog
        self._lock = Lock()
        self._generation = -1
        self._texts: dict[str, str] = {}
        self._characters = 0

    def get(self, name: str) -> str:
        """The text of a document; DocumentNotFound."""
        generation = self._catalog.state().generation
        with self._lock:
            if generation != self._generation:
                self._texts.clear()
                self._generation, self._characters = generation, 0
            text = self._texts.pop(name, None)
            if text is None:
                text = self._catalog.text(name)
                self._characters += len(text)
                while self._texts and self._characters > _KEPT:
                    self._characters -= len(self._texts.pop(next(iter(self._texts))))
            self._texts[name] = text  # last in order: the first is the one to drop
            return text
