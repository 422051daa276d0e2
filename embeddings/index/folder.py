"""The folder of an index: what lies in it, and whether it is one."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from embeddings.catalog import Catalog
from embeddings.errors import DocumentError, IndexFolderError
from embeddings.index.ingest import digest_of

CATALOG = "catalog.sqlite"
LOCK = "writer.lock"
LEXICAL = "lexical"
ORIGINALS = "originals"

KEPT_ORIGINALS = frozenset({".pdf"})
"""Suffixes of files whose bytes a viewer needs."""


def check(folder: Path) -> None:
    """See that the folder is an index or has room for one. IndexFolderError."""
    with _failures(folder):
        if folder.exists() and not folder.is_dir():
            raise IndexFolderError(f"{folder} is a file; an index needs a folder of its own")
        if folder.is_dir() and not (folder / CATALOG).exists():
            others = [name for name in sorted(os.listdir(folder)) if name != LOCK]
            if others:
                raise IndexFolderError(
                    f"{folder} is not an index and not empty ({others[0]}); choose a new or empty folder"
                )


def make(folder: Path) -> None:
    """Create the folder if it is not there. IndexFolderError."""
    with _failures(folder):
        folder.mkdir(parents=True, exist_ok=True)


@contextmanager
def _failures(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise IndexFolderError(
            f"{folder} cannot be used ({error.strerror}); choose a folder that can be written"
        ) from error


def missing(folder: Path) -> IndexFolderError:
    """The error for a folder that should hold an index and does not."""
    return IndexFolderError(f"{folder} holds no index; make one: qa add PATH --index {folder}")


class Originals:
    """Bytes of files that a viewer needs, by their digest."""

    def __init__(self, folder: Path) -> None:
        """Kept in this folder, which is made when the first file comes."""
        self._folder = folder

    def keep(self, path: Path, digest: str) -> None:
        """Copy a file if its kind is one to keep; DocumentError if it is not the file of this digest."""
        target = self._folder / digest
        if path.suffix.lower() not in KEPT_ORIGINALS or target.exists():
            return
        self._folder.mkdir(exist_ok=True)
        aside = target.with_suffix(".tmp")
        try:
            shutil.copyfile(path, aside)
            if digest_of(aside) != digest:
                raise DocumentError("it changed while it was being read; add it again")
            aside.replace(target)
        finally:
            aside.unlink(missing_ok=True)

    def path(self, digest: str) -> Path | None:
        """The copy, if kept."""
        file = self._folder / digest
        return file if file.is_file() else None

    def sweep(self, catalog: Catalog) -> None:
        """Delete what no document of the catalog needs."""
        if self._folder.is_dir():
            needed = {origin.digest for origin in catalog.origins()}
            for file in self._folder.iterdir():
                if file.name not in needed:
                    file.unlink(missing_ok=True)
