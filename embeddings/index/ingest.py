"""Paths given to `add` -> the files to read, and what each means for the index."""

import hashlib
import os
import stat
import time
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
    closed: dict[str, Failure]  # folders that could not be entered
    missing: frozenset[tuple[str, str]] = frozenset()  # (root, name) of paths given that do not exist


Signature = tuple[int, ...]
"""What changes about a file whenever its contents do; of a folder, what it is told from another by."""

_RACY = 100_000_000  # ns; a later change within one tick of the file system's clock would go unseen


def signature(path: Path) -> Signature | None:
    """Of a file or folder as it is now; None if there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    if stat.S_ISDIR(found.st_mode):
        return (found.st_dev, found.st_ino)
    return (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)


class Glance:
    """What files looked like at the last look, so that those left alone need not be hashed again."""

    def __init__(self) -> None:
        """Nothing was looked at yet."""
        self._seen: dict[Path, Signature | None] = {}
        self._closed: dict[str, Failure] = {}

    def newly_closed(self, closed: dict[str, Failure]) -> list[Failure]:
        """The folders that could be entered at the last look."""
        before, self._closed = self._closed, closed
        return [failure for folder, failure in closed.items() if folder not in before]

    def changed(self, files: list[Source]) -> list[Source]:
        """The files that are new or no longer look as they did."""
        before, self._seen = self._seen, {}
        found = []
        for file in files:
            now = signature(file.path)
            if file.path not in before or before[file.path] != now:
                found.append(file)
            if now is None or time.time_ns() - max(now[3:], default=0) > _RACY:
                self._seen[file.path] = now
        return found


def given(paths: str | Path | Iterable[str | Path]) -> list[Path]:
    """The paths as a list, each absolute; PathNotFound."""
    listed = [Path(paths)] if isinstance(paths, str | Path) else [Path(path) for path in paths]
    for path in listed:
        if not path.exists():
            raise PathNotFound(f"{path} does not exist; nothing was added")
    return [Path(os.path.abspath(path)) for path in listed]


def collect(paths: list[Path], leave_out: Path) -> Sources:
    """Find all files under absolute paths; the folder `leave_out` (the index) is not entered."""
    files: dict[tuple[str, str], Source] = {}
    folders, missing = set(), set()
    closed: dict[str, Failure] = {}
    for path in paths:
        if not path.exists():
            missing.add((str(path.parent), path.name))
            continue
        if path.is_dir():
            root = path
            folders.add(str(root))
            found = [file.relative_to(root).as_posix() for file in _walk(root, leave_out.resolve(), closed)]
        else:
            root, found = path.parent, [path.name]
        for name in found:
            files.setdefault((str(root), name), Source(name, root / name, str(root)))
    return Sources(list(files.values()), frozenset(folders), closed, frozenset(missing))


def digest_of(path: Path) -> str:
    """SHA-256 of a file's bytes, in hex; DocumentError if it cannot be read."""
    if not path.is_file():
        raise DocumentError("not a regular file; only files with contents can be read")
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise DocumentError(f"cannot be read: {error.strerror}; check its permissions") from error


def _walk(folder: Path, leave_out: Path, closed: dict[str, Failure]) -> Iterator[Path]:
    """Files under a folder in order of name, hidden ones left out, each real folder entered once."""

    def note(error: OSError) -> None:
        if not isinstance(error, FileNotFoundError):  # it went while we walked
            failure = Failure(Path(error.filename).name, f"folder cannot be entered: {error.strerror}")
            closed[str(error.filename)] = failure

    entered = set()
    for current, folders, names in os.walk(folder, onerror=note, followlinks=True):
        here = Path(current)
        status = signature(here)
        if status is None or status in entered or here.resolve() == leave_out:
            folders.clear()
            continue
        entered.add(status)
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (here / name for name in sorted(names) if not name.startswith("."))
