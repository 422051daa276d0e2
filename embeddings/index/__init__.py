"""The index: documents in, nearest passages out; one folder, one writer, any number of readers."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict
from pathlib import Path
from threading import Event, RLock
from types import TracebackType
from typing import TYPE_CHECKING, Any

from embeddings.catalog import Fingerprint
from embeddings.catalog.migrations import FORMAT
from embeddings.catalog.sqlite import SqliteCatalog
from embeddings.errors import IndexReadOnly
from embeddings.helpers import Helpers
from embeddings.index.dense_side import DenseSide
from embeddings.index.folder import CATALOG, LEXICAL, LOCK, ORIGINALS, Originals, check, make, missing
from embeddings.index.ingest import Progress, given
from embeddings.index.lexical_side import LexicalSide
from embeddings.index.locking import WriterLock
from embeddings.index.recent import Recent
from embeddings.index.reindexing import reindexed
from embeddings.index.stamps import check_encoder, check_rules, embed, fingerprint_of, load
from embeddings.index.upkeep import Upkeep
from embeddings.types import Document, DocumentInfo, Encoder, Passage, Receipt, Vectors

if TYPE_CHECKING:
    from embeddings.index.adding import Addition

__all__ = ["Index", "Progress"]


class Index:
    """Documents, their passages, and what finds them. Safe to call from several threads."""

    def __init__(self, folder: Path, catalog: SqliteCatalog, lock: WriterLock | None, encoder: Encoder | None) -> None:
        """Use `Index.open`."""
        self._folder = folder
        self._catalog = catalog
        self._lock = lock
        self._encoder = encoder
        self._encoder_lock = RLock()
        self._write_lock = RLock()
        self._dense = DenseSide(catalog, folder)
        self._helpers = Helpers()
        self._lexical = LexicalSide(catalog, folder / LEXICAL, lock is None, self._helpers)
        self._originals = Originals(folder / ORIGINALS)
        self._recent = Recent(catalog)
        self._upkeep = Upkeep(folder, catalog, self._dense, self._lexical, self._originals)

    @classmethod
    def open(
        cls,
        path: str | Path,
        *,
        model: str | None = None,
        read_only: bool = False,
        encoder: Encoder | None = None,
    ) -> "Index":
        """Open the index in a folder; a new one is made if there is none, unless `read_only`.

        A new index is made with the encoder `model` (a name or path; None for the embedded default) or
        with an `encoder` of your own, and stays with it. Raises IndexLocked while another process writes,
        IndexMismatch if the index was made by something else, IndexFolderError for an unusable folder.
        """
        folder = Path(path)
        if read_only:
            if not SqliteCatalog.exists(folder / CATALOG):
                raise missing(folder)
            return cls._opened(folder, SqliteCatalog(folder / CATALOG, read_only=True), None, model, encoder)
        check(folder)
        if encoder is None and not SqliteCatalog.exists(folder / CATALOG):
            encoder = load(model)  # first, so that a model that cannot be loaded leaves no folder behind
        make(folder)
        lock = WriterLock(folder / LOCK)
        try:
            if SqliteCatalog.exists(folder / CATALOG):
                catalog = SqliteCatalog(folder / CATALOG)
            else:
                catalog = SqliteCatalog.create(folder / CATALOG, fingerprint_of(encoder or load(model)))
            index = cls._opened(folder, catalog, lock, model, encoder)
        except BaseException:
            lock.release()
            raise
        index._upkeep.recover()
        return index

    @classmethod
    def _opened(
        cls,
        folder: Path,
        catalog: SqliteCatalog,
        lock: WriterLock | None,
        model: str | None,
        encoder: Encoder | None,
    ) -> "Index":
        try:
            check_rules(folder, catalog.fingerprint())
            stamped = catalog.fingerprint()
            if encoder is None and model is not None and model != stamped.model:
                encoder = load(model)
            if encoder is not None:
                check_encoder(folder, stamped, encoder)
            return cls(folder, catalog, lock, encoder)
        except BaseException:
            catalog.close()
            raise

    @classmethod
    def reindex(
        cls,
        path: str | Path,
        model: str | None = None,
        *,
        encoder: Encoder | None = None,
        progress: Progress | None = None,
    ) -> int:
        """Embed all documents again, with another model or the same; the number embedded in this run.

        Needed when the model, the normaliser or the passage rules have changed. Works from the stored
        texts. Readers are served by the old passages until the new ones are whole; an interrupted run goes
        on where it stopped. Raises IndexLocked, ModelError, IndexFolderError.
        """
        done, encoder = reindexed(Path(path), model, encoder, progress)
        cls.open(path, encoder=encoder).close()
        return done

    def close(self) -> None:
        """Release files and lock; the index cannot be used afterwards."""
        with self._write_lock:
            self._lexical.close()
            self._catalog.close()
            if self._lock is not None:
                self._lock.release()

    def __enter__(self) -> "Index":
        """The index itself; leaving closes it."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        self.close()

    # ---- documents

    def add(
        self, paths: str | Path | Iterable[str | Path], progress: Progress | None = None, prune: bool = False
    ) -> Receipt:
        """Bring files, and all files under folders, into the index; unchanged ones are skipped.

        A document's name is its path relative to the folder given (of a single file, its file name). A file
        that cannot be read is a failure in the receipt and nothing else suffers. Files that have vanished
        from a folder given are listed; `prune` removes their documents. Work is committed every few hundred
        passages, so what is finished survives an interruption. Raises PathNotFound before anything changes.
        """
        with self._writing() as addition:
            addition.add_paths(given(paths), progress)
            if prune and addition.receipt.vanished:
                addition.prune()
        return addition.receipt

    def watch(
        self, paths: str | Path | Iterable[str | Path], stop: Event, progress: Progress | None = None
    ) -> Iterator[Receipt]:
        """Keep files and folders in step until `stop` is set, which ends a round under way too.

        The first receipt is of everything, as of `add` with `prune`; later ones come with the changes, and
        tell of nothing else. A folder that is gone as a whole, as a drive may be, keeps its documents and is
        followed again when it is back. Raises PathNotFound.
        """
        from embeddings.index.watching import keep_in_step

        self._require_writer()
        return keep_in_step(self._writing, given(paths), self._folder, stop, progress)

    def add_document(self, document: Document) -> Receipt:
        """Bring in one document, replacing the one of its name."""
        return self.add_documents([document])

    def add_documents(self, documents: Iterable[Document]) -> Receipt:
        """Bring in documents, replacing those of their names; many at once are committed in batches."""
        with self._writing() as addition:
            addition.add_documents(documents)
        return addition.receipt

    def remove(self, name: str) -> None:
        """Forget a document, in the files too; DocumentNotFound."""
        with self._writing(), self._catalog.transaction():
            self._catalog.remove([name])

    def documents(self) -> list[DocumentInfo]:
        """All documents, in order of name."""
        return self._catalog.documents()

    def document(self, name: str) -> Document:
        """A whole document; DocumentNotFound."""
        return self._recent.get([name])[0]

    def original(self, name: str) -> Path | None:
        """A copy of the file a document came from, where one is kept (pdf); DocumentNotFound."""
        return self._originals.path(self.document(name).digest)

    # ---- passages

    def dense(
        self, question_view: str, limit: int, documents: Collection[str] | None = None
    ) -> list[tuple[int, float]]:
        """Passage ids with the inner product of their vectors and the question's, best first."""
        among = None
        if documents is not None:
            among = self._catalog.passage_ids(self._catalog.document_ids(documents)).tolist()
        if not self.passage_count or among == []:
            return []  # and no encoder is loaded for it
        while True:
            encoder, store = self.encoder, self._dense.store()
            if self._dense.damaged and self._lock is not None:
                with self._write_lock:
                    self._upkeep.settle()
            if self._dense.encoder == encoder.fingerprint:  # else a reindexing came between
                return store.search(encoder.encode_queries([question_view]), limit, among)

    def lexical(
        self, question_view: str, limit: int, documents: Collection[str] | None = None, singles: bool = True
    ) -> list[tuple[int, float]]:
        """Passage ids with their BM25 scores, best first; only passages that share a term.

        Without `singles` far faster in a large index: by terms of more than one character, where there are some.
        """
        among = None if documents is None else self._catalog.document_ids(documents)
        return self._lexical.search(question_view, limit, among, singles)

    def passages(self, ids: Sequence[int]) -> list[Passage]:
        """Passages in the given order, missing ones left out."""
        return self._catalog.passages(ids)

    def all_passages(self, document: str) -> list[Passage]:
        """Passages of one document, in order; DocumentNotFound."""
        return self._catalog.passages_of(document)

    def beginnings(self, documents: Sequence[str], before: int) -> dict[str, str]:
        """Of documents, the search views of the passages that start before this character, joined."""
        return self._catalog.beginnings(documents, before)

    def slice(self, document: str, start: int, end: int) -> str:
        """Original characters of a document; DocumentNotFound."""
        return self.document(document).text[start:end]

    def originals(self, passages: Sequence[Passage]) -> list[str]:
        """The original characters of passages; DocumentNotFound."""
        documents = self._recent.get([passage.document for passage in passages])
        return [d.text[p.start : p.end] for d, p in zip(documents, passages, strict=True)]

    # ---- the index itself

    @property
    def encoder(self) -> Encoder:
        """What the passages were embedded with; loaded at the first use. ModelError, IndexMismatch."""
        stamped = self._catalog.fingerprint()
        with self._encoder_lock:
            if self._encoder is None or self._encoder.fingerprint != stamped.encoder:
                encoder = load(stamped.model)
                check_encoder(self._folder, stamped, encoder)
                self._encoder = encoder
            return self._encoder

    @property
    def stamped(self) -> Fingerprint:
        """What the passages were built with; known without loading the encoder."""
        return self._catalog.fingerprint()

    @property
    def generation(self) -> int:
        """A number that every committed change of documents raises."""
        return self._catalog.state().generation

    @property
    def passage_count(self) -> int:
        """Passages of all documents."""
        return self._catalog.state().passage_count

    def setting(self, key: str) -> str | None:
        """A stored setting, None if there is none."""
        return self._catalog.setting(key)

    def set_setting(self, key: str, value: str) -> None:
        """Store a setting in the index."""
        with self._write_lock:
            self._require_writer()
            self._catalog.set_setting(key, value)

    def verify(self) -> list[str]:
        """Contradictions between the catalog, the vectors and the lexical index; empty if consistent."""
        with self._write_lock:
            return [*self._catalog.verify(), *self._dense.verify(), *self._lexical.verify()]

    def info(self) -> dict[str, Any]:
        """What the index is made of, JSON-ready."""
        state, fingerprint = self._catalog.state(), self._catalog.fingerprint()
        files = [file for file in self._folder.rglob("*") if file.is_file()]
        return {
            "path": str(self._folder),
            "format": FORMAT,
            "generation": state.generation,
            "documents": len(self._catalog.origins()),
            "passages": state.passage_count,
            "bytes": sum(file.stat().st_size for file in files),
            **asdict(fingerprint),
        }

    @contextmanager
    def _writing(self) -> Iterator["Addition"]:
        """A change of documents; whatever became of it, what is derived follows."""
        # Only here: it brings the readers of all formats, which no question needs.
        from embeddings.index.adding import Addition

        with self._write_lock, closing(self._helpers):
            self._require_writer()
            self._upkeep.prepare()
            before = self._catalog.state().generation
            try:
                yield Addition(
                    self._catalog, self._originals, self._folder, self._embed, self._upkeep.follow, self._helpers
                )
            finally:
                if self._catalog.state().generation != before:
                    self._upkeep.settle()

    def _require_writer(self) -> None:
        if self._lock is None:
            raise IndexReadOnly(f"{self._folder} was opened for reading; open it without read_only to write")

    def _embed(self, passages: Sequence[Passage]) -> Vectors:
        return embed(self.encoder, passages)
