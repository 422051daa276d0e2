"""One run of `add`: which files mean what, and commits of a few hundred passages at a time."""

import os
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from typing import NamedTuple

from embeddings.catalog import Catalog, Origin
from embeddings.documents import read_limited
from embeddings.errors import DocumentError, WenjuError
from embeddings.helpers import Helpers, in_background
from embeddings.index.folder import Originals
from embeddings.index.ingest import Glance, Progress, Source, Sources, collect, digest_of
from embeddings.passages import split
from embeddings.types import Document, Failure, Passage, Receipt, Vectors

_BATCH_PASSAGES = 512
_LONG = 4  # times as many where an addition is long: each commit waits for the disk
_BATCH_SECONDS = 2.0
_PASSAGE_BYTES = 500  # of text for each passage, about
_HELPED = 2_000  # passages after which an addition is long, and worth starting processes for
_UNDER_WAY = 2  # batches of a long addition that are being cut or embedded while another is committed
_QUICK_SECONDS = 5.0  # an encoder that takes longer for a batch gains nothing by a thread, which Ctrl-C cannot stop

_Batch = list[tuple[Document, str]]  # documents and the folders their names are relative to


class _Embedded(NamedTuple):
    """A batch that can be committed."""

    batch: _Batch
    found: list[list[Passage] | str]  # passages of each document, or why there are none
    vectors: Vectors  # of all the passages
    seconds: float  # that the encoder took


class Addition:
    """Collects documents and commits them in batches; the receipt says what is committed."""

    def __init__(
        self,
        catalog: Catalog,
        originals: Originals,
        leave_out: Path,
        embed: Callable[[Sequence[Passage]], Vectors],
        committed: Callable[[], None],
        helpers: Helpers,
    ) -> None:
        """`embed` gives the passages' vectors; `committed` is called after every commit; `helpers` may cut."""
        self.receipt = Receipt()
        self._catalog = catalog
        self._originals = originals
        self._leave_out = leave_out
        self._embed = embed
        self._committed = committed
        self._helpers = helpers
        self._known: dict[str, Origin] = {}
        self._unsettled: set[str] = set()  # names of what is not committed yet
        self._batch: _Batch = []
        self._waiting = 0  # passages that the batch will make, about
        self._being_cut: deque[tuple[_Batch, Callable[[], list[list[Passage] | str]]]] = deque()
        self._being_embedded: Future[_Embedded] | None = None  # the batch before those
        self._passages = 0  # committed
        self._flushed = time.monotonic()

    def add_paths(self, paths: list[Path], progress: Progress | None, glance: Glance | None = None) -> None:
        """Bring in files and folders, given as absolute paths; by `glance`, what looks as it did is passed over."""
        sources = collect(paths, self._leave_out)
        glance = glance or Glance()
        files = glance.changed(sources.files)
        self.receipt.failed.extend(glance.newly_closed(sources.closed))
        self._known = {origin.name: origin for origin in self._catalog.origins()}
        gone = _gone(self._known.values(), sources)
        for done, source in enumerate(files):
            if progress is not None:
                progress(done, len(files), source.name)
            if source.name in self._unsettled:
                self._flush()
            try:
                self._add_file(source, gone)
            except DocumentError as error:
                self._fail(source.name, str(error))
            except WenjuError:
                raise
            except Exception as error:  # a reader's fault on one file is no reason to lose the others
                self._fail(source.name, f"unexpected {type(error).__name__}: {error}")
            self._flush_if_due()
        self._flush()
        if progress is not None and files:
            progress(len(files), len(files), files[-1].name)
        self.receipt.vanished.extend(sorted(gone))

    def add_documents(self, documents: Iterable[Document]) -> None:
        """Bring in documents that come from no file."""
        for document in documents:
            try:
                self._queue(document, "")
            except DocumentError as error:
                self._fail(document.name, str(error))
            self._flush_if_due()
        self._flush()

    def prune(self) -> None:
        """Remove the documents whose files have vanished."""
        with self._catalog.transaction():
            self._catalog.remove(self.receipt.vanished)
        self.receipt.removed.extend(self.receipt.vanished)
        self._committed()

    def _add_file(self, source: Source, gone: dict[str, Origin]) -> None:
        origin, digest = self._known.get(source.name), digest_of(source.path)
        if origin is None:
            old = _renamed_from(source, digest, gone.values())
            if old is not None:
                with self._catalog.transaction():
                    self._catalog.rename(old.name, source.name)
                del gone[old.name]
                self.receipt.renamed[source.name] = old.name
                return
        else:
            elsewhere = origin.root not in ("", source.root)
            if elsewhere and not Path(origin.root, origin.name).exists():
                with self._catalog.transaction(changes=False):
                    self._catalog.set_root(source.name, source.root)
            if digest == origin.digest:
                self.receipt.skipped.append(source.name)
                return
            if elsewhere and Path(origin.root, origin.name).exists():
                raise DocumentError(
                    f"the index holds another document of this name, from {origin.root};"
                    " add a common parent folder, or rename one"
                )
        document = read_limited(source.path, source.name)
        self._originals.keep(source.path, document.digest)
        self._queue(document, source.root)

    def _queue(self, document: Document, root: str) -> None:
        _check_unicode(document)
        self._batch.append((document, root))
        self._unsettled.add(document.name)
        self._waiting += 1 + len(document.text.encode()) // _PASSAGE_BYTES

    def _flush_if_due(self) -> None:
        late = self._batch and time.monotonic() - self._flushed > _BATCH_SECONDS
        helped = self._helpers.running
        if self._waiting >= _BATCH_PASSAGES * (_LONG if helped else 1) or late:
            self._hand_over()
            self._finish(_UNDER_WAY if helped else 0)

    def _flush(self) -> None:
        self._hand_over()
        self._finish(0)

    def _hand_over(self) -> None:
        """Have the documents collected so far cut into passages."""
        batch, self._batch, self._waiting = self._batch, [], 0
        self._flushed = time.monotonic()
        if batch:
            self._being_cut.append((batch, self._helpers.submit(cut, [document for document, _ in batch])))

    def _finish(self, most: int) -> None:
        """Embed and commit, each in one transaction, until at most so many batches are under way."""
        while len(self._being_cut) + (self._being_embedded is not None) > most:
            embedded = self._next_embedded()
            quick = embedded.seconds < _QUICK_SECONDS
            if quick and self._being_cut and self._helpers.running:
                self._being_embedded = in_background(partial(self._embedded, *self._being_cut.popleft()))
            self._commit(embedded)
            if self._passages >= _HELPED:
                self._helpers.start()

    def _next_embedded(self) -> _Embedded:
        begun, self._being_embedded = self._being_embedded, None
        return begun.result() if begun is not None else self._embedded(*self._being_cut.popleft())

    def _embedded(self, batch: _Batch, passages_of: Callable[[], list[list[Passage] | str]]) -> _Embedded:
        found = passages_of()
        begun = time.monotonic()
        vectors = self._embed([passage for passages in found if not isinstance(passages, str) for passage in passages])
        return _Embedded(batch, found, vectors, time.monotonic() - begun)

    def _commit(self, embedded: _Embedded) -> None:
        ready: list[tuple[Document, list[Passage], str]] = []
        for (document, root), passages in zip(embedded.batch, embedded.found, strict=True):
            self._unsettled.discard(document.name)
            if isinstance(passages, str):
                self._fail(document.name, passages)
            else:
                ready.append((document, passages, root))
        if not ready:
            return
        with self._catalog.transaction():
            replaced = self._put(ready, embedded.vectors)
        for (document, _, root), was_there in zip(ready, replaced, strict=True):
            self._known[document.name] = Origin(document.name, document.digest, root)
            (self.receipt.updated if was_there else self.receipt.added).append(document.name)
            if document.set_aside:
                self.receipt.set_aside[document.name] = [
                    f"{item.kind}: {document.text[item.start : item.end].strip()}" for item in document.set_aside
                ]
        self._passages += len(embedded.vectors)
        self._committed()

    def _put(self, batch: list[tuple[Document, list[Passage], str]], vectors: Vectors) -> list[bool]:
        replaced, begin = [], 0
        for document, passages, root in batch:
            end = begin + len(passages)
            replaced.append(self._catalog.put(document, passages, vectors[begin:end], root))
            begin = end
        return replaced

    def _fail(self, name: str, reason: str) -> None:
        self.receipt.failed.append(Failure(name, " ".join(reason.split())))


