"""The texts that were asked for last, so that slices of one document do not read it again and again."""

from threading import Lock

from embeddings.catalog import Catalog

_KEPT = 8


class Texts:
    """Texts of documents as of the catalog's last commit."""

    def __init__(self, catalog: Catalog) -> None:
        """Nothing is read yet."""
        self._catalog = catalog
        self._lock = Lock()
        self._generation = -1
        self._texts: dict[str, str] = {}

    def get(self, name: str) -> str:
        """The text of a document; DocumentNotFound."""
        generation = self._catalog.state().generation
        with self._lock:
            if generation != self._generation:
                self._texts.clear()
                self._generation = generation
            text = self._texts.pop(name, None)
            if text is None:
                text = self._catalog.document(name).text
                while len(self._texts) >= _KEPT:
                    del self._texts[next(iter(self._texts))]
            self._texts[name] = text  # last in order: the first is the one to drop
            return text
