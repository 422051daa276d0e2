"""What a writer does after every change, so that derived files follow the catalog and forget with it."""

from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from threading import Event

from embeddings.catalog import Catalog
from embeddings.errors import IndexCorrupt, IndexFolderError
from embeddings.helpers import in_background
from embeddings.index.dense_side import DenseSide
from embeddings.index.folder import Originals
from embeddings.index.lexical_side import LexicalSide

_CHEAP_PURGE = 20_000  # passages; up to here, an update also leaves nothing of the old text in any file


class Upkeep:
    """Keeps the files of an index in step with its catalog. The caller is the only writer."""

    def __init__(
        self, folder: Path, catalog: Catalog, dense: DenseSide, lexical: LexicalSide, originals: Originals
    ) -> None:
        """Over the parts of one index."""
        self._folder = folder
        self._catalog = catalog
        self._dense = dense
        self._lexical = lexical
        self._originals = originals
        self._following: Future[None] | None = None
        self._hurry = Event()

    def prepare(self) -> None:
        """Before a change: see where what is derived stands, so that only the change has to be learnt."""
        self._lexical.note_position()

    def follow(self) -> None:
        """Let the lexical index follow a long addition, beside it. IndexFolderError if it failed to."""
        if self._following is None or self._following.done():
            self._wait()
            self._hurry = Event()
            self._following = in_background(partial(self._lexical.follow, self._hurry))
        if self._dense.overgrown:
            self._wait()
            with self._stored():
                self._compact()

    def settle(self) -> None:
        """Bring what is derived in step, and compact it where that is due. IndexFolderError."""
        self._wait()
        with self._stored():
            self._lexical.catch_up()
            if self._compaction_due():
                self._compact()

    def _wait(self) -> None:
        """Until what goes on beside an addition has ended."""
        following, self._following = self._following, None
        if following is not None:
            self._hurry.set()
            with self._stored():
                following.result()

    def recover(self) -> None:
        """Finish what a killed process had begun. IndexFolderError."""
        self._dense.sweep()
        self._originals.sweep(self._catalog)
        if self._compaction_due():
            self.settle()
        else:
            self._catalog.checkpoint()

    def _compaction_due(self) -> bool:
        """Whether derived files must forget something, can do so cheaply, or are to be written anyway."""
        state = self._catalog.state()
        cheap = state.passage_count <= _CHEAP_PURGE and bool(self._catalog.removed())
        return state.purge_due or cheap or self._dense.wants_base()

    def _compact(self) -> None:
        """Write derived files anew where they hold something removed, or too little."""
        if self._catalog.state().purge_due or self._catalog.removed():
            self._lexical.purge()
            self._originals.sweep(self._catalog)
            self._catalog.scrub()
        base = self._dense.write_base()
        with self._catalog.transaction(changes=False):
            self._catalog.compacted(*base)
        self._lexical.catch_up()  # to the new epoch
        self._dense.sweep()
        self._catalog.checkpoint()

    @contextmanager
    def _stored(self) -> Iterator[None]:
        """Failures to write what is derived, said as what they are: nothing is lost by them."""
        try:
            yield
        except (IndexCorrupt, OSError) as error:
            raise IndexFolderError(
                f"{self._folder}: the documents are stored, but files derived from them cannot be written"
                f" ({' '.join(str(error).split())}); make room and open the index again"
            ) from error
