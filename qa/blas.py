"""The products behind a question are so small that the threads of BLAS cost more than they bring.

After each product they spin for a while, beside FAISS, tantivy and the next question: a search of a million passages
between two readings takes 21 ms with them and 16 without.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from threading import Lock
from typing import Any

_limiting = Lock()


@contextmanager
def one_thread() -> Iterator[None]:
    """Meanwhile numpy's BLAS keeps to one thread; then it has its own again.

    The limit is of the process: who comes while somebody is inside changes nothing, so that nobody takes a limit for
    what there was before. Who serves many stays inside.
    """
    if not _limiting.acquire(blocking=False):
        yield
        return
    try:
        with _controller().limit(limits=1):
            yield
    finally:
        _limiting.release()


@cache
def _controller() -> Any:
    import numpy  # noqa: F401 (what is loaded is what is found)
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController().select(internal_api="openblas")  # numpy's; a model's own threads stay
