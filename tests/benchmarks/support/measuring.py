"""Clocks and sizes: what a stretch of work took, what a process needed, what a folder holds."""

import os
import resource
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread

import numpy as np

Figures = dict[str, float]


def processor_seconds() -> float:
    """What all threads of this process have taken so far, and its children that have ended."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


class Stopwatch:
    """Adds up what its `running` blocks take: wall time, and processor time of all threads."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.cpu = 0.0

    @contextmanager
    def running(self) -> Iterator[None]:
        """Time what is inside."""
        wall, cpu = time.perf_counter(), processor_seconds()
        try:
            yield
        finally:
            self.seconds += time.perf_counter() - wall
            self.cpu += processor_seconds() - cpu

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Leave out what is inside, within a `running` block."""
        wall, cpu = time.perf_counter(), processor_seconds()
        try:
            yield
        finally:
            self.seconds -= time.perf_counter() - wall
            self.cpu -= processor_seconds() - cpu


def peak_memory() -> float:
    """The most this process has had in memory, in MB."""
    unit = 1e6 if sys.platform == "darwin" else 1e3
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


@contextmanager
def memory_of_children(process: int) -> Iterator[list[float]]:
    """A list to which is added, now and then while inside, what its children hold in MB; empty but on Linux."""
    held: list[float] = []
    over = Event()

    def look() -> None:
        while not over.wait(0.2):
            with suppress(OSError):  # it ended, or one of them
                threads = Path(f"/proc/{process}/task").iterdir()
                children = [int(child) for thread in threads for child in (thread / "children").read_text().split()]
                held.append(sum(_resident(child) for child in children))

    watching = Thread(target=look)
    watching.start()
    try:
        yield held
    finally:
        over.set()
        watching.join()


def _resident(process: int) -> float:
    pages = Path(f"/proc/{process}/statm").read_text().split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE") / 1e6


def size_of(path: Path) -> float:
    """Of a file or a folder, in MB."""
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files if file.is_file()) / 1e6


def spread(name: str, seconds: Sequence[float]) -> Figures:
    """Median and 95th percentile in milliseconds."""
    return {f"{name}_ms": 1e3 * float(np.median(seconds)), f"{name}_p95_ms": 1e3 * float(np.percentile(seconds, 95))}


def load() -> float:
    """How many processes wanted a processor in the last minute: above the number of cores, times are too long."""
    return round(os.getloadavg()[0], 1)


def use_cores(wanted: int) -> int:
    """Keep this process and its children on so many cores, where the system can; the number of cores used."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:wanted])
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
