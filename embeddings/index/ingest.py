"""Paths given to `add` -> the files to read, and what each means for the index."""

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from embeddings.errors import DocumentError, PathNotFound
from embeddings.types import Failure

Progress = Callable[[int, int, str], None]
"""Called as (files done, files in all, name of the file that is begun)."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file, the name its document gets, and the folder that name is relative to."""

    name: str
    path: Path
    root: str


@dataclass(frozen=True, slots=True)
class Sources:
    """Everything that was found under the given paths."""

    files: list[Source]
    folders: frozenset[str]  # the roots that were walked
    failed: list[Failure]  # folders that could not be entered


def collect(paths: str | Path | Iterable[str | Path], leave_out: Path) -> Sources:
    """Find all files under paths; the folder `leave_out` (the index) is not entered. PathNotFound."""
    given = [Path(paths)] if isinstance(paths, str | Path) else [Path(path) for path in paths]
    for path in given:
        if not path.exists():
            raise PathNotFound(f"{path} does not exist; nothing was added")
    files: dict[tuple[str, str], Source] = {}
    folders = set()
    failed: list[Failure] = []
    for path in (Path(os.path.abspath(path)) for path in given):
        if path.is_dir():
            root = path
            folders.add(str(root))
            found = [file.relative_to(root).as_posix() for file in _walk(root, leave_out.resolve(), failed)]
        else:
            root, found = path.parent, [path.name]
        for name in found:
            files.setdefault((str(root), name), Source(name, root / name, str(root)))
    return Sources(list(files.values()), frozenset(folders), failed)


def digest_of(path: Path) -> str:
    """SHA-256 of a file's bytes, in hex; DocumentError if it cannot be read."""
    if not path.is_file():
        raise DocumentError("not a regular file; only files with contents can be read")
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise DocumentError(f"cannot be read: {error.strerror}; check its permissions") from error


def _walk(folder: Path, leave_out: Path, failed: list[Failure]) -> Iterator[Path]:
    """Files under a folder in order of name, hidden ones left out, each real folder entered once."""

    def note(error: OSError) -> None:
        failed.append(Failure(Path(error.filename).name, f"folder cannot be entered: {error.strerror}"))

    entered = set()
    for current, folders, names in os.walk(folder, onerror=note, followlinks=True):
        here = Path(current)
        status = here.stat()
        if (status.st_dev, status.st_ino) in entered or here.resolve() == leave_out:
            folders.clear()
            continue
        entered.add((status.st_dev, status.st_ino))
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (here / name for name in sorted(names) if not name.startswith("."))
