"""One writer per index folder, across processes and inside one."""

import os
import sys
from pathlib import Path
from threading import Lock

from embeddings.errors import IndexFolderError, IndexLocked

_held: set[Path] = set()  # a process does not conflict with its own record locks
_guard = Lock()


class WriterLock:
    """Held from construction to `release`; the system releases it when the process ends."""

    def __init__(self, path: Path) -> None:
        """Take the lock or raise IndexLocked, saying which process holds it."""
        self._path = path.resolve()
        with _guard:
            if self._path in _held:
                raise _locked(self._path, str(os.getpid()))
            try:
                self._file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o644)
            except OSError as error:
                raise IndexFolderError(
                    f"{path.parent} cannot be written ({error.strerror}); choose another folder"
                ) from error
            try:
                _lock(self._file)
            except OSError:
                holder = os.read(self._file, 32).decode("ascii", "replace").strip()
                os.close(self._file)
                raise _locked(self._path, holder or "unknown") from None
            os.ftruncate(self._file, 0)
            os.write(self._file, str(os.getpid()).encode())
            _held.add(self._path)

    def release(self) -> None:
        """Let another writer in."""
        with _guard:
            if self._path in _held:
                _held.remove(self._path)
                os.close(self._file)


def _locked(path: Path, holder: str) -> IndexLocked:
    return IndexLocked(
        f"{path.parent} is being written by process {holder}; wait until it ends"
        " (`qa ask`, and read_only=True in Python, work meanwhile)"
    )


if sys.platform == "win32":
    import msvcrt

    def _lock(file: int) -> None:
        os.lseek(file, 1 << 30, os.SEEK_SET)  # far behind the process id, which others must be able to read
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        os.lseek(file, 0, os.SEEK_SET)

else:
    import fcntl

    def _lock(file: int) -> None:
        # A record lock, because a child process does not inherit it: one that survives frees the index.
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
