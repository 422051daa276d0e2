"""Files and folders kept in step: a round of looking whenever the system tells of a change."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from threading import Event

from watchfiles import Change, watch

from embeddings.index.adding import Addition
from embeddings.index.ingest import Glance, Progress, Signature, signature
from embeddings.types import Receipt

_TICK = 200  # ms between looks at the paths themselves, which no report comes of once they were replaced
_QUIET = 100  # ms without a further report, after which changes count as done
_LONGEST = 2000  # ms after which a round begins in any case

Writing = Callable[[], AbstractContextManager[Addition]]


class _Stopped(Exception):
    """The watch was ended in the middle of a round."""


def keep_in_step(
    writing: Writing, paths: list[Path], leave_out: Path, stop: Event, progress: Progress | None
) -> Iterator[Receipt]:
    """Receipts of a first look at everything, then of every later round that did something.

    Files that are as they were at the last look are not even hashed. A round only begins by a report: what
    changed is found by looking, so that a lost or misleading report does no harm.
    """

    def unless_stopped(done: int, total: int, name: str) -> None:
        if stop.is_set():
            raise _Stopped
        if progress is not None:
            progress(done, total, name)

    glance, first = Glance(), True
    for _ in _rounds(paths, leave_out, stop):
        with writing() as addition:
            try:
                addition.add_paths(paths, unless_stopped, glance)
            except _Stopped:
                return
            if addition.receipt.vanished:
                addition.prune()
        receipt = addition.receipt
        if first or receipt.added or receipt.updated or receipt.renamed or receipt.removed or receipt.failed:
            yield receipt
        first, progress = False, None


def _rounds(paths: list[Path], leave_out: Path, stop: Event) -> Iterator[None]:
    """One at first and one after every burst of changes; where a path itself was replaced, it is watched anew."""
    own = leave_out.resolve()

    def foreign(change: Change, path: str) -> bool:
        return not Path(path).is_relative_to(leave_out) and not Path(path).is_relative_to(own)

    while not stop.is_set():
        state, looked = _state(paths), False
        for changes in watch(
            *[path for path in paths if path.is_dir()],
            watch_filter=foreign,
            debounce=_LONGEST,
            step=_QUIET,
            stop_event=stop,
            rust_timeout=_TICK,
            yield_on_timeout=True,
            ignore_permission_denied=True,
        ):
            if stop.is_set() or _state(paths) != state:
                break
            if changes or not looked:
                looked = True
                yield


def _state(paths: list[Path]) -> list[Signature | None]:
    """What tells whether a path is the file or folder that it was."""
    return [signature(path) for path in paths]
