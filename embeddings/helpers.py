"""Processes beside this one, for the part of a long addition that is Python and would keep the rest from going on.

Threads do for what is not Python.
"""

import os
import signal
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import suppress
from threading import Lock, Thread
from typing import Any, TypeVar, cast

A = TypeVar("A")
R = TypeVar("R")

_PROCESSES = 2  # what cuts and what finds terms; with the encoder and tantivy beside them, four cores are busy
_LOOK_SECONDS = 1.0  # between looks at whether the parent still lives
_AHEAD = 2  # arguments that `map` gives away before it waits for the first result


class Helpers:
    """Applies functions in processes of their own once `start` was called, and in this one before.

    Functions are of modules, pure, and get and give what can be pickled. A process that dies costs time alone:
    whatever a helper fails to do is done here. Safe to share by threads.
    """

    def __init__(self) -> None:
        """No process yet."""
        self._lock = Lock()
        self._executor: Any = None
        self._possible = _cores() > 1

    @property
    def running(self) -> bool:
        """Whether functions are applied elsewhere."""
        return self._executor is not None

    def start(self) -> None:
        """Have processes from now on; on a machine of one core, or without what they need, all stays as it is."""
        with self._lock:
            if self._executor is None and self._possible:
                try:
                    from loky import ProcessPoolExecutor  # unlike the standard one, it runs no user's script again

                    self._executor = ProcessPoolExecutor(_PROCESSES, initializer=_prepare, initargs=(os.getpid(),))
                except (OSError, ImportError, NotImplementedError):  # no semaphores, as in some containers, or too few
                    self._possible = False

    def close(self) -> None:
        """End the processes until another `start`; what they were given is done here when it is asked for."""
        with self._lock:
            executor, self._executor = self._executor, None
        if executor is not None:
            executor.shutdown(wait=True)  # to kill them, loky would need pgrep or psutil

    def submit(self, function: Callable[[A], R], argument: A) -> Callable[[], R]:
        """Begin; the function that is returned waits for the result, or raises what the function raised."""
        future: Any = None
        executor = self._executor
        if executor is not None:
            try:
                future = executor.submit(function, argument)
            except Exception:  # its processes died, or it is being closed
                self._give_up(executor)

        def result() -> R:
            if future is not None:
                with suppress(Exception):
                    found: R = future.result()
                    return found
            return function(argument)

        return result

    def _give_up(self, executor: Any) -> None:
        """Without processes that do not work: what killed them, perhaps a lack of memory, may be there again."""
        with self._lock:
            if self._executor is executor:
                self._executor, self._possible = None, False
        executor.shutdown(wait=True)

    def map(self, function: Callable[[A], R], arguments: Iterable[A]) -> Iterator[R]:
        """The results in order, each argument taken only a little before its result is."""
        begun: deque[Callable[[], R]] = deque()
        for argument in arguments:
            begun.append(self.submit(function, argument))
            if len(begun) > _AHEAD or not self.running:
                yield begun.popleft()()
        while begun:
            yield begun.popleft()()


def in_background(work: Callable[[], R]) -> "Future[R]":
    """Do something in a thread of its own; the future ends with it, or holds its failure."""
    future: Future[R] = Future()

    def run() -> None:
        try:
            result = work()
        except BaseException as error:  # for whoever asks for the result, like any other
            future.set_exception(error)
        else:
            future.set_result(result)

    Thread(target=run, name="wenju-beside").start()
    return future


def one_ahead(items: Iterator[R]) -> Iterator[R]:
    """The same, each taken in a thread while the one before it is in use."""
    end = object()
    following = in_background(lambda: next(items, end))
    while (item := following.result()) is not end:
        following = in_background(lambda: next(items, end))
        yield cast(R, item)


def _cores() -> int:
    """Those that this process may use."""
    with suppress(AttributeError):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _prepare(parent: int) -> None:
    """What a process does at first."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends its helpers
    Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_LOOK_SECONDS)
    os._exit(1)  # killed: nobody waits for a result any more
