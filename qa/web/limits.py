"""How much one user may ask of a shared server, and how many may ask at once."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from embeddings.errors import WenjuError


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of a server; the defaults fit a team on a small machine."""

    question_characters: int = 1000
    questions_per_minute: int = 60  # of one user
    questions_at_once: int = 2  # answering is Python for the most part: more would only delay each other
    questions_waiting: int = 64
    ratings_per_minute: int = 240  # of one user, over HTTP
    file_bytes: int = 50 * 1024 * 1024
    files_per_minute: int = 600  # of one user
    wait_seconds: float = 20.0


class LimitReached(WenjuError):
    """Too much was asked; `seconds` until it is worth trying again."""

    def __init__(self, message: str, seconds: float) -> None:
        """The message says what was too much."""
        self.seconds = seconds
        super().__init__(message)


class Rate:
    """At most `per_minute` events of one user, in bursts of a quarter of that at least."""

    def __init__(self, per_minute: int, what: str, clock: Callable[[], float] = time.monotonic) -> None:
        """`what` names the events in the message."""
        self._rate = per_minute / 60
        self._burst = max(1.0, per_minute / 4)
        self._what = what
        self._clock = clock
        self._levels: dict[str, tuple[float, float]] = {}  # user -> events left, when
        self._lock = threading.Lock()

    def spend(self, user: str) -> None:
        """Count one event; LimitReached if there were too many."""
        now = self._clock()
        with self._lock:
            if len(self._levels) > 10_000:
                self._levels = {user: level for user, level in self._levels.items() if now - level[1] < 60}
            left, then = self._levels.get(user, (self._burst, now))
            left = min(self._burst, left + (now - then) * self._rate)
            if left < 1:
                wait = (1 - left) / self._rate
                raise LimitReached(f"too many {self._what}; wait {wait:.0f} s", wait)
            self._levels[user] = (left - 1, now)


class Gate:
    """Lets so many through at once and so many wait; beyond that it refuses."""

    def __init__(self, at_once: int, waiting: int, seconds: float) -> None:
        """`seconds` is the longest wait."""
        self._places = threading.BoundedSemaphore(at_once)
        self._line = threading.BoundedSemaphore(at_once + waiting)
        self._seconds = seconds

    @contextmanager
    def passing(self) -> Iterator[None]:
        """Wait for a place, hold it within the block; LimitReached if none gets free."""
        if not self._line.acquire(blocking=False):
            raise LimitReached("the server is busy; try again in a moment", 5)
        try:
            if not self._places.acquire(timeout=self._seconds):
                raise LimitReached("the server is busy; try again in a moment", 5)
            try:
                yield
            finally:
                self._places.release()
        finally:
            self._line.release()