def cut(documents: Sequence[Document]) -> list[list[Passage] | str]:
    """The passages of each document, or why there are none."""
    found: list[list[Passage] | str] = []
    for document in documents:
        try:
            found.append(split(document) or "no text found in it")
        except Exception as error:  # a fault on one document is no reason to lose the others
            found.append(f"unexpected {type(error).__name__}: {error}")
    return found


def _gone(origins: Iterable[Origin], sources: Sources) -> dict[str, Origin]:
    """Documents whose files were given, by themselves or with a folder, and not found; by name.

    Of what lies below a folder that could not be entered, nothing is known.
    """
    found = {(source.root, source.name) for source in sources.files}
    closed = tuple(f"{folder}{os.sep}" for folder in sources.closed)
    return {
        origin.name: origin
        for origin in origins
        if (origin.root in sources.folders or (origin.root, origin.name) in sources.missing)
        and (origin.root, origin.name) not in found
        and not str(Path(origin.root, origin.name)).startswith(closed)
    }


def _renamed_from(source: Source, digest: str, gone: Iterable[Origin]) -> Origin | None:
    """The vanished document of the same folder, contents and kind, if there is one."""
    suffix = source.path.suffix.lower()
    for origin in gone:
        same_kind = Path(origin.name).suffix.lower() == suffix
        if origin.root == source.root and origin.digest == digest and same_kind:
            return origin
    return None


def _check_unicode(document: Document) -> None:
    try:
        for text in (document.name, document.title, document.text, *document.metadata.values()):
            text.encode()
    except UnicodeEncodeError as error:
        raise DocumentError("its name or text is not valid Unicode; rename it or save it as UTF-8") from error
